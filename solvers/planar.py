r"""All solutions of two polynomial equations in an open triangle or square, certified.

For f(x, y) = g(x, y) = 0 with :math:`x, y > 0` and :math:`x + y < 1`, or :math:`x, y < 1`:

Steps
-----
1. The resultants :math:`\operatorname{res}_y(f, g)` and :math:`\operatorname{res}_x(f, g)` vanish
   at the coordinates of every solution. If one of them is zero, f and g have a common curve and
   nothing is concluded.
2. Their real roots in (0, 1) are enclosed; every solution lies in one of the boxes that pairs of
   these enclosures form.
3. A box on which f or g is bounded away from zero holds none. On another box the preconditioned
   Krawczyk operator :math:`K(B) = m - Y F(m) + (I - Y F'(B))(B - m)` is tried on an inflated
   box: :math:`K(B) \subset \operatorname{int} B` proves that B holds exactly one solution
   (Krawczyk 1969; Rump 2010, Theorem 13.2).
4. Where both coordinates are rational, f and g are evaluated exactly instead.
5. What neither excludes nor proves is returned as unresolved.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flint import arb, arb_mat, fmpq, fmpq_mpoly_ctx, fmpq_poly

from pigou.solvers.roots import Root, real_roots, working_precision

__all__ = ["Solutions", "ring", "sign_at_point", "solve_in_square", "solve_in_triangle"]


class Solutions(NamedTuple):
    """Boxes that hold exactly one solution each, and boxes that could not be settled.

    ``complete`` is False where the equations share a curve, so that nothing was found out.
    """

    boxes: list[tuple[Root, Root]]
    unresolved: list[tuple[Root, Root]]
    complete: bool


def ring() -> tuple[Any, Any]:
    """Return the two unknowns of the polynomial ring over the rationals.

    Examples
    --------
    >>> x, y = ring()
    >>> x * y
    x*y
    """
    x, y = fmpq_mpoly_ctx.get(["x", "y"], "lex").gens()
    return x, y


def solve_in_triangle(f: Any, g: Any) -> Solutions:
    """Return all common zeros of f and g with x, y > 0 and x + y < 1.

    Examples
    --------
    >>> x, y = ring()
    >>> found = solve_in_triangle(3 * x - 1, 4 * y - 1)
    >>> len(found.boxes), found.unresolved, found.complete
    (1, [], True)
    """
    return _solve(f, g, triangle=True)


def solve_in_square(f: Any, g: Any) -> Solutions:
    """Return all common zeros of f and g with 0 < x, y < 1.

    Examples
    --------
    >>> x, y = ring()
    >>> found = solve_in_square(x * y - fmpq(1, 2), x - y)
    >>> len(found.boxes), found.unresolved, found.complete
    (1, [], True)
    """
    return _solve(f, g, triangle=False)


def sign_at_point(polynomial: Any, x: Root, y: Root) -> int | None:
    """Return the sign of a polynomial at a solution; None where it cannot be told.

    Examples
    --------
    >>> x, y = ring()
    >>> ((first, second),) = solve_in_square(2 * x - 1, 3 * y - 1).boxes
    >>> sign_at_point(x - y, first, second), sign_at_point(2 * x - 3 * y, first, second)
    (1, 0)
    """
    if polynomial.is_zero():
        return 0
    if x.exact is not None and y.exact is not None:
        value = polynomial(x.exact, y.exact)
        return int(value > 0) - int(value < 0)
    with working_precision():
        value = _value(polynomial, x.ball, y.ball)
        return None if value.contains(0) else (1 if value > 0 else -1)


def _solve(f: Any, g: Any, triangle: bool) -> Solutions:
    across, along = f.resultant(g, "y"), f.resultant(g, "x")
    if across.is_zero() or along.is_zero():
        return Solutions([], [], complete=False)
    derivatives = [[h.derivative(name) for name in ("x", "y")] for h in (f, g)]
    found = Solutions([], [], complete=True)
    with working_precision():
        for x in real_roots(_univariate(across, 0)):
            for y in real_roots(_univariate(along, 1)):
                verdict = _settle(f, g, derivatives, x, y, triangle)
                if verdict is True:
                    found.boxes.append((x, y))
                elif verdict is None:
                    found.unresolved.append((x, y))
    return found


def _univariate(polynomial: Any, variable: int) -> fmpq_poly:
    terms = {int(powers[variable]): value for powers, value in polynomial.to_dict().items()}
    return fmpq_poly([terms.get(k, fmpq(0)) for k in range(max(terms, default=0) + 1)])


def _settle(
    f: Any, g: Any, derivatives: list[list[Any]], first: Root, second: Root, triangle: bool
) -> bool | None:
    """Return whether a box holds a solution inside; None if it cannot be told."""
    if first.exact is not None and second.exact is not None:
        point = (first.exact, second.exact)
        return bool(f(*point) == g(*point) == 0 and (not triangle or sum(point) < 1))
    x, y = first.ball, second.ball
    if not (_value(f, x, y).contains(0) and _value(g, x, y).contains(0)):
        return False
    if triangle:
        outside = x + y - 1
        if outside > 0:
            return False
        if not outside < 0:
            return None
    return True if _krawczyk(f, g, derivatives, x, y) else None


def _value(polynomial: Any, x: Any, y: Any) -> Any:
    total = arb(0)
    for (i, j), coefficient in polynomial.to_dict().items():
        total += arb(coefficient) * x ** int(i) * y ** int(j)
    return total


def _krawczyk(f: Any, g: Any, derivatives: list[list[Any]], x: Any, y: Any) -> bool:
    radius = max(arb(x.rad()), arb(y.rad()), key=lambda r: float(r.mid())) * 1000 + arb(2) ** -200
    box = [arb(z.mid(), radius.upper()) for z in (x, y)]
    middle = [arb(z.mid()) for z in (x, y)]
    slope = arb_mat(2, 2, [_value(d, *box) for row in derivatives for d in row])
    centre = arb_mat(2, 2, [_value(d, *middle) for row in derivatives for d in row])
    try:
        inverse = centre.inv()
    except ZeroDivisionError:
        return False
    away = arb_mat(2, 1, [b - m for b, m in zip(box, middle, strict=True)])
    step = inverse * arb_mat(2, 1, [_value(f, *middle), _value(g, *middle)])
    identity = arb_mat(2, 2, [1, 0, 0, 1])
    image = arb_mat(2, 1, middle) - step + (identity - inverse * slope) * away
    return all(b.contains_interior(k) for b, k in zip(box, image.entries(), strict=True))
