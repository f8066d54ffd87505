r"""Who ends up with public money: statutory and economic incidence, transfer by transfer.

Statutory incidence is who is paid: the payee has 1 of every unit. Economic incidence is what
everybody's surplus changes by once all have adjusted. With :math:`S_g` the surplus of g and X what
flows in a transfer, in the equilibrium under the reform:

* *at the margin*, the transfer being scaled by t: :math:`(dS_g/dt) / (dX/dt)` at t = 1;
* of the *whole* reform: :math:`\Delta S_g / \Delta X`, with X all that the government pays out.

Summed over all parties, the government included, either is the change in welfare by a unit of
money: 0 where money is only passed on.

Steps
-----
1. Closed form: the equilibrium is followed in t (`pigou.along`) and the quotient is taken of
   derivatives of expressions. *Exact.*
2. Elsewhere, for continuous moves made at the same time: the first-order conditions
   :math:`F(x, t) = 0` of the moves inside their intervals give
   :math:`dx/dt = -F_x^{-1} F_t`, by Gaussian elimination in enclosures. *Certified.*
3. Elsewhere: central differences of solutions at :math:`t = 1 \pm 10^{-4}`. *Numerical.*

Where just at t = 1 another choice is as good as one that is taken, or a continuous move begins to
leave the end of its interval, one unit less and one more do different things: there is no margin,
and none is stated.

Sources: Fullerton and Metcalf (2002), Handbook of Public Economics 4:1787-1872; Weyl and Fabinger
(2013), Journal of Political Economy 121:528-583, on imperfect competition and along chains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.along import branch
from pigou.assessment import Assessment
from pigou.check import examine
from pigou.comparison import Scenario
from pigou.enclosing import enclosed
from pigou.equilibrium import Equilibrium, Grade
from pigou.errors import PigouError
from pigou.exact import Enclosure, Record
from pigou.expression import symbol
from pigou.game import Game, Interval, Parameter, Transfer
from pigou.solving import solve
from pigou.stages import is_staged

__all__ = ["Incidence", "incidence_matrix", "marginal_incidence"]

_ZERO = Enclosure.point(0)
_STEP = Fraction(1, 10_000)
_EDGE = "not defined: a little less and a little more change different things"


@dataclass(frozen=True)
class Incidence:
    """One row of the incidence matrix.

    Parameters
    ----------
    of : str
        What the transfer is for; ``"whole reform"`` for the last row.
    statutory, economic : mapping of str to Enclosure
        Per unit of money, by party; empty where no money moves.
    grade : Grade or None
        How the economic incidence is known; None where it is not.
    how : str
        In words.

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> found = compare(model.game, [model.reform("uniform_subsidy")])
    >>> row = incidence_matrix(found.baseline, found.reform("uniform_subsidy"))[-1]
    >>> row.of, row.economic["consumers"]
    ('whole reform', Enclosure(1/2))
    """

    of: str
    statutory: Mapping[str, Enclosure]
    economic: Mapping[str, Enclosure]
    grade: Grade | None
    how: str

    def __post_init__(self) -> None:
        for name in ("statutory", "economic"):
            object.__setattr__(self, name, Record(getattr(self, name)))

    @property
    def welfare(self) -> Enclosure:
        """Change in the sum of all surpluses, by a unit of money."""
        return sum(self.economic.values(), _ZERO)


def incidence_matrix(
    before: Scenario, after: Scenario, was: str = "", now: str = ""
) -> tuple[Incidence, ...]:
    """Return the incidence of each transfer that a reform brings, and of the whole reform.

    Parameters
    ----------
    before, after : Scenario
        The baseline and the reform.
    was, now : str, optional
        The equilibria that are compared; those that are selected by default.

    Examples
    --------
    >>> from pigou import Bystander, Move, Player, compare, subsidy
    >>> game = Game(
    ...     "monopoly",
    ...     [Player("firm")],
    ...     [Move("q", "firm", (0, 10))],
    ...     {"firm": "q*(10 - q)"},
    ...     bystanders=[Bystander("consumers", "q**2/2")],
    ... )
    >>> found = compare(game, [subsidy("q", 2)])
    >>> margin, whole = incidence_matrix(found.baseline, found.reforms[0])
    >>> {party: str(part) for party, part in margin.economic.items()}
    {'firm': '6/7', 'consumers': '3/7', 'government': '-1'}
    """
    if not before.assessments or not after.assessments:
        return ()
    old, new = before[was or before.selected], after[now or after.selected]
    brought = (Counter(after.game.transfers) - Counter(before.game.transfers)).elements()
    rows = [marginal_incidence(after.game, after.found.at, new.equilibrium, t) for t in brought]
    return (*rows, _whole(old, new))


def _whole(old: Assessment, new: Assessment) -> Incidence:
    spent = new.outlay - old.outlay
    parties = dict.fromkeys([*old.surplus, *new.surplus])
    if spent.lower <= 0 <= spent.upper:
        return Incidence("whole reform", {}, {}, None, "no public money is paid out")
    gains = {p: new.surplus.get(p, _ZERO) - old.surplus.get(p, _ZERO) for p in parties}
    received = {p: _received(new, p) - _received(old, p) for p in parties}
    known = all(one.equilibrium.evidence.grade != Grade.NUMERICAL for one in (old, new))
    return Incidence(
        "whole reform",
        {p: value / spent for p, value in received.items()},
        {p: gain / spent for p, gain in gains.items()},
        Grade.CERTIFIED if known else Grade.NUMERICAL,
        "from the two equilibria",
    )


def _received(one: Assessment, party: str) -> Enclosure:
    flows = one.flows
    taken = sum((f.amount for f in flows if f.transfer.payee == party), _ZERO)
    return taken - sum((f.amount for f in flows if f.transfer.payer == party), _ZERO)


def marginal_incidence(
    game: Game, at: Mapping[str, Any], equilibrium: Equilibrium, transfer: Transfer
) -> Incidence:
    """Return what everybody gains by one more unit of a transfer.

    Parameters
    ----------
    game : Game
        With the transfer among its own.
    at : mapping of str to number
        A value for every parameter.
    equilibrium : Equilibrium
        Of this game.
    transfer : Transfer

    Examples
    --------
    >>> from pigou import Bystander, Move, Player, subsidy
    >>> game = Game(
    ...     "monopoly",
    ...     [Player("firm")],
    ...     [Move("q", "firm", (0, 10))],
    ...     {"firm": "q*(10 - q)"},
    ...     bystanders=[Bystander("consumers", "q**2/2")],
    ... )
    >>> taxed = subsidy("q", 2)(game)
    >>> row = marginal_incidence(taxed, {}, solve(taxed)["E1"], taxed.transfers[0])
    >>> row.economic["consumers"], str(row.grade)
    (Enclosure(3/7), 'certified')
    """
    values = game.values(at)
    name = "scale"
    while name in game.scope.names:
        name += "_"
    scaled = _scaled(game, transfer, name)
    one = scaled.transfers[list(game.transfers).index(transfer)]
    statutory = dict.fromkeys(game.parties, _ZERO)
    statutory[transfer.payee] = Enclosure.point(1)
    statutory[transfer.payer] = Enclosure.point(-1)
    here = {**values, name: Fraction(1)}
    for rule in (_closed_form, _implicit, _differences):
        try:
            found = rule(scaled, here, name, equilibrium, one)
        except _AtAnEdge:
            return Incidence(transfer.purpose, statutory, {}, None, _EDGE)
        if found is not None:
            slopes, money, grade, how = found
            if money.lower <= 0 <= money.upper:
                return Incidence(transfer.purpose, {}, {}, None, "no money moves at the margin")
            economic = {p: slope / money for p, slope in slopes.items()}
            return Incidence(transfer.purpose, statutory, economic, grade, how)
    return Incidence(transfer.purpose, statutory, {}, None, "not found")


def _scaled(game: Game, transfer: Transfer, name: str) -> Game:
    transfers = list(game.transfers)
    place = transfers.index(transfer)  # one of them, where several are the same
    transfers[place] = replace(transfer, amount=transfer.amount * symbol(name))
    parameters = (*game.parameters, Parameter(name, 1))
    return replace(game, transfers=tuple(transfers), parameters=parameters)


class _AtAnEdge(Exception):
    """The derivative to the left is not that to the right."""


_Slopes = tuple[dict[str, Enclosure], Enclosure, Grade, str]
"""What everybody gains, and what flows, by the scale; the grade; how it is known."""


def _closed_form(
    game: Game, at: Mapping[str, Fraction], name: str, one: Equilibrium, transfer: Transfer
) -> _Slopes | None:
    found = branch(game, at, name, one)
    if found is None:
        return None
    state = {name: Enclosure.point(1)}

    def slope(formula: sp.Expr) -> Enclosure:
        return enclosed(sp.diff(formula, symbol(name)), state)

    try:
        if any(enclosed(event, state).overlaps(_ZERO) for event in found.events()):
            raise _AtAnEdge
        slopes = {party: slope(found.surplus(party)) for party in game.parties}
        return slopes, slope(found.flow(transfer)), Grade.CERTIFIED, "exact: in closed form"
    except (PigouError, ZeroDivisionError, KeyError, TypeError):
        return None


def _implicit(
    game: Game, at: Mapping[str, Fraction], name: str, one: Equilibrium, transfer: Transfer
) -> _Slopes | None:
    """Differentiate the first-order conditions of continuous moves that are made at once."""
    smooth = all(isinstance(m.domain, Interval) for m in game.moves) and not game.chance
    if not smooth or is_staged(game):
        return None
    state = {k: Enclosure.point(v) for k, v in at.items()}
    values = {s.move: s.value for s in one.strategies if s.value is not None}
    state |= values
    inside = [m for m in game.moves if not _is_at_end(m.domain, values[m.name], state)]
    payoffs = {p.name: game.payoff(p.name) for p in game.players}
    try:
        for move in (m for m in game.moves if m not in inside):
            if enclosed(sp.diff(payoffs[move.player], move.symbol), state).overlaps(_ZERO):
                raise _AtAnEdge
        conditions = [sp.diff(payoffs[m.player], m.symbol) for m in inside]
        rows = [
            [enclosed(sp.diff(c, m.symbol), state) for m in inside]
            + [-enclosed(sp.diff(c, symbol(name)), state)]
            for c in conditions
        ]
        moved = _eliminated(rows)
        if moved is None:
            return None
        changes = {m.symbol: d for m, d in zip(inside, moved, strict=True)}

        def slope(formula: sp.Expr) -> Enclosure:
            total = enclosed(sp.diff(formula, symbol(name)), state)
            parts = (enclosed(sp.diff(formula, s), state) * d for s, d in changes.items())
            return sum(parts, total)

        slopes = {party: slope(game.payoff(party)) for party in game.parties}
        how = "certified: from the first-order conditions"
        return slopes, slope(transfer.amount), Grade.CERTIFIED, how
    except (PigouError, ZeroDivisionError, KeyError, TypeError):
        return None


def _is_at_end(domain: Any, value: Enclosure, state: Mapping[str, Enclosure]) -> bool:
    ends = (enclosed(end, state) for end in (domain.lower, domain.upper))
    return any(end.overlaps(value) for end in ends)


def _eliminated(rows: Sequence[Sequence[Enclosure]]) -> list[Enclosure] | None:
    """Solve linear equations in enclosures; None where they may be singular."""
    left = [list(row) for row in rows]
    size = len(left)
    for k in range(size):
        pivot = max(range(k, size), key=lambda r: abs(left[r][k].value))
        left[k], left[pivot] = left[pivot], left[k]
        if left[k][k].lower <= 0 <= left[k][k].upper:
            return None
        left[k] = [entry / left[k][k] for entry in left[k]]
        for r in range(size):
            if r != k:
                left[r] = [a - left[r][k] * b for a, b in zip(left[r], left[k], strict=True)]
    return [row[-1] for row in left]


def _differences(
    game: Game, at: Mapping[str, Fraction], name: str, one: Equilibrium, transfer: Transfer
) -> _Slopes | None:
    """Take central differences of solved games."""
    place = game.transfers.index(transfer)
    sides = []
    for step in (_STEP, -_STEP):
        there = {**at, name: 1 + step}
        near = _nearest(list(solve(game, there)), one)
        if near is None:
            return None
        exam = examine(game, there, near.strategies)
        sizes = {p: Enclosure.point(n) for p, n in exam.sizes.items()}
        surplus = {p: payoff * sizes[p] for p, payoff in exam.payoffs.items()}
        sides.append((surplus, exam.flows[place].amount))
    (up, more), (down, less) = sides
    width = Enclosure.point(2 * _STEP)
    slopes = {p: (up[p] - down[p]) / width for p in up}
    return slopes, (more - less) / width, Grade.NUMERICAL, "numerical: central differences"


def _nearest(found: Sequence[Equilibrium], one: Equilibrium) -> Equilibrium | None:
    """Return the equilibrium of the same kind with the nearest payoffs."""
    alike = [e for e in found if e.kind == one.kind and len(e.strategies) == len(one.strategies)]

    def gap(other: Equilibrium) -> float:
        return sum(abs(other.payoffs[p].value - v.value) for p, v in one.payoffs.items())

    return min(alike, key=gap, default=None)
