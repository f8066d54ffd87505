r"""The independent checker of games with continuous, simultaneous moves of single players.

It shares no code with the solvers: payoffs are read from the game's declaration and evaluated, with
their derivatives, by recursion over the expression tree, in exact rationals where a profile is
stated exactly and in ball arithmetic elsewhere (`pigou.branching`, `pigou.jets`). A profile states
a value for each continuous move, exactly or by an enclosure, and a label for each choice. The claim
is: *some point within the enclosures is an equilibrium exactly.* It is proved as follows.

1. *There is a stationary point* (`pigou.check_existence`): the Krawczyk image of the enclosures
   lies in their interior. A move that is stated exactly, next to others that are not, is taken to
   be known to :math:`2^{-200}` of its interval in this. A profile that is stated exactly as a whole
   needs no such proof.
2. *Nobody gains by deviating from it*, in all its moves at once, choices and continuous ones
   (`pigou.check_replies`).

It is confirmed if all gains are proved to be at most 0, not merely small: where only a positive
bound is known, that is stated, and the profile is an :math:`\varepsilon`-equilibrium at best. An
enclosure wider than :math:`10^{-20}` of its interval is refused: it would not say what is played.
Payoffs are taken to be real numbers on all of the intervals: a root of what is below 0 in a
millionth of a cell may go unnoticed (`pigou.jets.power`). The solvers leave such games open.

Sources: R. Krawczyk (1969), Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken;
A. Neumaier (1990), Interval Methods for Systems of Equations, theorem 5.1.8.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

import sympy as sp
from flint import ctx

from pigou.check_existence import Profile, Stationarity, stationary
from pigou.check_peaks import Reply, Stationary
from pigou.check_replies import MOST_CELLS, largest_gain
from pigou.check_simultaneous import Examination, Flow
from pigou.declared import Declared
from pigou.equilibrium import Strategy
from pigou.exact import Enclosure, Record
from pigou.game import Game, Interval
from pigou.jets import PRECISION, enclosure, is_known

__all__ = ["SmoothChecker", "examine_smooth", "expectation_of_smooth", "has_interval", "is_smooth"]

_WIDEST = Fraction(1, 10**20)
_FEW_CELLS = 150


def is_smooth(game: Game) -> bool:
    """Tell whether all moves of a game are continuous.

    Examples
    --------
    >>> from pigou.models import load
    >>> is_smooth(load("coordination").game)
    False
    """
    return bool(game.moves) and all(isinstance(m.domain, Interval) for m in game.moves)


def has_interval(game: Game) -> bool:
    """Tell whether some move of a game is continuous, next to choices or not.

    Examples
    --------
    >>> from pigou.models import load
    >>> has_interval(load("coordination").game)
    False
    """
    return any(isinstance(m.domain, Interval) for m in game.moves)


class SmoothChecker:
    """Checks profiles of one game with continuous, simultaneous moves, read once.

    Parameters
    ----------
    game : Game
        Of single players, with continuous moves, and choices next to them or not.
    at : mapping of str to Fraction
        A value for every parameter.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> game = Game("alone", [Player("a")], [Move("x", "a", (0, 4))], {"a": "x - x**2/2"})
    >>> checker = SmoothChecker(game, {})
    >>> best, worse = (Strategy("x", "a", "", {}, value=Enclosure.point(v)) for v in (1, 2))
    >>> checker.examine([best]).gain
    Enclosure(0)
    >>> checker.examine([worse]).doubt
    'somebody gains at least 0.5 by deviating'
    """

    def __init__(self, game: Game, at: Mapping[str, Fraction]):
        with ctx.workprec(PRECISION):
            self.declared = Declared(game, at)

    def examine(self, strategies: Iterable[Strategy]) -> Examination:
        """Check a profile.

        Raises
        ------
        DeclarationError
            If a strategy is missing, has no value or label, or a value outside its interval.
        """
        with ctx.workprec(PRECISION):
            return _examination(Profile(self.declared, tuple(strategies)))

    def expectation(self, strategies: Iterable[Strategy], formula: sp.Expr) -> Enclosure:
        """Expect a formula over moves and parameters under a profile.

        Examples
        --------
        >>> from pigou import Move, Player, symbol
        >>> game = Game("alone", [Player("a")], [Move("x", "a", (0, 4))], {"a": "x - x**2/2"})
        >>> one = Strategy("x", "a", "", {}, value=Enclosure.point(1))
        >>> SmoothChecker(game, {}).expectation([one], symbol("x") + 1)
        Enclosure(2)
        """
        with ctx.workprec(PRECISION):
            return enclosure(Profile(self.declared, tuple(strategies)).expected(formula))


def examine_smooth(
    game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy]
) -> Examination:
    """Check a profile of a game with continuous, simultaneous moves.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
        A value for every parameter.
    strategies : iterable of Strategy
        One for each move: with its value, or with probability 1 of a label.

    Raises
    ------
    DeclarationError
        If a strategy is missing, has no value or label, or a value outside its interval.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> game = Game("alone", [Player("a")], [Move("x", "a", (0, 4))], {"a": "x - x**2/2"})
    >>> best = Strategy("x", "a", "", {}, value=Enclosure.point(1))
    >>> examine_smooth(game, {}, [best]).confirmed
    True
    """
    return SmoothChecker(game, at).examine(strategies)


def expectation_of_smooth(
    game: Game, at: Mapping[str, Fraction], strategies: Iterable[Strategy], formula: sp.Expr
) -> Enclosure:
    """Expect a formula over moves and parameters under a profile.

    Examples
    --------
    >>> from pigou import Move, Player, symbol
    >>> game = Game("alone", [Player("a")], [Move("x", "a", (0, 4))], {"a": "x - x**2/2"})
    >>> one = Strategy("x", "a", "", {}, value=Enclosure.point(1))
    >>> expectation_of_smooth(game, {}, [one], symbol("x") + 1)
    Enclosure(2)
    """
    return SmoothChecker(game, at).expectation(strategies, formula)


# -- the verdict ----------------------------------------------------------------------------------


def _examination(profile: Profile) -> Examination:
    declared = profile.declared
    game = declared.game
    primitive = {p: enclosure(profile.expected(game.primitive(p))) for p in game.parties}
    payoffs = {p: enclosure(profile.expected(game.payoff(p))) for p in game.parties}
    flows = tuple(Flow(t, enclosure(profile.expected(t.amount))) for t in game.transfers)
    found = Stationarity("", {}, frozenset()) if profile.is_exact else stationary(profile)
    doubt = _too_wide(profile) or found.doubt
    gains = [_gain(profile, player, found) for player in declared.movers]
    gain = Enclosure(max(g.lower for g in gains), max(g.upper for g in gains))
    doubt = _verdict(gain, doubt)
    return Examination(
        Record(payoffs),
        Record(primitive),
        Record(dict.fromkeys(game.parties, 1)),
        Record({p.name: ((payoffs[p.name], 1),) for p in game.players}),
        flows,
        gain,
        not doubt,
        doubt,
    )


def _too_wide(profile: Profile) -> str:
    for name, given in zip(profile.declared.names, profile.given, strict=True):
        if given.width > _WIDEST:
            return (
                f"the value of '{name}' is known to {float(given.width):.2g} of its interval only, "
                "which does not say what is played"
            )
    return ""


def _verdict(gain: Enclosure, doubt: str) -> str:
    """Return why a profile is not confirmed: some gain, known or not excluded, or other doubts."""
    if gain.lower > 0:
        return f"somebody gains at least {_short(gain.lower)} by deviating"
    if gain.upper > 0 and not doubt:
        return (
            f"that nobody gains up to {_short(gain.upper)} by deviating is not proved: "
            "an equilibrium up to that gain only"
        )
    return doubt


def _short(number: Fraction) -> str:
    return f"{Decimal(number.numerator) / Decimal(number.denominator):.3g}"


def _gain(profile: Profile, player: str, found: Stationarity) -> Enclosure:
    """Bound what a player gains by changing its choices and continuous moves at once."""
    declared = profile.declared
    known: Stationary | None = None
    if not profile.is_exact and not found.doubt:
        known = found.weights.get(player, {})
    played, *others = (
        Reply(declared, player, labels, profile.point, found.proved)
        for labels in declared.alternatives(player, profile.labels)
    )
    earned = played.earned()
    if not is_known(earned):
        return Enclosure(Fraction(0), Fraction(10) ** 300)
    own = [profile.point[k] for k in played.own]
    peak = None if found.doubt else played.peak(own, known)
    most = MOST_CELLS if peak is not None or not played.own else _FEW_CELLS
    gains = [largest_gain(played, earned, peak, most, is_played=True)]
    gains += [largest_gain(reply, earned, None, most) for reply in others]
    return Enclosure(max(g.lower for g in gains), max(g.upper for g in gains))
