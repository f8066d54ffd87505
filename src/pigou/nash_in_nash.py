r"""Nash-in-Nash: bargains of two that are struck at the same time and depend on each other.

Each bargain b sets one term :math:`w_b`, a price or a fee. Its two parties take what the others
agree on as given, and maximise the Nash product of their gains over what each has if this
bargain, and no other, fails:

.. math::
   w_b = \arg\max_{w} \; U_b(w, w_{-b})^{\alpha_b} \, V_b(w, w_{-b})^{1 - \alpha_b}
   \quad \text{over } U_b, V_b \ge 0 .

A solution is a fixed point: every term is the bargain's solution given the other terms (Horn and
Wolinsky 1988). Gains have to be polynomials in the terms.

Steps
-----
1. The first-order condition :math:`\alpha U' V + (1 - \alpha) V' U = 0` of each bargain, factors
   that are factors of a gain left out: there somebody gains nothing.
2. All solutions of the system, exactly, over all choices of a factor from each condition.
3. A real solution is kept if in every bargain both gain, *and* the Nash product is nowhere larger
   on the line of that term: between roots of U and V it is compared at all its critical points,
   and its sign of change is taken at both infinities. So no solution of a first-order condition
   that is no bargain is listed.
4. No bargain is struck in which no term lets both gain; then there is no solution with all
   bargains struck, and the answer is empty.
5. A party of weight 0 is made an offer that it can take or leave: the other maximises its own gain
   over the terms that cost this one nothing, and the one without weight may gain nothing.

Sources: @horn1988bilateral; for a foundation, @collardwexler2019microfoundation.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy.polys.polyerrors import PolynomialError

from pigou.bargaining import formulas
from pigou.errors import DeclarationError, ExpressionError, StructureError, unknown
from pigou.exact import Record, exact
from pigou.expression import names_in, symbol, valid_name

__all__ = ["Bargain", "NashInNash"]


@dataclass(frozen=True)
class Bargain:
    """Two parties and the term they agree on.

    Parameters
    ----------
    term : str
        The name of what is agreed on.
    agreed : mapping of str to formula
        What each of the two has if they agree, in terms and parameters.
    failed : mapping of str to formula
        What each has if they do not, the other terms as they are; 0 by default.
    weights : mapping of str to formula, optional
        Bargaining power, scaled to sum to 1; equal by default.

    Raises
    ------
    DeclarationError
        If there are not two parties, or a key names somebody else.

    Examples
    --------
    >>> sale = Bargain("price", {"seller": "price - cost", "buyer": "value - price"})
    >>> sale.gains
    {'seller': -cost + price, 'buyer': -price + value}
    """

    term: str
    agreed: Mapping[str, Any]
    failed: Mapping[str, Any] = field(default_factory=Record)
    weights: Mapping[str, Any] = field(default_factory=Record)

    def __post_init__(self) -> None:
        valid_name(self.term, "term")
        for name in ("agreed", "failed", "weights"):
            object.__setattr__(self, name, formulas(getattr(self, name), "party"))
        if len(self.agreed) != 2:
            raise DeclarationError(
                f"the bargain over '{self.term}' has {len(self.agreed)} parties, not two"
            )
        for key in (*self.failed, *self.weights):
            if key not in self.agreed:
                where = f"the bargain over '{self.term}'"
                raise DeclarationError(unknown("party", key, self.agreed, where, "parties"))
        if len(self.weights) == 1:
            raise DeclarationError(f"the bargain over '{self.term}': give both weights or none")

    @property
    def gains(self) -> Record[sp.Expr]:
        """What each party gains by agreeing."""
        return Record({k: sp.expand(v - self.failed.get(k, 0)) for k, v in self.agreed.items()})

    @property
    def shares(self) -> tuple[sp.Expr, sp.Expr]:
        """The weights, scaled to sum to 1."""
        if not self.weights:
            return sp.Rational(1, 2), sp.Rational(1, 2)
        one, other = (self.weights[k] for k in self.agreed)
        total = sp.cancel(one + other)
        if total == 0:
            raise _unfit(self.term)
        _weights(self.term, one, other)
        return one / total, other / total


@dataclass(frozen=True)
class NashInNash:
    """Bargains over different terms, each taking the others as given.

    Parameters
    ----------
    bargains : iterable of Bargain

    Raises
    ------
    DeclarationError
        If two bargains are over one term, or there is none.

    Examples
    --------
    A supplier sells one unit to each of two buyers, and one more to the second is worth less:

    >>> first = Bargain("p", {"supplier": "p + q - 1", "one": "4 - p"}, {"supplier": "q"})
    >>> second = Bargain("q", {"supplier": "p + q - 1", "two": "3 - q"}, {"supplier": "p"})
    >>> NashInNash([first, second]).solve()
    ({'p': 5/2, 'q': 2},)
    """

    bargains: Sequence[Bargain]

    def __post_init__(self) -> None:
        object.__setattr__(self, "bargains", tuple(self.bargains))
        if not self.bargains:
            raise DeclarationError("Nash-in-Nash needs a bargain")
        for term in self.terms:
            if self.terms.count(term) > 1:
                raise DeclarationError(f"two bargains are over one term, '{term}'")

    @property
    def terms(self) -> tuple[str, ...]:
        """What is agreed on, one name a bargain."""
        return tuple(b.term for b in self.bargains)

    def solve(self, at: Mapping[str, Any] | None = None) -> tuple[Record[sp.Expr], ...]:
        """Return all solutions in which every bargain is struck, at given values of parameters.

        Parameters
        ----------
        at : mapping of str to number
            A value for every name that is not a term.

        Returns
        -------
        tuple of Record
            Term -> exact number; none if in some bargain nothing lets both gain, several if there
            are several.

        Raises
        ------
        ExpressionError
            If a parameter has no value.
        StructureError
            If gains are not polynomials in the terms, or the system has a continuum of solutions
            or none that can be written exactly.

        Examples
        --------
        >>> sale = Bargain("price", {"seller": "price - cost", "buyer": "value - price"})
        >>> (
        ...     NashInNash([sale]).solve({"cost": 1, "value": 4}),
        ...     NashInNash([sale]).solve({"cost": 4, "value": 1}),
        ... )
        (({'price': 5/2},), ())
        """
        swaps = {symbol(k): sp.Rational(exact(v)) for k, v in (at or {}).items()}
        sides = [_Sides.of(b, swaps, self.terms) for b in self.bargains]
        points = _solutions(sides, self.terms)
        found = _distinct(p for p in points if all(map(_is_real, p.values())))
        return tuple(
            Record({t: point[symbol(t)] for t in self.terms})
            for point in found
            if all(side.is_struck(point) for side in sides)
        )

    def closed_forms(
        self, at: Mapping[str, Any], alike: bool = False
    ) -> tuple[Record[sp.Expr], ...]:
        """Return solutions as formulas in the parameters: those that are solutions at `at`.

        They solve the first-order conditions for all parameter values; that they are bargains, and
        all of them, is decided at `at` (`solve`), and holds as far as nobody's gain and no second
        derivative changes its sign: prove it for the region that a model assumes.

        Parameters
        ----------
        at : mapping of str to number
            A value for every parameter.
        alike : bool
            Look only for solutions in which all terms are equal, as where all bargains are alike.

        Raises
        ------
        StructureError
            If there is no closed form, or one of the solutions at `at` has none.

        Examples
        --------
        >>> sale = Bargain("price", {"seller": "price - cost", "buyer": "value - price"})
        >>> NashInNash([sale]).closed_forms({"cost": 1, "value": 4})
        ({'price': (cost + value)/2},)
        """
        wanted = self.solve(at)
        if alike:
            wanted = tuple(w for w in wanted if len(set(w.values())) == 1)
        numbers = {symbol(k): sp.Rational(exact(v)) for k, v in at.items()}
        sides = [_Sides.of(b, {}, self.terms, checked=False) for b in self.bargains]
        forms = _distinct(_solutions(sides, self.terms, alike))
        kept = []
        for target in wanted:
            near = [
                f for f in forms
                if all(sp.simplify(f[symbol(t)].subs(numbers) - target[t]) == 0 for t in self.terms)
            ]  # fmt: skip
            if not near:
                raise StructureError(f"the solution {target} has no closed form that sympy finds")
            kept.append(Record({t: sp.factor(near[0][symbol(t)]) for t in self.terms}))
        return tuple(kept)


@dataclass(frozen=True)
class _Sides:
    """One bargain at given values: the gains, the shares, the term."""

    term: sp.Symbol
    gains: tuple[sp.Expr, sp.Expr]
    shares: tuple[sp.Expr, sp.Expr]
    unknowns: frozenset[sp.Symbol] = frozenset()

    @classmethod
    def of(
        cls, bargain: Bargain, at: Mapping[Any, Any], terms: Sequence[str], checked: bool = True
    ) -> _Sides:
        where = f"the bargain over '{bargain.term}'"
        one, other = (sp.expand(g.xreplace(at)) for g in bargain.gains.values())
        shares = tuple(sp.sympify(s.xreplace(at)) for s in bargain.shares)
        free = set().union(*map(names_in, (one, other, *shares))) - set(terms)
        if checked and free:
            raise ExpressionError(f"{where}: give a value for {', '.join(sorted(free))}")
        unknowns = [symbol(t) for t in terms]
        for gain in (one, other):
            if not gain.is_polynomial(*unknowns):
                raise StructureError(f"{where}: the gain {gain} is no polynomial in the terms")
        pair = _weights(bargain.term, *shares)
        return cls(symbol(bargain.term), (one, other), pair, frozenset(unknowns))

    @property
    def slope(self) -> sp.Expr:
        """What has the sign of the derivative of the Nash product where both gain."""
        (u, v), (a, b) = self.gains, self.shares
        return sp.expand(a * sp.diff(u, self.term) * v + b * sp.diff(v, self.term) * u)

    def factors(self) -> list[sp.Expr]:
        """Factors of the first-order condition that depend on some term, and of no weighty gain."""
        slope = sp.numer(sp.together(self.slope))
        if slope == 0:
            raise StructureError(f"the bargain over '{self.term}' does not depend on it")
        own = {f for g, _ in self._weighty for f, _ in sp.factor_list(g)[1]}
        return [
            f
            for f, _ in sp.factor_list(slope)[1]
            if f not in own and -f not in own and f.free_symbols & self.unknowns
        ]

    def is_struck(self, point: Mapping[sp.Symbol, sp.Expr]) -> bool:
        """Tell whether both gain at a point, and the Nash product is nowhere larger."""
        if not self._both_gain(point):
            return False
        others = {s: value for s, value in point.items() if s != self.term}
        line = _Sides(
            self.term,
            tuple(sp.expand(g.xreplace(others)) for g in self.gains),
            self.shares,
        )
        return line._is_highest(point[self.term])

    def _is_highest(self, here: sp.Expr) -> bool:
        slope = sp.Poly(self.slope, self.term)
        ends = {r for g in self.gains for r in _real_roots(g, self.term)}
        marks = sorted({*_real_roots(slope.as_expr(), self.term), *ends}, key=lambda r: r.evalf(50))
        beyond = (marks[0] - 1, marks[-1] + 1) if marks else (here, here)
        for point, growing in zip(beyond, (-1, 1), strict=True):
            if self._both_gain({self.term: point}) and _positive(growing * slope.eval(point)):
                return False
        return not any(
            _positive(self._product(rival) - self._product(here))
            for rival in marks
            if rival != here and self._both_gain({self.term: rival})
        )

    @property
    def _weighty(self) -> list[tuple[sp.Expr, sp.Expr]]:
        """Gains and shares of those who have a weight."""
        return [(g, s) for g, s in zip(self.gains, self.shares, strict=True) if s != 0]

    def _both_gain(self, point: Mapping[sp.Symbol, sp.Expr]) -> bool:
        """Tell whether both gain, or lose nothing if they have no weight."""
        for gain, share in zip(self.gains, self.shares, strict=True):
            value = gain.xreplace(dict(point))
            if not (_positive(value) if share != 0 else not _positive(-value)):
                return False
        return True

    def _product(self, point: sp.Expr) -> sp.Expr:
        return sp.Mul(*(g.xreplace({self.term: point}) ** s for g, s in self._weighty))


def _weights(term: object, one: sp.Expr, other: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Refuse weights that are below 0."""
    if any(w.is_number and w < 0 for w in (one, other)):
        raise _unfit(term)
    return one, other


def _unfit(term: object) -> DeclarationError:
    return DeclarationError(f"the bargain over '{term}': weights are at least 0 and not all 0")


def _solutions(
    sides: Sequence[_Sides], terms: Sequence[str], alike: bool = False
) -> list[dict[sp.Symbol, sp.Expr]]:
    """Solve the first-order conditions, over all choices of a factor from each."""
    unknowns = [symbol(t) for t in terms]
    swap = dict.fromkeys(unknowns[1:], unknowns[0]) if alike else {}
    found = []
    for choice in itertools.product(*(side.factors() for side in sides)):
        system = list(dict.fromkeys(sp.expand(f.xreplace(swap)) for f in choice))
        if any(f.is_number and f != 0 for f in system):
            continue
        wanted = unknowns[:1] if alike else unknowns
        points = _roots_of_system(system, wanted)
        found += [{u: point[swap.get(u, u)] for u in unknowns} for point in points]
    return found


def _roots_of_system(
    system: list[sp.Expr], unknowns: list[sp.Symbol]
) -> list[dict[sp.Symbol, sp.Expr]]:
    """Return every solution of polynomial equations; with parameters, those that sympy finds."""
    continuum = "the bargains leave a continuum of solutions: a term is not determined by them"
    system = [f for f in system if f != 0]
    if len(system) < len(unknowns):
        raise StructureError(continuum)
    with_parameters = set().union(*(f.free_symbols for f in system)) - set(unknowns)
    try:
        if with_parameters:
            points = sp.solve(system, unknowns, dict=True)
            if any(set(point) != set(unknowns) for point in points):
                raise StructureError(continuum)
            return points
        if len(unknowns) == 1:
            return [{unknowns[0]: r} for r in _real_roots(system[0], unknowns[0])]
        points = sp.solve_poly_system(system, *unknowns, strict=True) or []
    except (NotImplementedError, PolynomialError) as error:
        raise StructureError(
            f"the first-order conditions have no solution that can be written: {error}"
        ) from None
    return [dict(zip(unknowns, point, strict=True)) for point in points]


def _real_roots(expression: sp.Expr, unknown: sp.Symbol) -> list[sp.Expr]:
    """Return all real roots of a polynomial, each once; none of a constant."""
    polynomial = sp.Poly(expression, unknown)
    if polynomial.degree() <= 0:
        return []
    if polynomial.get_domain().is_QQ or polynomial.get_domain().is_ZZ:
        return list(dict.fromkeys(sp.real_roots(polynomial)))
    roots = sp.roots(polynomial)
    if sum(roots.values()) < polynomial.degree():
        raise StructureError(f"the roots of {expression} cannot be written exactly")
    return [r for r in roots if _is_real(r)]


def _is_real(number: sp.Expr) -> bool:
    real = number.is_real
    return bool(sp.im(sp.expand_complex(number)).equals(0)) if real is None else bool(real)


def _positive(number: Any) -> bool:
    """Tell whether an exact real number is above 0."""
    known = sp.sympify(number).is_positive
    if known is not None:
        return bool(known)
    if sp.sympify(number).equals(0):
        return False
    return bool(sp.re(sp.N(number, 50)) > 0)


def _distinct(
    points: Iterable[dict[sp.Symbol, sp.Expr]],
) -> list[dict[sp.Symbol, sp.Expr]]:
    kept: list[dict[sp.Symbol, sp.Expr]] = []
    for point in points:
        if not any(all((point[k] - old[k]).equals(0) for k in point) for old in kept):
            kept.append(point)
    return kept
