"""What the arguments of commands mean: a model, a range, a cost of public funds, a time limit."""

from __future__ import annotations

from typing import Any

import click

from pigou.errors import DeclarationError, PigouError

__all__ = [
    "known_values",
    "model_of",
    "read_costs",
    "read_range",
    "read_seconds",
    "state_model_of",
]


def state_model_of(name: str | None) -> Any:
    """Return a built-in model about a state, or None.

    Examples
    --------
    >>> state_model_of("pilots").name, state_model_of("coordination") is None
    ('pilots', True)
    """
    from pigou.state_catalogue import find_state_model

    return None if name is None else find_state_model(name)


def model_of(text: str) -> Any:
    """Find a model, with citations for the keys in its sources.

    Raises
    ------
    DeclarationError
        If there is no such model, or it is about a state.
    FileError
        If it is a file that cannot be read.

    Examples
    --------
    >>> model_of("coordination").name
    'coordination'
    >>> model_of("pilots")
    Traceback (most recent call last):
    pigou.errors.DeclarationError: 'pilots' is a model about a state, ...
    """
    from pigou import bibliography, catalogue

    if state_model_of(text) is not None:
        raise DeclarationError(
            f"'{text}' is a model about a state, which `pigou show`, `solve` and `compare` take"
        )
    return bibliography.cited(catalogue.find_model(text))


def known_values(game: Any, at: dict[str, Any]) -> dict[str, Any]:
    """Return the values of those parameters that a game has.

    Examples
    --------
    >>> game = model_of("coordination").game
    >>> known_values(game, {"cost": 1, "unheard": 2})
    {'cost': 1}
    """
    names = {p.name for p in game.parameters}
    return {name: value for name, value in at.items() if name in names}


def read_costs(text: str) -> tuple[str, ...]:
    """Read a cost of public funds, or a range of two.

    Raises
    ------
    DeclarationError
        If it is not one number of at least 0, or two of them in order.

    Examples
    --------
    >>> read_costs("1:1.6")
    ('1', '8/5')
    """
    from pigou.exact import exact

    ends = [part.strip() for part in text.split(":")]
    try:
        values = [exact(end) for end in ends]
    except PigouError as error:
        raise DeclarationError(f"--mcpf {text}: {error}, or a range as in 1:1.6") from None
    if len(ends) > 2:
        raise DeclarationError(f"--mcpf {text}: write one number, or a range LOW:HIGH as in 1:1.6")
    if values != sorted(values):
        raise DeclarationError(
            f"--mcpf {text}: the range is upside down; write {ends[1]}:{ends[0]}"
        )
    if values[0] < 0:
        raise DeclarationError(f"--mcpf {text}: a cost of public funds is at least 0")
    return tuple(dict.fromkeys(str(value) for value in values))


def read_seconds(text: str) -> float:
    """Read a time limit: a number of seconds above 0, at most a day.

    Raises
    ------
    DeclarationError
        If it is not such a number.

    Examples
    --------
    >>> read_seconds("20")
    20.0
    """
    from pigou.exact import exact

    try:
        seconds = exact(text)
    except PigouError:
        seconds = exact(0)
    if not 0 < seconds <= 86_400:
        raise DeclarationError(f"--time-limit is a number above 0 and at most 86400, not {text}")
    return float(seconds)


def read_range(text: str | None, has_reform: bool, option: str = "--over") -> tuple[str, Any, Any]:
    """Read ``name=low:high``; without it, the strength of a reform from 0 to 1.

    Raises
    ------
    click.UsageError
        If there is neither a range nor a reform.
    DeclarationError
        If it is not written like this.

    Examples
    --------
    >>> read_range("rate=0:1/2", False)
    ('rate', Fraction(0, 1), Fraction(1, 2))
    >>> read_range(None, True)
    ('strength', 0, 1)
    """
    from pigou.exact import exact

    if text is None:
        if has_reform:
            return "strength", 0, 1
        raise click.UsageError("say what varies: --over NAME=LOW:HIGH, or a reform with -r")
    name, _, ends = (part.strip() for part in text.partition("="))
    try:
        low, high = (exact(end) for end in ends.split(":"))
    except (PigouError, ValueError):
        raise DeclarationError(
            f"{option} {text}: write a parameter and its range as NAME=LOW:HIGH, as in rate=0:1/2"
        ) from None
    return name, low, high
