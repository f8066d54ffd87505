"""The checker against brute force: every member's choice enumerated, no counts, no polynomials."""

import dataclasses
import itertools
import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, strategies as st

from pigou import (
    Bystander,
    Chance,
    DeclarationError,
    Enclosure,
    Game,
    Move,
    Parameter,
    Player,
    Record,
    Strategy,
    Transfer,
    Type,
    add_choice,
    assess,
    examine,
    expectation,
    payoffs_by_action,
    solve,
    symbol,
)

# -- brute force -----------------------------------------------------------------------------------
#
# A member is (player, type, attributes). A payoff is a plain function of the member's own label and
# the list of (member, label) of everybody. Games are declared from the same random tables.

small = st.integers(-5, 5)


def point(number):
    return Enclosure.point(Fraction(number))


def mixed(draw, labels, sparse=True):
    weights = [draw(st.integers(0 if sparse else 1, 4)) for _ in labels]
    weights[0] += not any(weights)
    return {label: Fraction(w, sum(weights)) for label, w in zip(labels, weights, strict=True)}


def strategy(player, type_, shares, members, counts=None, move=None):
    return Strategy(
        move or f"m_{player}",
        player,
        type_,
        Record({k: point(v) for k, v in shares.items()}),
        None if counts is None else Record(counts),
        members,
    )


def assignments(members, plans):
    """Yield every assignment of labels to members with its probability.

    A plan is a mixture for each member, or one label for each member.
    """
    axes = [[(k, p) for k, p in plans[i].items() if p] for i in range(len(members))]
    for choice in itertools.product(*axes):
        yield math.prod((p for _, p in choice), start=Fraction(1)), [k for k, _ in choice]


def expected(members, plans, payoff, who, label=None):
    """Expect a member's payoff, its own label given or drawn."""
    plans = [({label: Fraction(1)} if i == who and label else p) for i, p in enumerate(plans)]
    return sum(p * payoff(who, chosen) for p, chosen in assignments(members, plans))


def largest_gain(members, plans, payoff, labels):
    gains = [Fraction(0)]
    for who in range(len(members)):
        for own in [k for k, p in plans[who].items() if p]:
            here = expected(members, plans, payoff, who, own)
            gains += [expected(members, plans, payoff, who, k) - here for k in labels(who)]
    return max(gains)


# -- players with names ----------------------------------------------------------------------------


def table_formula(names, axes, entries):
    formula = "0"
    for cell, value in zip(itertools.product(*axes), entries, strict=True):
        where = " and ".join(f"{n} == {v}" for n, v in zip(names, cell, strict=True))
        formula = f"if({where}, {value}, {formula})"
    return formula


@given(st.data())
def test_named_players_against_enumeration(data):
    draw = data.draw
    number = draw(st.integers(1, 3))
    players = ["ann", "bob", "cem"][:number]
    axes = [list(range(draw(st.integers(1, 3)))) for _ in players]
    cells = list(itertools.product(*axes))
    names = [f"m_{p}" for p in players]
    tables = {p: [draw(small) for _ in cells] for p in players}
    outside = [draw(small) for _ in cells]
    paid = draw(small)
    payoffs = {p: table_formula(names, axes, tables[p]) for p in players}
    moves = [
        Move(n, p, {f"v{v}": v for v in a}) for n, p, a in zip(names, players, axes, strict=True)
    ]
    transfers = [
        Transfer("ann", "public", f"{paid}*m_ann + 1/3"),
        Transfer("government", players[-1], f"1/2*{names[-1]}"),
    ]
    game = Game(
        "named",
        [Player(p) for p in players],
        moves,
        payoffs,
        [Bystander("public", table_formula(names, axes, outside))],
        transfers=transfers,
    )
    mixes = [mixed(draw, [f"v{v}" for v in axis]) for axis in axes]
    strategies = [
        strategy(p, "", mix, 1, move=n) for p, mix, n in zip(players, mixes, names, strict=True)
    ]

    def cell(chosen):
        return cells.index(tuple(int(label[1:]) for label in chosen))

    def after(who, chosen):
        total = Fraction(tables[players[who]][cell(chosen)])
        total -= (paid * int(chosen[0][1:]) + Fraction(1, 3)) * (who == 0)
        return total + Fraction(1, 2) * int(chosen[-1][1:]) * (who == len(players) - 1)

    found = examine(game, {}, strategies)
    for who, player in enumerate(players):
        assert found.payoffs[player] == point(expected(players, mixes, after, who))
        by_action = payoffs_by_action(game, {}, strategies, player)
        for label in by_action:
            assert by_action[label] == point(expected(players, mixes, after, who, label))
    surplus = expected(players, mixes, lambda _, chosen: Fraction(outside[cell(chosen)]), 0)
    assert found.primitive["public"] == point(surplus)
    gain = largest_gain(players, mixes, after, lambda who: [f"v{v}" for v in axes[who]])
    assert found.gain == point(gain)
    assert found.confirmed == (gain == 0)
    books_balance(found)


def books_balance(found):
    before, after = (
        sum((Enclosure.point(found.sizes[p]) * u for p, u in payoffs.items()), point(0))
        for payoffs in (found.primitive, found.payoffs)
    )
    assert before == after
    assert before.is_exact


# -- populations -----------------------------------------------------------------------------------


@st.composite
def crowds(draw):
    """A population of up to four members of one or two types, perhaps with a single leader.

    A member's payoff is a table over its own value and the weighted sum of all values, plus an
    interaction with the leader; the leader's is its value times the sum.
    """
    sizes = draw(st.sampled_from([(2,), (3,), (4,), (1, 1), (2, 1), (2, 2)]))
    weights = [1, 2][: len(sizes)]
    values = list(range(draw(st.integers(2, 3))))
    most = sum(s * w for s, w in zip(sizes, weights, strict=True)) * max(values)
    table = [[draw(small) for _ in range(most + 1)] for _ in values]
    with_leader, rate, slope = draw(st.booleans()), draw(small), draw(small)
    total = "sum(weight*act)" if len(sizes) > 1 else "sum(act)"
    formula = "0"
    for own in values:
        for number in range(most + 1):
            where = f"act == {own} and {total} == {number}"
            formula = f"if({where}, {table[own][number]}, {formula})"
    kinds = [
        Type(f"t{i}", s, {"weight": w}) for i, (s, w) in enumerate(zip(sizes, weights, strict=True))
    ]
    crowd = Player("crowd", types=kinds) if len(sizes) > 1 else Player("crowd", size=sizes[0])
    players, payoffs = [crowd], {"crowd": formula}
    moves = [Move("act", "crowd", {f"v{v}": v for v in values})]
    transfers = [Transfer("government", "crowd", f"{rate}*act")]
    if with_leader:
        players.append(Player("leader"))
        moves.append(Move("lead", "leader", {"v0": 0, "v1": 1}))
        payoffs["leader"] = f"lead*({slope} + sum(act))"
        transfers.append(Transfer("leader", "crowd", f"1/2*lead*act + {slope}*lead"))
    game = Game(
        "crowd", players, moves, payoffs, [Bystander("town", "sum(act)**2")], transfers=transfers
    )
    members = [
        (i, w) for i, (s, w) in enumerate(zip(sizes, weights, strict=True)) for _ in range(s)
    ]
    own_labels = [f"v{v}" for v in values]
    plans, strategies = [], []
    for i, size in enumerate(sizes):
        name = f"t{i}" if len(sizes) > 1 else ""
        if draw(st.booleans()):
            chosen = [draw(st.sampled_from(own_labels)) for _ in range(size)]
            plans += [{label: Fraction(1)} for label in chosen]
            counts = {label: chosen.count(label) for label in own_labels}
            shares = {label: Fraction(n, size) for label, n in counts.items()}
            strategies.append(strategy("crowd", name, shares, size, counts, "act"))
        else:
            mix = mixed(draw, own_labels)
            plans += [mix] * size
            strategies.append(strategy("crowd", name, mix, size, move="act"))
    if with_leader:
        members.append(("leader", 0))
        mix = mixed(draw, ["v0", "v1"])
        plans.append(mix)
        strategies.append(strategy("leader", "", mix, 1, move="lead"))

    def payoff(who, chosen, transfers=True):
        numbers = [int(label[1:]) for label in chosen]
        crowd_numbers = numbers[: sum(sizes)]
        lead = numbers[-1] if with_leader else 0
        if members[who][0] == "leader":
            paid = sum(Fraction(1, 2) * lead * n + slope * lead for n in crowd_numbers)
            return lead * (slope + sum(crowd_numbers)) - paid * transfers
        weighted = sum(n * w for n, (_, w) in zip(crowd_numbers, members, strict=False))
        got = rate * numbers[who] + Fraction(1, 2) * lead * numbers[who] + slope * lead
        return table[numbers[who]][weighted] + got * transfers

    return game, members, plans, strategies, payoff, own_labels


@given(crowds())
def test_populations_against_enumeration(crowd):
    game, members, plans, strategies, payoff, own_labels = crowd
    found = examine(game, {}, strategies)
    own = [i for i, (kind, _) in enumerate(members) if kind != "leader"]

    def labels(who):
        return own_labels if who in own else ["v0", "v1"]

    def mean(transfers):
        total = sum(
            expected(members, plans, lambda w, c: Fraction(payoff(w, c, transfers)), i) for i in own
        )
        return point(total / len(own))

    assert found.sizes["crowd"] == len(own)
    assert found.payoffs["crowd"] == mean(True)
    assert found.primitive["crowd"] == mean(False)
    if len(own) < len(members):
        assert found.payoffs["leader"] == point(expected(members, plans, payoff, len(own)))

    def town(_, chosen):
        return Fraction(sum(int(chosen[i][1:]) for i in own)) ** 2

    assert found.primitive["town"] == point(expected(members, plans, town, 0))
    gain = largest_gain(members, plans, payoff, labels)
    assert found.gain == point(gain)
    assert found.confirmed == (gain == 0)
    books_balance(found)


@given(crowds())
def test_payoffs_by_action_and_expectations_against_enumeration(crowd):
    game, members, plans, strategies, payoff, own_labels = crowd
    first = {kind: members.index((kind, w)) for kind, w in members if kind != "leader"}
    for kind, who in first.items():
        name = f"t{kind}" if len(first) > 1 else ""
        mine = [i for i, m in enumerate(members) if m[0] == kind]
        used = next(k for k in own_labels if any(plans[i].get(k) for i in mine))
        who = next(i for i in mine if plans[i].get(used))  # the checker's representative
        by_action = payoffs_by_action(game, {}, strategies, "crowd", name)
        for label in own_labels:
            assert by_action[label] == point(expected(members, plans, payoff, who, label))
    number = expectation(game, {}, strategies, game.total("crowd", symbol("act")))
    own = [i for i, (kind, _) in enumerate(members) if kind != "leader"]

    def total(_, chosen):
        return Fraction(sum(int(chosen[i][1:]) for i in own))

    assert number == point(expected(members, plans, total, 0))


def test_chance_is_averaged():
    game = Game(
        "weather",
        [Player("farmer", size=2)],
        [Move("plant", "farmer", {"no": 0, "yes": 1})],
        {"farmer": "plant*(if(rain == wet, 3, -1) + sum(plant)*rain)"},
        chance=[Chance("rain", {"dry": (0, "1 - p"), "wet": (2, "p")})],
        parameters=[Parameter("p", "1/4")],
    )
    half = strategy("farmer", "", {"no": "1/2", "yes": "1/2"}, 2, move="plant")
    # One who plants: 3/4 (-1) + 1/4 (3 + 2 (1 + 1/2)) = 3/4.
    assert payoffs_by_action(game, game.values(), [half], "farmer")["yes"] == point("3/4")
    assert examine(game, game.values(), [half]).payoffs["farmer"] == point("3/8")


# -- exits -----------------------------------------------------------------------------------------


@st.composite
def groups_with_exit(draw):
    size = draw(st.integers(1, 4))
    values = list(range(draw(st.integers(1, 2)) + 1))
    labels = [f"v{v}" for v in values]
    table = [[draw(small) for _ in range(size * max(values) + 1)] for _ in values]
    formula = "0"
    for own in values:
        for number in range(size * max(values) + 1):
            where = f"act == {own} and sum(act) == {number}"
            formula = f"if({where}, {table[own][number]}, {formula})"
    outside = draw(small)
    game = Game(
        "club",
        [Player("member", size="n")],
        [Move("act", "member", dict(zip(labels, values, strict=True)))],
        {"member": formula},
        parameters=[Parameter("n", size)],
    )
    leave = add_choice("act", "leave", 9, pays=outside, exit=True)
    shares = mixed(draw, [*labels, "leave"])
    return leave(game), size, table, outside, labels, shares


@given(groups_with_exit())
def test_exit_against_enumeration(club):
    """Whoever stays meets fellows who stay: draws in which one of them leaves do not count."""
    game, size, table, outside, labels, shares = club
    if shares["leave"] == 1:
        shares = {**shares, "leave": Fraction(1, 2), "v0": Fraction(1, 2)}
    plan = [strategy("member", "", shares, size, move="act")]

    def stays(label):
        total = weight = Fraction(0)
        for fellows in itertools.product([*labels, "leave"], repeat=size - 1):
            if "leave" in fellows:
                continue
            chance = math.prod((shares[k] for k in fellows), start=Fraction(1))
            number = sum(int(k[1:]) for k in (label, *fellows))
            total += chance * table[int(label[1:])][number]
            weight += chance
        return total / weight

    pays = {label: stays(label) for label in labels} | {"leave": Fraction(outside)}
    at = game.values()
    by_action = payoffs_by_action(game, at, plan, "member")
    assert dict(by_action) == {label: point(value) for label, value in pays.items()}
    found = examine(game, at, plan)
    assert found.payoffs["member"] == point(sum(shares[k] * v for k, v in pays.items()))
    gain = max(pays.values()) - min(v for k, v in pays.items() if shares[k])
    assert found.gain == point(gain)
    assert found.confirmed == (gain == 0)


def threshold_group(**changes):
    game = Game(
        "threshold",
        [Player("subject", size=5)],
        [Move("action", "subject", {"contribute": 1, "free_ride": 0})],
        {"subject": "10 - 10*action + if(sum(action) >= threshold, 30, 0)"},
        parameters=[Parameter("threshold", 4)],
    )
    leave = add_choice("action", "leave", 2, pays=20, exit=True, **changes)
    return game, leave(game)


def test_everybody_exits_needs_a_belief_that_holds():
    _, game = threshold_group()
    gone = {"contribute": 0, "free_ride": 0, "leave": 1}
    everybody = strategy("subject", "", gone, 5, move="action")
    dark = dataclasses.replace(everybody, belief=Record({"free_ride": 4}))
    found = examine(game, game.values(), [dark])
    assert found.confirmed
    assert found.payoffs["subject"] == point(20)
    bright = dataclasses.replace(everybody, belief=Record({"contribute": 4}))
    assert not examine(game, game.values(), [bright]).confirmed
    with pytest.raises(DeclarationError, match="say what a member who stayed would believe"):
        examine(game, game.values(), [everybody])
    for wrong in ({"free_ride": 3}, {"free_ride": 3, "leave": 1}, {"free_ride": 5, "leave": -1}):
        with pytest.raises(DeclarationError, match="4 fellow members who stay"):
            examine(game, game.values(), [dataclasses.replace(dark, belief=Record(wrong))])


def test_a_belief_cannot_replace_what_the_others_do():
    plain, game = threshold_group()
    for one in (plain, game):
        wrong = strategy("subject", "", {"contribute": 0, "free_ride": 1}, 5, move="action")
        wrong = dataclasses.replace(wrong, belief=Record({"contribute": 4}))
        with pytest.raises(DeclarationError, match="for where everybody exits"):
            examine(one, one.values(), [wrong])


def test_the_running_cost_is_due_even_where_everybody_exits():
    _, game = threshold_group(running_cost=3)
    found = solve(game)
    assert {"20"} <= {str(e.payoffs["subject"]) for e in found}
    assert {str(a.running_cost) for a in assess(game, found)} == {"3"}


# -- wrong equilibria are refused ------------------------------------------------------------------


def hawk_dove():
    return Game(
        "hawk dove",
        [Player("bird", size=2)],
        [Move("act", "bird", {"dove": 0, "hawk": 1})],
        {"bird": "if(act == hawk, if(sum(act) == 2, -1, 4), if(sum(act) == 1, 0, 2))"},
    )


def matching_pennies():
    return Game(
        "pennies",
        [Player("even"), Player("odd")],
        [Move("a", "even", {"heads": 0, "tails": 1}), Move("b", "odd", {"heads": 0, "tails": 1})],
        {"even": "if(a == b, 3, 1)", "odd": "if(a == b, -1, 2 + a)"},
    )


def battle():
    return Game(
        "battle",
        [Player("x"), Player("y")],
        [Move("a", "x", {"l": 0, "r": 1}), Move("b", "y", {"l": 0, "r": 1})],
        {"x": "if(a == b, 2 - a, 0)", "y": "if(a == b, 1 + a, 0)"},
    )


GAMES = [hawk_dove(), matching_pennies(), battle(), *threshold_group()]


@pytest.mark.parametrize("game", GAMES, ids=lambda g: f"{g.name}, {len(g.moves[0].choice.labels)}")
def test_solved_equilibria_are_confirmed_and_their_neighbours_refused(game):
    at = game.values()
    found = solve(game)
    assert found.complete
    for equilibrium in found:
        assert examine(game, at, equilibrium.strategies).confirmed
        for wrong in neighbours(equilibrium.strategies):
            assert not examine(game, at, wrong).confirmed, wrong


def neighbours(strategies):
    """Yield the profile with one mixture shifted or swapped, exact or as an enclosure."""
    for place, one in enumerate(strategies):
        if one.counts is not None or one.belief is not None:
            continue
        used = [k for k, p in one.probabilities.items() if p.upper > 0]
        if len(used) < 2:
            continue
        first, second = used[:2]
        for shift in (Fraction(1, 1000), Fraction(-1, 1000), Fraction(1, 10**25)):
            move = Enclosure.point(shift)
            shifted = {
                **one.probabilities,
                first: one.probabilities[first] + move,
                second: one.probabilities[second] - move,
            }
            if one.probabilities[first].is_exact or abs(shift) > Fraction(1, 10**9):
                yield replaced(strategies, place, shifted)
        swapped = {
            **one.probabilities,
            first: one.probabilities[second],
            second: one.probabilities[first],
        }
        if not one.probabilities[first].overlaps(one.probabilities[second]):
            yield replaced(strategies, place, swapped)


def replaced(strategies, place, probabilities):
    new = dataclasses.replace(strategies[place], probabilities=Record(probabilities))
    return (*strategies[:place], new, *strategies[place + 1 :])


def test_wrong_pure_profiles_are_refused():
    game, _ = threshold_group()
    right = {5: False, 4: True, 3: False, 2: False, 1: False, 0: True}
    for number, is_equilibrium in right.items():
        counts = {"contribute": number, "free_ride": 5 - number}
        shares = {k: Fraction(n, 5) for k, n in counts.items()}
        plan = [strategy("subject", "", shares, 5, counts, "action")]
        found = examine(game, game.values(), plan)
        assert found.confirmed == is_equilibrium
        assert ("may gain" in found.doubt) != is_equilibrium


def test_an_enclosure_that_holds_no_solution_is_refused():
    """Near a double root no sign changes: the enclosure is not confirmed."""
    game = Game(
        "touching",
        [Player("firm", size=3)],
        [Move("a", "firm", {"no": 0, "yes": 1})],
        # Against p the advantage of yes is (p - 1/2)^2: Bernstein coefficients 1/4, -1/4, 1/4.
        {"firm": "if(a == yes, if(sum(a) == 2, -1/4, 1/4), 0)"},
    )
    near = Enclosure(Fraction(1, 2) - Fraction(1, 10**30), Fraction(1, 2) + Fraction(1, 10**30))
    plan = Strategy("a", "firm", "", Record({"no": near, "yes": near}), None, 3)
    found = examine(game, {}, [plan])
    assert not found.confirmed
    assert "does not change sign" in found.doubt
    exact = strategy("firm", "", {"no": "1/2", "yes": "1/2"}, 3, move="a")
    assert examine(game, {}, [exact]).confirmed


# -- corrupted strategies --------------------------------------------------------------------------

RIGHT = strategy("subject", "", {"contribute": "4/5", "free_ride": "1/5"}, 5, move="action")
CORRUPTED = {
    "missing": ([], "player 'subject' has 0 strategies, not one"),
    "twice": ([RIGHT, RIGHT], "player 'subject' has 2 strategies, not one"),
    "another player": (
        [RIGHT, dataclasses.replace(RIGHT, player="subjekt")],
        r"no player 'subjekt' in game 'threshold'; did you mean 'subject'\?",
    ),
    "another type": (
        [RIGHT, dataclasses.replace(RIGHT, type="poor")],
        "no type 'poor' in player 'subject'",
    ),
    "unknown label": (
        [strategy("subject", "", {"contribut": 1}, 5, move="action")],
        r"no choice 'contribut' in 'action'; did you mean 'contribute'\?",
    ),
    "below zero": (
        [strategy("subject", "", {"contribute": 2, "free_ride": -1}, 5, move="action")],
        "the probabilities of 'action' are not those of a mixed action",
    ),
    "sum": (
        [strategy("subject", "", {"contribute": "1/2", "free_ride": "1/3"}, 5, move="action")],
        "the probabilities of 'action' are not those of a mixed action",
    ),
    "counts": (
        [dataclasses.replace(RIGHT, counts=Record({"contribute": 4, "free_ride": 2}))],
        "the counts of 'action' sum to 6, not to 5",
    ),
    "counts that deny the probabilities": (
        [dataclasses.replace(RIGHT, counts=Record({"contribute": 0, "free_ride": 5}))],
        "the counts of 'action' are not what its probabilities say",
    ),
    "counts below zero": (
        [dataclasses.replace(RIGHT, counts=Record({"contribute": 6, "free_ride": -1}))],
        "the counts of 'action' are not what its probabilities say",
    ),
    "counts with an unknown label": (
        [dataclasses.replace(RIGHT, counts=Record({"contribute": 4, "leaf": 1}))],
        r"no choice 'leaf' in 'action'",
    ),
}


@pytest.mark.parametrize("fault", CORRUPTED)
def test_corrupted_strategies(fault):
    game, _ = threshold_group()
    strategies, message = CORRUPTED[fault]
    for ask in (
        lambda: examine(game, game.values(), strategies),
        lambda: payoffs_by_action(game, game.values(), strategies, "subject"),
        lambda: expectation(game, game.values(), strategies, symbol("threshold")),
    ):
        with pytest.raises(DeclarationError, match=message):
            ask()


def test_counts_that_let_members_exit_are_refused():
    _, game = threshold_group()
    counts = {"contribute": 4, "free_ride": 0, "leave": 1}
    shares = {k: Fraction(n, 5) for k, n in counts.items()}
    with pytest.raises(DeclarationError, match="let members exit; give probabilities alone"):
        examine(game, game.values(), [strategy("subject", "", shares, 5, counts, "action")])


def test_a_player_that_is_not_there():
    game, _ = threshold_group()
    with pytest.raises(DeclarationError, match=r"no player 'subjects'.*did you mean 'subject'"):
        payoffs_by_action(game, game.values(), [RIGHT], "subjects")


# -- enclosures ------------------------------------------------------------------------------------


def contains(enclosure, number):
    ends = [mpmath.mpf(e.numerator) / e.denominator for e in (enclosure.lower, enclosure.upper)]
    slack = mpmath.mpf(10) ** -90
    return ends[0] - slack <= number <= ends[1] + slack


def test_payoffs_of_an_irrational_mixture_are_enclosed():
    """4 p^3 (1 - p) = 1/3 has no rational root; payoffs in 100 digits lie in the enclosures."""
    game, _ = threshold_group()
    with mpmath.workdps(100):
        roots = [
            mpmath.findroot(lambda p: 4 * p**3 * (1 - p) - mpmath.mpf(1) / 3, start)
            for start in (0.87, 0.58)
        ]
        mixtures = [e for e in solve(game) if e.kind == "mixed"]
        assert len(mixtures) == len(roots)
        for root in roots:
            earned = 30 * (4 * root**3 * (1 - root) + root**4)
            (match,) = [
                e for e in mixtures if contains(e.strategies[0].probabilities["contribute"], root)
            ]
            assert contains(match.payoffs["subject"], earned)
            assert match.payoffs["subject"].width < Fraction(1, 10**25)


@given(
    st.fractions(Fraction(1, 50), 40, max_denominator=60), st.fractions(-3, 3, max_denominator=9)
)
def test_irrational_formulas_are_enclosed(x, y):
    game = Game(
        "irrational",
        [Player("firm", size=2)],
        [Move("a", "firm", {"no": 0, "yes": 1})],
        {"firm": "a*(exp(y) + log(x) - sqrt(x) + x**(1/3)*abs(y) + max(x, y)/min(x, 2)) + x**y"},
        parameters=[Parameter("x", x), Parameter("y", y)],
    )
    half = strategy("firm", "", {"no": "1/2", "yes": "1/2"}, 2, move="a")
    found = examine(game, game.values(), [half]).payoffs["firm"]
    with mpmath.workdps(100):
        u, v = (mpmath.mpf(n.numerator) / n.denominator for n in (x, y))
        yes = mpmath.exp(v) + mpmath.log(u) - mpmath.sqrt(u) + mpmath.cbrt(u) * abs(v)
        yes += max(u, v) / min(u, 2)
        value = yes / 2 + u**v
        assert contains(found, value)
    assert found.width < Fraction(1, 10**55)


@given(
    st.lists(st.fractions(-4, 4, max_denominator=7), min_size=4, max_size=4),
    st.fractions(0, 1, max_denominator=20),
    st.fractions(0, 1, max_denominator=20),
)
def test_payoffs_over_an_enclosure_hold_those_inside(coefficients, low, high):
    low, high = sorted((low, high))
    numbers = " + ".join(f"({c})*sum(a)**{k}" for k, c in enumerate(coefficients))
    game = Game(
        "wide",
        [Player("firm", size=3)],
        [Move("a", "firm", {"no": 0, "yes": 1})],
        {"firm": f"a*({numbers})"},
    )
    share = Enclosure(low, high)
    wide = Strategy("a", "firm", "", Record({"no": point(1) - share, "yes": share}), None, 3)
    outer = payoffs_by_action(game, {}, [wide], "firm")
    for p in (low, (low + high) / 2, high):
        inner = strategy("firm", "", {"no": 1 - p, "yes": p}, 3, move="a")
        for label, value in payoffs_by_action(game, {}, [inner], "firm").items():
            assert outer[label].lower <= value.lower <= value.upper <= outer[label].upper
