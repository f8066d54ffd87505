"""What there is to say about critical values: the section "Thresholds" of the page of regimes.

Every critical value is a formula for one parameter in the others, with what exists on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from pigou.expression import symbol
from pigou.formulas import Notation
from pigou.game import Game
from pigou.laying_out import in_text
from pigou.notation import text_expression
from pigou.solvers.symbolic import CriticalValue, Follow, RegimeSet
from pigou.tables import Block, Table, Words, plain_latex

__all__ = ["critical_blocks", "critical_latex", "follow_blocks", "follow_latex"]

_CHANGES = {
    "existence": ("exists", "exist"),
    "end": ("exists", "exist"),
    "merge": ("exists", "exist"),
    "efficiency": ("is efficient", "are efficient"),
}


def critical_blocks(game: Game, found: RegimeSet) -> list[Block]:
    """Lay out the critical values; nothing if there are none.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solving import regimes
    >>> game = load("coordination").game
    >>> found = regimes(game, {"threshold": 1}, critical=True)
    >>> for row in critical_blocks(game, found)[1].rows:
    ...     print(*row, sep=" | ")
    benefit | cost | 2, 3 exist above, not below |
    cost | benefit*(1 - complementarity) | 1, 3 exist above, not below | complementarity < 1
    """
    if not found.thresholds:
        return []
    rows = [
        (
            one.parameter,
            text_expression(one.value, game),
            _changes(one, found),
            "" if one.needs == sp.true else text_expression(one.needs, game),
        )
        for one in found.thresholds
    ]
    table = Table("", ("parameter", "critical value", "what changes there", "where"), tuple(rows))
    return [Words("Thresholds", "heading"), table, Words(_proof_words(found), under=1)]


def _changes(one: CriticalValue, found: RegimeSet) -> str:
    """Say what exists on which side."""
    parts = list(_sides(one, one.parameter in found.integers))
    if one.kind == "end":
        parts.append("one goes over into the other at an end of an interval")
    if one.kind == "merge":
        parts.append("the two become one at the value")
    return "; ".join(parts)


def _sides(one: CriticalValue, whole: bool) -> Iterator[str]:
    above, below = ("from it on", "up to it") if whole else ("above", "below")
    for numbers, here, there in ((one.above, above, "below"), (one.below, below, "above")):
        if numbers:
            verb = _CHANGES[one.kind][len(numbers) > 1]
            yield f"{', '.join(map(str, numbers))} {verb} {here}, not {there}"


def _proof_words(found: RegimeSet) -> str:
    words = "Proved on both sides (z3), near the value and for all values of the other parameters"
    words += " that meet the condition in the last column."
    if not found.all_thresholds:
        words += " Bounds that are not solved for a parameter, or not proved in time, are left out."
    return words


def critical_latex(game: Game, found: RegimeSet) -> list[str]:
    r"""Write the critical values in LaTeX, as a list.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solving import regimes
    >>> game = load("coordination").game
    >>> critical_latex(game, regimes(game, {"threshold": 1}, critical=True))[3]
    '\\item[Threshold] $b = c$: equilibria 2, 3 exist above, not below.'
    """
    if not found.thresholds:
        return []
    lines = ["", rf"\paragraph{{Thresholds.}} {plain_latex(_proof_words(found))}"]
    write = Notation(game).latex
    lines.append(r"\begin{description}")
    for one in found.thresholds:
        value = in_text(sp.Eq(symbol(one.parameter), one.value, evaluate=False), write)
        where = "" if one.needs == sp.true else f", where {in_text(one.needs, write)}"
        many = len(one.above) > 1 or (not one.above and len(one.below) > 1)
        noun = "outcome" + "s" * many if found.staged else "equilibria" if many else "equilibrium"
        lines.append(rf"\item[Threshold] {value}: {noun} {_changes(one, found)}{where}.")
    return [*lines, r"\end{description}"]


# -- what follows every history ---------------------------------------------------------------


def follow_blocks(game: Game, found: RegimeSet) -> list[Block]:
    """Lay out what is done after every history of a game in stages; nothing if not stated.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solving import regimes
    >>> game = load("coordination").game
    >>> follow_blocks(game, regimes(game))
    []
    """
    if not found.follows:
        return []
    rows = [
        (str(one.stage), name, text_expression(formula, game), _where(one, game))
        for one in found.follows
        for name, formula in one.moves.items()
    ]
    heading = Words("What is done after every history", "heading")
    return [heading, Table("", ("stage", "move", "as a function", "where"), tuple(rows))]


def _where(one: Follow, game: Game) -> str:
    parts = [one.history] * bool(one.history)
    parts += [text_expression(one.condition, game)] * (one.condition != sp.true)
    return "; ".join(parts) or "always"


def follow_latex(game: Game, found: RegimeSet) -> list[str]:
    """Write what is done after every history in LaTeX.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solving import regimes
    >>> game = load("coordination").game
    >>> follow_latex(game, regimes(game))
    []
    """
    lines = []
    write = Notation(game).latex
    for one in found.follows:
        formulas = ", ".join(
            in_text(sp.Eq(symbol(name), formula, evaluate=False), write)
            for name, formula in one.moves.items()
        )
        limits = [plain_latex(one.history)] * bool(one.history)
        limits += [in_text(one.condition, write)] * (one.condition != sp.true)
        where = f", where {' and '.join(limits)}" if limits else ""
        lines.append(f"In stage {one.stage}, after every history: {formulas}{where}.")
    if lines:
        lines[:0] = ["", r"\paragraph{What is done after every history.}"]
    return lines
