r"""Where a verdict may flip in a parameter: expressions that are zero there.

They are read off equilibria that are followed in closed form (`pigou.along`): the net benefit
between them; what bounds their existence; where two have the same welfare, so that another is best
or worst; where uniform beliefs about the others are indifferent, so that another is selected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import sympy as sp

from pigou.along import Branch, branch
from pigou.along_choices import earned
from pigou.assessment import is_outlay
from pigou.comparison import Comparison
from pigou.enclosing import enclosed
from pigou.errors import PigouError
from pigou.exact import Enclosure
from pigou.game import GOVERNMENT, Game
from pigou.ledger import running_cost
from pigou.verdict import Verdict

__all__ = ["flips"]

_MOST_COMPARED, _MOST_MEMBERS = 6, 500


def flips(found: Comparison, parameter: str) -> Iterator[sp.Expr]:
    """Yield expressions in a parameter that are zero where a verdict may flip.

    Parameters
    ----------
    found : Comparison
        Of a game with one reform.
    parameter : str

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> found = compare(model.game, [model.reform("uniform_subsidy")], costs_of_funds=("3/2",))
    >>> zero = {s for e in flips(found, "subsidy") for s in sp.solve(e)}
    >>> sp.Rational(9, 10) in zero
    True
    """
    followed: list[dict[str, Branch]] = []
    here = Fraction(0)
    for scenario in (found.baseline, found.reforms[0]):
        has = parameter in [p.name for p in scenario.game.parameters]
        at = scenario.game.values(scenario.found.at)
        branches = {}
        for one in scenario.found.equilibria[:_MOST_COMPARED]:
            way = branch(scenario.game, at, parameter if has else "", one)
            if way is not None:
                branches[one.name] = way
                yield from way.events() if has else []
        followed.append(branches)
        here = at.get(parameter, here)
        yield from _crossings(list(branches.values()), scenario.game)
        yield from _uniform_beliefs(list(branches.values()))
    before, after = followed
    for verdict in found.verdicts(found.reforms[0].name):
        if verdict.before in before and verdict.after in after and verdict.fails_as_one:
            pair = before[verdict.before], after[verdict.after]
            for cost in verdict.net:
                yield from net_benefits(*pair, verdict, sp.Rational(cost), here)


def _uniform_beliefs(branches: Sequence[Branch]) -> Iterator[sp.Expr]:
    """Yield where Laplacian beliefs are indifferent: one population with two choices.

    Of more than 500 members that is left to the search between verdicts.
    """
    for one in branches[:1]:
        if len(one.kinds) == 1 and len(one.kinds[0].actions) == 2:
            (kind,) = one.kinds
            if not 1 < kind.size <= _MOST_MEMBERS:
                continue
            rows = [(number, kind.size - number) for number in range(kind.size + 1)]
            gains = (
                earned(one.game, one.numbers, [kind._replace(row=row)], 0, 0, 0)
                - earned(one.game, one.numbers, [kind._replace(row=row)], 0, 0, 1)
                for row in rows[1:]
            )
            yield sum(gains, sp.S.Zero)


def _crossings(branches: Sequence[Branch], game: Game) -> Iterator[sp.Expr]:
    """Yield differences of welfare: where they are zero another one may be best or worst."""
    totals = [sum((b.surplus(p) for p in game.parties), sp.S.Zero) for b in branches]
    for k, one in enumerate(totals):
        yield from (one - other for other in totals[k + 1 :])


def net_benefits(
    before: Branch, after: Branch, verdict: Verdict, cost: sp.Rational, here: Fraction
) -> Iterator[sp.Expr]:
    """Yield the expected net benefit, without and with weights if these are rational.

    What is lost by failing has the signs that it has at the value `here`.
    """
    kept, fails = sp.Rational(str(1 - verdict.failure)), sp.Rational(str(verdict.failure))
    public = after.surplus(GOVERNMENT) if GOVERNMENT in after.game.parties else sp.S.Zero
    public -= before.surplus(GOVERNMENT) if GOVERNMENT in before.game.parties else sp.S.Zero
    public = kept * public
    if fails:
        public -= fails * _more(_paid(after, here) - _paid(before, here), after.open, here)
        public -= fails * _more(_run(after) - _run(before), after.open, here)
    yield cost * public + kept * (_of_others(after) - _of_others(before))
    if all(w.is_exact and p in after.game.parties for p, w in verdict.weights.items()):
        total = cost * public
        for party, weight in verdict.weights.items():
            gain = after.surplus(party)
            gain -= before.surplus(party) if party in before.game.parties else sp.S.Zero
            total += kept * sp.Rational(str(weight.lower)) * gain
        yield total


def _of_others(one: Branch) -> sp.Expr:
    """Return everybody's surplus but the government's."""
    return sp.Add(*(one.surplus(p) for p in one.game.parties if p != GOVERNMENT))


def _paid(one: Branch, here: Fraction) -> sp.Expr:
    """Return the outlay: what the government pays on balance."""
    total = sp.S.Zero
    for transfer in one.game.transfers:
        if GOVERNMENT in (transfer.payer, transfer.payee):
            declared = transfer.payer == GOVERNMENT
            paid = one.flow(transfer) if declared else -one.flow(transfer)
            if is_outlay(declared, _value(paid, one.open, here)):
                total += paid
    return total


def _run(one: Branch) -> sp.Expr:
    return running_cost(one.game).xreplace(dict(one.numbers))


def _more(change: sp.Expr, open_: sp.Symbol, here: Fraction) -> sp.Expr:
    """Return an increase, and 0 for a decrease."""
    return change if _value(change, open_, here).upper > 0 else sp.S.Zero


def _value(formula: sp.Expr, open_: sp.Symbol, here: Fraction) -> Enclosure:
    """Return the value of a formula; of any sign where it cannot be told."""
    try:
        return enclosed(formula, {open_.name: Enclosure.point(here)})
    except (PigouError, ZeroDivisionError):
        return Enclosure(Fraction(-1), Fraction(1))
