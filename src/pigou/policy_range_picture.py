"""A picture of the equilibria along a policy: branches, folds, windows, and how many there are.

One panel for each move. Branches are solid where stable, dashed where not, grey where somebody
gains by a move far away. Folds and other events are marked at their enclosures; windows are bands,
which are drawn at least as wide as a line. Above the panels stands the number of equilibria that is
proved for every value of each segment.
"""

from __future__ import annotations

import io
import itertools
from typing import Any

from pigou.errors import DeclarationError
from pigou.policy_range import Branch, PolicyRange

__all__ = ["policy_range_picture"]

FORMATS = ("svg", "png", "pdf")
_MARKS = {"fold": "o", "boundary": "s", "crossing": "X", "tie": "|"}
_NARROWEST = 0.06  # of the range: narrower segments are not labelled inside


def policy_range_picture(found: PolicyRange, ending: str) -> bytes:
    """Draw the equilibria along a policy.

    Parameters
    ----------
    found : PolicyRange
    ending : str
        ``"svg"``, ``"png"`` or ``"pdf"``.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    DeclarationError
        If there is no such format, or matplotlib is missing.

    Examples
    --------
    >>> from pigou import Game, Move, Parameter, Player
    >>> from pigou.policy_range import policy_range
    >>> game = Game(
    ...     "alone",
    ...     [Player("a")],
    ...     [Move("x", "a", (0, 1))],
    ...     {"a": "rate*x - x**2/2"},
    ...     parameters=[Parameter("rate", 0)],
    ... )
    >>> policy_range_picture(policy_range(game, "rate", "1/4", "1/2"), "svg")[:5]
    b'<?xml'
    """
    if ending not in FORMATS:
        raise DeclarationError(f"a picture is written as {', '.join(FORMATS)}, not '{ending}'")
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise DeclarationError(
            "pictures need matplotlib, which is not installed: pip install 'pigou[plot]'"
        ) from None
    moves = list(found.branches[0].moves) if found.branches else [""]
    with rc_context({"svg.hashsalt": "pigou", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(6.4, 1.6 + 2.2 * len(moves)), layout="constrained")
        panels = figure.subplots(len(moves), 1, sharex=True, squeeze=False)[:, 0]
        for panel, name in zip(panels, moves, strict=True):
            _panel(panel, found, name)
        _numbers(panels[0], found)
        panels[-1].set_xlabel(found.over)
        panels[-1].set_xlim(float(found.low), float(found.high))
        figure.suptitle(found.game)
        figure.supxlabel(_legend(found), fontsize=7, ha="left", x=0.02)
        file = io.BytesIO()
        dated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[ending]
        figure.savefig(file, format=ending, dpi=200, metadata=dated)
    return file.getvalue()


def _panel(panel: Any, found: PolicyRange, name: str) -> None:
    """Draw one move: windows, branches, events."""
    for window in found.windows:
        panel.axvspan(float(window.low), float(window.high), color="0.88", linewidth=0.8, zorder=0)
    for branch in found.branches:
        _branch(panel, branch, name)
    for event in found.events:
        low, high = float(event.value.lower), float(event.value.upper)
        if name not in event.moves:
            panel.axvline((low + high) / 2, color="0.5", linestyle=":", linewidth=0.8)
            continue
        move = event.moves[name]
        panel.errorbar(
            [event.value.value], [move.value], xerr=[[max(0.0, event.value.value - low)],
            [max(0.0, high - event.value.value)]], marker=_MARKS[event.kind], color="black",
            markersize=5, markerfacecolor="black" if event.certified else "white", capsize=2,
            linestyle="none",
        )  # fmt: skip
    panel.set_ylabel(name)
    panel.margins(y=0.08)


def _branch(panel: Any, branch: Branch, name: str) -> None:
    """Draw a branch in runs of points that are alike."""
    kinds = list(zip(branch.stable, branch.best, strict=True))
    start = 0
    for (stable, best), run in itertools.groupby(kinds):
        length = len(list(run))
        part = slice(start, min(start + length + 1, len(kinds)))
        panel.plot(
            branch.values[part], branch.moves[name][part],
            color="black" if best else "0.7", linestyle="-" if stable else "--", linewidth=1.4,
        )  # fmt: skip
        start += length


def _numbers(panel: Any, found: PolicyRange) -> None:
    """Write the number of equilibria above each segment that is wide enough."""
    width = float(found.high - found.low)
    for segment in found.segments:
        low, high = float(segment.low), float(segment.high)
        if high - low < _NARROWEST * width:
            continue
        panel.text(
            (low + high) / 2, 1.02, str(segment.equilibria), ha="center", va="bottom",
            transform=panel.get_xaxis_transform(),
        )  # fmt: skip


def _legend(found: PolicyRange) -> str:
    lines = [
        "Above: number of equilibria, proved for every value between the windows. Solid: stable; "
        "dashed: unstable;\ngrey: a first-order point from which somebody gains by another move."
    ]
    for event in found.events:
        low, high = float(event.value.lower), float(event.value.upper)
        known = f"certified within {high - low:.1g}" if event.certified else "not certified"
        lines.append(f"{event.kind} at {found.over} = {event.value.value:.10g} ({known})")
    narrow = [
        f"{s.equilibria} for {found.over} from {float(s.low):.6g} to {float(s.high):.6g}"
        for s in found.segments
        if s.high - s.low < _NARROWEST * (found.high - found.low)
    ]
    lines += [f"Too narrow to be labelled: {', '.join(narrow)}"] if narrow else []
    return "\n".join(lines)
