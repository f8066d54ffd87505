r"""Whether the enclosures of a profile hold a stationary point: the independent checker's proof.

With F the slopes of the payoffs in the moves that are not exactly at an end, the Krawczyk image of
the enclosures lies in their interior. At a kink a = b of the payoff of i,
:math:`\lambda_i a + (1 - \lambda_i) b` stands for it; :math:`\lambda_i`, in [0, 1], is a further
unknown, and a - b = 0 a further equation. If the payoff falls away from the kink on both sides, as
`pigou.check_peaks` checks, that is what a maximum at it needs (Clarke 1983, section 2.3).

Sources: R. Krawczyk (1969), Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken;
A. Neumaier (1990), Interval Methods for Systems of Equations, theorem 5.1.8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from flint import arb, arb_mat

from pigou.branching import Kink, State, evaluate
from pigou.check_peaks import Stationary
from pigou.declared import Declared
from pigou.equilibrium import Strategy
from pigou.errors import DeclarationError, unknown
from pigou.exact import Enclosure
from pigou.jets import ONE, ZERO, Jet, Scalar, ball, rational, value

__all__ = ["Profile", "Stationarity", "stationary"]

NOTHING = Enclosure.point(0)
_KNOWN_TO = Fraction(1, 2**200)
_REACHES = (60, 100, 140, 180)


# -- profiles -------------------------------------------------------------------------------------


class Profile:
    """A profile laid out: places in the unit box, and labels."""

    def __init__(self, declared: Declared, strategies: Sequence[Strategy]):
        self.declared = declared
        known = [m.name for m in declared.game.moves]
        for strategy in strategies:
            if strategy.move not in known:
                raise DeclarationError(unknown("move", strategy.move, known, "the game"))
        self.labels = {name: _label(name, declared, strategies) for name in declared.options}
        self.given = [_taken(k, declared, strategies) for k in range(len(declared.names))]
        self.is_exact = all(given.is_exact for given in self.given)
        if not self.is_exact:
            zero = Fraction(0)
            self.given = [
                Enclosure(max(g.lower - _KNOWN_TO, zero), min(g.upper + _KNOWN_TO, 1 + zero))
                if g.is_exact and not _at_end(g)
                else g
                for g in self.given
            ]
        self.point = [ball(given) for given in self.given]
        self.inside = [k for k, given in enumerate(self.given) if not _at_end(given)]

    def expected(self, formula: sp.Expr) -> Scalar:
        """Expect a formula at the profile."""
        return self.declared.value(formula, self.labels, self.point)


def _at_end(given: Enclosure) -> bool:
    return given.is_exact and given.lower in (0, 1)


def _of(name: str, strategies: Sequence[Strategy]) -> Strategy | None:
    given = [s for s in strategies if s.move == name]
    return given[0] if len(given) == 1 else None


def _label(name: str, declared: Declared, strategies: Sequence[Strategy]) -> str:
    given = _of(name, strategies)
    shares = {} if given is None else dict(given.probabilities)
    sure = [label for label, p in shares.items() if p == Enclosure.point(1)]
    if len(sure) != 1 or any(p != NOTHING for label, p in shares.items() if label not in sure):
        raise DeclarationError(
            f"move '{name}' needs one strategy, with probability 1 of one of its choices"
        )
    if sure[0] not in declared.options[name]:
        raise DeclarationError(unknown("choice", sure[0], declared.options[name], f"'{name}'"))
    return sure[0]


def _taken(k: int, declared: Declared, strategies: Sequence[Strategy]) -> Enclosure:
    name, (low, high) = declared.names[k], declared.ends[k]
    given = _of(name, strategies)
    if given is None or given.value is None:
        raise DeclarationError(f"move '{name}' needs one strategy, with the value it takes")
    if given.value.lower < low or given.value.upper > high:
        raise DeclarationError(f"move '{name}' takes {given.value}, outside [{low}, {high}]")
    return declared.place(k, given.value)


# -- existence ------------------------------------------------------------------------------------


class Stationarity(NamedTuple):
    """What is known of a stationary point.

    Attributes
    ----------
    doubt : str
        Why there may be none.
    weights : mapping of str to mapping of int to scalar
        For each player, the weights of the kinks that it is at.
    proved : frozenset
        The formulas that are exactly 0 there.
    """

    doubt: str
    weights: Mapping[str, Stationary]
    proved: frozenset[Any]


class _System:
    """First-order conditions of all, with the weights of kinks as further unknowns."""

    def __init__(self, profile: Profile):
        self.profile, self.declared = profile, profile.declared
        self.inside = profile.inside
        self.kinks: list[tuple[str, Kink]] = []
        self.aside: dict[str, dict[int, Scalar]] = {}
        self.passed: set[Any] = set()
        self.gaps: dict[Any, Kink] = {}
        self.trees = {}
        for player in dict.fromkeys(self.declared.owners[k] for k in self.inside):
            formula = self.declared.game.payoff(player)
            self.trees[player] = self.declared.tree(formula, profile.labels)
            self._find_kinks(player)
        self.size = len(self.inside) + len(self.kinks)

    def _find_kinks(self, player: str) -> None:
        """Find the kinks at the point: those in the player's moves, and those in others' alone."""
        mine = [k for k in self.inside if self.declared.owners[k] == player]
        state = State(self.declared.jets(self.profile.point, mine, False), len(mine))
        evaluate(self.trees[player], state)
        self.aside[player] = {}
        for number, (kink, gap) in state.active.items():
            if isinstance(gap, Jet):
                self.kinks.append((player, kink))
                self.gaps[kink.formula] = kink
            else:
                self.aside[player][number] = ONE
                self.passed.add(kink.formula)

    @property
    def trouble(self) -> str:
        """Why the system cannot be used."""
        if any(not kink.sign for _, kink in self.kinks) or not self.passed <= set(self.gaps):
            return "a payoff may have a kink or jump at the point: no stationary point is proved"
        if len(self.gaps) != len(self.kinks):
            return "several players are at one kink: the point is not proved to be isolated"
        return ""

    def values(self, point: Sequence[Scalar], weights: Sequence[Scalar]) -> tuple[list[Any], Any]:
        """Return the left sides of all conditions and their derivatives."""
        values = self.declared.jets_among(point, self.inside, self.size, True)
        lambdas = [
            Jet(
                weight,
                [ONE if i == place else ZERO for i in range(self.size)],
                [[ZERO] * (i + 1) for i in range(self.size)],
            )
            for place, weight in enumerate(weights, len(self.inside))
        ]
        sides, rows = [], []
        jets = {player: self._jet(player, values, lambdas) for player in self.trees}
        for place, k in enumerate(self.inside):
            jet = jets[self.declared.owners[k]]
            sides.append(jet.slopes[place])
            curves: Any = jet.curves
            rows.append([curves[max(place, i)][min(place, i)] for i in range(self.size)])
        for kink in self.gaps.values():
            gap = evaluate(kink.gap, State(values, self.size, True))
            sides.append(value(gap))
            rows.append(gap.slopes if isinstance(gap, Jet) else [ZERO] * self.size)
        return sides, rows

    def _jet(self, player: str, values: list[Any], lambdas: list[Jet]) -> Jet:
        selection: dict[int, Any] = dict(self.aside[player])
        for (owner, kink), weight in zip(self.kinks, lambdas, strict=True):
            if owner == player:
                selection[kink.number] = weight
        jet = evaluate(self.trees[player], State(values, self.size, True, selection))
        if isinstance(jet, Jet):
            return jet
        return Jet(jet, [ZERO] * self.size, [[ZERO] * (k + 1) for k in range(self.size)])


def stationary(profile: Profile) -> Stationarity:
    """Prove that the enclosures hold a stationary point; say why not if that fails."""
    system = _System(profile)
    doubt = system.trouble
    if doubt:
        return Stationarity(doubt, {}, frozenset())
    start = _weights(system) if system.kinks else []
    if start is None:
        return Stationarity(_SINGULAR, {}, frozenset())
    for reach in _REACHES if system.kinks else (0,):
        doubt = _krawczyk(system, start, arb(2) ** -reach)
        if not doubt:
            weights: dict[str, dict[int, Scalar]] = {}
            for (player, kink), weight in zip(system.kinks, start, strict=True):
                wide = weight + arb(0, arb(2) ** -reach)
                weights.setdefault(player, {})[kink.number] = wide
            return Stationarity("", weights, frozenset(system.gaps))
    return Stationarity(doubt, {}, frozenset())


_SINGULAR = "the first-order conditions are singular at the point: none could be proved"


def _weights(system: _System) -> list[Scalar] | None:
    """Approximate the weights of kinks by Newton's method."""
    point = [arb(t).mid() for t in system.profile.point]
    weights: list[Scalar] = [arb(0.5)] * len(system.kinks)
    number = len(system.inside)
    for _ in range(4):
        step = _solved(*system.values(point, weights))
        if step is None:
            return None
        for place, k in enumerate(system.inside):
            point[k] = (point[k] - step[place]).mid()
        weights = [(w - s).mid() for w, s in zip(weights, step[number:], strict=True)]
    return weights


def _solved(sides: list[Any], rows: Any) -> list[Scalar] | None:
    size = len(sides)
    try:
        solution = _matrix(rows).solve(arb_mat(size, 1, [arb(s) for s in sides]))
    except (ZeroDivisionError, ValueError):
        return None
    step = [solution[i, 0] for i in range(size)]
    return step if all(s.is_finite() for s in step) else None


def _matrix(rows: Any) -> arb_mat:
    return arb_mat(len(rows), len(rows), [arb(x) for row in rows for x in row])


def _krawczyk(system: _System, weights: Sequence[Scalar], reach: Scalar) -> str:
    """Say why the box of enclosures, and of weights around some, may hold no solution."""
    inside, given = system.inside, system.profile.given
    point = list(system.profile.point)
    middle = [arb(t).mid() if k in inside else t for k, t in enumerate(point)]
    wide = [w + arb(0, reach) for w in weights]
    sides, _ = system.values(middle, weights)
    _, rows = system.values(point, wide)
    slopes = _matrix(rows)
    try:
        inverse = arb_mat(slopes.mid()).inv().mid() if slopes.nrows() else slopes
    except ZeroDivisionError:
        return _SINGULAR
    size = system.size
    centre = [middle[k] for k in inside] + list(weights)
    box = [point[k] for k in inside] + wide
    away = arb_mat(size, 1, [b - c for b, c in zip(box, centre, strict=True)])
    identity = arb_mat(size, size, [int(i == k) for i in range(size) for k in range(size)])
    image = (
        arb_mat(size, 1, centre)
        - inverse * arb_mat(size, 1, [arb(s) for s in sides])
        + (identity - inverse * slopes) * away
    )
    ends = [(rational(given[k].lower), rational(given[k].upper)) for k in inside]
    ends += [(max(ZERO, (w - reach).upper()), min(ONE, (w + reach).lower())) for w in weights]
    for i, (low, high) in enumerate(ends):
        if not (image[i, 0].lower() > low and image[i, 0].upper() < high):
            return "a stationary point inside the enclosures could not be proved"
    return ""
