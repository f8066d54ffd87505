r"""What is claimed of a game about a state, held against what follows from its definition.

The independent checkers of games about a state (`pigou.check_states`) share no code with the
solvers. Each takes the numbers that are printed and works them out anew, by another route where
there is one, in whole fractions or in ball arithmetic of its own. Here is what they share:

* A *number* is confirmed if it holds what was found anew, up to a small gap that is reported, and
  not much else; refuted if the two cannot be the same; and otherwise undecided.
* A *root* of a function that rises is confirmed by its signs at both ends of what is claimed,
  moved apart by no more than such a gap.
* A claim that no checker looked at is undecided, so that none is confirmed by being forgotten.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from pigou.errors import DeclarationError
from pigou.exact import Enclosure
from pigou.jets import enclosure, rational

__all__ = [
    "CLOSE",
    "Claims",
    "Ledger",
    "StateCheck",
    "arithmetic",
    "bracketed",
    "number_ball",
    "over",
    "sign_of",
]

Claims = Mapping[str, Mapping[str, Enclosure | str]]
"""What is claimed: by outcome and quantity, a number or words."""

_BITS = 640
_APART = (270, 200, 150, 100)
_SHORT = 2**300
_LOOSE = Fraction(1, 10**6)
CLOSE = Fraction(1, 2**100)
"""Up to what part of its size a number is confirmed, unless a checker says otherwise."""


@dataclass(frozen=True)
class StateCheck:
    """What an independent checker says of the outcomes of a game about a state.

    Parameters
    ----------
    refuted : tuple of str
        What is claimed and wrong.
    undecided : tuple of str
        What could not be decided, or was not looked at.
    max_gain : Fraction
        What anybody could gain by deviating is shown to be at most this.
    within : Fraction
        The numbers are confirmed up to this, relative to their size.

    Examples
    --------
    >>> StateCheck((), ("welfare",)).confirmed
    False
    """

    refuted: tuple[str, ...]
    undecided: tuple[str, ...]
    max_gain: Fraction = Fraction(0)
    within: Fraction = Fraction(0)

    @property
    def confirmed(self) -> bool:
        """Whether all that is claimed was confirmed."""
        return not self.refuted and not self.undecided


@contextmanager
def arithmetic(bits: int = _BITS) -> Iterator[None]:
    """Compute with balls of so many bits for a while.

    Examples
    --------
    >>> with arithmetic():
    ...     (arb(2).sqrt() ** 2 - 2).rad() < arb(2) ** -600
    True
    """
    with ctx.workprec(bits):
        yield


def number_ball(number: Any) -> arb:
    """Return a ball around a rational number.

    Examples
    --------
    >>> number_ball(Fraction(1, 2)) == arb(0.5)
    True
    """
    number = Fraction(number)
    return arb(fmpq(number.numerator, number.denominator))


def over(number: Enclosure | Fraction) -> arb:
    """Return a ball that holds an enclosure.

    Examples
    --------
    >>> over(Enclosure(Fraction(1), Fraction(2))).contains(arb(1.5))
    True
    """
    if isinstance(number, Fraction):
        return number_ball(number)
    return arb(rational(number.lower)).union(arb(rational(number.upper)))


def sign_of(number: Any) -> int | None:
    """Return the sign of a fraction or a ball; None where the ball does not tell.

    Examples
    --------
    >>> sign_of(Fraction(-2)), sign_of(arb(3)), sign_of(arb(0, 1))
    (-1, 1, None)
    """
    if number > 0:
        return 1
    if number < 0:
        return -1
    return 0 if number == 0 else None


def bracketed(
    rising: Callable[[Fraction], Any], low: Fraction, high: Fraction, steps: int
) -> Enclosure:
    """Enclose the root of a function that is negative at `low` and positive at `high`.

    Where the sign in the middle is not decided (the root may be there) the signs nearby are.

    Examples
    --------
    >>> bracketed(lambda x: x - Fraction(1, 4), Fraction(0), Fraction(1), 9)
    Enclosure(1/4)
    """
    for _ in range(steps):
        middle = (low + high) / 2
        sign = sign_of(rising(middle))
        if sign == 0:
            return Enclosure.point(middle)
        if sign is None:
            for bits in range(steps, 0, -20):
                apart = (high - low) / 2 ** (bits + 1)
                if sign_of(rising(middle - apart)) == -1 and sign_of(rising(middle + apart)) == 1:
                    return Enclosure(middle - apart, middle + apart)
            break
        low, high = (middle, high) if sign < 0 else (low, middle)
    return Enclosure(low, high)


class Ledger:
    """Collects, claim by claim, what is confirmed and what is not.

    Parameters
    ----------
    claims : Claims
    unit : Fraction
        The size of payoffs: numbers that are 0 are confirmed up to a part of it.

    Examples
    --------
    >>> ledger = Ledger({"one": {"welfare": Enclosure.point(2), "stable": "yes"}})
    >>> ledger.number("one", "welfare", Fraction(2))
    >>> ledger.word("one", "stable", "no")
    >>> ledger.verdict().refuted
    ('one, stable: no, and not yes',)
    """

    def __init__(self, claims: Claims, unit: Fraction = Fraction(1)):
        self.claims, self.unit = claims, unit
        self.open = {(o, q) for o, quantities in claims.items() for q in quantities}
        self.refuted: list[str] = []
        self.undecided: list[str] = []
        self.max_gain = self.within = Fraction(0)

    def claimed(self, outcome: str, quantity: str) -> Enclosure | None:
        """Return the number that is claimed; None, and refuted, if there is none."""
        self.open.discard((outcome, quantity))
        found = self.claims.get(outcome, {}).get(quantity)
        if isinstance(found, Enclosure):
            return found
        said = "nothing is claimed" if found is None else f"no number but '{found}'"
        self.refuted.append(f"{outcome}, {quantity}: {said}")
        return None

    def number(
        self, outcome: str, quantity: str, found: Any, close: Fraction = CLOSE,
        unit: Fraction | None = None,
    ) -> None:  # fmt: skip
        """Hold a number that is claimed against the one found: a fraction, a ball, an enclosure."""
        claim = self.claimed(outcome, quantity)
        if claim is None:
            return
        if not isinstance(found, Enclosure):
            try:
                exact = isinstance(found, Fraction | int)
                found = Enclosure.point(found) if exact else enclosure(found)
            except DeclarationError:
                self.undecided.append(f"{outcome}, {quantity}")
                return
        size = max(abs(found.lower), abs(found.upper), self.unit if unit is None else unit)
        if not found.overlaps(claim):
            self.refuted.append(f"{outcome}, {quantity}: {found}, and not {claim}")
            return
        gap = max(claim.lower - found.lower, found.upper - claim.upper, Fraction(0)) / size
        loose = max(found.lower - claim.lower, claim.upper - found.upper) > _LOOSE * size
        if gap > close or loose:
            self.undecided.append(f"{outcome}, {quantity}")
        else:
            self.within = max(self.within, gap)

    def word(self, outcome: str, quantity: str, expected: str | None) -> None:
        """Hold words that are claimed against what they should be; None if that is not known."""
        self.open.discard((outcome, quantity))
        found = self.claims.get(outcome, {}).get(quantity)
        if expected is None:
            self.undecided.append(f"{outcome}, {quantity}")
        elif found != expected:
            self.refuted.append(f"{outcome}, {quantity}: {expected}, and not {found}")

    def root(
        self, what: str, claim: Enclosure | None, rising: Callable[[Fraction], Any],
        low: Fraction | None = None, high: Fraction | None = None,
    ) -> None:  # fmt: skip
        """Confirm that a rising function changes its sign within what is claimed.

        Between `low` and `high` only, if they are given: at these ends no sign is asked for.
        """
        if claim is None:
            return
        size = max(abs(claim.lower), abs(claim.upper), self.unit / 2**40)
        if claim.width > _LOOSE * max(size, self.unit):
            self.undecided.append(what)
            return
        for bits in _APART:
            apart = size / 2**bits
            left, right = claim.lower - apart, claim.upper + apart
            before = -1 if low is not None and left <= low else sign_of(rising(left))
            after = 1 if high is not None and right >= high else sign_of(rising(right))
            if before == -1 and after == 1:
                self.within = max(self.within, Fraction(1, 2**bits))
                return
            if before == 1 or after == -1:
                self.refuted.append(f"{what}: {claim} is none")
                return
        self.undecided.append(what)

    def holds(self, what: str, truth: bool | None) -> None:
        """Note what has to be true; None where that could not be decided."""
        if truth is None:
            self.undecided.append(what)
        elif not truth:
            self.refuted.append(what)

    def gain(self, bound: Any) -> None:
        """Note a bound on what somebody gains by a deviation: a fraction or a ball."""
        if not isinstance(bound, Fraction | int):
            try:
                bound = enclosure(bound).upper
            except DeclarationError:
                self.undecided.append("what a deviation gains")
                return
        self.max_gain = max(self.max_gain, Fraction(bound))

    def verdict(self) -> StateCheck:
        """Return what was found; what nobody looked at is undecided."""
        forgotten = [f"{outcome}, {quantity}" for outcome, quantity in sorted(self.open)]
        gain = Fraction(math.ceil(self.max_gain * _SHORT), _SHORT)
        return StateCheck(tuple(self.refuted), (*self.undecided, *forgotten), gain, self.within)
