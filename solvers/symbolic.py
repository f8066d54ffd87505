"""What `regimes` returns: equilibria as expressions with their conditions, and the regimes.

A symbolic equilibrium stands for one equilibrium at each parameter point that meets its condition:
a pure profile, a mixed one with probabilities that are expressions in the parameters, or a
continuum of probabilities within linear constraints. A regime is a set of parameter points with one
and the same complete list of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.exact import Record
from pigou.solvers.reals import Decision, Outcome

_OPEN = Decision(Outcome.UNDECIDED)

__all__ = [
    "CriticalValue",
    "Exclusion",
    "Follow",
    "Partition",
    "Regime",
    "RegimeSet",
    "SymbolicEquilibrium",
]


@dataclass(frozen=True)
class SymbolicEquilibrium:
    """An equilibrium as expressions in the parameters, with the exact condition it exists under.

    Parameters
    ----------
    profile : str
        The profile in words.
    condition : sympy condition
        Necessary and sufficient, given what the game assumes.
    payoffs : mapping of str to sympy expression
        Of every player (a member who takes the action, per action in use, for a population).
    counts : mapping of str to sympy condition
        For k of N members: the numbers that stay symbols, with their ranges.
    decided : bool
        Whether it is proved that some parameter values satisfy the condition.
    kind : str
        ``"pure"``, ``"mixed"`` (the condition leaves one profile) or ``"continuum"``.
    probabilities : mapping of str to sympy expression
        Unless pure: how likely each action in use is, by ``"player: action"``.
    constraints : tuple of sympy conditions
        Of a continuum: all profiles with probabilities that satisfy these are equilibria.
    free : tuple of str
        The probabilities that stay symbols in a continuum.
    instance : str
        Where a regime lists one profile of a kind "k of N": the value of k.
    moves : mapping of str to sympy expression
        Of a game with continuous moves: what each of them is.
    efficient : sympy condition, optional
        Of a path of play: where no other path has a higher welfare.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.regimes import regimes
    >>> for one in regimes(load("coordination").game).equilibria:
    ...     print(f"{one.profile}: {one.condition}")
    all wait: (threshold >= 2) | (cost >= benefit*(1 - complementarity))
    all upgrade: benefit >= cost
    """

    profile: str
    condition: Boolean
    payoffs: Mapping[str, sp.Expr]
    counts: Mapping[str, Boolean]
    decided: bool
    kind: str = "pure"
    probabilities: Mapping[str, sp.Expr] = field(default_factory=Record)
    constraints: tuple[Boolean, ...] = ()
    free: tuple[str, ...] = ()
    instance: str = ""
    moves: Mapping[str, sp.Expr] = field(default_factory=Record)
    efficient: Boolean | None = None

    def __post_init__(self) -> None:
        for name in ("payoffs", "counts", "probabilities", "moves"):
            object.__setattr__(self, name, Record(getattr(self, name)))


@dataclass(frozen=True)
class Exclusion:
    """Profiles that are an equilibrium for no parameter values, with the proof's time.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.regimes import regimes
    >>> regimes(load("coordination").game).excluded[0].profile
    'k wait, firms - k upgrade (1 <= k <= firms - 1)'
    """

    profile: str
    seconds: float
    kind: str = "pure"


@dataclass(frozen=True)
class Regime:
    """Parameter values with one and the same list of equilibria.

    Parameters
    ----------
    condition : sympy condition
        Exactly when, given what the game assumes, the list is this one.
    equilibria : tuple of SymbolicEquilibrium
        The complete list of those the regimes distinguish.
    families : tuple of SymbolicEquilibrium
        Profiles with counts that stay symbols, of which some may occur here: those whose counts
        meet the condition given with them.
    boundary : bool
        Whether an equation between parameters, not all of them whole numbers, holds throughout
        (a set of measure zero).

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.regimes import regimes
    >>> for regime in regimes(load("coordination").game, {"threshold": 1}).regimes:
    ...     print(regime.condition, [one.profile for one in regime.equilibria])
    (benefit > cost) & (cost > benefit*(1 - complementarity)) ['all wait', 'all upgrade', ...
    cost < benefit*(1 - complementarity) ['all upgrade']
    cost > benefit ['all wait']
    Eq(benefit, cost) | Eq(cost, benefit*(1 - complementarity)) ['all wait', 'all upgrade']
    """

    condition: Boolean
    equilibria: tuple[SymbolicEquilibrium, ...]
    families: tuple[SymbolicEquilibrium, ...] = ()
    boundary: bool = False


@dataclass(frozen=True)
class Partition:
    """The regimes, with what is proved of them.

    Parameters
    ----------
    regimes : tuple of Regime
    exhaustive, disjoint, listed : Decision
        Whether every parameter point that the game allows is in one of them, in one only, and has
        the equilibria listed and no others of those stated.
    reason : str
        Why there are no regimes, where there are none.
    up_to : bool
        Whether the boundaries between regimes, which have no interior, are in none of them.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.regimes import regimes
    >>> bool(regimes(load("coordination").game, {"threshold": 1}).partition.disjoint)
    True
    """

    regimes: tuple[Regime, ...] = ()
    exhaustive: Decision = _OPEN
    disjoint: Decision = _OPEN
    listed: Decision = _OPEN
    reason: str = ""
    up_to: bool = False

    @property
    def proofs(self) -> dict[str, Decision]:
        """The three claims about the regimes, by name."""
        return {
            "exhaustive": self.exhaustive,
            "disjoint": self.disjoint,
            "listed": self.listed,
        }

    @property
    def proved(self) -> bool:
        """Whether all three are proved."""
        return bool(self.regimes) and all(self.proofs.values())

    @property
    def standing(self) -> str:
        """What is known of the regimes, in words."""
        if not self.regimes:
            return f"no regimes are stated: {self.reason}"
        if self.proved:
            most = " up to boundaries" if self.up_to else ""
            return (
                f"exhaustive{most} and disjoint, each with exactly the equilibria listed: all "
                "proved (z3)"
            )
        words = []
        for what, decision in self.proofs.items():
            why = f" ({decision.reason})" if decision.reason else ""
            words.append(f"{what}: {decision.outcome.value}{why}")
        return "; ".join(words)


@dataclass(frozen=True)
class CriticalValue:
    """A value of a parameter at which an equilibrium appears or vanishes, as a formula.

    Parameters
    ----------
    parameter : str
    value : sympy expression
        In the other parameters.
    needs : sympy condition
        Where the others are such that the equilibrium exists on one side only.
    above, below : tuple of int
        The numbers of the equilibria that exist just above the value and not just below it, and of
        those that exist just below and not just above (of efficiency: that are efficient).
    kind : str
        ``"existence"``; of continuous moves ``"end"`` (one equilibrium goes over into another where
        a move reaches an end of its interval) and ``"merge"`` (two become one); ``"efficiency"``.

    Examples
    --------
    >>> CriticalValue("cost", sp.Symbol("benefit"), sp.true, (), (2,)).below
    (2,)
    """

    parameter: str
    value: sp.Expr
    needs: Boolean
    above: tuple[int, ...] = ()
    below: tuple[int, ...] = ()
    kind: str = "existence"


@dataclass(frozen=True)
class Follow:
    """What is done after every history in a stage, in the moves before it.

    Parameters
    ----------
    stage : int
    history : str
        The labels chosen before, in words; empty if none.
    moves : mapping of str to sympy expression
    condition : sympy condition
        The histories and parameters for which this is so.

    Examples
    --------
    >>> Follow(2, "", {"q": sp.Symbol("x")}, sp.true).stage
    2
    """

    stage: int
    history: str
    moves: Mapping[str, sp.Expr]
    condition: Boolean

    def __post_init__(self) -> None:
        object.__setattr__(self, "moves", Record(self.moves))


@dataclass(frozen=True)
class RegimeSet:
    """All equilibria of a game as expressions in its parameters, and its regimes.

    Parameters
    ----------
    game : str
    conditions : tuple of sympy conditions
        What is assumed of the parameters.
    equilibria : tuple of SymbolicEquilibrium
        Pure profiles first.
    excluded : tuple of Exclusion
        What is proved to be an equilibrium for no parameter values.
    unresolved : tuple of str
        What is not settled, with the reason.
    integers : tuple of str
        Parameters that take whole numbers only.
    why_not_mixed : str
        Why mixed equilibria are not stated; empty if they are.
    partition : Partition
    staged : bool
        Whether the game is played in stages: equilibria are subgame-perfect.
    thresholds : tuple of CriticalValue
        Where in the parameters an equilibrium appears or vanishes, if that was asked for.
    all_thresholds : bool
        Whether every bound in the conditions was solved for a parameter, and proved.
    held : mapping of str to number
        Parameters that are held at their defaults, as nothing is decided with them as symbols.
    follows : tuple of Follow
        Of continuous moves in stages: what is done after every history, in closed form.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.regimes import regimes
    >>> regimes(load("coordination").game).complete
    True
    """

    game: str
    conditions: tuple[Boolean, ...]
    equilibria: tuple[SymbolicEquilibrium, ...]
    excluded: tuple[Exclusion, ...]
    unresolved: tuple[str, ...]
    integers: tuple[str, ...] = ()
    why_not_mixed: str = ""
    partition: Partition = Partition()
    staged: bool = False
    thresholds: tuple[CriticalValue, ...] = ()
    all_thresholds: bool = False
    held: Mapping[str, sp.Expr] = field(default_factory=Record)
    follows: tuple[Follow, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every profile and support that is stated about was settled."""
        return not self.unresolved

    @property
    def regimes(self) -> tuple[Regime, ...]:
        """The parameter space, cut into sets with one list of equilibria each."""
        return self.partition.regimes

    def number_of(self, one: SymbolicEquilibrium) -> int:
        """Return the place, from 1, in the list of equilibria of one that a regime lists."""
        whole = one.profile.removesuffix(f", {one.instance}") if one.instance else one.profile
        for number, other in enumerate(self.equilibria, 1):
            if other is one or (one.instance and other.profile == whole):
                return number
        raise ValueError(f"'{one.profile}' is not one of these equilibria")

    @property
    def completeness(self) -> str:
        """How it is known that nothing is missing."""
        kinds = [one.kind for one in self.equilibria] + [one.kind for one in self.excluded]
        other = len(kinds) - kinds.count("pure")
        what = f"{len(kinds) - other} " + ("paths of play" if self.staged else
                                            "kinds of pure profiles")  # fmt: skip
        what += f" and {other} of mixed ones" if other else ""
        if self.complete:
            return f"proved: all {what} settled over the reals (z3)"
        return f"not shown: of {what}, {len(self.unresolved)} questions stay open"
