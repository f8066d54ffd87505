"""Observed choices for a fit of the precision: counts in a file, or the table of a case.

A file (TOML, or JSON with the same keys) holds the counts of one sample, or of several::

    [counts.row]            # one sample of the model itself: player, or "player[type]"
    A1 = 67
    B1 = 61

    [[samples]]             # or several
    name = "threshold 4"    # optional, as are the next three
    model = "other.nfg"     # else the model named on the command line
    set = { threshold = 4 }
    reforms = ["voluntary"]
    counts = { subject = { contribute = 91, free_ride = 7, leave = 93 } }
"""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from pigou.catalogue import check_names, find_model, find_reforms
from pigou.errors import FileError
from pigou.filetable import FileTable, read_text
from pigou.model import Model
from pigou.observation import observed_counts
from pigou.quantal_fit import Sample

__all__ = ["case_samples", "read_samples"]

MOST_SAMPLES = 100
_KEYS = ("name", "model", "set", "reforms", "counts")


def read_samples(path: str | Path, model: Model, at: dict[str, Any] | None = None) -> list[Sample]:
    r"""Read the samples of a file.

    Parameters
    ----------
    path : str or Path
        Ends in ``.toml`` or ``.json``.
    model : Model
        The game of samples that name no other.
    at : mapping of str to number, optional
        Parameter values that hold where a sample does not say otherwise.

    Raises
    ------
    FileError
        If the file is not of this form; the message gives file, table and key.

    Examples
    --------
    >>> import tempfile
    >>> from pigou.models import load
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "seen.toml")
    ...     written = file.write_text("[counts.firm]\nwait = 7\nupgrade = 3\n")
    ...     read_samples(file, load("coordination"))[0].total
    Fraction(10, 1)
    """
    root = FileTable(_items(path), str(path))
    if "samples" in root.items:
        root.of(("samples",))
        rows = root.rows("samples", MOST_SAMPLES)
        if not rows:
            raise root.fault("samples", "at least one sample is needed")
        return [_sample(row, model, at or {}, n) for n, row in enumerate(rows, 1)]
    root.of(("counts",), ("counts",))
    return [_sample(root, model, at or {}, 0)]


def _items(path: str | Path) -> Any:
    text, ending = read_text(path), Path(path).suffix.lower()
    try:
        if ending == ".json":
            return json.loads(text, parse_float=Decimal)
        if ending == ".toml":
            return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path}: the file is not valid {ending[1:].upper()}: {error}") from None
    raise FileError(f"{path}: counts are read from a .toml or .json file, not '{ending}'")


def _sample(row: FileTable, model: Model, at: dict[str, Any], number: int) -> Sample:
    row.of(_KEYS, ("counts",))
    here = model
    with row.at("model"):
        if "model" in row.items:
            named = row.text("model")
            beside = Path(row.file).parent / named
            here = find_model(str(beside) if beside.is_file() else named)
    with row.at("reforms"):
        reforms = find_reforms(here, row.texts("reforms"))
    game = here.game
    for reform in reforms:
        game = reform(game)
    given = row.table("set")
    own = {name: given.number(name) for name in given.items}
    with row.at("set"):
        check_names(here, own, reforms)
    known = {p.name for p in game.parameters}
    values = {name: value for name, value in {**at, **own}.items() if name in known}
    name = row.text("name") or _named(here, reforms, own, number)
    counts: dict[str, dict[str, Any]] = {}
    for player in row.table("counts").items:
        table = row.table("counts").table(player)
        counts[player] = {label: table.number(label) for label in table.items}
    with row.at("counts"):
        return Sample(name, game, counts, values)


def _named(model: Model, reforms: Any, own: dict[str, Any], number: int) -> str:
    parts = [r.name for r in reforms] + [f"{k} = {v}" for k, v in own.items()]
    return ", ".join(parts) or (f"{model.name} {number}" if number else model.name)


def case_samples(model: Model) -> list[Sample]:
    """Return the samples of a case: one for each setting and regime of its table of choices.

    Raises
    ------
    DeclarationError
        If the model has no such case.

    Examples
    --------
    >>> from pigou.models import load
    >>> case_samples(load("coordination"))
    Traceback (most recent call last):
    pigou.errors.DeclarationError: 'coordination' has no case: there are no observations to hold ...
    """
    samples = []
    for setting, regime, game, counts in observed_counts(model):
        case = model.case
        assert case is not None
        at = {} if setting is None else {case.parameter: setting}
        name = ", ".join([f"{k} = {v}" for k, v in at.items()] + [regime])
        samples.append(Sample(name, game, {game.move(case.move).player: counts}, at))
    return samples
