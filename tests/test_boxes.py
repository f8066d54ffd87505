"""Branch and prune for multi-affine systems: nothing is lost, what is singular is said."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import fmpq

from pigou.solvers.boxes import System, solve_system, value


def tensor(terms, shape=(2, 2)):
    """Build a tensor from {cell: number}."""
    array = np.empty(shape, dtype=object)
    for cell in itertools.product(*(range(m) for m in shape)):
        number = Fraction(terms.get(cell, 0))
        array[cell] = fmpq(number.numerator, number.denominator)
    return array


def test_two_solutions_of_a_product_and_a_sum():
    """x y = 2/9 and x + y = 1: (1/3, 2/3) and (2/3, 1/3)."""
    product = tensor({(0, 0): Fraction(-2, 9), (1, 1): 1})
    total = tensor({(0, 0): -1, (1, 0): 1, (0, 1): 1})
    found = solve_system(System((1, 1), [product, total], []))
    third = fmpq(1, 3)
    assert {s.exact for s in found.solutions} == {(third, 2 * third), (2 * third, third)}
    assert found.unsettled == 0


def test_a_double_solution_is_unsettled():
    """x y = 1/4 and x + y = 1 touch at (1/2, 1/2)."""
    product = tensor({(0, 0): Fraction(-1, 4), (1, 1): 1})
    total = tensor({(0, 0): -1, (1, 0): 1, (0, 1): 1})
    found = solve_system(System((1, 1), [product, total], []))
    assert found.unsettled > 0 and found.solutions == []


def test_curves_that_just_miss_each_other_have_no_solution():
    product = tensor({(0, 0): Fraction(-1, 4) - Fraction(1, 10**6), (1, 1): 1})
    total = tensor({(0, 0): -1, (1, 0): 1, (0, 1): 1})
    found = solve_system(System((1, 1), [product, total], []))
    assert found.unsettled == 0 and found.solutions == []


def test_a_curve_of_solutions_ends_and_is_unsettled():
    line = tensor({(0, 0): -1, (1, 0): 1, (0, 1): 1})
    found = solve_system(System((1, 1), [line, line], []))
    assert found.unsettled > 0
    assert found.visited < 60_000


def test_a_condition_excludes_a_solution_and_a_limit_is_kept():
    product = tensor({(0, 0): Fraction(-2, 9), (1, 1): 1})
    total = tensor({(0, 0): -1, (1, 0): 1, (0, 1): 1})
    below = tensor({(0, 0): Fraction(-1, 2), (1, 0): 1})  # x <= 1/2
    (only,) = solve_system(System((1, 1), [product, total], [below])).solutions
    assert only.exact == (fmpq(1, 3), fmpq(2, 3))
    assert solve_system(System((1, 1), [product, total], []), 0).unsettled == 1


@pytest.mark.parametrize("seed", range(8))
def test_random_systems_of_three_unknowns_have_the_solutions_of_sympy(seed):
    rng = random.Random(seed)
    x = sp.symbols("x0:3")
    tensors, equations = [], []
    for own in range(3):
        others = [k for k in range(3) if k != own]
        terms, formula = {}, sp.S.Zero
        for powers in itertools.product(range(2), repeat=2):
            cell = [0, 0, 0]
            for k, power in zip(others, powers, strict=True):
                cell[k] = power
            number = rng.randint(-99, 99)
            terms[tuple(cell)] = number
            formula += number * sp.Mul(*(x[k] ** p for k, p in zip(others, powers, strict=True)))
        tensors.append(tensor(terms, (2, 2, 2)))
        equations.append(formula)
    found = solve_system(System((1, 1, 1), tensors, []))
    assert found.unsettled == 0
    expected = [
        point
        for point in sp.solve(equations, x, dict=True)
        if all(sp.im(sp.N(v)) == 0 and 0 < sp.re(sp.N(v, 30)) < 1 for v in point.values())
    ]
    assert len(found.solutions) == len(expected)
    for solution in found.solutions:
        for t in tensors:
            assert value(t, solution.balls, (1, 1, 1)).contains(0)
        assert any(
            all(
                abs(float(b.mid()) - float(sp.re(sp.N(p[v], 30)))) < 1e-12
                for b, v in zip(solution.balls, x, strict=True)
            )
            for p in expected
        )
