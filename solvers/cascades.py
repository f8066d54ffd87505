r"""Herding: what agents do one after another who see what others did, exactly (binary signals).

The value of a project is V = 1 or V = 0, equally likely, and it costs 1/2. Agent k sees a signal,
right with probability :math:`p > 1/2`, independent of other signals given V, and what all before it
did. It adopts if it expects V above 1/2, rejects if below, and tosses a coin if it is indifferent
(Bikhchandani, Hirshleifer and Welch 1992, section II).

All that is public is the likelihood ratio of V = 1 against V = 0 of what has been done. It is
updated by Bayes' rule from what each agent does with either signal: nothing about the form of these
decisions is assumed, and cascades are found rather than presumed.

In a *cascade* the agent acts alike with both signals. Then the ratio stays as it is, and so do all
later agents. All probabilities are exact.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from pigou.errors import DeclarationError

__all__ = ["Cascades", "adoption", "cascades", "lasting", "right_choices"]

HALF = Fraction(1, 2)


class Cascades(NamedTuple):
    """How likely cascades have begun, given that V = 1.

    Examples
    --------
    >>> Cascades(Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)).none
    Fraction(1, 4)
    """

    correct: Fraction
    none: Fraction
    incorrect: Fraction


def adoption(ratio: Fraction, precision: Fraction, good: bool) -> Fraction:
    """Return with what probability an agent adopts: 1, 0, or 1/2 if it is indifferent.

    Parameters
    ----------
    ratio : Fraction
        Likelihood of V = 1 against V = 0 of what is public.
    precision : Fraction
    good : bool
        Whether its signal speaks for V = 1.

    Examples
    --------
    >>> adoption(Fraction(1), Fraction(3, 5), True)
    Fraction(1, 1)
    """
    odds = precision / (1 - precision)
    own = ratio * odds if good else ratio / odds
    return HALF if own == 1 else Fraction(own > 1)


def cascades(precision: Fraction, agents: int) -> Cascades:
    """Return how likely a cascade has begun after some agents, given V = 1.

    Parameters
    ----------
    precision : Fraction
        Between 1/2 and 1.
    agents : int

    Raises
    ------
    DeclarationError
        If the precision is not between 1/2 and 1, or the number of agents is negative.

    Examples
    --------
    >>> cascades(Fraction(3, 5), 2)
    Cascades(correct=Fraction(12, 25), none=Fraction(6, 25), incorrect=Fraction(7, 25))
    """
    check(precision, agents)
    states = {Fraction(1): Fraction(1)}
    for _ in range(agents):
        after: dict[Fraction, Fraction] = {}
        for ratio, weight in states.items():
            for likelier, share in acted(ratio, precision):
                after[likelier] = after.get(likelier, Fraction(0)) + weight * share
        states = after
    sums = {True: Fraction(0), False: Fraction(0), None: Fraction(0)}
    for ratio, weight in states.items():
        sums[herd(ratio, precision)] += weight
    return Cascades(sums[True], sums[None], sums[False])


def right_choices(
    precision: Fraction, agents: int, leader: Fraction | None = None, public: bool = False
) -> tuple[Fraction, ...]:
    """Return how likely each agent does what is right, one after another.

    By symmetry it does not matter whether that is to adopt or to reject; V = 1 is supposed.

    Parameters
    ----------
    precision : Fraction
        Between 1/2 and 1.
    agents : int
    leader : Fraction, optional
        The precision of the first one's signal, if it is another.
    public : bool
        Whether agents see the signals of those before them, and not only what they did.

    Raises
    ------
    DeclarationError
        If a precision is not between 1/2 and 1, or the number of agents is negative.

    Examples
    --------
    >>> p = Fraction(3, 5)
    >>> [str(x) for x in right_choices(p, 3)], [str(x) for x in right_choices(p, 3, public=True)]
    (['3/5', '3/5', '78/125'], ['3/5', '3/5', '81/125'])
    >>> {str(x) for x in right_choices(p, 5, leader=Fraction(5, 8))}
    {'5/8'}
    """
    first = precision if leader is None else leader
    check(precision, agents)
    check(first, agents)
    states = {Fraction(1): Fraction(1)}
    right = []
    for place in range(agents):
        own = precision if place else first
        good = sum(
            weight * (own * adoption(ratio, own, True) + (1 - own) * adoption(ratio, own, False))
            for ratio, weight in states.items()
        )
        right.append(Fraction(good))
        after: dict[Fraction, Fraction] = {}
        for ratio, weight in states.items():
            for likelier, share in _seen(ratio, own) if public else acted(ratio, own):
                after[likelier] = after.get(likelier, Fraction(0)) + weight * share
        states = after
    return tuple(right)


def _seen(ratio: Fraction, precision: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Return the public ratio after each signal, with its probability given V = 1."""
    odds = precision / (1 - precision)
    return [(ratio * odds, precision), (ratio / odds, 1 - precision)]


def acted(ratio: Fraction, precision: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Return the public ratio after each act of an agent, with its probability given V = 1.

    Examples
    --------
    >>> [str(r) for r, _ in acted(Fraction(1), Fraction(3, 5))]
    ['3/2', '2/3']
    """
    good, bad = (adoption(ratio, precision, signal) for signal in (True, False))
    found = []
    for a, b in ((good, bad), (1 - good, 1 - bad)):
        if_high = precision * a + (1 - precision) * b
        if_low = (1 - precision) * a + precision * b
        if if_high:
            found.append((ratio * if_high / if_low, if_high))
    return found


def herd(ratio: Fraction, precision: Fraction) -> bool | None:
    """Return whether a cascade of adoption or rejection is on; None if there is none.

    Examples
    --------
    >>> herd(Fraction(9, 4), Fraction(3, 5)), herd(Fraction(1), Fraction(3, 5))
    (True, None)
    """
    taken = {adoption(ratio, precision, signal) for signal in (True, False)}
    return bool(taken.pop()) if len(taken) == 1 and HALF not in taken else None


def lasting(precision: Fraction) -> Cascades:
    r"""Return the limit for many agents.

    After two agents without a cascade the public ratio is 1 again, exactly as at the start. So the
    probability c of a correct cascade solves :math:`c = c_2 + n_2 c`, with those of two agents.

    Raises
    ------
    DeclarationError
        If the precision is not between 1/2 and 1.

    Examples
    --------
    >>> lasting(Fraction(3, 5)).correct
    Fraction(12, 19)
    """
    two = cascades(precision, 2)
    open_ = {r for ratio, _ in acted(Fraction(1), precision) for r, _ in acted(ratio, precision)
             if herd(r, precision) is None}  # fmt: skip
    assert open_ == {Fraction(1)}
    stays = 1 - two.none
    return Cascades(two.correct / stays, Fraction(0), two.incorrect / stays)


def check(precision: Fraction, agents: int) -> None:
    """Refuse a precision or a number of agents that makes no sense.

    Examples
    --------
    >>> check(Fraction(1, 2), 3)
    Traceback (most recent call last):
    pigou.errors.DeclarationError: the precision is 1/2; it lies between 1/2 and 1
    """
    if not HALF < precision < 1:
        raise DeclarationError(f"the precision is {precision}; it lies between 1/2 and 1")
    if agents < 0:
        raise DeclarationError(f"there are {agents} agents; there cannot be fewer than 0")
