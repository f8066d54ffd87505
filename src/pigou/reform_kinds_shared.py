"""What kinds of reform are made of, and what they do to games: swap, charge, set apart, tidy.

A *kind* is a function from a game and a few keys to a game, with its definition, its ledger and
its source (`Kind`). The kinds themselves are in the modules `pigou.reform_kinds` lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.errors import ReformError, unknown
from pigou.expression import If, names_in, read_condition, read_expression, symbol, valid_name
from pigou.game import (
    GOVERNMENT,
    Bystander,
    Choice,
    Game,
    Move,
    Player,
    Transfer,
    Type,
    is_continuum,
)

__all__ = [
    "Kind",
    "amount_of",
    "charge",
    "divided",
    "formulas",
    "names_of",
    "number",
    "only_when",
    "payment",
    "quantity_of",
    "rewritten",
    "set_apart",
    "substitute",
    "swapped",
    "tidy",
    "value_of",
    "with_domain",
    "without_idle_parameters",
]


@dataclass(frozen=True)
class Kind:
    """A kind of reform: what it does in one line, its keys, and how it changes a game.

    Parameters
    ----------
    name : str
    does : str
        In words, in one line.
    definition : str
        In mathematics, in one line; the keys are the symbols.
    apply : callable
        From a game and the keys to a game.
    required, optional : tuple of str
        The keys.
    either : tuple of tuples of str
        Optional keys of which exactly one group has to be given, and that in full.
    amounts : tuple of str
        The keys that the strength of a reform multiplies (`Reform.at_strength`); ``share`` is 1
        where it is not given. A kind without them has no strength: it is there or it is not.
    ledger : tuple of (str, str, str)
        Payer, payee and purpose of each payment; in capitals what a key names.
    source : str
        Who proposed it: author (year).
    missing : str
        For a kind that is refused: the structure of games that is not solved yet.

    Examples
    --------
    >>> from pigou import KINDS
    >>> KINDS["mandate"].does, KINDS["mandate"].keys
    ('a move is restricted to one choice', ('move', 'choice'))
    """

    name: str
    does: str
    definition: str
    apply: Callable[..., Game]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    either: tuple[tuple[str, ...], ...] = ()
    amounts: tuple[str, ...] = ()
    ledger: tuple[tuple[str, str, str], ...] = ()
    source: str = ""
    missing: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys."""
        groups = (key for group in self.either for key in group)
        return tuple(dict.fromkeys((*groups, *self.required, *self.optional)))


# -- reading keys -----------------------------------------------------------------------------


def names_of(value: Any) -> tuple[str, ...]:
    """Read several names: a list, or a text as in ``(q1, q2)``; one name is a list of one.

    Examples
    --------
    >>> names_of("(q1, q2)"), names_of("q1"), names_of(["q1", "q2"])
    (('q1', 'q2'), ('q1',), ('q1', 'q2'))
    """
    if isinstance(value, str):
        value = value.strip().removeprefix("(").removesuffix(")").replace(",", " ").split()
    if not isinstance(value, list | tuple):
        raise ReformError(f"names are a list, as in (q1, q2), not {value!r}")
    names = tuple(str(name) for name in value)
    for name in names:
        if names.count(name) > 1:
            raise ReformError(f"'{name}' is named twice in ({', '.join(names)})")
    if not names:
        raise ReformError("a list of names is empty")
    return names


def amount_of(game: Game, key: str, value: Any, most: Any = None) -> sp.Expr:
    """Read an amount; a number is not negative, and not above `most`.

    Examples
    --------
    >>> from pigou.models import load
    >>> amount_of(load("coordination").game, "share", "cost/2", most=1)
    cost/2
    """
    amount = read_expression(value, game.scope)
    if amount.is_negative:
        raise ReformError(f"'{key}' is at least 0, not {value}")
    if most is not None and (amount - most).is_positive:
        raise ReformError(f"'{key}' is at most {most}, not {value}")
    return amount


def number(value: Fraction) -> sp.Rational:
    """Return a fraction as a sympy number.

    Examples
    --------
    >>> number(Fraction(1, 3))
    1/3
    """
    return sp.Rational(value.numerator, value.denominator)


def value_of(move: Move, choice: str) -> Fraction:
    """Return the value that a choice stands for.

    Examples
    --------
    >>> value_of(Move("upgrade", "firm", {"wait": 0, "upgrade": 1}), "upgrade")
    Fraction(1, 1)
    """
    options = move.choice.options
    if choice not in options:
        raise ReformError(unknown("choice", str(choice), options, f"move '{move.name}'"))
    return options[choice]


def quantity_of(move: Move, choice: str | None = None) -> sp.Expr:
    """Return what is counted of a move: its amount, or 1 where a choice is taken.

    Examples
    --------
    >>> quantity_of(Move("upgrade", "firm", {"wait": 0, "upgrade": 1}), "wait")
    if(Eq(upgrade, 0), 1, 0)
    """
    if choice is not None:
        return If(sp.Eq(move.symbol, number(value_of(move, choice))), 1, 0)
    if isinstance(move.domain, Choice) and move.domain.exit is not None:
        raise ReformError(
            f"move '{move.name}' has an exit, which has no amount: name the choice that is meant, "
            f"as in choice={next(c for c in move.choice.labels if c != move.choice.exit)}"
        )
    return move.symbol


def only_when(game: Game, amount: sp.Expr, when: Any) -> sp.Expr:
    """Return an amount that is due only if a condition holds.

    Examples
    --------
    >>> from pigou.models import load
    >>> only_when(load("coordination").game, symbol("cost"), "sum(upgrade) < 3")
    if(sum(upgrade) < 3, cost, 0)
    """
    if when is None:
        return amount
    return If(read_condition(when, game.scope), amount, 0)


# -- changing games ---------------------------------------------------------------------------


def payment(game: Game, payer: str, payee: str, amount: sp.Expr, purpose: str) -> Game:
    """Write a payment into the ledger.

    Examples
    --------
    >>> from pigou.models import load
    >>> payment(load("coordination").game, "government", "firm", sp.S.One, "grant").transfers
    (Transfer(payer='government', payee='firm', amount=1, purpose='grant'),)
    """
    return replace(game, transfers=(*game.transfers, Transfer(payer, payee, amount, purpose)))


def with_domain(game: Game, move: str, domain: Any) -> Game:
    """Give a move another domain.

    Examples
    --------
    >>> from pigou.models import load
    >>> with_domain(load("coordination").game, "upgrade", Choice({"wait": 0})).moves[0].choice
    Choice(options={'wait': Fraction(0, 1)}, exit=None)
    """
    moves = (replace(m, domain=domain) if m.name == move else m for m in game.moves)
    return replace(game, moves=tuple(moves))


def set_apart(game: Game, player: str, members: Any, group: str | None) -> tuple[Game, sp.Expr]:
    """Set `members` of a population apart, or find the type `group`; return what tells them.

    Examples
    --------
    >>> from pigou.models import load
    >>> apart, told_by = set_apart(load("coordination").game, "firm", 3, None)
    >>> [(t.name, t.size) for t in apart.players[0].types], told_by
    ([('targeted', 3), ('rest', firms - 3)], targeted)
    """
    if members is None:
        return (game, sp.S.One) if group is None else _typed(game, player, group)
    group = group or "targeted"
    who = game.player(player)
    valid_name(group, "group")
    size = read_expression(members, [p.name for p in game.parameters])
    if not who.is_population:
        raise ReformError(f"'{player}' is one player: 'members' needs a population")
    if is_continuum(game):
        raise ReformError(
            f"'{player}' is a continuum, of which no members are set apart: reform a population "
            "with a number of members, or pay all alike"
        )
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
    return divided(game, who, types), symbol(group)


def divided(game: Game, who: Player, types: Sequence[Type]) -> Game:
    """Divide a population without types into types, which are gone when nothing uses them.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> types = [Type("one", 1, {"first": 1}), Type("others", "firms - 1", {"first": 0})]
    >>> divided(game, game.players[0], types).players[0].attributes
    ('first',)
    """
    split = Player(who.name, who.label, types=types)
    return replace(
        game,
        players=tuple(split if p.name == who.name else p for p in game.players),
        traces=replace(
            game.traces,
            attributes=game.traces.attributes | set(split.attributes),
            apart=game.traces.apart | {who.name},
        ),
    )


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
    traces = replace(game.traces, attributes=game.traces.attributes | {group})
    return replace(game, players=players, traces=traces), symbol(group)


def charge(game: Game, amount: Any) -> Game:
    """Let the government bear a running cost, which is a real cost.

    Examples
    --------
    >>> from pigou.models import load
    >>> charge(load("coordination").game, "cost/2").primitive("government")
    -cost/2
    """
    amount = read_expression(amount, [p.name for p in game.parameters])
    if amount == 0:
        return game
    if amount.is_negative:
        raise ReformError(f"a running cost is not negative, and this one is {amount}")
    others = [b for b in game.bystanders if b.name != GOVERNMENT]
    surplus = game.primitive(GOVERNMENT) - amount
    return replace(game, bystanders=(*others, Bystander(GOVERNMENT, surplus, "Government")))


def swapped(formula: Any, swaps: Mapping[sp.Basic, sp.Basic]) -> Any:
    """Replace symbols, unless sympy then finds no order between values that are not real.

    Examples
    --------
    >>> swapped(symbol("x") + 1, {symbol("x"): sp.S(2)})
    3
    """
    try:
        return formula.xreplace(swaps)
    except TypeError:
        raise ReformError(f"'{formula}' would compare values that are not real") from None


def substitute(game: Game, swaps: Mapping[sp.Basic, sp.Basic]) -> Game:
    """Replace symbols in every formula of a game.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = substitute(load("coordination").game, {symbol("cost"): sp.S(2)})
    >>> "cost" in names_in(game.payoffs["firm"])
    False
    """
    return replace(game, **rewritten(game, lambda formula, _: swapped(formula, swaps)))


def rewritten(game: Game, change: Callable[[sp.Basic, str], Any]) -> dict[str, Any]:
    """Return the parts of a game with every formula changed, which may depend on whose it is.

    Parameters
    ----------
    game : Game
    change : callable
        From a formula and the player or bystander whose payoff it is ("" for any other formula).

    Returns
    -------
    dict
        Players, moves, payoffs, bystanders, chance and transfers.

    Examples
    --------
    >>> from pigou.models import load
    >>> parts = rewritten(load("coordination").game, lambda formula, whose: sp.S(len(whose)))
    >>> parts["payoffs"], parts["players"][0].size
    ({'firm': 4}, 0)
    """

    def new(formula: Any, whose: str = "") -> Any:
        return change(formula, whose) if isinstance(formula, sp.Basic) else formula

    def resized(player: Player) -> Player:
        types = tuple(
            replace(t, size=new(t.size), values={k: new(v) for k, v in t.values.items()})
            for t in player.types
        )
        size = 1 if types else new(player.size)
        parties = {name: new(u, player.name) for name, u in player.parties.items()}
        return replace(player, size=size, types=types, parties=parties)

    def rebounded(move: Move) -> Move:
        domain = move.domain
        if not isinstance(domain, Choice):
            domain = (new(domain.lower), new(domain.upper))
        return replace(move, domain=domain, when=new(move.when))

    return {
        "players": tuple(resized(p) for p in game.players),
        "moves": tuple(rebounded(m) for m in game.moves),
        "payoffs": {name: new(u, name) for name, u in game.payoffs.items()},
        "bystanders": tuple(replace(b, surplus=new(b.surplus, b.name)) for b in game.bystanders),
        "chance": tuple(
            replace(
                c, outcomes={k: (v, new(p)) for k, (v, p) in c.outcomes.items()}, when=new(c.when)
            )
            for c in game.chance
        ),
        "transfers": tuple(replace(t, amount=new(t.amount)) for t in game.transfers),
    }


def formulas(game: Game) -> tuple[sp.Basic, ...]:
    """List every formula of a game: payoffs, surpluses, amounts, sizes, ends, conditions.

    Examples
    --------
    >>> from pigou.models import load
    >>> symbol("firms") in formulas(load("coordination").game)
    True
    """
    found: list[sp.Basic] = list(game.assumptions)

    def note(formula: sp.Basic, _: str) -> sp.Basic:
        found.append(formula)
        return formula

    rewritten(game, note)
    return tuple(found)


def _names(game: Game) -> set[str]:
    return {name for formula in formulas(game) for name in names_in(formula)}


def tidy(game: Game) -> Game:
    """Undo a grouping that reforms brought and that nothing uses any more.

    Examples
    --------
    >>> from pigou.models import load
    >>> before = load("coordination").game
    >>> tidy(set_apart(before, "firm", 3, None)[0]) == before
    True
    """
    idle = game.traces.attributes - _names(game)
    if not idle:
        return game
    return replace(
        game,
        players=tuple(_ungrouped(game, p, idle) for p in game.players),
        traces=replace(game.traces, attributes=game.traces.attributes - idle),
    )


def _ungrouped(game: Game, player: Player, idle: Set[str]) -> Player:
    """Undo a grouping that nothing uses; the size stays what it has become."""
    left = set(player.attributes) - idle
    if not left and player.name in game.traces.apart:
        return Player(player.name, player.label, size=game.size(player.name))
    types = (
        replace(t, values={k: v for k, v in t.values.items() if k in left}) for t in player.types
    )
    return replace(player, types=tuple(types))


def without_idle_parameters(game: Game) -> Game:
    """Drop a parameter that reforms brought and that nothing uses any more.

    One that a reform has given another value stays: who gives its value may still name it.

    Examples
    --------
    >>> from pigou.game import Parameter, Traces
    >>> from pigou.models import load
    >>> before = load("coordination").game
    >>> more = (*before.parameters, Parameter("rate", 1))
    >>> brought = replace(before, parameters=more, traces=Traces(parameters=frozenset({"rate"})))
    >>> without_idle_parameters(brought) == before
    True
    """
    idle = game.traces.parameters - _names(game) - set(game.traces.replaced)
    kept = tuple(p for p in game.parameters if p.name not in idle)
    traces = replace(game.traces, parameters=game.traces.parameters - idle)
    return replace(game, parameters=kept, traces=traces) if idle else game
