"""The threshold public good experiment: raw data, published table, theory worked out by hand."""

import csv
import dataclasses
import hashlib
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from pigou import (
    Case,
    Choice,
    DeclarationError,
    Enclosure,
    FileError,
    Game,
    Model,
    Move,
    Parameter,
    Player,
    Strategy,
    StructureError,
    Type,
    add_choice,
    payoffs_by_action,
    read_game_file,
    set_parameters,
    solve,
    study,
    subsidy,
)

FOLDER = Path(__file__).parents[1] / "examples" / "threshold_public_good"
SHA256 = "3e7d967bd58c8278bdcda00d6e74b0f9d7049e829d3ff2b2c7dccdb03292585d"
MODEL = read_game_file(FOLDER / "case.toml")
REGIMES = {"A": "baseline", "F": "voluntary"}
LABELS = {"C": "contribute", "D": "free_ride", "L": "leave"}


@pytest.fixture(scope="module")
def result():
    return study(MODEL)


def voluntary(threshold):
    game = MODEL.reform("voluntary")(MODEL.game)
    return game, game.values({"threshold": threshold})


# -- the data ------------------------------------------------------------------------------------


def test_the_data_are_shipped_unchanged_with_their_licence():
    assert hashlib.sha256((FOLDER / "choices.csv").read_bytes()).hexdigest() == SHA256
    notice = (FOLDER / "NOTICE").read_text()
    for part in ("Mori", "Hanaki", "Kameda", "ryutau/voluntary-collaboration", "55fa1b7"):
        assert part in notice
    assert "unchanged" in notice
    licence = (FOLDER / "LICENSE-APACHE-2.0").read_text()
    assert "Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_counts_are_those_of_an_independent_reading(result):
    with (FOLDER / "choices.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    counted = Counter((int(r["thr"]), REGIMES[r["p_option"]], LABELS[r["action"]]) for r in rows)
    found = Counter(
        {
            (int(f.setting), f.regime, label): number
            for f in result.findings
            for label, number in f.counts.items()
            if number
        }
    )
    assert found == counted
    assert sum(f.total for f in result.findings) == len(rows) == 191 * 6


PUBLISHED = {
    (2, "baseline"): (100, 91),
    (4, "baseline"): (135, 56),
    (5, "baseline"): (150, 41),
    (2, "voluntary"): (82, 38, 71),
    (4, "voluntary"): (91, 7, 93),
    (5, "voluntary"): (133, 0, 58),
}


@pytest.mark.parametrize("where", PUBLISHED)
def test_counts_are_those_of_the_published_table(result, where):
    finding = result.finding(*where)
    assert tuple(finding.counts.values()) == PUBLISHED[where]
    assert tuple(finding.counts) == tuple(LABELS.values())[: len(PUBLISHED[where])]
    assert finding.total == 191


REPLIES = {  # best replies, choices judged, beliefs that nobody stays
    (2, "baseline"): (68, 191, 0, 0.36),
    (4, "baseline"): (143, 191, 0, 0.75),
    (5, "baseline"): (172, 191, 0, 0.90),
    (2, "voluntary"): (41, 188, 3, 0.22),
    (4, "voluntary"): (99, 182, 9, 0.54),
    (5, "voluntary"): (142, 181, 10, 0.79),
}


@pytest.mark.parametrize("where", REPLIES)
def test_best_replies(result, where):
    finding = result.finding(*where)
    replies, judged, undefined, share = REPLIES[where]
    assert (finding.best_replies, finding.judged, finding.undefined) == (replies, judged, undefined)
    assert float(finding.best_reply_share) == pytest.approx(share, abs=0.006)


def test_best_replies_recomputed_from_the_raw_file():
    """Binomial probabilities in floats, written down anew; every payoff gap is far from zero."""

    def above(share, needed):  # the chance that at least `needed` of four fellows contribute
        ways = (1, 4, 6, 4, 1)
        return sum(ways[k] * share**k * (1 - share) ** (4 - k) for k in range(max(needed, 0), 5))

    counted = Counter()
    with (FOLDER / "choices.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            beliefs = [float(row[f"belief_{k}"] or 0) for k in "cd"]
            if not sum(beliefs):
                continue
            share, threshold = beliefs[0] / sum(beliefs), int(row["thr"])
            pays = {"C": 30 * above(share, threshold - 1), "D": 10 + 30 * above(share, threshold)}
            if row["p_option"] == "F":
                pays["L"] = 20
            best = pays[row["action"]] >= max(pays.values()) - 1e-9
            counted[threshold, REGIMES[row["p_option"]], best] += 1
    for where, (replies, judged, _, _) in REPLIES.items():
        assert counted[*where, True] == replies
        assert counted[*where, True] + counted[*where, False] == judged


EFFICIENCY = {
    (2, "baseline"): 0.83,
    (4, "baseline"): 0.60,
    (5, "baseline"): 0.37,
    (2, "voluntary"): 0.77,
    (4, "voluntary"): 0.78,
    (5, "voluntary"): 0.90,
}


@pytest.mark.parametrize("where", EFFICIENCY)
def test_efficiency(result, where):
    assert result.finding(*where).efficiency.value == pytest.approx(EFFICIENCY[where], abs=0.005)


# -- the theory ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("threshold", "share"), [(2, 0.413893), (4, 0.876057)])
def test_the_stable_symmetric_mixture(threshold, share):
    """Contributing costs 10 and helps if exactly T - 1 of four fellows contribute: 30 P = 10."""
    found = solve(MODEL.game, {"threshold": threshold})
    (stable,) = [e for e in found if e.kind == "mixed" and "stable" in e.marks]
    p = stable.strategies[0].probabilities["contribute"]
    assert p.value == pytest.approx(share, abs=1e-6)
    ways = {2: 4, 4: 4}[threshold]
    values = [
        ways * q ** (threshold - 1) * (1 - q) ** (5 - threshold) - Fraction(1, 3)
        for q in (p.lower, p.upper)
    ]
    assert values[0] >= 0 >= values[1]  # the pivot is likelier below, rarer above: stable


SURVIVING = {
    # With a choice that pays 20 for sure, a profile of the group survives iff it pays at least 20.
    # T = 2: all free-ride, 10: no. Mixtures: 4 p (1-p)^3 = 1/3, at p = 0.4139 and 0.1239; there a
    #   free-rider earns 10 + 30 P(2 or more of 4 contribute) = 26.46: yes, and 12.33: no.
    # T = 4: all free-ride, 10: no. By the mirror image, p = 0.8761 and 0.5861: contributing earns
    #   30 P(3 or 4 of 4) = 27.67: yes, and 13.54: no.
    # T = 5: all contribute, 30: yes. All free-ride, 10: no. p^4 = 1/3: contributing earns 10: no.
    2: {0.413893: True, 0.123943: False, 0: False},
    4: {0.876057: True, 0.586107: False, 0: False},
    5: {1: True, 0.759836: False, 0: False},
}


@pytest.mark.parametrize("threshold", SURVIVING)
def test_which_baseline_equilibria_survive_voluntary_membership(result, threshold):
    comparison = result.comparison(threshold)
    what = {change.before: change.what for change in comparison.changes("voluntary")}
    seen = {}
    for equilibrium in comparison.baseline.found:
        share = equilibrium.strategies[0].probabilities["contribute"].value
        if equilibrium.kind == "mixed" or share in (0, 1):
            seen[round(share, 6)] = what[equilibrium.name] == "survives"
            pays = equilibrium.payoffs["subject"].value
            assert seen[round(share, 6)] == (pays >= 20)
    assert seen == SURVIVING[threshold]


def test_dominance_in_two_rounds_where_everybody_is_needed(result):
    finding = result.finding(5, "voluntary")
    assert [(e.round, e.action, e.by, n) for e, n in finding.ruled_out] == [
        (1, "free_ride", "leave", 0),
        (2, "leave", "contribute", 58),
    ]
    assert all(not f.eliminations for f in result.findings if f is not finding)


def payoffs(game, at, contribute, leave=Fraction(0)):
    labels = game.move("action").choice.labels
    shares = {"contribute": contribute, "free_ride": 1 - contribute - leave, "leave": leave}
    belief = {label: Enclosure.point(shares[label]) for label in labels}
    return payoffs_by_action(game, at, [Strategy("action", "subject", "", belief)], "subject")


@pytest.mark.parametrize("leave", [Fraction(0), Fraction(1, 2)])
def test_beliefs_that_make_contributing_the_best_reply(leave):
    """T = 5: 30 p^4 >= 10 in compulsory groups; 30 p^4 >= 20 if one can leave."""
    low, high = Fraction(1, 3) ** 0.25, Fraction(2, 3) ** 0.25
    assert (round(low, 3), round(high, 3)) == (0.760, 0.904)
    for end, step in ((low, -1), (low, 1), (high, -1), (high, 1)):
        share = Fraction(end) + Fraction(step, 10**9)
        compulsory = payoffs(MODEL.game, MODEL.game.values({"threshold": 5}), share)
        assert (compulsory["contribute"].lower >= compulsory["free_ride"].upper) == (share > low)
        stay = 1 - leave  # the belief is about those who stay
        free = payoffs(*voluntary(5), share * stay, leave)
        assert (free["contribute"].lower >= free["leave"].upper) == (share > high)
        assert free["contribute"] == compulsory["contribute"]


def test_distances_and_efficiencies_of_the_predictions(result):
    finding = result.finding(4)
    by_share = {round(p.shares["contribute"].value, 3): p for p in finding.predictions}
    assert set(by_share) == {0, 0.586, 0.8, 0.876}
    for share, prediction in by_share.items():
        gap = abs(float(finding.shares["contribute"]) - prediction.shares["contribute"].value)
        assert prediction.distance.value == pytest.approx(gap)
        assert prediction.efficiency.value <= 1
        assert (prediction.efficiency.value == 1) == (share == 0.8)
    assert finding.nearest is by_share[0.8]


def test_remarks_say_where_the_theory_fails(result):
    remarks = result.remarks
    for part in (
        "threshold = 2, baseline: no equilibrium is within 0.05 of the observed shares: the "
        "nearest, E3, predicts 0.41 contribute, observed 0.52",
        "threshold = 2, baseline: 64% of choices are not best replies to the stated belief "
        "(123 of 191)",
        "threshold = 5, voluntary: 58 of 191 choose leave, which round 2 of iterated dominance "
        "rules out",
        "threshold = 4, voluntary: 9 of 191 beliefs expect nobody to stay",
        "threshold = 5, baseline: the equilibrium within 0.05 of the observed shares, E3, is "
        "unstable",
    ):
        assert any(remark.startswith(part) for remark in remarks), part
    directions = [r for r in remarks if "efficiency is predicted" in r]
    assert len(directions) == 3
    assert "observed -0.07" in directions[0]
    assert "(against the prediction)" in directions[0]
    assert all("(as predicted in sign)" in r for r in directions[1:])
    assert not any("choose free_ride" in remark for remark in remarks)


# -- what can be asked for -----------------------------------------------------------------------


def test_a_value_of_the_parameter_picks_a_setting():
    picked = study(MODEL, at={"threshold": 4})
    assert picked.settings == (4,)
    assert [f.regime for f in picked.findings] == ["baseline", "voluntary"]
    with pytest.raises(DeclarationError, match=r"no setting '3'.*\(settings: 2, 4, 5\)"):
        study(MODEL, at={"threshold": 3})


def test_reforms_that_were_not_observed_are_compared_without_a_finding():
    other = subsidy("action", 3, name="reward")
    result = study(MODEL, [other], {"threshold": 5})
    assert [s.name for s in result.comparison(5).reforms] == ["reward"]
    assert [f.regime for f in result.findings] == ["baseline"]
    with pytest.raises(DeclarationError, match="no regime 'reward'"):
        result.finding(5, "reward")
    with pytest.raises(DeclarationError, match="no setting '3'"):
        result.comparison(3)


def test_a_study_is_immutable_and_the_same_every_time(result):
    assert study(MODEL) == result
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.settings = ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.findings[0].total = 1
    with pytest.raises(TypeError):
        result.findings[0].counts["contribute"] = 1


# -- small cases and bad data --------------------------------------------------------------------

GOOD = "who,rule,needed,did,others_give,others_keep,others_go\n1,a,2,C,3,1,\n2,f,2,L,1,1,2\n"


def small(folder, text=GOOD, **changes):
    case = {
        "title": "A small case",
        "file": "small.csv",
        "move": "action",
        "column": "did",
        "labels": LABELS,
        "regime_column": "rule",
        "regimes": {"a": "baseline", "f": "voluntary"},
        "setting_column": "needed",
        "parameter": "threshold",
        "beliefs": {
            "contribute": "others_give",
            "free_ride": "others_keep",
            "leave": "others_go",
        },
    } | changes
    if text is not None:
        (folder / "small.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return Model(MODEL.game, MODEL.reforms, case=Case(**case), folder=folder)


def test_a_small_case(tmp_path):
    result = study(small(tmp_path))
    assert [(f.regime, f.total) for f in result.findings] == [("baseline", 1), ("voluntary", 1)]
    # Against 3/4 contributing: 30 P(1 or more of 4) = 29.88 < 10 + 30 P(2 or more of 4) = 38.48.
    assert result.finding(2).best_replies == 0
    # Against 1/2: 30 (1 - 1/16) = 28.1 < 10 + 30 (11/16) = 30.6, and leaving pays 20.
    assert result.finding(2, "voluntary").best_replies == 0


def test_a_tie_is_a_best_reply(tmp_path):
    """If leaving pays what free-riding pays for sure, both are best replies to pessimism."""
    rows = "who,rule,needed,did,others_give,others_keep,others_go\n1,f,5,D,0,4,0\n2,f,5,L,0,4,0\n"
    model = small(tmp_path, rows)
    tied = dataclasses.replace(model, reforms=[model.reform("voluntary", outside=10)])
    assert study(tied).finding(5, "voluntary").best_replies == 2


def test_a_belief_that_is_not_stated_is_not_judged(tmp_path):
    finding = study(small(tmp_path, GOOD.replace("3,1,\n", ",,\n"))).finding(2)
    assert (finding.judged, finding.undefined, finding.best_reply_share) == (0, 0, None)


def test_everybody_leaves(tmp_path):
    finding = study(small(tmp_path, GOOD.replace("1,1,2", "0,0,4"))).finding(2, "voluntary")
    assert (finding.undefined, finding.judged) == (1, 0)
    assert finding.efficiency == Enclosure.point(Fraction(5 * 20, 180))


def test_a_file_with_bom_quotes_and_empty_lines(tmp_path):
    text = "\ufeff" + GOOD.replace("1,a", '"1",a').replace("\n", "\r\n\r\n")
    assert study(small(tmp_path, text)) == study(small(tmp_path))


def test_without_regimes_settings_or_beliefs(tmp_path):
    text = "did\nC\nC\nD\n"
    plain = {
        "labels": {"C": "contribute", "D": "free_ride"},
        "regime_column": "",
        "regimes": {},
        "setting_column": "",
        "parameter": "",
        "beliefs": {},
    }
    with pytest.raises(DeclarationError, match="own values: 'threshold' is 4, not 5"):
        study(small(tmp_path, text, **plain), at={"threshold": 5})
    result = study(small(tmp_path, text, **plain), at={"threshold": 4})
    assert result.settings == (None,)
    assert result.finding().counts == {"contribute": 2, "free_ride": 1}
    assert result.finding().judged == 0
    assert result.comparison().baseline.found.at["threshold"] == 4
    assert result.remarks[0].startswith("baseline: no equilibrium is within")


BAD = {
    "no file": (None, r"small.csv: there is no such file"),
    "empty": ("", r"small.csv: the file is empty"),
    "blank lines": ("\n\n", r"small.csv: the file is empty"),
    "only a header": (GOOD.splitlines()[0] + "\n", r"small.csv: the table is empty"),
    "not UTF-8": (GOOD.encode("utf-16"), r"small.csv: the file is not text in UTF-8"),
    "no column": (
        GOOD.replace("needed", "neded"),
        r"small.csv: no column 'needed'; did you mean 'neded'\? \(columns: who, rule",
    ),
    "a column twice": (GOOD.replace("who", "did"), r"the column 'did' is there 2 times"),
    "unknown choice": (
        GOOD.replace("L", "X"),
        r"small.csv: row 3: column 'did': no choice 'X' \(choices: C, D, L\)",
    ),
    "a choice of another regime": (
        GOOD.replace(",C,", ",L,"),
        r"row 2: column 'did': no choice 'leave' in regime 'baseline' .*contribute, free_ride",
    ),
    "unknown regime": (
        GOOD.replace("2,f", "2,g"),
        r"row 3: column 'rule': no regime 'g' \(regimes: a, f\)",
    ),
    "setting not a number": (
        GOOD.replace("f,2", "f,two"),
        r"row 3: column 'needed': 'two' is not a number",
    ),
    "setting outside the domain": (
        GOOD.replace("f,2", "f,9"),
        r"row 3: column 'needed': parameter 'threshold': 9 is outside its domain",
    ),
    "belief not a number": (
        GOOD.replace("3,1,\n", "3,one,\n"),
        r"row 2: column 'others_keep': 'one' is not a number",
    ),
    "belief below zero": (
        GOOD.replace("1,1,2", "1,-1,2"),
        r"row 3: column 'others_keep': a number of others is at least 0, not -1",
    ),
    "belief in a choice that is not there": (
        GOOD.replace("3,1,\n", "3,1,4\n"),
        r"row 2: column 'others_go': no choice 'leave' in regime 'baseline'",
    ),
    "belief of zero": (GOOD.replace("1,1,2", "0,0,0"), r"row 3: .*: the stated belief sums to 0"),
    "short row": (GOOD.replace(",1,1,2", ",1,1"), r"row 3: 6 cells, and the header has 7"),
    "open quotes": (GOOD.replace("2,f", '"2,f'), r"small.csv: row 3: not a table in CSV"),
}


@pytest.mark.parametrize("fault", BAD)
def test_bad_data(tmp_path, fault):
    text, message = BAD[fault]
    with pytest.raises(FileError, match=message) as caught:
        study(small(tmp_path, text))
    assert caught.value.exit_code == 4


def test_a_folder_is_no_table(tmp_path):
    (tmp_path / "small.csv").mkdir()
    with pytest.raises(FileError, match="this is a folder"):
        study(small(tmp_path, None))


def test_cases_that_do_not_fit(tmp_path):
    with pytest.raises(DeclarationError, match="'threshold public good' has no case"):
        study(Model(MODEL.game))
    with pytest.raises(DeclarationError, match="'setting_column' and 'parameter' go together"):
        study(small(tmp_path, parameter=""))
    with pytest.raises(DeclarationError, match="'regime_column' and 'regimes' go together"):
        study(small(tmp_path, regimes={}))
    with pytest.raises(DeclarationError, match=r"no reform 'volunteer'.*did you mean 'voluntary'"):
        study(small(tmp_path, regimes={"a": "baseline", "f": "volunteer"}))
    with pytest.raises(DeclarationError, match=r"'A small case': no choice 'leaves'.*'leave'"):
        study(small(tmp_path, labels={**LABELS, "L": "leaves"}))
    with pytest.raises(DeclarationError, match="no move 'act' in game"):
        study(small(tmp_path, move="act"))


def test_games_that_observed_choices_cannot_be_held_against(tmp_path):
    """With types, or further moves, a row does not tell whose choice of what it is."""
    model = small(tmp_path)
    with pytest.raises(StructureError, match=r"regime 'subsidy'.*members of several types"):
        study(model, [subsidy("action", 1, members=2)])
    two = Game(
        "two players",
        [Player("ann"), Player("bob")],
        [Move("action", "ann", {"contribute": 1, "free_ride": 0}), Move("b", "bob", {"x": 0})],
        {"ann": "action", "bob": "b"},
    )
    with pytest.raises(StructureError, match="has 2 moves"):
        study(dataclasses.replace(model, game=two, reforms=()), [])
    types = Game(
        "types",
        [Player("subject", types=[Type("few", 2), Type("many", 3)])],
        [Move("action", "subject", Choice({"contribute": 1, "free_ride": 0}))],
        {"subject": "action"},
    )
    with pytest.raises(StructureError, match="members of several types"):
        study(dataclasses.replace(model, game=types, reforms=()), [])


def test_a_regime_may_be_a_package_of_reforms(tmp_path):
    dearer = set_parameters({"cost": 12}, name="dearer")
    model = small(tmp_path, regimes={"a": "baseline", "f": "voluntary+dearer"})
    package = dataclasses.replace(model, reforms=[*model.reforms, dearer])
    assert [f.regime for f in study(package).findings] == ["baseline", "voluntary+dearer"]


def test_a_parameter_of_the_reform_may_be_the_setting(tmp_path):
    text = "rule,did,pay\na,C,20\nf,L,20\nf,L,25\n"
    model = small(tmp_path, text, setting_column="pay", parameter="outside", beliefs={})
    result = study(model)
    assert result.settings == (20, 25)
    assert [(f.setting, f.regime) for f in result.findings] == [
        (20, "baseline"),
        (20, "voluntary"),
        (25, "voluntary"),
    ]


def test_efficiency_is_left_out_where_the_first_best_is_worth_nothing(tmp_path):
    idle = Game(
        "idle",
        [Player("subject", size=3)],
        [Move("action", "subject", {"contribute": 1, "free_ride": 0})],
        {"subject": "-action*weight"},
        parameters=[Parameter("weight", 1), Parameter("threshold", 2)],
    )
    leave = add_choice("action", "leave", 2, pays=-1, exit=True, name="voluntary")
    model = dataclasses.replace(small(tmp_path), game=idle, reforms=[leave])
    result = study(model)
    assert result.finding(2).efficiency is None
    assert not any("efficiency" in remark for remark in result.remarks)
