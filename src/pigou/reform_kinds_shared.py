"""What kinds of reform are made of, and what they do to games: swap, charge, set apart, tidy.

A *kind* is a function from a game and a few keys to a game, with its definition, its ledger and
its source (`Kind`). The kinds themselves are in the modules `pigou.reform_kinds` lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.errors import ReformError, unknown
from pigou.expression import If, names_in, read_condition, read_expression, symbol, valid_name
from pigou.game import GOVERNMENT, Bystander, Choice, Game, Move, Player, Transfer, Type

__all__ = [
    "Kind",
    "amount_of",
    "charge",
    "names_of",
    "number",
    "only_when",
    "payment",
    "quantity_of",
    "set_apart",
    "substitute",
    "swapped",
    "tidy",
    "value_of",
    "with_domain",
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

    def swap(formula: Any) -> Any:
        return swapped(formula, swaps) if isinstance(formula, sp.Basic) else formula

    def resized(player: Player) -> Player:
        types = tuple(
            replace(t, size=swap(t.size), values={k: swap(v) for k, v in t.values.items()})
            for t in player.types
        )
        size = 1 if types else swap(player.size)
        parties = {name: swap(u) for name, u in player.parties.items()}
        return replace(player, size=size, types=types, parties=parties)

    def rebounded(move: Move) -> Move:
        domain = move.domain
        if not isinstance(domain, Choice):
            domain = (swap(domain.lower), swap(domain.upper))
        return replace(move, domain=domain, when=swap(move.when))

    return replace(
        game,
        players=tuple(resized(p) for p in game.players),
        moves=tuple(rebounded(m) for m in game.moves),
        payoffs={name: swap(u) for name, u in game.payoffs.items()},
        bystanders=tuple(replace(b, surplus=swap(b.surplus)) for b in game.bystanders),
        chance=tuple(
            replace(
                c, outcomes={k: (v, swap(p)) for k, (v, p) in c.outcomes.items()}, when=swap(c.when)
            )
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


def _names(formulas: Iterable[Any]) -> set[str]:
    return {name for formula in formulas for name in names_in(sp.sympify(formula))}


def tidy(game: Game, before: Game) -> Game:
    """Undo a grouping, and drop a parameter, that the reform brought and nothing uses.

    Examples
    --------
    >>> from pigou.models import load
    >>> before = load("coordination").game
    >>> tidy(set_apart(before, "firm", 3, None)[0], before) == before
    True
    """
    formulas: list[Any] = [*game.payoffs.values(), *(b.surplus for b in game.bystanders)]
    formulas += [t.amount for t in game.transfers]
    used = _names(formulas)
    known = {p.name: p for p in before.players}
    players = tuple(
        _ungrouped(game, p, known[p.name], used) if p.name in known else p for p in game.players
    )
    formulas = [size for p in players for size in (p.size, *(t.size for t in p.types))]
    formulas += [*game.assumptions, *(m.when for m in game.moves), *(c.when for c in game.chance)]
    formulas += [p for c in game.chance for _, p in c.outcomes.values()]
    for move in game.moves:
        if not isinstance(move.domain, Choice):
            formulas += [move.domain.lower, move.domain.upper]
    used |= _names(formulas)
    old = {p.name for p in before.parameters}
    parameters = tuple(p for p in game.parameters if p.name in old or p.name in used)
    return replace(game, players=players, parameters=parameters)
