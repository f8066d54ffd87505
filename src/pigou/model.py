"""A model: a game together with the reforms it invites, and the case it is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from pigou.errors import DeclarationError, unknown
from pigou.exact import Record, exact
from pigou.game import Game
from pigou.proposition import Proposition
from pigou.reform import Reform
from pigou.repetition import Repetition

__all__ = ["Case", "Fact", "Model"]


@dataclass(frozen=True)
class Fact:
    """One thing that is known of a case: a number or a statement, with its source.

    Parameters
    ----------
    name : str
        What it is about, in a few words.
    source : str
        Who found it, and where it was read.
    says : str
        What is known, in a sentence.
    regime : str
        ``"baseline"``, the name of a reform, or several joined by ``+``: where it was observed.
    predicted : str
        A formula in moves and parameters, whose expected value in equilibrium is the prediction;
        a condition where `observed` is true or false. Without it the fact is context, and no test.
    observed : bool, number, or pair of numbers
        What happened, or the ends of the range in which the prediction counts as right.
    fitted : bool
        Whether a free parameter was chosen so that the model meets it: then it tests nothing.
    unit : str

    Raises
    ------
    DeclarationError
        If one of `predicted` and `observed` is there without the other, or a range is upside down.

    Examples
    --------
    >>> Fact("take-up", "a survey", predicted="mean(insure)", observed=("0.04", "0.06")).observed
    (Fraction(1, 25), Fraction(3, 50))
    >>> Fact("left", "a newspaper", predicted="stay == no", observed=True).is_statement
    True
    """

    name: str
    source: str
    says: str = ""
    regime: str = "baseline"
    predicted: str = ""
    observed: Any = None
    fitted: bool = False
    unit: str = ""

    def __post_init__(self) -> None:
        if bool(self.predicted) != (self.observed is not None):
            raise DeclarationError(f"fact '{self.name}': 'predicted' and 'observed' go together")
        if self.observed is None or isinstance(self.observed, bool):
            return
        pair = self.observed if isinstance(self.observed, tuple | list) else (self.observed,) * 2
        if len(pair) != 2:
            raise DeclarationError(
                f"fact '{self.name}': 'observed' is a number, true or false, or a range of two"
            )
        low, high = map(exact, pair)
        if low > high:
            raise DeclarationError(f"fact '{self.name}': the range {low} to {high} is upside down")
        object.__setattr__(self, "observed", (low, high))

    @property
    def is_statement(self) -> bool:
        """Whether it is true or false, rather than a number."""
        return isinstance(self.observed, bool)


@dataclass(frozen=True)
class Case:
    """What was observed where the game was played, to hold against the prediction.

    A case holds either a table of choices (`file`, `move`, `column` and `labels`), or `facts`.

    Parameters
    ----------
    title : str
    file : str
        A table of choices (CSV with a header), relative to the case file; one row a choice.
    move : str
        The move that was observed.
    column : str
        The column that holds the choice.
    labels : mapping of str to str
        What is written in that column -> the choice's label in the game.
    regime_column, regimes : str, mapping of str to str
        The column that tells the regime, and what is written there -> ``"baseline"`` or the name
        of a reform.
    setting_column, parameter : str
        The column that tells the setting, and the parameter whose value it is.
    beliefs : mapping of str to str
        Label -> the column that holds the stated number of others who choose it.
    source, licence : str
        Where the observations come from, and under which terms.
    remarks : tuple of str
        What a reader must know about them.
    facts : tuple of Fact
        What is known, each with its source.
    free : mapping of str to pair of numbers
        The parameters that no fact settles -> the range in which they are tried.

    Examples
    --------
    >>> case = Case("An experiment", "choices.csv", "action", "choice", {"C": "contribute"})
    >>> case.labels["C"]
    'contribute'
    """

    title: str
    file: str = ""
    move: str = ""
    column: str = ""
    labels: Mapping[str, str] = field(default_factory=Record)
    regime_column: str = ""
    regimes: Mapping[str, str] = field(default_factory=Record)
    setting_column: str = ""
    parameter: str = ""
    beliefs: Mapping[str, str] = field(default_factory=Record)
    source: str = ""
    licence: str = ""
    remarks: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    free: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=Record)

    def __post_init__(self) -> None:
        for name in ("labels", "regimes", "beliefs"):
            object.__setattr__(self, name, Record(dict(getattr(self, name))))
        ranges = {name: (exact(low), exact(high)) for name, (low, high) in self.free.items()}
        object.__setattr__(self, "free", Record(ranges))
        for name in ("remarks", "facts"):
            object.__setattr__(self, name, tuple(getattr(self, name)))


@dataclass(frozen=True)
class Model:
    """A game with its reforms: what a model file declares, and what a game file holds.

    Parameters
    ----------
    game : Game
    reforms : iterable of Reform
        The interventions the literature names for it.
    mechanism : str
        What fails, in a line.
    about : str
        The model in words and mathematics.
    case : Case, optional
        Observations.
    propositions : iterable of Proposition
        What its literature claims for all parameter values.
    folder : Path, optional
        Where the model's file lies; files that a case names are looked for there.
    repetition : Repetition, optional
        How the game is repeated without end, where it is.

    Raises
    ------
    DeclarationError
        If two reforms, or two propositions, share a name.

    Examples
    --------
    >>> from pigou.models import load
    >>> load("coordination").name
    'coordination'
    """

    game: Game
    reforms: Sequence[Reform] = ()
    mechanism: str = ""
    about: str = ""
    case: Case | None = None
    folder: Path | None = field(default=None, compare=False)
    propositions: Sequence[Proposition] = ()
    repetition: Repetition | None = None

    def __post_init__(self) -> None:
        if self.repetition is not None:
            self.repetition.bound(self.game)
        for kind in ("reforms", "propositions"):
            items = tuple(getattr(self, kind))
            object.__setattr__(self, kind, items)
            names = [item.name for item in items]
            for name in names:
                if names.count(name) > 1:
                    raise DeclarationError(f"two {kind} of '{self.name}' are called '{name}'")

    @property
    def name(self) -> str:
        """The name of the game."""
        return self.game.name

    def reform(self, name: str, **changes: Any) -> Reform:
        """Return a reform by name, with other values of its parameters or keys if given.

        Raises
        ------
        DeclarationError
            If there is no such reform.

        Examples
        --------
        >>> from pigou.models import load
        >>> load("coordination").reform("uniform_subsidy", subsidy="1/4").parameters[0].default
        Fraction(1, 4)
        """
        for reform in self.reforms:
            if reform.name == name:
                return reform.revised(changes)
        raise DeclarationError(
            unknown("reform", name, (r.name for r in self.reforms), f"'{self.name}'")
        )
