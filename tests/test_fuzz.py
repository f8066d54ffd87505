"""Whatever a file holds, reading it ends soon: in a game that can be written, or in a FileError.

About a thousand random and a thousand mutated files in the ordinary run, twenty thousand each with
``-m long``. The generator is seeded: a failure names the number that makes it again.
"""
# ruff: noqa: E501 (one case a line)

import random

import pytest

from games import UPGRADING
from patience import patience
from pigou.errors import FileError
from pigou.gambit import read_nfg_file
from pigou.gambit_tree import read_efg_file
from pigou.gamefile import read_game, read_game_file
from pigou.gamewriter import write_game

HANG = 30  # seconds: no input of this size takes a hundredth of it

WHOLE = (
    UPGRADING.lstrip()
    .replace(
        'size = "firms"\n',
        '[players.firm.types.small]\nsize = "firms"\nvalues = { weight = 1 }\n'
        '[players.firm.types.large]\nsize = 2\nvalues = { weight = "benefit" }\n',
    )
    .replace("mean(join)*benefit", "mean(join*weight)*benefit")
    .replace("demand - support*cost", "demand - max(support*cost, sqrt(2))")
)

TABLE = """pigou = 1
game = { name = "A table", source = "own" }
[parameters]
c = { default = 1, domain = "0 < c < 5" }
[players]
a = {}
b = { label = 'B' }
[moves]
x = { player = "a", choices = { up = 1, down = 0 } }
y = { player = "b", choices = { left = 0, right = 5 } }
[[outcomes]]
when = { y = "right", x = "up" }
payoffs = { a = 3, b = "2*c" }
[[outcomes]]
when = { x = "up", y = "left" }
payoffs = { a = 1, b = 2 }
[[outcomes]]
when = { x = "down", y = "right" }
payoffs = { a = 0.5, b = 8 }
[[outcomes]]
when = { x = "down", y = "left" }
payoffs = { a = -5, b = 6 }
[[reforms]]
name = "tax"
kind = "tax"
move = "x"
rate = 0.2
choice = "up"
"""

SMALL = """pigou = 1
[game]
name = "monopoly"
[players.firm]
[moves.quantity]
player = "firm"
interval = [0, 1]
[payoffs]
firm = "quantity*(1 - quantity)"
"""

PAYOFFS = """NFG 1 R "Selten" { "Player 1" "Player 2" } { 3 2 }
1 1 0 2.5 0 2 1/3 1 0 3e2 2 0
"""

OUTCOMES = """NFG 1 D "Selten" { "Player 1" "Player 2" } { { "1" "2" "3" } { "1" "2" } } "comment"
{ { "first" 1, 1 } { "" 0, 2 } { 0, 3 } { "d" 2, 0 } }
1 2 2 1 3 4
"""

STAGES = """pigou = 1
[game]
name = "Entry after a draw"
[players.entrant]
[players.incumbent]
[parameters.strength]
default = 0.5
[moves.enter]
player = "entrant"
choices = { no = 0, yes = 1 }
[moves.fight]
player = "incumbent"
choices = { no = 0, yes = 1 }
stage = 2
when = "enter == yes and strength < 3"
observes = ["enter", "demand"]
[chance.demand]
outcomes = { low = { value = 1, probability = "1/4" }, high = { value = 3, probability = "3/4" } }
when = "enter == yes"
seen_by = ["incumbent"]
[payoffs]
entrant = "enter*(demand - 2*fight)"
incumbent = "2 - enter*(1 + fight)"
"""

TREE = """EFG 2 R "Signals" { "Sender" "Receiver" } "comment"
c "" 1 "type" { "strong" 9/10 "weak" .1 } 0
p "" 1 1 "strong" { "beer" "quiche" } 0
p "" 2 1 "beer" { "duel" "none" } 1 "breakfast" { 1, 0 } t "" 0 t "" 2 "none" { 2, 1 }
p "" 2 2 "quiche" { "duel" "none" } 0 t "" 0 t "" 2
p "" 1 2 "weak" { "beer" "quiche" } 0
p "" 2 1 0 t "" 3 "duel" { 0, 1 } t "" 4 "" { 2, 0 }
p "" 2 2 1 t "" 3 t "" 4
"""

HORSE = """EFG 2 D "Horse" { "1" "2" "3" }
p "" 1 1 "" { "R" "L" } 0
p "" 2 1 "" { "R" "L" } 0 t "" 1 "" { 1 1 1 }
p "" 3 1 "" { "R" "L" } 0 t "" 2 "" { 4 4 0 } t "" 3 "" { 0 0 1e0 }
p "" 3 1 0 t "" 4 "" { 3 2 2 } t "" 0
"""

GAMES, TABLES = (WHOLE, TABLE, SMALL, STAGES), (PAYOFFS, OUTCOMES, TREE, HORSE)

NASTY = [
    b"nan", b"inf", b"-inf", b"true", b"1e999999999", b"-1e-999999999", b"9" * 5000, b"0x" + b"f" * 5000, b"1979-05-27",
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\r\n", b"'''", b'"""', b'"', b"'", b"\\u0000", b"\\uD800", b"\\",
    b"[" * 3000, b"{" * 3000, b"(" * 3000, b"((((", b"}", b"]", b"[[", b"a." * 40, b"a." * 3000, b"#", b"=", b",", b"{}", b"[]", b'""', b"0", b"-1", b"1.5",
    b"__import__('os')", b"().__class__", b"10**10**10", b"2**100**100", b"x**-1", b"exp(exp(exp(9)))", b"1/0", b"0**0",
    b"sum(", b"mean(join)", b"if(1,2,3)", b"not ", b" and ", b"lambda: 1", b"log(0)", b"sqrt(-1)", b"abs(", b"a" * 30_000, "ﬁ".encode(), "′".encode(), "é".encode(), b"\xe2\x80\xae",
    b"government", b"effort", b"join", b"cost", b"sum(join)", b"support == offer", b"continuum", b"subsidy", b"add", b"[game]", b"[[reforms]]",
]  # fmt: skip


def mutated(text: str, chance: random.Random) -> bytes:
    """Change a file in one to six places."""
    data = text.encode()
    for _ in range(chance.randint(1, 6)):
        data = chance.choice(CHANGES)(data or b" ", chance)
    return data


def flip(data, chance):
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def insert(data, chance):
    at = chance.randrange(len(data) + 1)
    return data[:at] + bytes(chance.choices(range(256), k=chance.randint(1, 4))) + data[at:]


def delete(data, chance):
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.choice([1, 1, 2, 8, 60]) :]


def truncate(data, chance):
    return data[: chance.randrange(len(data))]


def duplicate(data, chance):
    start, end = sorted(chance.choices(range(len(data) + 1), k=2))
    return data[:end] + data[start:]


def swap_lines(data, chance):
    lines = data.split(b"\n")
    i, j = chance.choices(range(len(lines)), k=2)
    lines[i], lines[j] = lines[j], lines[i]
    return b"\n".join(lines)


def repeat_line(data, chance):
    lines = data.split(b"\n")
    lines.insert(chance.randrange(len(lines)), chance.choice(lines))
    return b"\n".join(lines)


def drop_line(data, chance):
    lines = data.split(b"\n")
    del lines[chance.randrange(len(lines))]
    return b"\n".join(lines)


def replace_word(data, chance):
    start, end = chance.choice(list(words(data)) or [(0, 0)])
    return data[:start] + chance.choice(NASTY) + data[end:]


def move_word(data, chance):
    """Put a word of the file in the place of another: most of what is accepted comes from here."""
    spans = list(words(data)) or [(0, 0)]
    (start, end), (first, last) = chance.choices(spans, k=2)
    return data[:start] + data[first:last] + data[end:]


def change_number(data, chance):
    spans = [(i, j) for i, j in words(data) if data[i:j].isdigit()] or [(0, 0)]
    start, end = chance.choice(spans)
    return data[:start] + str(chance.choice([0, 1, 2, 7, 12, 101, -3])).encode() + data[end:]


def words(data):
    """Walk through the words of a file: runs of letters and digits, and single signs."""
    start = 0
    while start < len(data):
        end = start + 1
        if data[start : start + 1].isalnum():
            while data[end : end + 1].isalnum():
                end += 1
        if not data[start : start + 1].isspace():
            yield start, end
        start = end


CHANGES = [flip, insert, delete, truncate, duplicate, swap_lines, repeat_line, drop_line, replace_word] + [
    move_word, change_number] * 3  # fmt: skip


def noise(chance: random.Random) -> bytes:
    """Make bytes: any, printable ones, or words of game files in any order."""
    kind = chance.randrange(3)
    if kind == 0:
        return chance.randbytes(chance.randrange(400))
    if kind == 1:
        return bytes(chance.choices(b'abc01.=[]{}"#\n ,_-+*/()', k=chance.randrange(400)))
    text = chance.choice((*GAMES, *TABLES)).encode()
    pool = [text[i:j] for i, j in words(text)]
    start = chance.choice([b"", b"pigou = 1\n", b"NFG 1 R ", b"EFG 2 R "])
    return start + chance.choice([b" ", b"\n", b""]).join(
        chance.choices(pool, k=chance.randrange(120))
    )


def attempt(read, file, what):
    """Read a file; return None if it is refused, in words that name it."""
    try:
        return read(file)
    except FileError as error:
        message = str(error)
    assert message.startswith(f"{file}: "), what
    assert len(message) < 5_000, what
    return None


def check_game(file, data, what):
    """Read a game file; return whether it was accepted."""
    file.write_bytes(data)
    with patience(what, HANG):
        model = attempt(read_game_file, file, what)
        if model is None:
            return False
        again = read_game(write_game(model))
        assert again.game == model.game, what
        assert again == model, what
        assert write_game(again) == write_game(model), what
    return True


def check_table(file, data, what):
    """Read a Gambit file; return whether it was accepted."""
    file.write_bytes(data)
    with patience(what, HANG):
        read = read_efg_file if data.lstrip().startswith(b"EFG") else read_nfg_file
        game = attempt(read, file, what)
        if game is None:
            return False
        assert read_game(write_game(game)).game == game, what
    return True


def run(tmp_path, numbers, make_game, make_table):
    """Check many files, and return how many were accepted."""
    file, accepted = tmp_path / "any.toml", 0
    for number in numbers:
        chance = random.Random(number)
        if number % 5 == 4:
            accepted += check_table(file, make_table(chance), f"file {number}")
        else:
            accepted += check_game(file, make_game(chance), f"file {number}")
    return accepted


def mutate_one_of(texts):
    return lambda chance: mutated(chance.choice(texts), chance)


@pytest.mark.parametrize("count", [1_000, pytest.param(20_000, marks=pytest.mark.long)])
def test_random_bytes_are_refused(tmp_path, count):
    assert run(tmp_path, range(count), noise, noise) < count / 100


@pytest.mark.parametrize("count", [1_000, pytest.param(20_000, marks=pytest.mark.long)])
def test_a_changed_file_is_a_game_or_refused(tmp_path, count):
    accepted = run(tmp_path, range(count), mutate_one_of(GAMES), mutate_one_of(TABLES))
    assert count / 50 < accepted < count / 2  # both ends of reading are exercised


@pytest.mark.parametrize("text", GAMES)
def test_the_game_files_that_are_changed_are_games(tmp_path, text):
    assert check_game(tmp_path / "game.toml", text.encode(), "unchanged")


@pytest.mark.parametrize("text", TABLES)
def test_the_tables_that_are_changed_are_games(tmp_path, text):
    assert check_table(tmp_path / "game.nfg", text.encode(), "unchanged")
