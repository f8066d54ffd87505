"""Beliefs: the intuitive criterion and D1, the literature, trees of all kinds, and the checker."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest

from pigou import Chance, Game, Model, Move, Parameter, Player, compare, solve
from pigou.check import recheck
from pigou.check_beliefs import doubt_of_beliefs
from pigou.compare_page import compare_page
from pigou.equilibrium import Grade
from pigou.gambit_tree import read_efg, read_efg_file
from pigou.models import load
from pigou.pages import solve_page
from pigou.results import solve_result
from pigou.screen import as_text
from pigou.signalling import private_information
from pigou.solvers.bayesian import perfect_bayesian
from pigou.solvers.belief_filters import falls, type_payoffs
from pigou.staging import solve_stages
from signalling_by_hand import ByHand, as_game, drawn, form_of, in_a_row

HALF = Fraction(1, 2)


# -- refinements ----------------------------------------------------------------------------------


def attractive(rng, high):
    """Draw a game in which the first message tends to be the best one."""
    prior, u, v = drawn(rng, high)
    for row in (ut[0] for ut in u):
        row[:] = [x + rng.randint(0, high) for x in row]
    return prior, u, v


def refined(rng, pure):
    """Compare both criteria with their definitions, in who is excluded and who gains, too."""
    form = form_of(*attractive(rng, rng.choice((1, 2, 4, 9))))
    by_hand, found = ByHand(form), Counter()
    for one in perfect_bayesian(form, pure=pure).equilibria[:12]:
        fell = {(f.criterion, f.observation): (f.excluded, f.deviators) for f in falls(form, one)}
        assert fell == by_hand.falls(*in_a_row(one))
        criteria = Counter(criterion for criterion, _ in fell)
        assert all(("D1", h) in fell for _, h in fell)  # D1 is stronger
        found += criteria + Counter(several=sum(len(out) > 1 for out, _ in fell.values()))
    return found


def test_both_criteria_are_their_definitions_and_d1_is_stronger():
    rng = random.Random(25)
    found = sum((refined(rng, pure=True) for _ in range(12)), Counter())
    assert 0 < found["intuitive criterion"] < found["D1"] and found["several"]


@pytest.mark.long
def test_both_criteria_are_their_definitions_in_many_games():
    rng = random.Random(9)
    found = sum((refined(rng, rng.random() < 0.9) for _ in range(200)), Counter())
    assert 10 < found["intuitive criterion"] < found["D1"]


def spence(thetas, weights, levels):
    """Certificates at cost level/theta; the buyer pays its estimate, on a grid of all means."""
    size = len(thetas)
    wages = sorted(
        {
            sum(w * thetas[t] for t, w in zip(group, chosen, strict=True)) / sum(chosen)
            for n in range(1, size + 1)
            for group in itertools.combinations(range(size), n)
            for chosen in [[weights[t] for t in group]]
        }
    )
    u = [[[wage - level / theta for wage in wages] for level in levels] for theta in thetas]
    v = [[[-((wage - theta) ** 2) for wage in wages] for _ in levels] for theta in thetas]
    return form_of(tuple(Fraction(w, sum(weights)) for w in weights), u, v), wages


@pytest.mark.long
def test_d1_selects_the_riley_outcome_of_spence_where_the_intuitive_criterion_does_not():
    """Three types (Cho and Kreps 1987): the least costly separation is 0, 1, 3 here."""
    thetas, levels = [Fraction(k) for k in (1, 2, 3)], [Fraction(0), HALF, Fraction(1), Fraction(3)]
    form, _ = spence(thetas, [1, 1, 1], levels)
    left = {"intuitive criterion": set(), "D1": set()}
    found = perfect_bayesian(form, pure=True).equilibria
    for one in {(e.sender, type_payoffs(form, e)): e for e in found}.values():
        fell = {f.criterion for f in falls(form, one)}
        for criterion, outcomes in left.items():
            if criterion not in fell:
                outcomes.add(tuple(levels[row.index(1)] for row in one.sender))
    assert left["D1"] == {(0, 1, 3)}
    assert len(left["intuitive criterion"]) > 1


# -- the literature -----------------------------------------------------------------------------


def beer_quiche(strong, domain="0 < s < 1"):
    """Cho and Kreps (1987), section II."""
    return Game(
        "beer and quiche",
        [Player("sender"), Player("receiver")],
        [
            Move("meal", "sender", {"beer": 1, "quiche": 2}),
            Move("duel", "receiver", {"no": 0, "yes": 1}, 2, observes=["meal"]),
        ],
        {
            "sender": "(kind == strong)*(meal == beer) + (kind == weak)*(meal == quiche)"
            " + 2*(duel == no)",
            "receiver": "if(duel == yes, kind == weak, kind == strong)",
        },
        parameters=[Parameter("s", strong, domain)],
        chance=[Chance("kind", {"strong": (1, "s"), "weak": (2, "1 - s")}, seen_by=["sender"])],
    )


def shares(one, move, **when):
    (strategy,) = [s for s in one.strategies if s.move == move and s.when == when]
    return {label: p.lower for label, p in strategy.probabilities.items() if p.upper}


def test_beer_and_quiche_where_most_are_strong():
    """O18: two pooling outcomes; after the other meal a duel in half of all cases or more."""
    game = beer_quiche("9/10")
    found = solve(game)
    assert found.complete and len(found) == 4 and len(found.components) == 2
    form = private_information(game, game.values())
    by_type = {type_payoffs(form, one) for one in perfect_bayesian(form).equilibria}
    assert by_type == {(3, 2), (2, 3)}
    for one in found:
        (meal,) = shares(one, "meal", kind="strong")
        assert shares(one, "meal", kind="weak") == {meal: 1}
        other = {"beer": "quiche", "quiche": "beer"}[meal]
        duel = shares(one, "duel", meal=other)["yes"]
        on, off = sorted(one.beliefs, key=lambda b: not b.reached)
        assert on.when == {"meal": meal} and on.points == ((Fraction(9, 10), Fraction(1, 10)),)
        assert [dict(p) for p in off.possible] == [{"kind": "strong"}, {"kind": "weak"}]
        assert set(off.points) == {(HALF, HALF)} | ({(0, 1)} if duel == 1 else set())
        assert duel in (1, HALF)
        failing = meal == "quiche"
        assert ("not intuitive" in one.marks, "not D1" in one.marks) == (failing, failing)
        assert [(o.excluded, o.by) for o in one.objections] == [
            (("kind weak",), ("kind strong",))
        ] * (2 * failing)
        assert one.payoffs["receiver"].lower == Fraction(9, 10)


def test_beer_and_quiche_where_most_are_weak():
    """O18: the one equilibrium is mixed."""
    (one,) = solve(beer_quiche("1/10"))
    assert shares(one, "meal", kind="strong") == {"beer": 1}
    assert shares(one, "meal", kind="weak") == {"beer": Fraction(1, 9), "quiche": Fraction(8, 9)}
    assert shares(one, "duel", meal="beer") == {"yes": HALF, "no": HALF}
    assert shares(one, "duel", meal="quiche") == {"yes": 1}
    assert [p.lower for p in one.payoffs.values()] == [Fraction(11, 10), Fraction(9, 10)]
    assert all(b.reached for b in one.beliefs)
    assert one.beliefs[0].points == ((HALF, HALF),)


def test_the_tree_of_beer_and_quiche_has_the_same_equilibria(request):
    tree = read_efg_file(request.config.rootpath / "examples" / "beer_quiche.efg")
    found, same = solve(tree), solve(beer_quiche("9/10"))
    assert found.structure == "signalling"

    def summary(which):
        return sorted(
            (next(iter(e.payoffs.values())).lower, e.marks, sorted(b.points for b in e.beliefs))
            for e in which
        )

    assert summary(found) == summary(same)


def test_the_page_and_json_state_beliefs_as_sets():
    game = beer_quiche("9/10")
    found = solve(game)
    text = " ".join(as_text(solve_page(game, found)).split())
    assert "duel after meal quiche: kind weak at least 1/2 (off the path) in E1" in text
    assert "kind weak is ruled out at 'duel after meal beer', and kind strong gains by it" in text
    assert "The intuitive criterion and D1 leave E1, E3." in text
    first = solve_result(found)["equilibria"][0]
    assert [b["reached"] for b in first["beliefs"]] == [True, False]
    assert [[p["exact"] for p in point] for point in first["beliefs"][1]["extreme_points"]] == [
        ["0", "1"], ["1/2", "1/2"]
    ]  # fmt: skip


def test_selten_s_horse_keeps_the_component_that_beliefs_support(request):
    """O19: two of the four extreme equilibria, with at most 1/3 on the first node."""
    found = solve(read_efg_file(request.config.rootpath / "examples" / "selten_horse.efg"))
    assert found.complete and len(found) == 4
    for one in found:
        first = shares(one, "Player_1")
        if first == {"L": 1}:  # the second player would rather play L
            assert "not sequential" in one.marks and not one.beliefs
            continue
        assert first == {"R": 1} and "sequential" in one.marks
        (belief,) = one.beliefs
        assert not belief.reached and len(belief.possible) == 2
        place = [dict(p) for p in belief.possible].index({"Player_1": "L"})
        weights = {point[place] for point in belief.points}
        pure = shares(one, "Player_3") == {"L": 1}
        assert weights == ({0, Fraction(1, 3)} if pure else {Fraction(1, 3)})


def test_noise_leaves_nothing_off_the_path_of_bagwell_s_leader(request):
    found = solve(read_efg_file(request.config.rootpath / "examples" / "bagwell.efg"))
    assert len(found) == 3
    for one in found:
        assert "sequential" in one.marks and len(one.beliefs) == 2
        assert all(b.reached for b in one.beliefs)
    near = max(found, key=lambda e: shares(e, "Leader").get("S", 0))
    after = {b.move: b.points for b in near.beliefs}  # S with 99/100, seen rightly with 99/100
    assert after["Follower_c"] == ((HALF, HALF),)


def test_beliefs_are_not_stated_where_players_move_at_the_same_time():
    moves = [
        Move("x", "a", {"no": 0, "yes": 1}), Move("y", "b", {"no": 0, "yes": 1}),
        Move("z", "a", {"no": 0, "yes": 1}, 2),
    ]  # fmt: skip
    game = Game("two", [Player("a"), Player("b")], moves, {"a": "x*y + z*y", "b": "x*y"})
    assert all(not e.beliefs and "sequential" not in e.marks for e in solve(game))


def test_compare_leaves_nothing_out_and_says_so_unless_a_rule_asks_for_the_criterion():
    """O18: beer is what survives; the rules that know no beliefs take quiche, with a caution."""
    game = beer_quiche("9/10")
    found = {rule: compare(game, [], select=rule) for rule in ("laplacian", "intuitive", "D1")}
    meals = {
        rule: next(iter(shares(c.baseline[c.baseline.selected].equilibrium, "meal", kind="weak")))
        for rule, c in found.items()
    }
    assert meals == {"laplacian": "quiche", "intuitive": "beer", "D1": "beer"}
    fails = "it fails the intuitive criterion"
    cautious = [rule for rule, c in found.items() if fails in c.baseline.selection]
    assert cautious == ["laplacian"]
    assert found["D1"].baseline.outcome.picked == ("E1", "E3")
    text = " ".join(as_text(compare_page(Model(game), found["D1"])).split())
    assert "best and worst count them" in text
    plain = compare(beer_quiche("1/10"), [], select="intuitive")  # one equilibrium
    assert plain.baseline.outcome.picked == ("E1",)
    text = " ".join(as_text(compare_page(Model(plain.baseline.game), plain)).split())
    assert "best and worst count them" not in text
    other = compare(load("coordination").game, [], select="D1").baseline.selection
    assert "D1 is for signalling games of two rounds; taken instead" in other


# -- the checker --------------------------------------------------------------------------------


def test_the_checker_refuses_what_is_not_so():
    game = beer_quiche("9/10")
    at, one = game.values(), solve(game)["E1"]
    assert recheck(game, at, one).confirmed
    on, off = one.beliefs

    def doubt(*beliefs):
        return doubt_of_beliefs(game, at, replace(one, beliefs=beliefs))

    assert doubt(on, off) == ""
    assert "Bayes' rule gives" in doubt(replace(on, points=((HALF, HALF),)), off)
    wide = replace(off, points=((Fraction(0), Fraction(1)), (Fraction(1), Fraction(0))))
    assert "other extreme points" in doubt(on, wide)
    assert "to be on the path, and is not" in doubt(on, replace(off, reached=True))
    assert "no belief is stated" in doubt(on)
    wrong = replace(one, beliefs=(on, wide))
    assert not recheck(game, at, wrong).confirmed


def test_a_reply_that_no_belief_supports_is_refused():
    """After the unused message the receiver would do what is never best."""
    u = [[[1, 1], [2, 0]], [[1, 1], [2, 0]]]
    v = [[[1, 0], [1, 0]], [[1, 0], [1, 0]]]
    game = as_game((HALF, HALF), u, v)
    nash = solve_stages(game, {}, solve)
    assert any(shares(e, "m", t="t1") == {"m1": 1} for e in nash)  # a threat that is not credible
    for one in solve(game):
        assert shares(one, "m", t="t1") == {"m2": 1}


def changed(one):
    """Yield an equilibrium with something wrong, in every place."""
    for k, belief in enumerate(one.beliefs):

        def with_belief(*new, k=k):
            return replace(one, beliefs=(*one.beliefs[:k], *new, *one.beliefs[k + 1 :]))

        points = belief.points
        yield with_belief()
        yield with_belief(belief, belief)
        yield with_belief(replace(belief, reached=not belief.reached))
        yield with_belief(replace(belief, points=points[1:]))
        yield with_belief(replace(belief, points=(*points, points[0])))
        yield with_belief(replace(belief, points=(*points, (Fraction(1, 7), Fraction(6, 7)))))
        moved = tuple(
            x + (Fraction(1, 9) if n else -Fraction(1, 9)) for n, x in enumerate(points[0])
        )
        yield with_belief(replace(belief, points=(moved, *points[1:])))
        turned = tuple(reversed(points[0]))
        if turned not in points:
            yield with_belief(replace(belief, points=(turned, *points[1:])))
    for k, strategy in enumerate(one.strategies):
        first, *others = strategy.probabilities
        if strategy.probabilities[first].lower == 1:
            shares = dict.fromkeys(strategy.probabilities, strategy.probabilities[others[0]])
            worse = replace(
                strategy, probabilities=shares | {others[0]: strategy.probabilities[first]}
            )
            yield replace(one, strategies=(*one.strategies[:k], worse, *one.strategies[k + 1 :]))


def test_the_checker_refuses_every_change_of_an_equilibrium():
    """With generic payoffs, so that no other reply is as good on the path."""
    rng = random.Random(10)
    refused = 0
    for _ in range(3):
        game = as_game(*drawn(rng, 999, sizes=(2,)))
        found = solve(game)
        listed = {(e.strategies, e.beliefs) for e in found}
        for one in found:
            for wrong in changed(one):
                if (wrong.strategies, wrong.beliefs) not in listed:
                    assert not recheck(game, {}, wrong).confirmed
                    refused += 1
    assert refused > 40


# -- trees that are no signalling games -----------------------------------------------------------


def test_who_moves_again_on_the_path_is_judged_by_what_it_does_then():
    """The second player, who cannot tell x, replies to it later. Its grade used to be lost."""
    labels = {"l": 0, "r": 1}
    moves = [
        Move("x", "a", labels), Move("y", "b", labels, 2, observes=[]),
        Move("z", "b", labels, 3, observes=["x", "y"]),
    ]  # fmt: skip
    payoffs = {"a": "if(x == y, 1, -1) + z/2", "b": "if(x == y, -1, 1) + (z == x)"}
    (one,) = solve(Game("again", [Player("a"), Player("b")], moves, payoffs))
    assert one.evidence.grade is Grade.CERTIFIED and "sequential" in one.marks
    assert shares(one, "y") == {"l": Fraction(5, 8), "r": Fraction(3, 8)}
    assert [b.points for b in one.beliefs] == [((HALF, HALF),)]


LATE = """EFG 2 R "late" { "a" "b" "c" }
p "" 1 1 "" { "out" "A" "B" } 0
  t "" 1 "" { 2, 2, 2 }
  p "" 3 1 "" { "l" "r" } 0
    t "" 2 "" { 0, 0, 2 }
    t "" 3 "" { 1, 0, 0 }
  p "" 2 1 "" { "stop" "go" } 0
    t "" 4 "" { 0, 3, 0 }
    p "" 3 1 0
      t "" 5 "" { 0, 1, 0 }
      t "" 6 "" { 1, 1, 1 }
"""


def test_two_mistakes_may_be_as_likely_as_one():
    """The third player may be asked after A, or after B and go: go may be the lesser mistake."""
    found = solve(read_efg(LATE))
    stops = [one for one in found if shares(one, "b") == {"stop": 1}]
    assert len(stops) == 2 and len(found) == 4
    assert all("sequential" in one.marks for one in stops)
    assert all("not sequential" in one.marks for one in found if one not in stops)


CHAIN = """EFG 2 R "chain" {{ "a" "b" "c" }}
p "" 1 1 "" {{ "out" "A" "B" }} 0
  t "" 1 "" {{ 2, 0, 0 }}
  p "" 2 1 "" {{ "on" "stop" }} 0
    p "" 3 1 "" {{ "l" "r" }} 0
      t "" 2 "" {{ 0, 2, 0 }}
      t "" 3 "" {{ 0, 2, {against} }}
    t "" 4 "" {{ 0, 1, 0 }}
  p "" 2 1 0
    p "" 3 1 0
      t "" 5 "" {{ 0, 0, 1 }}
      t "" 6 "" {{ 0, 0, 0 }}
    t "" 7 "" {{ 0, 3, 0 }}
"""
"""The second player goes on if A has 3/4 or more; the third one plays l if A has 1/(1 + against)
or less, and should believe what the second one does."""


def chained(against):
    game = read_efg(CHAIN.format(against=against))
    (one,) = [e for e in solve(game) if shares(e, "b") == {"on": 1} and shares(e, "c") == {"l": 1}]
    assert one.evidence.grade is Grade.CERTIFIED and "weak perfect Bayesian" in one.marks
    assert {b.points[0] for b in one.beliefs} | {b.points[1] for b in one.beliefs} == {
        (1, 0), (0, 1), (Fraction(3, 4), Fraction(1, 4)),
        (Fraction(1, 1 + against), Fraction(against, 1 + against)),
    }  # fmt: skip
    assert recheck(game, {}, one).confirmed
    return game, one


def test_beliefs_that_do_not_go_together_are_weak_perfect_bayesian_at_most():
    """The checker confirms what is stated, and not that it is sequential."""
    game, one = chained(1)
    assert one.undecided == ("sequential",)
    said = replace(one, undecided=(), marks=(*one.marks, "sequential"))
    assert "not independent" in recheck(game, {}, said).doubt


def test_beliefs_that_hang_together_are_found():
    """Extreme beliefs do not go together, but A with 3/4 to 4/5 does for both."""
    _, one = chained(Fraction(1, 4))
    assert "sequential" in one.marks


def test_a_type_that_is_never_drawn_is_none():
    """Then nothing is left open, and the game is one of full information."""
    game = beer_quiche("1/2", "0 < s <= 1")
    (one,) = solve(game, {"s": 1})
    assert shares(one, "duel", meal="quiche") == shares(one, "duel", meal="beer") == {"no": 1}
    assert not one.beliefs
