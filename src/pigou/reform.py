r"""Public intervention: a value that turns a game into another game.

A reform is a list of steps, each of a *kind*:

================  =============================================================================
``subsidy``       the government pays `rate` per unit of a move (or when a `choice` is taken)
``tax``           the same, paid to the government
``transfer``      any payment: payer, payee, amount, purpose
``parameter``     parameters take other values
``mandate``       a move is restricted to one choice
``remove``        a choice is taken away
``running_cost``  the government bears a cost that does not depend on the moves
``add``           a choice is added; what it pays, what it counts as, and whether it is an exit
``order``         moves are made in other stages: at the same time, or one seen before the other
================  =============================================================================

Transfers enter the game's ledger, so nothing is created or lost; the running cost is a real cost
that the government bears. Reforms compose: ``(a + b)(game) == b(a(game))``.

A reform may fail (`Reform.failure`), and it has a strength (`Reform.at_strength`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.errors import DeclarationError, ExpressionError, ReformError, unknown
from pigou.exact import Record, exact
from pigou.expression import (
    If,
    Lookup,
    each,
    names_in,
    read_condition,
    read_expression,
    symbol,
    valid_name,
)
from pigou.game import GOVERNMENT, Bystander, Choice, Game, Move, Parameter, Player, Transfer, Type

__all__ = [
    "KINDS",
    "Kind",
    "Reform",
    "Step",
    "add_choice",
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
class Step:
    """One change of a game: its kind and the kind's keys.

    Examples
    --------
    >>> Step("mandate", {"move": "upgrade", "choice": "yes"}).kind
    'mandate'
    """

    kind: str
    keys: Mapping[str, Any] = field(default_factory=Record)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ReformError(unknown("kind of reform", str(self.kind), KINDS, many="kinds"))
        kind = KINDS[self.kind]
        for key in self.keys:
            if key not in kind.keys:
                raise ReformError(
                    unknown("key", str(key), kind.keys, f"a reform of kind '{self.kind}'")
                )
        for key in kind.required:
            if self.keys.get(key) is None:
                raise ReformError(f"a reform of kind '{self.kind}' needs the key '{key}'")
        if self.kind == "parameter" and not isinstance(self.keys["set"], Mapping):
            raise ReformError(
                "a reform of kind 'parameter': 'set' maps parameters to values, as in "
                f"{{'cost': 'cost*0.8'}}, not '{self.keys['set']}'; on the command line write "
                "parameter:cost=..."
            )
        given = {k: _frozen(v) for k, v in self.keys.items() if v is not None}
        object.__setattr__(self, "keys", Record(given))


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
        object.__setattr__(self, "failure", _probability(self.failure, self.name))
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
                changed = KINDS[step.kind].apply(changed, **step.keys)
            return _tidy(_charge(changed, self.running_cost), before=game)
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
        return replace(game, parameters=(*game.parameters, *new))

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
            tuple(({p.name: p for p in other.parameters} | own).values()),
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
        strength = _strength(strength, self.name)
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
        steps = joined_steps(parts) if parts else tuple(_weaker(s, strength) for s in self.steps)
        cost = 0 if self.running_cost == 0 else _times(strength, self.running_cost)
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


def _probability(value: Any, name: str) -> Fraction:
    try:
        probability = exact(value)
    except ExpressionError as error:
        raise ReformError(f"the failure of reform '{name}' is a probability: {error}") from None
    if not 0 <= probability <= 1:
        raise ReformError(
            f"the failure of reform '{name}' is a probability, from 0 to 1, not {value}"
        )
    return probability


def _strength(value: Any, name: str) -> Fraction | str:
    """Read a strength: a number in [0, 1], or the name of a parameter."""
    if isinstance(value, sp.Symbol | str) and str(value).isidentifier():
        return valid_name(str(value), "strength")
    number = exact(value)
    if not 0 <= number <= 1:
        raise ReformError(f"the strength of reform '{name}' is from 0 to 1, not {value}")
    return number


def _times(factor: Fraction | str, amount: Any) -> Any:
    """Multiply an amount, which may be a text, by a strength."""
    if isinstance(amount, sp.Basic):
        return (symbol(factor) if isinstance(factor, str) else _number(factor)) * amount
    if isinstance(factor, Fraction) and not isinstance(amount, str):
        return factor * exact(amount)
    return f"({factor})*({amount})"


def _weaker(step: Step, strength: Fraction | str) -> Step:
    """Return a step with its amounts multiplied by a strength."""
    kind = KINDS[step.kind]
    if step.kind == "parameter":
        values = step.keys["set"]
        mixed = {k: _mixed(strength, symbol(k), v) for k, v in values.items()}
        return Step(step.kind, {**step.keys, "set": mixed})
    if not kind.amounts:
        raise ReformError(
            f"a reform of kind '{step.kind}' has no strength: it is there or it is not"
        )
    return Step(step.kind, {
        key: _times(strength, value) if key in kind.amounts else value
        for key, value in step.keys.items()
    })  # fmt: skip


def _mixed(strength: Fraction | str, old: sp.Symbol, new: Any) -> Any:
    """Return a value between the old one of a parameter and the new one."""
    if isinstance(new, sp.Basic):
        share = symbol(strength) if isinstance(strength, str) else _number(strength)
        return (1 - share) * old + share * new
    return f"(1 - ({strength}))*{old} + ({strength})*({new})"


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


# -- the kinds --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A kind of reform: what it does in one line, its keys, and how it changes a game.

    `amounts` are the keys that the strength of a reform multiplies (`Reform.at_strength`).

    Examples
    --------
    >>> KINDS["mandate"].does, KINDS["mandate"].keys
    ('a move is restricted to one choice', ('move', 'choice'))
    """

    name: str
    does: str
    apply: Callable[..., Game]
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys."""
        return (*self.required, *self.optional)


def _subsidise(game: Game, move: str, rate: Any, **keys: Any) -> Game:
    return _pay_on_move(game, move, rate, payer=GOVERNMENT, **keys)


def _tax(game: Game, move: str, rate: Any, **keys: Any) -> Game:
    return _pay_on_move(game, move, rate, payer="", **keys)


def _unless(transfer: Transfer, move: Move, left: Any) -> Transfer:
    """Let a member who has left its group neither pay nor be paid."""
    if move.player not in (transfer.payer, transfer.payee):
        return transfer
    return replace(transfer, amount=If(left, 0, transfer.amount))


def _pay_on_move(
    game: Game,
    move: str,
    rate: Any,
    payer: str,
    choice: str | None = None,
    when: Any = None,
    members: Any = None,
    group: str | None = None,
) -> Game:
    target = game.move(move)
    game, attribute = _split(game, target.player, members, group)
    quantity: sp.Expr = target.symbol
    if choice is None and isinstance(target.domain, Choice) and target.domain.exit is not None:
        raise ReformError(
            f"move '{move}' has an exit, which has no amount: name the choice that is meant, as in "
            f"choice={next(c for c in target.choice.labels if c != target.choice.exit)}"
        )
    if choice is not None:
        value = _value(target, choice)
        quantity = If(sp.Eq(target.symbol, _number(value)), 1, 0)
    amount = read_expression(rate, game.scope) * quantity * attribute
    amount = _when(game, amount, when)
    word = "subsidy" if payer == GOVERNMENT else "tax"
    purpose = f"{word} on {move}" + (f" == {choice}" if choice is not None else "")
    ends = (GOVERNMENT, target.player) if payer == GOVERNMENT else (target.player, GOVERNMENT)
    return replace(game, transfers=(*game.transfers, Transfer(*ends, amount, purpose)))


def _transfer(
    game: Game,
    payer: str,
    payee: str,
    amount: Any,
    purpose: str = "transfer",
    when: Any = None,
    members: Any = None,
    group: str | None = None,
) -> Game:
    attribute: sp.Expr = sp.S.One
    if members is not None or group is not None:
        populations = [p.name for p in game.players if p.name in (payer, payee) and p.is_population]
        if not populations:
            raise ReformError("'members' and 'group' need a population as payer or payee")
        game, attribute = _split(game, populations[0], members, group)
    value = _when(game, read_expression(amount, game.scope) * attribute, when)
    return replace(game, transfers=(*game.transfers, Transfer(payer, payee, value, purpose)))


def _set_parameters(game: Game, set: Mapping[str, Any]) -> Game:
    swaps: dict[sp.Basic, sp.Basic] = {}
    assumptions: list[Any] = []
    names = [p.name for p in game.parameters]
    for name, formula in set.items():
        parameter = game.parameter(name)
        value = read_expression(formula, names)
        if value.is_Rational:
            parameter.check(exact(value))
        elif parameter.domain != sp.true:
            assumptions.append(_swapped(parameter.domain, {parameter.symbol: value}))
        swaps[parameter.symbol] = value
    for old in game.assumptions:
        new = old.xreplace(swaps)
        if new == sp.false:
            shown = ", ".join(f"{name} = {value}" for name, value in set.items())
            raise ReformError(f"{shown} contradicts the assumption {old}")
        assumptions += [new] * (new != sp.true)
    return _substitute(replace(game, assumptions=tuple(assumptions)), swaps)


def _mandate(game: Game, move: str, choice: str) -> Game:
    target = game.move(move)
    value = _value(target, choice)
    return _with_domain(game, move, Choice({choice: value}))


def _remove(game: Game, move: str, choice: str) -> Game:
    target = game.move(move)
    _value(target, choice)
    kept = {label: v for label, v in target.choice.options.items() if label != choice}
    if not kept:
        raise ReformError(f"'{choice}' is the only choice of move '{move}'; nothing would be left")
    leaving = target.choice.exit if target.choice.exit in kept else None
    return _with_domain(game, move, Choice(kept, leaving))


def _add(
    game: Game,
    move: str,
    choice: str,
    value: Any,
    pays: Any = None,
    counts_as: Any = None,
    exit: bool = False,
) -> Game:
    target = game.move(move)
    options = target.choice.options
    number = exact(value)
    if choice in options or number in options.values():
        taken = ", ".join(f"{label} = {v}" for label, v in options.items())
        raise ReformError(
            f"move '{move}' already has the choice '{choice}' or the value {number} ({taken})"
        )
    if pays is None and counts_as is None:
        raise ReformError(
            f"say what '{choice}' pays, or what it counts as (keys 'pays', 'counts_as')"
        )
    if counts_as is None and not exit and any(u.has(Lookup) for u in game.payoffs.values()):
        raise ReformError(f"the payoffs are a table: say what '{choice}' counts as for the others")
    if exit and target.choice.exit is not None:
        raise ReformError(f"move '{move}' already has an exit, '{target.choice.exit}'")
    leaving = choice if exit else target.choice.exit
    larger = _with_domain(game, move, Choice({**options, choice: number}, leaving))
    chosen = sp.Eq(target.symbol, _number(number))
    if counts_as is not None:
        effective = If(chosen, read_expression(counts_as, larger.scope), target.symbol)
        own = [m.name for m in game.moves_of(target.player)]
        own += game.player(target.player).attributes
        of_each = effective.xreplace({symbol(name): each(name) for name in own})
        larger = _substitute(larger, {target.symbol: effective, each(move): of_each})
    elif exit:
        larger = replace(
            larger, transfers=tuple(_unless(t, target, chosen) for t in larger.transfers)
        )
    if pays is None:
        return larger
    old = larger.payoffs[target.player]
    new = If(chosen, read_expression(pays, larger.scope), old)
    return replace(larger, payoffs={**larger.payoffs, target.player: new})


def _order(game: Game, stages: Any) -> Game:
    """Put moves into other stages, given by name; one number puts all moves into one stage."""
    names = [m.name for m in game.moves]
    given = dict(stages) if isinstance(stages, Mapping) else dict.fromkeys(names, stages)
    for name in given:
        if name not in names:
            raise ReformError(unknown("move", str(name), names, f"game '{game.name}'"))
    moved = {name: _stage(name, stage) for name, stage in given.items()}
    new = [moved.get(m.name, m.stage) for m in game.moves]
    places = {stage: k for k, stage in enumerate(sorted(set(new)), 1)}
    moves = tuple(
        replace(m, stage=places[stage], observes=None) if m.name in moved else
        replace(m, stage=places[stage])
        for m, stage in zip(game.moves, new, strict=True)
    )  # fmt: skip
    return replace(game, moves=moves)


def _stage(name: str, stage: Any) -> int:
    number = exact(stage)
    if number.denominator != 1 or number < 1:
        raise ReformError(f"the stage of '{name}' is a whole number from 1 on, not {stage}")
    return int(number)


def _bear(game: Game, amount: Any) -> Game:
    return _charge(game, amount)


KINDS: Mapping[str, Kind] = Record(
    {
        kind.name: kind
        for kind in (
            Kind(
                "subsidy", "the government pays a rate per unit of a move, or for a choice",
                _subsidise, ("move", "rate"), ("choice", "when", "members", "group"),
                ("rate",),
            ),
            Kind(
                "tax", "the government collects a rate per unit of a move, or for a choice",
                _tax, ("move", "rate"), ("choice", "when", "members", "group"),
                ("rate",),
            ),
            Kind(
                "transfer", "one party pays another",
                _transfer, ("payer", "payee", "amount"), ("purpose", "when", "members", "group"),
                ("amount",),
            ),
            Kind("parameter", "parameters take other values", _set_parameters, ("set",)),
            Kind("mandate", "a move is restricted to one choice", _mandate, ("move", "choice")),
            Kind("remove", "a choice is taken away", _remove, ("move", "choice")),
            Kind(
                "running_cost", "the government bears a running cost", _bear, ("amount",), (),
                ("amount",),
            ),
            Kind(
                "add", "a choice is added",
                _add, ("move", "choice", "value"), ("pays", "counts_as", "exit"),
            ),
            Kind("order", "moves are made in other stages", _order, ("stages",)),
        )
    }
)  # fmt: skip
"""The kinds of reform by name."""


# -- helpers ----------------------------------------------------------------------------------


def _frozen(value: Any) -> Any:
    return Record(dict(value)) if isinstance(value, Mapping) else value


def _number(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def _value(move: Move, choice: str) -> Fraction:
    options = move.choice.options
    if choice not in options:
        raise ReformError(unknown("choice", str(choice), options, f"move '{move.name}'"))
    return options[choice]


def _when(game: Game, amount: sp.Expr, when: Any) -> sp.Expr:
    if when is None:
        return amount
    return If(read_condition(when, game.scope), amount, 0)


def _with_domain(game: Game, move: str, domain: Choice) -> Game:
    moves = (replace(m, domain=domain) if m.name == move else m for m in game.moves)
    return replace(game, moves=tuple(moves))


def _split(game: Game, player: str, members: Any, group: str | None) -> tuple[Game, sp.Expr]:
    """Set `members` of a population apart, or find the type `group`; return what tells them."""
    if members is None:
        return (game, sp.S.One) if group is None else _typed(game, player, group)
    group = group or "targeted"
    who = game.player(player)
    valid_name(group, "group")
    size = read_expression(members, [p.name for p in game.parameters])
    if not who.is_population:
        raise ReformError(f"'{player}' is one player: 'members' needs a population")
    if who.types:
        known = {t.name: t.size for t in who.types}
        if known.get(group) == size and group in who.attributes:
            return game, symbol(group)
        raise ReformError(
            f"the population '{player}' already has types; only one group can be set apart"
        )
    total = game.size(player)
    rest = total - size
    if size.is_negative or rest.is_negative:
        raise ReformError(f"members is from 0 to the size of '{player}' ({total}), not {size}")
    types = (Type(group, size, {group: 1}), Type("rest", rest, {group: 0}))
    split = Player(who.name, who.label, types=types)
    players = tuple(split if p.name == player else p for p in game.players)
    return replace(game, players=players), symbol(group)


def _typed(game: Game, player: str, group: str) -> tuple[Game, sp.Expr]:
    """Tell the members of an existing type by an attribute that bears its name."""
    who = game.player(player)
    names = [t.name for t in who.types]
    if group not in names:
        raise ReformError(
            unknown("type", str(group), names, f"'{player}'")
            + "; with 'members' a group is set apart"
        )
    if group in who.attributes:
        return game, symbol(group)
    types = (replace(t, values={**t.values, group: int(t.name == group)}) for t in who.types)
    marked = replace(who, types=tuple(types))
    players = tuple(marked if p.name == player else p for p in game.players)
    return replace(game, players=players), symbol(group)


def _charge(game: Game, amount: Any) -> Game:
    """Let the government bear a running cost."""
    amount = read_expression(amount, [p.name for p in game.parameters])
    if amount == 0:
        return game
    if amount.is_negative:
        raise ReformError(f"a running cost is not negative, and this one is {amount}")
    others = [b for b in game.bystanders if b.name != GOVERNMENT]
    surplus = game.primitive(GOVERNMENT) - amount
    return replace(game, bystanders=(*others, Bystander(GOVERNMENT, surplus, "Government")))


def _swapped(formula: Any, swaps: Mapping[sp.Basic, sp.Basic]) -> Any:
    """Replace symbols, unless sympy then finds no order between values that are not real."""
    try:
        return formula.xreplace(swaps)
    except TypeError:
        raise ReformError(f"'{formula}' would compare values that are not real") from None


def _substitute(game: Game, swaps: Mapping[sp.Basic, sp.Basic]) -> Game:
    """Replace symbols in every formula of a game."""

    def swap(formula: Any) -> Any:
        return _swapped(formula, swaps) if isinstance(formula, sp.Basic) else formula

    def resized(player: Player) -> Player:
        types = tuple(
            replace(t, size=swap(t.size), values={k: swap(v) for k, v in t.values.items()})
            for t in player.types
        )
        return replace(player, size=1 if types else swap(player.size), types=types)

    def rebounded(move: Move) -> Move:
        if isinstance(move.domain, Choice):
            return move
        return replace(move, domain=(swap(move.domain.lower), swap(move.domain.upper)))

    return replace(
        game,
        players=tuple(resized(p) for p in game.players),
        moves=tuple(rebounded(m) for m in game.moves),
        payoffs={name: swap(u) for name, u in game.payoffs.items()},
        bystanders=tuple(replace(b, surplus=swap(b.surplus)) for b in game.bystanders),
        chance=tuple(
            replace(c, outcomes={k: (v, swap(p)) for k, (v, p) in c.outcomes.items()})
            for c in game.chance
        ),
        transfers=tuple(replace(t, amount=swap(t.amount)) for t in game.transfers),
    )


def _ungrouped(game: Game, player: Player, before: Player, used: set[str]) -> Player:
    """Undo a grouping that nothing uses; the size stays what it has become."""
    idle = set(player.attributes) - set(before.attributes) - used
    if not idle:
        return player
    if not before.types and set(player.attributes) == idle:
        return Player(player.name, player.label, size=game.size(player.name))
    types = tuple(
        replace(t, values={k: v for k, v in t.values.items() if k not in idle})
        for t in player.types
    )
    return replace(player, types=types)


def _tidy(game: Game, before: Game) -> Game:
    """Undo a grouping, and drop a parameter, that the reform brought and nothing uses."""
    used: set[str] = set()
    for formula in (*game.payoffs.values(), *(b.surplus for b in game.bystanders)):
        used |= names_in(formula)
    for transfer in game.transfers:
        used |= names_in(transfer.amount)
    players = tuple(_ungrouped(game, p, before.player(p.name), used) for p in game.players)
    for player in players:
        for size in [player.size, *(t.size for t in player.types)]:
            used |= names_in(sp.sympify(size))
    for assumption in game.assumptions:
        used |= names_in(assumption)
    old = {p.name for p in before.parameters}
    parameters = tuple(p for p in game.parameters if p.name in old or p.name in used)
    return replace(game, players=players, parameters=parameters)
