r"""The independent checker of global games of regime change.

Write F for the distribution function of the noise in units of its standard deviation.

Steps
-----
1. *Members.* Whoever sees x believes the state to be normal with the mean
   :math:`(\alpha z + \beta x)/(\alpha + \beta)` and the precision :math:`\alpha + \beta` (Bayes),
   or, with a diffuse prior, distributed around x as the noise is. If the project succeeds from a
   state t on, being in is worth :math:`b \Pr(\theta \ge t \mid x) - c`, which rises in x: members
   with higher signals than that at which it is 0 gain by being in, those with lower ones lose, and
   so there is no other best reply. That signal x(t) is found by bisection of F; what is claimed is
   held against it, and what a member at the claim could gain is bounded.
2. *The state.* With cutoffs x(t) the weighted share of those who are in, less 1 - t, is
   :math:`h(t) = t - 1 + \sum_g w_g m_g F(\sqrt{\beta_g} (t - x_g(t)))` in the state t. An
   equilibrium is a root. h has different signs at both ends of what is claimed. The share rises in
   the state at given cutoffs, so that the project succeeds above the root, and fails below.
3. *All of them.* h < 0 below :math:`1 - \sum_g w_g m_g` and h > 0 above 1. In between a cover of
   intervals, each without a root (h has none in its enclosure) or with h rising or falling all
   along (its Taylor coefficient has one sign), counts the roots by the signs at the ends.
4. *Stable* is what h rises at.
5. *Expected values* are integrals over states, from the densities, by Taylor series
   (`pigou.check_integrals`), in failure and in success; what lies more than 12 standard deviations
   away is bounded by its probability.

Sources: Morris and Shin (1998), American Economic Review 88:587-597; Sakovics and Steiner (2012),
American Economic Review 102:3439-3461, for the game.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from flint import arb, arb_series

from pigou.check_claims import (
    Claims,
    Ledger,
    StateCheck,
    arithmetic,
    bracketed,
    number_ball,
    over,
    sign_of,
)
from pigou.check_integrals import integral, series
from pigou.errors import DeclarationError
from pigou.exact import Enclosure
from pigou.global_game import Investors, RegimeChange
from pigou.jets import enclosure

__all__ = ["check_regime_change"]

_BITS = 320
_BISECTIONS = 260
_MOST_PARTS = 4_000
_FAR = 12
_APART = Fraction(1, 2**120)
Number = TypeVar("Number", arb, arb_series)


def check_regime_change(
    game: RegimeChange, claims: Claims, pays: Mapping[str, Fraction], funds: Fraction
) -> StateCheck:
    """Check all equilibria in switching strategies, and what they bring.

    Parameters
    ----------
    game : RegimeChange
        With numbers in the place of parameters.
    claims : Claims
        Of the outcomes, all of which are equilibria.
    pays : mapping of str to Fraction
        What the public pays of the cost and of the benefit, as ``group.cost``.
    funds : Fraction
        What public money costs.

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> model = load("information_policy")
    >>> claims = {one.name: one.quantities for one in measure(model).outcomes}
    >>> check_regime_change(model.game.at(), claims, {}, Fraction(1)).confirmed
    True
    """
    unit = max(Fraction(group.benefit) for group in game.groups)
    ledger = Ledger(claims, unit)
    with arithmetic(_BITS):
        found = _Checker(game, ledger)
        criticals = []
        for name in claims:
            critical = ledger.claimed(name, "critical state")
            if critical is not None:
                criticals.append(critical)
                found.equilibrium(name, critical)
                if game.precision > 0 and game.noise == "normal":
                    _expected(ledger, game, name, critical, pays, funds)
        criticals.sort(key=lambda one: one.lower)
        apart = all(a.upper < b.lower for a, b in pairwise(criticals))
        count = found.count()
        ledger.holds(
            f"the number of equilibria: {count}, and not {len(criticals)}",
            None if count is None else apart and count == len(criticals),
        )
    return ledger.verdict()


def _normal(x: Number) -> Number:
    return (-x / arb(2).sqrt()).erfc() / 2


def _logistic(x: Number) -> Number:
    return 1 / (1 + (-x * (arb.pi() / arb(3).sqrt())).exp())


class _Checker:
    """The equations of the definition, for one game."""

    def __init__(self, game: RegimeChange, ledger: Ledger):
        self.game, self.ledger = game, ledger
        self.noise = _logistic if game.noise == "logistic" else _normal
        self.bars = {g.name: self._bar(Fraction(g.cost) / g.benefit) for g in game.groups}

    def _bar(self, share: Fraction) -> arb:
        """Enclose where the distribution function is c/b."""
        low, high, goal = Fraction(-1), Fraction(1), number_ball(share)
        while not self.noise(number_ball(low)) < goal:
            low *= 2
        while not self.noise(number_ball(high)) > goal:
            high *= 2
        found = bracketed(lambda y: self.noise(number_ball(y)) - goal, low, high, _BISECTIONS)
        return over(found)

    def succeeds(self, group: Investors, signal: arb, state: arb) -> arb:
        """Return how likely the state is above another, for who sees a signal."""
        alpha, beta = number_ball(self.game.precision), number_ball(group.precision)
        mean = (alpha * number_ball(self.game.mean) + beta * signal) / (alpha + beta)
        return self.noise((alpha + beta).sqrt() * (mean - state))

    def cutoff(self, group: Investors, state: Number) -> Number:
        """Return the signal at which a member is indifferent if a state is critical."""
        alpha, beta = number_ball(self.game.precision), number_ball(group.precision)
        mean = state + self.bars[group.name] / (alpha + beta).sqrt()
        return ((alpha + beta) * mean - alpha * number_ball(self.game.mean)) / beta

    def excess(self, state: Number) -> Number:
        """Return h."""
        total = state - 1
        for group in self.game.groups:
            size = number_ball(group.weight) * number_ball(group.mass)
            away = state - self.cutoff(group, state)
            total = total + size * self.noise(number_ball(group.precision).sqrt() * away)
        return total

    def equilibrium(self, name: str, critical: Enclosure) -> None:
        """Check one equilibrium."""
        slope = series(self.excess, over(critical), 2)[1]
        rises = sign_of(slope)
        self.ledger.word(name, "stable", {1: "yes", -1: "no"}.get(rises or 0))
        direction = -1 if rises == -1 else 1
        self.ledger.root(
            f"{name}, critical state", critical,
            lambda state: self.excess(number_ball(state)) * direction,
        )  # fmt: skip
        for group in self.game.groups:
            what = f"in from the signal ({group.name})"
            self.ledger.number(name, what, self.cutoff(group, over(critical)))
            signal = self.ledger.claims[name].get(what)
            if isinstance(signal, Enclosure):
                likely = self.succeeds(group, over(signal), over(critical))
                gain = number_ball(group.benefit) * likely - number_ball(group.cost)
                self.ledger.gain(abs(gain))

    def count(self) -> int | None:
        """Count all roots; None if that is not decided."""
        total = sum((Fraction(g.weight) * g.mass for g in self.game.groups), Fraction(0))
        waiting, roots = [(1 - total, Fraction(1))], 0
        for _ in range(_MOST_PARTS):
            if not waiting:
                return roots
            low, high = waiting.pop()
            value, slope = series(self.excess, over(Enclosure(low, high)), 2)
            if value > 0 or value < 0:
                continue
            ends = [sign_of(self.excess(number_ball(end))) for end in (low, high)]
            if (slope > 0 or slope < 0) and None not in ends and 0 not in ends:
                roots += ends[0] != ends[1]
                continue
            if high - low < _APART:
                return None
            middle = low + (high - low) * Fraction(4801, 10007)  # no root there, it is to be hoped
            waiting += [(low, middle), (middle, high)]
        return None


def _expected(
    ledger: Ledger, game: RegimeChange, name: str, critical: Enclosure,
    pays: Mapping[str, Fraction], funds: Fraction,
) -> None:  # fmt: skip
    """Check what is expected before the state is drawn."""
    outlay = surplus = arb(0)
    success = over(critical) - number_ball(game.mean)
    success = _normal(-success * number_ball(game.precision).sqrt())
    ledger.number(name, "chance of success", success)
    for group in game.groups:
        signal = ledger.claims[name].get(f"in from the signal ({group.name})")
        if not isinstance(signal, Enclosure):
            continue
        winning, losing = _participation(game, group, critical, signal)
        inside, mass = winning + losing, number_ball(group.mass)
        benefit, cost = number_ball(group.benefit), number_ball(group.cost)
        payoff = mass * ((benefit - cost) * winning - cost * losing)
        ledger.number(name, f"expected share that is in ({group.name})", inside)
        ledger.number(name, f"expected surplus ({group.name})", payoff)
        surplus += payoff
        aid = number_ball(pays.get(f"{group.name}.cost", Fraction(0)))
        prize = number_ball(pays.get(f"{group.name}.benefit", Fraction(0)))
        outlay += mass * (aid * inside + prize * winning)
    ledger.number(name, "public outlay", outlay)
    ledger.number(name, "welfare", surplus - number_ball(funds) * outlay)


def _participation(
    game: RegimeChange, group: Investors, critical: Enclosure, signal: Enclosure
) -> tuple[arb, arb]:
    """Return how likely a member is in, in success and in failure."""
    alpha, mean = number_ball(game.precision), number_ball(game.mean)
    beta, cutoff = number_ball(group.precision), over(signal)
    height = (alpha / (2 * arb.pi())).sqrt()

    def density(state: arb_series) -> arb_series:
        away = state - mean
        seen = _normal(beta.sqrt() * (state - cutoff))
        return height * (-(away * away) * alpha / 2).exp() * seen

    try:
        deviation = enclosure(1 / alpha.sqrt()).upper
    except DeclarationError:
        return arb("nan"), arb("nan")
    middle = (critical.lower + critical.upper) / 2
    low = min(Fraction(game.mean), middle) - _FAR * deviation
    high = max(Fraction(game.mean), middle) + _FAR * deviation
    shift = arb(0, 1) * (height * number_ball(critical.width)).upper()
    beyond = _normal(arb(-_FAR))
    parts = integral(density, middle, high), integral(density, low, middle)
    return parts[0] + shift + arb(0).union(beyond), parts[1] + shift + arb(0).union(beyond)
