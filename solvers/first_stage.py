r"""The first continuous moves of a game in stages, with all that follows put in as formulas.

Steps
-----
1. What follows is one formula everywhere: the reduced game is one of simultaneous moves. It is
   solved in closed form where that is possible (`pigou.solvers.last_stage`, which proves that there
   is one equilibrium), otherwise by branch and prune (`pigou.solvers.smooth_games`).
2. What follows differs between regions, and one player makes one move h. With u the payoff in a
   region, the best h is an end of the interval, a border of a region, or a solution of
   :math:`u'(h) = 0` in the region: roots of polynomials, isolated with proof
   (`pigou.solvers.roots`), whether each lies in the region included. The best of these points, each
   with a continuation whose closed region holds it, are all equilibria: where two continuations
   meet, the later players are indifferent, and what they do there is part of the equilibrium. If
   payoffs differ by no more than the precision of 100 digits the points are taken to tie, and that
   is noted. Where u is constant on a region, both of its ends are listed, as the ends of a
   continuum.

3. What follows differs between regions, and several players move first: `first_regions`.

Sources: those of the modules named; J. Tirole (1988), The Theory of Industrial Organization,
chapter 8, for the game of entry that step 2 was made for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from flint import fmpq, fmpq_poly

from pigou.errors import StructureError
from pigou.exact import Enclosure, Record
from pigou.expression import write_expression
from pigou.game import Move
from pigou.solvers.backward_induction import Continuation, Induction
from pigou.solvers.balls import ball_over
from pigou.solvers.first_regions import SeveralMoves
from pigou.solvers.kinks import Switch
from pigou.solvers.last_stage import NoClosedForm, stage_pieces
from pigou.solvers.roots import Root, ball_to_enclosure, real_roots, sign_at, working_precision
from pigou.solvers.smooth_form import SmoothForm
from pigou.solvers.smooth_games import Candidate, smooth_equilibria
from pigou.solvers.switching import Switching
from pigou.solvers.tape import Tape

__all__ = ["FirstMoves", "Point", "first_moves", "pays_less", "value_at"]


class Point(NamedTuple):
    """Values of the first moves that are an equilibrium, with what follows.

    Attributes
    ----------
    values : mapping of str to Enclosure
    follows : Continuation
    proved : bool
    family : int
        Points with the same number above 0 are ends of one continuum.
    """

    values: Mapping[str, Enclosure]
    follows: Continuation
    proved: bool = True
    family: int = 0


class FirstMoves(NamedTuple):
    """All equilibria in the first moves.

    Attributes
    ----------
    points : tuple of Point
    refuted : tuple of (mapping of str to Enclosure, str, mapping of str to Fraction, Enclosure)
        First-order points from which a player gains: by which moves, and how much.
    unresolved : tuple of str
    how : str
    """

    points: tuple[Point, ...]
    refuted: tuple[tuple[Mapping[str, Enclosure], str, Mapping[str, Fraction], Enclosure], ...]
    unresolved: tuple[str, ...]
    how: str


def first_moves(
    induction: Induction, moves: Sequence[Move], follows: Sequence[Continuation]
) -> FirstMoves:
    """Find all equilibria in the first continuous moves, given what follows them.

    Examples
    --------
    >>> from pigou import Game, Player
    >>> game = Game(
    ...     "leader and follower",
    ...     [Player("one"), Player("two")],
    ...     [Move("q1", "one", (0, 9)), Move("q2", "two", (0, 9), 2)],
    ...     {"one": "q1*(9 - q1 - q2)", "two": "q2*(9 - q1 - q2)"},
    ... )
    >>> induction = Induction(game, {})
    >>> found = first_moves(induction, game.moves[:1], induction.after(1, Record()))
    >>> found.points[0].values
    {'q1': Enclosure(9/2)}
    """
    if len(follows) == 1 and not follows[0].region:
        try:
            return _closed_form(induction, moves, follows[0])
        except NoClosedForm:
            return _searched(induction, moves, follows[0])
    if len(moves) == 1:
        return _OneMove(induction, moves[0], follows).best()
    return _several(induction, moves, follows)


def pays_less(
    induction: Induction, move: Move, isolated: Continuation, points: Sequence[Point]
) -> bool:
    """Tell whether what follows at isolated points surely pays less than the best points do.

    Examples
    --------
    >>> from pigou import Game, Player
    >>> players, moves = (
    ...     [Player("a"), Player("b")],
    ...     [Move("h", "a", (0, 2)), Move("y", "b", (0, 1), 2)],
    ... )
    >>> game = Game("two", players, moves, {"a": "-h", "b": "y*h - y**2"})
    >>> h = moves[0].symbol
    >>> alone = Continuation((-((h - 1) ** 2),), {"a": -h, "b": h}, {})
    >>> best = Point({"h": Enclosure.point(0)}, alone)
    >>> pays_less(Induction(game, {}), moves[0], alone, [best])
    True
    """
    earned = [value_at(p.follows.payoffs[move.player], p.values).lower for p in points]
    try:
        values = _OneMove(induction, move, [isolated]).values_of(isolated)
        return all(value.upper < max(earned) for value in values)
    except StructureError:
        return False


def value_at(formula: sp.Expr, point: Mapping[str, Enclosure]) -> Enclosure:
    """Evaluate a formula at a point: exactly where that is possible, otherwise in balls.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> value_at(x**2, {"x": Enclosure.point("1/2")})
    Enclosure(1/4)
    """
    formula = sp.sympify(formula)
    names = sorted(formula.free_symbols, key=str)
    tape = Tape([formula], names)
    given = [point[s.name] for s in names]
    if all(v.is_exact for v in given):
        exactly = tape.rationals([fmpq(v.lower.numerator, v.lower.denominator) for v in given])
        if exactly is not None:
            return Enclosure.point(f"{exactly[0].p}/{exactly[0].q}")
    with working_precision():
        ball = tape.balls([ball_over(v) for v in given])[0]
        if not ball.is_finite():
            raise StructureError(f"'{write_expression(formula)}' is not finite at {_stated(point)}")
        return ball_to_enclosure(ball)


def _rational(number: sp.Expr) -> sp.Expr:
    """Write a number as a quotient if it is one, exactly."""
    return number if number.is_Rational else sp.simplify(number)


# -- one continuation everywhere ----------------------------------------------------------------


def _closed_form(induction: Induction, moves: Sequence[Move], follows: Continuation) -> FirstMoves:
    movers = induction.movers(moves)
    pieces = stage_pieces(follows.payoffs, movers, {})
    values = {s.name: value_at(formula, {}) for s, formula in pieces[0].moves.items()}
    how = "one equilibrium: first-order conditions solved in closed form, uniqueness proved"
    return FirstMoves((Point(Record(values), follows),), (), (), how)


def _searched(induction: Induction, moves: Sequence[Move], follows: Continuation) -> FirstMoves:
    form = _reduced(induction, moves, follows)
    found = smooth_equilibria(form)
    points = tuple(
        Point(_named(form, c), follows, c.is_proved)
        for c in sorted(found.equilibria, key=lambda c: [v.lower for v in c.values])
    )
    refuted = tuple(_refuted(form, c) for c in found.refuted)
    notes = tuple(f"{_where(form, one.box)}: {one.why}" for one in found.unresolved)
    how = (
        f"branch and prune over {found.boxes:,} boxes of the first moves: each excluded, or shown "
        "to hold exactly one first-order point, and the best deviation of each player bounded"
    )
    return FirstMoves(points, refuted, notes, how)


def _reduced(induction: Induction, moves: Sequence[Move], follows: Continuation) -> SmoothForm:
    """Return the game of the first moves in the unit box, with what follows put in."""
    game = induction.game
    ends = tuple(induction.box[m.symbol] for m in moves)
    variables = tuple(sp.Symbol(f"t_{m.name}", real=True) for m in moves)
    scale = {
        m.symbol: sp.Rational(str(low)) + sp.Rational(str(high - low)) * t
        for m, (low, high), t in zip(moves, ends, variables, strict=True)
    }
    payoffs: dict[str, sp.Expr] = {}
    switches: list[Switch] = []
    for player in dict.fromkeys(m.player for m in moves):
        where = f"game '{game.name}': payoff of '{player}'"
        switching = Switching(variables, player, where, lambda formula: formula)
        payoffs[player] = switching.smooth(follows.payoffs[player].xreplace(scale))
        switches += [s for s in switching.switches if payoffs[player].has(s.symbol)]
    for m, t in zip(moves, variables, strict=True):
        if sp.expand(sp.diff(payoffs[m.player], t)) == 0:
            raise StructureError(
                f"game '{game.name}': the payoff of '{m.player}' does not depend on its "
                f"continuous move '{m.name}', so that every value of it is a best reply; leave "
                "the move out, or give it a cost"
            )
    names, owners = tuple(m.name for m in moves), tuple(m.player for m in moves)
    return SmoothForm(
        game, induction.at, names, owners, ends, variables, payoffs, sp.nan, tuple(switches), ()
    )


def _named(form: SmoothForm, candidate: Candidate) -> Record[Enclosure]:
    return Record(dict(zip(form.moves, candidate.values, strict=True)))


def _refuted(form: SmoothForm, candidate: Candidate) -> Any:
    assert candidate.better is not None
    player, reply = candidate.better
    assert reply.move is not None
    names = [form.moves[k] for k in form.own(player)]
    deviation = Record(dict(zip(names, reply.move, strict=True)))
    return _named(form, candidate), player, deviation, reply.gain


def _where(form: SmoothForm, box: Sequence[Enclosure]) -> str:
    parts = []
    for move, value in zip(form.moves, box, strict=True):
        parts.append(f"{move} in [{float(value.lower):.6g}, {float(value.upper):.6g}]")
    return ", ".join(parts)


# -- several continuations, several moves -------------------------------------------------------


def _several(
    induction: Induction, moves: Sequence[Move], follows: Sequence[Continuation]
) -> FirstMoves:
    """Solve for several first moves in regions (`pigou.solvers.first_regions`)."""
    game = SeveralMoves(induction, moves, follows)
    candidates, roots = game.candidates()
    points: list[Point] = []
    refuted, notes = [], []
    for region, candidate in candidates:
        values = game.scaled_back(candidate.enclosures)
        signs = [value_at(g, values) for g in follows[region].region]
        if any(s.upper < 0 for s in signs):
            continue
        if not all(v.is_exact for v in values.values()) or any(s.lower < 0 for s in signs):
            notes.append(f"{_stated(values)}: a first-order point, irrational or at a border")
            continue
        worse = _better_reply(game, values, follows[region])
        if worse is not None and worse[-1].lower <= 0:
            notes.append(f"{_stated(values)}: whether another move pays more could not be told")
        elif worse is not None:
            refuted.append((values, *worse))
        elif values not in [p.values for p in points]:
            points.append(Point(values, follows[region]))
    left = game.left_over(roots)
    how = (
        f"first-order points in {len(follows)} regions of first moves, each player's best reply "
        "over all regions, and all other boxes of first moves excluded"
    )
    return FirstMoves(tuple(points), tuple(refuted), (*notes, *left), how)


def _better_reply(game: SeveralMoves, values: Mapping[str, Enclosure], own: Continuation) -> Any:
    """Return who gains by which move, and how much; None if nobody does.

    What follows a deviation at a single point only may or may not be played after it: where that
    alone pays more, what is gained is at least 0.
    """
    open_: Any = None
    for place, move in enumerate(game.moves):
        one = _OneMove(game.induction, move, game.against(place, Record(values)))
        here = value_at(own.payoffs[move.player], values)
        for isolated in (False, True):
            for best in one.best(isolated).points:
                gain = value_at(best.follows.payoffs[move.player], best.values) - here
                near = best.values[move.name]
                worse = move.player, Record({move.name: (near.lower + near.upper) / 2})
                if gain.lower > 0 and not isolated:
                    return *worse, gain
                if gain.upper > 0:
                    open_ = open_ or (*worse, Enclosure(min(gain.lower, Fraction(0)), gain.upper))
    return open_


def _stated(values: Mapping[str, Enclosure]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


# -- several continuations, one move ------------------------------------------------------------


class _Place(NamedTuple):
    """A point of the interval: an end, or a root of a polynomial."""

    value: Enclosure
    root: Root | None
    of: fmpq_poly | None


class _OneMove:
    """One player's one move, with continuations that differ between regions."""

    def __init__(self, induction: Induction, move: Move, follows: Sequence[Continuation]):
        self.induction, self.move, self.follows = induction, move, follows
        self.low, self.high = induction.box[move.symbol]

    def best(self, isolated: bool = True) -> FirstMoves:
        """Return the best points, each with every continuation that reaches it.

        Without `isolated` ones, a continuation does not count where it holds at a single point.
        """
        found: list[tuple[_Place, int, Enclosure]] = []
        alone: list[_Place] = []
        for number, piece in enumerate(self.follows):
            formula = piece.payoffs[self.move.player]
            places = list(self._places(piece))
            for place in places:
                if self._reached(piece, place):
                    if self._is_isolated(piece, place, places):
                        alone.append(place)
                        if not isolated:
                            continue
                    value = value_at(formula, {self.move.name: place.value})
                    found.append((place, number, value))
        floor = max(value.lower for _, _, value in found)
        top = [one for one in found if one[2].upper >= floor]
        exact = all(v.is_exact and v.lower == floor for *_, v in top) or self._one_point(top)
        points = []
        seen: set[tuple[Fraction, str]] = set()
        for place, number, _ in sorted(top, key=lambda one: one[0].value.lower):
            piece = self.follows[number]
            key = (place.value.lower, str(self._outcome(piece, place)))
            if key not in seen:
                seen.add(key)
                values = Record({self.move.name: place.value})
                points.append(Point(values, piece, exact, self._family(number, top)))
        notes = () if exact else ("several points tie to 100 digits: that is not proved",)
        if any(place is one for place, *_ in top for one in alone):
            words = "a history at which later players are indifferent, but not near it"
            notes = (*notes, f"'{self.move.name}' leads to {words}: others may follow from that")
        families = [p.family for p in points if p.family]
        if any(families.count(f) != 2 for f in families):
            notes = (*notes, "the payoff is constant and largest on several intervals")
        how = (
            f"{len(found)} ends, borders of regions and first-order points compared, in "
            f"{len(self.follows)} regions of '{self.move.name}' that differ in what follows"
        )
        return FirstMoves(tuple(points), (), notes, how)

    def values_of(self, piece: Continuation) -> list[Enclosure]:
        """Return the payoff at the ends, borders and first-order points that a piece holds."""
        formula = piece.payoffs[self.move.player]
        places = [place for place in self._places(piece) if self._reached(piece, place)]
        return [value_at(formula, {self.move.name: place.value}) for place in places]

    def _outcome(self, piece: Continuation, place: _Place) -> dict[str, Any]:
        """Return what is played later, to tell continuations apart that meet at a point."""
        values = {self.move.name: place.value}
        played: dict[str, Any] = {}
        for name, formula in piece.plan.items():
            played[name] = formula
            if isinstance(formula, sp.Basic):
                values[name] = value_at(formula, values)
                played[name] = f"{values[name].value:.30g}"
        return played

    def _family(self, number: int, top: Sequence[tuple[_Place, int, Enclosure]]) -> int:
        """Return a number above 0 for the ends of an interval on which the payoff is constant."""
        formula = self.follows[number].payoffs[self.move.player]
        constant = self.move.symbol not in formula.free_symbols
        places = {place.value.lower for place, k, _ in top if k == number}
        return number + 1 if constant and len(places) > 1 else 0

    def _one_point(self, top: Sequence[tuple[_Place, int, Enclosure]]) -> bool:
        """Whether the best points are one and the same, and their payoffs equal."""
        (first, number, _), formulas = top[0], []
        for place, other, _ in top:
            if (place.value, place.of) != (first.value, first.of):
                return False
            formulas.append(self.follows[other].payoffs[self.move.player])
        gaps = [sp.cancel(f - self.follows[number].payoffs[self.move.player]) for f in formulas]
        return all(gap == 0 or self._sign(gap, first) == 0 for gap in gaps)

    def _places(self, piece: Continuation) -> Iterator[_Place]:
        yield _Place(Enclosure(self.low, self.low), None, None)
        yield _Place(Enclosure(self.high, self.high), None, None)
        slope = sp.diff(piece.payoffs[self.move.player], self.move.symbol)
        for formula in (slope, *piece.region):
            polynomial = self._numerator(formula)
            if polynomial.degree() > 0:
                polynomial = polynomial / polynomial.coeffs()[-1]
                for root in real_roots(polynomial):
                    value = Enclosure.point(self.low)
                    value += Enclosure.point(self.high - self.low) * root.enclosure
                    yield _Place(value, root, polynomial)

    def _numerator(self, formula: sp.Expr) -> fmpq_poly:
        """Return a polynomial in the move, scaled to [0, 1], with the sign of a formula."""
        low, high = sp.Rational(str(self.low)), sp.Rational(str(self.high))
        scaled = low + (high - low) * self.move.symbol
        formula = sp.expand(sp.sympify(formula).xreplace({self.move.symbol: scaled}))
        top, bottom = sp.fraction(sp.together(formula))
        if not bottom.is_number:
            top, bottom = top * bottom, sp.S.One  # the same sign where it is defined
        symbol = self.move.symbol
        if not (top.is_polynomial(symbol) and bottom.is_positive):
            raise StructureError(
                f"game '{self.induction.game.name}': '{write_expression(formula)}' decides what "
                f"follows '{self.move.name}'; borders of regions are found for polynomials and "
                "quotients of them"
            )
        coefficients = [_rational(c / bottom) for c in sp.Poly(top, symbol).all_coeffs()]
        if not all(c.is_Rational for c in coefficients):
            raise StructureError(
                f"game '{self.induction.game.name}': '{write_expression(formula)}' has irrational "
                "coefficients; borders of regions are found for rational ones"
            )
        return fmpq_poly([fmpq(int(c.p), int(c.q)) for c in reversed(coefficients)])

    def _reached(self, piece: Continuation, place: _Place) -> bool:
        """Whether a continuation applies at a point, by proof either way."""
        return all(self._sign(condition, place) >= 0 for condition in piece.region)

    def _is_isolated(self, piece: Continuation, place: _Place, places: Sequence[_Place]) -> bool:
        """Whether a continuation applies at a point, and nowhere close to it."""
        below = [p.value.upper for p in places if p.value.upper < place.value.lower]
        above = [p.value.lower for p in places if p.value.lower > place.value.upper]
        near = [(max(below) + place.value.lower) / 2] if below else []
        near += [(min(above) + place.value.upper) / 2] if above else []
        sides = [_Place(Enclosure.point(value), None, None) for value in near]
        return not any(self._reached(piece, side) for side in sides)

    def _sign(self, formula: sp.Expr, place: _Place) -> int:
        """Return the sign of a formula at a point."""
        if place.root is None or place.root.exact is not None:
            at = value_at(formula, {self.move.name: place.value})
            found = 0 if at == Enclosure.point(0) else None
            found = 1 if at.lower > 0 else -1 if at.upper < 0 else found
        else:
            assert place.of is not None
            found = sign_at(self._numerator(formula), place.root, place.of)
        if found is None:
            raise StructureError(
                f"game '{self.induction.game.name}': on which side of the border of a region "
                f"'{self.move.name}' is could not be told"
            )
        return found
