"""All subgame-perfect equilibria of games in stages, against the definition and the literature."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import linprog

from pigou import (
    Chance,
    DeclarationError,
    Enclosure,
    Game,
    Lookup,
    Move,
    Parameter,
    Player,
    Stages,
    StructureError,
    compare,
    examine,
    expectation,
    first_best,
    read_expression,
    solve,
    subsidy,
)
from pigou.pages import component_blocks
from pigou.staging import solve_stages

YES_NO = {"no": 0, "yes": 1}


def exact(enclosure):
    assert enclosure.is_exact
    return enclosure.lower


def shares(equilibrium, move, **when):
    """The probabilities of a move at the information set where `when` is known."""
    (strategy,) = [s for s in equilibrium.strategies if s.move == move and dict(s.when) == when]
    return {k: exact(p) for k, p in strategy.probabilities.items() if p.upper > 0}


# -- the literature ---------------------------------------------------------------------------


def entry(loss="2"):
    """Selten (1978), one market: the incumbent's threat to fight is not credible."""
    return Game(
        "entry deterrence",
        [Player("entrant"), Player("incumbent")],
        [
            Move("enter", "entrant", YES_NO),
            Move("fight", "incumbent", YES_NO, 2, when="enter == yes"),
        ],
        {"entrant": "enter*(1 - loss*fight)", "incumbent": "2 - enter*(1 + fight)"},
        parameters=[Parameter("loss", loss)],
    )


def horse():
    """Selten (1975), Fig. 1."""
    return Game(
        "horse",
        [Player("one"), Player("two"), Player("three")],
        [
            Move("a", "one", {"R": 1, "L": 2}),
            Move("b", "two", {"R": 1, "L": 2}, 2, when="a == R"),
            Move("c", "three", {"R": 1, "L": 2}, 3, observes=(), when="a == L or b == L"),
        ],
        {
            "one": "if(a == L, if(c == R, 3, 0), if(b == R, 1, if(c == R, 4, 0)))",
            "two": "if(a == L, if(c == R, 2, 0), if(b == R, 1, if(c == R, 4, 0)))",
            "three": "if(a == L, if(c == R, 2, 0), if(b == R, 1, if(c == R, 0, 1)))",
        },
    )


def poker():
    """Reiley, Urbancic and Walker (2008): stripped-down poker, in units of the ante."""
    one = "if(bet == fold, -1, if(call == pass, 1, if(card == king, 2, -2)))"
    return Game(
        "poker",
        [Player("one"), Player("two")],
        [
            Move("bet", "one", {"raise_": 1, "fold": 2}),
            Move("call", "two", {"call_": 1, "pass_": 2}, 2, when="bet == raise_"),
        ],
        {"one": one.replace("pass,", "pass_,"), "two": f"-({one})".replace("pass,", "pass_,")},
        chance=[Chance("card", {"king": (1, "1/2"), "queen": (2, "1/2")}, seen_by=["one"])],
    )


def bagwell(eps="1/100"):
    """Bagwell (1995): the follower sees the leader's move through noise."""
    by_actions = "if(a == S, if({b} == 1, 5, 3), if({b} == 1, 6, 4))"
    reply = "if(a == S, if({b} == 1, 2, 1), if({b} == 1, 3, 4))"
    return Game(
        "noisy leader",
        [Player("leader"), Player("follower")],
        [
            Move("a", "leader", {"S": 1, "C": 2}),
            Move(
                "after_s", "follower", {"S": 1, "C": 2}, 2, observes=(),
                when="(a == S and error == none) or (a == C and error == flip)",
            ),
            Move(
                "after_c", "follower", {"S": 1, "C": 2}, 2, observes=(),
                when="(a == C and error == none) or (a == S and error == flip)",
            ),
        ],
        {
            "leader": by_actions.format(b="(after_s + after_c)"),
            "follower": reply.format(b="(after_s + after_c)"),
        },
        chance=[Chance("error", {"none": (1, "1 - eps"), "flip": (2, "eps")})],
        parameters=[Parameter("eps", eps)],
    )  # fmt: skip


def beer_quiche():
    """Cho and Kreps (1987), with a strong sender nine times in ten."""
    return Game(
        "beer or quiche",
        [Player("sender"), Player("receiver")],
        [
            Move("meal", "sender", {"beer": 1, "quiche": 2}),
            Move("duel", "receiver", YES_NO, 2, observes=["meal"]),
        ],
        {
            "sender": "if(kind == strong, if(meal == beer, 1, 0), if(meal == quiche, 1, 0))"
            " + 2*(duel == no)",
            "receiver": "if(duel == yes, if(kind == weak, 1, 0), if(kind == strong, 1, 0))",
        },
        chance=[Chance("kind", {"strong": (1, "9/10"), "weak": (2, "1/10")}, seen_by=["sender"])],
    )


def test_a_threat_that_is_not_credible_is_no_equilibrium():
    found = solve(entry())
    assert found.complete
    (one,) = found
    assert shares(one, "enter") == {"yes": 1}
    assert shares(one, "fight") == {"no": 1}
    assert one.path == {"enter": {"yes": Enclosure.point(1)}, "fight": {"no": Enclosure.point(1)}}


def test_selten_s_horse():
    """O19: components A (payoffs 3, 2, 2) and B (1, 1, 1), four extreme equilibria."""
    found = solve(horse())
    assert found.complete
    right = {tuple(shares(e, m).get("R", 0) for m in "abc"): e for e in found}
    third, quarter = Fraction(1, 3), Fraction(1, 4)
    assert set(right) == {(0, third, 1), (0, 1, 1), (1, 1, 0), (1, 1, quarter)}
    assert right[0, third, 1].component == right[0, 1, 1].component
    assert right[1, 1, 0].component == right[1, 1, quarter].component
    assert right[0, 1, 1].component != right[1, 1, 0].component
    assert [c.dimension for c in found.components] == [1, 1]
    for profile, one in right.items():
        paid = [exact(one.payoffs[p]) for p in ("one", "two", "three")]
        assert paid == ([1, 1, 1] if profile[0] else [3, 2, 2])


def test_stripped_down_poker():
    """O19: bet with a king always, bluff with a queen 1/3, call 2/3, value 1/3."""
    found = solve(poker())
    (one,) = found
    assert found.complete and not found.components
    assert shares(one, "bet", card="king") == {"raise_": 1}
    assert shares(one, "bet", card="queen") == {"raise_": Fraction(1, 3), "fold": Fraction(2, 3)}
    assert shares(one, "call") == {"call_": Fraction(2, 3), "pass_": Fraction(1, 3)}
    assert exact(one.payoffs["one"]) == Fraction(1, 3)
    assert exact(one.path["bet"]["raise_"]) == Fraction(2, 3)


def test_a_leader_who_is_seen_through_noise():
    """O19: Pr(leader plays S) is 0, eps or 1 - eps; near Stackelberg 24/49 and 489/98."""
    found = solve(bagwell())
    assert found.complete
    by_leader = {shares(e, "a").get("S", 0): e for e in found}
    assert set(by_leader) == {0, Fraction(1, 100), Fraction(99, 100)}
    near = by_leader[Fraction(99, 100)]
    assert shares(near, "after_s") == {"S": 1}
    assert shares(near, "after_c")["S"] == Fraction(24, 49)  # 0.4897959184
    assert exact(near.payoffs["leader"]) == Fraction(489, 98)  # 4.989795918
    assert exact(by_leader[Fraction(0)].payoffs["follower"]) == 4


def test_a_leader_who_is_seen_exactly_is_stackelberg_s():
    (one,) = solve(bagwell("0"))
    assert shares(one, "a") == {"S": 1}


def test_beer_and_quiche_both_pool():
    found = solve(beer_quiche())
    assert found.complete
    assert sorted(exact(e.payoffs["sender"]) for e in found) == [
        Fraction(21, 10), Fraction(21, 10), Fraction(29, 10), Fraction(29, 10)
    ]  # fmt: skip
    assert [c.dimension for c in found.components] == [1, 1]
    for one in found:
        (meal,) = one.path["meal"]
        other = {"beer": "quiche", "quiche": "beer"}[meal]
        duelled = shares(one, "duel", meal=other)["yes"]
        assert duelled in (1, Fraction(1, 2))  # at least 1/2 keeps the sender who would gain
        assert shares(one, "duel", meal=meal) == {"no": 1}


def test_all_equilibria_of_a_subgame_are_continued():
    """An outside option of 2 before a battle of the sexes (3, 1), (1, 3)."""
    inside = "if(inn == no, {out}, if(x == y, if(x == 1, {a}, {b}), 0))"
    game = Game(
        "outside option",
        [Player("a"), Player("b")],
        [
            Move("inn", "a", YES_NO),
            Move("x", "a", {"mine": 1, "yours": 2}, 2, when="inn == yes"),
            Move("y", "b", {"mine": 1, "yours": 2}, 2, when="inn == yes"),
        ],
        {"a": inside.format(out=2, a=3, b=1), "b": inside.format(out=5, a=1, b=3)},
    )
    found = solve(game)
    assert found.complete
    outcomes = {
        (tuple(shares(e, "inn")), exact(e.payoffs["a"]), exact(e.payoffs["b"])) for e in found
    }
    assert len(found) == 3
    assert outcomes == {(("yes",), 3, 1), (("no",), 2, 5)}
    mixed = next(e for e in found if e.kind == "mixed")
    assert shares(mixed, "x") == {"mine": Fraction(3, 4), "yours": Fraction(1, 4)}
    assert "x" not in mixed.path


def test_a_government_moves_before_a_population():
    game = Game(
        "push",
        [Player("ministry"), Player("firm", size="firms")],
        [
            Move("support", "ministry", YES_NO),
            Move("upgrade", "firm", {"wait": 0, "go": 1}, 2),
        ],
        {
            "ministry": "sum(upgrade) - support*3/2",
            "firm": "upgrade*(2*mean(upgrade) - 1 + support*3/4)",
        },
        parameters=[Parameter("firms", 4, integer=True)],
    )
    found = solve(game)
    assert found.complete
    # after support all go; without it all wait, all go, or go with probability p, where
    # (1 + 3 p)/4*2 = 1, so that p = 1/3 and 4/3 firms go
    without = {tuple(shares(e, "upgrade", support="no").items()) for e in found}
    assert without == {
        (("wait", 1),), (("go", 1),), (("wait", Fraction(2, 3)), ("go", Fraction(1, 3)))
    }  # fmt: skip
    assert {tuple(shares(e, "upgrade", support="yes")) for e in found} == {("go",)}
    for one in found:
        supports = shares(one, "support") == {"yes": 1}
        goes = shares(one, "upgrade", support="no").get("go", 0)
        assert supports == (4 * goes < Fraction(5, 2))
        assert one.evidence.checked


# -- the definition, by brute force -------------------------------------------------------------


def two_stages(rng, shape, low, high):
    """Two players move at once, see it, and move at once again; payoffs are tables."""
    moves = [
        Move("x1", "a", {str(k): k for k in range(shape[0])}),
        Move("y1", "b", {str(k): k for k in range(shape[1])}),
        Move("x2", "a", {str(k): k for k in range(shape[2])}, 2),
        Move("y2", "b", {str(k): k for k in range(shape[3])}, 2),
    ]
    cells = list(itertools.product(*(range(n) for n in shape)))
    tables = [{cell: rng.randint(low, high) for cell in cells} for _ in range(2)]
    payoffs = {
        name: Lookup.of(
            ["x1", "y1", "x2", "y2"], [range(n) for n in shape], [table[c] for c in cells]
        )
        for name, table in zip("ab", tables, strict=True)
    }
    return Game("two stages", [Player("a"), Player("b")], moves, payoffs), tables


def is_pure_equilibrium(first, second, i, j):
    return all(first[k, j] <= first[i, j] for k, m in first if m == j) and all(
        second[i, m] <= second[i, j] for k, m in second if k == i
    )


def brute_force(tables, shape):
    """Return every pure subgame-perfect equilibrium: what is played first, and after each pair."""
    pairs = list(itertools.product(range(shape[0]), range(shape[1])))
    late = list(itertools.product(range(shape[2]), range(shape[3])))
    options = [
        [
            c
            for c in late
            if is_pure_equilibrium(*({d: t[(*p, *d)] for d in late} for t in tables), *c)
        ]
        for p in pairs
    ]
    found = set()
    for plan in itertools.product(*options):
        after = dict(zip(pairs, plan, strict=True))
        now = [{p: t[(*p, *after[p])] for p in pairs} for t in tables]
        found |= {(p, plan) for p in pairs if is_pure_equilibrium(*now, *p)}
    return found


def pure_ones(found, shape):
    pairs = list(itertools.product(range(shape[0]), range(shape[1])))
    result = set()
    for one in found:
        if one.kind != "pure":
            continue
        chosen = {
            (s.move, tuple(int(v) for v in s.when.values())): int(
                next(k for k, p in s.probabilities.items() if p.lower == 1)
            )
            for s in one.strategies
        }
        now = (chosen["x1", ()], chosen["y1", ()])
        result.add((now, tuple((chosen["x2", p], chosen["y2", p]) for p in pairs)))
    return result


@pytest.mark.parametrize("high", [1, 3, 20])
def test_pure_subgame_perfect_equilibria_are_those_of_the_definition(high):
    rng = random.Random(high)
    shape = (2, 2, 2, 2)
    for _ in range(25 if high > 1 else 6):
        game, tables = two_stages(rng, shape, 0, high)
        assert pure_ones(solve(game), shape) == brute_force(tables, shape)


@pytest.mark.long
@pytest.mark.parametrize("shape", [(2, 2, 2, 2), (3, 2, 2, 2), (1, 3, 2, 3), (2, 1, 3, 2)])
@pytest.mark.parametrize("high", [1, 2, 5, 50])
def test_pure_subgame_perfect_equilibria_of_many_games(shape, high):
    rng = random.Random(f"{shape}{high}")
    for _ in range(100):
        game, tables = two_stages(rng, shape, 0, high)
        found = solve(game)
        if "left out" in str(found.unresolved):
            continue
        assert pure_ones(found, shape) == brute_force(tables, shape)


def nash_gain(game, equilibrium, player, tables, shape):
    """The largest gain of a player from any other plan, with payoffs read from the tables."""
    at = {
        (s.move, tuple(map(int, s.when.values()))): list(map(exact, s.probabilities.values()))
        for s in equilibrium.strategies
    }
    pairs = list(itertools.product(range(shape[0]), range(shape[1])))
    own = ("x1", "x2") if player == 0 else ("y1", "y2")
    sizes = (shape[0], shape[2]) if player == 0 else (shape[1], shape[3])

    def value(plan):
        total = Fraction(0)
        for cell in itertools.product(*(range(n) for n in shape)):
            weight = Fraction(1)
            for place, move in enumerate(("x1", "y1", "x2", "y2")):
                known = cell[:2] if place > 1 else ()
                if plan is not None and move in own:
                    weight *= plan[known] == cell[place]
                else:
                    weight *= at[move, known][cell[place]]
            total += weight * tables[player][cell]
        return total

    plans = itertools.product(range(sizes[0]), *(range(sizes[1]) for _ in pairs))
    best = max(value({(): plan[0], **dict(zip(pairs, plan[1:], strict=True))}) for plan in plans)
    return best - value(None)


def test_every_equilibrium_found_is_a_nash_equilibrium_of_the_whole_game():
    rng = random.Random(5)
    shape = (2, 2, 2, 2)
    mixed = 0
    for _ in range(12):
        game, tables = two_stages(rng, shape, 0, 6)
        for one in solve(game):
            if all(p.is_exact for s in one.strategies for p in s.probabilities.values()):
                mixed += one.kind == "mixed"
                assert nash_gain(game, one, 0, tables, shape) == 0
                assert nash_gain(game, one, 1, tables, shape) == 0
                assert one.evidence.checked and one.evidence.max_gain == Enclosure.point(0)
    assert mixed > 10


def test_without_subgames_the_payoffs_are_those_of_the_strategic_form():
    """A second mover who sees nothing: all extreme payoffs are those of the game at once."""
    rng = random.Random(7)
    for _ in range(20):
        shape = (3, 3)
        cells = list(itertools.product(range(3), range(3)))
        payoffs = {
            name: Lookup.of(["x", "y"], [range(3), range(3)], [rng.randint(0, 5) for _ in cells])
            for name in "ab"
        }
        three = {str(k): k for k in range(shape[0])}
        first = Move("x", "a", three)
        people = [Player("a"), Player("b")]
        together = Game("together", people, [first, Move("y", "b", three)], payoffs)
        unseen = Game("unseen", people, [first, Move("y", "b", three, 2, observes=())], payoffs)
        a, b = solve(together), solve(unseen)
        assert b.complete == a.complete

        def played(found):
            return {
                tuple(tuple(map(exact, s.probabilities.values())) for s in e.strategies)
                for e in found
            }

        assert played(a) == played(b)
        assert sorted(c.dimension for c in a.components) == sorted(
            c.dimension for c in b.components
        )


def signalling(rng, high):
    """Two types, two messages, two replies, with payoffs drawn at random."""
    cells = list(itertools.product((1, 2), (1, 2), (1, 2)))
    payoffs = {
        name: Lookup.of(["t", "m", "r"], [(1, 2)] * 3, [rng.randint(0, high) for _ in cells])
        for name in ("sender", "receiver")
    }
    one_two = {"one": 1, "two": 2}
    chance = Chance("t", {"one": (1, "1/3"), "two": (2, "2/3")}, seen_by=["sender"])
    people = [Player("sender"), Player("receiver")]
    moves = [Move("m", "sender", one_two), Move("r", "receiver", one_two, 2, observes=["m"])]
    return Game("signalling", people, moves, payoffs, chance=[chance])


def test_isolated_equilibria_of_signalling_games_have_the_payoffs_of_the_strategic_form():
    """The strategic form is declared by hand: a move for each type and for each message."""
    rng = random.Random(11)
    one_two = {"one": 1, "two": 2}
    for _ in range(15):
        game = signalling(rng, 9)
        moves = [
            Move("m1", "sender", one_two), Move("m2", "sender", one_two),
            Move("r1", "receiver", one_two), Move("r2", "receiver", one_two),
        ]  # fmt: skip
        t, m, r = (read_expression(n, [n]) for n in "tmr")
        message = read_expression("if(t == 1, m1, m2)", ["t", "m1", "m2"])
        reply = read_expression("if(m == 1, r1, r2)", ["m", "r1", "r2"])
        payoffs = {
            name: formula.xreplace({r: reply}).xreplace({m: message})
            for name, formula in game.payoffs.items()
        }
        unseen = [replace(game.chance[0], seen_by=())]
        form = Game("strategic form", game.players, moves, payoffs, chance=unseen)
        del t
        staged, plain = solve_stages(game, {}, solve), solve(form)
        paid = [
            {tuple(exact(e.payoffs[p]) for p in ("sender", "receiver")) for e in found}
            for found in (staged, plain)
        ]
        assert paid[0] <= paid[1]
        isolated = {
            tuple(exact(e.payoffs[p]) for p in ("sender", "receiver"))
            for e in plain
            if not e.component
        }
        assert isolated <= paid[0]
        # every equilibrium of the strategic form has payoffs in the hull of those listed here
        for k in range(2):
            assert max(p[k] for p in paid[0]) == max(p[k] for p in paid[1])
            assert min(p[k] for p in paid[0]) == min(p[k] for p in paid[1])


# -- invariance ---------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(-3, 3))
def test_positive_affine_changes_of_payoffs_change_nothing_that_is_played(seed, scale, shift):
    game, _ = two_stages(random.Random(seed), (2, 2, 2, 2), 0, 30)
    changed = replace(
        game, payoffs={"a": scale * game.payoffs["a"] + shift, "b": game.payoffs["b"]}
    )
    assert {e.profile for e in solve(game)} == {e.profile for e in solve(changed)}


@pytest.mark.parametrize("high", [2, 20])
def test_pure_equilibria_alone_are_those_among_all(high):
    rng = random.Random(high)
    for _ in range(10):
        game, _ = two_stages(rng, (2, 2, 2, 2), 0, high)
        alone = solve(game, pure=True)
        assert alone.complete and not alone.components
        assert alone.scope == "all subgame-perfect equilibria, in pure strategies only"
        among = {e.profile for e in solve(game) if e.kind == "pure"}
        assert {e.profile for e in alone} == among


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_in_which_players_are_declared_changes_nothing_that_is_played(seed):
    game, _ = two_stages(random.Random(seed), (2, 2, 2, 2), 0, 30)
    turned = replace(game, players=game.players[::-1])
    first, second = ({frozenset(e.profile.split("; ")) for e in solve(g)} for g in (game, turned))
    assert first == second


# -- continua -----------------------------------------------------------------------------------


def ultimatum(offers):
    return Game(
        "ultimatum",
        [Player("a"), Player("b")],
        [Move("offer", "a", offers), Move("accept", "b", YES_NO, 2)],
        {"a": "accept*(10 - offer)", "b": "accept*offer"},
    )


def test_who_is_indifferent_later_may_mix_and_all_that_this_supports_is_found():
    """With q the chance that nil is accepted: offer nil if 10 q >= 9, one if 10 q <= 9."""
    found = solve(ultimatum({"nil": 0, "one": 1, "five": 5}))
    assert found.complete
    points = {
        (*shares(e, "offer"), shares(e, "accept", offer="nil").get("yes", 0)): e.name for e in found
    }
    nine = Fraction(9, 10)
    assert set(points) == {("nil", 1), ("nil", nine), ("one", nine), ("one", 0)}
    (component,) = found.components
    assert component.dimension == 1
    assert {frozenset(s) for s in component.subsets} == {
        frozenset({points["nil", 1], points["nil", nine]}),
        frozenset({points["nil", nine], points["one", nine]}),
        frozenset({points["one", nine], points["one", 0]}),
    }


def vector(equilibrium, moves):
    """All probabilities, information set by information set, in one order."""
    rows = sorted(
        ((s.move, sorted(s.when.items())), [exact(p) for p in s.probabilities.values()])
        for s in equilibrium.strategies
    )
    assert [name for (name, _), _ in rows] == moves
    return [p for _, row in rows for p in row]


def mixtures_reach(point, corners):
    """Whether a point is in the convex hull of others: a linear programme by scipy."""
    matrix = np.array([[float(v) for v in c] for c in corners]).T
    rows = np.vstack([matrix, np.ones(len(corners))])
    right = np.array([*map(float, point), 1.0])
    return linprog(np.zeros(len(corners)), A_eq=rows, b_eq=right, bounds=(0, None)).status == 0


def sequential(rng, first, high):
    """One moves, the other sees it and replies; payoffs with many ties."""
    cells = list(itertools.product(range(first), range(2)))
    tables = [{c: rng.randint(0, high) for c in cells} for _ in range(2)]
    payoffs = {
        name: Lookup.of(["x", "y"], [range(first), range(2)], [table[c] for c in cells])
        for name, table in zip("ab", tables, strict=True)
    }
    moves = [
        Move("x", "a", {str(k): k for k in range(first)}),
        Move("y", "b", {"0": 0, "1": 1}, 2),
    ]
    return Game("sequential", [Player("a"), Player("b")], moves, payoffs), tables


def is_perfect(x, q, tables):
    """The definition: x the first mover's probabilities, q[k] how likely reply 1 to k is."""
    first, second = tables
    for k, chance in enumerate(q):
        gap = second[k, 1] - second[k, 0]
        if (gap > 0 and chance < 1) or (gap < 0 and chance > 0):
            return False
    worth = [(1 - c) * first[k, 0] + c * first[k, 1] for k, c in enumerate(q)]
    return all(p == 0 or worth[k] == max(worth) for k, p in enumerate(x))


@pytest.mark.parametrize("high", [1, 2])
def test_continua_hold_all_equilibria_of_sequential_games_with_ties_and_no_others(high):
    rng = random.Random(high)
    for _ in range(12):
        game, tables = sequential(rng, 3, high)
        found = solve(game)
        assert found.complete
        vectors = {e.name: vector(e, ["x", "y", "y", "y"]) for e in found}
        subsets = [list(s) for c in found.components for s in c.subsets]
        subsets += [[e.name] for e in found if not e.component]
        for _ in range(15):  # every mixture of a maximal subset is an equilibrium
            names = rng.choice(subsets)
            weights = [Fraction(rng.randint(1, 6)) for _ in names]
            mixed = [
                sum(w * v for w, v in zip(weights, column, strict=True)) / sum(weights)
                for column in zip(*(vectors[n] for n in names), strict=True)
            ]
            assert is_perfect(mixed[:3], mixed[4::2], tables)
        for _ in range(60):  # every equilibrium is a mixture of a maximal subset
            x = rng.choice([(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 3), (2, 1, 1)])
            x = [Fraction(v, sum(x)) for v in x]
            q = [Fraction(rng.choice([0, 0, 1, 2, 3, 4, 4]), 4) for _ in range(3)]
            if is_perfect(x, q, tables):
                point = [*x, *(v for c in q for v in (1 - c, c))]
                assert any(mixtures_reach(point, [vectors[n] for n in s]) for s in subsets)


def test_a_continuum_that_matters_to_several_who_decide_before_is_reported():
    game = Game(
        "two proposers",
        [Player("a"), Player("b"), Player("c")],
        [Move("x", "a", YES_NO), Move("y", "b", YES_NO), Move("z", "c", YES_NO, 2)],
        {"a": "x*y*z + (1 - x)/2", "b": "x*y*(1 - z) + (1 - y)/2", "c": "0"},
    )
    found = solve(game)
    assert not found.complete
    assert found.unresolved[0] == (
        "after x yes, y yes: a continuum of equilibria that matters to a and b is followed at its "
        "extreme points only"
    )


def test_a_continuum_over_two_information_sets_has_the_dimension_of_what_is_played():
    """After x the other says yes with chance q1 or q2, as chance has it: x pays q1 + q2 - 1."""
    game = Game(
        "square",
        [Player("a"), Player("b")],
        [Move("x", "a", YES_NO), Move("y", "b", YES_NO, 2, when="x == yes")],
        {"a": "x*(2*y - 1)", "b": "0"},
        chance=[Chance("luck", {"bad": (0, "1/2"), "good": (1, "1/2")}, seen_by=["b"])],
    )
    found = solve(game)
    assert found.complete
    at = {
        e.name: (
            shares(e, "y", x="yes", luck="bad").get("yes", 0),
            shares(e, "y", x="yes", luck="good").get("yes", 0),
            shares(e, "x").get("yes", 0),
        )
        for e in found
    }
    assert len(at) == len(set(at.values()))
    # two triangles, either side of q1 + q2 = 1, and a square between them
    (component,) = found.components
    assert component.dimension == 2
    assert {frozenset(at[name] for name in subset) for subset in component.subsets} == {
        frozenset({(0, 0, 0), (0, 1, 0), (1, 0, 0)}),
        frozenset({(0, 1, 1), (1, 0, 1), (1, 1, 1)}),
        frozenset({(0, 1, 0), (1, 0, 0), (0, 1, 1), (1, 0, 1)}),
    }


def test_mixtures_of_two_followers_are_not_free_of_each_other():
    """a goes in if b says yes with a chance of half that of c, or more: not a product."""
    moves = [
        Move("x", "a", YES_NO),
        Move("y", "b", YES_NO, 2, when="x == yes"),
        Move("z", "c", YES_NO, 2, when="x == no"),
    ]
    people = [Player("a"), Player("b"), Player("c")]
    found = solve(Game("two", people, moves, {"a": "2*y + z", "b": "0", "c": "0"}))
    (component,) = found.components
    go = next(s for s in component.subsets if all(shares(found[e], "x") == {"yes": 1} for e in s))
    points = {tuple(shares(found[e], m).get("yes", 0) for m in "yz") for e in go}
    assert points == {(0, 0), (1, 0), (1, 1), (Fraction(1, 2), 1)}  # (0, 1) is none
    (words,) = component_blocks(found)
    assert "by the same weights for all" in words.text


def indifferent_after(number, payoff):
    return Game(
        "indifferent",
        [Player("a"), Player("b")],
        [
            Move("x", "a", {f"o{k}": k for k in range(number)}),
            Move("y", "b", YES_NO, 2),
        ],
        {"a": payoff, "b": "0"},
    )


@pytest.mark.parametrize("payoff", ["x", "x*y"])
def test_where_there_are_too_many_ways_to_go_on_some_are_left_out_and_it_is_said(
    payoff, monkeypatch
):
    monkeypatch.setattr("pigou.solvers.subgame_perfect.MOST_SOLUTIONS", 20)
    found = solve(indifferent_after(30, payoff))
    assert not found.complete
    assert "more than 20 equilibria: some are left out" in found.unresolved
    assert 1 <= len(found) <= 60
    assert all(e.evidence.checked for e in found)


def test_a_continuum_that_matters_to_nobody_before_is_a_component():
    game = Game(
        "idle",
        [Player("a"), Player("b")],
        [Move("x", "a", YES_NO), Move("y", "b", YES_NO, 2)],
        {"a": "x", "b": "x"},
    )
    found = solve(game)
    assert found.complete
    assert len(found) == 4
    (component,) = found.components
    assert component.dimension == 2
    assert set(component.subsets[0]) == {"E1", "E2", "E3", "E4"}
    for one in found:
        assert one.component == "C1"


# -- the checker --------------------------------------------------------------------------------


def strategy_of(equilibrium, move):
    return next(s for s in equilibrium.strategies if s.move == move)


def test_the_checker_refuses_a_threat_that_is_not_credible():
    game = entry()
    (one,) = solve(game)
    out = replace(
        strategy_of(one, "enter"),
        probabilities={"no": Enclosure.point(1), "yes": Enclosure.point(0)},
        counts={"no": 1, "yes": 0},
    )
    threat = replace(
        strategy_of(one, "fight"),
        probabilities={"no": Enclosure.point(0), "yes": Enclosure.point(1)},
        counts={"no": 0, "yes": 1},
    )
    found = examine(game, game.values(), [out, threat])
    assert not found.confirmed
    assert found.gain == Enclosure.point(1)  # the incumbent's, once there is entry
    assert found.payoffs["incumbent"] == Enclosure.point(2)


def test_the_checker_refuses_a_profile_that_is_silent_in_a_subgame():
    """The entrant stays out, and nobody says what the incumbent would do."""
    game = entry()
    out = replace(
        strategy_of(solve(game)["E1"], "enter"),
        probabilities={"no": Enclosure.point(1), "yes": Enclosure.point(0)},
        counts={"no": 1, "yes": 0},
    )
    with pytest.raises(DeclarationError, match=": 'incumbent' decides on 'fight'"):
        examine(game, game.values(), [out])


def own_plan():
    """a moves, b moves unseen by a, and a again after its own yes: no subgame but the game."""
    moves = [
        Move("x", "a", YES_NO),
        Move("y", "b", YES_NO, observes=()),
        Move("z", "a", YES_NO, 2, observes=["x"], when="x == yes"),
    ]
    payoffs = {"a": "1 - x + x*y*z/2", "b": "y"}
    return Game("own plan", [Player("a"), Player("b")], moves, payoffs)


def test_silence_is_allowed_where_own_choices_exclude_a_set_and_only_there():
    game = own_plan()
    (one,) = solve(game)
    assert one.evidence.checked
    assert [s.move for s in one.strategies] == ["x", "y"]  # z is excluded by x: no
    mixed = replace(
        one.strategies[0],
        probabilities={"no": Enclosure.point("1/2"), "yes": Enclosure.point("1/2")},
        counts=None,
    )
    with pytest.raises(DeclarationError, match="'a' decides on 'z'"):
        examine(game, {}, [mixed, one.strategies[1]])


def test_the_checker_weighs_what_is_not_seen():
    """Poker with a bluff too rare: the caller gains by passing always."""
    game = poker()
    (one,) = solve(game)
    rare = [
        replace(s, probabilities={"raise_": Enclosure.point("1/4"), "fold": Enclosure.point("3/4")})
        if dict(s.when) == {"card": "queen"}
        else s
        for s in one.strategies
    ]
    found = examine(game, {}, rare)
    # call wins 2 against a bluff and loses 2 to a king: (1/8)*2 - (1/2)*2; pass: -5/8
    called = Fraction(2, 3) * (Fraction(1, 8) * 2 - 1) - Fraction(1, 3) * Fraction(5, 8)
    assert found.gain == Enclosure.point(-Fraction(5, 8) - called)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: [], "a strategy is missing after {}"),
        (lambda s: [*s, s[0]], "there are 2 strategies of 'entrant' for 'enter'"),
        (lambda s: [replace(s[0], when={"fight": "no"}), s[1]], "belongs to no information set"),
        (
            lambda s: [replace(s[0], probabilities={"maybe": Enclosure.point(1)}), s[1]],
            "no choice 'maybe' in 'enter'",
        ),
        (
            lambda s: [replace(s[0], probabilities={"no": Enclosure.point(2)}), s[1]],
            "are not those of a mixed action",
        ),
    ],
)
def test_strategies_that_do_not_fit_are_refused(change, words):
    game = entry()
    strategies = list(solve(game)["E1"].strategies)
    with pytest.raises(DeclarationError, match=words):
        examine(game, game.values(), change(strategies))


def test_expectations_over_what_is_played():
    game = bagwell()
    near = max(solve(game), key=lambda e: shares(e, "a").get("S", 0))
    assert expectation(
        game, game.values(), near.strategies, read_expression("if(a == 1, 1, 0)", ["a"])
    ) == Enclosure.point("99/100")


# -- reforms and the first best -------------------------------------------------------------------


def test_a_subsidy_on_a_move_in_stages_is_compared():
    game = Game(
        "upgrading after support",
        [Player("lead"), Player("supplier")],
        [Move("support", "lead", YES_NO), Move("upgrade", "supplier", YES_NO, 2)],
        {"lead": "3*upgrade - 4*support", "supplier": "upgrade*(2*support - 1)"},
    )
    table = compare(game, [subsidy("upgrade", "3/2")])
    (before,), (after,) = table.baseline.found, table.reforms[0].found
    assert before.path == {
        "support": {"no": Enclosure.point(1)},
        "upgrade": {"no": Enclosure.point(1)},
    }
    assert after.path["upgrade"] == {"yes": Enclosure.point(1)}
    assert exact(table.reforms[0].assessments[0].outlay) == Fraction(3, 2)
    assert exact(table.baseline.first_best.welfare) == 2  # upgrade without support: 3 - 1
    assert not table.baseline.first_best.is_equilibrium
    assert exact(table.baseline.assessments[0].gap) == 2


def test_the_planner_knows_what_anybody_knows():
    game = Game(
        "forecast",
        [Player("a"), Player("b")],
        [Move("x", "a", YES_NO), Move("y", "b", YES_NO, 2)],
        {"a": "if(rain == 1, x, -x)", "b": "if(rain == 1, y, -y)"},
        chance=[Chance("rain", {"dry": (0, "1/2"), "wet": (1, "1/2")}, seen_by=["b"])],
    )
    # x before the draw is worth 0 on average; y after it is worth 1 when wet
    best = first_best(game)
    assert exact(best.welfare) == Fraction(1, 2)
    assert best.is_equilibrium


def test_too_large_a_game_is_refused_at_once():
    moves = [Move(f"m{k}", "ab"[k % 2], YES_NO, k + 1) for k in range(20)]
    game = Game("long", [Player("a"), Player("b")], moves, {"a": "m0", "b": "m1"})
    with pytest.raises(StructureError, match="more than 50,000 histories"):
        solve(game)


def test_a_population_that_is_asked_after_some_histories_only_is_refused():
    game = Game(
        "asked",
        [Player("a"), Player("crowd", size=3)],
        [Move("x", "a", YES_NO), Move("go", "crowd", YES_NO, 2, when="x == yes")],
        {"a": "x + sum(go)", "crowd": "go"},
    )
    with pytest.raises(StructureError, match=r"not asked to move after \{'x': 'no'\}"):
        solve(game)


def test_a_population_that_does_not_see_what_went_before_is_refused():
    game = Game(
        "blind",
        [Player("a"), Player("crowd", size=3)],
        [Move("x", "a", YES_NO), Move("y", "crowd", YES_NO, 2, observes=())],
        {"a": "x", "crowd": "y*x"},
    )
    with pytest.raises(StructureError, match="know all that went before"):
        solve(game)


def irrational(outside):
    """Three follow; a member gains 2 q**2 - 1 from going, if another one goes with chance q."""
    return Game(
        "root",
        [Player("a"), Player("crowd", size=3)],
        [Move("enter", "a", YES_NO), Move("go", "crowd", YES_NO, 2)],
        {
            "a": f"enter*sum(go) + (1 - enter)*({outside})",
            "crowd": "go*(if(sum(go) == 3, 1, -1))",
        },
    )


def test_irrational_payoffs_of_a_subgame_are_compared_rigorously():
    """The crowd goes with probability 1/sqrt(2); a expects 3/sqrt(2) = 2.12... from entry."""
    found = solve(irrational("2"))
    crowds = {str(shares_of(e)) for e in found}
    assert len(crowds) > 1
    for one in found:
        mixed = [s for s in one.strategies if s.move == "go" and not s.is_pure]
        if mixed:
            assert one.evidence.grade == "certified"
    assert found.complete  # 2 and 2.12 are told apart
    tie = solve(irrational("sum(go)"))
    assert not tie.complete
    assert any("irrational payoffs of what follows" in note for note in tie.unresolved)


def shares_of(equilibrium):
    return [
        (s.name, {k: str(p) for k, p in s.probabilities.items()}) for s in equilibrium.strategies
    ]


# -- trees of any shape -------------------------------------------------------------------------


def random_stages(rng):
    """Three players, up to five moves in three stages, with conditions, blind spots and a draw."""
    names, moves = ["x1"], [Move("x1", "a", YES_NO)]
    for k in range(2, rng.randint(4, 6)):
        stage = rng.choice([1, 2, 2, 3, 3])
        earlier = [m.name for m in moves if m.stage < stage]
        when = f"{rng.choice(earlier)} == {rng.choice(['yes', 'no'])}" if earlier else None
        observes = None if rng.random() < 0.6 else [n for n in earlier if rng.random() < 0.5]
        extra = {"when": when} if when and rng.random() < 0.5 else {}
        moves.append(Move(f"x{k}", rng.choice("abc"), YES_NO, stage, observes, **extra))
        names.append(f"x{k}")
    movers = [p for p in "abc" if any(m.player == p for m in moves)]
    seers = rng.choice([[], [], [rng.choice(movers)]])
    chance = [Chance("luck", {"no": (0, "1/3"), "yes": (1, "2/3")}, seen_by=seers)]
    cells = list(itertools.product(range(2), repeat=len(names) + 1))
    axes = [range(2)] * (len(names) + 1)
    payoffs = {
        p: Lookup.of([*names, "luck"], axes, [rng.randint(0, 3) for _ in cells]) for p in movers
    }
    return Game("tree", [Player(p) for p in movers], moves, payoffs, chance=chance)


class Defined:
    """A game as a tree of plain dictionaries, and subgame perfection by its definition."""

    def __init__(self, game):
        self.stages = Stages(game, {})
        self.tables = {
            p: {tuple(k): Fraction(int(v)) for k, v in _entries(table)}
            for p, table in game.payoffs.items()
        }
        self.names = [m.name for m in game.moves] + ["luck"]
        self.root = self.grow(self.stages.root)
        self.sets = {}
        for node in self.below(self.root):
            if node["player"]:
                self.sets.setdefault(node["set"], []).append(id(node))

    def grow(self, node):
        node, event = self.stages.at_node(node)
        if event is None:
            values = tuple(int(node.history.get(n) == "yes") for n in self.names)
            return {
                "player": "",
                "children": [],
                "paid": {p: t[values] for p, t in self.tables.items()},
            }
        children = [self.grow(child) for _, child in self.stages.children(node, event)]
        if hasattr(event, "branches"):
            return {"player": "", "children": children, "odds": [p for _, p in event.branches]}
        return {"player": event.player, "children": children, "set": event.information}

    def below(self, node):
        yield node
        for child in node["children"]:
            yield from self.below(child)

    def value(self, node, plan, player):
        if not node["children"]:
            return node["paid"][player]
        if not node["player"]:
            pairs = zip(node["odds"], node["children"], strict=True)
            return sum(p * self.value(c, plan, player) for p, c in pairs)
        return self.value(node["children"][plan[node["set"]]], plan, player)

    def subgames(self):
        for node in self.below(self.root):
            inside = list(self.below(node))
            ids = {id(n) for n in inside}
            sets = {n["set"] for n in inside if n["player"]}
            if sets and all(set(self.sets[s]) <= ids for s in sets):
                yield node, sets

    def is_perfect(self, plan, sizes):
        for node, sets in self.subgames():
            for player in self.tables:
                own = [s for s in sets if s[0] == player]
                now = self.value(node, plan, player)
                for choice in itertools.product(*(range(sizes[s]) for s in own)):
                    other = {**plan, **dict(zip(own, choice, strict=True))}
                    if self.value(node, other, player) > now:
                        return False
        return True


def _entries(table):
    _, axes, entries = table.args
    return zip(itertools.product(*(map(int, axis) for axis in axes)), entries, strict=True)


def chosen_by(strategies, information, labels):
    """The number of the action at an information set; None where the strategies are silent."""
    player, moves, seen = information
    asked = [s for s in strategies if (s.player, s.move) == (player, ", ".join(moves))]
    for s in asked:
        if s.when == dict(seen) or not any(s.when for s in asked):
            sure = [k for k, p in s.probabilities.items() if p.is_exact and p.lower == 1]
            return labels.index(sure[0])
    return None


def compare_with_definition(game):
    defined = Defined(game)
    turns = {
        turn.information: [", ".join(action) for action in turn.actions]
        for _, turn in defined.stages.walk()
        if hasattr(turn, "actions")
    }
    sizes = {s: len(labels) for s, labels in turns.items()}
    if np.prod(list(sizes.values())) > 4_000:
        return 0
    expected = set()
    for choice in itertools.product(*(range(n) for n in sizes.values())):
        plan = dict(zip(sizes, choice, strict=True))
        if defined.is_perfect(plan, sizes):
            expected.add(tuple(choice))
    got = set()
    for one in solve_stages(game, game.values(), solve):
        if one.kind == "pure":
            options = [chosen_by(one.strategies, s, labels) for s, labels in turns.items()]
            axes = [
                range(sizes[s]) if o is None else [o] for s, o in zip(sizes, options, strict=True)
            ]
            got |= set(itertools.product(*axes))
    assert got == expected
    return len(expected)


def test_pure_equilibria_of_trees_of_any_shape_are_those_of_the_definition():
    rng = random.Random(3)
    assert sum(compare_with_definition(random_stages(rng)) for _ in range(15)) > 30


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4, 12))
def test_pure_equilibria_of_many_trees_are_those_of_the_definition(seed):
    rng = random.Random(seed)
    for _ in range(100):
        compare_with_definition(random_stages(rng))
