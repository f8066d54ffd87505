"""The errors that users see: each names the offending part, what is allowed, what is near."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "DeclarationError",
    "ExpressionError",
    "FileError",
    "PigouError",
    "ReformError",
    "StructureError",
    "unknown",
]


class PigouError(ValueError):
    """Base of all errors that a user can cause.

    Attributes
    ----------
    exit_code : int
        The exit code of the command line: 2 for a bad value, 4 for an invalid file.

    Examples
    --------
    >>> PigouError("no such thing").exit_code
    2
    """

    exit_code = 2


class DeclarationError(PigouError):
    """A part of a game contradicts itself, another part, or the values given.

    Examples
    --------
    >>> from pigou import Choice
    >>> Choice({})
    Traceback (most recent call last):
    pigou.errors.DeclarationError: a Choice needs at least one option, as in {"no": 0, "yes": 1}
    """


class ExpressionError(PigouError):
    """A formula that is not in the grammar, or that uses a name nobody declared.

    Examples
    --------
    >>> from pigou import read_expression
    >>> read_expression("benfit - 1", ["benefit"])
    Traceback (most recent call last):
    pigou.errors.ExpressionError: no name 'benfit' in 'benfit - 1'; did you mean 'benefit'? ...
    """


class FileError(PigouError):
    """A file that cannot be read as a game; the message gives file, table and key.

    Examples
    --------
    >>> FileError("game.toml: table [game]: key 'name' is missing").exit_code
    4
    """

    exit_code = 4


class ReformError(PigouError):
    """A reform that does not fit the game it is applied to.

    Examples
    --------
    >>> from pigou import subsidy
    >>> from pigou.models import load
    >>> subsidy("effort", "1/2")(load("coordination").game)
    Traceback (most recent call last):
    pigou.errors.ReformError: ...no move 'effort' in game 'coordination' (moves: upgrade)
    """


class StructureError(PigouError):
    """A game whose structure pigou declares but does not solve (yet).

    Examples
    --------
    >>> StructureError("game 'auction': private information is not solved yet").exit_code
    2
    """


def unknown(kind: str, name: str, allowed: Iterable[str], where: str = "", many: str = "") -> str:
    """Word the message for a name that does not exist.

    Parameters
    ----------
    kind : str
        What the name should have been, in the singular (``"parameter"``).
    name : str
        What the user wrote.
    allowed : iterable of str
        The names that exist.
    where : str
        Where they exist (``"model 'coordination'"``).
    many : str
        The plural of `kind`; by default with an ``s``.

    Returns
    -------
    str
        The message, with the closest valid name if one is close.

    Examples
    --------
    >>> unknown("parameter", "benfit", ["benefit", "cost"], "'duel'")
    "no parameter 'benfit' in 'duel'; did you mean 'benefit'? (parameters: benefit, cost)"
    >>> unknown("move", "x", ["join"])
    "no move 'x' (moves: join)"
    """
    names = [str(entry) for entry in allowed]
    place = f" in {where}" if where else ""
    name = name if len(name) <= 80 else name[:77] + "..."
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"no {kind} '{name}'{place}{hint} ({many or kind + 's'}: {shown or 'none'})"
