"""The tables about money: the public account, who ends up with it, rents, the first best."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pigou.comparison import Comparison, Scenario
from pigou.efficiency import prices
from pigou.errors import PigouError
from pigou.exact import Enclosure
from pigou.incidence import Incidence, incidence_matrix
from pigou.instruments import BestValues, best_reform
from pigou.pages import label_of
from pigou.rents import rents_in
from pigou.tables import Block, Cell, Table, Words, rounded

__all__ = ["account_blocks", "best_value_blocks", "distance_blocks", "money_blocks", "rent_blocks"]

_ZERO = Enclosure.point(0)


def account_blocks(comparison: Comparison) -> list[Block]:
    """Lay out the public account in the selected equilibria, line by line."""
    costs = comparison.costs_of_funds
    rows: list[tuple[Cell, ...]] = []
    for scenario in (comparison.baseline, *comparison.reforms):
        if scenario.assessments:
            one = scenario[scenario.selected]
            lines = (one.outlay, one.running_cost, one.revenue, one.net_outlay)
            if not all(line.is_zero() for line in lines):
                rows.append((scenario.label, *lines, *(one.deadweight(c) for c in costs)))
    if not rows:
        return []
    columns = ("reform", "outlay", "running cost", "revenue", "net outlay")
    extra = tuple(f"deadweight at {rounded(cost)}" for cost in costs)
    note = (
        "Net outlay: outlay plus running cost less revenue, what has to be raised elsewhere. "
        "Deadweight: what raising it costs on top, (cost of public funds - 1) times net outlay."
    )
    title = Words("The public account, in the selected equilibrium", "heading")
    return [title, Table("", (*columns, *extra), tuple(rows)), Words(note, "note")]


def money_blocks(comparison: Comparison) -> list[Block]:
    """Show who ends up with one unit of public money, by law and once all have adjusted."""
    base = comparison.baseline
    found = [(s, incidence_matrix(base, s)) for s in comparison.reforms]
    parties = list(dict.fromkeys(p for s, _ in found for p in s.game.parties))
    rows = [row for s, matrix in found for row in _incidence_rows(s, matrix, parties)]
    if not rows:
        return []
    names = [label_of(s.game, p) for p in parties for s, _ in found[-1:]]
    columns = ("reform", "one unit of", "", *names, "all", "known")
    note = (
        "Paid: who receives the unit. Gains: the change in surplus once all have adjusted; of a "
        "transfer, by its last unit; of the whole reform, between the selected equilibria, by unit "
        "of outlay."
    )
    title = Words("Who ends up with public money", "heading")
    return [title, Table("", columns, tuple(rows)), Words(note, "note")]


def _incidence_rows(
    scenario: Scenario, matrix: tuple[Incidence, ...], parties: list[str]
) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for one in matrix:
        if not one.statutory:
            continue
        label = "" if rows else scenario.label
        paid = [one.statutory.get(p, _ZERO) for p in parties]
        rows.append((label, one.of, "paid", *paid, sum(paid, _ZERO), ""))
        gains: list[Cell] = [None] * (len(parties) + 1)
        if one.economic:
            gains = [*(one.economic.get(p, _ZERO) for p in parties), one.welfare]
        rows.append(("", "", "gains", *gains, one.how))
    return rows


def rent_blocks(comparison: Comparison) -> list[Block]:
    """Show rents and their shares along the chain, where there are several players."""
    rows: list[tuple[Cell, ...]] = []
    for scenario in (comparison.baseline, *comparison.reforms):
        if not scenario.assessments or len(scenario.game.players) < 2:
            continue
        one = scenario[scenario.selected]
        rents = rents_in(scenario.game, scenario.game.values(scenario.found.at), one)
        if not rents.rents:
            continue
        for number, player in enumerate(rents.how):
            share = rents.shares.get(player)
            percent = "-" if share is None else f"{rounded(share * Enclosure.point(100))}%"
            head = "" if number else scenario.label
            label = label_of(scenario.game, player)
            rows.append((head, label, rents.rents.get(player), percent, rents.how[player]))
    if not rows:
        return []
    title = Words("Rents, in the selected equilibrium", "heading")
    columns = ("reform", "player", "rent", "share", "outside option")
    note = "Rent: the payoff above the outside option. Share: of the rents of all players."
    return [title, Table("", columns, tuple(rows)), Words(note, "note")]


def distance_blocks(comparison: Comparison) -> list[Block]:
    """Show how far the equilibria are from the first best, and what the second best is."""
    rows: list[tuple[Cell, ...]] = []
    reasons: list[str] = []
    for scenario in (comparison.baseline, *comparison.reforms):
        if not scenario.assessments:
            continue
        found = prices(scenario)
        welfare = [one.welfare() for one in scenario.assessments]
        top, low = max(welfare, key=lambda w: w.lower), min(welfare, key=lambda w: w.lower)
        reasons += [found.reason] if found.reason else []
        rows.append(
            (
                scenario.label, scenario.first_best.welfare or "not known", top, low,
                _price(found.stability, "at most " * found.is_bound),
                _price(found.anarchy, "at least " * found.is_bound),
            )
        )  # fmt: skip
    if not rows:
        return []
    columns = ("reform", "first best", "best", "worst", "price of stability", "price of anarchy")
    title = Words("How far equilibria are from the first best", "heading")
    why = f" Undefined: {'; '.join(dict.fromkeys(reasons))}." if reasons else ""
    note = (
        "Prices: welfare of the first best over that of the best, and the worst, equilibrium; "
        "bounds where the list of equilibria may be incomplete."
    )
    return [title, Table("", columns, tuple(rows)), Words(note + why, "note"), *_second(comparison)]


def _price(price: Enclosure | None, bound: str) -> Cell:
    if price is None:
        return "undefined"
    return bound + rounded(price) if bound else price


def _second(comparison: Comparison) -> list[Block]:
    """Say which of the reforms compared is the second best, at each cost of public funds."""
    if not comparison.reforms:
        return []
    ways = ((False, " at unit weights"), (True, " with the weights"))
    texts = [
        f"Second best of what is compared, in the selected equilibria{how}: {said}."
        for weighted, how in (ways if comparison.weights else ((True, ""),))
        if (said := _best_in_words(comparison, weighted))
    ]
    return [Words(text, under=1) for text in texts]


def _best_in_words(comparison: Comparison, weighted: bool) -> str:
    labels = {s.name: s.label for s in comparison.reforms} | {"baseline": "doing nothing"}
    parts = []
    for cost in comparison.costs_of_funds:
        try:
            best = best_reform(comparison, "selected", cost, weighted)
        except PigouError:
            return ""
        net = "" if best.what == "baseline" else f", net benefit {rounded(best.net, sign=True)}"
        parts.append(f"{labels[best.what]} at a cost of public funds of {rounded(cost)}{net}")
    return "; ".join(parts)


def best_value_blocks(comparison: Comparison, bests: Sequence[BestValues]) -> list[Block]:
    """Show the best value of a reform's parameter, where it was asked for."""
    labels = {s.name: s.label for s in comparison.reforms}
    rows: list[tuple[Cell, ...]] = []
    for one in bests:
        span = f"{one.parameter} in {rounded(one.low)} to {rounded(one.high)}"
        for number, ((rule, cost, weighted), best) in enumerate(one.found.items()):
            head = ("", "") if number else (labels[one.reform], span)
            price = rounded(Fraction(cost)) + " (weighted)" * weighted
            value = "" if best.value is None else rounded(best.value)
            beside = "" if best.attained else "just beside "
            rows.append((*head, rule, price, beside + value, best.net, str(best.grade)))
    if not rows:
        return []
    columns = ("reform", "of what", "if played", "at cost", "best at", "net benefit", "known")
    note = (
        "Second best: the value with the largest net benefit that was found, by following "
        "equilibria in closed form and solving again; that none is better is not proved. Just "
        "beside: a little less or more than this does best, and this itself does not."
    )
    title = Words("The best value of an instrument", "heading")
    return [title, Table("", columns, tuple(rows)), Words(note, "note")]
