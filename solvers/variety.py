r"""All real solutions of a polynomial system with finitely many solutions, in exact arithmetic.

Steps
-----
1. A Gröbner basis of the polynomials over the rational numbers, in degree reverse lexicographic
   order (FLINT). If it is 1 there is no solution, real or complex. There are finitely many iff for
   every variable some leading monomial is a power of it.
2. Of finitely many: the monomials that no leading monomial divides are a basis of the quotient
   algebra, in which multiplication by a variable is a rational matrix.
3. The square-free part of the minimal polynomial of each variable is added to the system, which
   makes the ideal radical (Seidenberg's lemma): the dimension D is then the number of solutions.
4. A form :math:`u = \sum_k c^k x_k` whose minimal polynomial has degree D separates the solutions,
   and every variable is a polynomial in it, :math:`x_k = P_k(u)`: a rational univariate
   representation.
5. The minimal polynomial of u is factored over the rational numbers. The solutions are real where
   u is a real root of an irreducible factor q; these are isolated with certificates. The value of
   any polynomial at a solution is an element of :math:`\mathbb{Q}[u]/q`: it is 0 iff its remainder
   is, and its sign is otherwise told by ball arithmetic of rising precision, which ends.

Sources: D. Cox, J. Little and D. O'Shea (2005), Using Algebraic Geometry, chapter 2; F. Rouillier
(1999), Solving zero-dimensional systems through the rational univariate representation.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from flint import (
    Ordering,
    arb,
    fmpq,
    fmpq_mat,
    fmpq_poly,
    fmpz_mpoly_ctx,
    fmpz_mpoly_vec,
)

from pigou.exact import Enclosure
from pigou.solvers.roots import PRECISION, ball_to_enclosure, working_precision

__all__ = [
    "MOST_SOLUTIONS",
    "Point",
    "Ring",
    "Solutions",
    "minimal_polynomial",
    "rational_point",
    "solve_system",
]

MOST_SOLUTIONS = 120
"""Of complex solutions with their multiplicity: beyond this a system is refused."""
_MOST_BITS = 1 << 16

Polynomial = Any
Monomial = tuple[int, ...]


class Ring:
    """Polynomials with whole coefficients in some variables.

    Parameters
    ----------
    variables : sequence of sympy symbol

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> Ring([x, y]).quotient(x / 2 + 1 / y)
    (x0*x1 + 2, 2*x1)
    """

    def __init__(self, variables: Sequence[sp.Symbol]):
        self.variables = tuple(variables)
        names = [f"x{k}" for k in range(len(self.variables))]
        self.context = fmpz_mpoly_ctx.get(names, Ordering.degrevlex)
        self.generators = self.context.gens()

    def quotient(self, formula: sp.Expr) -> tuple[Polynomial, Polynomial] | None:
        """Return the numerator and the denominator; None if the formula is not rational."""
        top, bottom = sp.fraction(sp.together(sp.sympify(formula)))
        parts = [self._read(part) for part in (top, bottom)]
        if parts[0] is None or parts[1] is None:
            return None
        (one, below), (other, above) = parts[0], parts[1]
        one, other = one * above, other * below
        common = one.gcd(other)
        return (one, other) if common == 0 else (one // common, other // common)

    def _read(self, formula: sp.Expr) -> tuple[Polynomial, int] | None:
        """Return a polynomial with whole coefficients, and what it was multiplied by."""
        try:
            polynomial = sp.Poly(formula, *self.variables, domain="QQ")
        except (sp.CoercionFailed, sp.PolynomialError):
            return None
        scale, whole = polynomial.clear_denoms(convert=True)
        terms = {power: int(c) for power, c in whole.terms() if c}
        return self.context.from_dict(terms), int(scale)

    def derivative(
        self, quotient: tuple[Polynomial, Polynomial], place: int
    ) -> tuple[Polynomial, Polynomial]:
        """Return the derivative of a quotient in one variable, in lowest terms."""
        top, bottom = quotient
        slope = top.derivative(place) * bottom - top * bottom.derivative(place)
        square = bottom * bottom
        common = slope.gcd(square)
        return slope // common, square // common

    def formula(self, polynomial: Polynomial) -> sp.Expr:
        """Write a polynomial in the ring's variables."""
        return sp.Add(
            *(
                int(c) * sp.Mul(*(v**e for v, e in zip(self.variables, power, strict=True)))
                for power, c in polynomial.to_dict().items()
            )
        )


@dataclass(frozen=True, eq=False)
class Point:
    r"""A real solution: a real root of an irreducible polynomial, and coordinates in terms of it.

    Attributes
    ----------
    modulus : fmpq_poly
        The irreducible polynomial q.
    place : int
        Which of its real roots, in increasing order.
    coordinates : tuple of fmpq_poly
        Of degree below that of q.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> ring = Ring([x, y])
    >>> system = [ring.quotient(f)[0] for f in (x**2 - 2, x * y - 1)]
    >>> [point.enclosures()[1].value for point in solve_system(ring, system).points]
    [-0.707106781186..., 0.707106781186...]
    """

    modulus: Any
    place: int
    coordinates: tuple[Any, ...]

    def _root(self, bits: int) -> Any:
        return _real_roots(tuple(self.modulus.coeffs()), bits)[self.place]

    def element(self, polynomial: Polynomial) -> Any:
        """Return the value of a polynomial at the solution, as a remainder modulo q."""
        total = fmpq_poly([])
        for power, c in polynomial.to_dict().items():
            term = fmpq_poly([fmpq(int(c))])
            for value, exponent in zip(self.coordinates, power, strict=True):
                for _ in range(exponent):
                    term = term * value % self.modulus
            total = total + term
        return total % self.modulus

    def ball(self, element: Any, bits: int = PRECISION) -> Any:
        """Enclose an element."""
        if element.degree() <= 0:
            with working_precision(bits):
                return arb(element[0])
        root = self._root(bits)
        with working_precision(bits):
            value = arb(0)
            for coefficient in reversed(element.coeffs()):
                value = value * root + arb(coefficient)
            return value

    def sign_of(self, element: Any) -> int | None:
        """Return the sign of an element; None if 65,536 bits do not tell."""
        if element.degree() <= 0:
            return int(element[0] > 0) - int(element[0] < 0)
        bits = 128
        while bits <= _MOST_BITS:
            value = self.ball(element, bits)
            if not value.contains(0):
                return 1 if value > 0 else -1
            bits *= 4
        return None

    def sign(self, polynomial: Polynomial) -> int | None:
        """Return the sign of a polynomial at the solution."""
        return self.sign_of(self.element(polynomial))

    def enclosures(self) -> tuple[Enclosure, ...]:
        """Enclose the coordinates with rational ends; exact where a coordinate is rational."""
        return tuple(self.enclosure(value) for value in self.coordinates)

    def enclosure(self, element: Any) -> Enclosure:
        """Enclose an element with rational ends, exactly if it is rational."""
        if element.degree() <= 0:
            number = element[0]
            return Enclosure.point(Fraction(int(number.p), int(number.q)))
        return ball_to_enclosure(self.ball(element, 2 * PRECISION))

    def minimal(self, element: Any) -> Any:
        """Return the minimal polynomial of an element over the rational numbers, monic."""
        degree = self.modulus.degree()
        column, rows = fmpq_poly([1]), []
        for _ in range(degree):
            rows.append([(column * element % self.modulus)[k] for k in range(degree)])
            column = column * fmpq_poly([0, 1])
        return fmpq_mat(rows).minpoly()


def rational_point(coordinates: Sequence[Fraction]) -> Point:
    """Return a point with rational coordinates.

    Examples
    --------
    >>> rational_point([Fraction(1, 2)]).enclosures()
    (Enclosure(1/2),)
    """
    numbers = (fmpq(*Fraction(c).as_integer_ratio()) for c in coordinates)
    return Point(fmpq_poly([0, 1]), 0, tuple(fmpq_poly([c]) for c in numbers))


@functools.lru_cache(maxsize=512)
def _real_roots(coefficients: tuple[Any, ...], bits: int) -> tuple[Any, ...]:
    """Enclose the real roots of an irreducible polynomial, in increasing order."""
    with working_precision(bits):
        if len(coefficients) == 2:
            return (arb(-coefficients[0] / coefficients[1]),)
        pairs: Any = fmpq_poly(list(coefficients)).complex_roots()
        real = [number.real for number, _ in pairs if number.imag == 0]
        return tuple(sorted(real, key=lambda ball: ball_to_enclosure(ball).lower))


class Solutions(NamedTuple):
    """What a system has for solutions.

    Attributes
    ----------
    points : tuple of Point
        The real ones, if there are finitely many complex ones.
    finite : bool
        Whether there are.
    refused : str
        Why the system was not solved; empty if it was.
    """

    points: tuple[Point, ...]
    finite: bool
    refused: str = ""


def solve_system(ring: Ring, system: Sequence[Polynomial]) -> Solutions:
    """Solve a polynomial system.

    Parameters
    ----------
    ring : Ring
    system : sequence of polynomials of the ring
        Which have to vanish together.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> ring = Ring([x, y])
    >>> circle, line = (ring.quotient(f)[0] for f in (x**2 + y**2 - 1, 2 * x - 1))
    >>> [
    ...     str(point.minimal(point.coordinates[1]))
    ...     for point in solve_system(ring, [circle, line])[0]
    ... ]
    ['x^2 + (-3/4)', 'x^2 + (-3/4)']
    >>> solve_system(ring, [circle]).finite
    False
    """
    basis = _basis(ring, system)
    if any(g.is_constant() for g in basis):
        return Solutions((), True)
    if not _is_finite(ring, basis):
        return Solutions((), False)
    algebra = _Algebra(ring, basis)
    if algebra.size > MOST_SOLUTIONS:
        why = f"{algebra.size} complex solutions; at most {MOST_SOLUTIONS} are sorted out"
        return Solutions((), True, why)
    more = []
    for k, matrix in enumerate(algebra.matrices):
        square_free = fmpq_poly([1])
        for factor, _ in matrix.minpoly().factor_squarefree()[1]:
            square_free = square_free * fmpq_poly(factor)
        more.append(_in_variable(ring, square_free, k))
    radical = _Algebra(ring, _basis(ring, [*basis, *more]))
    return Solutions(tuple(_points(radical)), True)


def minimal_polynomial(ring: Ring, system: Sequence[Polynomial], place: int) -> fmpq_poly | None:
    """Return a polynomial in one variable that vanishes at all solutions, if these are finite.

    Of all such, it is the one of lowest degree that is in the ideal of the system. It is None if
    there are infinitely many solutions, or more than are sorted out.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> ring = Ring([x, y])
    >>> circle, line = (ring.quotient(f)[0] for f in (x**2 + y**2 - 1, 2 * x - y))
    >>> minimal_polynomial(ring, [circle, line], 1)
    x^2 + (-4/5)
    """
    basis = _basis(ring, system)
    if any(g.is_constant() for g in basis):
        return fmpq_poly([1])
    if not _is_finite(ring, basis):
        return None
    algebra = _Algebra(ring, basis)
    return algebra.matrices[place].minpoly() if algebra.matrices else None


def _basis(ring: Ring, system: Sequence[Polynomial]) -> list[Polynomial]:
    nonzero = [f for f in system if f != 0]
    if not nonzero:
        return []
    vector = fmpz_mpoly_vec(nonzero, ring.context)
    return list(vector.buchberger_naive().autoreduction())


def _is_finite(ring: Ring, basis: Sequence[Polynomial]) -> bool:
    powers = [[k for k, e in enumerate(g.monomial(0)) if e] for g in basis]
    single = {places[0] for places in powers if len(places) == 1}
    return len(single) == len(ring.variables)


def _in_variable(ring: Ring, polynomial: fmpq_poly, place: int) -> Polynomial:
    """Write a polynomial in one variable as one of the ring, cleared of denominators."""
    unit = [int(k == place) for k in range(len(ring.variables))]
    terms = {
        tuple(e * power for e in unit): int(c)
        for power, c in enumerate(polynomial.numer().coeffs())
        if c
    }
    return ring.context.from_dict(terms)


class _Algebra:
    """The quotient algebra of a system with finitely many solutions (step 2)."""

    def __init__(self, ring: Ring, basis: Sequence[Polynomial]):
        self.ring, self.number = ring, len(ring.variables)
        self.tails: dict[Monomial, dict[Monomial, Any]] = {}
        for g in basis:
            (lead, top), *rest = g.terms()
            self.tails[lead] = {m: -fmpq(int(c), int(top)) for m, c in rest}
        self.monomials = sorted(self._standard(), key=lambda m: (sum(m), m))
        self.size = len(self.monomials)
        self.matrices: list[fmpq_mat] = []
        if self.size <= MOST_SOLUTIONS:
            self._forms: dict[Monomial, dict[Monomial, Any]] = {
                m: {m: fmpq(1)} for m in self.monomials
            }
            self.matrices = [self._matrix(k) for k in range(self.number)]

    def _standard(self) -> Iterator[Monomial]:
        """Yield the monomials that no leading monomial divides, up to one more than allowed."""
        start = (0,) * self.number
        queue, seen, yielded = [start], {start}, 0
        while queue and yielded <= MOST_SOLUTIONS:
            monomial = queue.pop()
            if any(all(a <= b for a, b in zip(t, monomial, strict=True)) for t in self.tails):
                continue
            yield monomial
            yielded += 1
            for k in range(self.number):
                larger = _times(monomial, k)
                if larger not in seen:
                    seen.add(larger)
                    queue.append(larger)

    def _matrix(self, k: int) -> fmpq_mat:
        """Return multiplication by a variable: a row for the form of each monomial times it."""
        rows = []
        for monomial in self.monomials:
            form = self._form(_times(monomial, k))
            rows.append([form.get(m, fmpq(0)) for m in self.monomials])
        return fmpq_mat(rows)

    def _form(self, monomial: Monomial) -> dict[Monomial, Any]:
        """Return the normal form of a monomial."""
        if monomial not in self._forms:
            form = self.tails.get(monomial)
            if form is None:
                k = next(k for k in range(self.number) if self._is_leading(monomial, k))
                form = {}
                for m, c in self._form(_times(monomial, k, -1)).items():
                    for other, d in self._form(_times(m, k)).items():
                        form[other] = form.get(other, fmpq(0)) + c * d
            self._forms[monomial] = form
        return self._forms[monomial]

    def _is_leading(self, monomial: Monomial, k: int) -> bool:
        """Whether a monomial divided by a variable is still in the ideal of leading monomials."""
        less = _times(monomial, k, -1)
        return min(less) >= 0 and any(
            all(a <= b for a, b in zip(lead, less, strict=True)) for lead in self.tails
        )


def _times(monomial: Monomial, place: int, power: int = 1) -> Monomial:
    return (*monomial[:place], monomial[place] + power, *monomial[place + 1 :])


def _points(algebra: _Algebra) -> Iterator[Point]:
    """Yield the real solutions of a radical system (steps 4 and 5)."""
    form, coordinates = _separated(algebra)
    for factor, _ in form.factor()[1]:
        q = fmpq_poly(factor)
        inside = tuple(p % q for p in coordinates)
        for place in range(len(_real_roots(tuple(q.coeffs()), PRECISION))):
            yield Point(q, place, inside)


def _separated(algebra: _Algebra) -> tuple[fmpq_poly, list[fmpq_poly]]:
    """Return the minimal polynomial of a separating form, and the variables in terms of it."""
    size = algebra.size
    for c in itertools.count(1):
        weights = [c**k for k in range(algebra.number)]
        matrix = fmpq_mat(size, size, [0] * size * size)
        for weight, one in zip(weights, algebra.matrices, strict=True):
            matrix = matrix + one * fmpq(weight)
        minimal = matrix.minpoly()
        if minimal.degree() == size:
            break
    first = algebra.monomials.index((0,) * algebra.number)
    row = fmpq_mat(1, size, [int(k == first) for k in range(size)])
    powers = []
    for _ in range(size):
        powers.append(list(row.entries()))
        row = row * matrix
    table = fmpq_mat(powers).transpose()
    coordinates = []
    for one in algebra.matrices:
        target = [one[first, k] for k in range(size)]
        solved = table.solve(fmpq_mat(size, 1, target))
        coordinates.append(fmpq_poly(list(solved.entries())))
    return minimal, coordinates
