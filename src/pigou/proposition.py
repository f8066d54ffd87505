r"""A proposition: what a model's literature claims for every parameter value, as a claim to prove.

A claim is a condition in the grammar of `pigou.expression`, over the parameters and over names
that the proposition introduces under `where`. Each name stands for a part of the game:

=================================  =================================================================
``e = Allocation(...)``            moves and payoffs where the moves of a game, or of the game after
                                   a reform, are in an equilibrium in pure strategies:
                                   ``e_effort``, ``e_supplier``, ``e_welfare``
``f = Allocation(planner=True)``   the same at the first best, where one planner makes all moves
``p = Profile("all wait")``        payoffs at a pure profile of a finite game, ``p_firm``,
                                   ``p_welfare``, and ``p_holds``: 1 where it is an equilibrium,
                                   else 0; in stages, a path of play, and whether it is the outcome
                                   of a subgame-perfect equilibrium in pure strategies
``n = Number(...)``                the number of equilibria, or of those of one profile
``d = Effect("e_effort", "b")``    the derivative of a number in equilibrium with respect to a
                                   parameter, by the implicit function theorem
=================================  =================================================================

A comparison counts as 1 or 0 within arithmetic, so that ``p_holds == (cost <= benefit)`` is an
equivalence. How claims are proved stands in `pigou.proving`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pigou.errors import DeclarationError
from pigou.exact import Record
from pigou.expression import valid_name

__all__ = ["Effect", "Number", "Allocation", "Profile", "Proposition", "Term"]


@dataclass(frozen=True)
class Allocation:
    """Where the continuous moves of a game are in equilibrium, or as a planner would choose them.

    Parameters
    ----------
    reform : str
        A reform of the model, or one as on the command line, such as ``"subsidy:move=effort,
        rate=z"``; the game as it is if empty.
    choices : mapping of str to str
        Finite moves that are held at a label: what is claimed is about the rest of the game.
    planner : bool
        Whether one planner makes all moves and maximises the sum of primitive payoffs.
    interior : bool
        Whether every move is assumed to lie strictly between the ends of its interval. Without it
        corners count as well.

    Examples
    --------
    >>> Allocation(planner=True).reform
    ''
    """

    reform: str = ""
    choices: Mapping[str, str] = field(default_factory=Record)
    planner: bool = False
    interior: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", Record(dict(self.choices)))


@dataclass(frozen=True)
class Profile:
    """A pure profile of a finite game; in stages, a path of play.

    Parameters
    ----------
    profile : str
        In the words of `pigou.regimes`: ``"all upgrade"``, ``"supplier: invest; lead: wait"``; in
        stages ``"enter: yes; fight: no"``.
    reform : str
        As in `Allocation`.

    Examples
    --------
    >>> Profile("all wait", "uniform_subsidy").profile
    'all wait'
    """

    profile: str
    reform: str = ""


@dataclass(frozen=True)
class Number:
    """The number of equilibria that `pigou.regimes` states, or of those of one profile.

    Parameters
    ----------
    profile : str
        Count only equilibria with this profile, in the words of `pigou.regimes`.
    reform : str
        As in `Allocation`.
    fixed : mapping of str to number
        Parameters that are held at a value.

    Examples
    --------
    >>> Number(fixed={"threshold": 1}).profile
    ''
    """

    profile: str = ""
    reform: str = ""
    fixed: Mapping[str, Any] = field(default_factory=Record)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fixed", Record(dict(self.fixed)))


@dataclass(frozen=True)
class Effect:
    """The derivative of a number in an interior equilibrium with respect to a parameter.

    Parameters
    ----------
    of : str
        A formula in parameters and in the names of *one* `Allocation` with ``interior=True``.
    on : str
        The parameter.

    Examples
    --------
    >>> Effect("e_effort", "price").on
    'price'
    """

    of: str
    on: str


Term = Allocation | Profile | Number | Effect


@dataclass(frozen=True)
class Proposition:
    """Assumptions and a claim for all parameter values.

    Parameters
    ----------
    name : str
        An identifier.
    statement : str
        The claim in words.
    claim : str
        The claim as a condition, over the parameters and the names of `where`.
    where : mapping of str to Term
        What the names stand for.
    given : iterable of str
        What is assumed next to what the game assumes; conditions over the same names.
    stronger : str
        A claim that says slightly more and is false: that it is refuted shows that the prover
        can fail, and that the proposition is sharp.
    false : bool
        Whether it is a plausible claim that is known to be false; its counterexample is then what
        is worth knowing.
    lesson : str
        What a counterexample, or the proof, teaches: a sentence.
    source : str
        Author, year, place; ``"own"`` where it is ours.

    Raises
    ------
    DeclarationError
        If a name is no identifier, or words or the claim are missing.

    Examples
    --------
    >>> Proposition(
    ...     "waiting",
    ...     "Nobody upgrades if the cost exceeds what a pioneer gains.",
    ...     "n == (cost >= benefit*(1 - complementarity))",
    ...     {"n": Number("all wait", fixed={"threshold": 1})},
    ... ).name
    'waiting'
    """

    name: str
    statement: str
    claim: str
    where: Mapping[str, Term] = field(default_factory=Record)
    given: Sequence[str] = ()
    stronger: str = ""
    false: bool = False
    lesson: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        valid_name(self.name, "proposition")
        for name, term in self.where.items():
            valid_name(name, "name in a proposition")
            if not isinstance(term, Allocation | Profile | Number | Effect):
                raise DeclarationError(
                    f"proposition '{self.name}': '{name}' is an Allocation, a Profile, a Number "
                    f"or an Effect, not {term!r}"
                )
        for what in ("statement", "claim"):
            if not str(getattr(self, what)).strip():
                raise DeclarationError(f"proposition '{self.name}' has no {what}")
        if isinstance(self.given, str):
            raise DeclarationError(f"proposition '{self.name}': 'given' is a list of conditions")
        object.__setattr__(self, "where", Record(dict(self.where)))
        object.__setattr__(self, "given", tuple(self.given))
