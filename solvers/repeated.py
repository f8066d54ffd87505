r"""What a repeated game can sustain: temptations against the value of the relation, exactly.

A *plan* is a profile of the stage game that is to be played in every period. Write :math:`u_i` for
what party i has of it in a period, :math:`d_i` for the most it can have by deviating once,
:math:`G_i = d_i - u_i` for its temptation, :math:`w_i` for what a period is worth to it after a
breach, :math:`S = \sum_i u_i` and :math:`s = \sum_i w_i`.

Steps
-----
1. Without payments nobody may gain by deviating, nor by leaving (Friedman 1971):

   .. math:: (1 - \delta) d_i + \delta w_i \le u_i \quad\text{and}\quad w_i \le u_i
             \qquad\text{for every player } i.

   The critical discount factor is :math:`\max_i (d_i - u_i)/(d_i - w_i)`. A party named in
   `outside` that has no moves is never tempted, but may leave, too: it needs :math:`w_i \le u_i`.
2. With payments only sums count (Levin 2003, theorem 3; MacLeod and Malcomson 1989): payments
   after the moves give everybody a reason to go on if and only if

   .. math:: (1 - \delta) \sum_i G_i \le \delta (S - s), \qquad s \le S ,

   for what one party is owed beyond its temptation can be paid to another one. The critical
   discount factor is :math:`\sum_i G_i / (\sum_i G_i + S - s)`.
3. One move may be continuous, with payoffs that are polynomials in it. What a plan needs is then a
   system of polynomial inequalities in this one variable: its solutions are read off from the
   signs at the exactly isolated roots (`pigou.solvers.roots`) and between them. The best of them
   for the sum of the payoffs lies at a root of an inequality, of the slope of the sum, or at an
   end of the interval.
4. The least discount factor at which some plan can be sustained is the smallest critical one: in
   the continuous move it lies at an end, at a root of a gain or of what the relation is worth,
   where two temptations are equally strong, or where the slope of a ratio is zero.

Sources
-------
Friedman (1971), Review of Economic Studies 38:1-12; MacLeod and Malcomson (1989), Econometrica
57:447-480; Levin (2003), American Economic Review 93:835-857.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from flint import arb, fmpq, fmpq_poly

from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure, Record
from pigou.expression import symbol
from pigou.game import Choice, Game, Move
from pigou.repetition import Repetition
from pigou.solvers.objectives import end_of, rational
from pigou.solvers.roots import Root, ball_to_enclosure, real_roots, sign_at, working_precision

__all__ = ["Critical", "Place", "Plan", "Repeated", "Stage", "Temptation", "stage_of"]

MOST_PROFILES = 4_096

Labels = tuple[str, ...]


class Stage(NamedTuple):
    """A stage game: its choices, its continuous move, and payoffs as formulas at every choice.

    Examples
    --------
    >>> from pigou import Game, Player
    >>> dilemma = Game(
    ...     "dilemma",
    ...     [Player("a"), Player("b")],
    ...     [Move("x", "a", {"defect": 0, "help": 1}), Move("y", "b", {"defect": 0, "help": 1})],
    ...     {"a": "3*y - x", "b": "3*x - y"},
    ... )
    >>> stage_of(dilemma, ["a", "b"]).payoffs["help", "help"]
    {'a': 2, 'b': 2}
    """

    game: Game
    choices: tuple[Move, ...]
    move: Move | None
    payoffs: Mapping[Labels, Mapping[str, sp.Expr]]

    def words(self, labels: Labels) -> str:
        """Return a profile of choices in words."""
        pairs = zip(self.choices, labels, strict=True)
        return "; ".join(f"{move.name}: {label}" for move, label in pairs)

    def deviations(self, labels: Labels, player: str) -> Iterator[Labels]:
        """Yield what a player can turn a profile of choices into, itself included."""
        axes = [
            move.choice.labels if move.player == player else (label,)
            for move, label in zip(self.choices, labels, strict=True)
        ]
        yield from itertools.product(*axes)


def stage_of(game: Game, parties: Sequence[str]) -> Stage:
    """Return the payoffs of a stage game at every combination of its choices.

    Raises
    ------
    StructureError
        If the game has stages, populations, draws that somebody sees, more than one continuous
        move, or too many profiles.
    """
    where = f"repetition of game '{game.name}'"
    if len({m.stage for m in game.moves}) > 1 or any(m.observes for m in game.moves):
        raise StructureError(f"{where}: the stage game may not have stages itself")
    if any(p.is_population for p in game.players):
        raise StructureError(f"{where}: populations are not handled; name each member a player")
    if any(c.seen_by for c in game.chance):
        raise StructureError(f"{where}: a draw of chance that somebody sees is not handled")
    choices = tuple(m for m in game.moves if isinstance(m.domain, Choice))
    others = [m for m in game.moves if m not in choices]
    if len(others) > 1:
        raise StructureError(
            f"{where}: at most one move may be continuous, not {', '.join(m.name for m in others)}"
        )
    number = sp.prod(len(m.choice.labels) for m in choices)
    if number > MOST_PROFILES:
        raise StructureError(f"{where}: {number} profiles; at most {MOST_PROFILES} are handled")
    payoffs = {
        labels: Record({party: _payoff(game, party, choices, labels) for party in parties})
        for labels in itertools.product(*(m.choice.labels for m in choices))
    }
    return Stage(game, choices, others[0] if others else None, payoffs)


def _payoff(game: Game, party: str, choices: Sequence[Move], labels: Labels) -> sp.Expr:
    """Return a party's expected payoff where the choices are made."""
    values = {m.symbol: rational(m.choice.options[a]) for m, a in zip(choices, labels, strict=True)}
    formula = game.payoff(party).xreplace(values)
    axes = [[(p, c.symbol, v) for v, p in c.outcomes.values()] for c in game.chance]
    draws = (
        sp.Mul(*(p for p, _, _ in draw)) * formula.xreplace({c: rational(v) for _, c, v in draw})
        for draw in itertools.product(*axes)
    )
    return sp.expand(sp.Add(*draws))


def _fmpq(number: Fraction) -> fmpq:
    return fmpq(number.numerator, number.denominator)


def _fraction(number: fmpq) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def _constant(number: Fraction) -> fmpq_poly:
    return fmpq_poly([_fmpq(number)])


class Temptation(NamedTuple):
    """What somebody gains at once by a deviation, and what is at stake, in a continuous move.

    Attributes
    ----------
    who : str
    gain, worth : fmpq_poly
        The gain in the period of the deviation, and what a period of the relation is worth beyond
        one after the breach. The deviation is deterred where
        ``(1 - discount)*gain <= discount*worth``.
    formula : sympy expression or None
        The gain in parameters and the continuous move, where it is one.

    Examples
    --------
    >>> Temptation("a", fmpq_poly([1]), fmpq_poly([2]), sp.S.One).who
    'a'
    """

    who: str
    gain: Any
    worth: Any
    formula: sp.Expr | None


class Critical(NamedTuple):
    """The least discount factor at which a plan can be sustained.

    Attributes
    ----------
    value : Enclosure or None
        None where no discount factor below 1 is enough.
    tempted : str
        Who is tempted most, or why no discount factor is enough.
    gain : sympy expression or None
        What is gained by the deviation that tempts most, in parameters and the continuous move;
        0 where nothing tempts.

    Examples
    --------
    >>> Critical(Enclosure.point("2/5"), "", None).value
    Enclosure(2/5)
    """

    value: Enclosure | None
    tempted: str
    gain: sp.Expr | None


class Place(NamedTuple):
    """A number in [0, 1], known as the root of a polynomial.

    Examples
    --------
    >>> Place.at(Fraction(1, 2)).value
    Enclosure(1/2)
    """

    root: Root
    of: Any

    @classmethod
    def at(cls, number: Fraction | int) -> Place:
        """Return the place of a rational number."""
        exact = _fmpq(Fraction(number))
        return cls(Root(arb(exact), 1, exact), fmpq_poly([-exact, 1]))

    @classmethod
    def roots(cls, polynomial: fmpq_poly) -> list[Place]:
        """Return the roots of a polynomial in (0, 1); none of one that is zero."""
        if polynomial.is_zero():
            return []
        return [cls(root, polynomial) for root in real_roots(polynomial)]

    @property
    def value(self) -> Enclosure:
        """The number."""
        return self.root.enclosure

    def evaluate(self, polynomial: fmpq_poly) -> Enclosure:
        """Return the value of a polynomial here."""
        if self.root.exact is not None:
            return Enclosure.point(_fraction(polynomial(self.root.exact)))
        with working_precision():
            total = arb(0)
            for coefficient in reversed(polynomial.coeffs()):
                total = total * self.root.ball + arb(coefficient)
            return ball_to_enclosure(total)

    def sign(self, polynomial: fmpq_poly) -> int | None:
        """Return the sign of a polynomial here, or None where it cannot be told."""
        return sign_at(polynomial, self.root, self.of)


class Plan(NamedTuple):
    """A profile that is to be played in every period.

    Attributes
    ----------
    labels : tuple of str
        The choices, in the order of the stage game's moves.
    place : Place
        The continuous move, as a share of the way from the lower end to the upper one.
    value : Enclosure or None
        The continuous move.
    payoffs : mapping of str to Enclosure
        What everybody has in a period, before payments at will.
    surplus : Enclosure
        Their sum.

    Examples
    --------
    >>> Plan(("help",), Place.at(0), None, {}, Enclosure.point(4)).surplus
    Enclosure(4)
    """

    labels: Labels
    place: Place
    value: Enclosure | None
    payoffs: Mapping[str, Enclosure]
    surplus: Enclosure


class Repeated:
    """A repeated game at given parameter values.

    Parameters
    ----------
    game : Game
    repetition : Repetition
        With its formulas read in the game (`Repetition.bound`).
    outside : mapping of str to Fraction
        What a period is worth to each party after a breach.
    at : mapping of str to Fraction
        The value of every parameter.

    Raises
    ------
    StructureError
        If the stage game is not one that `stage_of` takes, or a payoff is not a polynomial in the
        continuous move.
    DeclarationError
        If the interval of the continuous move is empty.

    Examples
    --------
    >>> from pigou import Game, Player
    >>> dilemma = Game(
    ...     "dilemma",
    ...     [Player("a"), Player("b")],
    ...     [Move("x", "a", {"defect": 0, "help": 1}), Move("y", "b", {"defect": 0, "help": 1})],
    ...     {"a": "3*y - x", "b": "3*x - y"},
    ... )
    >>> repeated = Repeated(dilemma, Repetition(0), {"a": 0, "b": 0}, {})
    >>> helping = repeated.plan(("help", "help"))
    >>> repeated.critical(helping).value
    Enclosure(1/3)
    """

    def __init__(
        self, game: Game, repetition: Repetition, outside: Mapping[str, Fraction],
        at: Mapping[str, Fraction],
    ):  # fmt: skip
        self.game = game
        self.payments = repetition.payments
        self.outside = {party: Fraction(value) for party, value in outside.items()}
        self.numbers = {symbol(name): rational(value) for name, value in at.items()}
        self.stage = stage_of(game, list(outside))
        self.ends = (Fraction(0), Fraction(0))
        if self.stage.move is not None:
            domain: Any = self.stage.move.domain
            low, high = (end_of(end, self.numbers) for end in (domain.lower, domain.upper))
            if low >= high:
                raise DeclarationError(
                    f"game '{game.name}': move '{self.stage.move.name}': the interval [{low}, "
                    f"{high}] has to have its lower end below its upper end"
                )
            self.ends = (low, high)
        self.polynomials = {
            labels: {party: self._polynomial(party, formula) for party, formula in row.items()}
            for labels, row in self.stage.payoffs.items()
        }

    def _polynomial(self, party: str, formula: sp.Expr) -> fmpq_poly:
        """Return a payoff as a polynomial in the share of the way between the ends."""
        low, high = map(rational, self.ends)
        share = sp.Dummy("t")
        if self.stage.move is not None:
            formula = formula.xreplace({self.stage.move.symbol: low + (high - low) * share})
        try:
            terms = sp.Poly(formula.xreplace(self.numbers), share, domain="QQ").all_coeffs()
        except (sp.PolynomialError, sp.CoercionFailed):
            raise StructureError(
                f"repetition of game '{self.game.name}': the payoff of '{party}' is not a "
                "polynomial in the continuous move with rational coefficients"
            ) from None
        return fmpq_poly([fmpq(int(c.p), int(c.q)) for c in reversed(terms)])

    # -- plans ----------------------------------------------------------------------------------

    def plan(self, labels: Labels, place: Place | None = None) -> Plan:
        """Return a plan with its payoffs; the continuous move at a share of its interval."""
        at = place or Place.at(0)
        row = self.polynomials[labels]
        low, high = self.ends
        value = None
        if self.stage.move is not None:
            value = Enclosure.point(low) + Enclosure.point(high - low) * at.value
        paid = {party: at.evaluate(polynomial) for party, polynomial in row.items()}
        return Plan(labels, at, value, Record(paid), at.evaluate(self._sum(labels)))

    def _sum(self, labels: Labels) -> fmpq_poly:
        return sum(self.polynomials[labels].values(), fmpq_poly([]))

    def _deviations(self, labels: Labels, player: str) -> list[tuple[fmpq_poly, sp.Expr | None]]:
        """Return payoffs after deviations, also as formulas; the largest one tempts most."""
        found = []
        move = self.stage.move
        for other in self.stage.deviations(labels, player):
            polynomial, formula = self.polynomials[other][player], self.stage.payoffs[other][player]
            if move is None or move.player != player:
                found.append((polynomial, formula))
            else:
                peak, place = self._peak(polynomial, player)
                found.append((fmpq_poly([peak]), self._at_end(formula, place)))
        return found

    def _at_end(self, formula: sp.Expr, place: Place) -> sp.Expr | None:
        """Return a payoff at an end of the continuous move, as a formula; None inside."""
        move: Any = self.stage.move
        for end, formula_of_end in zip(_ENDS, (move.domain.lower, move.domain.upper), strict=True):
            if place == end:
                return formula.xreplace({move.symbol: sp.sympify(formula_of_end)})
        return None

    def _peak(self, polynomial: Any, player: str) -> tuple[Any, Place]:
        """Return the most that a player can have by its own continuous move, and where."""
        places = [*_ENDS, *Place.roots(polynomial.derivative())]
        exact = [(polynomial(p.root.exact), p) for p in places if p.root.exact is not None]
        most, best = max(exact, key=lambda pair: pair[0])
        for place in places:
            if place.root.exact is None and place.sign(polynomial - fmpq_poly([most])) != -1:
                raise StructureError(
                    f"repetition of game '{self.game.name}': what is most tempting for "
                    f"'{player}' is not a rational number"
                )
        return most, best

    # -- what a plan needs ----------------------------------------------------------------------

    def temptations(self, labels: Labels) -> list[Temptation]:
        """Return what may tempt whom: with payments, one for each way in which all may deviate."""
        if self.payments:
            worth = self._sum(labels) - _constant(sum(self.outside.values(), Fraction(0)))
            axes = [self._gains(labels, p.name) for p in self.game.players]
            found = []
            for gains in itertools.product(*axes):
                formulas = [formula for _, formula in gains]
                total = None if None in formulas else sp.Add(*formulas)
                polynomial = sum((gain for gain, _ in gains), fmpq_poly([]))
                found.append(Temptation("all together", polynomial, worth, total))
            return found
        return [
            Temptation(who, gain, self.polynomials[labels][who] - _constant(self.outside[who]), f)
            for who in self.outside
            for gain, f in self._gains(labels, who)
        ]

    def _gains(self, labels: Labels, party: str) -> list[tuple[fmpq_poly, sp.Expr | None]]:
        """Return what a party gains by each deviation that may tempt it most; 0 without moves."""
        if party not in self.game.payoffs:
            return [(fmpq_poly([]), sp.S.Zero)]
        here, formula = self.polynomials[labels][party], self.stage.payoffs[labels][party]
        found = [
            (payoff - here, None if other is None else other - formula)
            for payoff, other in self._deviations(labels, party)
        ]
        if all(gain.degree() < 1 for gain, _ in found):
            return [max(found, key=lambda pair: pair[0][0])]
        return found

    def demands(self, labels: Labels, discount: Fraction) -> list[fmpq_poly]:
        """Return polynomials in the continuous move, none of which may be negative."""
        patience = _fmpq(discount)
        found = []
        for one in self.temptations(labels):
            found += [one.worth, patience * one.worth - (1 - patience) * one.gain]
        return found

    def sustained(self, plan: Plan, discount: Fraction) -> bool:
        """Tell whether a plan can be played in every period.

        Parameters
        ----------
        plan : Plan
        discount : Fraction
            0 <= discount < 1.

        Raises
        ------
        StructureError
            If it cannot be told.
        """
        signs = [plan.place.sign(demand) for demand in self.demands(plan.labels, discount)]
        if any(sign is not None and sign < 0 for sign in signs):
            return False
        if None in signs:
            raise self._untold(plan)
        return True

    def best(self, discount: Fraction) -> Plan | None:
        """Return the sustained plan with the largest sum of payoffs, or None if there is none.

        Raises
        ------
        StructureError
            If it cannot be told whether a candidate is sustained.
        """
        found: list[Plan] = []
        for labels in self.polynomials:
            for place in self._candidates(labels, self.demands(labels, discount)):
                plan = self.plan(labels, place)
                if self.sustained(plan, discount):
                    found.append(plan)
        return max(found, key=lambda plan: plan.surplus.lower, default=None)

    def _untold(self, plan: Plan) -> StructureError:
        return StructureError(
            f"repetition of game '{self.game.name}': whether the plan "
            f"{self.stage.words(plan.labels)} is sustained cannot be told"
        )

    def efficient(self) -> Plan:
        """Return the plan with the largest sum of payoffs, sustained or not."""
        plans = (
            self.plan(labels, place)
            for labels in self.polynomials
            for place in self._candidates(labels, [])
        )
        return max(plans, key=lambda plan: plan.surplus.lower)

    def _candidates(self, labels: Labels, demands: Sequence[fmpq_poly]) -> Iterator[Place]:
        """Yield where the sum of payoffs can be largest: ends, roots of demands and its slope."""
        if self.stage.move is None:
            yield _ENDS[0]
            return
        yield from _ENDS
        for polynomial in (*demands, self._sum(labels).derivative()):
            yield from Place.roots(polynomial)

    def near(self, formula: sp.Expr, plan: Plan) -> Fraction:
        """Return a formula in parameters and the continuous move, close to its value at a plan."""
        numbers = dict(self.numbers)
        if self.stage.move is not None and plan.value is not None:
            numbers[self.stage.move.symbol] = rational((plan.value.lower + plan.value.upper) / 2)
        value = formula.xreplace(numbers)
        return Fraction(int(value.p), int(value.q))

    # -- critical discount factors ----------------------------------------------------------------

    def critical(self, plan: Plan) -> Critical:
        """Return the least discount factor at which a plan can be sustained.

        Raises
        ------
        StructureError
            If a sign cannot be told.
        """
        found = Critical(Enclosure.point(0), "", sp.S.Zero)
        for one in self.temptations(plan.labels):
            worth, gained = (plan.place.sign(what) for what in (one.worth, one.gain))
            if worth is None or gained is None:
                raise self._untold(plan)
            tempted = gained == 1
            if worth == -1 or (tempted and worth == 0):
                return Critical(None, f"{one.who}: the relation is worth too little", None)
            if tempted:
                gain, loss = (plan.place.evaluate(f) for f in (one.gain, one.gain + one.worth))
                if found.value is None or (gain / loss).lower > found.value.lower:
                    found = Critical(gain / loss, one.who, one.formula)
        return found

    def temptation(self, plan: Plan, party: str) -> Enclosure:
        """Return the most that a party gains in the period in which it deviates from a plan."""
        if party not in self.game.payoffs:
            return Enclosure.point(0)
        here = plan.place.evaluate(self.polynomials[plan.labels][party])
        gains = [plan.place.evaluate(d) - here for d, _ in self._deviations(plan.labels, party)]
        return max(gains, key=lambda gain: gain.upper)

    def least(self) -> tuple[Enclosure, Plan] | None:
        """Return the least discount factor at which some plan is sustained, and that plan.

        None where nothing can be sustained at any discount factor below 1.
        """
        found: list[tuple[Enclosure, Plan]] = []
        for labels in self.polynomials:
            for place in self._turning_points(labels):
                plan = self.plan(labels, place)
                critical = self.critical(plan)
                if critical.value is not None:
                    found.append((critical.value, plan))
        return min(found, key=lambda pair: pair[0].upper, default=None)

    def _turning_points(self, labels: Labels) -> Iterator[Place]:
        """Yield where the critical discount factor of a plan can be least."""
        yield _ENDS[0]
        if self.stage.move is None:
            return
        yield _ENDS[1]
        all_of_them = self.temptations(labels)
        for one in all_of_them:
            slope = one.gain.derivative() * one.worth - one.gain * one.worth.derivative()
            for polynomial in (one.worth, one.gain, slope):
                yield from Place.roots(polynomial)
        for one, other in itertools.combinations(all_of_them, 2):
            yield from Place.roots(one.gain * other.worth - other.gain * one.worth)


_ENDS = (Place.at(0), Place.at(1))
