r"""Families of reforms, each with one strength, and the profile that they are to bring about.

A family is a reform with one free number, its *strength* :math:`\sigma \ge 0`:

``uniform``
    everybody gets :math:`\sigma` for the move that the target profile asks of it (per unit, of a
    continuous move);
``assurance``
    everybody who makes that move gets :math:`\sigma` if the target profile is missed (a refund);
a reform of the model, or one made from a kind
    with one of its parameters as the strength, or all its amounts times the strength.

``divide-and-conquer`` has as many strengths as players; see `pigou.solvers.orders`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from pigou.equilibrium import Equilibrium, EquilibriumSet
from pigou.errors import DeclarationError, ReformError, StructureError, unknown
from pigou.exact import exact
from pigou.game import Choice, Game, Parameter
from pigou.reform import Reform, subsidy
from pigou.solvers.form import Counts, FiniteForm

__all__ = [
    "BUILT_IN",
    "DIVIDE",
    "Family",
    "Target",
    "assurance",
    "carried_over",
    "counts_of",
    "find_target",
    "from_reform",
    "levers",
    "uniform",
]

DIVIDE = "divide-and-conquer"
STRENGTH = "strength"
BUILT_IN = ("uniform", DIVIDE, "assurance")


class Target(NamedTuple):
    """A pure profile.

    Attributes
    ----------
    words : str
    counts : tuple of tuple of int
        For each group of players alike, how many members take each action.

    Examples
    --------
    >>> Target("all upgrade", ((0, 10),)).actions
    (1,)
    """

    words: str
    counts: Counts

    @property
    def actions(self) -> tuple[int, ...] | None:
        """The action of each group, if its members all take the same one."""
        if any(sum(n > 0 for n in row) != 1 for row in self.counts):
            return None
        return tuple(next(a for a, n in enumerate(row) if n) for row in self.counts)


@dataclass(frozen=True)
class Family:
    """A reform with one free number, its strength.

    Parameters
    ----------
    name : str
    label : str
        What a unit of strength is, in words.
    reform : Reform
    parameter : str
        The reform's parameter that is the strength.
    low : Fraction
        Where it starts.
    high : Fraction or None
        The largest strength that is considered; None if there is none.

    Examples
    --------
    >>> from pigou.models import load
    >>> family = from_reform(load("coordination").reform("uniform_subsidy"))
    >>> family.parameter, family.low, family.high
    ('subsidy', Fraction(0, 1), None)
    """

    name: str
    label: str
    reform: Reform
    parameter: str
    low: Fraction = Fraction(0)
    high: Fraction | None = None

    def limited(self, most: Any) -> Family:
        """Return the family with a largest strength.

        Raises
        ------
        DeclarationError
            If it is not above the lowest one.
        """
        if most is None:
            return self
        top = exact(most)
        if top < 0:
            raise DeclarationError(f"the largest strength is at least 0, not {top}")
        if top <= self.low:
            raise DeclarationError(
                f"the range {self.low}:{top} of the strength '{self.parameter}' is upside down"
            )
        if self.high is not None and top > self.high:
            raise DeclarationError(
                f"the strength '{self.parameter}' is at most {self.high}, not {top}"
            )
        return replace(self, high=top)


# -- the target -------------------------------------------------------------------------------


def counts_of(equilibrium: Equilibrium) -> Counts | None:
    """Return a pure equilibrium of a finite game with simultaneous moves as counts.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> counts_of(solve(load("coordination").game)["E2"])
    ((0, 10),)
    """
    rows = []
    for strategy in equilibrium.strategies:
        if strategy.counts is None or strategy.when or strategy.value is not None:
            return None
        rows.append(tuple(strategy.counts.values()))
    return tuple(rows)


def find_target(text: str, form: FiniteForm, found: EquilibriumSet, option: str) -> Target:
    """Return a pure profile by the name of an equilibrium, or from ``move=choice,...``.

    Parameters
    ----------
    text : str
        ``"E2"``, or ``"upgrade=wait"``: every move with the choice that all who make it take.
    form : FiniteForm
    found : EquilibriumSet
        The equilibria without any reform.
    option : str
        What an error message calls it.

    Raises
    ------
    DeclarationError
        If there is no such equilibrium, move or choice, the equilibrium is mixed, or a move is
        missing.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> game = load("coordination").game
    >>> find_target("upgrade=wait", finite_form(game), solve(game), "--target").counts
    ((10, 0),)
    """
    if "=" in text:
        return _spelled_out(text, form, option)
    names = [e.name for e in found]
    if text not in names:
        message = unknown("equilibrium", text, names, f"game '{found.game}'", "equilibria")
        raise DeclarationError(f"{option}: {message}; or write move=choice,...")
    counts = counts_of(found[text])
    if counts is None:
        pure = ", ".join(e.name for e in found if e.kind == "pure") or "none"
        raise DeclarationError(
            f"{option}: equilibrium '{text}' is mixed; name a pure one (pure equilibria: {pure})"
        )
    return Target(found[text].profile, counts)


def carried_over(target: Target, before: FiniteForm, after: FiniteForm) -> Target:
    """Return a profile in a game whose players a reform has parted into groups.

    Raises
    ------
    DeclarationError
        If members of a group that is parted choose differently, so that it is not said which do.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> model = load("coordination")
    >>> parted = finite_form(model.reform("divide_and_conquer")(model.game))
    >>> target = Target("all upgrade", ((0, 10),))
    >>> carried_over(target, finite_form(model.game), parted).counts
    ((0, 6), (0, 4))
    """
    if [(g.player, g.size, g.actions) for g in before.groups] == [
        (g.player, g.size, g.actions) for g in after.groups
    ]:
        return target
    rows = []
    for group in after.groups:
        used = {
            g.actions[a]
            for g, row in zip(before.groups, target.counts, strict=True)
            for a, n in enumerate(row)
            if g.player == group.player and n
        }
        if len(used) != 1 or not used <= set(group.actions):
            raise DeclarationError(
                f"the reform parts or changes '{group.player}': name a profile in which its "
                "members all choose alike, with choices that they still have"
            )
        rows.append(tuple(group.size * int(action in used) for action in group.actions))
    return Target(target.words, tuple(rows))


def _spelled_out(text: str, form: FiniteForm, option: str) -> Target:
    game, chosen = form.game, {}
    for part in text.split(","):
        name, equals, label = (p.strip() for p in part.partition("="))
        if not (name and equals and label):
            raise DeclarationError(f"{option} {text}: write move=choice, not '{part.strip()}'")
        options = game.move(name).choice.options
        if label not in options:
            raise DeclarationError(
                f"{option}: " + unknown("choice", label, options, f"move '{name}'")
            )
        if name in chosen:
            raise DeclarationError(f"{option}: move '{name}' is given twice")
        chosen[name] = label
    missing = [m.name for m in game.moves if m.name not in chosen]
    if missing:
        raise DeclarationError(
            f"{option} {text}: say what is chosen at every move (missing: {', '.join(missing)})"
        )
    rows = []
    for group in form.groups:
        action = tuple(chosen[m.name] for m in game.moves_of(group.player))
        rows.append(tuple(group.size * int(a == action) for a in group.actions))
    words = "; ".join(f"{move}: {label}" for move, label in chosen.items())
    return Target(words, tuple(rows))


# -- families ---------------------------------------------------------------------------------


def uniform(game: Game, form: FiniteForm | None, target: Target | None) -> Family:
    """Pay everybody the same for the target's move.

    Parameters
    ----------
    game : Game
    form : FiniteForm or None
        Of a finite game; None for a continuous one, whose moves are paid for per unit.
    target : Target or None

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> game = load("coordination").game
    >>> uniform(game, finite_form(game), Target("all upgrade", ((0, 10),))).label
    'paid to everybody for upgrade: upgrade'
    """
    name = _free(game, "rate")
    parameter = Parameter(name, 1, f"{name} >= 0", meaning="paid to everybody alike")
    package: Reform | None = None
    words = []
    for move, label in _paid_moves(game, form, target):
        keys = {} if label is None else {"choice": label}
        one = subsidy(move, name, "uniform", parameters=(parameter,), **keys)
        package = one if package is None else package + one
        words.append(f"{move}: {label}" if label is not None else f"a unit of {move}")
    if package is None:
        raise StructureError(
            f"game '{game.name}': in a game with stages a family is a reform of its own; name one "
            "with -r"
        )
    return Family("uniform", f"paid to everybody for {', '.join(words)}", package, name)


def assurance(game: Game, form: FiniteForm | None, target: Target | None) -> Family:
    """Refund those who made the target's move if the target profile is missed.

    Raises
    ------
    StructureError
        If the game is not finite.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> game = load("coordination").game
    >>> assurance(game, finite_form(game), Target("all upgrade", ((0, 10),))).label
    'refunded for upgrade: upgrade if not everybody does'
    """
    if form is None:
        raise StructureError(f"game '{game.name}': an assurance is for moves that are choices")
    name = _free(game, "refund")
    parameter = Parameter(name, 1, f"{name} >= 0", meaning="refunded if the target is missed")
    paid = list(_paid_moves(game, form, target))
    missed = " or ".join(_missed(game, move, label) for move, label in paid)
    package: Reform | None = None
    for move, label in paid:
        one = subsidy(
            move, name, "assurance", choice=label, when=missed, parameters=(parameter,)
        )  # fmt: skip
        package = one if package is None else package + one
    assert package is not None
    words = ", ".join(f"{move}: {label}" for move, label in paid)
    return Family(
        "assurance", f"refunded for {words} if not everybody does", package, name
    )  # fmt: skip


def _missed(game: Game, move: str, label: str | None) -> str:
    """Say in a formula that not everybody makes a move."""
    target = game.move(move)
    assert label is not None
    value = target.choice.options[label]
    if game.player(target.player).is_population:
        return f"sum({move} == {value}) < {game.size(target.player)}"
    return f"{move} != {value}"


def _paid_moves(
    game: Game, form: FiniteForm | None, target: Target | None
) -> Iterator[tuple[str, str | None]]:
    """Yield the moves that are paid for, with the choice that is."""
    if form is None:
        yield from ((m.name, None) for m in game.moves if not isinstance(m.domain, Choice))
        return
    actions = None if target is None else target.actions
    if actions is None:
        raise DeclarationError(
            f"game '{game.name}': this family needs a target profile in which the members of a "
            "population all choose alike; name it with --target move=choice,..."
        )
    seen: dict[str, str] = {}
    for group, action in zip(form.groups, actions, strict=True):
        labels = group.actions[action]
        for move, label in zip(game.moves_of(group.player), labels, strict=True):
            if seen.setdefault(move.name, label) != label:
                raise DeclarationError(
                    f"the target asks different choices of the types of '{group.player}'; name a "
                    "reform with -r that pays them"
                )
    yield from seen.items()


def _free(game: Game, stem: str) -> str:
    taken = {p.name for p in game.parameters} | {m.name for m in game.moves}
    taken |= set(game.parties) | {a for p in game.players for a in p.attributes}
    while stem in taken:
        stem += "_"
    return stem


def from_reform(reform: Reform, vary: str = "") -> Family:
    """Take a reform as a family.

    Parameters
    ----------
    reform : Reform
    vary : str
        The parameter that is the strength; by default its only one. ``"strength"`` multiplies all
        its amounts.

    Raises
    ------
    ReformError
        If there is no such parameter, or several and none is named.

    Examples
    --------
    >>> from pigou import subsidy
    >>> from_reform(subsidy("upgrade", "rate", parameters=(Parameter("rate", 1),))).parameter
    'rate'
    """
    names = [p.name for p in reform.parameters]
    if vary == STRENGTH and vary not in names:
        return _scaled(reform)
    if vary and vary not in names:
        where = f"reform '{reform.name}'"
        raise ReformError(unknown("parameter", vary, [*names, STRENGTH], where))
    if not vary and not names:
        return _scaled(reform)
    if not vary and len(names) > 1:
        raise ReformError(
            f"reform '{reform.name}' has several parameters; say with --vary which one is the "
            f"strength (parameters: {', '.join(names)})"
        )
    parameter = next(p for p in reform.parameters if p.name == (vary or names[0]))
    if parameter.integer:
        raise ReformError(f"parameter '{parameter.name}' takes whole numbers only: no strength")
    meaning = parameter.meaning or parameter.name
    return Family(reform.name, meaning, reform, parameter.name, *_range(parameter))


def _scaled(reform: Reform) -> Family:
    """Let the strength multiply all amounts of a reform."""
    scaled = reform.at_strength(STRENGTH)
    words = f"share of '{reform.label}'"
    return Family(reform.name, words, scaled, STRENGTH, high=Fraction(1))


def _range(parameter: Parameter) -> tuple[Fraction, Fraction | None]:
    """Return from where to where a parameter may go, from 0 upwards where it may."""
    numbers = {exact(n) for n in parameter.domain.atoms(sp.Rational)} | {Fraction(0)}
    ends = sorted(n for n in numbers if n >= 0)
    spots = [(a + b) / 2 for a, b in itertools.pairwise(ends)] + [ends[-1] + 1]
    inside = [_allowed(parameter, spot) for spot in spots]
    if not any(inside):
        raise ReformError(f"parameter '{parameter.name}' takes no positive values: no strength")
    first = inside.index(True)
    last = first
    while last + 1 < len(inside) and inside[last + 1]:
        last += 1
    high = None if last + 1 == len(inside) else ends[last + 1]
    return ends[first], high


def _allowed(parameter: Parameter, value: Fraction) -> bool:
    try:
        parameter.check(value)
    except DeclarationError:
        return False
    return True


# -- one lever for each player ----------------------------------------------------------------


def levers(
    game: Game, form: FiniteForm, target: Target, reforms: Sequence[Reform]
) -> list[tuple[str, Family]]:
    """Return the reforms that pay one player each, with what they are called.

    Without `reforms`, a subsidy for the target's move, one for each player.

    Raises
    ------
    ReformError
        If the parameter of a reform does not start at 0.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> game = load("coordination").game
    >>> [one[0] for one in levers(game, finite_form(game), Target("", ((0, 10),)), [])]
    ['firm']
    """
    if reforms:
        families = [(r.name, from_reform(r)) for r in reforms]
        for called, family in families:
            if family.low > 0:
                raise ReformError(
                    f"reform '{called}': '{family.parameter}' is at least {family.low}; in the "
                    f"family '{DIVIDE}' a payment starts at 0"
                )
        return families
    own: dict[str, list[tuple[str, str]]] = {}
    for move, label in _paid_moves(game, form, target):
        assert label is not None
        own.setdefault(game.move(move).player, []).append((move, label))
    name = _free(game, "rate")
    parameter = Parameter(name, 1, f"{name} >= 0")
    found = []
    for player, moves in own.items():
        if len(moves) > 1:
            raise StructureError(
                f"game '{game.name}': '{player}' makes several moves; name the reforms that pay "
                "for them with -r"
            )
        ((move, label),) = moves
        one = subsidy(move, name, player, choice=label, parameters=(parameter,))
        found.append((player, Family(player, f"paid for {move}: {label}", one, name)))
    return found
