"""The big push of Murphy, Shleifer and Vishny, against accounting of incomes sector by sector."""

import pytest

from pigou.papers import load

LABOUR, ALPHA, PREMIUM, COST = 10.0, 3.0, 0.5, 4.0


def economy(share, labour=LABOUR, alpha=ALPHA, premium=PREMIUM, cost=COST):
    """Income and the profit of a factory, where income is what is earned: a fixed point."""
    income = labour
    for _ in range(500):
        at_work = cost + income / alpha  # in one factory
        earned = income - (1 + premium) * at_work
        wages = (1 + premium) * share * at_work + (labour - share * at_work)
        income = share * earned + wages
    return income, income - (1 + premium) * (cost + income / alpha)


def welfare(share):
    income, _ = economy(share)
    return income - PREMIUM * share * (COST + income / ALPHA)


def values():
    return {c.id.removeprefix("O01."): c for c in load("murphy1989").claims}


def number(claim):
    value = claim.compute().value
    return float(getattr(value, "value", value))


def test_profits_and_welfare_by_accounting():
    claims = values()
    for name, share in (("0", 0), ("1", 1)):
        assert number(claims[f"pi{name}"]) == pytest.approx(economy(share)[1])
        assert number(claims[f"W{name}"]) == pytest.approx(welfare(share))
    assert number(claims["W_half"]) == pytest.approx(welfare(0.5))
    even = number(claims["nstar"])
    assert economy(even - 1e-6)[1] < 0 < economy(even + 1e-6)[1]
    for name, share in (("F_low", 0), ("F_high", 1)):
        limit = float(number(claims[name]))
        assert economy(share, cost=limit - 1e-6)[1] > 0 > economy(share, cost=limit + 1e-6)[1]


def test_the_budget_by_adding_up_the_losses():
    steps = 20_000
    lost = sum(-economy_at(k, steps) for k in range(steps)) * 0.5 / steps
    computed = values()["s_divide_conquer"].compute().value
    assert computed.value == pytest.approx(lost, abs=1e-8)
    assert computed.width < 1e-10


def economy_at(k, steps):
    share = 0.5 * (k + 0.5) / steps
    income = (LABOUR - share * COST) / (1 - share + share / ALPHA)  # all labour is at work
    return income - (1 + PREMIUM) * (COST + income / ALPHA)


def test_the_facility_by_accounting():
    """Half the sectors with each fixed cost, and all labour but the facility's at work in them."""
    for name, gain in (("infra_R_social", 0), ("infra_R_private", 1)):
        cost = number(values()[name])
        income = LABOUR
        for _ in range(500):  # profits and the wages of all labour, less what the facility costs
            earned = sum(0.5 * (income - fixed - income / ALPHA) for fixed in (3, 5))
            income = earned + LABOUR - cost
        if gain:
            assert income * (1 - 1 / ALPHA) - 5 == pytest.approx(cost)
        else:
            assert income == pytest.approx(LABOUR)
