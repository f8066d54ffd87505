"""Tax competition: the market for capital cleared by hand, and best replies on a grid."""

import math

import pytest

from pigou.papers import zodrow1986
from pigou.replicating import only, played


def utility(own, others, count):
    """Return what residents have, with the market for capital cleared by halving."""

    def demand(rho, tax):
        return 5 - tax - rho  # f'(k) - t = rho

    low, high = -5.0, 10.0
    for _ in range(60):
        rho = (low + high) / 2
        excess = demand(rho, own) + (count - 1) * demand(rho, others) - count
        low, high = (rho, high) if excess > 0 else (low, rho)
    k = demand(rho, own)
    made = 5 * k - k * k / 2
    return made - k * (5 - k) + rho + math.log(own * k)


@pytest.mark.parametrize("count", [2, 50])
def test_no_tax_on_a_grid_is_a_better_reply(count):
    one = zodrow1986.competing(count)
    tax = played(one)["t1"].value
    value = utility(tax, tax, count)
    assert one.payoffs["host1"].value == pytest.approx(value, abs=1e-9)
    assert all(utility(0.1 + k / 100, tax, count) <= value + 1e-9 for k in range(91))


@pytest.mark.parametrize("count", [2, pytest.param(3, marks=pytest.mark.long)])
def test_one_that_stands_for_all_does_what_each_of_several_does(count):
    each = only(zodrow1986.jurisdictions(count))
    stand_in = only(zodrow1986.one_for_all(), {"n": count})
    assert set(map(str, played(each).values())) == {str(played(stand_in)["t1"])}


def test_a_union_and_the_minimum_tax():
    grid = {k: utility(k / 100, k / 100, 50) for k in range(10, 200)}
    assert max(grid, key=grid.get) == 100
    bound = only(zodrow1986.minimum_tax()(zodrow1986.one_for_all()), {"n": 50})
    lowest = (50 / 99 + 1) / 2
    assert played(bound)["t1"].value == pytest.approx(lowest, abs=1e-12)
    nash, joint = utility(50 / 99, 50 / 99, 50), grid[100]
    gain = (utility(lowest, lowest, 50) - nash) / (joint - nash)
    assert zodrow1986.regained().value.value == pytest.approx(gain, abs=1e-9)
