"""Gambit's strategic form: both forms, all spellings, and faults with line and column."""
# ruff: noqa: E501 (one case a line)

import contextlib
import itertools
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, strategies as st

from patience import patience
from pigou.errors import FileError
from pigou.expression import Lookup, symbol
from pigou.gambit import read_nfg, read_nfg_file
from pigou.game import Game, Move, Player
from pigou.gamefile import read_game
from pigou.gamewriter import write_game

SELTEN = """NFG 1 R "Selten (IJGT, 75), Figure 2, normal form"
{ "Player 1" "Player 2" } { 3 2 }

1 1 0 2 0 2 1 1 0 3 2 0
"""

OUTCOMES = """NFG 1 D "Selten (IJGT, 75), Figure 2, normal form"
{ "Player 1" "Player 2" }

{ { "1" "2" "3" }
{ "1" "2" }
}
"a comment, with { braces } and \\"quotes\\""

{
{ "first" 1, 1 }
{ "" 0, 2 }
{ 0, 3 }
{ "d" 2, 0 }
}
1 2 2 1 3 4
"""


def table(game, player, *choices):
    """Look a payoff up by the numbers of the strategies."""
    values = zip(game.moves, choices, strict=True)
    return game.payoffs[player].xreplace({m.symbol: sp.Integer(c) for m, c in values})


def test_the_payoff_form_runs_through_the_first_players_strategies_first():
    game = read_nfg(SELTEN)
    assert game == Game(
        "Selten (IJGT, 75), Figure 2, normal form",
        [Player("Player_1", "Player 1"), Player("Player_2", "Player 2")],
        [Move("Player_1", "Player_1", {"1": 1, "2": 2, "3": 3}), Move("Player_2", "Player_2", {"1": 1, "2": 2})],
        {
            "Player_1": Lookup.of(["Player_1", "Player_2"], [[1, 2, 3], [1, 2]], [1, 1, 0, 0, 0, 2]),
            "Player_2": Lookup.of(["Player_1", "Player_2"], [[1, 2, 3], [1, 2]], [1, 1, 2, 3, 2, 0]),
        },
    )  # fmt: skip
    assert table(game, "Player_1", 3, 2) == 2
    assert table(game, "Player_2", 2, 2) == 3


def test_both_forms_of_a_game_are_one_game():
    assert read_nfg(OUTCOMES) == read_nfg(SELTEN)


def test_outcome_zero_pays_nothing():
    text = 'NFG 1 R "t" { "a" "b" } { 2 1 } { { "x" 3 4 } } 0 1'
    game = read_nfg(text)
    assert [table(game, "a", k, 1) for k in (1, 2)] == [0, 3]
    assert [table(game, "b", k, 1) for k in (1, 2)] == [0, 4]
    assert table(read_nfg('NFG 1 R "t" { "a" } { 1 } { } 0'), "a", 1) == 0


def test_three_players():
    payoffs = " ".join(f"{n} {n + 100} {n + 200}" for n in range(12))
    game = read_nfg(f'NFG 1 R "three" {{ "a" "b" "c" }} {{ 2 3 2 }} {payoffs}')
    for i, j, k in itertools.product((1, 2), (1, 2, 3), (1, 2)):
        number = (i - 1) + 2 * (j - 1) + 6 * (k - 1)
        for n, player in enumerate("abc"):
            assert table(game, player, i, j, k) == number + 100 * n


@pytest.mark.parametrize(
    ("written", "value"),
    [("3", 3), ("-3", -3), ("+3", 3), ("0.1", Fraction(1, 10)), (".80", Fraction(4, 5)), ("-.5", Fraction(-1, 2)),
     ("2.", 2), ("1/3", Fraction(1, 3)), ("-2/6", Fraction(-1, 3)), ("1e2", 100), ("1.5E-3", Fraction(3, 2000)), ("007", 7)],
)  # fmt: skip
def test_numbers_are_exact(written, value):
    game = read_nfg(f'NFG 1 D "t" {{ "a" }} {{ 1 }} {written}')
    assert table(game, "a", 1) == sp.Rational(value)


def test_names_become_identifiers_and_labels_keep_the_words():
    names = ["Lead firm", "", "1", "if", "government", "a-b", "a b", "größe", "???", "a_b"]
    quoted = " ".join(f'"{n}"' for n in names)
    game = read_nfg(f'NFG 1 R "" {{ {quoted} }} {{ {"1 " * 10}}} {"0 " * 10}')
    assert [p.name for p in game.players] == [
        "Lead_firm", "player_2", "player_1", "if_", "government_", "a_b", "a_b_7", "größe", "player_9", "a_b_10",
    ]  # fmt: skip
    assert [p.label for p in game.players] == [
        n or p.name for n, p in zip(names, game.players, strict=True)
    ]
    assert (
        [m.name for m in game.moves]
        == [m.player for m in game.moves]
        == [p.name for p in game.players]
    )
    assert game.name == "untitled"


def test_strategies_get_labels_that_differ():
    game = read_nfg('NFG 1 R "t" { "a" } { { "up" "" "up" " " "3" "2" } } 1 2 3 4 5 6')
    assert game.moves[0].choice.labels == ("up", "2", "up_3", "4", "3", "2_6")
    assert list(game.moves[0].choice.options.values()) == [1, 2, 3, 4, 5, 6]
    mixed = read_nfg('NFG 1 R "t" { "a" "b" } { { "up" } 2 } 1 2 3 4')
    assert [m.choice.labels for m in mixed.moves] == [("up",), ("1", "2")]


def test_space_and_commas_do_not_matter():
    text = 'NFG,1\tR"t"{"a""b"}{2,1}{{"x",3,4,}}\r\n\r\n0 1,'
    assert read_nfg(text) == read_nfg('NFG 1 R "t" { "a" "b" } { 2 1 } { { "x" 3 4 } } 0 1')


def test_a_quotation_mark_in_a_text_is_escaped():
    game = read_nfg('NFG 1 R "the \\"best\\" \\\\ game\nof all" { "a" } { 1 } 0')
    assert game.name == 'the "best" \\ game of all'


START = 'NFG 1 R "t" { "a" "b" } { 2 2 }'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1: expected 'NFG', found the end of the file"),
        ("EFG 2 R", "line 1, column 1: expected 'NFG', found 'EFG'"),
        ("NFG 2 R", "line 1, column 5: expected '1', found '2'"),
        ("NFG 1 X", "line 1, column 7: expected 'R' or 'D', found 'X'"),
        ("NFG 1 R title", "line 1, column 9: expected the title in quotation marks, found 'title'"),
        ('NFG 1 R "title', "line 1, column 9: expected a closing quotation mark, found '\"title'"),
        ('NFG 1 R "t" "a"', "line 1, column 13: expected '{', found '\"a\"'"),
        ('NFG 1 R "t" { a }', "line 1, column 15: expected the name of a player in quotation marks, found 'a'"),
        ('NFG 1 R "t" { }', "line 1, column 16: expected a player, found the end of the file"),
        ('NFG 1 R "t" { "a"', "line 1, column 18: expected the name of a player in quotation marks, found the end"),
        ('NFG 1 R "t"\n{ "a" }\n{ 0 }', "line 3, column 3: expected a number of strategies, from 1 to 1000, found '0'"),
        ('NFG 1 R "t" { "a" } { 2.5 }', "line 1, column 23: expected a number of strategies, from 1 to 1000, found '2.5'"),
        ('NFG 1 R "t" { "a" } { 9999999999999 }', "line 1, column 23: expected a number of strategies"),
        ('NFG 1 R "t" { "a" } { { } }', "line 1, column 27: expected a strategy of each player, found '}'"),
        ('NFG 1 R "t" { "a" "b" } { 2 }', "line 1, column 29: expected a number of strategies, from 1 to 1000, found '}'"),
        ('NFG 1 R "t" { "a" } { 2 2 }', "line 1, column 25: expected '}', found '2'"),
        (START + " 1 2 3 4 5 6 7", "line 1, column 46: expected a payoff, found the end of the file"),
        (START + " 1 2 3 4\n5 6 7 8 9", "line 2, column 9: expected the end of the file, found '9'"),
        (START + " 1 2 x", "line 1, column 37: expected a payoff, found 'x'"),
        (START + " 1 2 nan", "line 1, column 37: expected a payoff, found 'nan'"),
        (START + " 1 2 inf", "line 1, column 37: expected a payoff, found 'inf'"),
        (START + " 1 2 1_0", "line 1, column 37: expected a payoff, found '1_0'"),
        (START + " 1 2 ٣", "line 1, column 37: expected a payoff, found '٣'"),
        (START + " 1 2 1/0", "line 1, column 37: expected a payoff ('1/0' is not a number"),
        (START + " 1 2 1e99999", "line 1, column 37: expected a payoff (the number 1e99999... is too long"),
        (START + ' "c" "d" 1', "line 1, column 37: expected a payoff, found '\"d\"'"),
        (START + " { { 1 2 } } 1 1 1 2", "line 1, column 51: expected an outcome, from 0 to 1, found '2'"),
        (START + " { { 1 2 } } 1 1 1 -1", "line 1, column 51: expected an outcome, from 0 to 1, found '-1'"),
        (START + " { { 1 } } 1 1 1 1", "line 1, column 39: expected a payoff, found '}'"),
        (START + " { { 1 2 3 } } 1 1 1 1", "line 1, column 41: expected '}', found '3'"),
        (START + " { 1 2 } 1", "line 1, column 35: expected '{', found '1'"),
        (START + ' { { "x" 1 2 }', "line 1, column 46: expected '{', found the end of the file"),
        ('NFG 1 R "t" { "a" "b" "c" } { 999 999 999 } 1', "line 1, column 45: expected at most 100,000 payoffs, not 2,991,008,997"),
        ('NFG 1 R "t" {' + ' "a"' * 51 + " }", "line 1, column 215: expected '}' after 50 entries"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_line_and_column(text, message):
    with pytest.raises(FileError) as caught:
        read_nfg(text, "game.nfg")
    assert str(caught.value).startswith(f"game.nfg: {message}")
    assert caught.value.exit_code == 4


def test_a_file_is_read(tmp_path):
    file = tmp_path / "selten.nfg"
    file.write_text(SELTEN, encoding="utf-8")
    assert read_nfg_file(file) == read_nfg_file(str(file)) == read_nfg(SELTEN)
    file.write_bytes(b'NFG 1 R "\xff"')
    with pytest.raises(FileError, match="not text in UTF-8"):
        read_nfg_file(file)
    with pytest.raises(FileError, match="no such file"):
        read_nfg_file(tmp_path / "none.nfg")


NUMBERS = st.fractions(-99, 99, max_denominator=99)


@st.composite
def bimatrices(draw):
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    cells = st.tuples(NUMBERS, NUMBERS)
    return [[draw(cells) for _ in range(columns)] for _ in range(rows)]


@given(bimatrices())
def test_every_bimatrix_is_read_alike_from_both_forms(matrix):
    rows, columns = len(matrix), len(matrix[0])
    cells = [matrix[i][j] for j in range(columns) for i in range(rows)]
    head = f'NFG 1 R "t" {{ "a" "b" }} {{ {rows} {columns} }}'
    plain = read_nfg(f"{head} {' '.join(f'{a} {b}' for a, b in cells)}")
    listed = " ".join(f'{{ "" {a} {b} }}' for a, b in cells)
    numbers = " ".join(str(n) for n in range(1, len(cells) + 1))
    assert read_nfg(f"{head} {{ {listed} }} {numbers}") == plain
    for i, j in itertools.product(range(rows), range(columns)):
        for player, value in zip("ab", matrix[i][j], strict=True):
            assert table(plain, player, i + 1, j + 1) == sp.Rational(value)
    assert plain.payoffs["a"].args[0] == sp.Tuple(symbol("a"), symbol("b"))
    assert read_game(write_game(plain)).game == plain


@given(
    st.text('NFG1R "{}23/.e-\n,ab', max_size=80).map(lambda tail: START[:31] + tail)
    | st.text(max_size=80)
)
def test_any_text_is_a_game_or_refused(text):
    message = "any.nfg: "
    try:
        read_nfg(text, "any.nfg")
    except FileError as error:
        message = str(error)
    assert message.startswith("any.nfg: ")


@pytest.mark.parametrize(
    "text",
    [
        START + "{" * 1_000_000,
        "NFG 1 R " + '"' * 1_000_000,
        'NFG 1 R "t" { "a" } { {' + ' "x"' * 1000 + " } }" + " 1" * 1000,
        'NFG 1 R "t" { "a" "b" } { 200 200 }' + " 1" * 80_000,
        "x" * 5_000_001,
    ],
)
def test_a_large_text_is_read_or_refused_in_time(text):
    with patience("reading"), contextlib.suppress(FileError):
        read_nfg(text)
