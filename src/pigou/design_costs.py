r"""What a design costs, and the frontier of cost against goal.

The *outlay* in an equilibrium is what the reform pays to players and bystanders, whoever but a
player pays it, before any tax it collects; what the game pays already without the reform is not in
it. The budget *promised* is the largest outlay at any pure profile. The *running cost* is due
whatever anybody does. A reform that fails costs the same and changes nothing.

At a threshold that is not attained, pure equilibria are taken at the threshold itself (their outlay
and surplus are polynomials in the strength, whose values there are the limits from above), mixed
ones just beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.assessment import Assessment
from pigou.design_families import Target, counts_of
from pigou.design_goals import Setting, profiles_at, surplus
from pigou.design_results import Design, Outcome, Row
from pigou.enclosing import enclosed
from pigou.errors import PigouError
from pigou.exact import Enclosure, Record
from pigou.game import GOVERNMENT, Game, Transfer
from pigou.ledger import running_cost
from pigou.reform import Reform
from pigou.solvers.critical import Cell, StrengthForm, cells, enclosed_value
from pigou.solvers.form import Counts

__all__ = ["added_running_cost", "failure_of", "frontier", "outlay_formula", "with_costs"]

MOST_PROFILES, MOST_ROWS = 20_000, 60
MOST_MIXED_PROFILES, MOST_MIXED_ROWS = 100, 12
ZERO = Enclosure.point(0)


def outlay_formula(before: Game, after: Game) -> sp.Expr:
    """Return what a reform pays to anybody, the government apart, in all, as a formula.

    Examples
    --------
    >>> from pigou import subsidy
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> outlay_formula(game, subsidy("upgrade", 2)(game))
    sum(2*upgrade)
    """
    return sp.Add(*(after.amount(t, t.payer) for t in _payments(before, after)))


def _payments(before: Game, after: Game) -> tuple[Transfer, ...]:
    """Return the transfers that a reform adds and that are no tax."""
    players = {p.name for p in after.players}
    new = (t for t in after.transfers if t not in before.transfers)
    return tuple(t for t in new if t.payer not in players and t.payee != GOVERNMENT)


def added_running_cost(before: Game, after: Game, at: Mapping[str, Any]) -> Enclosure:
    """Return what running a reform costs, whatever anybody does.

    Parameters
    ----------
    before, after : Game
    at : mapping of str to number
        Parameter values of the game after the reform; the defaults where none is given.

    Examples
    --------
    >>> from pigou import subsidy
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> added_running_cost(game, subsidy("upgrade", 2, running_cost="cost/3")(game), {})
    Enclosure(1/3)
    """
    formula = running_cost(after) - running_cost(before)
    return enclosed(formula, {n: Enclosure.point(v) for n, v in after.values(at).items()})


def with_costs(found: Design, setting: Setting) -> Design:
    """Add the equilibria that result just above the threshold, and what they cost.

    Examples
    --------
    >>> from pigou.designing import design
    >>> from pigou.models import load
    >>> found = design(load("coordination"), family="assurance", formulas=False)
    >>> str(found.threshold.value), str(found.outlay), str(found.promised)
    ('3/8', '0', '27/8')
    """
    enough = found.threshold.just_enough
    if enough is None:
        return found
    exact = found.threshold.value
    assert exact is not None
    limit = exact.lower if exact.is_exact else enough
    outcomes = tuple(_outcome(setting, a, exact) for a in setting.assessed(enough))
    largest = max((o.outlay for o in outcomes), key=lambda e: e.upper, default=None)
    running = added_running_cost(setting.before, setting.game, setting.values(limit))
    return replace(
        found, outcomes=outcomes, outlay=largest, promised=_promised(setting, limit),
        running=running, failure=failure_of([setting.family.reform]),
    )  # fmt: skip


def failure_of(reforms: Sequence[Reform]) -> Fraction:
    """Return the probability that some part of some reform fails, all independently.

    Examples
    --------
    >>> from pigou import subsidy
    >>> risky = subsidy("upgrade", 1, failure="1/4")
    >>> failure_of([risky, risky])
    Fraction(7, 16)
    """
    works = Fraction(1)
    for one in reforms:
        works *= sum((p for p, _, fails in one.outcomes if not fails), Fraction(0))
    return 1 - works


def _outcome(setting: Setting, one: Assessment, limit: Enclosure) -> Outcome:
    counts, form = counts_of(one.equilibrium), setting.form
    if counts is None or form is None:
        new = _payments(setting.before, setting.game)
        flows = (a for t, a in one.flows if t in new)
        paid = sum(flows, ZERO)
        return Outcome(one.equilibrium.profile, one.surplus, one.welfare(), paid)
    return _at_profile(setting, form, one.equilibrium.profile, counts, limit)


def _at_profile(
    setting: Setting, form: StrengthForm, words: str, counts: Counts, strength: Enclosure
) -> Outcome:
    """Describe a pure profile at a strength, which may be known up to an enclosure."""
    shares = {
        p: enclosed_value(surplus(form, p, counts), strength) for p in setting.game.parties
    }  # fmt: skip
    formula = outlay_formula(setting.before, setting.game)
    outlay = enclosed_value(form.value(formula, counts), strength)
    return Outcome(words, Record(shares), sum(shares.values(), ZERO), outlay)


def _promised(setting: Setting, strength: Fraction) -> Enclosure | None:
    """Return the largest outlay at any pure profile."""
    form = setting.form
    if form is None:
        return None
    try:
        here = form.form(strength)
    except PigouError:
        return None
    if here.number_of_profiles(form.everything) > MOST_PROFILES:
        return None
    formula = outlay_formula(setting.before, setting.game)
    largest = max(here.value(formula, counts) for counts in here.profiles(form.everything))
    return Enclosure.point(Fraction(int(largest.p), int(largest.q)))


# -- the frontier -----------------------------------------------------------------------------


def frontier(setting: Setting, target: Target | None) -> tuple[Row, ...]:
    """Return what is had at which strength and cost, where the pure equilibria change.

    Mixed equilibria just above these strengths are counted in where all can be listed and the game
    is small; in between they may change too.

    Examples
    --------
    >>> from pigou.design_families import Target, from_reform
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> setting = Setting(model.game, from_reform(model.reform("uniform_subsidy")), {})
    >>> rows = frontier(setting, Target("all upgrade", ((0, 10),)))
    >>> [(str(row.strength), row.mixed, str(row.on_target), str(row.outlay)) for row in rows]
    [('0', 1, '0', '0'), ('3/8', 0, '10', '15/4')]
    """
    form = setting.form
    if form is None:
        return ()
    low, high = setting.family.low, setting.family.high
    _, parts = cells(form.pure_gaps(), low, high)
    rows: list[Row] = []
    before: Any = None
    for part in parts:
        pure = profiles_at(form, part.samples[0])
        if pure != before and len(rows) < MOST_ROWS:
            mixed = _mixed(setting, form, part) if len(rows) < MOST_MIXED_ROWS else None
            if pure or mixed:
                rows.append(_row(setting, form, part, pure, mixed, target))
        before = pure
    return tuple(rows)


def _mixed(setting: Setting, form: StrengthForm, part: Cell) -> tuple[Assessment, ...] | None:
    """Return the mixed equilibria just above the lower end of a cell; None if not all are known."""
    low, sample = part.low.value.upper, part.samples[0]
    if form.form(sample).number_of_profiles(form.everything) > MOST_MIXED_PROFILES:
        return None
    near = low + min(sample - low, Fraction(1, 10**9))
    found = setting.found(near)
    if not found.complete:
        return None
    at = part.low.exact
    if at is not None and setting.allows(at):
        there = setting.found(at)
        kinds = [sorted(e.kind for e in one) for one in (found, there)]
        if there.complete and not there.components and kinds[0] == kinds[1]:
            near = at  # nothing changes there, and the numbers are shorter
    return tuple(a for a in setting.assessed(near) if counts_of(a.equilibrium) is None)


def _row(
    setting: Setting, form: StrengthForm, part: Cell, pure: list[Counts],
    mixed: tuple[Assessment, ...] | None, target: Target | None,
) -> Row:  # fmt: skip
    """Describe the equilibria of a cell at its lower end."""
    low = part.low.value
    limit = low.lower if low.is_exact else part.samples[0]
    outcomes = [_at_profile(setting, form, "", counts, low) for counts in pure]
    outcomes += [_outcome(setting, a, low) for a in mixed or ()]
    welfare = [o.welfare for o in outcomes]
    on_target: list[Enclosure] = []
    if target is not None:
        on_target = [Enclosure.point(_alike(counts, target.counts)) for counts in pure]
        on_target += [_expected(form, a, target.counts) for a in mixed or ()]
    return Row(
        low, True, len(pure), min(on_target, key=lambda n: n.lower, default=None),
        min(welfare, key=lambda w: w.lower), max(welfare, key=lambda w: w.upper),
        max((o.outlay for o in outcomes), key=lambda o: o.upper), _promised(setting, limit),
        None if mixed is None else len(mixed),
    )  # fmt: skip


def _expected(form: StrengthForm, one: Assessment, wanted: Counts) -> Enclosure:
    """Return how many members do, on average, what the target asks of them, if all ask alike."""
    total = ZERO
    strategies = {(s.player, s.type): s for s in one.equilibrium.strategies}
    for group, row in zip(form.groups, wanted, strict=True):
        shares = strategies[group.player, group.type].probabilities
        for action, number in zip(group.actions, row, strict=True):
            taken = shares[", ".join(action)] * Enclosure.point(group.size)
            total += taken if taken.upper <= number else Enclosure.point(number)
    return total


def _alike(counts: Counts, wanted: Counts) -> int:
    """Return how many members do in one profile what the target asks of them."""
    rows: Iterator[Any] = zip(counts, wanted, strict=True)
    return sum(min(a, b) for row, want in rows for a, b in zip(row, want, strict=True))
