"""Certified real roots against sympy."""

from __future__ import annotations

import random
from fractions import Fraction

import sympy as sp
from flint import fmpq, fmpq_poly

from pigou.solvers.planar import ring, solve_in_square, solve_in_triangle
from pigou.solvers.roots import real_roots, sign_at


def test_quadratics_have_the_roots_that_sympy_finds():
    rng = random.Random(1)
    x = sp.Symbol("x")
    kinds = set()
    for _ in range(400):
        c, b, a = (rng.randint(-9, 9) for _ in range(3))
        if a == b == c == 0:
            continue
        expected = sorted(
            {r for r in sp.Poly(a * x**2 + b * x + c, x).all_roots() if r.is_real and 0 < r < 1}
            if a or b
            else []
        )
        found = real_roots(fmpq_poly([c, b, a]))
        assert len(found) == len(expected)
        for root, value in zip(found, expected, strict=True):
            assert (root.exact is not None) == value.is_rational
            kinds.add((root.exact is not None, root.multiplicity))
            near = Fraction(str(sp.Rational(str(sp.N(value, 60)))))
            assert abs(root.enclosure.lower - near) < Fraction(1, 10**50)
            assert root.enclosure.width < Fraction(1, 10**80)
            assert sign_at(fmpq_poly([c, b, a]), root, fmpq_poly([c, b, a])) == 0
    assert kinds >= {(True, 1), (True, 2), (False, 1)}


def test_a_rational_tangency_in_the_plane_is_settled_exactly():
    x, y = ring()
    circle = (x - fmpq(1, 2)) ** 2 + (y - fmpq(1, 4)) ** 2  # touches the line at its centre only
    found = solve_in_triangle(circle, 2 * x - 1)
    assert len(found.boxes) == 1 and not found.unresolved and found.complete
    assert [r.exact for r in found.boxes[0]] == [fmpq(1, 2), fmpq(1, 4)]


def test_the_square_holds_what_the_triangle_does_not():
    x, y = ring()
    f, g = 4 * x - 3, 4 * y - 3
    assert len(solve_in_square(f, g).boxes) == 1
    assert solve_in_triangle(f, g).boxes == []


def test_an_enclosure_of_a_tiny_root_is_not_narrower_than_the_checker_can_tell():
    """A ball of 333 bits around a root of about 3 / 10^30 is narrower than 10^-130."""
    x = fmpq_poly([0, 1])
    (root,) = real_roots(8 * x**2 + 10**30 * x - 3)
    assert Fraction(1, 10**85) < root.enclosure.width < Fraction(1, 10**80)
    assert root.enclosure.lower > 0 and root.enclosure.upper < Fraction(1, 10**29)
