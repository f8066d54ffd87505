"""Time against size: how large a game each solver answers in 60 s, pigou beside its peers.

    python benchmarks/growth.py docs/explanation/growth.csv
    python benchmarks/growth.py docs/explanation/growth.csv --draw docs/_static/growth.svg

The first line measures, the second draws what was measured (it needs the extra ``plot``) and prints
the largest size that each solver answered. Every solver gets the same games, with whole payoffs
drawn from -10**6 to 10**6, in a process of its own that is stopped after `--seconds` of CPU time in
one game; it then gets no larger one. A line of the file holds the median time of a game, how many
equilibria were found in how many games, and how many there are in those by pigou's exact solvers.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from finite import (
    Solver,
    cpu,
    declared,
    installed,
    lrsnash,
    ours,
    peers,
    several_ours,
    several_peers,
)

from pigou import solve

FAMILIES = {
    "two players": [(k, k) for k in range(2, 13)],
    "two choices": [(2,) * n for n in range(2, 8)],
    "three choices": [(3,) * n for n in range(2, 6)],
}
GAMES, TOGETHER, ENOUGH = 5, 100, 5.0
OURS = ("pigou solve", "pigou exact", "pigou mixed and pure")  # one game at a time, complete
FIELDS = ("family", "size", "solver", "games", "median_seconds", "found", "of", "note")


class Row(NamedTuple):
    """What a solver did at one size; `found` has an entry for each game it answered."""

    family: str
    size: int
    solver: str
    seconds: list[float]
    found: list[int]
    note: str


# -- one solver, in a process of its own -----------------------------------------------------------


def solvers(family: str, size: int, seconds: int) -> dict[str, Solver]:
    """Return the solvers by name: pigou's for everybody's structure, and the peers'."""
    if family == "two players":
        listed = [s for s in ours(size) if "codes" not in s.name] + list(peers())
        limited = lrsnash_within(seconds)
        listed = [limited if s.name.startswith("lrsnash") else s for s in listed]
    else:
        listed = [s for s in several_ours() if "solve" not in s.name] + list(several_peers())
    return {s.name: s for s in [Solver("pigou solve", solved), *listed]}


def lrsnash_within(seconds: int) -> Solver:
    def count(a: Any, b: Any) -> int:
        return sum(lrsnash("lrsnash", x, y, seconds) for x, y in zip(a, b, strict=True))

    return Solver("lrsnash, a process a game", count)


class Incomplete(Exception):
    """The list was not shown to be complete."""


def solved(a: Any, b: Any) -> int:
    """Solve a game as a user does: declared, solved, every equilibrium checked."""
    found = solve(declared(np.array([a[0], b[0]]) if b is not None else a[0]))
    if not found.complete:
        raise Incomplete(f"{len(found)} found, not complete: {found.unresolved[0]}")
    return len(found)


def draw(shape: tuple[int, ...], number: int) -> Any:
    """Return one game: the payoffs of all players, the same for every solver."""
    rng = np.random.default_rng([len(shape), *shape, number])
    return rng.integers(-(10**6), 10**6 + 1, (len(shape), *shape))


def worker(family: str, name: str, seconds: int) -> None:
    """Solve game after game, a line for each; SIGPROF ends the process where one takes too long."""
    warnings.simplefilter("ignore")
    for shape in FAMILIES[family]:
        size = shape[0] if family == "two players" else len(shape)
        say(size=size)
        try:
            solver = solvers(family, size, seconds)[name]
            if shape == FAMILIES[family][0] or solver.together:
                run(family, solver, [draw(shape, 0)])  # imports and compiles
            number, spent = TOGETHER if solver.together else 1, 0.0
            for start in range(0, GAMES * number, number):
                games = [draw(shape, start + g) for g in range(number)]
                signal.setitimer(signal.ITIMER_PROF, seconds * number)
                took, found = run(family, solver, games)
                signal.setitimer(signal.ITIMER_PROF, 0)
                say(size=size, seconds=took / number, found=found)
                spent += took
                if spent > ENOUGH:
                    break
        except Exception as error:
            say(size=size, note=str(error))
            return


def say(**words: Any) -> None:
    print(json.dumps(words), flush=True)


def run(family: str, solver: Solver, games: list[Any]) -> tuple[float, int]:
    """Give games to a solver; return the CPU time and what it counted."""
    given: Any = (games, None)
    if family == "two players":
        given = np.array(games).swapaxes(0, 1).astype(float)
    begin = cpu()
    found = solver.solve(*given)
    return cpu() - begin, int(found or 0)


# -- all of them -----------------------------------------------------------------------------------


def measured(family: str, name: str, seconds: int) -> Iterator[Row]:
    """Start a worker and read what it answers, a row for each size."""
    words = [sys.executable, __file__, "", "--seconds", str(seconds), "--worker", family, name]
    row = None
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            said = json.loads(line)
            if row is None or row.size != said["size"]:
                if row is not None:
                    yield row
                row = Row(family, said["size"], name, [], [], "")
            if "seconds" in said:
                row.seconds.append(said["seconds"])
                row.found.append(said["found"])
            row = row._replace(note=said.get("note", ""))
    if row is not None:
        killed = running.returncode == -signal.SIGPROF
        yield row._replace(note=f"no answer in {seconds} s") if killed else row


def measure(file: Path, seconds: int, only: str) -> None:
    rows: list[Row] = []
    for family in FAMILIES:
        for name in solvers(family, 3, seconds):
            for row in measured(family, name, seconds) if only in name else ():
                rows.append(row)
                pace = f"{statistics.median(row.seconds):.3g} s" if row.seconds else "-"
                print(f"{family:14}{row.size:3} {name:32}{pace:>12} {row.note}", flush=True)
                write(file, rows)


def write(file: Path, rows: list[Row]) -> None:
    """Write what was measured; a comment in front says where and when."""
    true: dict[tuple[str, int], list[int]] = {}
    for r in rows:
        if r.solver in OURS and len(r.found) > len(true.get((r.family, r.size), [])):
            true[r.family, r.size] = r.found
    together = {r.solver for r in rows if r.solver in ("pigou batch", "pigou fast")}
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write(f"# {machine()}\n")
        table = csv.writer(out, lineterminator="\n")
        table.writerow(FIELDS)
        for r in rows:
            median = f"{statistics.median(r.seconds):.4g}" if r.seconds else ""
            known = true.get((r.family, r.size), [])[: len(r.found)]
            same = r.solver not in together and len(known) == len(r.found) > 0
            number = len(r.found) * (TOGETHER if r.solver in together else 1)
            found, of = sum(r.found) if r.found else "", sum(known) if same else ""
            table.writerow([*r[:3], number, median, found, of, r.note])


def machine() -> str:
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text(encoding="utf-8").splitlines() if cpus.exists() else []
    model = next((line.partition(": ")[2] for line in lines if "model name" in line), "?")
    names = ("numpy", "numba", "quantecon", "nashpy", "pygambit")
    versions = [f"{n} {m.__version__}" for n in names if hasattr(m := installed(n), "__version__")]
    return (
        f"{datetime.date.today()}; {model}, {os.cpu_count()} processors; {platform.system()}, "
        f"Python {platform.python_version()}, {', '.join(versions)}; CPU time"
    )


# -- the picture -----------------------------------------------------------------------------------

TITLES = {
    "two players": "Two players with K choices each",
    "two choices": "N players with two choices each",
    "three choices": "N players with three choices each",
}


def picture(source: Path, target: Path) -> None:
    """Draw median times against sizes; a cross marks a solver's last size."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"svg.hashsalt": "pigou", "svg.fonttype": "none", "font.size": 9})
    with source.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    figure, axes = plt.subplots(1, 3, figsize=(12, 5), sharey=True, width_ratios=(2, 1.3, 1))
    for axis, (family, title) in zip(axes, TITLES.items(), strict=True):
        here = [r for r in rows if r["family"] == family]
        for number, name in enumerate(dict.fromkeys(r["solver"] for r in here)):
            mine = [r for r in here if r["solver"] == name and r["median_seconds"]]
            x = [int(r["size"]) for r in mine]
            y = [float(r["median_seconds"]) for r in mine]
            own = name.startswith("pigou")
            (line,) = axis.plot(
                x, y, label=name, color=f"C{number % 10}", marker="o", markersize=3,
                linewidth=2 if own else 1, linestyle="-" if own else "--",
            )  # fmt: skip
            if x and any(r["note"] for r in here if r["solver"] == name):
                axis.plot(x[-1:], y[-1:], marker="x", markersize=9, color=line.get_color())
        axis.set(title=title, yscale="log", xlabel="K" if family == "two players" else "N")
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.axhline(60, color="grey", linewidth=0.8)
        axis.legend(fontsize=7, frameon=False)
    axes[0].set_ylabel("seconds a game")
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})


def table(source: Path) -> str:
    """Return as Markdown the largest size that each solver answered, and why it ended there."""
    with source.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    text = []
    for family, title in TITLES.items():
        text += ["", f"| {title} | largest answered | its time | then |", "|---|---|---|---|"]
        here = [r for r in rows if r["family"] == family]
        for name in dict.fromkeys(r["solver"] for r in here):
            mine = [r for r in here if r["solver"] == name]
            whole = [r for r in mine if not r["note"]]
            size, pace = (whole[-1]["size"], whole[-1]["median_seconds"]) if whole else ("-", "-")
            text.append(f"| {name} | {size} | {pace} s | {mine[-1]['note'] or 'not tried'} |")
    return "\n".join(text[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="the CSV file that is written, or drawn")
    parser.add_argument("--draw", type=Path, metavar="SVG", help="draw the file, measure nothing")
    parser.add_argument("--seconds", type=int, default=60, help="the longest CPU time of a game")
    parser.add_argument("--only", default="", help="solvers whose name contains this")
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        worker(*arguments.worker, arguments.seconds)
    elif arguments.draw:
        picture(arguments.file, arguments.draw)
        print(table(arguments.file))
    else:
        measure(arguments.file, arguments.seconds, arguments.only)


if __name__ == "__main__":
    main()
