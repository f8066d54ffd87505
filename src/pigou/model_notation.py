r"""A model as the model section of a paper: what it is about, the game, and its reforms.

The game is written by `pigou.notation`. A reform is a sentence for each of its steps, with its
formulas in the symbols of the game; a parameter of a reform whose letter the game has taken bears a
prime.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pigou.errors import PigouError
from pigou.expression import If, read_condition, read_expression
from pigou.formulas import Notation
from pigou.game import GOVERNMENT, Game, Parameter
from pigou.laying_out import in_text, with_stops
from pigou.model import Model
from pigou.notation import latex
from pigou.reform import Reform, Step
from pigou.reform_kinds import KEYS
from pigou.reform_kinds_shared import names_of
from pigou.reform_notation import step_text
from pigou.symbols import clean, in_ascii, letter_of, number_text, prose, read_letter

__all__ = ["add_letters", "model_latex", "subject"]

_FIRST = 0xE000  # private letters, which stand for formulas until a sentence is made
_PARTIES = ("player", "players", "payer", "payee", "beside")
_SYMBOLS = ("move", "moves", "parameter", "what")


def model_latex(model: Model) -> str:
    r"""Write a model as the model section of a paper states it.

    The result belongs between ``\begin{document}`` and ``\end{document}`` of stock LaTeX and needs
    amsmath only.

    Examples
    --------
    >>> from pigou.models import load
    >>> written = model_latex(load("coordination"))
    >>> print(written.splitlines()[1])
    \subsection*{Complementary upgrading}
    >>> [line for line in written.splitlines() if "Joint" in line or "joint" in line]
    ['\\item[Binding joint commitment.] $u_{i}$ gets the choice sign (= $2$), which counts as ...
    """
    title, lead = subject(model)
    game = latex(model.game).split("\n", 1)
    head = rf"\subsection*{{{prose(clean(title))}}}" if title else game[0]
    parts = [
        r"% needs \usepackage{amsmath}",
        head,
        *([prose(clean(lead))] if lead else []),
        game[1],
    ]
    reforms = [_item(reform, model.game) for reform in model.reforms]
    if reforms:
        parts += ["", r"\paragraph{Reforms.}", r"{\sloppy\begin{description}", *reforms]
        parts.append(r"\end{description}}")
    return in_ascii(with_stops("\n".join(parts)))


def subject(model: Model) -> tuple[str, str]:
    """Return what a model is called and what happens in it, from the first line about it.

    Examples
    --------
    >>> from pigou.models import load
    >>> subject(load("coordination"))[0]
    'Complementary upgrading'
    """
    first = next(iter(model.about.strip().splitlines()), "")
    title, colon, lead = first.partition(": ")
    if not (colon and lead.endswith(".")):
        return "", ""
    return title, lead[:1].upper() + lead[1:]


# -- reforms ----------------------------------------------------------------------------------


def _item(reform: Reform, game: Game) -> str:
    """Write a reform as an item: what it does, with which parameters, at what cost."""
    speech = _Speech(reform, game)
    does = "; ".join(speech.step(step) for step in reform.steps)
    sentences = [does[:1].upper() + does[1:] + "."] if does else []
    if reform.running_cost != 0:
        sentences.append(
            f"Running it costs the {GOVERNMENT} {speech.formula(reform.running_cost)}."
        )
    if reform.parameters:
        many = "s" * (len(reform.parameters) > 1)
        listed = "; ".join(map(speech.parameter, reform.parameters))
        sentences.append(f"Parameter{many}: {listed}.")
    if reform.source:
        sentences.append(f"Source: {prose(clean(reform.source))}.")
    return rf"\item[{prose(clean(reform.label or reform.name))}.] {' '.join(sentences)}"


class _Speech:
    """Says what a reform of a game does, with formulas in the game's symbols."""

    def __init__(self, reform: Reform, game: Game):
        known = {p.name for p in game.parameters}
        own = tuple(p for p in reform.parameters if p.name not in known)
        self.game = game
        self.scope = replace(game, parameters=(*game.parameters, *own)).scope
        self.notation = Notation(game)
        add_letters(self.notation, reform)
        self.after = reform(game)
        self.later = Notation(self.after)
        self.held: list[str] = []

    def step(self, step: Step) -> str:
        """Say what a step does."""
        self.held = []
        spoken = {key: self._spoken(key, value) for key, value in step.keys.items()}
        text = prose(step_text(step.kind, spoken))
        for number, written in enumerate(self.held):
            text = text.replace(chr(_FIRST + number), written)
        return text

    def parameter(self, one: Parameter) -> str:
        """Say what a parameter of the reform means, and which value it has."""
        symbol = self.notation.named(one.name).latex
        bounded = one.domain not in (None, True)
        written = self.notation.latex(one.domain) if bounded else symbol
        unit = f" {prose(clean(one.unit))}" if one.unit not in ("", "share", "probability") else ""
        value = "" if one.default is None else f" (${number_text(one.default)}${unit} by default)"
        return f"${written}$, {prose(clean(one.meaning))}{value}"

    def formula(self, value: Any, condition: bool = False) -> str:
        """Write a formula or a condition of the reform; cases that are 0 otherwise, in words."""
        read = read_condition if condition else read_expression
        for scope, notation in ((self.scope, self.notation), (self.after.scope, self.later)):
            try:
                found = read(str(value), scope)
            except PigouError:
                continue
            if isinstance(found, If) and found.args[2] == 0:
                amount, when = (in_text(part, notation.latex) for part in found.args[1::-1])
                return f"{amount}, if {when},"
            return in_text(found, notation.latex)
        return prose(clean(value))

    def _hold(self, written: str) -> str:
        self.held.append(written)
        return chr(_FIRST + len(self.held) - 1)

    def _spoken(self, key: str, value: Any) -> Any:
        """Put what stands for a key into words, formulas held back until the sentence is made."""
        if isinstance(value, Mapping):
            return {self._symbol(name): self._held(v) for name, v in value.items()}
        if key in _SYMBOLS or key in _PARTIES:
            each = self._symbol if key in _SYMBOLS else self._party
            many = tuple(map(each, names_of(value)))
            return many if KEYS[key].read == "names" else many[0]
        if KEYS[key].read == "formula":
            return self._held(value, key == "when")
        return clean(value).replace("_", " ")

    def _held(self, value: Any, condition: bool = False) -> str:
        return self._hold(self.formula(value, condition))

    def _symbol(self, name: str) -> str:
        return self._hold(f"${self.notation.symbols[name]}$") if name in self.scope.names else name

    def _party(self, name: str) -> str:
        """Name a party as a sentence does."""
        players = {p.name: p for p in self.game.players}
        if name in players and players[name].is_population:
            return f"each {name}"
        labels = {b.name: b.label for b in self.game.bystanders} | {
            p.name: p.label for p in players.values()
        }
        label = clean(labels.get(name, "")).replace("_", " ")
        return f"the {label[:1].lower()}{label[1:]}" if label else name


def add_letters(notation: Notation, reform: Reform) -> None:
    """Give the parameters of a reform letters; one that the game has taken bears a prime.

    Examples
    --------
    >>> from pigou.models import load
    >>> model = load("standards")
    >>> notation = Notation(model.game)
    >>> add_letters(notation, model.reform("adapter"))
    >>> notation.symbols["adapted"], notation.symbols["adapter_share"]
    ('k', "k'")
    """
    taken = set(notation.symbols.values())
    for parameter in reform.parameters:
        letter = read_letter(parameter.tex) or letter_of(parameter.name)
        notation.symbols.setdefault(parameter.name, _free(letter.latex, taken))


def _free(letter: str, taken: Iterable[str]) -> str:
    """Add primes to a letter until nothing else is written so."""
    while letter in taken:
        letter += "'"
    return letter
