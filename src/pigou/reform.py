r"""Public intervention: a value that turns a game into another game.

A reform is a list of steps, each of a *kind* (`pigou.reform_kinds`, or ``pigou show --reforms``):
what the government pays and collects, which rules it changes, how it coordinates, enforces
contracts, changes market structure, informs.

Transfers enter the game's ledger, so nothing is created or lost; the running cost is a real cost
that the government bears. Reforms compose: ``(a + b)(game) == b(a(game))``.

A reform may fail (`Reform.failure`), and it has a strength (`Reform.at_strength`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from pigou.errors import DeclarationError, ExpressionError, ReformError, unknown
from pigou.game import Game, Parameter
from pigou.reform_kinds import KINDS
from pigou.reform_kinds_shared import Kind, charge, tidy, without_idle_parameters
from pigou.reform_steps import (
    Step,
    refuse_replaced,
    strength_of,
    times,
    weaker,
    whole_probability,
)

__all__ = [
    "Kind",
    "Reform",
    "Step",
    "add_choice",
    "joined_steps",
    "mandate",
    "pay",
    "reform",
    "remove_choice",
    "reorder",
    "set_parameters",
    "subsidy",
    "tax",
]


@dataclass(frozen=True)
class Reform:
    """A public intervention: a function from games to games, as a value.

    Parameters
    ----------
    name : str
    steps : tuple of Step
        Applied in order.
    parameters : iterable of Parameter
        The reform's own parameters (the strength of a subsidy), added to the game's.
    running_cost : number or formula
        What running it costs the government, in resources, whatever the players do.
    source : str
        Who proposed it.
    label : str
        The words a reader sees.
    failure : number
        The probability, in [0, 1], that the reform fails: it then costs its outlay and its
        running cost, and changes nothing. `__call__` is the reform that works;
        `pigou.comparison` uses the probability.
    parts : tuple of Reform
        Of a package (``a + b``) in which a part may fail: the reforms that it joins, each with its
        own `failure`. The parts of a package fail *independently* of each other; a package for
        which a `failure` is given in addition fails as a whole with that probability. Empty where
        no part can fail. See `outcomes`.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> half = subsidy("upgrade", "1/2")
    >>> half(game).transfers[0].purpose
    'subsidy on upgrade'
    >>> (half + tax("upgrade", "1/2"))(game) == game
    True
    """

    name: str
    steps: Sequence[Step]
    parameters: Sequence[Parameter] = ()
    running_cost: Any = 0
    source: str = ""
    label: str = ""
    failure: Any = Fraction(0)
    parts: Sequence[Reform] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(self.steps))
        object.__setattr__(self, "parameters", tuple(self.parameters))
        object.__setattr__(self, "label", self.label or self.name)
        object.__setattr__(self, "failure", whole_probability(self.failure, self.name))
        object.__setattr__(self, "parts", tuple(self.parts))
        if self.parts and self.steps != joined_steps(self.parts):
            raise ReformError(f"the steps of the package '{self.name}' are those of its parts")
        if not self.steps and self.running_cost == 0:
            raise ReformError(
                f"reform '{self.name}' changes nothing: it has no step and no running cost"
            )

    def __call__(self, game: Game) -> Game:
        """Apply the reform.

        Raises
        ------
        ReformError
            If it does not fit the game; the message says why.
        """
        try:
            changed = self._with_parameters(game)
            for step in self.steps:
                refuse_replaced(changed, step.kind, step.keys)
                changed = tidy(KINDS[step.kind].apply(changed, **step.keys))
            refuse_replaced(changed, "running_cost", {"amount": self.running_cost})
            return without_idle_parameters(charge(changed, self.running_cost))
        except (DeclarationError, ExpressionError, ReformError) as error:
            raise ReformError(
                f"reform '{self.name}' does not fit game '{game.name}': {error}"
            ) from None

    def _with_parameters(self, game: Game) -> Game:
        present = {p.name: p for p in game.parameters}
        for parameter in self.parameters:
            if present.get(parameter.name, parameter) != parameter:
                raise ReformError(f"its parameter '{parameter.name}' is already one of the game's")
        new = [p for p in self.parameters if p.name not in present]
        brought = game.traces.parameters | {p.name for p in new}
        return replace(
            game,
            parameters=(*game.parameters, *new),
            traces=replace(game.traces, parameters=brought),
        )

    def __add__(self, other: Reform) -> Reform:
        """Join two reforms into a package: first this one, then the other."""
        if not isinstance(other, Reform):
            return NotImplemented
        own = {p.name: p for p in self.parameters}
        for parameter in other.parameters:
            if own.get(parameter.name, parameter) != parameter:
                raise ReformError(
                    f"'{self.name}' and '{other.name}' both have a parameter '{parameter.name}', "
                    "and the two differ"
                )
        return Reform(
            f"{self.name}+{other.name}",
            (*self._with_cost, *other._with_cost),
            tuple((own | {p.name: p for p in other.parameters}).values()),
            0,
            "; ".join(dict.fromkeys(s for s in (self.source, other.source) if s)),
            f"{self.label} + {other.label}",
            parts=_parts(self, other),
        )

    @property
    def outcomes(self) -> tuple[tuple[Fraction, tuple[Reform, ...], tuple[Reform, ...]], ...]:
        """Every way in which the reform may turn out: probability, parts that work, that fail.

        A reform of one part works or fails; the k parts of a package work or fail independently,
        in up to :math:`2^k` ways. What has probability 0 is left out; the first outcome is that
        everything works, unless that is impossible. A part that fails changes nothing and costs
        what it costs; applying those that work in order gives the game that is then played.

        Examples
        --------
        >>> risky = subsidy("upgrade", 1, failure="1/4")
        >>> package = risky + mandate("upgrade", "yes", failure="1/2")
        >>> [(str(p), [r.name for r in works]) for p, works, _ in package.outcomes]
        [('3/8', ['subsidy', 'mandate']), ('3/8', ['subsidy']), ('1/8', ['mandate']), ('1/8', [])]
        """
        parts = tuple(self.parts) or (replace(self, failure=0),)
        if self.parts and self.running_cost != 0:
            parts = (*parts, Reform(self.name, (), running_cost=self.running_cost))
        found: list[tuple[Fraction, tuple[Reform, ...], tuple[Reform, ...]]]
        found = [(1 - self.failure, (), ())]
        for part in parts:
            risk = part.failure
            found = [
                outcome
                for chance, works, fails in found
                for outcome in (
                    (chance * (1 - risk), (*works, part), fails),
                    (chance * risk, works, (*fails, part)),
                )
            ]
        found.append((self.failure, (), parts))
        return tuple(outcome for outcome in found if outcome[0])

    def at_strength(self, strength: Any) -> Reform:
        r"""Return the reform at a strength: its amounts are `strength` times as large.

        Rates, amounts and running costs are multiplied by s; a parameter that changes from
        :math:`\theta` to :math:`\theta'` becomes :math:`(1 - s)\,\theta + s\,\theta'`. At 0 the
        reform is the identity on games, at 1 it is the reform itself.

        Parameters
        ----------
        strength : number, str or sympy symbol
            From 0 to 1; or the name of a parameter, which the reform then has (in [0, 1], with
            default 1), unless a parameter of this name is already its own.

        Raises
        ------
        ReformError
            If the strength is a number outside [0, 1]; or is neither 0 nor 1, and a step is of a
            kind that has no strength (a mandate is there or is not).

        Examples
        --------
        >>> half = subsidy("upgrade", "rate", parameters=(Parameter("rate", "1/5"),))
        >>> half.at_strength("1/2").steps[0].keys["rate"]
        '(1/2)*(rate)'
        >>> half.at_strength("s").parameters[-1].domain
        (0 <= s) & (s <= 1)
        """
        strength = strength_of(strength, self.name)
        if strength == 1:
            return self
        if strength == 0:
            nothing = (Step("running_cost", {"amount": 0}),)
            return replace(self, steps=nothing, running_cost=0, parts=())
        own = self.parameters
        if isinstance(strength, str) and strength not in [p.name for p in own]:
            domain = f"0 <= {strength} and {strength} <= 1"
            own = (*own, Parameter(strength, 1, domain, meaning="strength of the reform"))
        parts = tuple(part.at_strength(strength) for part in self.parts)
        steps = joined_steps(parts) if parts else tuple(weaker(s, strength) for s in self.steps)
        cost = 0 if self.running_cost == 0 else times(strength, self.running_cost)
        return replace(self, steps=steps, parameters=own, running_cost=cost, parts=parts)

    @property
    def _with_cost(self) -> tuple[Step, ...]:
        """The steps, the running cost as the last of them, so that it keeps its place."""
        if self.running_cost == 0:
            return tuple(self.steps)
        return (*self.steps, Step("running_cost", {"amount": self.running_cost}))

    def revised(self, changes: Mapping[str, Any]) -> Reform:
        """Return the reform with other values of its parameters or keys.

        Raises
        ------
        ReformError
            If a name is neither a parameter nor a key of the reform.

        Examples
        --------
        >>> subsidy("upgrade", "1/2").revised({"rate": "1/3"}).steps[0].keys["rate"]
        '1/3'
        """
        new = self
        for name, value in changes.items():
            new = new._revise(name, value)
        return new

    def _revise(self, name: str, value: Any) -> Reform:
        if name in ("failure", "running_cost"):
            return replace(self, **{name: value})
        if not self._has_parameter(name):
            self._refuse_key(name)
        parts = tuple(
            part._revise(name, value) if part._has_parameter(name) or part._bearers(name) else part
            for part in self.parts
        )
        parameters = tuple(
            replace(p, default=value) if p.name == name else p for p in self.parameters
        )
        steps = self.steps
        if not self._has_parameter(name):
            steps = tuple(
                Step(s.kind, {**s.keys, name: value}) if name in KINDS[s.kind].keys else s
                for s in steps
            )
        return replace(self, steps=steps, parameters=parameters, parts=parts)

    def _has_parameter(self, name: str) -> bool:
        return name in [p.name for p in self.parameters]

    def _bearers(self, name: str) -> list[Step]:
        """Return the steps whose kind knows a key."""
        return [s for s in self.steps if name in KINDS[s.kind].keys]

    def _refuse_key(self, name: str) -> None:
        """Refuse a key that no step has, or several."""
        bearers = self._bearers(name)
        if len(bearers) > 1:
            kinds = ", ".join(s.kind for s in bearers)
            raise ReformError(
                f"reform '{self.name}' has the key '{name}' in {len(bearers)} steps ({kinds}); "
                "revise the reforms before joining them"
            )
        if not bearers:
            allowed = [p.name for p in self.parameters]
            allowed += [k for s in self.steps for k in KINDS[s.kind].keys]
            allowed = list(dict.fromkeys([*allowed, "running_cost", "failure"]))
            raise ReformError(unknown("key", name, allowed, f"reform '{self.name}'"))


def joined_steps(parts: Sequence[Reform]) -> tuple[Step, ...]:
    """Return the steps of the parts of a package, in order."""
    return tuple(step for part in parts for step in part._with_cost)


def _parts(*joined: Reform) -> tuple[Reform, ...]:
    """Return the parts of a package: none if none can fail; neighbours that cannot are joined."""
    if not any(one.failure or one.parts for one in joined):
        return ()
    parts: list[Reform] = []
    for one in joined:
        flat = one.parts if one.failure == 0 and one.running_cost == 0 else ()
        for part in flat or (one,):
            if parts and not any(p.failure or p.parts for p in (parts[-1], part)):
                parts[-1] += part
            else:
                parts.append(part)
    return tuple(parts)


# -- making reforms ---------------------------------------------------------------------------


def reform(
    kind: str,
    name: str = "",
    *,
    parameters: Sequence[Parameter] = (),
    running_cost: Any = 0,
    source: str = "",
    label: str = "",
    failure: Any = 0,
    **keys: Any,
) -> Reform:
    """Make a reform of one step from the name of its kind and its keys.

    Examples
    --------
    >>> reform("mandate", move="upgrade", choice="yes").name
    'mandate'
    """
    steps = (Step(kind, keys),)
    return Reform(name or kind, steps, parameters, running_cost, source, label, failure)


def subsidy(move: str, rate: Any, name: str = "subsidy", **keys: Any) -> Reform:
    r"""Subsidise a move: the government pays :math:`\text{rate} \cdot m` to whoever moves.

    Parameters
    ----------
    move : str
        The move that is paid for.
    rate : number or formula
        Amount per unit of the move, or amount if `choice` is taken.
    name : str
    choice : str, optional
        Pay when this label is chosen, instead of per unit.
    when : condition, optional
        Pay only if it holds.
    members : number or formula, optional
        Pay only this many members of a population; `group` names them (``"targeted"``).
    group : str, optional
        Without `members`: pay only the members of this type.
    parameters, running_cost, source, label, failure
        As in `Reform`.

    Examples
    --------
    >>> subsidy("upgrade", "rate", parameters=(Parameter("rate", "1/5"),)).steps[0].kind
    'subsidy'
    """
    return reform("subsidy", name, move=move, rate=rate, **keys)


def tax(move: str, rate: Any, name: str = "tax", **keys: Any) -> Reform:
    """Tax a move: as `subsidy`, with payer and payee exchanged.

    Examples
    --------
    >>> tax("emit", 3).steps[0].keys["rate"]
    3
    """
    return reform("tax", name, move=move, rate=rate, **keys)


def pay(payer: str, payee: str, amount: Any, name: str = "transfer", **keys: Any) -> Reform:
    """Introduce any payment between two parties.

    Examples
    --------
    >>> pay("lead", "supplier", "price*quality", purpose="quality premium").steps[0].kind
    'transfer'
    """
    return reform("transfer", name, payer=payer, payee=payee, amount=amount, **keys)


def set_parameters(values: Mapping[str, Any], name: str = "parameter", **keys: Any) -> Reform:
    """Let parameters take other values, which may be formulas in the old ones.

    Examples
    --------
    >>> set_parameters({"cost": "cost*0.8"}).steps[0].keys["set"]
    {'cost': 'cost*0.8'}
    """
    return reform("parameter", name, set=values, **keys)


def mandate(move: str, choice: str, name: str = "mandate", **keys: Any) -> Reform:
    """Restrict a finite move to one choice.

    Examples
    --------
    >>> mandate("upgrade", "yes").name
    'mandate'
    """
    return reform("mandate", name, move=move, choice=choice, **keys)


def remove_choice(move: str, choice: str, name: str = "remove", **keys: Any) -> Reform:
    """Take a choice away from a finite move.

    Examples
    --------
    >>> remove_choice("location", "abroad").name
    'remove'
    """
    return reform("remove", name, move=move, choice=choice, **keys)


def add_choice(move: str, choice: str, value: Any, name: str = "add", **keys: Any) -> Reform:
    """Add a choice to a finite move.

    Parameters
    ----------
    move, choice : str
        The move, and the label of the new choice.
    value : number
        The value that the move's symbol takes for it; not one that is taken already.
    name : str
    pays : formula, optional
        What the player gets who chooses it, instead of the old payoff.
    counts_as : formula, optional
        The value that the move counts as in every old formula when this choice is taken.
    exit : bool
        Whether the choice leaves the group (see `Choice`).

    Examples
    --------
    >>> add_choice("action", "leave", 2, pays=20, exit=True).steps[0].keys["exit"]
    True
    """
    return reform("add", name, move=move, choice=choice, value=value, **keys)


def reorder(stages: Any, name: str = "order", **keys: Any) -> Reform:
    """Let moves be made in other stages: at the same time, or one after the other and seen.

    A move of a later stage observes all earlier ones. Stages are numbered anew from 1 without gaps.

    Parameters
    ----------
    stages : mapping of str to int, or int
        The stage of each move that changes; a number puts all moves into that stage, so that all
        decide at the same time.
    name : str
    parameters, running_cost, source, label, failure
        As in `Reform`.

    Examples
    --------
    >>> reorder({"q2": 2}).steps[0].keys["stages"]
    {'q2': 2}
    >>> from pigou.game import Move, Player
    >>> duopoly = Game(
    ...     "duopoly",
    ...     [Player("one"), Player("two")],
    ...     [Move("q1", "one", (0, 9)), Move("q2", "two", (0, 9))],
    ...     {"one": "q1*(9 - q1 - q2)", "two": "q2*(9 - q1 - q2)"},
    ... )
    >>> [m.stage for m in reorder({"q2": 2})(duopoly).moves]
    [1, 2]
    """
    return reform("order", name, stages=stages, **keys)
