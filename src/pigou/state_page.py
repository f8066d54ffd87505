r"""What the command line prints of models about a state: set-up, outcomes, and reforms beside them.

What machines get is in `pigou.state_results`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

import sympy as sp

from pigou.adoption import Adoption
from pigou.certificates import Certificates
from pigou.equilibrium import Grade
from pigou.exact import Enclosure
from pigou.expression import read_expression, write_expression
from pigou.measuring import Measured, StateOutcome
from pigou.state_model import StateModel, StateReform, formulas_of
from pigou.tables import Block, Cell, Page, Table, Words, rounded

__all__ = [
    "formulas_in_words",
    "reform_lines",
    "state_compare_page",
    "state_latex",
    "state_page",
    "state_text",
]

Named = Sequence[tuple[str, Measured]]

_KIND = {
    "Adoption": "All subgame-perfect equilibria, up to who is first; of a continuum (one may go "
    "first with any probability, or both together at any time from the earliest to the latest) the "
    "ends, between which all others lie.",
    "Bandit": "All symmetric equilibria in Markov strategies: there is one.",
    "Certificates": "The separating equilibrium, which is the only one that D1 leaves, and all in "
    "which everybody has the same level, of which the ends are shown; not those in which some "
    "types pool and others do not.",
    "CheapTalk": "All equilibria, up to what is said in finitely many states.",
    "Herding": "The perfect Bayesian equilibrium in which the indifferent toss a coin.",
    "Migration": "All paths of perfect foresight from the start.",
    "Opportunity": "The best time to invest for who decides; efficient: for everybody together.",
    "RegimeChange": "All equilibria in switching strategies.",
    "SearchMarket": "Free entry, of which there is one equilibrium, unless buyers break even "
    "however few they are: then numbers are ranges, and any number of buyers is an equilibrium.",
}
_MOST_DOUBTS = 3
_CONTINUA = (Adoption, Certificates)


# -- the set-up -------------------------------------------------------------------------------


def state_text(model: StateModel) -> str:
    """State a model: what it is about, its formulas, parameters and reforms.

    Examples
    --------
    >>> from pigou.models.states import load
    >>> print(state_text(load("dialogue")).splitlines()[0])
    dialogue (cheap talk): information is lost where interests diverge
    """
    lines = [f"{model.name} ({model.structure}): {model.mechanism}", ""]
    lines += [_plain(model.about).rstrip(), "", "Formulas"]
    lines += [f"  {name} = {formula}" for name, formula in formulas_in_words(model)]
    lines += ["", "Parameters"]
    for one in model.game.parameters:
        domain = "" if one.domain == sp.true else f", {write_expression(one.domain)}"
        unit = f" {one.unit}" if one.unit else ""
        lines.append(f"  {one.name} = {one.default}{unit}: {one.meaning}{domain} [{one.source}]")
    return "\n".join([*lines, "", *reform_lines(model), "", f"Source: {model.game.source}"])


def reform_lines(model: StateModel) -> Iterator[str]:
    """Say which reforms a model knows, line by line.

    Examples
    --------
    >>> from pigou.models.states import load
    >>> next(iter(reform_lines(load("dialogue"))))
    'Reforms'
    """
    yield "Reforms"
    for reform in model.reforms:
        own = "".join(f"; {p.name} = {p.default}: {p.meaning}" for p in reform.parameters)
        yield f"  {reform.name}: {reform.label}{own} [{reform.source}]"


def _plain(about: str) -> str:
    """Return a docstring with its mathematics as it is written, and without marks."""
    return re.sub(r":math:`([^`]*)`", r"\1", about).replace("**", "").replace("``", "")


def formulas_in_words(model: StateModel) -> list[tuple[str, str]]:
    """Return the formulas of the game, and where it starts, as they are written in a file.

    Examples
    --------
    >>> from pigou.models.states import load
    >>> formulas_in_words(load("dialogue"))[0]
    ('bias', 'bias')
    """
    names = [parameter.name for parameter in model.game.parameters]
    found = dict(formulas_of(model.game))
    if model.start is not None:
        found["start"] = model.start
    return [(n, write_expression(read_expression(f, names))) for n, f in found.items()]


_MATHS = re.compile(r":math:`([^`]*)`")


def state_latex(model: StateModel) -> str:
    r"""Write the model as a section of a paper; it needs ``amsmath``.

    Examples
    --------
    >>> from pigou.models.states import load
    >>> written = state_latex(load("pilots"))
    >>> r"\paragraph{The game.}" in written, written.splitlines()[1]
    (True, '\\section{Pilots}')
    """
    title, body = model.about.strip().split("\n", 1)
    name, _, lead = title.partition(":")
    paragraphs = [_paragraph(part) for part in _parts(body.split("\nSources\n")[0])]
    rows = [
        rf"${p.tex or p.name}$ & {_escaped(p.meaning)} & {p.default} & {_escaped(p.unit)} \\"
        for p in model.game.parameters
    ]
    reforms = [rf"\item \emph{{{_escaped(r.name.replace('_', ' '))}}}: {_escaped(r.label)}."
               for r in model.reforms]  # fmt: skip
    return "\n".join(
        [
            r"% needs \usepackage{amsmath}",
            rf"\section{{{_escaped(name)}}}",
            _escaped(lead.strip()[:1].upper() + lead.strip()[1:]),
            *paragraphs,
            r"\paragraph{Parameters.}\mbox{}\\",
            r"\begin{tabular}{lp{0.4\linewidth}lp{0.28\linewidth}}",
            *rows,
            r"\end{tabular}",
            r"\paragraph{Reforms.}",
            r"\begin{itemize}",
            *reforms,
            r"\end{itemize}",
            rf"\paragraph{{Source.}} {_escaped(model.game.source)}.",
        ]
    )


def _parts(body: str) -> list[str]:
    return [part.strip("\n") for part in re.split(r"\n\s*\n", body) if part.strip()]


def _paragraph(part: str) -> str:
    """Turn a paragraph of a docstring into LaTeX."""
    if part.lstrip().startswith(".. math::"):
        inside = " ".join(part.split("::", 1)[1].split())
        return "\\begin{equation}\n" + inside + "\n\\end{equation}"
    text = " ".join(part.split())
    pieces = _MATHS.split(text)
    written = "".join(
        f"${piece}$" if at % 2 else _marked(_escaped(piece)) for at, piece in enumerate(pieces)
    )
    return re.sub(r"^\\textbf\{(.*?)\}", r"\\paragraph{\1}", written)


def _marked(text: str) -> str:
    text = re.sub(r"\*\*(.+?)\*\*", r"\\textbf{\1}", text)
    text = re.sub(r"\*(.+?)\*", r"\\emph{\1}", text)
    return re.sub(r"`([^`]*)`", _code, text)


def _code(found: re.Match[str]) -> str:
    """Return a name in type of one width that may be broken after a dot."""
    return rf"\texttt{{{found[1]}}}".replace(".", r".\allowbreak{}")


def _escaped(text: str) -> str:
    return re.sub(r"([&%#_$])", r"\\\1", text)


# -- outcomes ---------------------------------------------------------------------------------


def state_page(found: Measured) -> Page:
    """Show all outcomes of a model about a state.

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> page = state_page(measure(load("dialogue")))
    >>> page.blocks[0].text
    'dialogue: 2 equilibria (cheap talk)'
    """
    model = found.model
    count = len(found.equilibria)
    noun = "equilibrium" if count == 1 else "equilibria"
    if isinstance(model.game, _CONTINUA) and count > 1:
        noun += " shown"
    blocks: list[Block] = [Words(f"{model.name}: {count} {noun} ({model.structure})", "title")]
    blocks.append(_outcomes("", found))
    blocks += _open(found)
    blocks += [Words("At these values", "heading"), Words(_values(found), under=1)]
    blocks += _grounds(found)
    rows = tuple(_data("baseline", found))
    return Page(tuple(blocks), Table("", ("reform", "outcome", "quantity", "value"), rows))


def _values(found: Measured) -> str:
    return ", ".join(f"{name} = {value}" for name, value in found.at.items()) + "."


def _outcomes(title: str, found: Measured) -> Table:
    columns = ("quantity", *(_headed(one) for one in found.outcomes))
    return Table(title, columns, tuple(_rows([one.quantities for one in found.outcomes])))


def _headed(one: StateOutcome) -> str:
    return f"{one.name} (benchmark)" if one.benchmark else one.name


def _rows(columns: Sequence[Any]) -> Iterator[tuple[Cell, ...]]:
    for name in dict.fromkeys(name for column in columns for name in column):
        yield name, *(column.get(name) for column in columns)


def _open(found: Measured) -> Iterator[Block]:
    for where in found.unresolved:
        if isinstance(where, str):
            yield Words(f"Not settled: {where}. The list is not complete.", "warning")
            continue
        yield Words(
            f"There may be another equilibrium with a critical state in {rounded(where.lower)} to "
            f"{rounded(where.upper)}: not settled, and the list is not shown complete.",
            "warning",
        )


def _grounds(*sets: Measured) -> Iterator[Block]:
    """Say on what numbers rest, with and without reforms."""
    first = next((one for one in sets if not one.complete), sets[0])
    yield Words("What this rests on", "heading")
    alone = [one for one in sets if not one.model.cooperative]
    if alone:
        yield Words(_KIND[type(first.model.game).__name__], under=1)
    if len(alone) < len(sets):
        yield Words("The team does what is best for its members together.", under=1)
    settled = all(one.settled for one in sets)
    known = "exact, or enclosed rigorously"
    if not settled:
        known = "enclosed, but " + ("not all confirmed" if first.complete else "incomplete")
    grade = Grade.CERTIFIED if settled else Grade.NUMERICAL
    yield Words(f"Numbers are {known} ({grade.value}). {_checked(sets)}", under=1)
    for one in sets:
        for what in one.check.refuted:
            yield Words(f"The independent checker finds otherwise: {what}.", "warning", 1)
        if one.check.undecided:
            what = "; ".join(one.check.undecided[:_MOST_DOUBTS])
            more = len(one.check.undecided) - _MOST_DOUBTS
            what += f", and {more} more" if more > 0 else ""
            yield Words(f"The independent checker could not decide: {what}.", "warning", 1)


def _checked(sets: Sequence[Measured]) -> str:
    """Say what the independent checker did."""
    if not all(one.check.confirmed for one in sets):
        return "An independent checker did not confirm all of them."
    if not any(one.equilibria for one in sets if not one.model.cooperative):
        return "An independent checker confirmed each."
    gain = max(one.check.max_gain for one in sets)
    most = f"more than 1e{math.floor(math.log10(gain)) + 1}" if gain else "anything"
    return f"An independent checker confirmed each, and that nobody gains {most} by deviating."


def _data(name: str, found: Measured) -> Iterator[tuple[Cell, ...]]:
    for one in found.outcomes:
        for quantity, value in one.quantities.items():
            yield name, one.name, quantity, value


# -- reforms ----------------------------------------------------------------------------------


def state_compare_page(found: Named, reforms: Sequence[StateReform], cost: str = "1") -> Page:
    """Lay a model about a state and its reforms side by side.

    Parameters
    ----------
    found : sequence of pair of str and Measured
        The baseline first, then each reform.
    reforms : sequence of StateReform
        In the same order.
    cost : str
        The cost of public funds.

    Examples
    --------
    >>> from pigou.measuring import measure
    >>> from pigou.models.states import load
    >>> model = load("dialogue")
    >>> reform = model.reform("lobbies")
    >>> pair = [("baseline", measure(model)), ("lobbies", measure(model.reformed(reform)))]
    >>> page = state_compare_page(pair, [reform])
    >>> [block.text for block in page.blocks if getattr(block, "look", "") == "bad"]
    ['lobbies: the best equilibrium has a welfare that is 0.185 lower.', 'lobbies: the worst ...']
    """
    base = found[0][1]
    model = base.model
    blocks: list[Block] = [Words(f"{model.name}: with and without", "title")]
    for (name, one), reform in zip(found, [None, *reforms], strict=True):
        title = name if reform is None else f"{name}: {reform.label}"
        blocks.append(_outcomes(title, one))
        blocks += _open(one)
    blocks.append(Words("Verdict", "heading"))
    for name, one in found[1:]:
        blocks += _verdict(name, base, one)
    if not all(one.complete for _, one in found):
        blocks.append(Words("Equilibria are those that were found; there may be others.", "", 1))
    if any("public outlay" in o.quantities for _, one in found for o in one.outcomes):
        blocks.append(Words(f"A unit of public money costs society {cost}.", under=1))
    blocks += _grounds(*(one for _, one in found))
    rows = tuple(row for name, one in found for row in _data(name, one))
    return Page(tuple(blocks), Table("", ("reform", "outcome", "quantity", "value"), rows))


def _verdict(name: str, base: Measured, one: Measured) -> Iterator[Words]:
    """Say what a reform does to welfare, or, where that is not known, what it changes."""
    if not (base.equilibria and one.equilibria):
        yield Words(f"{name}: no equilibrium was found to compare.", "", 1)
        return
    spread = [_welfare_range(base), _welfare_range(one)]
    if None in spread:
        yield from _changed(name, base, one)
        return
    several = len(base.equilibria) > 1 or len(one.equilibria) > 1
    for place, which in ((1, "best"), (0, "worst")) if several else ((1, ""),):
        before, after = (pair[place] for pair in spread if pair is not None)
        gain = after - before
        subject = f"the {which} equilibrium has a welfare that is" if which else "welfare is"
        if gain.lower > 0:
            yield Words(f"{name}: {subject} {rounded(gain)} higher.", "good", 1)
        elif gain.upper < 0:
            yield Words(f"{name}: {subject} {rounded(-gain)} lower.", "bad", 1)
        elif gain.is_zero():
            yield Words(f"{name}: {subject} the same.", "", 1)
        else:
            yield Words(f"{name}: {subject} not told apart from the same.", "", 1)


def _welfare_range(found: Measured) -> tuple[Enclosure, Enclosure] | None:
    """Return the lowest and the highest welfare of all equilibria; None if one is not known."""
    values = []
    for one in found.equilibria:
        value = next((v for n, v in one.quantities.items() if n.startswith("welfare")), None)
        if not isinstance(value, Enclosure):
            return None
        values.append(value)
    lower, upper = [v.lower for v in values], [v.upper for v in values]
    return Enclosure(min(lower), min(upper)), Enclosure(max(lower), max(upper))


def _changed(name: str, base: Measured, one: Measured) -> Iterator[Words]:
    first, second = base.equilibria[0], one.equilibria[0]
    before, after = first.quantities, second.quantities
    moved = [
        f"{quantity}: {_said(before.get(quantity))} -> {_said(after.get(quantity))}"
        for quantity in dict.fromkeys([*before, *after])
        if before.get(quantity) != after.get(quantity)
    ]
    said = "; ".join(moved) or "nothing changes"
    cost = "" if "public outlay" in after else " What it costs is not in the model."
    yield Words(f"{name}: {said}.{cost}", "", 1)


def _said(value: Any) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else rounded(value)
