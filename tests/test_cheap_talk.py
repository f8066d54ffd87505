"""Cheap talk against shooting, integration, a finite game of many states, and the sender's eyes."""

import math
import random
from fractions import Fraction as F
from itertools import pairwise

import pytest
import sympy as sp

from pigou.cheap_talk import CheapTalk
from pigou.errors import DeclarationError, StructureError
from pigou.expression import symbol
from pigou.game import Parameter
from pigou.solvers.cheap_talk import (
    critical_bias,
    delegation,
    most_cells,
    partition,
    partition_equilibria,
    partition_formulas,
)


def drawn(seed):
    rng = random.Random(seed)
    low = F(rng.randint(-6, 6), 3)
    length = F(rng.randint(1, 12), 4)
    bias = length * F(rng.choice([-1, 1]) * rng.randint(1, 70), 200)
    return CheapTalk("drawn", bias, low, low + length)


def shot(bias, low, high):
    """Find equilibria by shooting: guess the first cut, follow indifference, hit the end.

    The receiver's action is an integral and the next cut is searched for by halving, so nothing of
    the difference equation is used. Returns the cuts by number of cells.
    """

    def mean(a, b):
        steps = 4
        return sum(a + (b - a) * (k + 0.5) / steps for k in range(steps)) / steps

    def following(before, cut):
        """Return where the next cell has to end so that the sender is indifferent at the cut."""
        near, far = cut, cut + 4 * (high - low) + 8 * abs(bias)

        def gap(end):
            return (mean(before, cut) - cut - bias) ** 2 - (mean(cut, end) - cut - bias) ** 2

        near = max(cut, 2 * (cut + bias) - cut)  # the action is above the sender's peak from here
        for _ in range(60):
            middle = (near + far) / 2
            near, far = (middle, far) if gap(middle) > 0 else (near, middle)
        return near

    def path(first, cells):
        cuts = [low, first]
        while len(cuts) <= cells:
            end = following(cuts[-2], cuts[-1])
            if end <= cuts[-1]:
                return None
            cuts.append(end)
        return cuts

    found = {1: [low, high]}
    for cells in range(2, 40):
        small, large = low, high
        for _ in range(60):
            middle = (small + large) / 2
            cuts = path(middle, cells)
            too_far = cuts is not None and cuts[-1] > high
            small, large = (small, middle) if too_far else (middle, large)
        cuts = path(small, cells)
        if cuts is None or abs(cuts[-1] - high) > 1e-7 or cuts[1] - low < 1e-7:
            return found
        found[cells] = cuts
    raise AssertionError("too many cells for a test")


@pytest.mark.parametrize("bias", ["1/20", "1/5", "3/10", "2/25"])
def test_shooting_finds_the_same_equilibria(bias):
    found = partition_equilibria(CheapTalk("talk", bias)).equilibria
    by_hand = shot(float(F(bias)), 0.0, 1.0)
    assert [one.cells for one in found] == sorted(by_hand)
    for one in found:
        assert [float(cut) for cut in one.cuts] == pytest.approx(by_hand[one.cells], abs=1e-6)


@pytest.mark.parametrize("seed", range(30))
def test_nobody_gains_by_another_message_or_action_and_utilities_are_integrals(seed):
    game = drawn(seed)
    for one in partition_equilibria(game).equilibria[-3:]:
        assert one.cuts[0] == game.low and one.cuts[-1] == game.high
        receiver = sender = 0.0
        steps = 400
        for (a, b), action in zip(pairwise(one.cuts), one.actions, strict=True):
            assert b > a
            for k in range(steps):
                state = float(a + (b - a) * F(2 * k + 1, 2 * steps))
                share = float((b - a) / (game.high - game.low)) / steps
                said = [(float(y) - state - float(game.bias)) ** 2 for y in one.actions]
                assert (float(action) - state - float(game.bias)) ** 2 <= min(said) + 1e-12
                receiver -= share * (float(action) - state) ** 2
                sender -= share * (float(action) - state - float(game.bias)) ** 2
            states = [a + (b - a) * F(2 * k + 1, 40) for k in range(20)]
            tried = [action + (b - a) * F(k, 50) for k in range(-25, 26)]
            assert min(tried, key=lambda y: sum((y - t) ** 2 for t in states)) == action
        assert float(one.receiver) == pytest.approx(receiver, abs=1e-5)
        assert float(one.sender) == pytest.approx(sender, abs=1e-5)


def test_no_other_number_of_cells_fits():
    """With one cell more the first, or with a negative bias the last, would have no width."""
    for seed in range(60):
        game = drawn(seed)
        cells = most_cells(game)
        length = game.high - game.low
        width = [length / n - 2 * abs(game.bias) * (n - 1) for n in (cells, cells + 1)]
        assert width[0] > 0 >= width[1]


@pytest.mark.parametrize("cells", [2, 3, 7, 40])
def test_the_critical_bias_is_sharp_and_belongs_to_fewer_cells(cells):
    for sign in (1, -1):
        game = CheapTalk("talk", "b", "-1", "1/2", [Parameter("b", "1/20")])
        border = critical_bias(game, cells)
        assert most_cells(game, {"b": sign * border}) == cells - 1
        assert most_cells(game, {"b": sign * border * F(999_999, 1_000_000)}) == cells
        assert most_cells(game, {"b": sign * border * F(1_000_001, 1_000_000)}) == cells - 1


def test_more_cells_are_better_for_both():
    for seed in range(40):
        found = partition_equilibria(drawn(seed)).equilibria
        for fewer, more in pairwise(found):
            assert more.receiver > fewer.receiver and more.sender > fewer.sender


def test_a_negative_bias_is_the_mirror_image():
    for one, other in zip(
        partition_equilibria(CheapTalk("up", "0.03")).equilibria,
        partition_equilibria(CheapTalk("down", "-0.03")).equilibria,
        strict=True,
    ):
        assert tuple(1 - cut for cut in reversed(one.cuts)) == other.cuts
        assert (one.receiver, one.sender) == (other.receiver, other.sender)


def test_formulas_meet_the_conditions_for_all_numbers_of_cells():
    names = [Parameter("b"), Parameter("l"), Parameter("h")]
    game = CheapTalk("talk", "b", "l", "h", names)
    found = partition_formulas(game)
    i, n, b = symbol("cell"), symbol("cells"), symbol("b")
    before, after = found.cut.xreplace({i: i - 1}), found.cut.xreplace({i: i + 1})
    action, next_action = (before + found.cut) / 2, (found.cut + after) / 2
    assert sp.expand((action + next_action) / 2 - b - found.cut) == 0
    assert sp.simplify(found.cut.xreplace({i: sp.S.Zero}) - symbol("l")) == 0
    assert sp.simplify(found.cut.xreplace({i: n}) - symbol("h")) == 0
    k = sp.Symbol("k", integer=True, positive=True)
    width = sp.expand((found.cut - before).xreplace({i: k}))
    length = symbol("h") - symbol("l")
    within = -sp.summation(sp.expand(width**3), (k, 1, n)) / (12 * length)
    assert sp.simplify(within - found.receiver) == 0
    assert sp.simplify(found.receiver - found.sender - b**2) == 0


@pytest.mark.parametrize("seed", range(10))
def test_formulas_give_the_numbers(seed):
    numbers = drawn(seed)
    found = partition_formulas(numbers)
    for one in partition_equilibria(numbers).equilibria:
        at = {symbol("cells"): sp.Integer(one.cells)}
        cuts = [found.cut.subs(at | {symbol("cell"): k}) for k in range(one.cells + 1)]
        assert [F(int(c.p), int(c.q)) for c in cuts] == list(one.cuts)
        assert found.room.subs(at) > 0
        assert found.receiver.subs(at) == sp.Rational(one.receiver.numerator,
                                                      one.receiver.denominator)  # fmt: skip
    assert found.room.subs({symbol("cells"): sp.Integer(one.cells + 1)}) <= 0


def test_delegation_is_what_the_sender_would_do():
    """Full delegation beats talk exactly where something could be told, and a little beyond."""
    for bias in (F(1, 100), F(1, 5), F(6, 25), F(7, 25), F(3, 10)):
        game = CheapTalk("talk", bias)
        states = [k / 1000 for k in range(1001)]
        taken = [min((abs(y / 100 - t - float(bias)), y / 100) for y in range(140))[1]
                 for t in states[::10]]  # fmt: skip
        loss = -sum((y - t) ** 2 for y, t in zip(taken, states[::10], strict=True)) / len(taken)
        assert float(delegation(game)[0]) == pytest.approx(loss, abs=1e-9)
        better = delegation(game)[0] > partition_equilibria(game).most_informative.receiver
        assert better == (float(bias) < 1 / math.sqrt(12))


def test_what_is_refused():
    with pytest.raises(DeclarationError, match="bias has to differ from 0"):
        partition_equilibria(CheapTalk("talk", 0))
    with pytest.raises(DeclarationError, match="needs low < high, not 1 and 1"):
        partition_equilibria(CheapTalk("talk", "1/10", 1, 1))
    with pytest.raises(DeclarationError, match="not a rational number"):
        CheapTalk("talk", "sqrt(b)", parameters=[Parameter("b", 2)]).at()
    with pytest.raises(DeclarationError, match="did you mean 'bias'"):
        CheapTalk("talk", "bias", parameters=[Parameter("bias", 2)]).at({"bia": 1})
    with pytest.raises(DeclarationError, match="at least 2, not 1"):
        critical_bias(CheapTalk("talk", 1), 1)
    with pytest.raises(DeclarationError, match="no names for parameters"):
        partition_formulas(CheapTalk("talk", "cell", parameters=[Parameter("cell", 1)]))
    with pytest.raises(StructureError, match="has 1581 equilibria"):
        partition_equilibria(CheapTalk("talk", "2e-7"))
    assert partition(CheapTalk("talk", "2e-7"), 1581).cells == 1581
    with pytest.raises(StructureError, match="1 to 1581"):
        partition(CheapTalk("talk", "2e-7"), 1582)
