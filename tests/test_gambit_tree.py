"""Gambit's extensive form: the game read has the information sets and ends of the file, no others.

The files are walked again by a small reader of this module, which shares nothing with the one that
is tested: it makes nested branches from a list of words, and plays a behaviour profile on them.
"""
# ruff: noqa: E501 (one case a line)

from __future__ import annotations

import contextlib
import itertools
import random
import re
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp
from hypothesis import assume, given, strategies as st

from patience import patience
from pigou.catalogue import find_model
from pigou.errors import FileError
from pigou.expression import Lookup, symbol
from pigou.gambit_tree import read_efg, read_efg_file
from pigou.game import Bystander
from pigou.gamefile import read_game
from pigou.gamewriter import write_game
from pigou.solving import solve
from pigou.stages import Draw, Stages

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.efg"))
WORD = re.compile(r'"(?:\\.|[^"\\])*"|[{}]|[^\s{},"]+')


# -- the independent reader -------------------------------------------------------------------


def branches(text):
    """Return a tree of (player or 0, set, payoffs, [(probability, subtree)])."""
    words = WORD.findall(text)
    start = words.index("}")
    players = start - words.index("{") - 1
    words = words[start + 1 :]
    if words[0].startswith('"'):
        words = words[1:]
    words.reverse()
    actions, outcomes = {}, {"0": [Fraction(0)] * players}

    def braces():
        assert words.pop() == "{"
        inside = []
        while words[-1] != "}":
            inside.append(words.pop())
        words.pop()
        return inside

    def node():
        kind, _ = words.pop(), words.pop()
        player, number, below = 0, None, []
        if kind != "t":
            player = int(words.pop()) if kind == "p" else 0
            number = words.pop()
            if words[-1].startswith('"'):
                words.pop()
                listed = braces()
                actions[player, number] = (
                    [None] * len(listed) if player else [Fraction(p) for p in listed[1::2]]
                )
            below = actions[player, number]
        outcome = words.pop()
        if words and words[-1].startswith('"'):
            words.pop()
            outcomes[outcome] = [Fraction(p) for p in braces()]
        return player, number, outcomes[outcome], [(p, node()) for p in below]

    tree = node()
    assert not words
    return tree


def ordered_decisions(tree, found=None):
    """List the information sets of players in the order of the file, with their numbers of actions."""
    found = {} if found is None else found
    player, number, _, below = tree
    if player:
        found.setdefault((player, number), len(below))
    for _, child in below:
        ordered_decisions(child, found)
    return found


def played(tree, profile, weight=Fraction(1), path=(), paid=None):
    """Give the probability of each end: by the decisions taken on the way, and what is paid."""
    player, number, now, below = tree
    paid = [a + b for a, b in zip(paid or [0] * len(now), now, strict=True)]
    if not below:
        return Counter({(frozenset(path), tuple(paid)): weight})
    total = Counter()
    for branch, (probability, child) in enumerate(below):
        step = ((player, number), branch) if player else None
        share = profile[player, number][branch] if player else probability
        if share:
            total.update(
                played(child, profile, weight * share, (*path, step) if step else path, paid)
            )
    return total


def played_in_stages(game, tree, profile):
    """Do the same in the game that was read."""
    sets = dict(zip((m.name for m in game.moves), ordered_decisions(tree), strict=True))
    stages = Stages(game, {})
    parties = [*game.players, *game.bystanders]
    total, informed = Counter(), defaultdict(set)

    def walk(node, weight):
        node, event = stages.at_node(node)
        if event is None:
            values = {
                symbol(n): sp.Integer(int(stages.values(node.history)[n]))
                if n in node.history
                else sp.S.Zero
                for n in (*sets, *(c.name for c in game.chance))
            }
            paid = {p.name: game.primitive(p.name).xreplace(values) for p in parties}
            assert all(value.is_Rational for value in paid.values())
            path = frozenset(
                (sets[n], game.move(n).choice.labels.index(label))
                for n, label in node.history.items()
                if n in sets
            )
            total[
                path, tuple(sorted((n, Fraction(int(v.p), int(v.q))) for n, v in paid.items()))
            ] += weight
            return
        if isinstance(event, Draw):
            shares = [p for _, p in event.branches]
        else:
            (name,) = event.moves  # a player decides at one information set at a time
            informed[name].add(event.information)
            shares = profile[sets[name]]
        for share, (_, child) in zip(shares, stages.children(node, event), strict=True):
            if share:
                walk(child, weight * share)

    walk(stages.root, Fraction(1))
    return total, informed


def random_profile(tree, chance):
    profile = {}
    for key, size in ordered_decisions(tree).items():
        parts = [chance.randint(1, 5) for _ in range(size)]
        profile[key] = [Fraction(p, sum(parts)) for p in parts]
    return profile


def assert_same(text, game, profiles=2, seed=0):
    """Check that file and game are one: the ends, how likely they are, who knows what."""
    tree, chance = branches(text), random.Random(seed)
    assert len(game.moves) == len(ordered_decisions(tree))
    for move, (player, _), size in zip(
        game.moves, ordered_decisions(tree), ordered_decisions(tree).values(), strict=True
    ):
        assert len(move.choice.options) == size
        assert move.player == sorted_names(game, text)[player - 1]
    names = sorted_names(game, text)
    for _ in range(profiles):
        profile = random_profile(tree, chance)
        expected = Counter()
        for (path, paid), weight in played(tree, profile).items():
            expected[path, tuple(sorted(zip(names, paid, strict=True)))] += weight
        found, informed = played_in_stages(game, tree, profile)
        assert found == expected
        assert sum(found.values()) == 1
        assert all(len(known) == 1 for known in informed.values())  # one information set a move
        assert set(informed) == {m.name for m in game.moves if reached(expected, tree, game, m)}


def sorted_names(game, text):
    """Give the parties of the game in the order of the file, by their labels."""
    words = WORD.findall(text)
    labels = [w[1:-1] for w in words[words.index("{") + 1 : words.index("}")]]
    named = {p.label: p.name for p in (*game.players, *game.bystanders)}
    return [named[label] for label in labels]


def reached(expected, tree, game, move):
    key = list(ordered_decisions(tree))[[m.name for m in game.moves].index(move.name)]
    return any(key == step for path, _ in expected for step, _ in path)


# -- games that are known ---------------------------------------------------------------------


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda f: f.stem)
def test_an_example_is_the_tree_of_its_file(file):
    assert_same(file.read_text(), read_efg_file(file), profiles=3)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda f: f.stem)
def test_an_example_can_be_written_as_a_game_file(file):
    game = read_efg_file(file)
    assert read_game(write_game(game)).game == game
    assert find_model(str(file)).game == game


def test_there_are_five_examples():
    assert len(EXAMPLES) == 5


def conditions(game):
    return {m.name: (m.stage, m.when) for m in game.moves}


def test_seltens_horse_asks_the_third_player_after_either_refusal():
    game = read_efg_file(EXAMPLES[[f.stem for f in EXAMPLES].index("selten_horse")])
    one, two = symbol("Player_1"), symbol("Player_2")
    assert conditions(game) == {
        "Player_1": (1, sp.true),
        "Player_2": (2, sp.Eq(one, 1)),
        "Player_3": (3, sp.Or(sp.Eq(one, 2), sp.Eq(two, 2))),
    }
    assert game.move("Player_3").observes == ()
    assert game.move("Player_2").choice.labels == ("R", "L")


def test_the_student_in_poker_knows_of_the_bet_only():
    game = read_efg_file(EXAMPLES[[f.stem for f in EXAMPLES].index("stripped_down_poker")])
    card, king, queen = map(symbol, ("card", "Professor_King", "Professor_Queen"))
    assert conditions(game) == {
        "Professor_King": (1, sp.Eq(card, 1)),
        "Student": (2, sp.Or(sp.Eq(king, 1), sp.Eq(queen, 1))),
        "Professor_Queen": (1, sp.Eq(card, 2)),
    }
    assert [c.when for c in game.chance] == [sp.true]
    assert game.move("Professor_King").label == "King"


DILEMMA = """EFG 2 R "Dilemma as a tree" { "Ann" "Bob" }
p "" 1 1 "" { "silent" "confess" } 0
p "" 2 1 "" { "silent" "confess" } 0
t "" 1 "" { 2 2 }
t "" 2 "" { 0 3 }
p "" 2 1 0
t "" 3 "" { 3 0 }
t "" 4 "" { 1 1 }
"""


def test_decisions_that_nobody_sees_are_made_at_the_same_time():
    game = read_efg(DILEMMA)
    assert conditions(game) == {"Ann": (1, sp.true), "Bob": (1, sp.true)}
    assert game.payoffs["Bob"] == Lookup.of(["Ann", "Bob"], [[1, 2], [1, 2]], [2, 3, 0, 1])
    assert_same(DILEMMA, game)
    assert [e.profile for e in solve(game)] == ["Ann: confess; Bob: confess"]


def test_payoffs_are_added_up_along_the_path():
    text = """EFG 2 D "t" { "a" "b" } "words { 1 } \\"quoted\\""
    c "" 1 "" { "x" 0.25 "y" 3/4 } 7 "entry" { -1, .5 }
    p "" 1 4 "" { "l" "r" } 8 "fee" { 1/3 0 }
    t "" 0
    t "" 8
    t "" 7"""
    game = read_efg(text)
    chance, move = symbol("chance"), symbol("a")
    values = [
        [game.primitive(n).xreplace({chance: sp.Integer(c), move: sp.Integer(m)}) for n in "ab"]
        for c, m in ((1, 1), (1, 2), (2, 0))
    ]
    half, third = sp.Rational(1, 2), sp.Rational(1, 3)
    assert values == [[-1 + third, half], [-1 + 2 * third, half], [-2, 1]]
    assert [b.name for b in game.bystanders] == ["b"]
    assert isinstance(game.bystanders[0], Bystander)
    assert game.chance[0].outcomes["y"] == (2, sp.Rational(3, 4))
    assert_same(text, game)


def test_names_come_from_players_and_information_sets():
    text = """EFG 2 R "t" { "Lead firm" "if" }
    c "" 9 "the weather" { "" 1/2 "" 1/2 } 0
    p "" 1 3 "(1, a)" { "go" "go" } 0  p "" 2 1 "" { "x" } 0 t "" 0  t "" 0
    p "" 1 5 "" { "go" "" } 0  t "" 0  p "" 2 2 "x y" { "x" } 0 t "" 0"""
    game = read_efg(text)
    assert [m.name for m in game.moves] == ["Lead_firm_1_a", "if_1", "Lead_firm_5", "if_x_y"]
    assert [m.label for m in game.moves] == ["(1, a)", "if_1", "Lead_firm_5", "x y"]
    assert game.moves[0].choice.labels == ("go", "go_2")
    assert [c.name for c in game.chance] == ["the_weather"]
    assert list(game.chance[0].outcomes) == ["1", "2"]
    assert [(p.name, p.label) for p in game.players] == [("Lead_firm", "Lead firm"), ("if_", "if")]


def test_a_condition_tells_nodes_of_one_information_set_apart_by_what_came_before():
    text = """EFG 2 R "t" { "a" "b" }
    c "" 1 "deal" { "x" 1/2 "y" 1/2 } 0
    p "" 1 1 "" { "l" "r" } 0  p "" 2 1 "" { "u" "d" } 0 t "" 1 "" { 1 1 } t "" 0  t "" 0
    p "" 1 1 0  p "" 2 2 "" { "u" "d" } 0 t "" 1 t "" 0  t "" 0"""
    game, deal, a = read_efg(text), symbol("deal"), symbol("a")
    assert conditions(game) == {
        "a": (1, sp.true),
        "b_1": (2, sp.And(sp.Eq(a, 1), sp.Eq(deal, 1))),
        "b_2": (2, sp.And(sp.Eq(a, 1), sp.Eq(deal, 2))),
    }
    assert_same(text, game)


# -- what cannot be read ----------------------------------------------------------------------

START = 'EFG 2 R "t" { "a" "b" } '
PAIR = '"" { "l" "r" } 0 '


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1: expected 'EFG', found the end of the file"),
        ("NFG 1 R", "line 1, column 1: expected 'EFG', found 'NFG'"),
        ("EFG 1 R", "line 1, column 5: expected '2', found '1'"),
        ('EFG 2 R "t" { }', "expected a player"),
        (START, "expected a node: 'c', 'p' or 't', found the end of the file"),
        (START + "x", "expected a node: 'c', 'p' or 't', found 'x'"),
        (START + "p 1 1", "expected the name of a node in quotation marks, found '1'"),
        (START + '"words"\np "" 3 1', "line 2, column 6: expected the number of a player, from 1 to 2, found '3'"),
        (START + 'p "" 0 1', "expected the number of a player, from 1 to 2, found '0'"),
        (START + 'p "" 1 0', "expected the number of an information set, from 1 to 999999999, found '0'"),
        (START + 'p "" 1 1 0', "expected the name and actions of the information set 1, new here, found '0'"),
        (START + 'p "" 1 1 "" { } 0', "expected an action, found '}'"),
        (START + 'p "" 1 1 "" { l } 0', "expected the name of an action in quotation marks, found 'l'"),
        (START + 'p "" 1 1 "" { "l" } 5', "expected the name and payoffs of the outcome 5, new here, found the end"),
        (START + 'p "" 1 1 "" { "l" } -1', "expected the number of an outcome, from 0 to 999999999, found '-1'"),
        (START + 't "" 0 "nothing" { 0 0 }', "expected nothing after the outcome 0, which pays nothing, found '\"nothing\"'"),
        (START + 't "" 1 "" { 0 }', "expected a payoff, found '}'"),
        (START + 't "" 1 "" { 0 x }', "expected a payoff, found 'x'"),
        (START + 't "" 1 "" { 0 1 2 }', "expected '}', found '2'"),
        (START + 't "" 1 "" { 0 1/0 }', "expected a payoff ('1/0' is not a number"),
        (START + 't "" 0 t "" 0', "expected the end of the file, found 't'"),
        (START + 't "" 0', "game.efg: no player of this game has a decision to make"),
        (START + '\nc "" 1 "" { "x" 0.3 "y" 1/3 } 0', "line 2, column 8: the probabilities of this draw sum to 19/30, not to 1"),
        (START + '\nc "" 1 "" { "x" 3/2 "y" -1/2 } 0', "line 2, column 25: a probability of -1/2 is below 0"),
        (START + '\nc "" 1 "" { "x" "y" } 0', "line 2, column 17: expected a probability, found '\"y\"'"),
        (START + f'p "" 1 1 {PAIR}\np "" 1 1 "" {{ "l" }} 0', "line 2, column 10: the information set 1 has been described otherwise before"),
        (START + 'c "" 1 "" { "x" 1/2 "y" 1/2 } 0 \nc "" 1 "" { "x" 1/3 "y" 2/3 } 0', "line 2, column 8: the information set 1 has been described otherwise before"),
        (START + f'p "" 1 1 {PAIR} t "" 1 "" {{ 1 2 }}\nt "" 1 "" {{ 1 3 }}', "line 2, column 8: the outcome 1 has paid something else before"),
        (START + f'p "" 1 1 {PAIR} t "" 0\n  p "" 1 1 0 t "" 0 t "" 0', "line 2, column 3: the information set 1 of player 'a' comes twice on one path"),
        (START + f'p "" 1 1 {PAIR} p "" 1 2 "again" {{ "l" "r" }} 0 t "" 0 t "" 0\np "" 1 2 0 t "" 0 t "" 0',
         "line 2, column 1: the information set 2 ('again') of player 'a' joins nodes after which the player's own past differs: games of imperfect recall"),
        (START + f'c "" 1 "" {{ "x" 1/2 "y" 1/2 }} 0\np "" 1 1 "go" {{ "l" "r" }} 0 t "" 0 p "" 2 1 {PAIR} t "" 0 t "" 0\np "" 2 1 0 t "" 0 p "" 1 1 0 t "" 0 t "" 0',
         "game.efg: the information sets 1 ('go') of player 'a' and 1 of player 'b' have no order in time"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(text, message):
    with pytest.raises(FileError) as caught:
        read_efg(text, "game.efg")
    assert message in str(caught.value)
    assert str(caught.value).startswith("game.efg: ")


@pytest.mark.parametrize(
    "text",
    [DILEMMA, *(f.read_text() for f in EXAMPLES)],
    ids=["dilemma", *(f.stem for f in EXAMPLES)],
)
def test_no_part_of_a_file_is_a_game(text):
    for end in range(len(text.rstrip())):
        with pytest.raises(FileError, match=r"^cut\.efg: line \d+, column \d+: "):
            read_efg(text[:end], "cut.efg")


def test_a_tree_that_is_too_large_or_too_deep_is_refused_at_once():
    wide = " ".join(f'"{n}"' for n in range(1000))
    many = (
        START + f'p "" 1 1 "" {{ {wide} }} 0 ' + f'p "" 2 1 "" {{ {wide} }} 0 ' + 't "" 0 ' * 1000
    )
    many += ('p "" 2 1 0 ' + 't "" 0 ' * 1000) * 11
    deep = (
        START
        + "".join(f'p "" 1 {n} "" {{ "stop" "go" }} 0 t "" 0 ' for n in range(1, 120))
        + 't "" 0'
    )
    with patience("reading"):
        with pytest.raises(FileError, match="at most 10,000 nodes of a game are read"):
            read_efg(many)
        with pytest.raises(FileError, match="at most 100 decisions and draws are read in a row"):
            read_efg(deep)


def test_a_hundred_decisions_in_a_row_are_read():
    text = START + "".join(f'p "" {1 + n % 2} {n} "" {{ "go" "stop" }} 0 ' for n in range(1, 101))
    text += 't "" 1 "" { 3 3 } ' + " ".join(f't "" {n} "" {{ {n} {-n} }}' for n in range(2, 102))
    game = read_efg(text)
    assert [m.stage for m in game.moves] == list(range(1, 101))
    assert_same(text, game, profiles=1)


# -- random trees -----------------------------------------------------------------------------

CHANCES = {1: ["1/3", "2/3"], 2: [".5", "0.25", "1/4"], 3: ["1", "0"], 4: ["1/2", "1/2"]}


def random_tree(seed: int) -> str:
    """Write a random tree with perfect recall; sets join nodes of one past, of any depth."""
    chance = random.Random(seed)
    deepest = chance.choice([2, 3, 3, 4])
    lines, described, paid = [f'EFG 2 R "tree {seed}" {{ "Ann" "Bob" "Eve" }}'], set(), set()
    sets, numbers = defaultdict(list), itertools.count(1)

    def outcome(end):
        if chance.random() < (0.2 if end else 0.7):
            return "0"
        number = chance.randint(1, 9)
        text = f' "" {{ {number} {-number}, {number}/7 }}'
        fresh = number not in paid
        paid.add(number)
        return f"{number}{text if fresh or chance.random() < 0.5 else ''}"

    def node(depth, pasts):
        if depth == deepest or chance.random() < 0.15 * depth:
            lines.append(f't "" {outcome(True)}')
            return
        if chance.random() < 0.3:
            number = chance.choice(list(CHANCES))
            parts = " ".join(f'"c{k}" {p}' for k, p in enumerate(CHANCES[number]))
            head, size, player = f'c "" {number}', len(CHANCES[number]), None
        else:
            player = chance.randrange(3)
            size = chance.choice([1, 2, 2, 2, 3])
            group = sets[player, pasts[player], size]
            if not group or chance.random() < 0.35:
                group.append(next(numbers))
            number = chance.choice(group)
            parts = " ".join(f'"a{k}"' for k in range(size))
            head = f'p "" {player + 1} {number}'
        full = (player, number) not in described or chance.random() < 0.5
        described.add((player, number))
        name = f"n{number}" if number % 2 else ""
        description = f' "{name}" {{ {parts} }}' if full else ""
        lines.append(f"{head}{description} {outcome(False)}")
        for branch in range(size):
            later = list(pasts)
            if player is not None:
                later[player] = (*pasts[player], (number, branch))
            node(depth + 1, tuple(later))

    node(0, ((), (), ()))
    return "\n".join(lines)


def precedes(tree, before=(), found=None):
    """Collect which information sets come before which on some path."""
    found = set() if found is None else found
    player, number, _, below = tree
    here = ((player, number),) if player else ()
    found |= {(past, now) for past in before for now in here}
    for _, child in below:
        precedes(child, (*before, *here), found)
    return found


def is_ordered(pairs):
    """Tell whether there is an order in which all come that come before others."""
    waiting = {one for pair in pairs for one in pair}
    while waiting:
        free = {
            one
            for one in waiting
            if not any(late == one and early in waiting for early, late in pairs)
        }
        if not free:
            return False
        waiting -= free
    return True


def check_random_tree(seed):
    """Check a random tree; return whether it was read."""
    text = random_tree(seed)
    tree = branches(text)
    if not ordered_decisions(tree):
        return False
    try:
        game = read_efg(text)
    except FileError as error:
        game, refusal = None, str(error)
    if game is None:
        assert "have no order in time" in refusal, text
        assert not is_ordered(precedes(tree)), text
        return False
    assert_same(text, game, profiles=1, seed=seed)
    assert read_game(write_game(game)).game == game
    return True


@given(st.integers(0, 10**9))
def test_a_random_tree_is_read_as_it_is(seed):
    assume(check_random_tree(seed))


@pytest.mark.long
def test_many_random_trees_are_read_as_they_are():
    assert sum(map(check_random_tree, range(5_000))) > 3_500


def test_pygambit_agrees_on_what_profiles_pay(tmp_path):
    gambit = pytest.importorskip("pygambit")
    if not hasattr(gambit.read_efg(str(EXAMPLES[0])).mixed_behavior_profile(), "payoffs"):
        pytest.skip("an older interface of pygambit")
    compared = 0
    for number, text in enumerate(
        [*(f.read_text() for f in EXAMPLES), *map(random_tree, range(60))]
    ):
        tree = branches(text)
        with contextlib.suppress(FileError):
            game = read_efg(text)
            file = tmp_path / f"{number}.efg"
            file.write_text(text)
            assert_paid_as_gambit_says(gambit.read_efg(str(file)), game, tree, number)
            compared += 1
    assert compared > 40


def assert_paid_as_gambit_says(theirs, game, tree, seed):
    profile = random_profile(tree, random.Random(seed))
    weights = [
        [list(map(str, profile[key])) for key in ordered_decisions(tree) if key[0] == player]
        for player in range(1, 1 + len(theirs.players))
    ]
    expected = theirs.mixed_behavior_profile(weights, rational=True).payoffs
    means = Counter()
    for (_, paid), weight in played_in_stages(game, tree, profile)[0].items():
        means.update({name: weight * value for name, value in paid})
    labels = {p.name: p.label for p in (*game.players, *game.bystanders)}
    assert {labels[n]: means[n] for n in labels} == {
        n: Fraction(str(expected[n])) for n in theirs.players
    }
