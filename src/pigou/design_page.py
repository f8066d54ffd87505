r"""What there is to say about a design: a page, JSON (schema ``pigou.design/1``) and LaTeX."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from pigou.design_families import DIVIDE
from pigou.design_results import Design, Payment, Row
from pigou.exact import Enclosure, exact
from pigou.formulas import latex_expression, text_expression
from pigou.game import Game
from pigou.json_numbers import number
from pigou.solvers.budgets import Budgets
from pigou.symbols import prose
from pigou.tables import Block, Page, Table, Words, plain_latex, rounded

__all__ = ["design_latex", "design_page", "design_result"]

MOST_PAYMENTS = 30


def design_page(game: Game, found: Design) -> Page:
    """Show the least strength, what it costs, the frontier, the formulas, and what it rests on.

    Examples
    --------
    >>> from pigou.designing import design
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> page = design_page(model.game, design(model, formulas=False))
    >>> page.blocks[2].text
    'Cheapest: rate just above 0.375 (every rate above it, not 0.375 itself).'
    """
    blocks: list[Block] = [
        Words(f"{game.name}: the cheapest reform of the family '{found.family}'", "title"),
        Words(f"Goal: {found.goal_words}."),
        *_answer(found),
    ]
    if found.payments:
        blocks.append(_payments(found))
    if found.outcomes:
        blocks += _outcomes(found)
    blocks += _besides(found)
    table = _frontier(found)
    if table.rows:
        blocks.append(table)
    if found.formulas is not None:
        blocks += [Words("For any parameter values", "heading"), *_formulas(game, found.formulas)]
    blocks.append(Words("What this rests on", "heading"))
    blocks += [Words(sentence, under=1) for sentence in _grounds(found)]
    return Page(tuple(blocks), table)


def _name(found: Design) -> str:
    return found.parameter or "total"


def _answer(found: Design) -> Iterator[Words]:
    at = found.threshold
    if at.value is None:
        yield Words(f"No strength reaches it: {at.how}.", "bad")
        return
    value, name = rounded(at.value), _name(found)
    digits = value.replace(",", "")
    if at.value.is_exact and exact(digits) != at.value.lower and len(str(at.value.lower)) < 40:
        value = f"{value} (exactly {at.value.lower})"
    if at.root_of:
        value += f" (a root of {at.root_of})"
    words = {
        True: f"{name} {value}, which itself reaches it",
        False: f"{name} just above {value} (every {name} above it, not {rounded(at.value)} itself)",
        None: f"{name} {value}; whether that itself reaches it is not decided",
    }[at.attained]
    if at.below:
        words = (
            f"{name} just below {value} (the nearer the better, but not {rounded(at.value)} itself)"
        )
    yield Words(f"Cheapest: {words}.", "good")
    if found.height is not None:
        yield Words(f"Welfare in the worst equilibrium is then {rounded(found.height)}.")
    if at.grade == "numerical":
        yield Words(f"NOT SHOWN to be the least: {at.how}.", "warning")
    if len(at.spans) > 1:
        spans = ", ".join(str(span) for span in at.spans)
        yield Words(f"Not every larger {name} reaches it. It is reached {spans}.", "warning")


def _payments(found: Design) -> Table:
    rows = [
        (str(place), one.player, Enclosure.point(one.rate), _how_much(one))
        for place, one in enumerate(found.payments, 1)
        if one.rate > 0 or one.strict
    ]
    free = len(found.payments) - len(rows)
    title = "In this order" + (f"; then {free} follow unpaid" if free else "")
    return Table(title, ("place", "player", "payment", ""), tuple(rows[:MOST_PAYMENTS]))


def _how_much(payment: Payment) -> str:
    return "more than this" if payment.strict else "this"


def _outcomes(found: Design) -> Iterator[Block]:
    many = len(found.outcomes) > 1
    costs = [cost for cost in found.funds if cost != 1]
    for one in found.outcomes:
        yield Words(
            f"Then: {one.profile}. Outlay {rounded(one.outlay)}, welfare {rounded(one.welfare)}.",
            under=1,
        )
        for cost in costs:
            yield Words(
                f"At a cost of public funds of {rounded(Enclosure.point(cost))}: welfare "
                f"{rounded(one.welfare_at(cost))}.", under=2,
            )  # fmt: skip
    if many:
        yield Words(f"{len(found.outcomes)} equilibria remain; which one comes about is open.",
                    "warning")  # fmt: skip
    if found.promised is not None and found.outlay is not None:
        extra = " more than is paid" if found.promised.lower > found.outlay.upper else ""
        yield Words(
            f"Budget that has to be promised: at most {rounded(found.promised)}{extra}.", under=1
        )


_COLUMNS = (
    "above", "pure equilibria", "mixed", "on target, at least", "welfare, worst", "welfare, best",
    "outlay, at most", "promised",
)  # fmt: skip


def _besides(found: Design) -> Iterator[Words]:
    """Say what is due beside the outlay, and that it may be in vain."""
    if found.running is not None and not found.running.is_zero():
        yield Words(f"Running cost, whatever is played: {rounded(found.running)}.", under=1)
    if found.failure:
        chance = rounded(Enclosure.point(found.failure))
        yield Words(
            f"With probability {chance} the reform, or a part of it, fails: the goal is then not "
            "reached by it, and its cost is spent all the same.", "warning",
        )  # fmt: skip


def _frontier(found: Design) -> Table:
    if found.family == DIVIDE:
        title = "Budget against members won for sure (in every equilibrium)"
        rows = tuple((row.strength, row.on_target) for row in found.frontier)
        return Table(title, ("total above", "members won"), rows)
    title = "Cost against goal, where the pure equilibria change"
    cells = tuple(
        (
            row.strength, row.equilibria, "not known" if row.mixed is None else row.mixed,
            row.on_target, row.worst, row.best, row.outlay,
            row.promised,
        )
        for row in found.frontier
    )  # fmt: skip
    return Table(title, (f"{_name(found)} {_COLUMNS[0]}", *_COLUMNS[1:]), cells)


def _grounds(found: Design) -> Iterator[str]:
    at = found.threshold
    yield f"{at.grade[:1].upper()}{at.grade[1:]}: {at.how}."
    for doubt in at.undecided:
        yield f"Not decided: {doubt}."
    if found.parameter:
        yield f"The strength '{found.parameter}': {found.unit}."
    if found.rule:
        yield f"Equilibria are selected by the rule '{found.rule}'."
    if found.over:
        box = ", ".join(f"{n} from {a} to {b}" for n, (a, b) in found.over.items())
        dearest = ", ".join(f"{n} = {v}" for n, v in found.corner.items())
        yield f"Over the box {box}. Costs and the frontier are those of one corner: {dearest}."
    if found.at:
        yield f"At {', '.join(f'{n} = {v}' for n, v in found.at.items())}."
    if found.formulas is not None:
        yield _proofs(found.formulas)
    if found.why_no_formulas:
        yield f"No formulas: {found.why_no_formulas}."


def _proofs(formulas: Budgets) -> str:
    sizes = sorted({proof.members for proof in formulas.proofs})
    failed = [f"{p.claim} (N = {p.members})" for p in formulas.proofs if not p.holds]
    if not sizes:
        return "The formulas follow from the proposition; nothing was put to the prover."
    span = f"N = {sizes[0]}" + (f" to {sizes[-1]}" if len(sizes) > 1 else "")
    if failed:
        return f"The formulas are not all proved for {span}: {'; '.join(failed)}."
    return (
        f"The formulas are proved for {span}: every larger budget, split as stated, leaves the "
        "target as the only equilibrium; no smaller one does, nor this one where it is positive "
        f"({len(formulas.proofs)} claims decided by z3)."
    )


# -- formulas ---------------------------------------------------------------------------------


def _formulas(game: Game, found: Budgets) -> Iterator[Words]:
    def text(formula: Any) -> str:
        return str(formula) if formula.has(sp.Sum, sp.ceiling) else text_expression(formula, game)

    k, m = found.others, found.paid
    yield Words(f"A member needs more than t({k}) to choose '{found.target}' beside {k} others:")
    yield Words(f"t({k}) = {text(found.threshold)}", under=1)
    yield Words("Least budget, if all are paid the same:")
    yield Words(text(found.uniform), under=1)
    yield Words("Least budget, if payments differ (divide and conquer):")
    yield Words(text(found.discriminating), under=1)
    if found.closed is not None and found.number_paid is not None:
        yield Words(f"= {text(found.closed)}", under=1)
        yield Words(f"with {m} = {text(found.number_paid)} members paid", under=1)
    for condition, uniform, least, ratio in found.cases:
        yield Words(f"If {text(condition)}:")
        yield Words(f"uniform: {text(uniform)}", under=1)
        yield Words(f"divide and conquer: {text(least)}", under=1)
        yield Words(f"ratio: {text(ratio)}", under=1)


def design_latex(game: Game, found: Design) -> str:
    r"""Write the least budgets in LaTeX; the result needs amsmath.

    Without formulas, the answer at the given parameter values is written.

    Examples
    --------
    >>> from pigou.designing import design
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> at = {"firms": 3, "threshold": 1}
    >>> r"\kappa" in design_latex(model.game, design(model, at=at))
    True
    """
    lines = [plain_latex(f"Goal: {found.goal_words}.")]
    lines += [plain_latex(word.text) for word in _answer(found)]
    if found.formulas is not None:
        lines += _formulas_latex(game, found.formulas)
    lines += [plain_latex(sentence) for sentence in _grounds(found)]
    return "\n\n".join(lines) + "\n"


def _formulas_latex(game: Game, found: Budgets) -> Iterator[str]:
    def maths(formula: Any) -> str:
        return _latex(formula, game)

    k, m = found.others, found.paid
    yield rf"\begin{{align*}} t_{{{k}}} &= {maths(found.threshold)}, \\"
    yield rf"B_{{\text{{uniform}}}} &= {maths(found.uniform)}, \\"
    closed = ""
    if found.closed is not None and found.number_paid is not None:
        closed = rf" \\ &= {maths(found.closed)}, \\ {m} &= {maths(found.number_paid)}"
    yield rf"B_{{\text{{differ}}}} &= {maths(found.discriminating)}{closed} \end{{align*}}"
    for condition, uniform, least, ratio in found.cases:
        yield (
            rf"If \( {maths(condition)} \): \( B_{{\text{{uniform}}}} = {maths(uniform)} \), "
            rf"\( B_{{\text{{differ}}}} = {maths(least)} \), and the ratio is \( {maths(ratio)} \)."
        )


def _latex(formula: Any, game: Game) -> str:
    """Write a formula; sums and rounding up, which games have not, around parts that they have."""
    if isinstance(formula, sp.Sum):
        index, low, high = formula.limits[0]
        inside = _latex(formula.function, game)
        return rf"\sum_{{{index}={_latex(low, game)}}}^{{{_latex(high, game)}}} {inside}"
    if isinstance(formula, sp.Max | sp.Min) and formula.has(sp.ceiling):
        parts = ", ".join(_latex(part, game) for part in formula.args)
        return rf"\{'max' if isinstance(formula, sp.Max) else 'min'}\left\{{{parts}\right\}}"
    if isinstance(formula, sp.ceiling):
        return rf"\left\lceil {_latex(formula.args[0], game)} \right\rceil"
    return latex_expression(formula, game)


# -- JSON -------------------------------------------------------------------------------------


def design_result(game: Game, found: Design) -> dict[str, Any]:
    """Write a design: schema ``pigou.design/1``.

    Examples
    --------
    >>> from pigou.designing import design
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> result = design_result(model.game, design(model, formulas=False))
    >>> result["threshold"]["value"], result["threshold"]["attained"], result["outlay"]["exact"]
    ({'value': 0.375, 'exact': '3/8'}, False, '15/4')
    """
    at = found.threshold
    return {
        "schema": "pigou.design/1",
        "game": found.game,
        "goal": {"name": found.goal, "words": prose(found.goal_words), "rule": found.rule or None},
        "family": {"name": found.family, "strength": found.parameter or None, "unit": found.unit},
        "at": {name: str(value) for name, value in found.at.items()},
        "over": {name: {"low": str(a), "high": str(b)} for name, (a, b) in found.over.items()},
        "corner": {name: str(value) for name, value in found.corner.items()},
        "reached": found.reached,
        "threshold": {
            "value": _number(at.value),
            "root_of": at.root_of or None,
            "attained": at.attained,
            "below": at.below,
            "evidence": at.grade,
            "how": at.how,
            "reached_on": [
                {
                    "low": number(s.low), "high": _number(s.high),
                    "with_low": s.with_low, "with_high": s.with_high,
                }
                for s in at.spans
            ],
            "undecided": list(at.undecided),
        },
        "payments": [
            {"player": p.player, "rate": number(Enclosure.point(p.rate)), "more_than": p.strict}
            for p in found.payments
        ],
        "outcomes": [
            {
                "profile": o.profile,
                "surplus": {name: number(value) for name, value in o.surplus.items()},
                "welfare": number(o.welfare),
                "welfare_at": [
                    {
                        "cost_of_funds": number(Enclosure.point(c)),
                        "welfare": number(o.welfare_at(c)),
                    }
                    for c in found.funds
                ],
                "outlay": number(o.outlay),
            }
            for o in found.outcomes
        ],
        "outlay": _number(found.outlay),
        "promised": _number(found.promised),
        "running_cost": _number(found.running),
        "failure": number(Enclosure.point(found.failure)),
        "worst_welfare": _number(found.height),
        "frontier": [_row(row) for row in found.frontier],
        "formulas": None if found.formulas is None else _formulas_result(game, found.formulas),
    }  # fmt: skip


def _number(value: Enclosure | None) -> dict[str, Any] | None:
    return None if value is None else number(value)


def _row(row: Row) -> dict[str, Any]:
    return {
        "strength": number(row.strength),
        "above": row.above,
        "pure_equilibria": row.equilibria,
        "mixed_equilibria": row.mixed,
        "on_target": _number(row.on_target),
        "welfare_worst": _number(row.worst),
        "welfare_best": _number(row.best),
        "outlay": _number(row.outlay),
        "promised": _number(row.promised),
    }


def _formulas_result(game: Game, found: Budgets) -> dict[str, Any]:
    def both(formula: Any) -> dict[str, str] | None:
        if formula is None:
            return None
        return {"text": str(formula), "latex": _latex(formula, game)}

    return {
        "target": found.target,
        "others": str(found.others),
        "members_paid": str(found.paid),
        "threshold": both(found.threshold),
        "order": found.order,
        "rate": both(found.rate),
        "uniform": both(found.uniform),
        "discriminating": both(found.discriminating),
        "closed": both(found.closed),
        "number_paid": both(found.number_paid),
        "cases": [
            {
                "condition": both(c), "uniform": both(u), "discriminating": both(d),
                "ratio": both(r),
            }
            for c, u, d, r in found.cases
        ],
        "given": [str(c) for c in found.given],
        "proved": found.proved,
        "proofs": [
            {"members": p.members, "claim": p.claim, "holds": p.holds} for p in found.proofs
        ],
    }  # fmt: skip
