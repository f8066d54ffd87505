"""Choices next to continuous moves: closed forms, ties, joint deviations, a brute force."""

import itertools
import json
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings, strategies as st

from pigou.assessment import assess, first_best
from pigou.check import examine, recheck
from pigou.cli import cli
from pigou.comparison import compare
from pigou.equilibrium import Grade
from pigou.errors import DeclarationError, StructureError
from pigou.exact import Enclosure
from pigou.game import Chance, Game, Interval, Move, Parameter, Player
from pigou.gamefile import read_game, read_game_file
from pigou.pages import in_words, solve_page
from pigou.reform import subsidy
from pigou.results import solve_result
from pigou.screen import as_text
from pigou.solving import iterated_dominance, solve
from test_smooth import payoff_text, random_cubics, regret

ENTRY = Path(__file__).parent.parent / "examples" / "continuous" / "entry_and_output.toml"


def entry_game():
    return read_game_file(ENTRY).game


def played(found):
    """What each equilibrium consists of: labels, and values that are exact."""
    rows = []
    for one in found:
        row = {}
        for s in one.strategies:
            sure = [label for label, p in s.probabilities.items() if p.lower == 1]
            row[s.move] = sure[0] if s.value is None else s.value.lower
        rows.append(row)
    return rows


def settled(game, at=None):
    found = solve(game, at)
    assert found.complete, found.unresolved
    for one in found:
        assert one.evidence.grade is Grade.CERTIFIED, one.evidence
        assert one.evidence.checked and one.evidence.max_gain == Enclosure.point(0)
        assert recheck(game, game.values(at), one).confirmed
    return found


IN = {"output": Fraction(1, 3), "entry": "in", "supply": Fraction(1, 3)}
OUT = {"output": Fraction(1, 2), "entry": "out", "supply": Fraction(0)}


@pytest.mark.parametrize(
    ("cost", "rows"),
    [
        ("1/20", [IN]),  # alone, (1/4)^2 pays: entry to an incumbent that sells 1/2
        ("1/16", [OUT, IN]),  # just not: indifferent between out and in with 1/4
        ("1/10", [OUT, IN]),
        ("1/9", [OUT, IN]),  # indifferent between in and out
        ("1/8", [OUT]),
    ],
)
def test_entry_and_output_at_once_have_the_equilibria_of_cournot(cost, rows):
    found = settled(entry_game(), {"fixed_cost": cost})
    assert played(found) == rows
    for one, row in zip(found, rows, strict=True):
        assert ("any supply" in one.marks) == (row["entry"] == "out")


def test_a_joint_deviation_destroys_what_no_single_move_does():
    game = entry_game()
    found = settled(game, {"fixed_cost": "1/20"})
    (refuted,) = found.refuted
    # at (1/2, out, 0) entry alone earns -1/20 and supply alone nothing; both at once 1/16 - 1/20
    assert refuted.player == "entrant"
    assert dict(refuted.deviation) == {"entry": "in", "supply": Fraction(1, 4)}
    assert refuted.gain.lower <= Fraction(1, 80) <= refuted.gain.upper
    assert "entrant gains" in str(refuted) and "entry in" in str(refuted)
    at = game.values({"fixed_cost": "1/20"})
    exam = examine(game, at, refuted.strategies)
    assert not exam.confirmed and 0 < exam.gain.lower <= Fraction(1, 80)


def technology(spill="0", cost="1/10"):
    """Two firms choose a technology and an effort in it; the new one makes effort pay more."""
    own = "{x}*(1 + {t}/2 - {y}*" + spill + ") - {x}**2 - {t}*" + cost + " + {u}*{x}/5"
    moves = [
        Move(name, firm, domain)
        for firm, x, t in (("ann", "x", "t"), ("bob", "y", "u"))
        for name, domain in ((t, {"old": 0, "new": 1}), (x, (0, 2)))
    ]
    payoffs = {
        "ann": own.format(x="x", t="t", y="y", u="u"),
        "bob": own.format(x="y", t="u", y="x", u="t"),
    }
    return Game("technology", [Player("ann"), Player("bob")], moves, payoffs)


def test_technology_and_effort_at_once_have_the_closed_form():
    # effort (1 + t/2 + u/5)/2; new pays if (3/2 + u/5)^2/4 - (1 + u/5)^2/4 >= c
    # that is (5/4 + u/5)/4 >= c: 5/16 to a rival with the old one, 29/80 to one with the new
    for cost, pairs in (("1/4", ["new new"]), ("1/3", ["old old", "new new"]), ("1/2", ["old old"]),
                        ("5/16", ["old old", "new new"]),
                        ("29/80", ["old old", "new new"])):  # fmt: skip
        found = settled(technology(cost=cost))
        rows = played(found)
        assert [f"{row['t']} {row['u']}" for row in rows] == pairs
        for row in rows:
            t, u = ((0, 1)[row[name] == "new"] for name in ("t", "u"))
            assert row["x"] == (1 + Fraction(t, 2) + Fraction(u, 5)) / 2
            assert row["y"] == (1 + Fraction(u, 2) + Fraction(t, 5)) / 2


def test_the_game_file_of_the_reference_may_have_a_continuous_effort():
    # effort 3/4 * support; the lead firm earns 9/16 by an offer that costs 1/2 + 1/20
    text = (ENTRY.parents[2] / "docs" / "reference" / "game-files.md").read_text("utf-8")
    text = text.split("```toml\n")[1].split("```")[0]
    text = text.replace("choices = { none = 0, some = 1, full = 2 }", "interval = [0, 4]")
    game = read_game(text).game
    assert played(settled(game)) == [
        {"effort": Fraction(3, 4), "support": "offer"}, {"effort": 0, "support": "refuse"},
    ]  # fmt: skip
    dear = settled(game, {"benefit": "7/5"})  # then 49/100 < 1/2
    assert played(dear) == [{"effort": 0, "support": "refuse"}]


def test_a_player_with_choices_only_deviates_by_them():
    moves = [Move("x", "ann", (0, 1)), Move("go", "bob", {"no": 0, "yes": 1})]
    payoffs = {"ann": "x*(1 - go/2) - x**2", "bob": "go*(x - 3/8)"}
    found = settled(Game("pair", [Player("ann"), Player("bob")], moves, payoffs))
    assert played(found) == []  # yes is best to 1/2, which is best to no; and no to 1/4
    assert sorted(r.player for r in found.refuted) == ["bob", "bob"]


def test_indifference_that_cannot_be_told_is_kept_and_said():
    # y = sqrt(1/2); with yes ann earns y x - x^2, at best y^2/4: just what no brings
    moves = [Move("x", "ann", (0, 1)), Move("go", "ann", {"no": 0, "yes": 1}),
             Move("y", "bob", (0, 1))]  # fmt: skip
    ann = "if(go == yes, y*x - x**2, y**2/4 - (x - 1/3)**2)"
    game = Game("pair", [Player("ann"), Player("bob")], moves, {"ann": ann, "bob": "y/2 - y**3/3"})
    found = solve(game)
    assert sorted(row["go"] for row in played(found)) == ["no", "yes"]
    assert not found.complete
    assert all(e.evidence.grade is Grade.NUMERICAL for e in found)
    assert all(e.evidence.max_gain.upper < Fraction(1, 10**5) for e in found)
    shifted = {"ann": ann.replace("y**2/4", "y**2/4 - 1/10**9"), "bob": "y/2 - y**3/3"}
    clear = settled(Game("pair", [Player("ann"), Player("bob")], moves, shifted))
    assert [row["go"] for row in played(clear)] == ["yes"]


def test_a_move_that_matters_to_others_only_is_a_continuum_and_unresolved():
    moves = [Move("x", "ann", (0, 1)), Move("go", "ann", {"no": 0, "yes": 1}),
             Move("y", "bob", (0, 1))]  # fmt: skip
    payoffs = {"ann": "go*(x - x**2 - 1)", "bob": "y*x - y**2"}
    found = solve(Game("pair", [Player("ann"), Player("bob")], moves, payoffs))
    assert not found.complete
    assert any("go no" in note and "does not depend on its continuous move 'x'" in note
               for note in found.unresolved)  # fmt: skip


def test_chance_that_nobody_sees_and_transfers_are_counted():
    game = entry_game()
    uncertain = replace(
        game,
        moves=(game.moves[0], game.moves[1], Move("supply", "entrant", (0, 2))),
        payoffs={**game.payoffs, "entrant": "entry*(supply*(d - output - supply) - fixed_cost)"},
        chance=(Chance("d", {"low": ("1/2", "1/2"), "high": ("3/2", "1/2")}),),
    )
    assert played(settled(uncertain)) == [OUT, IN]
    paid = subsidy("entry", "1/20", choice="in")(game)
    assert played(settled(paid)) == [IN]
    (one,) = assess(paid, solve(paid))
    assert one.outlay == Enclosure.point("1/20")


def test_payoffs_may_have_kinks_in_the_continuous_moves():
    # beyond a capacity of 1/4 each unit costs 2 more, whatever is chosen
    game = entry_game()
    kinked = replace(
        game, payoffs={**game.payoffs, "entrant": "entry*(supply*(demand - output - supply) "
                       "- 2*max(supply - 1/4, 0) - fixed_cost)"},
    )  # fmt: skip
    rows = played(settled(kinked, {"fixed_cost": "1/20"}))
    assert rows == [{"output": Fraction(3, 8), "entry": "in", "supply": Fraction(1, 4)}]
    # profit at capacity: (1/4)*(3/8) = 3/32
    for cost, entries in (("3/32", ["out", "in"]), ("1/10", ["out"])):
        rows = played(settled(kinked, {"fixed_cost": cost}))
        assert [row["entry"] for row in rows] == entries


def test_the_first_best_is_over_choices_and_moves_at_once():
    best = first_best(entry_game())
    # one firm sells 1: surplus 1/2; a second one would cost 1/10 more
    assert best.welfare == Enclosure.point("1/2")
    assert all("entry: out" in plan and "output: 1" in plan for plan in best.profiles)
    assert not best.is_equilibrium
    moves = [Move("x", "ann", (0, 4)), Move("go", "ann", {"no": 0, "yes": 1})]
    alone = Game("alone", [Player("ann")], moves, {"ann": "go*(x - x**2/2 - 1/4)"})
    best = first_best(alone)
    assert (best.welfare, best.profiles) == (Enclosure.point("1/4"), ("go: yes; x: 1",))
    assert best.is_equilibrium


def test_reforms_are_compared_and_equilibria_followed():
    result = compare(entry_game(), [subsidy("entry", "1/20", choice="in")])
    (reform,) = result.reforms
    changes = [(c.what, c.before) for c in result.changes(reform.name)]
    assert sorted(changes) == [("survives", "E2"), ("vanishes", "E1")]
    taxed = compare(technology(cost="1/2"), [subsidy("x", "1/100")])
    assert [c.what for c in taxed.changes(taxed.reforms[0].name)] == ["moves"]


def test_what_is_played_reads_well_and_json_holds_both_kinds():
    game = entry_game()
    found = solve(game)
    assert in_words(found["E1"]) == "output 0.5, entry out, supply 0"
    text = as_text(solve_page(game, solve(game, {"fixed_cost": "1/20"})))
    assert "First-order points that are no equilibrium" in text
    assert "entrant gains 0.01250 by entry in, supply 0.25" in text
    result = solve_result(solve(game, {"fixed_cost": "1/20"}))
    assert result["equilibria"][0]["strategies"]["entry"]["in"]["exact"] == "1"
    assert result["equilibria"][0]["strategies"]["supply"]["exact"] == "1/3"
    assert result["refuted"][0]["deviation"] == {"entry": "in", "supply": "1/4"}
    assert "mixing over choices is not searched" in result["scope"]


def test_the_command_line_solves_and_compares():
    run = CliRunner().invoke(cli, ["solve", str(ENTRY), "--json"])
    assert run.exit_code == 0, run.output
    assert [e["profile"] for e in json.loads(run.output)["equilibria"]] == [
        "output: 1/2; entry: out; supply: 0", "output: 1/3; entry: in; supply: 1/3",
    ]  # fmt: skip
    run = CliRunner().invoke(cli, ["compare", str(ENTRY), "-r", "subsidy", "--json"])
    assert run.exit_code == 0, run.output
    (reform,) = json.loads(run.output)["reforms"]
    assert [e["profile"] for e in reform["equilibria"]] == ["output: 1/3; entry: in; supply: 1/3"]
    assert reform["equilibria"][0]["outlay"]["exact"] == "1/20"
    for arguments in (["solve", str(ENTRY)], ["compare", str(ENTRY), "-r", "subsidy"],
                      ["show", str(ENTRY)]):  # fmt: skip
        run = CliRunner().invoke(cli, arguments)
        assert run.exit_code == 0 and "Traceback" not in run.output


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"moves": [Move("x", "ann", (0, 1)),
                    Move("go", "bob", {"no": 0, "yes": 1}, 2, observes=())]},
         StructureError, "does not observe"),
        ({"players": [Player("ann"), Player("bob", size=2)]}, StructureError, "population 'bob'"),
        ({"moves": [Move("x", "ann", Interval(0, "top")), Move("go", "bob", {"no": 0, "yes": 1})]},
         DeclarationError, r"interval \[0, 0\]"),
        ({"payoffs": {"ann": "x*sqrt(top - 1 - go) - x**2", "bob": "go*x"}},
         DeclarationError, "not a finite real"),
        ({"moves": [Move("x", "ann", (0, 1)),
                    *(Move(f"go{k}", "bob", {"no": 0, "yes": 1}) for k in range(11)),
                    Move("go", "bob", {"no": 0, "yes": 1})]}, StructureError, "4,096 combinations"),
    ],
)  # fmt: skip
def test_what_is_not_solved_is_refused_with_the_reason(change, error, words):
    parts = {
        "players": [Player("ann"), Player("bob")],
        "moves": [Move("x", "ann", (0, 1)), Move("go", "bob", {"no": 0, "yes": 1})],
        "payoffs": {"ann": "x - x**2", "bob": "go*x"},
        "parameters": [Parameter("top", 0)],
    }
    with pytest.raises(error, match=words):
        solve(Game("refused", **{**parts, **change}))


def test_dominance_is_for_choices_alone():
    with pytest.raises(StructureError, match="continuous"):
        iterated_dominance(entry_game())


# -- brute force ----------------------------------------------------------------------------------


def random_game(rng):
    """Two players, each with two labels and one move; cubic payoffs for every pair of labels."""
    tables = [{pair: random_cubics(rng)[0] for pair in itertools.product((0, 1), repeat=2)}
              for _ in range(2)]  # fmt: skip

    def text(table, own, other, mine, its):
        rows = [[payoff_text(table[a, b], own, other) for b in (0, 1)] for a in (0, 1)]
        inner = [f"if({its} == 0, {row[0]}, {row[1]})" for row in rows]
        return f"if({mine} == 0, {inner[0]}, {inner[1]})"

    moves = [Move("x", "ann", (0, 1)), Move("a", "ann", {"l": 0, "r": 1}),
             Move("y", "bob", (0, 1)), Move("b", "bob", {"l": 0, "r": 1})]  # fmt: skip
    payoffs = {
        "ann": text(tables[0], "x", "y", "a", "b"),
        "bob": text(tables[1], "y", "x", "b", "a"),
    }
    return Game("random", [Player("ann"), Player("bob")], moves, payoffs), tables


def value_of(row, own, other):
    return sum(c * own**i * other**j for (i, j), c in row.items())


def joint_regret(table, mine, its, own, other):
    """What a player gains at most by the other label and any move."""
    here = value_of(table[mine, its], own, other)
    best = [regret(table[a, its], own, other) + value_of(table[a, its], own, other) for a in (0, 1)]
    return np.maximum(*best) - here


def brute_force(tables):
    """Zoom into every dip of the largest regret, for each pair of labels."""
    found = []
    line = np.linspace(0, 1, 61)
    for a, b in itertools.product((0, 1), repeat=2):

        def worst(x, y, a=a, b=b):
            return np.maximum(
                joint_regret(tables[0], a, b, x, y), joint_regret(tables[1], b, a, y, x)
            )

        grid = worst(*np.meshgrid(line, line, indexing="ij"))
        padded = np.pad(grid, 1, constant_values=np.inf)
        around = [padded[1 + i : 62 + i, 1 + k : 62 + k]
                  for i, k in itertools.product((-1, 0, 1), repeat=2)]  # fmt: skip
        dips = (grid <= np.min(around, axis=0)) & (grid < 0.5)
        for i, k in zip(*np.nonzero(dips), strict=True):
            point, reach = np.array([line[i], line[k]]), 1.5 / 61
            for _ in range(22):
                axes = [np.clip(p + np.linspace(-reach, reach, 13), 0, 1) for p in point]
                values = worst(*np.meshgrid(*axes, indexing="ij"))
                place = np.unravel_index(np.argmin(values), values.shape)
                point, reach = np.array([axes[0][place[0]], axes[1][place[1]]]), reach / 2.5
            if float(worst(*point)) < 1e-10:
                found.append(("lr"[a], "lr"[b], point))
    return found


def agrees_with_brute_force(seed):
    game, tables = random_game(random.Random(seed))
    found = solve(game)
    rows = []
    for one in found:
        x, a, y, b = one.strategies
        labels = [next(k for k, p in s.probabilities.items() if p.lower == 1) for s in (a, b)]
        rows.append((*labels, np.array([x.value.value, y.value.value])))
    for a, b, (x, y) in rows:
        i, k = "lr".index(a), "lr".index(b)
        assert joint_regret(tables[0], i, k, np.float64(x), np.float64(y)) < 1e-9
        assert joint_regret(tables[1], k, i, np.float64(y), np.float64(x)) < 1e-9
    for a, b, point in brute_force(tables):
        near = any((a, b) == row[:2] and np.abs(row[2] - point).max() < 1e-3 for row in rows)
        assert near or not found.complete, (seed, a, b, point, found.unresolved)
    return found.complete


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10**6))
def test_random_games_lose_no_equilibrium_that_a_brute_force_finds(seed):
    agrees_with_brute_force(seed)


@pytest.mark.long
def test_many_random_games_lose_no_equilibrium_and_few_are_open():
    assert sum(agrees_with_brute_force(seed) for seed in range(200)) > 190
