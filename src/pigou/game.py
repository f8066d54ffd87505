r"""The words of a game: parameters, players, bystanders, moves, chance, transfers, and the game.

A game is a tuple :math:`(I, J, M, u, T, \Theta)`: players :math:`i \in I`, bystanders
:math:`j \in J` who do not move, moves :math:`m \in M` with their domains, primitive payoffs
:math:`u_k` of every party :math:`k \in I \cup J`, transfers :math:`T`, and parameters
:math:`\theta \in \Theta` restricted by assumptions. The payoff of a party is

.. math::
   v_k = u_k + \sum_{t \in T:\, \text{payee}(t) = k} a_t
             - \sum_{t \in T:\, \text{payer}(t) = k} a_t ,

so that :math:`\sum_k v_k = \sum_k u_k`: the books balance by construction.

Every value here is immutable and checked when it is made.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.errors import DeclarationError, ExpressionError, unknown
from pigou.exact import Record, exact
from pigou.expression import (
    Lookup,
    Scope,
    Total,
    each,
    names_in,
    read_condition,
    read_expression,
    symbol,
    valid_name,
)

__all__ = [
    "CONTINUUM",
    "GOVERNMENT",
    "Bystander",
    "Chance",
    "Choice",
    "Game",
    "Interval",
    "Move",
    "Parameter",
    "Player",
    "Traces",
    "Transfer",
    "Type",
    "is_continuum",
]

GOVERNMENT = "government"
"""The name of the public purse: a bystander of every game, without being declared."""

CONTINUUM = "continuum"
"""The size of a population whose members have no weight, in words."""


def _set(instance: object, **values: object) -> None:
    """Replace fields of a frozen value by their normal form, while it is being made."""
    for name, value in values.items():
        object.__setattr__(instance, name, value)


@dataclass(frozen=True)
class Parameter:
    r"""A number of the model, :math:`\theta`, with its domain, default, unit, meaning and source.

    Parameters
    ----------
    name : str
        An identifier, used in formulas.
    default : number, optional
        Its value where none is given. Decimals are exact.
    domain : str or sympy condition, optional
        What it may be, over its own name: ``"benefit > 0"``, ``"0 <= share < 1"``.
    unit, meaning, tex, source : str
        Unit (``"USD million"``), meaning in words, LaTeX symbol, where the default comes from.
    integer : bool
        Whether it takes whole numbers only.

    Raises
    ------
    DeclarationError
        If the default is outside the domain.
    ExpressionError
        If the name, the default or the domain cannot be read.

    Examples
    --------
    >>> Parameter("share", 0.25, "0 <= share <= 1").default
    Fraction(1, 4)
    >>> Parameter("cost", -1, "cost > 0")
    Traceback (most recent call last):
    pigou.errors.DeclarationError: parameter 'cost': -1 is outside its domain cost > 0
    """

    name: str
    default: Any = None
    domain: Any = sp.true
    unit: str = ""
    meaning: str = ""
    tex: str = ""
    source: str = ""
    integer: bool = False

    def __post_init__(self) -> None:
        name = valid_name(self.name, "parameter")
        default = None if self.default is None else exact(self.default)
        domain = read_condition(self.domain, [name]) if self.domain != sp.true else sp.true
        _set(self, default=default, domain=domain)
        if default is not None:
            self.check(default)

    @property
    def symbol(self) -> sp.Symbol:
        """The sympy symbol."""
        return symbol(self.name)

    def check(self, value: Fraction) -> Fraction:
        """Return `value` if the parameter may take it.

        Raises
        ------
        DeclarationError
            If it may not.
        """
        where = f"parameter '{self.name}': {value} is"
        if self.integer and value.denominator != 1:
            raise DeclarationError(f"{where} not a whole number")
        number = sp.Rational(value.numerator, value.denominator)
        if not _holds(self.domain, {self.symbol: number}):
            from pigou.expression import write_expression

            raise DeclarationError(f"{where} outside its domain {write_expression(self.domain)}")
        return value


@dataclass(frozen=True)
class Type:
    """A part of a population whose members are alike, and may differ from other parts.

    Parameters
    ----------
    name : str
        An identifier.
    size : number, str or sympy expression
        How many members have this type.
    values : mapping of str to number, str or sympy expression
        The type's attributes: names that formulas may use, with the values they take here.

    Examples
    --------
    >>> Type("targeted", "targets", {"is_targeted": 1})
    Type(name='targeted', size='targets', values={'is_targeted': 1})
    """

    name: str
    size: Any = 1
    values: Mapping[str, Any] = field(default_factory=Record)

    def __post_init__(self) -> None:
        valid_name(self.name, "type")
        for attribute in self.values:
            valid_name(attribute, f"attribute of type '{self.name}'")
        _set(self, values=Record(dict(self.values)))


@dataclass(frozen=True)
class Player:
    """Who moves; with a size other than 1 or with types, a *population* of members alike.

    Parameters
    ----------
    name : str
        An identifier.
    label : str
        The words a reader sees; the name by default.
    size : number, str or sympy expression
        Number of members; a formula in parameters is allowed. ``"continuum"``, or ``sympy.oo``, is
        a continuum of mass one, over which sums and means are both the integral.
        With types, leave it out: it is the sum of their sizes. Those of a continuum are masses
        that sum to one.
    types : iterable of Type
        Parts of the population that differ.
    parties : mapping of str to formula
        For whom a single player decides, and what each has after transfers; its own payoff is their
        sum. Surplus is then booked for each of them.

    Examples
    --------
    >>> Player("lead", "Lead firm").is_population
    False
    >>> Player("firm", size="firms").is_population
    True
    """

    name: str
    label: str = ""
    size: Any = 1
    types: Sequence[Type] = ()
    parties: Mapping[str, Any] = field(default_factory=Record)

    def __post_init__(self) -> None:
        valid_name(self.name, "player")
        if self.name == GOVERNMENT:
            raise DeclarationError(f"player '{GOVERNMENT}': this name is kept for the public purse")
        _set(self, types=tuple(self.types), label=self.label or self.name)
        if self.size == CONTINUUM:
            _set(self, size=sp.oo)
        _set(self, parties=Record({valid_name(n, "party"): f for n, f in self.parties.items()}))
        if self.parties and self.is_population:
            raise DeclarationError(
                f"player '{self.name}': only a single player decides for parties"
            )
        _distinct("type", [t.name for t in self.types], f"player '{self.name}'")
        if self.types and self.size not in (1, sp.oo):
            raise DeclarationError(
                f"player '{self.name}': give the sizes of its types or a size, not both"
            )
        for kind in self.types:
            missing = set(self.attributes) - set(kind.values)
            if missing:
                raise DeclarationError(
                    f"player '{self.name}': type '{kind.name}' has no value for '{min(missing)}'"
                )

    @property
    def is_population(self) -> bool:
        """Whether it has members rather than being one decision maker."""
        return bool(self.types) or self.size != 1

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names whose values differ between types."""
        return tuple(dict.fromkeys(name for t in self.types for name in t.values))


@dataclass(frozen=True)
class Bystander:
    """A group whose surplus counts but who does not move: consumers, workers, taxpayers.

    Parameters
    ----------
    name : str
        An identifier. The government is always there without being declared.
    surplus : number, str or sympy expression
        The group's total surplus before transfers.
    label : str
        The words a reader sees.

    Examples
    --------
    >>> Bystander("consumers", "benefit/5").label
    'consumers'
    """

    name: str
    surplus: Any = 0
    label: str = ""

    def __post_init__(self) -> None:
        valid_name(self.name, "bystander")
        _set(self, label=self.label or self.name)


@dataclass(frozen=True)
class Choice:
    """A finite domain: labelled values of which the move's symbol takes one.

    Parameters
    ----------
    options : mapping of str to number
        Label -> value.
    exit : str, optional
        A label that takes a member out of its group; the group is then filled up from those
        who stay, so that a member who stays always has all its fellow members.

    Raises
    ------
    DeclarationError
        If there is no option, or two labels stand for one value.

    Examples
    --------
    >>> Choice({"wait": 0, "upgrade": 1}).labels
    ('wait', 'upgrade')
    """

    options: Mapping[str, Any]
    exit: str | None = None

    def __post_init__(self) -> None:
        if not self.options:
            raise DeclarationError('a Choice needs at least one option, as in {"no": 0, "yes": 1}')
        options = {}
        for label, value in self.options.items():
            if not isinstance(label, str) or not label.strip() or not label.isprintable():
                raise DeclarationError(f"a choice's label is a printable text, not {label!r}")
            options[label] = exact(value)
        if len(set(options.values())) < len(options):
            raise DeclarationError(
                f"two labels stand for one value in { ({k: str(v) for k, v in options.items()}) }"
            )
        if self.exit is not None and self.exit not in options:
            raise DeclarationError(unknown("choice", str(self.exit), options))
        _set(self, options=Record(options))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in order."""
        return tuple(self.options)

    def label(self, value: Fraction) -> str:
        """Return the label of a value."""
        return next(label for label, number in self.options.items() if number == value)


@dataclass(frozen=True)
class Interval:
    """A continuous domain, from `lower` to `upper`; the ends may be formulas in parameters.

    Examples
    --------
    >>> Interval(0, "capacity")
    Interval(lower=0, upper='capacity')
    """

    lower: Any
    upper: Any


@dataclass(frozen=True)
class Move:
    """One decision: its symbol, its player, its domain, its stage, what it observes.

    Parameters
    ----------
    name : str
        An identifier; the move's symbol in formulas.
    player : str
        Who decides. Every member of a population decides for itself.
    domain : Choice or Interval
        What can be chosen. A mapping is read as a `Choice`, a pair as an `Interval`.
    stage : int
        1 or later; a later stage observes all earlier ones unless `observes` says otherwise.
    observes : iterable of str, optional
        The moves of earlier stages, and the chance variables, seen before deciding. What the
        player itself did and saw before is remembered in any case.
    when : str or sympy condition
        The move is made only where this holds of earlier moves, chance and parameters; being
        asked to move tells the player that it does. A move that is not made counts as 0 in
        formulas.
    label, tex : str
        The words a reader sees; the LaTeX symbol.

    Examples
    --------
    >>> Move("invest", "supplier", {"no": 0, "yes": 1}).domain.labels
    ('no', 'yes')
    >>> Move("fight", "incumbent", {"no": 0, "yes": 1}, stage=2, when="enter == yes").when
    'enter == yes'
    """

    name: str
    player: str
    domain: Any
    stage: int = 1
    observes: tuple[str, ...] | None = None
    label: str = ""
    tex: str = ""
    when: Any = sp.true

    def __post_init__(self) -> None:
        valid_name(self.name, "move")
        domain: Any = self.domain
        if isinstance(domain, Mapping):
            domain = Choice(domain)
        elif isinstance(domain, tuple | list) and len(domain) == 2:
            domain = Interval(*domain)
        if not isinstance(domain, Choice | Interval):
            raise DeclarationError(
                f"move '{self.name}': a domain is a Choice (labels with values) or an Interval "
                f"(two ends), not {domain!r}"
            )
        if isinstance(self.stage, bool) or not isinstance(self.stage, int) or self.stage < 1:
            raise DeclarationError(f"move '{self.name}': a stage is 1, 2, ..., not {self.stage!r}")
        observes = None if self.observes is None else tuple(self.observes)
        _set(self, domain=domain, observes=observes, label=self.label or self.name)

    @property
    def symbol(self) -> sp.Symbol:
        """The sympy symbol."""
        return symbol(self.name)

    @property
    def choice(self) -> Choice:
        """The domain of a finite move.

        Raises
        ------
        DeclarationError
            If the move is continuous.
        """
        if isinstance(self.domain, Choice):
            return self.domain
        raise DeclarationError(f"move '{self.name}' is continuous: it has an interval, no choices")


@dataclass(frozen=True)
class Chance:
    """Nature's move: a finite distribution, and who sees the draw before moving.

    Parameters
    ----------
    name : str
        An identifier; the symbol in formulas.
    outcomes : mapping of str to pair
        Label -> the value that the symbol takes, and its probability (may hold parameters).
    seen_by : iterable of str
        Players who see the draw before they move. Nobody by default.
    when : str or sympy condition
        The draw is made only where this holds of moves, other chance variables and parameters;
        one that is not made counts as 0 in formulas.

    Examples
    --------
    >>> Chance("demand", {"low": (1, "1/4"), "high": (3, "3/4")}).seen_by
    ()
    """

    name: str
    outcomes: Mapping[str, tuple[Any, Any]]
    seen_by: tuple[str, ...] = ()
    when: Any = sp.true

    def __post_init__(self) -> None:
        valid_name(self.name, "chance variable")
        if not self.outcomes:
            raise DeclarationError(f"chance variable '{self.name}' has no outcome")
        pairs = {label: (exact(value), p) for label, (value, p) in self.outcomes.items()}
        if len({value for value, _ in pairs.values()}) < len(pairs):
            raise DeclarationError(
                f"chance variable '{self.name}': two outcomes stand for one value; join them"
            )
        _set(self, outcomes=Record(pairs), seen_by=tuple(self.seen_by))

    @property
    def symbol(self) -> sp.Symbol:
        """The sympy symbol."""
        return symbol(self.name)


@dataclass(frozen=True)
class Transfer:
    """A payment between parties: payer, payee, amount, purpose.

    Where one of the two is a population, the amount is that of *one member*, in the member's
    own moves, and every member pays or is paid. A negative amount flows the other way.

    Examples
    --------
    >>> Transfer("government", "firm", "subsidy*upgrade", "subsidy on upgrade").payee
    'firm'
    """

    payer: str
    payee: str
    amount: Any
    purpose: str = ""

    def __post_init__(self) -> None:
        if self.payer == self.payee:
            raise DeclarationError(f"a transfer from '{self.payer}' to itself moves nothing")


@dataclass(frozen=True)
class Traces:
    """What reforms have left in a game. Games are equal whatever their traces.

    Parameters
    ----------
    parameters, attributes : set of str
        The parameters, and the attributes of types, that reforms brought: they go when no formula
        uses them any more.
    apart : set of str
        The populations that had no types before a reform.
    replaced : mapping of str to sympy expression
        What stands in the formulas in place of a parameter, in parameters.

    Examples
    --------
    >>> from pigou.models import load
    >>> load("coordination").game.traces.apart
    frozenset()
    """

    parameters: Set[str] = frozenset()
    attributes: Set[str] = frozenset()
    apart: Set[str] = frozenset()
    replaced: Mapping[str, sp.Expr] = field(default_factory=Record)


@dataclass(frozen=True, repr=False)
class Game:
    """Players, moves, payoffs, bystanders, chance, transfers, parameters, assumptions, source.

    Formulas may be texts in the grammar of `pigou.expression` or sympy expressions.

    Parameters
    ----------
    name : str
        What the game is called.
    players : iterable of Player
    moves : iterable of Move
    payoffs : mapping of str to formula
        Primitive payoff of each player; for a population, that of one member.
    bystanders : iterable of Bystander
    chance : iterable of Chance
    transfers : iterable of Transfer
    parameters : iterable of Parameter
    assumptions : iterable of conditions over parameters
    source : str
        Author, year, equation; or ``"own"``.
    traces : Traces
        What reforms have left; not declared.

    Raises
    ------
    DeclarationError
        If parts contradict each other: a move without a player, a payoff missing, a name given
        twice, an assumption that the defaults violate.
    ExpressionError
        If a formula cannot be read or uses a name that is not declared.

    Examples
    --------
    >>> game = Game(
    ...     "stag hunt",
    ...     players=[Player("ann"), Player("bob")],
    ...     moves=[
    ...         Move("a", "ann", {"hare": 0, "stag": 1}),
    ...         Move("b", "bob", {"hare": 0, "stag": 1}),
    ...     ],
    ...     payoffs={"ann": "if(a == stag, 4*b, safe)", "bob": "if(b == stag, 4*a, safe)"},
    ...     parameters=[Parameter("safe", 3, "safe > 0")],
    ... )
    >>> game
    Game('stag hunt': players ann, bob; moves a {hare, stag}, b {hare, stag}; parameters safe)
    """

    name: str
    players: Sequence[Player]
    moves: Sequence[Move]
    payoffs: Mapping[str, Any]
    bystanders: Sequence[Bystander] = ()
    chance: Sequence[Chance] = ()
    transfers: Sequence[Transfer] = ()
    parameters: Sequence[Parameter] = ()
    assumptions: Sequence[Any] = ()
    source: str = ""
    traces: Traces = field(default=Traces(), compare=False)

    def __post_init__(self) -> None:
        for name in (
            "players",
            "moves",
            "bystanders",
            "chance",
            "transfers",
            "parameters",
            "assumptions",
        ):
            _set(self, **{name: tuple(getattr(self, name))})
        self._check_names()
        self._check_references()
        self._check_labels()
        _set(
            self,
            players=tuple(self._sized(p) for p in self.players),
            moves=tuple(self._bounded(m) for m in self.moves),
            chance=tuple(self._weighted(c) for c in self.chance),
        )
        self._check_conditions()
        _set(self, assumptions=tuple(self._assumption(text) for text in self.assumptions))
        _set(
            self,
            payoffs=Record(
                {p.name: self._payoff(p.name, self.payoffs[p.name]) for p in self.players}
            ),
            bystanders=tuple(
                replace(b, surplus=self._payoff(b.name, b.surplus)) for b in self.bystanders
            ),
        )
        _set(
            self,
            transfers=_net(self._transfer(t) for t in self.transfers),
            players=tuple(self._represented(p) for p in self.players),
        )
        if all(p.default is not None for p in self.parameters):
            self.values()

    # -- checks -------------------------------------------------------------------------------

    def _check_names(self) -> None:
        where = f"game '{self.name}'"
        if not isinstance(self.name, str) or not self.name.strip():
            raise DeclarationError("a game needs a name")
        if not self.players:
            raise DeclarationError(f"{where} has no player")
        represented = [name for p in self.players for name in p.parties]
        _distinct("party", [*(p.name for p in self._people), *represented], where)
        attributes = [name for p in self.players for name in p.attributes]
        declared = [v.name for v in self._declared]
        _distinct("name", [*declared, *attributes], where)
        for player in self.players:
            if player.is_population and player.name in (*declared, *attributes):
                raise DeclarationError(
                    f"the population '{player.name}' shares its name with a move, parameter or "
                    f"attribute in {where}; rename one"
                )

    def _check_labels(self) -> None:
        """Refuse choices of moves decided at once that read alike, joined by commas."""
        for player, stage in sorted({(m.player, m.stage) for m in self.moves}):
            moves = [m for m in self.moves_of(player) if m.stage == stage]
            options = [m.domain.labels for m in moves if isinstance(m.domain, Choice)]
            commas = [label for labels in options for label in labels if ", " in label]
            if len(options) < 2 or not commas:
                continue
            joined = [", ".join(action) for action in itertools.product(*options)]
            if len(set(joined)) < len(joined):
                raise DeclarationError(
                    f"choice '{commas[0]}': '{player}' decides on several moves at once, whose "
                    "choices are joined by commas; some then read alike: rename it"
                )

    def _check_references(self) -> None:
        where = f"game '{self.name}'"
        players = [p.name for p in self.players]
        for move in self.moves:
            if move.player not in players:
                raise DeclarationError(
                    f"move '{move.name}': " + unknown("player", str(move.player), players, where)
                )
            for seen in move.observes or ():
                self._check_observed(move, seen)
        for idle in set(players) - {m.player for m in self.moves}:
            raise DeclarationError(
                f"player '{idle}' has no move; declare who does not move as a Bystander"
            )
        for chance in self.chance:
            for seer in chance.seen_by:
                if seer not in players:
                    raise DeclarationError(
                        f"chance variable '{chance.name}': "
                        + unknown("player", seer, players, where)
                    )
        for missing in [name for name in players if name not in self.payoffs]:
            raise DeclarationError(f"the payoff of player '{missing}' is missing in {where}")
        for extra in [name for name in self.payoffs if name not in players]:
            raise DeclarationError(
                f"a payoff is given for '{extra}': " + unknown("player", extra, players, where)
            )

    def _check_observed(self, move: Move, seen: str) -> None:
        where = f"move '{move.name}': "
        if seen in [c.name for c in self.chance]:
            return
        if seen not in [m.name for m in self.moves]:
            names = (m.name for m in self.moves)
            raise DeclarationError(where + unknown("move", seen, names, f"game '{self.name}'"))
        if self.move(seen).stage >= move.stage:
            raise DeclarationError(
                f"{where}it cannot observe '{seen}', which is not of an earlier stage"
            )

    def _check_conditions(self) -> None:
        """Read what moves and draws depend on: single players' moves of earlier stages, chance."""
        _set(
            self,
            moves=tuple(self._conditioned("move", m) for m in self.moves),
            chance=tuple(self._conditioned("chance variable", c) for c in self.chance),
        )
        for move in self.moves:
            for name in sorted(names_in(move.when) & {m.name for m in self.moves}):
                if self.move(name).stage >= move.stage:
                    raise DeclarationError(
                        f"move '{move.name}': whether it is made cannot depend on '{name}', which "
                        "is not of an earlier stage"
                    )

    def _conditioned(self, kind: str, item: Any) -> Any:
        """Return a move or draw with its condition read."""
        where = f"{kind} '{item.name}': when"
        if item.when in (True, sp.true):
            return item
        try:
            condition = read_condition(item.when, self.scope)
        except ExpressionError as error:
            raise ExpressionError(f"{where}: {error}") from None
        if item.name in names_in(condition):
            raise DeclarationError(f"{where}: it cannot depend on itself")
        self._check_bound(condition, set(), where)
        return replace(item, when=condition)

    def _formula(self, text: Any, scope: Scope, where: str) -> sp.Expr:
        try:
            return read_expression(text, scope)
        except ExpressionError as error:
            raise ExpressionError(f"{where}: {error}") from None

    def _of_parameters(self, text: Any, where: str) -> sp.Expr:
        return self._formula(text, Scope(p.name for p in self.parameters), where)

    def _sized(self, player: Player) -> Player:
        where = f"player '{player.name}': size"
        if player.types:
            types: Iterable[Type] = (
                replace(
                    t,
                    size=self._of_parameters(t.size, f"{where} of type '{t.name}'"),
                    values=Record({k: self._of_parameters(v, where) for k, v in t.values.items()}),
                )
                for t in player.types
            )
            types = tuple(types)
            if player.size == sp.oo:
                return self._massed(replace(player, types=types))
            for t in types:
                if t.size.is_number and not (t.size.is_integer and t.size >= 0):
                    raise DeclarationError(
                        f"{where} of type '{t.name}' is a whole number of at least 0, not {t.size}"
                    )
            return replace(player, types=types)
        if player.size == sp.oo:
            return player
        size = self._of_parameters(player.size, where)
        if size.is_number and not (size.is_integer and size.is_positive):
            raise DeclarationError(f"{where} is a whole number of at least 1, not {size}")
        return replace(player, size=size)

    def _massed(self, player: Player) -> Player:
        """Return a continuum whose types have masses, once these are checked."""
        masses = [t.size for t in player.types]
        numbers = [mass for mass in masses if mass.is_number]
        if any(mass.is_negative for mass in numbers) or (
            len(numbers) == len(masses) and sp.Add(*numbers) != 1
        ):
            raise DeclarationError(
                f"player '{player.name}': the masses of its types are "
                f"{', '.join(map(str, masses))}; they must not be negative and must sum to 1"
            )
        return player

    def _bounded(self, move: Move) -> Move:
        if isinstance(move.domain, Choice):
            if move.domain.exit is not None and not self.player(move.player).is_population:
                raise DeclarationError(
                    f"move '{move.name}': only a member of a population can exit, and "
                    f"'{move.player}' is a single player"
                )
            return move
        ends = [
            self._of_parameters(end, f"move '{move.name}': interval")
            for end in (move.domain.lower, move.domain.upper)
        ]
        if all(end.is_number for end in ends) and sp.Lt(*ends) != sp.true:
            raise DeclarationError(
                f"move '{move.name}': the interval {ends} has its ends upside down"
            )
        return replace(move, domain=Interval(*ends))

    def _weighted(self, chance: Chance) -> Chance:
        where = f"chance variable '{chance.name}'"
        pairs = {k: (v, self._of_parameters(p, where)) for k, (v, p) in chance.outcomes.items()}
        for label, (_, p) in pairs.items():
            if p.is_negative:
                raise DeclarationError(f"{where}: the probability of '{label}' is {p}, below 0")
        total = sp.simplify(sp.Add(*(p for _, p in pairs.values())))
        if total.is_number and total != 1:
            raise DeclarationError(f"{where}: the probabilities sum to {total}, not to 1")
        return replace(chance, outcomes=Record(pairs))

    def _assumption(self, text: Any) -> Boolean:
        names = [p.name for p in self.parameters]
        try:
            return read_condition(text, names)
        except ExpressionError as error:
            raise ExpressionError(f"assumption '{text}' of game '{self.name}': {error}") from None

    def _payoff(self, party: str, text: Any) -> sp.Expr:
        where = f"payoff of '{party}'"
        if isinstance(text, Lookup):
            expression = _adopt_table(text, self.scope.names, where)
        else:
            expression = self._formula(text, self.scope, where)
        self._check_bound(expression, {party}, where)
        return expression

    def _represented(self, player: Player) -> Player:
        if not player.parties:
            return player
        return replace(player, parties={n: self._payoff(n, f) for n, f in player.parties.items()})

    def _check_bound(self, expression: sp.Expr, owners: set[str], where: str) -> None:
        """Refuse the move of *some* member of a population that is not the owner's own."""
        for name in sorted(names_in(expression, bound=False) & set(self.scope.populations)):
            population = self.scope.populations[name][0]
            if population not in owners:
                raise DeclarationError(
                    f"{where}: '{name}' is decided by every member of '{population}'; "
                    f"write sum({name}) or mean({name})"
                )

    def _transfer(self, transfer: Transfer) -> Transfer:
        where = f"transfer '{transfer.purpose or transfer.amount}'"
        for party in (transfer.payer, transfer.payee):
            if party != GOVERNMENT and party not in self._declared_parties:
                raise DeclarationError(
                    f"{where}: " + unknown("party", str(party), self.parties, many="parties")
                )
        populations = [
            p.name
            for p in self.players
            if p.name in (transfer.payer, transfer.payee) and p.is_population
        ]
        if len(populations) > 1:
            raise DeclarationError(
                f"{where}: payer and payee are both populations; route it by a bystander"
            )
        amount = self._formula(transfer.amount, self.scope, where)
        self._check_bound(amount, set(populations), where)
        return replace(transfer, amount=amount)

    # -- reading ------------------------------------------------------------------------------

    @cached_property
    def scope(self) -> Scope:
        """What the game's formulas may refer to."""
        populations: dict[str, tuple[str, sp.Expr]] = {}
        for player in self.players:
            if player.is_population:
                size = self.size(player.name)
                own = [m.name for m in self.moves if m.player == player.name]
                populations |= dict.fromkeys((*own, *player.attributes), (player.name, size))
        names = [v.name for v in self._declared]
        labels = {m.name: m.domain.options for m in self.moves if isinstance(m.domain, Choice)}
        labels |= {c.name: {k: v for k, (v, _) in c.outcomes.items()} for c in self.chance}
        return Scope(
            [*names, *(a for p in self.players for a in p.attributes)], labels, populations
        )

    def player(self, name: str) -> Player:
        """Return a player by name."""
        return _named("player", name, self.players, self.name)

    def move(self, name: str) -> Move:
        """Return a move by name."""
        return _named("move", name, self.moves, self.name)

    def parameter(self, name: str) -> Parameter:
        """Return a parameter by name."""
        return _named("parameter", name, self.parameters, self.name)

    def size(self, player: str) -> sp.Expr:
        """Return the number of members of a player (1 unless it is a population)."""
        who = self.player(player)
        names = [p.name for p in self.parameters]
        if who.size == sp.oo:
            return sp.oo
        sizes = [t.size for t in who.types] or [who.size]
        return sp.Add(*(s if s == sp.oo else read_expression(s, names) for s in sizes))

    def moves_of(self, player: str) -> tuple[Move, ...]:
        """Return the moves of a player."""
        return tuple(m for m in self.moves if m.player == player)

    @property
    def _declared(self) -> tuple[Any, ...]:
        return (*self.moves, *self.chance, *self.parameters)

    @property
    def _people(self) -> tuple[Any, ...]:
        return (*self.players, *self.bystanders)

    @property
    def _declared_parties(self) -> tuple[str, ...]:
        return tuple(p.name for p in self._people)

    @property
    def parties(self) -> tuple[str, ...]:
        """Players and bystanders; the government last, where money passes through its hands."""
        public = any(GOVERNMENT in (t.payer, t.payee) for t in self.transfers)
        declared = self._declared_parties
        return (*declared, GOVERNMENT) if public and GOVERNMENT not in declared else declared

    def primitive(self, party: str) -> sp.Expr:
        """Return the payoff of a party before transfers; of one member, for a population."""
        if party in self.payoffs:
            return self.payoffs[party]
        for bystander in self.bystanders:
            if bystander.name == party:
                return bystander.surplus
        if party == GOVERNMENT:
            return sp.S.Zero
        raise DeclarationError(
            unknown("party", party, self.parties, f"game '{self.name}'", "parties")
        )

    def payoff(self, party: str) -> sp.Expr:
        """Return the payoff of a party after transfers; of one member, for a population.

        Examples
        --------
        >>> from pigou import subsidy
        >>> from pigou.models import load
        >>> subsidised = subsidy("upgrade", "1/10")(load("coordination").game)
        >>> subsidised.payoff("government")
        -sum(upgrade/10)
        """
        total = self.primitive(party)
        for transfer in self.transfers:
            if party in (transfer.payer, transfer.payee):
                sign = 1 if party == transfer.payee else -1
                total += sign * self.amount(transfer, party)
        return total

    def amount(self, transfer: Transfer, party: str) -> sp.Expr:
        """Return what one transfer means to a party: of all members, unless it is theirs."""
        for name in (transfer.payer, transfer.payee):
            if name != party and name in self.payoffs and self.player(name).is_population:
                return self.total(name, transfer.amount)
        return transfer.amount

    def total(self, player: str, expression: sp.Expr) -> sp.Expr:
        """Sum an expression in a member's own moves over all members of a player.

        Examples
        --------
        >>> from pigou.models import load
        >>> game = load("coordination").game
        >>> game.total("firm", symbol("upgrade"))
        sum(upgrade)
        """
        who = self.player(player)
        if not who.is_population:
            return expression
        own = [m.name for m in self.moves_of(player)] + list(who.attributes)
        return Total(expression.xreplace({symbol(n): each(n) for n in own}), symbol(player))

    def values(self, at: Mapping[str, Any] | None = None) -> Record[Fraction]:
        """Return the value of every parameter: the defaults, overridden by `at`.

        Raises
        ------
        DeclarationError
            If a name in `at` is no parameter, a value is outside its domain, an assumption is
            violated, or a parameter has no value.

        Examples
        --------
        >>> from pigou.models import load
        >>> load("coordination").game.values({"benfit": 2})
        Traceback (most recent call last):
        pigou.errors.DeclarationError: no parameter 'benfit' in game 'coordination'; ...
        """
        given = {name: self._given(name, value) for name, value in (at or {}).items()}
        chosen = {p.name: given.get(p.name, p.default) for p in self.parameters}
        for name, value in chosen.items():
            if value is None:
                raise DeclarationError(
                    f"parameter '{name}' of game '{self.name}' has no default: give it a value, "
                    f"as in {name}=1/2"
                )
        values = {name: value for name, value in chosen.items() if value is not None}
        numbers = {symbol(n): sp.Rational(v.numerator, v.denominator) for n, v in values.items()}
        for assumption in self.assumptions:
            if not _holds(assumption, numbers):
                shown = ", ".join(f"{n} = {values[n]}" for n in sorted(names_in(assumption)))
                raise DeclarationError(
                    f"the assumption {assumption} of game '{self.name}' is violated at {shown}"
                )
        return Record(values)

    def _given(self, name: str, value: Any) -> Fraction:
        parameter = self.parameter(name)
        try:
            return parameter.check(exact(value))
        except ExpressionError as error:
            raise ExpressionError(f"parameter '{name}': {error}") from None

    @cached_property
    def conditions(self) -> tuple[Boolean, ...]:
        """All that is assumed of the parameters: their domains and the game's assumptions."""
        domains = [p.domain for p in self.parameters if p.domain != sp.true]
        return (*domains, *self.assumptions)

    # -- showing ------------------------------------------------------------------------------

    def __hash__(self) -> int:
        return hash(
            (self.name, self.players, self.moves, self.payoffs, self.transfers, self.parameters)
        )

    def __repr__(self) -> str:
        def shown(move: Move) -> str:
            if isinstance(move.domain, Choice):
                return f"{move.name} {{{', '.join(move.domain.labels)}}}"
            return f"{move.name} in [{move.domain.lower}, {move.domain.upper}]"

        players = ", ".join(
            f"{p.name} x {self.size(p.name)}" if p.is_population else p.name for p in self.players
        )
        text = f"players {players}; moves {', '.join(map(shown, self.moves))}"
        if self.parameters:
            text += f"; parameters {', '.join(p.name for p in self.parameters)}"
        return f"Game({self.name!r}: {text})"

    def _repr_latex_(self) -> str:
        from pigou.notation import display_maths

        return display_maths(self)

    def _repr_html_(self) -> str:
        from pigou.notation import html

        return html(self)


def _holds(condition: Boolean, numbers: Mapping[sp.Symbol, sp.Rational]) -> bool:
    """Tell whether a condition holds; where it compares what is not real, it does not."""
    try:
        return condition.xreplace(numbers) == sp.true
    except TypeError:
        return False


def _distinct(kind: str, names: list[str], where: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise DeclarationError(
                f"the {kind} '{name}' is declared {names.count(name)} times in {where}"
            )


def _named(kind: str, name: str, items: Iterable[Any], game: str) -> Any:
    items = tuple(items)
    for item in items:
        if item.name == name:
            return item
    raise DeclarationError(unknown(kind, str(name), (i.name for i in items), f"game '{game}'"))


def _adopt_table(table: Lookup, names: Iterable[str], where: str) -> sp.Expr:
    """Check and normalise the entries of a table."""
    allowed = Scope(names)
    axes = [read_expression(s, allowed) for s in table.args[0]]
    entries = [read_expression(e, allowed) for e in table.args[2]]
    cells = 1
    for axis in table.args[1]:
        cells *= len(axis)
    if cells != len(entries):
        raise DeclarationError(f"{where}: the table has {len(entries)} entries, not {cells}")
    return Lookup(sp.Tuple(*axes), table.args[1], sp.Tuple(*entries))


def _net(transfers: Iterable[Transfer]) -> tuple[Transfer, ...]:
    """Drop payments of zero, and any payment with its exact reversal."""
    kept: list[Transfer] = []
    for new in transfers:
        if new.amount == 0:
            continue
        for old in kept:
            reversed_ = (old.payer, old.payee) == (
                new.payee,
                new.payer,
            ) and old.amount == new.amount
            negated = (old.payer, old.payee) == (new.payer, new.payee) and sp.expand(
                old.amount + new.amount
            ) == 0
            if reversed_ or negated:
                kept.remove(old)
                break
        else:
            kept.append(new)
    return tuple(kept)


def is_continuum(game: Game) -> bool:
    """Whether a continuum of members moves in a game.

    Examples
    --------
    >>> moves = [Move("up", "firm", {"no": 0, "yes": 1})]
    >>> is_continuum(Game("g", [Player("firm", size="continuum")], moves, {"firm": "up"}))
    True
    """
    return any(player.size == sp.oo for player in game.players)
