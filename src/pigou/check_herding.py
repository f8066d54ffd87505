r"""The independent checker of herding: Bayes' rule from scratch, history by history.

Steps
-----
1. A history (what is seen) is known by the joint probabilities of having come about with V = 1 and
   with V = 0, half of each to begin with. Signals are drawn, the firm's expectation of V is the
   share of the first in both together, and it enters if that exceeds 1/2, with probability 1/2
   where it is 1/2 exactly. What others see of that is added up over signals and tosses.
2. Histories with the same posterior lead to the same, and are joined; nothing else is assumed of
   them (no cascade, no symmetry between the two values).
3. With *open books* the firm counts signals, whose number is binomial: a sum over how many were
   good. The first signal, which may be more precise, is counted apart.
4. *Deviations*: in every history, and with every signal, the other action is worth no more. Where
   the two are worth the same a toss is as good as either.
5. Welfare is what firms expect: the joint probability of entering with V = 1 gains 1/2, with V = 0
   it loses 1/2.

Source: Bikhchandani, Hirshleifer and Welch (1992), Journal of Political Economy 100:992-1026.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from pigou.check_claims import Claims, Ledger, StateCheck
from pigou.exact import Enclosure
from pigou.herding import Herding

__all__ = ["check_herding"]

_HALF = Fraction(1, 2)
_NAME = "equilibrium"
_DIGITS = 2**300


class _Joint(NamedTuple):
    """How likely something is together with V = 1, and together with V = 0."""

    good: Fraction
    bad: Fraction

    def times(self, if_good: Fraction, if_bad: Fraction) -> _Joint:
        return _Joint(self.good * if_good, self.bad * if_bad)


_NEVER = _Joint(Fraction(0), Fraction(0))


def check_herding(game: Herding, claims: Claims) -> StateCheck:
    """Check how likely firms are right, and what they expect.

    Parameters
    ----------
    game : Herding
        With numbers in the place of parameters.
    claims : Claims
        Of the outcome ``equilibrium``.

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> claims = {one.name: one.quantities for one in measure(load("herding")).outcomes}
    >>> check_herding(load("herding").game.at(), claims).confirmed
    True
    """
    ledger = Ledger(claims)
    entries = list(_counted(game, ledger) if game.open_books == 1 else _followed(game, ledger))
    right = [one.good + _HALF - one.bad for one in entries]
    worth = sum(((one.good - one.bad) / 2 for one in entries), Fraction(0)) / len(entries)
    for quantity, found in (
        ("the first is right with probability", right[0]),
        ("the last is right with probability", right[-1]),
        ("right on average", sum(right, Fraction(0)) / len(right)),
        ("welfare per firm", worth),
    ):
        ledger.number(_NAME, quantity, _rounded(found))
    return ledger.verdict()


def _rounded(number: Fraction) -> Enclosure:
    """Enclose a fraction that may have very many digits."""
    if number.denominator < _DIGITS:
        return Enclosure(number, number)
    below = Fraction(number.numerator * _DIGITS // number.denominator, _DIGITS)
    return Enclosure(below, below + Fraction(1, _DIGITS))


def _entering(seen: _Joint, ledger: Ledger) -> Fraction:
    """Return with what probability a firm enters, and bound what it would gain by the other act."""
    gain = (seen.good - seen.bad) / 2  # of entering, times how likely all this is
    share = _HALF if gain == 0 else Fraction(gain > 0)
    best = max(gain, Fraction(0))
    ledger.gain(best - share * gain)
    return share


def _followed(game: Herding, ledger: Ledger) -> Iterator[_Joint]:
    """Follow histories of acts; yield how likely each firm enters."""
    histories = {_HALF: _Joint(_HALF, _HALF)}
    for place in range(game.firms):
        p = Fraction(game.precision if place else game.leader)
        after: dict[Fraction, _Joint] = {}
        entered = _NEVER
        for history in histories.values():
            acts = [_NEVER, _NEVER]
            for seen in (history.times(p, 1 - p), history.times(1 - p, p)):
                enters = _entering(seen, ledger)
                for act, share in enumerate((1 - enters, enters)):
                    acts[act] = _both(acts[act], seen.times(share, share))
            entered = _both(entered, acts[1])
            for longer in acts:
                if longer.good + longer.bad:
                    posterior = longer.good / (longer.good + longer.bad)
                    after[posterior] = _both(after.get(posterior, _NEVER), longer)
        histories = after
        yield entered


def _both(one: _Joint, other: _Joint) -> _Joint:
    return _Joint(one.good + other.good, one.bad + other.bad)


def _counted(game: Herding, ledger: Ledger) -> Iterator[_Joint]:
    """Count good signals where all are seen; yield how likely each firm enters."""
    p, first = Fraction(game.precision), Fraction(game.leader)
    lead = (_Joint(first / 2, (1 - first) / 2), _Joint((1 - first) / 2, first / 2))
    for others in range(game.firms):  # signals beside the first one
        entered = _NEVER
        for good in range(others + 1):
            ways = math.comb(others, good)
            up, down = p**good * (1 - p) ** (others - good), (1 - p) ** good * p ** (others - good)
            for begun in lead:
                seen = begun.times(ways * up, ways * down)
                enters = _entering(seen, ledger)
                entered = _both(entered, seen.times(enters, enters))
        yield entered
