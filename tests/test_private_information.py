"""Signalling games: all perfect Bayesian equilibria against the definition and the literature."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction

import pytest

from pigou import Chance, Game, Lookup, Model, Move, Parameter, Player, Record, compare, solve
from pigou.check import recheck
from pigou.check_beliefs import doubt_of_beliefs
from pigou.compare_page import compare_page
from pigou.equilibrium import Grade
from pigou.gambit_tree import read_efg_file
from pigou.models import load
from pigou.pages import solve_page
from pigou.results import solve_result
from pigou.screen import as_text
from pigou.signalling import private_information
from pigou.solvers.bayesian import beliefs_at, perfect_bayesian
from pigou.solvers.belief_filters import falls, type_payoffs
from pigou.solvers.cutting import simplices
from pigou.solvers.piece_equilibria import corners
from pigou.solvers.signalling_form import Observation, SignallingForm
from pigou.stages import Turn
from pigou.staging import solve_stages

HALF = Fraction(1, 2)


# -- signalling games at random, and the definition by brute force ------------------------------


def form_of(prior, u, v):
    """Lay out a game by tables u[t][m][a] and v[t][m][a]."""
    types, messages, replies = len(u), len(u[0]), len(u[0][0])

    def actions(number):
        return tuple((str(k),) for k in range(number))

    turns = tuple(Turn("s", ("m",), Record({"t": str(t)}), actions(messages)) for t in range(types))
    seen = tuple(
        Observation(
            Turn("r", ("a",), Record({"m": str(m)}), actions(replies)),
            tuple((t, m) for t in range(types)),
        )
        for m in range(messages)
    )
    pairs = list(itertools.product(range(types), range(messages)))
    tables = [{(t, m): tuple(map(Fraction, w[t][m])) for t, m in pairs} for w in (u, v)]
    return SignallingForm(turns, prior, seen, {(t, m): m for t, m in pairs}, *tables)


def drawn(rng, high=9, sizes=(2, 3)):
    types, messages, replies = (rng.choice(sizes) for _ in range(3))
    weights = [rng.randint(1, 5) for _ in range(types)]
    prior = tuple(Fraction(w, sum(weights)) for w in weights)
    u, v = (
        [[[rng.randint(0, high) for _ in range(replies)] for _ in range(messages)]
         for _ in range(types)]
        for _ in range(2)
    )  # fmt: skip
    return prior, u, v


def small(rng, high):
    """Draw until the game is solved in no time, mixtures included."""
    while True:
        tables = drawn(rng, high)
        if len(tables[1]) * len(tables[1][0]) * len(tables[1][0][0]) <= 12:
            return tables


def critical_beliefs(v, message):
    """All beliefs at which two replies, or a reply and the border, cross: by cross products."""
    types, replies = len(v), len(v[0][0])
    lines = [[int(k == t) for k in range(types)] for t in range(types)]
    lines += [
        [v[t][message][a] - v[t][message][b] for t in range(types)]
        for a, b in itertools.combinations(range(replies), 2)
    ]
    if types == 2:
        found = [(-y, x) for x, y in lines]
    else:
        found = [
            (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
            for a, b in itertools.combinations(lines, 2)
        ]
    scaled = {tuple(Fraction(x, sum(p)) for x in p) for p in found if sum(p)}
    return [p for p in scaled if min(p) >= 0]


def best_at(v, message, belief):
    worth = [sum(w * v[t][message][a] for t, w in enumerate(belief)) for a in range(len(v[0][0]))]
    return {a for a, x in enumerate(worth) if x == max(worth)}


def brute_force(prior, u, v):
    """Every pure assessment: strategies, and the extreme beliefs that support them, by message."""
    types, messages, replies = len(u), len(u[0]), len(u[0][0])
    supported = [
        [{b for b in critical_beliefs(v, m) if a in best_at(v, m, b)} for a in range(replies)]
        for m in range(messages)
    ]
    found = {}
    for sent in itertools.product(range(messages), repeat=types):
        for reply in itertools.product(range(replies), repeat=messages):
            if any(
                u[t][m][reply[m]] > u[t][sent[t]][reply[sent[t]]]
                for t in range(types)
                for m in range(messages)
            ):
                continue
            beliefs = []
            for m in range(messages):
                weights = [p * (sent[t] == m) for t, p in enumerate(prior)]
                if any(weights):
                    bayes = tuple(w / sum(weights) for w in weights)
                    beliefs.append({bayes} if reply[m] in best_at(v, m, bayes) else set())
                else:
                    beliefs.append(supported[m][reply[m]])
            if all(beliefs):
                found[sent, reply] = [frozenset(corners(list(b))) for b in beliefs]
    return found


def pure_ones(form, solution):
    chosen = {}
    for one in solution.equilibria:
        if one.is_pure:
            key = (
                tuple(row.index(1) for row in one.sender),
                tuple(row.index(1) for row in one.receiver),
            )
            assert key not in chosen
            chosen[key] = [
                frozenset(beliefs_at(form, one, m)[1].points) for m in range(len(one.receiver))
            ]
    return chosen


def agree(rng, high):
    tables = drawn(rng, high)
    form = form_of(*tables)
    expected = brute_force(*tables)
    assert pure_ones(form, perfect_bayesian(form, pure=True)) == expected
    return len(expected)


def test_pure_sequential_equilibria_equal_brute_force_over_all_assessments():
    rng = random.Random(1)
    numbers = [agree(rng, high) for high in (2, 9) for _ in range(50)]
    assert max(numbers) > 4  # ties make many


@pytest.mark.long
def test_pure_sequential_equilibria_of_five_thousand_games():
    rng = random.Random(2)
    assert sum(agree(rng, rng.choice((1, 2, 4, 9, 99))) for _ in range(5_000)) > 5_000


def check_all(rng, high, draw):
    """The full search finds the same pure ones, some equilibrium, and only equilibria."""
    tables = prior, u, v = draw(rng, high)
    form = form_of(*tables)
    solution = perfect_bayesian(form)
    assert solution.equilibria and not solution.unresolved  # one exists (Kreps and Wilson 1982)
    assert pure_ones(form, solution) == brute_force(*tables)
    for cell in solution.cells:  # the middle of every continuum is an equilibrium, too
        members = [solution.equilibria[k] for k in cell.members]
        for one in (*members, middle(members)):
            assert is_equilibrium(prior, u, v, one)
    return solution


def middle(members):
    def mean(rows):
        return tuple(
            tuple(sum(column) / len(rows) for column in zip(*side, strict=True))
            for side in zip(*rows, strict=True)
        )

    return members[0]._replace(
        sender=mean([m.sender for m in members]), receiver=mean([m.receiver for m in members])
    )


def is_equilibrium(prior, u, v, one):
    """The definition, with mixtures."""
    worth = [
        [sum(x * y for x, y in zip(row, one.receiver[m], strict=True)) for m, row in enumerate(ut)]
        for ut in u
    ]
    if any(p and worth[t][m] < max(worth[t]) for t, r in enumerate(one.sender)
           for m, p in enumerate(r)):  # fmt: skip
        return False
    for m, replies in enumerate(one.receiver):
        used = {a for a, p in enumerate(replies) if p}
        weights = [p * one.sender[t][m] for t, p in enumerate(prior)]
        if any(weights):
            if not used <= best_at(v, m, [w / sum(weights) for w in weights]):
                return False
        elif not any(used <= best_at(v, m, b) for b in critical_beliefs(v, m)):
            return False
    return True


def test_mixed_equilibria_and_the_middle_of_every_continuum_meet_the_definition():
    rng = random.Random(3)
    found = [check_all(rng, high, small) for high in (1, 9, 99) for _ in range(5)]
    mixing = [one for s in found for one in s.equilibria if any(max(row) < 1 for row in one.sender)]
    assert mixing and any(c.dimension for s in found for c in s.cells)


@pytest.mark.long
def test_mixed_equilibria_of_many_games_meet_the_definition():
    rng = random.Random(4)
    for _ in range(100):
        check_all(rng, rng.choice((1, 2, 9, 99)), drawn)


def as_game(prior, u, v):
    """The same game in the language."""
    types, messages, replies = len(u), len(u[0]), len(u[0][0])
    axes = [tuple(range(1, n + 1)) for n in (types, messages, replies)]
    payoffs = {
        name: Lookup.of(["t", "m", "a"], axes, [x for by in w for row in by for x in row])
        for name, w in (("s", u), ("r", v))
    }
    outcomes = {f"t{k + 1}": (k + 1, p) for k, p in enumerate(prior)}
    labels = [{f"{c}{k}": k for k in axes[n]} for n, c in ((1, "m"), (2, "a"))]
    moves = [Move("m", "s", labels[0]), Move("a", "r", labels[1], 2, observes=["m"])]
    chance = [Chance("t", outcomes, seen_by=["s"])]
    return Game("random", [Player("s"), Player("r")], moves, payoffs, chance=chance)


def rows_of(one):
    return frozenset((s.move, s.when, tuple(s.probabilities.values())) for s in one.strategies)


def test_what_is_listed_is_what_beliefs_leave_of_the_subgame_perfect_equilibria():
    """With generic payoffs: extreme Nash equilibria are listed, or some reply is never best."""
    rng = random.Random(5)
    dropped = 0
    for _ in range(8):
        tables = _, u, _ = drawn(rng, 99, sizes=(2,))
        game = as_game(*tables)
        found, nash = solve(game), solve_stages(game, {}, solve)
        assert found.structure == "signalling" and found.complete
        assert all(e.evidence.grade is Grade.CERTIFIED for e in found)
        listed = {rows_of(e) for e in found}
        for one in nash:
            shares = {
                (s.move, *s.when.values()): [p.lower for p in s.probabilities.values()]
                for s in one.strategies
            }
            sender = tuple(tuple(shares["m", f"t{t + 1}"]) for t in range(len(u)))
            receiver = tuple(tuple(shares["a", f"m{m + 1}"]) for m in range(len(u[0])))
            profile = (
                perfect_bayesian(form_of(*tables))
                .equilibria[0]
                ._replace(sender=sender, receiver=receiver)
            )
            if is_equilibrium(*tables, profile):
                assert rows_of(one) in listed
            else:
                dropped += 1
    assert dropped  # beliefs do matter


# -- invariance -----------------------------------------------------------------------------------


def keys_and_falls(form):
    return {
        one: frozenset((f.criterion, f.observation, f.excluded, f.deviators)
                       for f in falls(form, one))
        for one in perfect_bayesian(form).equilibria
    }  # fmt: skip


def test_units_of_payoffs_do_not_matter():
    """Of each type its own, and for the receiver what it gets for nothing at each type."""
    rng = random.Random(6)
    for _ in range(6):
        prior, u, v = small(rng, 6)
        scale = [Fraction(rng.randint(1, 9), rng.randint(1, 9)) for _ in u]
        shift = [rng.randint(-5, 5) for _ in u]
        other_u = [[[scale[t] * x + shift[t] for x in row] for row in ut] for t, ut in enumerate(u)]
        other_v = [
            [[3 * x + shift[t] + m for x in row] for m, row in enumerate(vt)]
            for t, vt in enumerate(v)
        ]
        one, other = (
            keys_and_falls(form_of(prior, *tables)) for tables in ((u, v), (other_u, other_v))
        )
        assert one == other


def test_names_do_not_matter():
    rng = random.Random(7)
    for _ in range(6):
        prior, u, v = small(rng, 4)
        t, m, a = (rng.sample(range(n), n) for n in (len(u), len(u[0]), len(u[0][0])))
        moved = [[[[w[i][j][k] for k in a] for j in m] for i in t] for w in (u, v)]
        form, other = form_of(prior, u, v), form_of(tuple(prior[i] for i in t), *moved)

        def renamed(one, t=t, m=m, a=a):
            return one._replace(
                sender=tuple(tuple(one.sender[i][j] for j in m) for i in t),
                receiver=tuple(tuple(one.receiver[j][k] for k in a) for j in m),
            )

        before, after = keys_and_falls(form), keys_and_falls(other)
        assert {renamed(e) for e in before} == set(after)
        for one, fell in before.items():
            assert {(c, m.index(h)) for c, h, *_ in fell} == {
                (c, h) for c, h, *_ in after[renamed(one)]
            }


# -- refinements ------------------------------------------------------------------------------


def intuitive_by_hand(u, v, one):
    """The intuitive criterion from beliefs at which replies cross, restricted to types."""
    earned = [
        max(sum(x * y for x, y in zip(row, one.receiver[m], strict=True))
            for m, row in enumerate(ut))
        for ut in u
    ]  # fmt: skip
    fell = set()
    for m in range(len(u[0])):
        if any(row[m] for row in one.sender):
            continue

        def replies(types, m=m):
            beliefs = [
                b for b in critical_beliefs(v, m) if all(t in types or not w
                                                         for t, w in enumerate(b))
            ]  # fmt: skip
            return set().union(*(best_at(v, m, b) for b in beliefs))

        everybody = set(range(len(u)))
        losing = {t for t in everybody if max(u[t][m][a] for a in replies(everybody)) < earned[t]}
        left = everybody - losing
        if losing and left:
            gaining = {t for t in left if min(u[t][m][a] for a in replies(left)) > earned[t]}
            if gaining:
                fell.add((m, tuple(sorted(losing)), tuple(sorted(gaining))))
    return fell


def test_the_intuitive_criterion_by_hand_and_d1_is_stronger():
    rng = random.Random(8)
    intuitive = d1 = 0
    for _ in range(40):
        prior, u, v = drawn(rng, rng.choice((3, 9)))
        form = form_of(prior, u, v)
        for one in perfect_bayesian(form, pure=True).equilibria:
            fell = list(falls(form, one))
            by_criterion = [
                {f.observation for f in fell if f.criterion == c}
                for c in ("intuitive criterion", "D1")
            ]
            assert {
                (f.observation, f.excluded, f.deviators)
                for f in fell
                if f.criterion == "intuitive criterion"
            } == intuitive_by_hand(u, v, one)
            assert by_criterion[0] <= by_criterion[1]
            intuitive += bool(by_criterion[0])
            d1 += bool(by_criterion[1])
    assert 0 < intuitive < d1


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


def beer_quiche(strong):
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
        parameters=[Parameter("s", strong, "0 < s < 1")],
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


def test_corners_of_a_cut_simplex():
    """Two cuts through one edge, and one that only touches."""
    whole = simplices([(0, 1, 2)], 3)
    third = whole.cut([1, -2, 0]).cut([0, 0, -1], HALF)
    assert set(third.points) == {
        (1, 0, 0), (HALF, 0, HALF), (Fraction(2, 3), Fraction(1, 3), 0),
        (Fraction(1, 3), Fraction(1, 6), HALF),
    }  # fmt: skip
    assert set(whole.cut([0, -1, -1]).points) == {(1, 0, 0)}
    assert whole.cut([-1, -1, -1]).is_empty
