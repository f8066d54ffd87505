"""What there is to say about regimes: every equilibrium with its condition, and where which exist.

The equilibria are numbered, and the regimes, which bear letters, refer to the numbers.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sympy as sp

from pigou.critical_page import (
    critical_blocks,
    critical_latex,
    follow_blocks,
    follow_latex,
)
from pigou.expression import symbol
from pigou.formulas import Notation
from pigou.game import Game
from pigou.laying_out import in_text, with_stops
from pigou.notation import latex_expression, text_expression
from pigou.pages import how_known
from pigou.solvers.signalling_paths import hidden_draw
from pigou.solvers.symbolic import Regime, RegimeSet, SymbolicEquilibrium
from pigou.symbols import in_ascii
from pigou.tables import Block, Page, Table, Words, plain_latex

__all__ = ["letter", "regimes_latex", "regimes_page"]

MOST_EXCLUDED = 12
LONGEST_NAME = 40  # letters of a label, which LaTeX does not break


def letter(place: int) -> str:
    """Name a regime by its place in the list.

    Examples
    --------
    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    more, last = divmod(place, 26)
    return (letter(more - 1) if more else "") + string.ascii_uppercase[last]


def regimes_page(game: Game, found: RegimeSet, fixed: Mapping[str, Any]) -> Page:
    """Show every equilibrium with its exact condition, and the regimes.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solving import regimes
    >>> game = load("coordination").game
    >>> page = regimes_page(game, regimes(game, {"threshold": 1}), {"threshold": 1})
    >>> page.blocks[0].text
    'coordination: every equilibrium, and exactly when it exists'
    """
    which = "pure equilibrium" if found.why_not_mixed else "equilibrium"
    title = f"{found.game}: every {which}, and exactly when it exists"
    if found.follows:
        title = f"{found.game}: every subgame-perfect {which}, and exactly when it exists"
    if found.staged:
        kind = "subgame-perfect" if hidden_draw(game) is None else "perfect Bayesian"
        title = f"{found.game}: every outcome of a {kind} equilibrium, and exactly when"
    blocks: list[Block] = [Words(title, "title")]
    if not found.complete:
        open_ = " / ".join(found.unresolved)
        blocks.append(Words(f"INCOMPLETE: not decided: {open_}.", "warning"))
    if found.why_not_mixed:
        blocks.append(Words(f"Mixed equilibria are not stated: {found.why_not_mixed}.", "warning"))
    table = _equilibria(game, found)
    blocks.append(table)
    for sentence in _excluded(found):
        blocks.append(Words(f"{sentence}.", under=1))
    blocks.append(Words("Regimes", "heading"))
    if found.regimes:
        blocks.append(_regimes(game, found))
    blocks.append(Words(_partition_words(found), under=1))
    blocks += [*critical_blocks(game, found), *follow_blocks(game, found)]
    blocks.append(Words("What this rests on", "heading"))
    given = [text_expression(c, game) for c in found.conditions]
    given += [f"{', '.join(found.integers)} whole numbers"] * bool(found.integers)
    if given:
        blocks.append(Words(f"Assumed: {'; '.join(given)}.", under=1))
    if fixed:
        values = ", ".join(f"{name} = {value}" for name, value in fixed.items())
        blocks.append(Words(f"Set: {values}.", under=1))
    if found.held:
        blocks.append(Words(_held(found), under=1))
    blocks.append(Words(f"{_completeness(found)}.", under=1))
    return Page(tuple(blocks), table)


def _held(found: RegimeSet) -> str:
    values = ", ".join(f"{name} = {value}" for name, value in found.held.items())
    return (
        f"Held at its default, as it stands in an exponent: {values}. Nothing is stated for other "
        "values; give one with --set."
    )


def _equilibria(game: Game, found: RegimeSet) -> Table:
    """Lay out the equilibria; probabilities have a column where there are any."""
    mixed = any(one.probabilities for one in found.equilibria)
    moving = any(one.moves for one in found.equilibria)
    judged = any(one.efficient is not None for one in found.equilibria)
    rows = []
    for number, one in enumerate(found.equilibria, 1):
        row = [str(number), one.profile, text_expression(one.condition, game)]
        if judged:
            best = one.efficient
            row.append("" if best is None else text_expression(best, game))
        row += ["; ".join(_pairs(one.moves, game))] * moving
        if mixed:
            shares = _pairs(one.probabilities, game)
            limits = [text_expression(c, game) for c in one.constraints]
            row.append(
                "; ".join([*shares, f"for all {' and '.join(limits)}"] if limits else shares)
            )
        rows.append((*row, "; ".join(_pairs(one.payoffs, game))))
    columns = ["no.", "path of play" if found.staged else "profile"]
    columns += ["an outcome exactly if" if found.staged else "an equilibrium exactly if"]
    columns += ["efficient exactly if"] * judged
    columns += ["moves"] * moving + ["probabilities"] * mixed + ["payoffs there"]
    return Table("", tuple(columns), tuple(rows))


def _pairs(formulas: Mapping[str, Any], game: Game) -> list[str]:
    return [f"{name}: {text_expression(formula, game)}" for name, formula in formulas.items()]


def _regimes(game: Game, found: RegimeSet) -> Table:
    rows = [
        (letter(place), text_expression(one.condition, game), _numbers(found, one))
        for place, one in enumerate(found.regimes)
    ]
    return Table("", ("regime", "exactly if", "equilibria"), tuple(rows))


def _numbers(found: RegimeSet, regime: Regime) -> str:
    """List the equilibria of a regime by their numbers."""
    listed = [_number(found, one) for one in regime.equilibria]
    listed += [
        f"{_number(found, one)} for counts that meet its condition" for one in regime.families
    ]
    return ", ".join(listed) or "none"


def _number(found: RegimeSet, one: SymbolicEquilibrium) -> str:
    return f"{found.number_of(one)}" + (f" ({one.instance})" if one.instance else "")


def _partition_words(found: RegimeSet) -> str:
    words = found.partition.standing
    if found.why_not_mixed and found.regimes:
        words = f"of pure equilibria; {words}"
    if not found.complete and found.regimes:
        words = f"of the equilibria listed above, others being unresolved; {words}"
    return words[:1].upper() + words[1:] + "."


def _completeness(found: RegimeSet) -> str:
    """Say whether every profile was settled, and how."""
    return f"{'Complete' if found.complete else 'Not complete'}: {how_known(found)}"


def _excluded(found: RegimeSet) -> Iterator[str]:
    """Say which profiles and supports are never an equilibrium."""
    pure = [one.profile for one in found.excluded if one.kind == "pure"]
    mixed = [one.profile for one in found.excluded if one.kind != "pure"]
    if pure:
        what = "path of play is an outcome" if found.staged else "pure profile is an equilibrium"
        yield (f"No other {what} for any parameter values (proved). Excluded: {_shortened(pure)}")
    if mixed:
        yield (
            "No other mixed profile is an equilibrium for any parameter values (proved). "
            f"Excluded: {_shortened(mixed)}"
        )


def _shortened(profiles: Sequence[str]) -> str:
    shown, more = profiles[:MOST_EXCLUDED], len(profiles) - MOST_EXCLUDED
    return " / ".join([*shown, f"and {more} more"] if more > 0 else shown)


# -- LaTeX ------------------------------------------------------------------------------------


def regimes_latex(game: Game, found: RegimeSet, fixed: Mapping[str, Any] | None = None) -> str:
    r"""Write the equilibria and the regimes in LaTeX; the result needs amsmath.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solving import regimes
    >>> game = load("coordination").game
    >>> r"b \geq c" in regimes_latex(game, regimes(game))
    True
    """
    lines = [r"% needs \usepackage{amsmath}", rf"{{\sloppy\paragraph{{Equilibria.}} {_lead(found)}"]
    if found.equilibria:
        lines.append(r"\begin{description}")
        for number, one in enumerate(found.equilibria, 1):
            lines += _equilibrium_latex(game, number, one)
        lines.append(r"\end{description}")
    lines += [_spoken(sentence) + "." for sentence in _excluded(found)]
    if found.why_not_mixed:
        lines.append(plain_latex(f"Mixed equilibria are not stated: {found.why_not_mixed}."))
    lines += ["", rf"\paragraph{{Regimes.}} {plain_latex(_partition_words(found))}"]
    if found.regimes:
        lines.append(r"\begin{description}")
        for place, regime in enumerate(found.regimes):
            lines.append(rf"\item[Regime {letter(place)}:] {_counted_latex(found, regime)}")
            lines.append(f"  {_if_latex(regime.condition, game)}.")
        lines.append(r"\end{description}")
    lines += [*critical_latex(game, found), *follow_latex(game, found)]
    lines += ["", rf"\paragraph{{What this rests on.}} {_grounds_latex(game, found, fixed or {})}"]
    return in_ascii(with_stops("\n".join([*lines, r"\par}"]))) + "\n"


def _lead(found: RegimeSet) -> str:
    """Say what is listed, and what is not."""
    which = "pure equilibrium" if found.why_not_mixed else "equilibrium"
    if found.staged:
        which = "outcome of a subgame-perfect equilibrium"
    elif found.follows:
        which = f"subgame-perfect {which}"
    if not found.complete:
        open_ = _shortened(found.unresolved)
        return _spoken(f"Incomplete: each {which} that was found. Not decided: {open_}.")
    if not found.equilibria:
        return f"There is no {which}, for any parameter values."
    return f"Every {which}, and exactly when it exists:"


def _counted_latex(found: RegimeSet, regime: Regime) -> str:
    numbers = plain_latex(_numbers(found, regime))
    several = len(regime.equilibria) + len(regime.families) > 1
    what = "outcome" if found.staged else "equilibrium"
    if several:
        what = "outcomes" if found.staged else "equilibria"
    return f"no {what}" if numbers == "none" else f"{what} {numbers}"


def _grounds_latex(game: Game, found: RegimeSet, fixed: Mapping[str, Any]) -> str:
    """Say what is assumed and set, and how the answer is known."""
    given = [rf"\( {latex_expression(c, game)} \)" for c in found.conditions]
    integers = [rf"\( {latex_expression(symbol(n), game)} \)" for n in found.integers]
    given += [f"{', '.join(integers)} whole numbers"] * bool(integers)
    sentences = [f"Assumed: {', '.join(given)}."] * bool(given)
    values = ", ".join(
        rf"\( {latex_expression(sp.Eq(symbol(n), sp.sympify(v), evaluate=False), game)} \)"
        for n, v in fixed.items()
    )
    sentences += [f"Set: {values}."] * bool(fixed)
    sentences += [plain_latex(_held(found))] * bool(found.held)
    return "\n".join([*sentences, plain_latex(_completeness(found)) + "."])


def _equilibrium_latex(game: Game, number: int, one: SymbolicEquilibrium) -> Iterator[str]:
    what = "an outcome" if one.efficient is not None else "an equilibrium"
    name = _spoken(one.profile)
    long = len(name) > LONGEST_NAME
    label = rf"[{number}.] \textbf{{{name}}}" if long else f"[{number}. {name}]"
    yield rf"\item{label} is {what}"
    yield f"  {_if_latex(one.condition, game)}."
    if one.efficient is not None:
        yield f"  It is efficient {_if_latex(one.efficient, game)}."
    if one.moves:
        yield f"  Moves: {_listed(one.moves, game)}."
    if one.probabilities:
        yield f"  Probabilities: {_listed(one.probabilities, game)}" + (
            "," if one.constraints else "."
        )
    if one.constraints:
        limits = (rf"\( {latex_expression(c, game)} \)" for c in one.constraints)
        yield f"  for all {', '.join(limits)}."
    for who, payoff in one.payoffs.items():
        yield f"  Payoff of {_spoken(who)}: {in_text(payoff, Notation(game).latex)}."


def _if_latex(condition: Any, game: Game) -> str:
    if condition == sp.true:
        return "for all parameter values"
    if condition == sp.false:
        return "for no parameter values"
    return f"if and only if {in_text(condition, Notation(game).latex)}"


def _spoken(name: str) -> str:
    """Write names of moves, players and choices as words, with the signs that stand by them."""
    words = plain_latex(name.replace("_", " "))
    return words.replace(r"\textless{}=", r"$\leq$").replace(r"\textgreater{}=", r"$\geq$")


def _listed(formulas: Mapping[str, Any], game: Game) -> str:
    parts: Iterable[str] = (
        f"{_spoken(name)} {in_text(formula, Notation(game).latex)}"
        for name, formula in formulas.items()
    )
    return ", ".join(parts)
