"""Gambit's strategic form: files of the kind ``.nfg`` are read as games with tables of payoffs.

The format, version 1: a header ``NFG 1 R "title" { "player" ... }``, then the strategies, as
counts ``{ 2 2 }`` or as names ``{ { "up" "down" } { "left" "right" } }``, then a comment if there
is one, then either the payoffs of all players at every contingency, or a list of outcomes
``{ { "name" 1, 2 } ... }`` and the number of one of them for every contingency (0: all payoffs
are zero). In both, the strategy of the *first* player runs fastest.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from pigou.errors import FileError, PigouError
from pigou.exact import exact
from pigou.expression import Lookup
from pigou.filetable import MOST_CELLS, MOST_CHOICES, read_text
from pigou.gambit_words import Words, comment, header, identifiers, labels_of, player_names
from pigou.game import Choice, Game, Move, Player

__all__ = ["read_nfg", "read_nfg_file"]


def read_nfg_file(path: str | Path) -> Game:
    """Read a game in strategic form from a Gambit file.

    Raises
    ------
    FileError
        If there is no such file, or it is not in the format; the message gives line and column.

    Examples
    --------
    >>> read_nfg_file("no_such_game.nfg")
    Traceback (most recent call last):
    pigou.errors.FileError: no_such_game.nfg: there is no such file
    """
    return read_nfg(read_text(path), str(path))


def read_nfg(text: str, name: str = "<text>") -> Game:
    """Read a game in strategic form from the text of a Gambit file.

    Parameters
    ----------
    text : str
        The text, in payoff form or in outcome form.
    name : str
        What the file is called in error messages.

    Returns
    -------
    Game
        With one move for each player, of the player's name; strategies have the values 1, 2, ...

    Raises
    ------
    FileError
        If the text is not in the format; the message gives line and column.

    Examples
    --------
    >>> read_nfg('NFG 1 R "Prisoners" { "Ann" "Bob" } { 2 2 } 2 2 3 0 0 3 1 1')
    Game('Prisoners': players Ann, Bob; moves Ann {1, 2}, Bob {1, 2})
    >>> read_nfg('NFG 1 R "Prisoners" { "Ann" "Bob" } { 2 2 } 2 2 3 0 0 3 1', "pd.nfg")
    Traceback (most recent call last):
    pigou.errors.FileError: pd.nfg: line 1, column 58: expected a payoff, found the end of the file
    """
    words = Words(text, name)
    title = header(words, "NFG", "1")
    labels = player_names(words)
    strategies = _strategies(words, len(labels))
    comment(words)
    payoffs = _payoffs(words, [len(names) for names in strategies])
    if words.word:
        words.fail("the end of the file")
    names = identifiers(labels)
    try:
        return _game(title, dict(zip(names, labels, strict=True)), strategies, payoffs)
    except PigouError as error:
        raise FileError(f"{name}: {error}") from None


def _strategies(words: Words, players: int) -> list[list[str]]:
    """Read the names of each player's strategies; those that are only counted get numbers."""
    words.take("{")
    strategies = []
    for _ in range(players):
        if words.word == "{":
            names = words.list_of(lambda: words.text("the name of a strategy"), MOST_CHOICES)
            if not names:
                words.fail("a strategy of each player")
        else:
            names = [""] * words.count("a number of strategies", 1, MOST_CHOICES)
        strategies.append(labels_of(names))
    words.take("}")
    return strategies


def _payoffs(words: Words, sizes: list[int]) -> list[list[Fraction]]:
    """Read the payoffs of each player in the order of the file."""
    players, cells = len(sizes), math.prod(sizes)
    if cells * players > MOST_CELLS:
        words.fail(f"at most {MOST_CELLS:,} payoffs, not {cells * players:,}: a smaller game")
    if words.word == "{":
        outcomes = list(_outcomes(words, players))
        rows = [outcomes[words.count("an outcome", 0, len(outcomes) - 1)] for _ in range(cells)]
    else:
        rows = [[words.number("a payoff") for _ in sizes] for _ in range(cells)]
    return [[row[player] for row in rows] for player in range(players)]


def _outcomes(words: Words, players: int) -> Iterator[list[Fraction]]:
    """Read the list of outcomes; before them comes the one that has no entry."""
    yield [Fraction(0)] * players
    words.take("{")
    while words.word != "}":
        words.take("{")
        if words.is_text():
            words.text("the name of an outcome")
        yield [words.number("a payoff") for _ in range(players)]
        words.take("}")
    words.step()


def _game(
    title: str, players: dict[str, str], strategies: list[list[str]], payoffs: list[list[Fraction]]
) -> Game:
    """Make the game; tables have the last player's strategy run fastest."""
    sizes = [len(labels) for labels in strategies]
    strides = [math.prod(sizes[:n]) for n in range(len(sizes))]
    order = [
        sum(choice * stride for choice, stride in zip(choices, strides, strict=True))
        for choices in itertools.product(*map(range, sizes))
    ]
    axes = [range(1, size + 1) for size in sizes]
    moves = [
        Move(name, name, Choice({label: exact(n) for n, label in enumerate(labels, 1)}))
        for name, labels in zip(players, strategies, strict=True)
    ]
    tables = {
        name: Lookup.of(players, axes, [column[position] for position in order])
        for name, column in zip(players, payoffs, strict=True)
    }
    people = tuple(Player(name, " ".join(label.split())) for name, label in players.items())
    return Game(title, people, tuple(moves), tables)
