"""From words to things: a model by name or file, a reform by name or kind, values by name.

This is what the command line, and anything else that is handed text, reads its arguments with.
Every refusal names the offending part, what is allowed, and what is near.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from pigou.errors import (
    DeclarationError,
    ExpressionError,
    FileError,
    PigouError,
    ReformError,
    unknown,
)
from pigou.exact import exact
from pigou.gambit import read_nfg_file
from pigou.gambit_tree import read_efg_file
from pigou.gamefile import read_game_file
from pigou.model import Model
from pigou.models import load, names, states
from pigou.notation import reform_text
from pigou.reform import Reform, reform
from pigou.reform_kinds import KINDS

__all__ = [
    "check_names",
    "find_model",
    "find_reform",
    "find_reforms",
    "parse_assignments",
    "split_at",
]

_SUFFIXES = (".toml", ".nfg", ".efg")
_OPEN, _CLOSE = "([{", ")]}"
_WORDS = ("source", "label")
_TABLES = {"parameter": "set", "order": "stages", "announcement": "profile"}
"""Kinds whose keys on the command line are names: parameters, or moves."""


# -- models -----------------------------------------------------------------------------------


def find_model(name: str) -> Model:
    """Return a model by the name of a built-in one, or by the path of a file.

    Parameters
    ----------
    name : str
        A built-in model, a game or case file (``.toml``), or a Gambit file (``.nfg``, ``.efg``).

    Raises
    ------
    DeclarationError
        If there is no built-in model of that name.
    FileError
        If it is a path, and there is no such file or it cannot be read.

    Examples
    --------
    >>> find_model("coordination").game.name
    'coordination'
    >>> find_model("cordination")
    Traceback (most recent call last):
    pigou.errors.DeclarationError: no model 'cordination'; did you mean 'coordination'? ...
    """
    if name in names():
        return load(name)
    if not _is_path(name):
        raise DeclarationError(
            unknown("model", name, [*names(), *states.names()])
            + "; or name a .toml, .nfg or .efg file"
        )
    path = Path(name)
    suffix = path.suffix.lower()
    _refuse_missing(path)
    if suffix == ".toml":
        return read_game_file(path)
    if suffix == ".nfg":
        return Model(read_nfg_file(path), mechanism="read from a Gambit file")
    if suffix == ".efg":
        return Model(read_efg_file(path), mechanism="read from a Gambit file")
    raise FileError(
        f"{name}: a model is read from a .toml game file or a Gambit file (.nfg, .efg), "
        f"not '{path.suffix}'"
    )


def _is_path(name: str) -> bool:
    try:
        there = Path(name).exists()
    except (OSError, ValueError):
        raise FileError(f"{name[:60]!r} is neither a model nor a file") from None
    return there or "/" in name or "\\" in name or name.lower().endswith(_SUFFIXES)


def _refuse_missing(path: Path) -> None:
    """Say what is wrong with a path that leads to no file, and which file is near."""
    if path.is_dir():
        raise FileError(f"{path}: this is a folder, not a file")
    if path.exists():
        return
    try:
        beside = [p.name for p in path.parent.iterdir() if p.suffix.lower() in _SUFFIXES]
    except OSError:
        raise FileError(f"{path}: there is no folder '{path.parent}'") from None
    near = difflib.get_close_matches(path.name, beside, n=1) or beside[:1]
    hint = f"; did you mean '{path.parent / near[0]}'?" if near else ""
    raise FileError(f"{path}: there is no such file{hint}")


# -- values -----------------------------------------------------------------------------------


def parse_assignments(texts: Iterable[str], option: str = "--set") -> dict[str, Fraction]:
    """Read ``name=value`` pairs; decimals and fractions are exact.

    Examples
    --------
    >>> parse_assignments(["benefit=3/2", "cost=0.1"])
    {'benefit': Fraction(3, 2), 'cost': Fraction(1, 10)}
    >>> parse_assignments(["benefit"])
    Traceback (most recent call last):
    pigou.errors.DeclarationError: --set benefit: write name=value, as in --set benefit=1/2
    """
    values: dict[str, Fraction] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise DeclarationError(
                f"{option} {text}: write name=value, as in {option} {name or 'name'}=1/2"
            )
        if name in values:
            raise DeclarationError(f"{option}: '{name}' is given twice")
        try:
            values[name] = exact(value)
        except ExpressionError as error:
            raise ExpressionError(f"{option} {name}: {error}") from None
    return values


def check_names(model: Model, values: Mapping[str, Any], reforms: Iterable[Reform] = ()) -> None:
    """Refuse a value for a parameter that neither the model nor its reforms have.

    Examples
    --------
    >>> check_names(find_model("coordination"), {"benfit": 1})
    Traceback (most recent call last):
    pigou.errors.DeclarationError: no parameter 'benfit' in model 'coordination'; did you mean ...
    """
    own = [p.name for p in model.game.parameters]
    allowed = dict.fromkeys([*own, *(p.name for r in reforms for p in r.parameters)])
    for name in values:
        if name not in allowed:
            raise DeclarationError(unknown("parameter", name, allowed, f"model '{model.name}'"))


# -- reforms ----------------------------------------------------------------------------------


def find_reforms(model: Model, texts: Iterable[str]) -> tuple[Reform, ...]:
    """Return several reforms, told apart by what is changed where one is named twice.

    Raises
    ------
    ReformError
        If the very same reform is named twice.

    Examples
    --------
    >>> rates = ["uniform_subsidy:subsidy=1/4", "uniform_subsidy:subsidy=1/2"]
    >>> [r.name for r in find_reforms(find_model("coordination"), rates)]
    ['uniform_subsidy:subsidy=1/4', 'uniform_subsidy:subsidy=1/2']
    """
    given = [" ".join(text.split()) for text in texts]
    found = [find_reform(model, text) for text in given]
    called = [r.name for r in found]
    for number, (text, one) in enumerate(zip(given, found, strict=True)):
        if one in found[:number]:
            raise ReformError(f"the reform '{text}' is given twice")
    return tuple(
        replace(one, name=text) if called.count(one.name) > 1 else one
        for text, one in zip(given, found, strict=True)
    )


def find_reform(model: Model, text: str) -> Reform:
    """Return a reform of a model, or one made from a kind and its keys.

    Parameters
    ----------
    model : Model
    text : str
        ``name``, ``name:key=value,...``, or several of these joined by ``+`` into a package. The
        name is that of one of the model's reforms or of a kind. A value that holds a comma or a
        ``+`` stands in parentheses.

    Raises
    ------
    ReformError
        If there is no such reform, or a key does not fit it.

    Examples
    --------
    >>> model = find_model("coordination")
    >>> find_reform(model, "uniform_subsidy:subsidy=1/4").parameters[0].default
    Fraction(1, 4)
    >>> find_reform(model, "assurance+subsidy:move=upgrade,rate=(cost+1)/9").name
    'assurance+subsidy'
    >>> find_reform(model, "assurence")
    Traceback (most recent call last):
    pigou.errors.ReformError: no reform 'assurence' in model 'coordination'; did you mean ...
    """
    package: Reform | None = None
    for part in split_at(text, "+"):
        one = _single(model, part.strip(), text)
        package = one if package is None else package + one
    assert package is not None
    return package


def _single(model: Model, text: str, whole: str) -> Reform:
    name, colon, rest = (part.strip() for part in text.partition(":"))
    keys = _keys(name, rest) if colon else {}
    own = {r.name: r for r in model.reforms}
    if name in KINDS and keys and set(KINDS[name].required) <= set(keys):
        own.pop(name, None)  # the keys of the kind are given, not those of the model's reform
    names = [p.name for p in (own[name].parameters if name in own else model.game.parameters)]
    names += [m.name for m in model.game.moves]
    strength = keys.pop("strength", None) if "strength" not in names else None
    if name in own or name in KINDS:
        made = _revised(own[name], keys) if name in own else _of_kind(model, name, keys)
        return made if strength is None else _at_strength(made, strength)
    message = unknown("reform", name, [*own, *KINDS], f"model '{model.name}'")
    if "=" in whole and "+" in whole:
        message += "; a formula that holds '+' goes into parentheses"
    raise ReformError(message)


def _at_strength(made: Reform, strength: str) -> Reform:
    try:
        weaker = made.at_strength(strength)
    except ExpressionError as error:
        raise ReformError(f"the strength of reform '{made.name}': {error}") from None
    return replace(weaker, label=f"{made.label} (strength {strength})")


def _keys(name: str, text: str) -> dict[str, str]:
    keys: dict[str, str] = {}
    for part in split_at(text, ","):
        key, equals, value = (p.strip() for p in part.partition("="))
        if not (key and equals and value):
            raise ReformError(
                f"reform '{name}': write key=value after the colon, not '{part.strip()}'"
            )
        if key in keys:
            raise ReformError(f"reform '{name}': the key '{key}' is given twice")
        keys[key] = value
    return keys


def _revised(one: Reform, keys: Mapping[str, str]) -> Reform:
    if not keys:
        return one
    changes = ", ".join(f"{key} = {value}" for key, value in keys.items())
    try:
        new = one.revised(keys)
    except ReformError:
        raise
    except PigouError as error:
        raise ReformError(f"reform '{one.name}': {error}") from None
    return replace(new, label=f"{one.label} ({changes})")


def _of_kind(model: Model, kind: str, keys: dict[str, str]) -> Reform:
    """Make a reform of a kind; those of ``parameter``, ``order`` and so on are names."""
    cost: Any = keys.pop("running_cost", 0)
    failure: Any = keys.pop("failure", 0)
    words = {key: keys.pop(key) for key in _WORDS if key in keys}
    given: dict[str, Any] = dict(keys)
    table = _TABLES.get(kind)
    if table is not None and table not in given:
        given = {table: given} if given else {}
    if "exit" in given:
        given["exit"] = _truth(kind, given["exit"])
    allowed = [*KINDS[kind].keys, "running_cost", "failure", "strength", *_WORDS]
    for key in given:
        if key not in KINDS[kind].keys:
            raise ReformError(unknown("key", key, allowed, f"a reform of kind '{kind}'"))
    _refuse_negative(kind, "rate", given.get("rate"))
    missing = [key for key in KINDS[kind].required if key not in given]
    if missing:
        raise ReformError(f"a reform of kind '{kind}' needs '{missing[0]}', as in {_example(kind)}")
    source = words.get("source", "")
    made = reform(kind, running_cost=cost, failure=failure, source=source, **given)
    label = words.get("label") or _sentence(reform_text(made, model.game)[0])
    return replace(made, label=label)


def _refuse_negative(kind: str, key: str, text: str | None) -> None:
    """Refuse a negative number where a subsidy would be a tax, or a tax a subsidy."""
    try:
        negative = text is not None and exact(text) < 0
    except ExpressionError:
        return
    if negative:
        raise ReformError(f"a reform of kind '{kind}': '{key}' is at least 0, not {text}")


def _example(kind: str) -> str:
    """Return how a reform of a kind is written."""
    examples = {
        "parameter": "parameter:cost=...",
        "order": "order:q1=1,q2=2, or order:stages=1",
        "announcement": "announcement:q1=low,q2=high",
    }
    one = KINDS[kind]
    keys = [*(one.either[0] if one.either else ()), *one.required]
    return examples.get(kind, f"{kind}:" + ",".join(f"{key}=..." for key in keys))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _truth(kind: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ReformError(f"a reform of kind '{kind}': exit is true or false, not '{text}'")
    return text.lower() == "true"


def split_at(text: str, mark: str) -> list[str]:
    """Split at a mark that stands outside parentheses.

    Examples
    --------
    >>> split_at("rate=min(1,2),move=effort", ",")
    ['rate=min(1,2)', 'move=effort']
    """
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in _OPEN) - (letter in _CLOSE)
        if letter == mark and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
