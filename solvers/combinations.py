r"""All pure equilibria of games in which some moves are choices and others continuous, all at once.

Single players each make any number of moves of both kinds at the same time. Let c be what is chosen
and x the continuous moves. (c, x) is an equilibrium iff no player i gains by any
:math:`(c_i', x_i')`.

Steps
-----
1. For every combination c of choices, the game that is left has continuous moves only. All its
   equilibria are found, each proved, and the boxes that could not be settled
   (`pigou.solvers.smooth_games`). A continuous move on which nobody's payoff depends there, nor
   after any one player changed its choices, is *idle*: it is put at its lower end, which stands for
   all its values.
2. An equilibrium of the game that is left bounds what a player gains by its continuous moves
   alone. For every other alternative :math:`c_i'` of a player's own choices, the largest of
   :math:`u_i(c_i', x_i'; c_{-i}, x_{-i})` over all its continuous moves at once is compared with
   :math:`u_i(c, x)`, the rivals held at their enclosures (`pigou.solvers.deviation`).
3. (c, x) is refuted by one better pair; it is an equilibrium if every gain is proved to be 0. A
   gain bounded by :math:`10^{-40}` of the size of the payoff but not known to be 0 (a player that
   may be indifferent between two choices) leaves an equilibrium as far as can be told.
4. The list is complete if nothing is left over in any combination. Mixing over choices is not
   searched.

Sources: those of the modules named.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from pigou.errors import DeclarationError, ExpressionError, StructureError
from pigou.exact import Enclosure
from pigou.expression import symbol
from pigou.game import Choice, Game
from pigou.solvers.deviation import Reply
from pigou.solvers.objectives import HUGE, Objective, end_of
from pigou.solvers.roots import ball_to_enclosure
from pigou.solvers.smooth_form import smooth_form
from pigou.solvers.smooth_games import Smooth, smooth_equilibria, smooth_optimum
from pigou.stages import is_staged

__all__ = [
    "Best", "Combined", "Deviation", "Profile", "combined_equilibria", "combined_optimum",
]  # fmt: skip

MOST_COMBINATIONS = 2_000
_NEGLIGIBLE = Fraction(1, 10**40)

Labels = Mapping[str, str]
"""What is chosen: for each move with choices, a label."""


class Deviation(NamedTuple):
    """What a player gains at most by other choices and continuous moves.

    Attributes
    ----------
    gain : Enclosure
        Exactly 0 where the profile is proved to be best; above 0 where `to` is better.
    to : mapping of str to Fraction or str, or None
        A better value or label for each of the player's moves.
    """

    gain: Enclosure
    to: Mapping[str, Fraction | str] | None


class Profile(NamedTuple):
    """What everybody does, and how each could deviate.

    Attributes
    ----------
    labels : mapping of str to str
    values : mapping of str to Enclosure
        The continuous moves.
    idle : tuple of str
        Continuous moves any value of which does.
    deviations : mapping of str to Deviation
    """

    labels: Labels
    values: Mapping[str, Enclosure]
    idle: tuple[str, ...]
    deviations: Mapping[str, Deviation]

    @property
    def is_proved(self) -> bool:
        """Whether it is proved to be an equilibrium."""
        return all(one.gain.upper == 0 for one in self.deviations.values())

    @property
    def better(self) -> tuple[str, Deviation] | None:
        """The player that gains most by deviating, where one is known to gain."""
        better = [(who, one) for who, one in self.deviations.items() if one.to is not None]
        return max(better, key=lambda item: item[1].gain.lower) if better else None


class Combined(NamedTuple):
    """What is known of the equilibria.

    Attributes
    ----------
    equilibria, refuted : tuple of Profile
    unresolved : tuple of (labels, mapping of str to Enclosure, str)
        Where further equilibria may be, and why that is not known.
    combinations, boxes : int
        How many combinations of choices, and boxes, were looked at.
    """

    equilibria: tuple[Profile, ...]
    refuted: tuple[Profile, ...]
    unresolved: tuple[tuple[Labels, Mapping[str, Enclosure], str], ...]
    combinations: int
    boxes: int


def combined_equilibria(game: Game, at: Mapping[str, Any] | None = None) -> Combined:
    """Find all pure equilibria of a game with choices next to continuous moves.

    Parameters
    ----------
    game : Game
        Single players, all moves at the same time.
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.

    Raises
    ------
    StructureError
        If stages follow each other, a player is a population, or there are more than 2,000
        combinations of choices.
    DeclarationError
        If an interval or a payoff makes no sense at the values.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> moves = [Move("x", "ann", (0, 1)), Move("go", "bob", {"no": 0, "yes": 1})]
    >>> payoffs = {"ann": "x*(1 + go) - x**2", "bob": "go*(x - 3/4)"}
    >>> game = Game("pair", [Player("ann"), Player("bob")], moves, payoffs)
    >>> [(dict(e.labels), dict(e.values)) for e in combined_equilibria(game).equilibria]
    [({'go': 'no'}, {'x': Enclosure(1/2)}), ({'go': 'yes'}, {'x': Enclosure(1)})]
    """
    search = _Search(game, game.values(at))
    equilibria: list[Profile] = []
    refuted: list[Profile] = []
    unresolved: list[tuple[Labels, Mapping[str, Enclosure], str]] = []
    combinations = list(search.combinations())
    boxes = 0
    for labels in combinations:
        try:
            idle, found = search.left(labels)
        except StructureError as error:
            unresolved.append((labels, {}, str(error)))
            continue
        boxes += found.boxes
        for profile in search.profiles(labels, idle, found):
            if profile.better is not None:
                refuted.append(profile)
            elif profile.is_proved or search.is_negligible(profile):
                equilibria.append(profile)
            else:
                why = "the gains from deviating could not be bounded"
                unresolved.append((labels, profile.values, why))
        unresolved += [
            (labels, dict(zip(search.active(idle), box, strict=True)), why)
            for box, why, *_ in found.unresolved
        ]
    return Combined(tuple(equilibria), tuple(refuted), tuple(unresolved), len(combinations), boxes)


class Best(NamedTuple):
    """The largest total surplus, and up to five profiles that reach it, in words."""

    welfare: Enclosure
    plans: tuple[str, ...]
    settled: bool


def combined_optimum(game: Game, at: Mapping[str, Any] | None = None) -> Best | None:
    """Find the largest total surplus over all choices and moves; None if it is not bounded.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> moves = [Move("x", "ann", (0, 4)), Move("go", "ann", {"no": 0, "yes": 1})]
    >>> game = Game("alone", [Player("ann")], moves, {"ann": "go*(x - x**2/2 - 1/4)"})
    >>> combined_optimum(game)
    Best(welfare=Enclosure(1/4), plans=('go: yes; x: 1',), settled=True)
    """
    search = _Search(game, game.values(at))
    found: list[tuple[Enclosure, tuple[str, ...], bool]] = []
    for labels in search.combinations():
        optimum = search.optimum(labels)
        if optimum is None:
            return None
        found.append(optimum)
    lower = max(value.lower for value, _, _ in found)
    near = [one for one in found if one[0].upper >= lower]
    welfare = Enclosure(lower, max(value.upper for value, _, _ in near))
    plans = tuple(plan for _, some, _ in near for plan in some)[:5]
    return Best(welfare, plans, all(settled for _, _, settled in near))


class _Search:
    """One game at given values, its choices put in combination by combination."""

    def __init__(self, game: Game, at: Mapping[str, Fraction]):
        self.game, self.at = game, at
        _check_structure(game)
        self.choices = {m.name: m.choice for m in game.moves if isinstance(m.domain, Choice)}
        self.moves = {m.name: m for m in game.moves if m.name not in self.choices}
        self.numbers = {symbol(k): sp.Rational(v.numerator, v.denominator) for k, v in at.items()}
        number = 1
        for choice in self.choices.values():
            number *= len(choice.labels)
        if number > MOST_COMBINATIONS:
            raise StructureError(
                f"game '{game.name}' has {number:,} combinations of choices next to continuous "
                f"moves; at most {MOST_COMBINATIONS:,} are solved"
            )

    def combinations(self) -> Iterator[dict[str, str]]:
        for labels in itertools.product(*(c.labels for c in self.choices.values())):
            yield dict(zip(self.choices, labels, strict=True))

    def settled(self, formula: Any, labels: Labels, idle: Iterable[str] = ()) -> Any:
        """Put parameters, choices and idle moves into a formula."""
        chosen = {
            symbol(name): sp.Rational(str(self.choices[name].options[label]))
            for name, label in labels.items()
        }
        ends = {symbol(n): self.moves[n].domain.lower for n in idle}
        formula = sp.sympify(formula).xreplace(chosen).xreplace(ends)
        return formula.xreplace(self.numbers)

    def alternatives(self, player: str, labels: Labels) -> Iterator[dict[str, str]]:
        """Yield the combinations in which a player changes its choices."""
        mine = [name for name in self.choices if self.game.move(name).player == player]
        for others in itertools.product(*(self.choices[name].labels for name in mine)):
            changed = {**labels, **dict(zip(mine, others, strict=True))}
            if changed != labels:
                yield changed

    # -- the game that is left --------------------------------------------------------------------

    def idle(self, labels: Labels) -> tuple[str, ...]:
        """Return the continuous moves that matter to nobody (step 1)."""
        matter = set()
        for party in self.game.parties:
            for formula in (self.game.payoff(party), self.game.primitive(party)):
                matter |= self.settled(formula, labels).free_symbols
        for player in self.game.players:
            payoff = self.game.payoff(player.name)
            for changed in self.alternatives(player.name, labels):
                others = self.settled(payoff, changed).free_symbols
                mine = {symbol(m.name) for m in self.game.moves_of(player.name)}
                matter |= others - mine
        return tuple(name for name in self.moves if symbol(name) not in matter)

    def active(self, idle: Iterable[str]) -> list[str]:
        """Return the other continuous moves."""
        return [name for name in self.moves if name not in idle]

    def reduced(self, labels: Labels, idle: Iterable[str]) -> Game | None:
        """Return the game with continuous moves that is left; None if there is none."""
        moves = tuple(self.moves[name] for name in self.active(idle))
        if not moves:
            return None
        movers = {m.player for m in moves}
        game = self.game

        def put(formula: Any) -> Any:
            return self.settled(formula, labels, idle)

        try:
            return Game(
                game.name,
                tuple(p for p in game.players if p.name in movers),
                moves,
                {p: put(game.payoff(p)) for p in movers},
                (),
                game.chance,
                (),
                game.parameters,
            )
        except ExpressionError as error:
            raise DeclarationError(
                f"game '{game.name}': a payoff is not a finite real number at some choices: {error}"
            ) from None

    def left(self, labels: Labels) -> tuple[tuple[str, ...], Smooth]:
        """Solve the game that is left."""
        idle = self.idle(labels)
        game = self.reduced(labels, idle)
        if game is None:
            return idle, Smooth((), (), (), 0)
        return idle, smooth_equilibria(smooth_form(game, self.at))

    def optimum(self, labels: Labels) -> tuple[Enclosure, tuple[str, ...], bool] | None:
        """Return the largest total surplus with given choices, in words, and whether it is sure."""
        total = sum((self.game.primitive(party) for party in self.game.parties), sp.S.Zero)
        objective = Objective(self.game, self.at, self.settled(total, labels), self.moves)
        words = [f"{name}: {label}" for name, label in labels.items()]
        if objective.form is None:
            value, exact = objective.value({})
            if value is None:
                return None
            enclosed = Enclosure.point(f"{exact.p}/{exact.q}") if exact is not None else (
                ball_to_enclosure(value))  # fmt: skip
            return enclosed, ("; ".join(words),), True
        best = smooth_optimum(objective.form)
        if best is None:
            return None
        plans = tuple(
            "; ".join([*words, *(f"{m}: {v}" for m, v in zip(objective.names, point, strict=True))])
            for point in best.points
        )
        return best.value, plans, best.settled or best.value.is_exact

    # -- profiles ---------------------------------------------------------------------------------

    def profiles(self, labels: Labels, idle: tuple[str, ...], found: Smooth) -> Iterator[Profile]:
        """Yield the solutions of the game that is left, each with the deviations of all."""
        active = self.active(idle)
        lower = {n: Enclosure.point(end_of(self.moves[n].domain.lower, self.numbers)) for n in idle}
        if not active:
            yield self.examined(labels, lower, idle, {})
        for candidate in (*found.equilibria, *found.refuted):
            values = {**dict(zip(active, candidate.values, strict=True)), **lower}
            within = {
                player: Deviation(reply.gain, self.named(player, labels, active, reply))
                for player, reply in candidate.replies.items()
            }
            yield self.examined(labels, values, idle, within)

    def named(
        self, player: str, labels: Labels, active: Sequence[str], reply: Reply
    ) -> Mapping[str, Fraction | str] | None:
        """Name the moves of a better reply."""
        if reply.move is None:
            return None
        mine = [name for name in active if self.moves[name].player == player]
        kept = {n: label for n, label in labels.items() if self.game.move(n).player == player}
        return {**kept, **dict(zip(mine, reply.move, strict=True))}

    def examined(
        self,
        labels: Labels,
        values: Mapping[str, Enclosure],
        idle: tuple[str, ...],
        within: Mapping[str, Deviation],
    ) -> Profile:
        """Bound what each player gains by changing its choices as well (step 2)."""
        deviations = {}
        for player in dict.fromkeys(m.player for m in self.game.moves):
            best = within.get(player, Deviation(Enclosure.point(0), None))
            own = self.earned(player, labels, values)
            for changed in self.alternatives(player, labels):
                mine = [n for n in self.moves if self.moves[n].player == player]
                rivals = {n: v for n, v in values.items() if n not in mine}
                best = _larger(best, self._by(player, changed, mine, rivals, own))
            deviations[player] = best
        ordered = {name: values[name] for name in self.moves}
        return Profile(labels, ordered, idle, deviations)

    def earned(
        self, player: str, labels: Labels, values: Mapping[str, Enclosure]
    ) -> tuple[Any, Any]:
        """Return a player's payoff, as a ball and exactly, each as far as it can be told."""
        formula = self.settled(self.game.payoff(player), labels)
        try:
            return Objective(self.game, self.at, formula, values).value(values)
        except (StructureError, DeclarationError):
            return None, None

    def _by(
        self,
        player: str,
        changed: Labels,
        mine: Sequence[str],
        rivals: Mapping[str, Enclosure],
        own: tuple[Any, Any],
    ) -> Deviation:
        """Bound what a player gains by other choices, with the best continuous moves to them."""
        formula = self.settled(self.game.payoff(player), changed)
        try:
            objective = Objective(self.game, self.at, formula, {**dict.fromkeys(mine), **rivals})
        except (StructureError, DeclarationError):
            return Deviation(Enclosure(Fraction(0), HUGE), None)
        gain, moved = objective.best(own)
        if moved is None:
            return Deviation(gain, None)
        labels = {n: label for n, label in changed.items() if self.game.move(n).player == player}
        return Deviation(gain, {**labels, **moved})

    def is_negligible(self, profile: Profile) -> bool:
        """Whether no gain exceeds what the precision of the enclosures leaves open."""
        low, high = (
            {n: Enclosure.point(end_of(end, self.numbers)) for n, end in ends.items()}
            for ends in (
                {n: m.domain.lower for n, m in self.moves.items()},
                {n: m.domain.upper for n, m in self.moves.items()},
            )
        )
        for player, deviation in profile.deviations.items():
            sizes = [
                self.earned(player, profile.labels, point)[0]
                for point in (low, high, profile.values)
            ]
            known = [ball_to_enclosure(abs(s)).lower for s in sizes if s is not None]
            if deviation.gain.upper > _NEGLIGIBLE * max(known, default=Fraction(0)):
                return False
        return True


def _larger(one: Deviation, other: Deviation) -> Deviation:
    """Return the deviation that is known to gain more, with what both may gain at most."""
    if one.to is None and other.to is None:
        return Deviation(Enclosure(Fraction(0), max(one.gain.upper, other.gain.upper)), None)
    best = max(one, other, key=lambda d: (d.to is not None, d.gain.lower))
    return Deviation(Enclosure(best.gain.lower, max(one.gain.upper, other.gain.upper)), best.to)


def _check_structure(game: Game) -> None:
    where = f"game '{game.name}'"
    if is_staged(game):
        raise StructureError(
            f"{where} has continuous moves and stages, or draws that somebody sees; so far "
            "continuous moves are solved where all move at the same time"
        )
    for move in game.moves:
        if game.player(move.player).is_population:
            raise StructureError(
                f"{where}: move '{move.name}' of the population '{move.player}' stands next to "
                "continuous moves; so far continuous games of single players are solved"
            )
