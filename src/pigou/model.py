"""A model: a game together with the reforms it invites, and the case it is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pigou.errors import DeclarationError, unknown
from pigou.exact import Record
from pigou.game import Game
from pigou.reform import Reform

__all__ = ["Case", "Model"]


@dataclass(frozen=True)
class Case:
    """What was observed where the game was played, to hold against the prediction.

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

    Examples
    --------
    >>> case = Case("An experiment", "choices.csv", "action", "choice", {"C": "contribute"})
    >>> case.labels["C"]
    'contribute'
    """

    title: str
    file: str
    move: str
    column: str
    labels: Mapping[str, str]
    regime_column: str = ""
    regimes: Mapping[str, str] = field(default_factory=Record)
    setting_column: str = ""
    parameter: str = ""
    beliefs: Mapping[str, str] = field(default_factory=Record)
    source: str = ""
    licence: str = ""
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("labels", "regimes", "beliefs"):
            object.__setattr__(self, name, Record(dict(getattr(self, name))))
        object.__setattr__(self, "remarks", tuple(self.remarks))


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
    folder : Path, optional
        Where the model's file lies; files that a case names are looked for there.

    Raises
    ------
    DeclarationError
        If two reforms share a name.

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

    def __post_init__(self) -> None:
        object.__setattr__(self, "reforms", tuple(self.reforms))
        names = [r.name for r in self.reforms]
        for name in names:
            if names.count(name) > 1:
                raise DeclarationError(f"two reforms of '{self.name}' are called '{name}'")

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
