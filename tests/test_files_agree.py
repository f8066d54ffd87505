"""`pigou solve` on every kind of file against brute force: the same pure equilibria, exactly."""

from __future__ import annotations

import itertools
import json
import random
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from games import brute_force_pure, random_tables
from pigou.cli import cli

FORMS = ("nfg payoffs", "nfg outcomes", "toml outcomes", "toml expressions")


def cells(shape):
    return list(itertools.product(*(range(size) for size in shape)))


def gambit_order(shape):
    """Gambit lists contingencies with the first player's strategy running fastest."""
    return [tuple(reversed(c)) for c in itertools.product(*(range(s) for s in reversed(shape)))]


def nfg_payoffs(tables, shape) -> str:
    head = (
        f'NFG 1 R "random" {{ {" ".join(f"{chr(34)}p{i}{chr(34)}" for i in range(len(shape)))} }}'
    )
    body = " ".join(str(table[cell]) for cell in gambit_order(shape) for table in tables)
    return f"{head} {{ {' '.join(map(str, shape))} }}\n\n{body}\n"


def nfg_outcomes(tables, shape) -> str:
    names = " ".join(f'"p{i}"' for i in range(len(shape)))
    strategies = " ".join("{ " + " ".join(f'"c{k}"' for k in range(s)) + " }" for s in shape)
    rows = [tuple(table[cell] for table in tables) for cell in gambit_order(shape)]
    distinct = sorted(set(rows))
    listed = "\n".join(f'{{ "o{i}" {", ".join(map(str, row))} }}' for i, row in enumerate(distinct))
    order = " ".join(str(1 + distinct.index(row)) for row in rows)
    return f'NFG 1 R "random" {{ {names} }}\n\n{{ {strategies} }}\n\n{{\n{listed}\n}}\n{order}\n'


def toml_head(shape) -> str:
    text = 'pigou = 1\n[game]\nname = "random"\nsource = "own"\n'
    for i, size in enumerate(shape):
        choices = ", ".join(f"c{k} = {k}" for k in range(size))
        text += f'[players.p{i}]\n[moves.m{i}]\nplayer = "p{i}"\nchoices = {{ {choices} }}\n'
    return text


def toml_outcomes(tables, shape) -> str:
    text = toml_head(shape)
    for cell in cells(shape):
        when = ", ".join(f'm{i} = "c{k}"' for i, k in enumerate(cell))
        payoffs = ", ".join(f'p{i} = "{table[cell]}"' for i, table in enumerate(tables))
        text += f"[[outcomes]]\nwhen = {{ {when} }}\npayoffs = {{ {payoffs} }}\n"
    return text


def toml_expressions(tables, shape) -> str:
    """Write each table as nested case distinctions on the moves."""
    text = toml_head(shape) + "[payoffs]\n"
    for i, table in enumerate(tables):
        text += f'p{i} = "{nested(table, shape, ())}"\n'
    return text


def nested(table, shape, cell) -> str:
    if len(cell) == len(shape):
        return f"({table[cell]})"
    axis, text = len(cell), nested(table, shape, (*cell, shape[len(cell)] - 1))
    for k in range(shape[axis] - 2, -1, -1):
        text = f"if(m{axis} == c{k}, {nested(table, shape, (*cell, k))}, {text})"
    return text


WRITERS = dict(
    zip(FORMS, (nfg_payoffs, nfg_outcomes, toml_outcomes, toml_expressions), strict=True)
)


def pure_from_json(text: str) -> set[tuple[int, ...]]:
    """Read the pure equilibria from what the command printed."""
    found = set()
    for equilibrium in json.loads(text)["equilibria"]:
        if equilibrium["kind"] == "pure":
            found.add(
                tuple(
                    next(k for k, p in enumerate(entry.values()) if p.get("value") == 1)
                    for entry in (
                        {k: v for k, v in move.items() if isinstance(v, dict) and "value" in v}
                        for move in equilibrium["strategies"].values()
                    )
                )
            )
    return found


def agree(form: str, seed: int, folder: Path) -> None:
    """Compare the pure equilibria; every sixth time with the mixed ones solved for as well."""
    rng = random.Random(f"{form} {seed}")
    players = rng.randint(2, 4)
    shape = tuple(rng.randint(2, 4 if players < 4 else 3) for _ in range(players))
    if rng.random() < 0.05:
        shape = (4, 4, 4, 4)[:players]
    tables = random_tables(rng, shape, *rng.choice([(0, 1), (-3, 3), (0, 9), (-1000, 1000)]))
    if rng.random() < 0.3:
        tables = [{c: v / Fraction(rng.randint(1, 7)) for c, v in t.items()} for t in tables]
    path = folder / f"game.{form.split(' ')[0]}"
    path.write_text(WRITERS[form](tables, shape), encoding="utf-8")
    pure = ["--pure"] if seed % 6 else []
    result = CliRunner().invoke(cli, ["solve", str(path), "--json", *pure])
    expected = brute_force_pure(tables, shape)
    assert pure_from_json(result.stdout) == expected, (form, seed)
    if pure:
        assert result.exit_code == (0 if expected else 3), result.output
        assert json.loads(result.stdout)["complete"]
        assert len(json.loads(result.stdout)["equilibria"]) == len(expected)
    else:
        assert result.exit_code in (0, 3), result.output


@pytest.mark.parametrize("form", FORMS)
def test_a_few_files_of_every_form_agree_with_brute_force(form, tmp_path):
    for seed in range(12):
        agree(form, seed, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("form", FORMS)
def test_two_thousand_files_agree_with_brute_force(form, tmp_path):
    for seed in range(500):
        agree(form, seed, tmp_path)
