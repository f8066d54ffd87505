"""Signals and cascades: what the files of publications compute, by a second route."""

import itertools
from fractions import Fraction

import pytest
import sympy as sp

from pigou.exact import Enclosure
from pigou.expression import symbol
from pigou.models import load
from pigou.papers import spence1973
from pigou.solvers.cascades import cascades, lasting
from pigou.solvers.paths import paths_of_play, played_path
from pigou.solving import solve


def separating_by_hand(level, tau=Fraction(0)):
    low_stays = 2 - level - tau * level <= 1
    high_signals = 2 - level / 2 - tau * level >= 1
    return low_stays and high_signals


@pytest.mark.parametrize("level", ["0", "0.99", "1", "1.37", "2", "2.01"])
def test_a_level_separates_where_both_types_want_what_they_have(level):
    level = Fraction(level)
    assert spence1973.separates(level)[0] == separating_by_hand(level)
    assert spence1973.separates(level * Fraction(4, 5), spence1973.tax())[0] == separating_by_hand(
        level * Fraction(4, 5), Fraction(1, 4)
    )


def test_deviations_on_the_grid_itself_leave_a_level_that_a_low_type_is_indifferent_about():
    def left(level, other):
        at = {"e": Fraction(level), "other_level": Fraction(other)}
        found = list(spence1973.choosing(solve(spence1973.two_levels(), at, pure=True), "level"))
        assert found
        return all("intuitive" in one.marks for one in found)

    assert left("1.01", "1") and not left("1.01", "1.005")
    assert left("1", "0.995") and left("1", "1.005")
    assert not left("1.5", "1.25") and left("1.5", "0.75")


def test_expected_costs_follow_the_level():
    cost = spence1973.wasted(Fraction(3, 2))
    assert cost.value == Enclosure.point(Fraction(2, 5) * Fraction(3, 4))
    taxed = spence1973.wasted(Fraction(1), spence1973.tax())
    assert taxed.value == Enclosure.point(Fraction(1, 5))


def cascades_by_hand(p, agents):
    """Count over all signals and coins; a cascade is two more adoptions than rejections."""
    sums = [Fraction(0)] * 3
    for draws in itertools.product(itertools.product((True, False), repeat=2), repeat=agents):
        weight, lead = Fraction(1), 0
        for good, heads in draws:
            weight *= (p if good else 1 - p) / 2
            if abs(lead) < 2:
                follow = good if lead == 0 or good == (lead > 0) else heads
                lead = follow_on(lead, follow)
        sums[0 if lead >= 2 else 2 if lead <= -2 else 1] += weight
    return tuple(sums)


def follow_on(lead, adopts):
    """A first choice is +-1; the second one ends in a cascade, or cancels it."""
    step = 1 if adopts else -1
    return lead + step


@pytest.mark.parametrize("p", ["3/5", "51/100", "9/10"])
def test_cascades_agree_with_a_count_over_all_signals_and_coins(p):
    p = Fraction(p)
    for agents in (0, 1, 2, 3, 4):
        assert tuple(cascades(p, agents)) == cascades_by_hand(p, agents)


def test_the_limit_of_cascades_is_where_many_agents_end():
    p = Fraction(7, 10)
    found, many = lasting(p), cascades(p, 60)
    assert 0 < found.correct - many.correct < Fraction(1, 10**15)
    assert found.correct == p * (p + 1) / (2 * (1 - p + p * p))
    assert found.correct + found.incorrect == 1


@pytest.mark.parametrize(("grant", "level"), [("7.9", "none"), ("8.1", "full")])
def test_a_grant_that_suffices_for_an_unable_supplier_is_paid_to_it(grant, level):
    """The agency does not see ability: it takes a full certificate if p + z > r c_u, z > 8."""
    model = load("certification")
    found = solve(model.reform("small_supplier_grant", small_grant=grant)(model.game))
    unable = [s for one in found for s in one.strategies if s.when == {"kind": "unable"}]
    taken = [s.probabilities for s in unable]
    assert {label for row in taken for label, share in row.items() if share.upper} == {level}


def test_the_outcomes_of_certification_are_those_of_the_solved_game():
    game = load("certification").game
    paths = paths_of_play(game)
    for change in ({}, {"lab": "1/3"}, {"harm": 0, "cost_unable": 3}, {"share_small": "7/10"}):
        at = game.values(change)
        numbers = {symbol(name): sp.Rational(str(value)) for name, value in at.items()}
        stated = {path.words for path in paths if path.holds.xreplace(numbers) == sp.true}
        played = (played_path(game, one) for one in solve(game, change, pure=True))
        assert stated
        assert stated == {"; ".join(f"{m}: {label}" for m, label in one.items()) for one in played}
