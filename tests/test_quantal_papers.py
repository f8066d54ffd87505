"""What is estimated from the experiment of Mori, Hanaki and Kameda (2024), by a second route."""

import csv
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from pigou.papers import mckelvey1995, mori2024
from pigou.quantal import quantal_response
from pigou.solvers.form import finite_form
from pigou.solvers.logit import logit_equilibrium

CHOICES = Path(__file__).resolve().parents[1] / "examples" / "threshold_public_good" / "choices.csv"
REGIMES = {"A": mori2024.COMPULSORY, "F": mori2024.VOLUNTARY}
LABELS = {"C": "contribute", "D": "free_ride", "L": "leave"}


def test_the_counts_are_those_of_the_table_of_choices():
    with CHOICES.open(newline="") as file:
        found = Counter(
            (int(r["thr"]), REGIMES[r["p_option"]], LABELS[r["action"]])
            for r in csv.DictReader(file)
        )
    for (threshold, regime), row in mori2024.COUNTS.items():
        for label, number in row.items():
            assert found[threshold, regime, label] == number
    assert sum(found.values()) == sum(sum(row.values()) for row in mori2024.COUNTS.values())


def curve(threshold, regime, counts):
    """All logit equilibria, by the share w of contributors among those who stay.

    Odds of contributing give the precision; the sure 20 points give the share who leave.
    """
    rows = []
    for w in np.linspace(0.0005, 0.9995, 200_001):
        upper = lambda m, w=w: sum(  # noqa: E731
            math.comb(4, k) * w**k * (1 - w) ** (4 - k) for k in range(m, 5)
        )
        give, keep = 30 * upper(threshold - 1), 10 + 30 * upper(threshold)
        if abs(give - keep) < 1e-9:
            continue
        precision = math.log(w / (1 - w)) / (give - keep)
        if not 0 <= precision <= 50:
            continue
        pays = np.array([give, keep, 20.0][: len(counts)])
        weights = np.exp(precision * (pays - pays.max()))
        shares = weights / weights.sum()
        rows.append((float(counts @ np.log(shares)), precision, *shares))
    return rows


CELLS = [(4, mori2024.COMPULSORY), (5, mori2024.COMPULSORY), (4, mori2024.VOLUNTARY),
         (5, mori2024.VOLUNTARY)]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize(("threshold", "regime"), CELLS)
def test_the_best_fit_of_all_logit_equilibria_is_the_one_found_along_branches(threshold, regime):
    counts = np.array(list(mori2024.COUNTS[threshold, regime].values()), float)
    best = max(curve(threshold, regime, counts))
    found = mori2024.fit(threshold, regime).elsewhere
    assert found.log_likelihood == pytest.approx(best[0], abs=1e-3)
    assert found.precision == pytest.approx(best[1], abs=2e-3)
    shares = found.shares[0]["subject"].values()
    assert list(shares) == pytest.approx(best[2:], abs=2e-3)


@pytest.mark.long
@pytest.mark.parametrize(("threshold", "regime"), list(mori2024.COUNTS))
def test_fits_on_the_principal_branch_are_those_of_a_grid(threshold, regime):
    counts = np.array(list(mori2024.COUNTS[threshold, regime].values()), float)
    game = mori2024.game(threshold, regime)
    found = mori2024.fit(threshold, regime).best
    for precision in (0.005, 0.02, 0.0287, 0.05, 0.2, 1):
        one = quantal_response(game, precision=precision).equilibrium
        shares = [p.value for p in one.strategies[0].probabilities.values()]
        assert counts @ np.log(shares) <= found.log_likelihood + 1e-9


def test_a_binary_fit_elsewhere_meets_the_observed_share():
    found = mori2024.fit(5, mori2024.COMPULSORY).elsewhere
    w = 150 / 191
    assert found.shares[0]["subject"]["contribute"] == pytest.approx(w, abs=1e-9)
    assert found.precision == pytest.approx(math.log(w / (1 - w)) / (30 * w**4 - 10), rel=1e-8)


def test_the_branch_of_two_players_crosses_another_in_the_first_table():
    """Where the two are not declared alike, and A = 100; the other package stalls there."""
    from pigou.gambit import read_nfg

    pays = [[1, 0, 1], [0, 0, 0], [1, 100, 1]]
    cells = " ".join(f"{pays[i][j]} {pays[j][i]}" for j in range(3) for i in range(3))
    named = read_nfg('NFG 1 R "t" { "a" "b" } { 3 3 } ' + cells)
    form = finite_form(named)
    assert logit_equilibrium(form, 0.0991).crossings == 0
    assert logit_equilibrium(form, 0.0994).crossings == 1
    alike = quantal_response(mckelvey1995.three_choices(100), precision="0.0994").equilibrium
    assert str(alike.on_branch.grade) == "certified"
