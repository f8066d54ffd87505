r"""A time limit that the user sets: what takes long asks whether it is up, and stops in good order.

Without a limit no clock is read, so that an answer does not depend on the machine. With one,
searches end between two batches of work once the time is up; what is left of them is open, and is
reported as such. The limit is in seconds of real time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from fractions import Fraction

from pigou.errors import DeclarationError, ExpressionError
from pigou.exact import exact

__all__ = [
    "Deadline",
    "is_limited",
    "part_of_time",
    "read_seconds",
    "seconds_left",
    "stops",
    "time_is_up",
    "time_limit",
]


def _now() -> float:
    return time.monotonic()


@dataclass
class Deadline:
    """A time limit that runs.

    Attributes
    ----------
    seconds : Fraction
        The limit.
    ends : float
        When it is up, on the clock of `time.monotonic`.
    stops : int
        How often some work was stopped while it ran.
    """

    seconds: Fraction
    ends: float
    stops: int = 0

    def __str__(self) -> str:
        return f"the time limit of {float(self.seconds):g} s was reached"


_RUNNING: ContextVar[tuple[Deadline, ...]] = ContextVar("deadlines", default=())


def read_seconds(seconds: object) -> Fraction:
    """Read a time limit.

    Raises
    ------
    DeclarationError
        If it is not a number above 0.

    Examples
    --------
    >>> read_seconds("1.5")
    Fraction(3, 2)
    >>> read_seconds(0)
    Traceback (most recent call last):
    pigou.errors.DeclarationError: time limit 0: a time limit is a number of seconds above 0, ...
    """
    try:
        number = exact(seconds)
    except (ExpressionError, TypeError, ValueError, OverflowError):
        number = Fraction(0)
    if isinstance(seconds, bool) or number <= 0:
        shown = seconds if isinstance(seconds, str | int | float | Fraction) else repr(seconds)
        raise DeclarationError(
            f"time limit {shown}: a time limit is a number of seconds above 0, as in 60 or 1.5"
        )
    return number


@contextmanager
def time_limit(seconds: object | None) -> Iterator[Deadline | None]:
    """Set a time limit for what is done inside; None sets none.

    Raises
    ------
    DeclarationError
        If it is not a number above 0.

    Examples
    --------
    >>> with time_limit("1e-9") as limit:
    ...     print(time_is_up(), "-", limit)
    True - the time limit of 1e-09 s was reached
    >>> time_is_up()
    False
    """
    if seconds is None:
        yield None
        return
    number = read_seconds(seconds)
    deadline = Deadline(number, _now() + float(min(number, Fraction(10**9))))
    token = _RUNNING.set((*_RUNNING.get(), deadline))
    try:
        yield deadline
    finally:
        _RUNNING.reset(token)


@contextmanager
def part_of_time(part: float) -> Iterator[None]:
    """Give what is done inside a part of the time that is left, where there is a limit.

    Examples
    --------
    >>> with time_limit(1000), part_of_time(1e-12):
    ...     print(time_is_up())
    True
    """
    running = _RUNNING.get()
    if not running:
        yield
        return
    left = max(min(deadline.ends for deadline in running) - _now(), 0.0)
    share = Deadline(running[0].seconds, _now() + part * left)
    token = _RUNNING.set((*running, share))
    try:
        yield
    finally:
        _RUNNING.reset(token)


def seconds_left(most: float) -> float:
    """Return the seconds until the first limit that runs ends, at most some number of them.

    Examples
    --------
    >>> seconds_left(2.0)
    2.0
    >>> with time_limit(1):
    ...     print(seconds_left(2.0) <= 1)
    True
    """
    return max(0.0, min([most, *(deadline.ends - _now() for deadline in _RUNNING.get())]))


def is_limited() -> bool:
    """Tell whether a time limit runs.

    Examples
    --------
    >>> with time_limit(1000):
    ...     print(is_limited())
    True
    """
    return bool(_RUNNING.get())


def stops() -> tuple[int, str]:
    """Return how often limits that run have stopped some work, and in words the one that did.

    Examples
    --------
    >>> stops()
    (0, '')
    """
    reached = [deadline for deadline in _RUNNING.get() if deadline.stops]
    return sum(d.stops for d in reached), str(reached[0]) if reached else ""


def time_is_up() -> bool:
    """Tell whether a time limit that is set has been reached.

    Examples
    --------
    >>> time_is_up()
    False
    """
    running = _RUNNING.get()
    up = bool(running) and _now() >= min(deadline.ends for deadline in running)
    if up:
        for deadline in running:
            deadline.stops += 1
    return up
