"""What solving returns: equilibria with their evidence, and the set of all of them."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import sympy as sp

from pigou.exact import Enclosure, Record
from pigou.expression import write_expression

__all__ = [
    "Component",
    "Equilibrium",
    "EquilibriumSet",
    "Evidence",
    "Grade",
    "Refuted",
    "Strategy",
]


class Grade(enum.StrEnum):
    """How well a result is known.

    Examples
    --------
    >>> Grade("certified").meaning
    'exact, or enclosed rigorously, at the given parameter values'
    """

    PROVED = "proved"
    CERTIFIED = "certified"
    NUMERICAL = "numerical"

    @property
    def meaning(self) -> str:
        """The grade in words."""
        return {
            Grade.PROVED: "for all parameter values in the stated region",
            Grade.CERTIFIED: "exact, or enclosed rigorously, at the given parameter values",
            Grade.NUMERICAL: "found numerically; neither proved nor enclosed",
        }[self]


@dataclass(frozen=True)
class Evidence:
    """Why a result is believed.

    Parameters
    ----------
    grade : Grade
    method : str
        How it was found.
    max_gain : Fraction-valued Enclosure, optional
        What the most tempted player could gain by deviating, bounded by the independent checker.
        Its upper end is at most 0 where the profile is known exactly.
    checked : bool
        Whether the independent checker confirmed it.
    note : str
        Why the grade is lower than it might be.

    Examples
    --------
    >>> Evidence(Grade.CERTIFIED, "exact support enumeration").checked
    False
    """

    grade: Grade
    method: str
    max_gain: Enclosure | None = None
    checked: bool = False
    note: str = ""


@dataclass(frozen=True)
class Strategy:
    """How one player, or the members of one type of a population, decide on one move.

    Parameters
    ----------
    move, player : str
        A player with several moves decides on all of them at once: the moves' names, and the
        labels, are then joined by commas; but with continuous moves each has its own strategy.
    type : str
        The type of the members, empty without types.
    probabilities : mapping of str to Enclosure
        How likely each label is; for counts, the share of members.
    counts : mapping of str to int, optional
        For a pure profile of a population: how many members choose each label.
    members : int
        How many players it is the strategy of.
    belief : mapping of str to int, optional
        Where everybody exits: what a member who stayed would believe its fellow members to do.
    when : mapping of str to str
        In a game in stages: what the player knows of earlier moves and draws, by name and label.
    value : Enclosure, optional
        The value that a continuous move takes; there are no labels and no probabilities then.
        In a later stage, the value at the earlier continuous moves of the path.
    expression : sympy expression, optional
        In a later stage: the value of the move as a function of earlier continuous moves.
    exact : str
        That value exactly, where it is known to be algebraic: a rational number, a closed form, or
        ``"root of p in [a, b]"``.

    Examples
    --------
    >>> print(Strategy("effort", "supplier", "", {}, value=Enclosure.point("1/2")))
    effort: 1/2
    >>> half = Enclosure.point("1/2")
    >>> Strategy("invest", "supplier", "", Record({"no": half, "yes": half})).is_pure
    False
    """

    move: str
    player: str
    type: str
    probabilities: Mapping[str, Enclosure]
    counts: Mapping[str, int] | None = None
    members: int = 1
    belief: Mapping[str, int] | None = None
    when: Mapping[str, str] = field(default_factory=Record)
    value: Enclosure | None = None
    expression: sp.Expr | None = None
    exact: str = ""

    def __post_init__(self) -> None:
        for name in ("probabilities", "counts", "belief", "when"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, Record(getattr(self, name)))

    @property
    def is_pure(self) -> bool:
        """Whether nobody randomises."""
        return (self.counts or self.value) is not None or any(
            p.is_exact and p.lower == 1 for p in self.probabilities.values()
        )

    @property
    def name(self) -> str:
        """The move, with the type where there is one, and with what is known where that differs."""
        name = f"{self.move}[{self.type}]" if self.type else self.move
        known = ", ".join(f"{item} {quoted(label)}" for item, label in self.when.items())
        return f"{name} after {known}" if known else name

    def __str__(self) -> str:
        if self.expression is not None and self.expression.free_symbols:
            here = replace(self, expression=None)
            rule = write_expression(self.expression)
            return f"{self.name} = {rule}, here {str(here).removeprefix(f'{self.name}: ')}"
        if self.value is not None:
            return f"{self.name}: {self.value}"
        if self.counts is not None and self.members > 1:
            parts = [counted(label, n) for label, n in self.counts.items() if n]
            return f"{self.name}: {', '.join(parts)}"
        likely = [(label, p) for label, p in self.probabilities.items() if p.upper > 0]
        if len(likely) == 1:
            return f"{self.name}: {likely[0][0]}"
        return f"{self.name}: " + ", ".join(weighed(label, str(p)) for label, p in likely)


def weighed(label: str, share: str) -> str:
    """Write a choice with how likely it is.

    Examples
    --------
    >>> [weighed(label, "1/2") for label in ("wait", "1", "half way")]
    ['wait 1/2', '1: 1/2', "'half way' 1/2"]
    """
    return f"{label}: {share}" if label[:1].isdigit() else f"{quoted(label)} {share}"


def counted(label: str, number: object) -> str:
    """Write a choice with how many take it.

    Examples
    --------
    >>> [counted(label, 6) for label in ("wait", "1", "half way")]
    ['6 wait', "6 '1'", "6 'half way'"]
    """
    return f"{number} " + (f"'{label}'" if label[:1].isdigit() else quoted(label))


def quoted(label: str) -> str:
    """Put a label into quotes where it could be read as several words of a list."""
    return f"'{label}'" if set(label) & set(" ,;:") else label


@dataclass(frozen=True)
class Equilibrium:
    """A profile from which nobody gains by deviating alone.

    Parameters
    ----------
    name : str
        ``E1``, ``E2``, ...
    strategies : tuple of Strategy
        One for each move and type.
    payoffs : mapping of str to Enclosure
        Payoff of every party after transfers; of one member (the mean), for a population.
    evidence : Evidence
    marks : tuple of str
        What else is known of it: ``"strict"``, ``"quasi-strict"``, ``"perfect"``,
        ``"evolutionarily stable"``, ``"stable"``, ``"weakly dominated"``, ... A refinement that it
        was found to lack is there with ``"not "`` before it. What is in neither form was not
        examined, or is in `undecided`.
    component : str
        The continuum it belongs to, if it is an extreme point of one.
    index : int, optional
        Its index, if it is isolated and the index is known.
    dominated_by : tuple of str
        The names of the equilibria that Pareto-dominate it, among players.
    undecided : tuple of str
        What was examined in vain: marks, ``"index"``, ``"dominated by E3"``.
    path : mapping of str to mapping of str to Enclosure, optional
        In a game in stages, what happens: for every move that may be made, how likely each of its
        labels is, as far as that is positive; the value of a continuous move.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> print(solve(load("coordination").game)["E1"])
    E1 (pure): upgrade: 10 wait
    """

    name: str
    strategies: tuple[Strategy, ...]
    payoffs: Mapping[str, Enclosure]
    evidence: Evidence
    marks: tuple[str, ...] = ()
    component: str = ""
    index: int | None = None
    dominated_by: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    path: Mapping[str, Mapping[str, Enclosure] | Enclosure] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "payoffs", Record(self.payoffs))
        if self.path is not None:
            path = Record(
                {
                    name: taken if isinstance(taken, Enclosure) else Record(taken)
                    for name, taken in self.path.items()
                }
            )
            object.__setattr__(self, "path", path)

    @property
    def kind(self) -> str:
        """``"pure"`` or ``"mixed"``."""
        return "pure" if all(s.is_pure for s in self.strategies) else "mixed"

    @property
    def profile(self) -> str:
        """The strategies in one line."""
        return "; ".join(str(s) for s in self.strategies)

    def __str__(self) -> str:
        return f"{self.name} ({self.kind}): {self.profile}"


@dataclass(frozen=True)
class Component:
    """A connected set of equilibria, where there is a continuum of them.

    Parameters
    ----------
    name : str
        ``C1``, ``C2``, ...
    dimension : int
    subsets : tuple of tuple of str
        The maximal Nash subsets that form it, each by the names of its extreme equilibria: every
        pairing of mixtures over the strategies of each player in the subset is an equilibrium.
        In stages, what one player would do later may limit what another one would: every mixture
        by the same weights for all is an equilibrium.
    index : int, optional
        The index of the component, where it is known; its extreme points have none of their own.
    points : str
        In a game with continuous moves: which points the component holds. Its subsets are pieces of
        a curve then, each by the equilibria at its ends.

    Examples
    --------
    >>> Component("C1", 1, (("E1", "E2"),)).dimension
    1
    """

    name: str
    dimension: int
    subsets: tuple[tuple[str, ...], ...]
    index: int | None = None
    points: str = ""


@dataclass(frozen=True)
class Refuted:
    """A first-order point of a continuous game that is no equilibrium, with what shows it.

    Parameters
    ----------
    strategies : tuple of Strategy
        The point.
    player : str
        Who gains by deviating.
    deviation : mapping of str to Fraction or str
        To which values, or labels, of its moves.
    gain : Enclosure
        How much; above 0.

    Examples
    --------
    >>> effort = Strategy("effort", "supplier", "", {}, value=Enclosure.point("1/2"))
    >>> print(Refuted((effort,), "supplier", {"effort": Fraction(1)}, Enclosure.point("1/4")))
    effort: 1/2 (supplier gains 1/4 by effort 1)
    """

    strategies: tuple[Strategy, ...]
    player: str
    deviation: Mapping[str, Fraction | str]
    gain: Enclosure

    def __post_init__(self) -> None:
        object.__setattr__(self, "deviation", Record(self.deviation))

    def __str__(self) -> str:
        point = "; ".join(str(s) for s in self.strategies)
        moves = ", ".join(
            f"{name} {v if isinstance(v, str) else Enclosure(v, v)}"
            for name, v in self.deviation.items()
        )
        return f"{point} ({self.player} gains {self.gain} by {moves})"


@dataclass(frozen=True)
class EquilibriumSet:
    """All equilibria of a game at given parameter values.

    Parameters
    ----------
    game : str
        The game's name.
    structure : str
        ``"finite"``, ``"population"``, ...
    at : mapping of str to Fraction
    equilibria : tuple of Equilibrium
        Isolated ones, and the extreme points of each component.
    complete : bool
        Whether the list is known to hold all of them, within `scope`.
    completeness : str
        How that is known, or why it is not.
    scope : str
        Which equilibria were looked for.
    components : tuple of Component
    unresolved : tuple of str
        What could not be settled.
    refuted : tuple of Refuted
        In a continuous game, first-order points that are no equilibria, for each combination of
        choices where there are some. Points that no second-order condition allows may be missing.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> found = solve(load("coordination").game)
    >>> len(found), found.complete
    (3, True)
    """

    game: str
    structure: str
    at: Mapping[str, object]
    equilibria: tuple[Equilibrium, ...]
    complete: bool
    completeness: str
    scope: str
    components: tuple[Component, ...] = ()
    unresolved: tuple[str, ...] = field(default=())
    refuted: tuple[Refuted, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", Record(dict(self.at)))

    def __iter__(self) -> Iterator[Equilibrium]:
        return iter(self.equilibria)

    def __len__(self) -> int:
        return len(self.equilibria)

    def __getitem__(self, name: str) -> Equilibrium:
        for equilibrium in self.equilibria:
            if equilibrium.name == name:
                return equilibrium
        raise KeyError(name)
