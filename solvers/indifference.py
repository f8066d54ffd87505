r"""Symmetric mixed equilibria of a population with two actions, as expressions with conditions.

When each of the d = N - 1 fellow members takes action b with probability p, b's advantage over a is

.. math:: f(p) = \sum_{k=0}^{d} \binom{d}{k} p^k (1 - p)^{d-k} \, \Delta_k, \qquad
          \Delta_k = u(b; k) - u(a; k),

with k the number of fellows who take b. All members mixing with p in (0, 1) is an equilibrium iff
f(p) = 0.

Steps
-----
1. If all :math:`\Delta_k` are zero every p is an equilibrium: a continuum with that condition.
2. If z3 proves that :math:`\Delta_0, \dots, \Delta_d` never change sign twice, Descartes' rule (in
   the odds p/(1 - p)) leaves one root, exactly where they change sign once.
3. Otherwise the number of roots is counted: where the lowest and the highest coefficients that are
   not zero are those of odds to the powers l and h, g(s) of degree e = h - l has as many distinct
   positive roots as half the sum of the signatures of two Hankel forms, with the power sums
   :math:`s_{i+j}` and :math:`s_{i+j+1}` of the roots of g as entries (Hermite 1856). The rule of
   Frobenius reads a signature off the signs of the leading principal minors, zeros included
   (Gantmacher 1959, ch. X). The r-th mixed equilibrium exists iff there are r roots or more.
4. The root is an expression if the advantage is linear in k, if it is the same for all k but 0
   or d, and if f is quadratic with a known sign at 0. Otherwise it is the r-th smallest root of f.
5. Where N stays a symbol, an advantage that is linear in k, or the same for all k but 0, is solved
   as in step 4: the mean of k is d p, and no fellow takes b with probability (1 - p)^d.

What remains (more than `MOST_COUNTED` fellow members and several changes of sign, a symbolic N with
another advantage) is said to be unresolved. Mixtures that not all members share are not stated.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import sympy as sp
from sympy.logic.boolalg import Boolean
from sympy.polys.matrices import DomainMatrix

from pigou.expression import If
from pigou.solvers.conditions import Simplifier, tidy
from pigou.solvers.signs import Signs
from pigou.solvers.symbolic import Exclusion, SymbolicEquilibrium

__all__ = ["SharedMixtures", "counted_roots", "roots_of_bernstein_form", "shared_mixtures"]

MOST_COUNTED = 9
MOST_FELLOWS = 24

Advantage = Callable[[Any], sp.Expr]


class SharedMixtures(NamedTuple):
    """What was found; what is unresolved; why nothing could be stated.

    Examples
    --------
    >>> SharedMixtures([], [], "too many members").why_not
    'too many members'
    """

    found: list[SymbolicEquilibrium | Exclusion]
    unresolved: list[str]
    why_not: str = ""


class _Game(NamedTuple):
    """A population: labels, advantage of the second action, payoff of the first, d, p.

    `expected` is what each member expects at a share, where that is not the mean of `payoff`.
    """

    labels: tuple[str, str]
    advantage: Advantage
    payoff: Advantage
    fellows: Any
    share: sp.Symbol
    simplifier: Simplifier
    expected: Advantage | None = None


def shared_mixtures(
    labels: tuple[str, str],
    payoffs: tuple[Advantage, Advantage],
    fellows: Any,
    share: sp.Symbol,
    simplifier: Simplifier,
) -> SharedMixtures:
    """Return the mixed equilibria in which all members mix alike.

    Parameters
    ----------
    labels : pair of str
        The two actions.
    payoffs : pair of callable
        Of each action, given the number of fellow members who take the second.
    fellows : sympy expression
        How many fellow members there are: a number, or an expression.
    share : sympy symbol
        Stands for the probability of the second action where it is no closed expression.
    simplifier : Simplifier
        What is assumed of the parameters.

    Examples
    --------
    >>> b, c, p = sp.symbols("b c p", real=True)
    >>> volunteer = (lambda k: If(sp.Ge(k, 1), b, 0), lambda k: b - c)
    >>> simplifier = Simplifier((b > 0, c > 0), (), [b, c])
    >>> mixed = shared_mixtures(("wait", "help"), volunteer, sp.Integer(1), p, simplifier).found[1]
    >>> mixed.condition, mixed.probabilities["help"]
    (b > c, (b - c)/b)
    """
    first, second = payoffs
    fellows = sp.sympify(fellows)
    game = _Game(labels, lambda n: tidy(second(n) - first(n)), first, fellows, share, simplifier)
    if fellows.is_number and fellows > MOST_FELLOWS:
        return SharedMixtures([], [], f"so far for at most {MOST_FELLOWS + 1} members")
    if not fellows.is_number:
        return _any_number(game)
    gaps = [game.advantage(sp.Integer(n)) for n in range(int(fellows) + 1)]
    found = [*_everywhere(game, gaps)]
    roots, open_ = _roots(game, gaps)
    return SharedMixtures([*found, *roots], open_)


def roots_of_bernstein_form(
    labels: tuple[str, str],
    gaps: Sequence[sp.Expr],
    expected: Advantage,
    share: sp.Symbol,
    simplifier: Simplifier,
) -> SharedMixtures:
    r"""Return the mixtures at which a polynomial in Bernstein form of any origin is zero.

    Parameters
    ----------
    labels : pair of str
        The two actions.
    gaps : sequence of sympy expression
        The coefficients :math:`\Delta_0, \dots, \Delta_d`.
    expected : callable
        What each member expects, given the share of the second action.
    share : sympy symbol
    simplifier : Simplifier

    Examples
    --------
    >>> a, p = sp.symbols("a p", real=True)
    >>> simplifier = Simplifier((a > 0,), (), [a])
    >>> found = roots_of_bernstein_form(("l", "r"), [-a, 1], lambda p: p, p, simplifier).found[1]
    >>> found.condition, found.probabilities["r"]
    (True, a/(a + 1))
    """
    degree = sp.Integer(len(gaps) - 1)
    game = _Game(labels, lambda n: gaps[n], expected, degree, share, simplifier, expected)
    roots, open_ = _roots(game, gaps)
    return SharedMixtures([*_everywhere(game, gaps), *roots], open_)


# -- where all is indifferent -----------------------------------------------------------------


def _everywhere(game: _Game, gaps: Sequence[sp.Expr]) -> Iterator[SymbolicEquilibrium | Exclusion]:
    """Yield the continuum of all mixtures, or that there is none (step 1)."""
    condition = sp.And(*(sp.Eq(gap, 0) for gap in gaps))
    words = f"all mix {', '.join(game.labels)} alike"
    verdict = game.simplifier.decide(sp.Not(condition))
    if verdict:
        yield Exclusion(f"{words} (a continuum)", verdict.seconds, "mixed")
        return
    yield _equilibrium(
        game, f"{words} (a continuum)", condition, game.share,
        (game.share > 0, game.share < 1), "continuum",
    )  # fmt: skip


def _equilibrium(
    game: _Game,
    words: str,
    condition: Boolean,
    share: sp.Expr,
    constraints: tuple[Boolean, ...],
    kind: str,
) -> SymbolicEquilibrium:
    simplifier = game.simplifier
    stated = simplifier.shortest(condition)
    inside = simplifier.within(stated, [game.share])

    def settled(formula: sp.Expr) -> sp.Expr:
        if formula.has(If):
            formula = simplifier.without_cases(formula, stated)
        return inside.positive_below(tidy(formula))

    first, second = game.labels
    return SymbolicEquilibrium(
        words,
        stated,
        {"each member": settled(_expected(game, share))},
        {},
        bool(simplifier.possible(condition)),
        kind,
        {first: settled(1 - share), second: settled(share)},
        constraints,
        (game.share.name,) if constraints else (),
    )


def _expected(game: _Game, share: sp.Expr) -> sp.Expr:
    """Return what each member expects."""
    d = game.fellows
    if game.expected is not None:
        return game.expected(share)
    if not d.is_number:
        shape = _shape(game.payoff, game.simplifier)
        assert shape is not None
        return shape.mean(d, share)
    terms = (
        sp.binomial(d, n) * share**n * (1 - share) ** (d - n) * game.payoff(sp.Integer(n))
        for n in range(int(d) + 1)
    )
    return sp.Add(*terms)


# -- roots ------------------------------------------------------------------------------------


def _roots(
    game: _Game, gaps: Sequence[sp.Expr]
) -> tuple[list[SymbolicEquilibrium | Exclusion], list[str]]:
    """Return the mixed equilibria that are single points, and what stays open."""
    simplifier, words = game.simplifier, f"all mix {', '.join(game.labels)} alike"
    once = sp.And(sp.Or(*(g > 0 for g in gaps)), sp.Or(*(g < 0 for g in gaps)))
    twice = sp.Or(*(
        sp.And(sign * gaps[i] > 0, sign * gaps[j] < 0, sign * gaps[k] > 0)
        for i, j, k in itertools.combinations(range(len(gaps)), 3)
        for sign in (1, -1)
    ))  # fmt: skip
    if twice == sp.false or simplifier.possible(twice) is False:
        verdict = simplifier.decide(sp.Not(once))
        if verdict:
            return [Exclusion(words, verdict.seconds, "mixed")], []
        return [_root(game, gaps, words, once, 1, only=True)], []
    at_least = counted_roots(gaps, simplifier) if len(gaps) <= MOST_COUNTED + 1 else None
    if at_least is None:
        just_once = sp.And(once, sp.Not(twice))
        one: list[SymbolicEquilibrium | Exclusion] = []
        if simplifier.possible(just_once) is not False:
            one.append(_root(game, gaps, words, just_once, 1, only=True))
        return one, [
            f"how many mixtures all members share where the advantage of {game.labels[1]} changes "
            "its sign more than once as more fellow members take it"
        ]
    found: list[SymbolicEquilibrium | Exclusion] = [
        _root(game, gaps, f"{words}, {_ordinal(r)} lowest {game.labels[1]}", condition, r)
        for r, condition in enumerate(at_least, 1)
    ]
    return found or [Exclusion(words, 0.0, "mixed")], []


def _ordinal(number: int) -> str:
    return {1: "the", 2: "the second", 3: "the third"}.get(number, f"the {number}th")


def _root(
    game: _Game,
    gaps: Sequence[sp.Expr],
    words: str,
    condition: Boolean,
    place: int,
    only: bool = False,
) -> SymbolicEquilibrium:
    """State one root: as an expression if there is one, else as a root of f."""
    closed = _closed_form(gaps) if only else None
    if closed is None and len(gaps) == 3:
        closed = _quadratic(game, gaps, condition, place)
    if closed is not None:
        return _equilibrium(game, words, condition, closed, (), "mixed")
    p, d = game.share, len(gaps) - 1
    terms = (sp.binomial(d, n) * p**n * (1 - p) ** (d - n) * g for n, g in enumerate(gaps))
    limits = (sp.Eq(sp.Add(*terms), 0), p > 0, p < 1)
    return _equilibrium(game, words, condition, p, limits, "mixed")


def _closed_form(gaps: Sequence[sp.Expr]) -> sp.Expr | None:
    """Return the only root as an expression, where one is known (step 4)."""
    first, last, d = gaps[0], gaps[-1], len(gaps) - 1
    steps = {sp.expand(b - a) for a, b in itertools.pairwise(gaps)}
    if d and len(steps) == 1:
        return -first / (d * steps.pop())
    if len(set(gaps[1:])) == 1:
        return 1 - (last / (last - first)) ** sp.Rational(1, d)
    if len(set(gaps[:-1])) == 1:
        return (first / (first - last)) ** sp.Rational(1, d)
    return None


def _quadratic(
    game: _Game, gaps: Sequence[sp.Expr], condition: Boolean, place: int
) -> sp.Expr | None:
    """Return a root of a quadratic f where the sign of f(0) tells which of the two it is.

    From f(0) > 0 the first root is passed downwards, with slope minus the root of the discriminant.
    """
    start, middle, end = gaps
    sign = next((s for s in (1, -1) if game.simplifier.holds(s * start > 0, condition)), None)
    if sign is None:
        return None
    slope = 2 * (middle - start)
    root = sp.sqrt(sp.factor(slope**2 - 4 * start * (start - 2 * middle + end)))
    return 2 * start / (-slope + sign * (root if place == 1 else -root))


# -- counting roots (step 3) ------------------------------------------------------------------


def counted_roots(gaps: Sequence[sp.Expr], simplifier: Simplifier) -> list[Boolean] | None:
    r"""Return when f has at least 1, 2, ... distinct roots in (0, 1); None if that was not decided.

    Parameters
    ----------
    gaps : sequence of sympy expression
        The :math:`\Delta_k`.
    simplifier : Simplifier

    Examples
    --------
    >>> a, b = sp.symbols("a b", real=True)
    >>> counted_roots([a, -b, a], Simplifier((a > 0, b > 0), (), [a, b]))
    [b >= a, b > a]
    """
    d = len(gaps) - 1
    coefficients = [sp.binomial(d, n) * gap for n, gap in enumerate(gaps)]
    if any(c.has(If) for c in coefficients):
        coefficients = [simplifier.without_cases(c) for c in coefficients]
        if any(c.has(If) for c in coefficients):
            return None
    minors = {
        (low, high): _minors(coefficients[low : high + 1])
        for low in range(d + 1)
        for high in range(low + 1, d + 1)
        if _may_be_ends(coefficients, low, high, simplifier)
    }
    claims = [sp.Gt(c, 0) for c in coefficients]
    claims += [sp.Gt(m, 0) for pair in minors.values() for side in pair for m in side]
    over = simplifier.reader.open_factors(claims)
    rows = simplifier.combinations(over)
    if rows is None:
        return None
    by_number: dict[int, list[Signs]] = {}
    for row in rows:
        signs = dict(zip(over, row, strict=True))
        number = _number_of_roots(coefficients, minors, partial(_sign, simplifier, signs))
        by_number.setdefault(number, []).append(row)
    top = max(by_number, default=0)
    return [
        simplifier.stated(
            [row for n, some in by_number.items() if n >= r for row in some], rows, over
        )
        for r in range(1, top + 1)
    ]


def _may_be_ends(
    coefficients: Sequence[sp.Expr], low: int, high: int, simplifier: Simplifier
) -> bool:
    """Whether these may be the lowest and the highest coefficients that are not zero."""
    outside = (*coefficients[:low], *coefficients[high + 1 :])
    ends = (sp.Ne(coefficients[low], 0), sp.Ne(coefficients[high], 0))
    return simplifier.possible(*ends, *(sp.Eq(c, 0) for c in outside)) is not False


def _sign(simplifier: Simplifier, signs: dict[sp.Expr, int], formula: sp.Expr) -> int:
    return simplifier.reader.sign_at(formula, signs) or 0


def _number_of_roots(
    coefficients: Sequence[sp.Expr], minors: dict[Any, Any], sign: Callable[[sp.Expr], int]
) -> int:
    """Return how many positive roots there are, from the signs of coefficients and minors."""
    present = [n for n, c in enumerate(coefficients) if sign(c)]
    if len(present) < 2:
        return 0
    sides = minors[present[0], present[-1]]
    signatures = [_signature([1, *(sign(m) for m in side)]) for side in sides]
    return sum(signatures) // 2


def _minors(coefficients: Sequence[sp.Expr]) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """Return the leading principal minors of both Hankel forms of a polynomial's roots."""
    degree, lead = len(coefficients) - 1, coefficients[-1]
    if degree == 0 or lead == 0:
        return [], []
    falling = [c / lead for c in reversed(coefficients[:-1])]
    sums = [sp.Integer(degree)]
    for n in range(1, 2 * degree):
        total = sum(falling[i - 1] * sums[n - i] for i in range(1, min(n, degree + 1)))
        total += n * falling[n - 1] if n <= degree else 0
        if n > degree:
            total = sum(falling[i - 1] * sums[n - i] for i in range(1, degree + 1))
        sums.append(sp.cancel(-total))
    sides = []
    for shift in (0, 1):
        form = sp.Matrix(degree, degree, lambda i, j, shift=shift: sums[i + j + shift])
        exact = DomainMatrix.from_Matrix(form).to_field()
        corners = (exact[:n, :n] for n in range(1, degree + 1))
        sides.append([sp.factor(exact.domain.to_sympy(corner.det())) for corner in corners])
    return sides[0], sides[1]


def _signature(signs: Sequence[int]) -> int:
    """Return the signature of a Hankel form from the signs of 1 and its leading minors."""
    total, last = 0, 0
    for place in range(1, len(signs)):
        if signs[place] == 0:
            continue
        gap = place - last
        product = signs[place] * signs[last]
        if gap % 2:
            total += product * (-1) ** (gap * (gap - 1) // 2)
        last = place
    return total


# -- a symbolic number of members -------------------------------------------------------------


class _Shape(NamedTuple):
    """A quantity that depends on k, the number of fellows, in a way whose mean is known."""

    none: sp.Expr  # at k = 0
    rate: sp.Expr
    jump: sp.Expr  # what k >= 1 adds to none + rate*k

    def mean(self, d: sp.Expr, share: sp.Expr) -> sp.Expr:
        nobody = 1 - share
        nobody = nobody.base if nobody.is_Pow and nobody.exp * d == 1 else nobody**d
        return self.none + self.rate * d * share + self.jump * (1 - nobody)


def _shape(quantity: Advantage, simplifier: Simplifier) -> _Shape | None:
    """Return the shape of a quantity; None if it is another function of k."""
    k = sp.Symbol("k fellows", real=True)
    some = simplifier.within(k >= 1, [k]).without_cases(quantity(k))
    none = quantity(sp.S.Zero)
    rate = sp.expand(some).coeff(k, 1)
    rest = sp.expand(sp.expand(some) - rate * k)
    if some.has(If) or rest.has(k) or rate.has(k):
        return None
    return _Shape(none, rate, tidy(rest - none))


def _any_number(game: _Game) -> SharedMixtures:
    """Return the mixtures where N stays a symbol: the advantage is linear, or differs at k = 0."""
    gap, payoff = (_shape(f, game.simplifier) for f in (game.advantage, game.payoff))
    if gap is None or payoff is None or (gap.rate != 0 and gap.jump != 0):
        return SharedMixtures(
            [], [], "the number of members is a symbol, and the advantage of one choice is neither "
            "linear in the number of others who make it nor a matter of whether any do; fix the "
            "number with --set",
        )  # fmt: skip
    d = game.fellows
    last = sp.expand(gap.none + gap.rate * d + gap.jump)
    with_all = last if gap.jump == 0 else If(sp.Ge(d, 1), last, gap.none)
    words = f"all mix {', '.join(game.labels)} alike"
    found = list(_everywhere(game, (gap.none, with_all)))
    once = sp.Or(*(sp.And(s * gap.none > 0, s * with_all < 0) for s in (1, -1)))
    verdict = game.simplifier.decide(sp.Not(once))
    if verdict:
        return SharedMixtures([*found, Exclusion(words, verdict.seconds, "mixed")], [])
    share = gap.none / (gap.none - last)
    if gap.jump != 0:
        share = 1 - (last / (last - gap.none)) ** (1 / d)
    return SharedMixtures([*found, _equilibrium(game, words, once, share, (), "mixed")], [])
