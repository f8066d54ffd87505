r"""Quantal response: the logit equilibrium of a finite game at a given precision.

Players err, the less the more it costs: with precision :math:`\lambda` a choice a is made with a
probability proportional to :math:`e^{\lambda u_a}`, where :math:`u_a` is what a pays against the
others, who err as well (McKelvey and Palfrey 1995). At :math:`\lambda = 0` all choices are equally
likely; as :math:`\lambda` grows the *principal branch*, which starts there, leads in almost every
game to one equilibrium. :math:`\lambda` is in one over the unit of payoffs.

Two things are claimed, each with its own grade:

- *that it is a logit equilibrium*: certified where Krawczyk's test proves that exactly one lies
  next to the point (`pigou.solvers.logit_enclosure`);
- *that it lies on the principal branch*: certified where logit responses contract, so that there is
  no other, or where boxes are laid along the branch without a gap. Elsewhere, as where the branch
  turns back, it is numerical: the branch was followed in doubles (`pigou.solvers.logit`).

Where a choice is an exit, members meet those only who stay. Moves are made at the same time; games
in stages are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from pigou.check_simultaneous import payoffs_by_action
from pigou.equilibrium import Evidence, Grade, Strategy
from pigou.errors import DeclarationError, ExpressionError
from pigou.exact import Enclosure, Record, exact
from pigou.game import Game
from pigou.solvers.form import FiniteForm, Group, finite_form
from pigou.solvers.logit import Logit, logit_branch, logit_equilibrium
from pigou.solvers.logit_enclosure import contracts, enclose_logit, tube_reaches

__all__ = [
    "Branch",
    "BranchPoint",
    "LogitEquilibrium",
    "QuantalResponse",
    "quantal_branch",
    "quantal_response",
    "read_precision",
]

LARGEST = 10**9
_MOST_CHOICES = 40
"""So many choices of all players are enclosed; with more the point stays numerical."""


@dataclass(frozen=True)
class LogitEquilibrium:
    """A logit equilibrium.

    Parameters
    ----------
    precision : Fraction
    strategies : tuple of Strategy
        The mixtures; in a population that of each member.
    payoffs : mapping of str to mapping of str to Enclosure
        For each player, and each type as ``player[type]``: what every choice pays.
    evidence : Evidence
        How well it is known that this is a logit equilibrium.
    on_branch : Evidence
        How well it is known that it lies on the principal branch.

    Examples
    --------
    >>> from pigou.models import load
    >>> one = quantal_response(load("coordination").game, precision=5).equilibrium
    >>> str(one.evidence.grade), str(one.on_branch.grade)
    ('certified', 'certified')
    >>> one.mean_payoffs["firm"].value
    -0.0548...
    """

    precision: Fraction
    strategies: tuple[Strategy, ...]
    payoffs: Mapping[str, Mapping[str, Enclosure]]
    evidence: Evidence
    on_branch: Evidence

    @property
    def mean_payoffs(self) -> Record[Enclosure]:
        """What each player, or a member of each type, expects."""
        rows = zip(self.strategies, self.payoffs.items(), strict=True)
        return Record(
            {
                name: sum(
                    (share * paid[label] for label, share in one.probabilities.items()),
                    Enclosure.point(0),
                )
                for one, (name, paid) in rows
            }
        )


@dataclass(frozen=True)
class QuantalResponse:
    """What was found at a precision.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
    precision : Fraction
        What was asked for.
    reached : float
        How far the principal branch was followed; the precision, if it was reached.
    equilibrium : LogitEquilibrium or None
        None if the precision was not reached, or the point is not known well enough.
    finding : str
        Why there is none; else what is peculiar about the branch on its way, if anything.

    Examples
    --------
    >>> from pigou.models import load
    >>> found = quantal_response(load("coordination").game, precision="1/2")
    >>> found.reached, found.finding
    (0.5, '')
    """

    game: Game
    at: Mapping[str, Fraction]
    precision: Fraction
    reached: float
    equilibrium: LogitEquilibrium | None
    finding: str = ""


class BranchPoint(NamedTuple):
    """A point of the principal branch, numerical.

    Attributes
    ----------
    precision : float
    shares : mapping of str to mapping of str to float
        For each player, and each type as ``player[type]``: how likely every choice is.
    """

    precision: float
    shares: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Branch:
    """Points along the principal branch, in order, from even odds to where it reaches a precision.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
    precision : Fraction
        What was asked for.
    points : tuple of BranchPoint
        The precision may fall on the way: the branch then turns back.
    arrived : bool
        Whether the last point is at the precision asked for.
    turns, crossings : int
        How often the branch turns back, and crosses another.

    Examples
    --------
    >>> from pigou.models import load
    >>> branch = quantal_branch(load("coordination").game, precision=5)
    >>> branch.arrived, branch.points[0].shares
    (True, {'firm': {'wait': 0.5, 'upgrade': 0.5}})
    """

    game: Game
    at: Mapping[str, Fraction]
    precision: Fraction
    points: tuple[BranchPoint, ...]
    arrived: bool
    turns: int
    crossings: int


def read_precision(value: object) -> Fraction:
    """Read a precision: a number from 0 to 10^9.

    Raises
    ------
    DeclarationError
        If it is none.

    Examples
    --------
    >>> read_precision("1.5")
    Fraction(3, 2)
    >>> read_precision("nan")
    Traceback (most recent call last):
    pigou.errors.DeclarationError: the precision lambda is a number from 0 to 1000000000, not nan
    """
    try:
        number = exact(value)
    except (ExpressionError, TypeError, ValueError):
        number = Fraction(-1)
    if not 0 <= number <= LARGEST:
        shown = str(value)[:60]
        raise DeclarationError(f"the precision lambda is a number from 0 to {LARGEST}, not {shown}")
    return number


def quantal_response(
    game: Game, at: Mapping[str, Any] | None = None, *, precision: object
) -> QuantalResponse:
    """Return the logit equilibrium of a finite game on the principal branch.

    Parameters
    ----------
    game : Game
        With choices only, all made at the same time.
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.
    precision : number
        Lambda, from 0 to 10^9.

    Returns
    -------
    QuantalResponse
        Without an equilibrium if the branch could not be followed so far; it then says how far.

    Raises
    ------
    DeclarationError
        If the precision is no number in its domain.
    StructureError
        If the game has continuous moves, stages, or more than 50,000 profiles.

    Examples
    --------
    >>> from pigou.models import load
    >>> found = quantal_response(load("coordination").game, {"firms": 3}, precision=2)
    >>> print(found.equilibrium.strategies[0])
    upgrade: wait 0.545274, upgrade 0.454726
    >>> quantal_response(load("coordination").game, precision=-1)
    Traceback (most recent call last):
    pigou.errors.DeclarationError: the precision lambda is a number from 0 to 1000000000, not -1
    """
    wanted = read_precision(precision)
    form = finite_form(game, at)
    found = logit_equilibrium(form, float(wanted))
    if found.mixtures is None:
        return QuantalResponse(game, form.at, wanted, found.precision, None, _lost(found, wanted))
    return QuantalResponse(
        game, form.at, wanted, found.precision, _known(form, wanted, found), _peculiar(found)
    )


def quantal_branch(game: Game, at: Mapping[str, Any] | None = None, *, precision: object) -> Branch:
    """Return points along the principal branch up to a precision, numerically.

    Parameters
    ----------
    game : Game
    at : mapping of str to number, optional
    precision : number
        Lambda, from 0 to 10^9: where the branch ends.

    Examples
    --------
    >>> from pigou.models import load
    >>> branch = quantal_branch(load("coordination").game, precision=5)
    >>> round(branch.points[-1].shares["firm"]["upgrade"], 4)
    0.2522
    """
    wanted = read_precision(precision)
    form = finite_form(game, at)
    found, arrived = logit_branch(form, float(wanted))
    points = tuple(
        BranchPoint(
            one.precision,
            Record(
                {
                    group_name(group): Record(dict(zip(labels(group), row, strict=True)))
                    for group, row in zip(form.groups, one.mixtures or (), strict=True)
                }
            ),
        )
        for one in found
    )
    return Branch(game, form.at, wanted, points, arrived, found[-1].turns, found[-1].crossings)


# -- parts ----------------------------------------------------------------------------------------


def group_name(group: Group) -> str:
    """Return the player, with the type where there is one."""
    return f"{group.player}[{group.type}]" if group.type else group.player


def labels(group: Group) -> list[str]:
    """Return the names of a group's actions: with several moves, their labels joined."""
    return [", ".join(action) for action in group.actions]


def _lost(found: Logit, wanted: Fraction) -> str:
    if found.precision == float(wanted):
        return (
            f"at precision {wanted} the principal branch is not known well enough: rounding leaves "
            f"a probability {found.residual:.2g} away from its logit response"
        )
    return (
        f"the principal branch was followed to precision {found.precision:.6g} only, not to "
        f"{wanted}"
    )


def _peculiar(found: Logit) -> str:
    parts = []
    if found.turns:
        parts.append(
            f"the branch turns back {found.turns} times on its way, so that several points have "
            "this precision; its first passage is taken"
        )
    if found.crossings:
        parts.append(
            "the branch crosses another, or passes it too closely to tell, so that it may not be "
            "the only one from even odds"
        )
    return "; ".join(parts)


def _known(form: FiniteForm, precision: Fraction, found: Logit) -> LogitEquilibrium:
    """Enclose a point that was found, and say how well it is known."""
    assert found.mixtures is not None
    few = sum(len(group.actions) for group in form.groups) <= _MOST_CHOICES
    enclosed = enclose_logit(form, precision, found.mixtures) if few else None
    if enclosed is None:
        mixtures: Sequence[Sequence[Any]] = [
            [Enclosure.point(Fraction(share)) for share in row] for row in found.mixtures
        ]
        method = f"Newton's method in doubles; off its logit response by {found.residual:.1g}"
        evidence = Evidence(Grade.NUMERICAL, method)
        on_branch = Evidence(Grade.NUMERICAL, "the branch was followed in doubles")
    else:
        mixtures = enclosed.mixtures
        grade = Grade.NUMERICAL if form.rounded else Grade.CERTIFIED
        note = "irrational payoffs were rounded to 60 digits" if form.rounded else ""
        method = f"Krawczyk's test: the only one within {enclosed.radius:.2g} of its log odds"
        evidence = Evidence(grade, method, note=note)
        on_branch = _on_branch(form, precision, found, enclosed, grade)
    strategies = tuple(
        _strategy(form, group, row) for group, row in zip(form.groups, mixtures, strict=True)
    )
    payoffs = {
        group_name(g): payoffs_by_action(form.game, form.at, strategies, g.player, g.type)
        for g in form.groups
    }
    return LogitEquilibrium(precision, strategies, Record(payoffs), evidence, on_branch)


def _on_branch(
    form: FiniteForm, precision: Fraction, found: Logit, enclosed: Any, grade: Grade
) -> Evidence:
    if contracts(form, precision):
        return Evidence(
            grade, "logit responses contract up to this precision: there is no other equilibrium"
        )
    if not found.turns and not found.crossings and tube_reaches(form, precision, enclosed):
        return Evidence(grade, "boxes without a gap hold the branch from even odds on")
    return Evidence(Grade.NUMERICAL, "the branch was followed in doubles")


def _strategy(form: FiniteForm, group: Group, row: Sequence[Enclosure]) -> Strategy:
    moves = ", ".join(move.name for move in form.game.moves_of(group.player))
    shares = Record(dict(zip(labels(group), row, strict=True)))
    return Strategy(moves, group.player, group.type, shares, None, group.size)
