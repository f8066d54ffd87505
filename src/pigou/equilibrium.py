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
    "Belief",
    "Component",
    "Equilibrium",
    "EquilibriumSet",
    "Evidence",
    "Grade",
    "Objection",
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
class Belief:
    r"""What a player may believe at an information set, as a set of beliefs.

    On the path it is one belief, that of Bayes' rule; off the path it is the polytope of *all*
    beliefs at which what the player does there is best.

    Parameters
    ----------
    player, move : str
        Whose information set, and what is decided there, as in `Strategy`.
    when : mapping of str to str
        What the player knows, as in `Strategy`.
    reached : bool
        Whether the information set is on the path.
    possible : tuple of mapping of str to str
        What may have happened that the player does not know: moves and draws with their labels.
    points : tuple of tuple of Fraction
        The extreme points of the set, each with a probability for everything possible.

    Examples
    --------
    >>> strong, weak = Record({"kind": "strong"}), Record({"kind": "weak"})
    >>> half, one, none = Fraction(1, 2), Fraction(1), Fraction(0)
    >>> quiche = Record({"meal": "quiche"})
    >>> print(Belief("b", "duel", quiche, False, (strong, weak), ((half, half), (none, one))))
    duel after meal quiche: kind weak at least 1/2
    """

    player: str
    move: str
    when: Mapping[str, str]
    reached: bool
    possible: tuple[Mapping[str, str], ...]
    points: tuple[tuple[Fraction, ...], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "when", Record(self.when))
        object.__setattr__(self, "possible", tuple(Record(p) for p in self.possible))

    @property
    def name(self) -> str:
        """The information set: the move, with what is known where that differs."""
        return Strategy(self.move, self.player, "", {}, when=self.when).name

    @property
    def words(self) -> str:
        """The set of beliefs in words."""
        names = [happened(p) for p in self.possible]
        if len(self.points) == 1:
            parts = [f"{n} {p}" for n, p in zip(names, self.points[0], strict=True) if p]
            return ", ".join(parts)
        if all(point[k] in (0, 1) for point in self.points for k in range(len(names))):
            sure = [n for k, n in enumerate(names) if any(point[k] for point in self.points)]
            extent = "any belief" if len(sure) == len(names) else "any belief over"
            return extent if len(sure) == len(names) else f"{extent} {', '.join(sure)}"
        if len(names) == 2:
            low, high = (f([p[1] for p in self.points]) for f in (min, max))
            if high == 1:
                return f"{names[1]} at least {low}"
            return f"{names[1]} " + (f"at most {high}" if low == 0 else f"from {low} to {high}")
        corners = [
            ", ".join(f"{n} {p}" for n, p in zip(names, point, strict=True) if p)
            for point in self.points
        ]
        return "any mixture of (" + "), (".join(corners) + ")"

    def __str__(self) -> str:
        return f"{self.name}: {self.words}"


def happened(labels: Mapping[str, str]) -> str:
    """Write what may have happened.

    Examples
    --------
    >>> happened({"kind": "very weak", "meal": "quiche"})
    "kind 'very weak' and meal quiche"
    """
    return " and ".join(f"{name} {quoted(label)}" for name, label in labels.items())


@dataclass(frozen=True)
class Objection:
    """Why an equilibrium does not survive a refinement by beliefs.

    Parameters
    ----------
    criterion : str
        ``"intuitive criterion"`` or ``"D1"``.
    at : str
        The information set off the path, as in `Belief.name`.
    excluded : tuple of str
        What may have happened, but should not be believed.
    by : tuple of str
        Who deviates then, in the same words.

    Examples
    --------
    >>> print(Objection("D1", "duel after meal beer", ("kind weak",), ("kind strong",)))
    D1: kind weak is ruled out at 'duel after meal beer', and kind strong gains by it then
    """

    criterion: str
    at: str
    excluded: tuple[str, ...]
    by: tuple[str, ...]

    def __str__(self) -> str:
        gone, gains = (" or ".join(names) for names in (self.excluded, self.by))
        return f"{self.criterion}: {gone} is ruled out at '{self.at}', and {gains} gains by it then"


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
    beliefs : tuple of Belief
        With private information: what may be believed at each information set that leaves open
        what happened, as sets.
    objections : tuple of Objection
        Which refinements by beliefs it does not survive, and by whose deviation.

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
    beliefs: tuple[Belief, ...] = ()
    objections: tuple[Objection, ...] = ()

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
