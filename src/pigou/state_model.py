r"""Models about a state that moves or is unseen: a belief, a fundamental, a value, a share, a fact.

In some mechanisms what matters is not which of finitely many choices is made but *where* on a line
something flips: the belief at which pilots end, the signal from which on firms invest, the value
from which on it pays to stop waiting, the share from which on expectations decide, the cuts between
what an industry tells its government. Their games are values of their own (`pigou.bandit`,
`pigou.global_game`, `pigou.waiting`, `pigou.foresight`, `pigou.cheap_talk`), each with one solver.
A `StateModel` is such a game with the reforms it invites; a `StateReform` puts other formulas in
the place of some of its formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from pigou.adoption import Adoption
from pigou.bandit import Bandit
from pigou.certificates import Certificates
from pigou.cheap_talk import CheapTalk
from pigou.errors import DeclarationError, ReformError, unknown
from pigou.exact import Record
from pigou.expression import read_expression
from pigou.foresight import Migration
from pigou.game import Parameter
from pigou.global_game import RegimeChange
from pigou.herding import Herding
from pigou.reading import check_formulas
from pigou.search_market import SearchMarket
from pigou.waiting import Opportunity

__all__ = ["StateGame", "StateModel", "StateReform", "formulas_of"]

StateGame = (
    Adoption | Bandit | Certificates | CheapTalk | Herding | Migration | Opportunity | RegimeChange
    | SearchMarket
)  # fmt: skip
"""The games about a state that a model can hold."""

_STRUCTURES = {
    "Adoption": "timing of adoption",
    "Bandit": "experimentation",
    "Certificates": "signalling by a continuum of types",
    "CheapTalk": "cheap talk",
    "Herding": "social learning",
    "Migration": "perfect foresight",
    "Opportunity": "investment under uncertainty",
    "RegimeChange": "global game",
    "SearchMarket": "search and free entry",
}
_NOT_FORMULAS = ("name", "parameters", "source", "noise", "groups")


def formulas_of(game: StateGame) -> dict[str, Any]:
    """Return the formulas of a game by name; those of a group as ``group.name``.

    Examples
    --------
    >>> formulas_of(CheapTalk("dialogue", "1/20"))
    {'bias': '1/20', 'low': 0, 'high': 1}
    """
    own = {f.name: getattr(game, f.name) for f in fields(game) if f.name not in _NOT_FORMULAS}
    if isinstance(game, RegimeChange):
        for group in game.groups:
            for f in fields(group)[1:]:
                own[f"{group.name}.{f.name}"] = getattr(group, f.name)
    return own


def _with_formulas(game: StateGame, formulas: Mapping[str, Any]) -> StateGame:
    """Return a game with other formulas in the place of some."""
    plain = {name: formula for name, formula in formulas.items() if "." not in name}
    if not isinstance(game, RegimeChange):
        return replace(game, **plain)
    groups = []
    for group in game.groups:
        lead = f"{group.name}."
        own = {n.removeprefix(lead): f for n, f in formulas.items() if n.startswith(lead)}
        groups.append(replace(group, **own))
    return replace(game, groups=tuple(groups), **plain)


@dataclass(frozen=True)
class StateReform:
    """A reform of a game about a state.

    Parameters
    ----------
    name : str
    changes : mapping of str to formula
        What stands in the place of which formula of the game, in parameters of the game and of the
        reform: ``{"cost": "cost - subsidy"}``. The formula of a group is ``group.name``; ``start``
        is where things begin.
    parameters : iterable of Parameter
        Its own.
    pays : mapping of str to formula
        Which part of what a formula stands for is paid by the public, per unit: ``{"cost":
        "subsidy"}`` lets the public pay what the investor does not.
    cooperative : bool
        Whether those who play act as one team from then on.
    label : str
        What it is, in a sentence.
    source : str

    Examples
    --------
    >>> StateReform("cost_share", {"cost": "cost - aid"}, [Parameter("aid", "1/10")]).name
    'cost_share'
    """

    name: str
    changes: Mapping[str, Any] = field(default_factory=Record)
    parameters: Sequence[Parameter] = ()
    pays: Mapping[str, Any] = field(default_factory=Record)
    cooperative: bool = False
    label: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", Record(dict(self.changes)))
        object.__setattr__(self, "pays", Record(dict(self.pays)))
        object.__setattr__(self, "parameters", tuple(self.parameters))


@dataclass(frozen=True)
class StateModel:
    """A game about a state, with its reforms.

    Parameters
    ----------
    game : StateGame
        One of the games about a state.
    reforms : iterable of StateReform
    mechanism : str
        What fails, in a line.
    about : str
        The model in words and mathematics.
    start : number, str or sympy expression, optional
        Where things begin: the belief (`Bandit`), the value of the project (`Opportunity`), the
        share in the modern sector (`Migration`). The others have none.
    spillover : number, str or sympy expression
        What others gain from a project, as a share of its value (`Opportunity`).
    pays : mapping of str to formula
        As in `StateReform`; what the public pays already.
    cooperative : bool
        Whether those who play act as one team.

    Raises
    ------
    DeclarationError
        If two reforms share a name, or the game has no start where it needs one.
    ReformError
        If a reform changes what the game does not have, or uses a name that is not a parameter.

    Examples
    --------
    >>> game = CheapTalk("dialogue", "bias", parameters=[Parameter("bias", "1/20")])
    >>> StateModel(game, mechanism="information is lost").name
    'dialogue'
    """

    game: StateGame
    reforms: Sequence[StateReform] = ()
    mechanism: str = ""
    about: str = ""
    start: Any = None
    spillover: Any = 0
    pays: Mapping[str, Any] = field(default_factory=Record)
    cooperative: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "reforms", tuple(self.reforms))
        object.__setattr__(self, "pays", Record(dict(self.pays)))
        needs = isinstance(self.game, Bandit | Opportunity | Migration)
        if needs != (self.start is not None):
            raise DeclarationError(
                f"model '{self.name}': "
                + ("it needs a start" if needs else "nothing starts in such a game")
            )
        if self.spillover != 0 and not isinstance(self.game, Opportunity):
            raise DeclarationError(f"model '{self.name}': a spillover is of an Opportunity only")
        if self.cooperative and not isinstance(self.game, Bandit):
            raise DeclarationError(f"model '{self.name}': only players of a Bandit cooperate")
        extra = [f for f in (self.start, self.spillover, *self.pays.values()) if f is not None]
        check_formulas(extra, self.game.parameters)
        names = [reform.name for reform in self.reforms]
        for name in names:
            if names.count(name) > 1:
                raise DeclarationError(f"two reforms of '{self.name}' are called '{name}'")
        for reform in self.reforms:
            self.reformed(reform)

    @property
    def name(self) -> str:
        """The name of the game."""
        return self.game.name

    @property
    def structure(self) -> str:
        """What kind of game it is, in words."""
        return _STRUCTURES[type(self.game).__name__]

    def reform(self, name: str) -> StateReform:
        """Return a reform by name.

        Raises
        ------
        DeclarationError
            If there is no such reform.
        """
        for reform in self.reforms:
            if reform.name == name:
                return reform
        known = [reform.name for reform in self.reforms]
        raise DeclarationError(unknown("reform", name, known, f"'{self.name}'"))

    def reformed(self, reform: StateReform) -> StateModel:
        """Return the model under a reform.

        Raises
        ------
        ReformError
            If the reform changes what the game does not have, or uses a name that is not a
            parameter.

        Examples
        --------
        >>> game = CheapTalk("dialogue", "bias", parameters=[Parameter("bias", "1/20")])
        >>> closer = StateReform("closer", {"bias": "bias/2"})
        >>> StateModel(game).reformed(closer).game.at().bias
        Fraction(1, 40)
        """
        known = formulas_of(self.game)
        allowed = {**known, **({"start": self.start} if self.start is not None else {})}
        for name in (*reform.changes, *reform.pays):
            if name not in allowed:
                raise ReformError(
                    unknown("formula", name, allowed, f"'{self.name}' (reform '{reform.name}')")
                )
        own = [parameter.name for parameter in self.game.parameters]
        for parameter in reform.parameters:
            if parameter.name in own:
                raise ReformError(
                    f"reform '{reform.name}': '{self.name}' has a parameter '{parameter.name}' "
                    "already"
                )
        parameters = (*self.game.parameters, *reform.parameters)
        names = [parameter.name for parameter in parameters]
        for formula in (*reform.changes.values(), *reform.pays.values()):
            read_expression(formula, names)
        changes = {name: f for name, f in reform.changes.items() if name != "start"}
        game = _with_formulas(replace(self.game, parameters=parameters), changes)
        return replace(
            self,
            game=game,
            reforms=(),
            start=reform.changes.get("start", self.start),
            pays={**self.pays, **reform.pays},
            cooperative=self.cooperative or reform.cooperative,
        )
