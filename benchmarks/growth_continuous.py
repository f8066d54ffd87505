"""Time against the number of coupled moves of continuous games, each solver up to a limit.

Families: logistic spillovers, contests, firms that choose output and research, Cournot with many
firms. Solvers: the search of all orders of identical players, of one order, the search over one
aggregate, and `pigou.solve`, which checks each equilibrium anew. A series ends with the first size
that is not settled within the limit.

    python benchmarks/growth_continuous.py docs/explanation/growth_continuous.csv
    python benchmarks/growth_continuous.py docs/explanation/growth_continuous.csv \
        --draw docs/_static/growth_continuous.svg
"""

from __future__ import annotations

import argparse
import csv
import datetime
import os
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from pigou import Game, Move, Player, deadline, solve
from pigou.deadline import stops, time_limit
from pigou.solvers.aggregate_form import aggregate_form
from pigou.solvers.aggregate_games import aggregative_equilibria
from pigou.solvers.smooth_form import smooth_form
from pigou.solvers.smooth_games import smooth_equilibria

FIELDS = ("family", "players", "moves", "solver", "seconds", "equilibria", "boxes", "note")


# -- games -----------------------------------------------------------------------------------------


def one_move(payoffs: list[str], ends: tuple[Any, Any]) -> Game:
    players = [Player(f"p{k}") for k in range(len(payoffs))]
    moves = [Move(f"x{k}", f"p{k}", ends) for k in range(len(payoffs))]
    return Game("growth", players, moves, {f"p{k}": u for k, u in enumerate(payoffs)})


def total(n: int, form: str = "x{}", but: int = -1) -> str:
    return "(" + " + ".join(form.format(k) for k in range(n) if k != but) + ")"


def spillover(n: int) -> Game:
    """Supermodular: what the others do on average raises the return; three equilibria."""
    return one_move(
        [f"x{k}*logistic(10*({total(n, but=k)}/{n - 1} - 1/2)) - x{k}**2/2" for k in range(n)],
        (0, 1),
    )


def contest(n: int) -> Game:
    """Tullock's contest with decisiveness 5/4 for a prize of 1; efforts from 1/100 to 1."""
    q = total(n, "x{}**(5/4)")
    return one_move([f"x{k}**(5/4)/{q} - x{k}" for k in range(n)], ("1/100", 1))


def research(n: int) -> Game:
    """Output and research with spillovers chosen at the same time, as d'Aspremont-Jacquemin."""
    players = [Player(f"p{k}") for k in range(n)]
    moves, payoffs = [], {}
    for k in range(n):
        moves += [Move(f"q{k}", f"p{k}", (0, 60)), Move(f"z{k}", f"p{k}", (0, 40))]
        others = total(n, "z{}", but=k)
        payoffs[f"p{k}"] = f"q{k}*(60 - {total(n, 'q{}')} + z{k} + {others}/5) - 2*z{k}**2"
    return Game("growth", players, moves, payoffs)


def cournot(n: int) -> Game:
    return one_move([f"x{k}*(2 - {total(n)})" for k in range(n)], (0, 2))


def unequal(n: int) -> Game:
    return one_move([f"x{k}*(2 - {total(n)}) - {k}/{n}*x{k}" for k in range(n)], (0, 2))


FAMILIES: dict[str, tuple[Callable[[int], Game], tuple[int, ...]]] = {
    "logistic spillover": (spillover, tuple(range(2, 10))),
    "contest": (contest, tuple(range(2, 6))),
    "output and research": (research, tuple(range(2, 5))),
    "Cournot": (cournot, (3, 5, 10, 20, 50, 100)),
    "Cournot, unequal costs": (unequal, (3, 5, 10, 20, 50)),
}


# -- solvers ---------------------------------------------------------------------------------------


def by_aggregate(game: Game) -> Any:
    form = smooth_form(game)
    structure = aggregate_form(form)
    return None if structure is None else aggregative_equilibria(form, structure)


SOLVERS: dict[str, Callable[[Game], Any]] = {
    "all orders": lambda game: smooth_equilibria(smooth_form(game), symmetry=False),
    "one order": lambda game: smooth_equilibria(smooth_form(game)),
    "one aggregate": by_aggregate,
    "pigou solve": solve,
}
MANY = 5  # players up to whom a game with one aggregate is also searched without using it


class Row(NamedTuple):
    family: str
    players: int
    moves: int
    solver: str
    seconds: str
    equilibria: str
    boxes: str
    note: str


def measured(family: str, solver: str, limit: float) -> Iterator[Row]:
    """Solve games of growing size until one is not settled within the limit."""
    make, sizes = FAMILIES[family]
    for n in sizes:
        if n > MANY and solver.endswith(("order", "orders")) and family.startswith("Cournot"):
            return
        game = make(n)
        begin = time.process_time()
        with time_limit(limit):
            found = SOLVERS[solver](game)
            stopped = stops()[0]
        seconds = time.process_time() - begin
        if found is None:
            return
        note = f"no answer in {limit:g} s" if stopped else "" if not found.unresolved else "open"
        number = len(found) if solver == "pigou solve" else len(found.equilibria)
        boxes = str(getattr(found, "boxes", ""))
        yield Row(family, n, len(game.moves), solver, f"{seconds:.4g}", str(number), boxes, note)
        if note or seconds > limit:
            return


def measure(file: Path, limit: float, only: str) -> None:
    rows: list[Row] = []
    deadline._now = time.process_time  # limits count CPU time here: waiting is no work
    SOLVERS["pigou solve"](cournot(2))  # whatever is imported or cached once
    for family in FAMILIES:
        for solver in SOLVERS:
            if only in family:
                for row in measured(family, solver, limit):
                    rows.append(row)
                    print(*row, sep="  ", flush=True)
                    write(file, rows)


def write(file: Path, rows: list[Row]) -> None:
    """Write what was measured; a comment in front says where and when."""
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write(f"# {machine()}\n")
        table = csv.writer(out, lineterminator="\n")
        table.writerow(FIELDS)
        table.writerows(rows)


def machine() -> str:
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text(encoding="utf-8").splitlines() if cpus.exists() else []
    model = next((line.partition(": ")[2] for line in lines if "model name" in line), "?")
    return (
        f"{datetime.date.today()}; {model}, {os.cpu_count()} processors; {platform.system()}, "
        f"Python {platform.python_version()}, numpy {np.__version__}, sympy {sp.__version__}; "
        "CPU time, one run each"
    )


# -- the picture -----------------------------------------------------------------------------------


def read(source: Path) -> list[dict[str, str]]:
    with source.open(encoding="utf-8") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def picture(source: Path, target: Path) -> None:
    """Draw times against numbers of moves; a cross marks a size that was not settled."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"svg.hashsalt": "pigou", "svg.fonttype": "none", "font.size": 9})
    rows = read(source)
    figure, axes = plt.subplots(1, len(FAMILIES), figsize=(14, 4), sharey=True)
    for axis, family in zip(axes, FAMILIES, strict=True):
        for number, solver in enumerate(SOLVERS):
            mine = [r for r in rows if r["family"] == family and r["solver"] == solver]
            x, y = [int(r["moves"]) for r in mine], [float(r["seconds"]) for r in mine]
            axis.plot(x, y, label=solver, color=f"C{number}", marker="o", markersize=3)
            bad = [(a, b) for a, b, r in zip(x, y, mine, strict=True) if r["note"]]
            for a, b in bad:
                axis.plot([a], [b], marker="x", markersize=9, color=f"C{number}")
        wide = family.startswith("Cournot")
        axis.set(title=family, yscale="log", xscale="log" if wide else "linear", xlabel="moves")
        axis.legend(fontsize=7, frameon=False)
    axes[0].set_ylabel("seconds a game")
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})


def table(source: Path) -> str:
    """Return as Markdown the time at each size, family by family."""
    text = []
    for family in FAMILIES:
        here = [r for r in read(source) if r["family"] == family]
        sizes = list(dict.fromkeys(r["moves"] for r in here))
        text += ["", f"| {family}: moves | {' | '.join(sizes)} |", "|---" * (len(sizes) + 1) + "|"]
        for solver in dict.fromkeys(r["solver"] for r in here):
            mine = {r["moves"]: r for r in here if r["solver"] == solver}
            cells = [
                "" if size not in mine
                else f"({mine[size]['note']})" if mine[size]["note"]
                else f"{float(mine[size]['seconds']):.2g}"
                for size in sizes
            ]  # fmt: skip
            text.append(f"| {solver} | {' | '.join(cells)} |")
    return "\n".join(text[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="the CSV file that is written, or drawn")
    parser.add_argument("--draw", type=Path, metavar="SVG", help="draw the file, measure nothing")
    parser.add_argument("--seconds", type=float, default=60, help="the time limit of a game")
    parser.add_argument("--only", default="", help="families whose name contains this")
    arguments = parser.parse_args()
    if arguments.draw:
        picture(arguments.file, arguments.draw)
        print(table(arguments.file))
    else:
        measure(arguments.file, arguments.seconds, arguments.only)


if __name__ == "__main__":
    main()
