"""Signals and cascades: what the files of publications compute, by a second route."""

from fractions import Fraction

import pytest

from pigou.exact import Enclosure
from pigou.papers import spence1973
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
