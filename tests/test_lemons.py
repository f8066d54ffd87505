"""Certification and lemons: games with one seller for all against each seller's own decision."""

from fractions import Fraction as F

import pytest

from pigou.papers import akerlof1970, lizzeri1999
from pigou.replicating import only, played
from pigou.solving import solve


def unravelled(fee, steps=2000):
    """Return the lowest quality certified, where each seller compares; by repeated replies."""
    qualities = [(k + 0.5) / steps for k in range(steps)]
    price = 0.5
    for _ in range(5000):
        left = [t for t in qualities if t - fee < price]
        expected = sum(left) / len(left) if left else 0.0
        if abs(expected - price) < 1e-12:
            break
        price = expected
    return min((t for t in qualities if t - fee >= price), default=1.0)


@pytest.mark.parametrize("fee", ["1/10", "1/4", "2/5"])
def test_the_border_is_where_each_seller_is_indifferent(fee):
    game = lizzeri1999.full_disclosure()
    fixed = [m for m in game.moves if m.name != "fee"]
    later = type(game)(
        "given fee",
        [p for p in game.players if p.name != "certifier"],
        [type(m)(m.name, m.player, m.domain) for m in fixed],
        {n: str(game.payoff(n)).replace("fee", f"({fee})") for n in ("sellers", "market")},
    )
    assert played(only(later))["border"].value == pytest.approx(unravelled(float(F(fee))), abs=2e-3)


def test_the_best_fee_beats_others():
    profit = {k: k / 50 * (1 - unravelled(k / 50)) for k in range(26)}
    best = max(profit, key=profit.get)
    assert best / 50 == pytest.approx(float(lizzeri1999.best_fee().value[0].value), abs=0.02)
    assert profit[best] == pytest.approx(float(lizzeri1999.best_fee().value[1].value), abs=2e-3)


def test_a_fee_that_all_pay():
    assert [lizzeri1999.all_certified(F(fee))[0] for fee in ("0", "1/2", "501/1000")] == [
        True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(("h", "prices"), [("2/5", [0.0, 0.5]), ("11/20", [0.0])])
def test_lemons_collapse_exactly_if_keeping_is_worth_more_than_half(h, prices):
    found = solve(akerlof1970.lemons(), {"h": h})
    assert found.complete
    assert sorted(played(one)["price"].value for one in found) == prices


def test_the_gain_from_trade_is_an_integral():
    for public, cost in ((False, 0.1), (True, 0.05)):
        _, one = akerlof1970.outcome(public)
        border = played(one)["border"].value
        assert played(one)["offered"].upper == 0
        sold = [t for t in ((k + 0.5) / 20000 for k in range(20000)) if t - cost > 0.6 * t]
        assert border == pytest.approx(sold[0], abs=1e-4)
        gain = sum(0.4 * t - cost for t in sold) / 20000
        computed = akerlof1970.gains().value[public].value
        assert computed == pytest.approx(gain, abs=1e-4)
