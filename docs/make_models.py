"""Write what fails in every model, and which reforms help, into `reference/models.md`.

Run it from the root of the checkout after a change of a model: ``python docs/make_models.py``.
Tests solve the models again and compare.
"""

from pathlib import Path

from pigou.comparison import compare
from pigou.exact import Enclosure
from pigou.models import load, names
from pigou.repeating import repeat
from pigou.tables import rounded

FILE = Path(__file__).parent / "reference" / "models.md"
START, END = "<!-- the models -->\n", "<!-- end of the models -->\n"
HEAD = (
    "| model | diagnosis | welfare | first best | helps | backfires |\n"
    "| --- | --- | ---: | ---: | --- | --- |\n"
)
HELPS, BACKFIRES = "worth it", "costs more than it brings"


def row(name):
    """Solve a model as it is and under each of its reforms, at the defaults."""
    model = load(name)
    if model.repetition is not None:
        return repeated_row(name, model)
    found = compare(model.game, model.reforms)
    base = found.baseline
    here = base[base.selected]
    helps, backfires = [], []
    for reform in model.reforms:
        verdicts = {verdict.rule: verdict for verdict in found.verdicts(reform.name)}
        selected, best = verdicts["selected"], verdicts["best"]
        if selected.statement == HELPS:
            helps.append(said(reform.name, selected))
        elif selected.statement == BACKFIRES:
            backfires.append(said(reform.name, selected))
        elif best.statement == BACKFIRES:
            backfires.append(said(reform.name, best, "from the best equilibrium"))
    if not backfires:
        backfires = after_another(model)
    most = rounded(base.first_best.welfare)
    return in_cells(name, base.diagnosis(here), rounded(here.welfare()), most, helps, backfires)


def repeated_row(name, model):
    """Solve a repeated game: a period of the best plan that is sustained, or of going apart."""
    now = repeat(model.game, model.repetition)
    worth = of_a_period(now)
    helps, backfires = [], []
    for reform in model.reforms:
        change = of_a_period(repeat(reform(model.game), model.repetition)) - worth
        if change.lower > 0:
            helps.append(f"`{reform.name}` ({rounded(change, sign=True)})")
        elif change.upper < 0:
            backfires.append(f"`{reform.name}` ({rounded(change, sign=True)})")
    most = now.efficient.surplus
    diagnosis = "cooperation failure" if (most - worth).lower > 0 else "no failure"
    cells = f"{diagnosis}, repeated", rounded(worth), rounded(most)
    return in_cells(name, *cells, helps, backfires)


def of_a_period(solution):
    """Return what a period is worth to all: with the best plan, or with the outside options."""
    if solution.best is not None:
        return solution.best.surplus
    return Enclosure.point(sum(solution.outside.values()))


def in_cells(name, diagnosis, worth, most, helps, backfires):
    """Write a row."""
    backfire = ", ".join(backfires) or "none at the defaults"
    return f"| `{name}` | {diagnosis} | {worth} | {most} | {', '.join(helps)} | {backfire} |\n"


def after_another(model):
    """Say which reform costs more than it brings once another one is in place."""
    for first in model.reforms:
        for second in model.reforms:
            if first == second:
                continue
            verdict = compare(first(model.game), [second]).verdicts(second.name)[2]
            if verdict.statement == BACKFIRES:
                return [said(second.name, verdict, f"after `{first.name}`")]
    return []


def said(name, verdict, where=""):
    """Name a reform with its net benefit."""
    net = rounded(verdict.net["1"], sign=True)
    return f"`{name}` ({net}{', ' * bool(where)}{where})"


def stored():
    """Return the rows of the page by model."""
    table = FILE.read_text(encoding="utf-8").partition(START)[2].partition(END)[0]
    return {line.split("`")[1]: f"{line}\n" for line in table.removeprefix(HEAD).splitlines()}


def main():
    """Write all rows."""
    before, _, rest = FILE.read_text(encoding="utf-8").partition(START)
    after = rest.partition(END)[2]
    table = HEAD + "".join(row(name) for name in names())
    FILE.write_text(f"{before}{START}{table}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
