r"""Payoffs of a crowd with several choices, as rational functions on the faces of the simplex.

A *face* is given by its support S: the choices that are taken by the others. With K choices there
are :math:`2^K - 1` of them. Inside the face of S all shares :math:`x_b, b \in S`, are positive, and
one is eliminated: the variables are the shares of all but the first choice of the support.

- *Continuum*: what a choice pays is read as a quotient of polynomials in the shares. Whether a
  condition in a formula holds is asked of an *oracle*: a function that says which signs a
  polynomial may have. At a point it answers exactly; inside a face it splits cases
  (`pigou.solvers.face_signs`).
- *N members*: what a choice pays is read as a polynomial in the counts :math:`n_b` of the N - 1
  others, and expected over their independent draws with the falling factorial moments of the
  multinomial distribution,

  .. math:: \operatorname{E} \prod_b n_b^{(j_b)} = (N - 1)^{(\sum_b j_b)} \prod_b p_b^{j_b},

  exactly, whatever N is.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import sympy as sp
from flint import fmpq

from pigou.errors import DeclarationError, StructureError
from pigou.expression import If, Lookup, Total, each, symbol
from pigou.game import Choice, Game
from pigou.solvers.face_signs import Oracle, face_ring, signs_of
from pigou.solvers.form import LARGEST_GROUP
from pigou.solvers.population import draws
from pigou.solvers.pure import MOST_PROFILES as MOST_LISTED

__all__ = [
    "MOST_CHOICES",
    "MOST_MEMBERS",
    "Crowd",
    "Quotient",
    "crowd_of",
    "in_shares",
]

MOST_CHOICES = 8
MOST_MEMBERS, LISTED, MOST_PROFILES = 10**12, 60, 5_000
_LARGEST_POWER = 100


class Quotient(NamedTuple):
    """A quotient of two polynomials in the shares of a face."""

    top: Any
    bottom: Any

    def __add__(self, other: Quotient) -> Quotient:  # type: ignore[override]
        if self.bottom == other.bottom:
            return Quotient(self.top + other.top, self.bottom)
        top = self.top * other.bottom + other.top * self.bottom
        return Quotient(top, self.bottom * other.bottom).reduced()

    def __sub__(self, other: Quotient) -> Quotient:
        return self + Quotient(-other.top, other.bottom)

    def __mul__(self, other: Quotient) -> Quotient:  # type: ignore[override]
        return Quotient(self.top * other.top, self.bottom * other.bottom).reduced()

    def reduced(self) -> Quotient:
        """Return it in lowest terms, with denominator 1 where that is a number."""
        top, bottom = self
        if not bottom.is_constant():
            common = top.gcd(bottom)
            top, bottom = top // common, bottom // common
        if bottom.is_constant() and not bottom.is_one():
            return Quotient(top / bottom.leading_coefficient(), bottom / bottom)
        return Quotient(top, bottom)


@dataclass(frozen=True)
class Crowd:
    """Members alike with several choices, and nobody else who moves.

    Attributes
    ----------
    game : Game
    at : mapping of str to Fraction
    player, move : str
        Several moves of a member are joined by commas, as in `pigou.equilibrium.Strategy`.
    labels : tuple of str
        The choices; each is one label for each move.
    options : tuple of mapping of str to fmpq
        The values of the moves under each choice.
    size : int or None
        The number of members; None for a continuum.
    exit : int or None
        The choice to leave: those who stay meet only members who stay.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> from pigou.solvers.face_signs import signs_of
    >>> mass = [Player("firm", size=sp.oo)]
    >>> payoffs = {"firm": "if(go == a, mean(go == a), if(go == b, 2*mean(go == b), 1/3))"}
    >>> game = Game("g", mass, [Move("go", "firm", {"a": 0, "b": 1, "c": 2})], payoffs)
    >>> crowd = crowd_of(game, {})
    >>> crowd.labels, crowd.gap((0, 1, 2), 0, 1, lambda f: signs_of(f, closed=False)).top
    (('a', 'b', 'c'), 3*x0 + x1 - 1)
    """

    game: Game
    at: Mapping[str, Any]
    player: str
    move: str
    labels: tuple[str, ...]
    options: tuple[Mapping[str, Any], ...]
    size: int | None
    exit: int | None = None

    @property
    def staying(self) -> tuple[int, ...]:
        """The choices but for the one to leave."""
        return tuple(a for a in range(len(self.labels)) if a != self.exit)

    @cached_property
    def _draws(self) -> list[tuple[Any, dict[str, Any]]]:
        return list(draws(self.game, self.at))

    @cached_property
    def _constants(self) -> dict[str, Any]:
        return {name: fmpq(v.numerator, v.denominator) for name, v in self.at.items()}

    @cached_property
    def _expected(self) -> dict[Any, Quotient]:
        return {}

    def fits(self, pure: bool = False) -> bool:
        """Whether it is to be solved by formulas, not profile by profile.

        It is if payoffs are polynomials in the counts, or if there are more than 5,000 profiles, or
        200,000 where pure equilibria only are looked for; with an exit, beyond 5,000 members.
        """
        number = len(self.labels)
        if self.exit is not None:
            return self.size is None or self.size > LARGEST_GROUP
        most = MOST_LISTED if pure else MOST_PROFILES
        if self.size is None or math.comb(self.size + number - 1, number - 1) > most:
            return True
        every = tuple(range(len(self.labels)))
        try:
            return all(self.in_counts(every, own) is not None for own in every)
        except StructureError:
            return False

    def payoff(self, support: tuple[int, ...], own: int, oracle: Oracle) -> Quotient:
        """Return what a choice pays beside others on a face, expected over draws.

        Raises
        ------
        StructureError
            If that is no quotient of polynomials, or for N members no polynomial.
        DeclarationError
            If it divides by zero.
        """
        if self.size is None:
            return self._read(support, own, oracle)
        if (support, own) not in self._expected:
            counts = self.in_counts(support, own)
            one = face_ring(len(support) - 1).constant(1)
            self._expected[support, own] = Quotient(_over_draws(counts, self.size - 1), one)
        return self._expected[support, own]

    def gap(self, support: tuple[int, ...], first: int, second: int, oracle: Oracle) -> Quotient:
        """Return by how much the second choice pays more than the first."""
        return self.payoff(support, second, oracle) - self.payoff(support, first, oracle)

    def in_counts(self, support: tuple[int, ...], own: int) -> Any:
        """Return what a choice pays, as a polynomial in the counts of the others.

        Raises
        ------
        StructureError
            If it is no polynomial, or not the same one whatever the others do.
        """
        assert self.size is not None
        others = self.size - 1
        found = self._read(support, own, lambda f: signs_of(in_shares(f, others), closed=True))
        return found.top

    def known(self, own: int | None) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Yield the draws of chance: how likely each is, with all values that a member knows."""
        for weight, draw in self._draws:
            yield weight, {**self._constants, **draw, **({} if own is None else self.options[own])}

    def _read(self, support: tuple[int, ...], own: int, oracle: Oracle) -> Quotient:
        return self.formula(self.game.payoff(self.player), support, own, oracle)

    def formula(
        self, formula: sp.Expr, support: tuple[int, ...], own: int | None, oracle: Oracle
    ) -> Quotient:
        """Return a formula on a face, for one who takes a choice or, with None, for an observer.

        Of N members it is in the counts of the others, or of all where an observer looks.
        """
        reader = _Reader(self, support, own, oracle)
        total = reader.number(fmpq(0))
        for weight, known in self.known(own):
            total = total + reader.number(weight) * reader.read(formula, known)
        return total


def crowd_of(game: Game, at: Mapping[str, Any]) -> Crowd | None:
    """Return the one crowd of a game, if it has more than two choices and is large; else None.

    Raises
    ------
    StructureError
        If it has more than 8 choices, or more than 10**12 members.

    Examples
    --------
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> crowd_of(game, game.values({"firms": 10**9})) is None
    True
    """
    if len(game.players) != 1 or game.players[0].types or not game.players[0].is_population:
        return None
    (player,) = game.players
    moves = game.moves_of(player.name)
    if not all(isinstance(m.domain, Choice) for m in moves):
        return None
    leaving = [m.choice.exit for m in moves if m.choice.exit is not None]
    if leaving and (len(moves) > 1 or player.size == sp.oo):
        return None
    actions = list(itertools.product(*(m.choice.labels for m in moves)))
    values = {symbol(k): sp.Rational(v.numerator, v.denominator) for k, v in at.items()}
    size = sp.sympify(player.size).xreplace(values)
    if len(actions) < 3 - len(leaving) or (
        size != sp.oo and (not size.is_Integer or size <= LISTED)
    ):
        return None
    where = f"game '{game.name}': '{player.name}' has"
    if len(actions) > MOST_CHOICES:
        raise StructureError(f"{where} {len(actions)} choices; at most {MOST_CHOICES} are solved")
    if size != sp.oo and size > MOST_MEMBERS:
        raise StructureError(f"{where} {int(size):,} members; at most {MOST_MEMBERS:,} are solved")
    options = tuple(
        {m.name: _exact(m.choice.options[label]) for m, label in zip(moves, action, strict=True)}
        for action in actions
    )
    return Crowd(
        game,
        at,
        player.name,
        ", ".join(m.name for m in moves),
        tuple(", ".join(action) for action in actions),
        options,
        None if size == sp.oo else int(size),
        actions.index((leaving[0],)) if leaving else None,
    )


def _exact(number: Any) -> Any:
    return fmpq(number.numerator, number.denominator)


# -- reading ------------------------------------------------------------------------------------


class _Reader:
    """Reads a formula on a face, for a member who takes one choice."""

    def __init__(self, crowd: Crowd, support: tuple[int, ...], own: int | None, oracle: Oracle):
        self.crowd, self.oracle = crowd, oracle
        self.ring = face_ring(len(support) - 1)
        rest = list(self.ring.gens())[: len(support) - 1]
        all_ = 1 if crowd.size is None else crowd.size - (own is not None)
        first = self.ring.constant(all_) - sum(rest, self.ring.constant(0))
        self.taking = dict(zip(support, [first, *rest], strict=True))
        if crowd.size is not None and own is not None:
            self.taking[own] = self.taking.get(own, self.ring.constant(0)) + 1

    def number(self, value: Any) -> Quotient:
        return Quotient(self.ring.constant(value), self.ring.constant(1))

    def read(self, node: sp.Basic, known: Mapping[str, Any]) -> Quotient:
        """Read a formula."""
        if node.is_Rational:
            return self.number(fmpq(int(node.p), int(node.q)))
        if isinstance(node, sp.Symbol):
            return self.number(known[node.name])
        if isinstance(node, If):
            return self.read(node.args[1 if self.holds(node.args[0], known) else 2], known)
        if isinstance(node, Total):
            return self._total(node, known)
        if isinstance(node, Lookup):
            where = [self._constant(self.read(part, known), node) for part in node.args[0]]
            numbers = [sp.Rational(int(v.p), int(v.q)) for v in where]
            return self.read(Lookup.entry(numbers, *node.args[1:]), known)
        parts = [self.read(part, known) for part in node.args]
        if isinstance(node, sp.Add):
            return sum(parts[1:], parts[0])
        if isinstance(node, sp.Mul):
            return math.prod(parts[1:], start=parts[0])
        if isinstance(node, sp.Max | sp.Min):
            return self._best(parts, isinstance(node, sp.Max))
        if isinstance(node, sp.Abs):
            return self._best([parts[0], self.number(fmpq(-1)) * parts[0]], True)
        if isinstance(node, sp.Pow):
            return self._power(node, parts)
        raise self._unfit(node)

    def holds(self, node: sp.Basic, known: Mapping[str, Any]) -> bool:
        """Decide a condition."""
        if node in (sp.true, sp.false):
            return bool(node == sp.true)
        if isinstance(node, sp.Not):
            return not self.holds(node.args[0], known)
        if isinstance(node, sp.And | sp.Or):
            parts = (self.holds(part, known) for part in node.args)
            return all(parts) if isinstance(node, sp.And) else any(parts)
        left, right = (self.read(part, known) for part in node.args)
        found, holding = self._signs(left - right), _HOLDS[type(node)]
        if found <= holding:
            return True
        if not found & holding:
            return False
        raise self._unfit(node)

    def _signs(self, value: Quotient) -> frozenset[int]:
        if value.top.is_constant() and value.bottom.is_one():
            return signs_of(value.top, closed=True)
        below = self.oracle(value.bottom)
        if 0 in below:
            raise DeclarationError(f"a payoff is not defined where {value.bottom} is zero")
        return frozenset(a * b for a in self.oracle(value.top) for b in below)

    def _total(self, node: Total, known: Mapping[str, Any]) -> Quotient:
        if node.args[1].name != self.crowd.player:
            raise self._unfit(node)
        total = self.number(fmpq(0))
        for choice, number in self.taking.items():
            own = self.crowd.options[choice]
            inside = {**known, **{each(name).name: value for name, value in own.items()}}
            weight = Quotient(number, self.ring.constant(1))
            total = total + weight * self.read(node.args[0], inside)
        return total

    def _best(self, parts: Sequence[Quotient], largest: bool) -> Quotient:
        best = parts[0]
        for part in parts[1:]:
            found = self._signs(part - best)
            if found <= {0, 1}:
                best = part if largest else best
            elif found <= {-1, 0}:
                best = best if largest else part
            else:
                raise self._unfit("a minimum or maximum")
        return best

    def _power(self, node: sp.Basic, parts: Sequence[Quotient]) -> Quotient:
        base, exponent = parts[0], self._constant(parts[1], node)
        power = int(exponent.p)
        if exponent.q != 1 or abs(power) > _LARGEST_POWER:
            raise self._unfit(node)
        if power >= 0:
            return Quotient(base.top**power, base.bottom**power)
        if base.top.is_zero():
            raise DeclarationError("a payoff divides by zero at these parameter values")
        if not base.top.is_constant():
            if self.crowd.size is not None:
                raise self._unfit(node)
            if 0 in self.oracle(base.top):
                raise DeclarationError(f"a payoff divides by zero where {base.top} is zero")
        return Quotient(base.bottom**-power, base.top**-power).reduced()

    def _constant(self, value: Quotient, node: sp.Basic) -> Any:
        if not (value.top.is_constant() and value.bottom.is_constant()):
            raise self._unfit(node)
        top, bottom = (p.leading_coefficient() for p in value) if value.top else (fmpq(0), fmpq(1))
        return top / bottom

    def _unfit(self, node: Any) -> StructureError:
        if self.crowd.size is None:
            return StructureError(f"'{node}' is no quotient of polynomials in the shares")
        return StructureError(f"'{node}' is not the same polynomial in the counts throughout")


_HOLDS: dict[type, frozenset[int]] = {
    sp.StrictLessThan: frozenset({-1}),
    sp.LessThan: frozenset({-1, 0}),
    sp.StrictGreaterThan: frozenset({1}),
    sp.GreaterThan: frozenset({0, 1}),
    sp.Equality: frozenset({0}),
    sp.Unequality: frozenset({-1, 1}),
}


# -- expectations -------------------------------------------------------------------------------


def in_shares(polynomial: Any, factor: int) -> Any:
    """Return a polynomial in counts as one in shares of so many.

    Examples
    --------
    >>> x, y = face_ring(2).gens()
    >>> in_shares(x * y + 1, 10)
    100*x0*x1 + 1
    """
    terms = polynomial.to_dict().items()
    scaled = {power: c * fmpq(factor) ** int(sum(map(int, power))) for power, c in terms}
    return polynomial.context().from_dict(scaled)


def _over_draws(polynomial: Any, number: int) -> Any:
    """Expect a polynomial in counts over so many independent draws, as one in probabilities."""
    found: dict[tuple[int, ...], Any] = {}
    for power, coefficient in polynomial.to_dict().items():
        for row in itertools.product(*(range(int(p) + 1) for p in power)):
            ways = math.prod(_stirling(int(p), j) for p, j in zip(power, row, strict=True))
            if ways:
                moment = math.prod(range(number, number - sum(row), -1))
                found[row] = found.get(row, fmpq(0)) + coefficient * ways * moment
    return polynomial.context().from_dict({row: c for row, c in found.items() if c})


@lru_cache(maxsize=4096)
def _stirling(power: int, parts: int) -> int:
    """Return the number of ways to partition so many things (Stirling, second kind)."""
    if power == parts:
        return 1
    if not 0 < parts < power:
        return 0
    return parts * _stirling(power - 1, parts) + _stirling(power - 1, parts - 1)
