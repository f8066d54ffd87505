"""The rooms in which each file is one thing with a name: models, models about a state, papers."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from typing import Any

from pigou.errors import DeclarationError, unknown

__all__ = ["made", "names_in"]


def names_in(path: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the files of a package, given its path; packages in it are left out.

    Examples
    --------
    >>> from pigou import models
    >>> "coordination" in names_in(models.__path__), "states" in names_in(models.__path__)
    (True, False)
    """
    return tuple(sorted(info.name for info in pkgutil.iter_modules(path) if not info.ispkg))


def made(package: str, kind: str, name: str, maker: str) -> Any:
    """Return what a file of a package declares.

    Parameters
    ----------
    package : str
        As imported.
    kind : str
        What its files declare, for the error.
    name : str
        Of the file.
    maker : str
        The function of the file that returns it, without arguments.

    Raises
    ------
    DeclarationError
        If the package has no file of this name.

    Examples
    --------
    >>> made("pigou.models", "model", "coordination", "model").name
    'coordination'
    >>> made("pigou.models", "model", "co-ordination", "model")
    Traceback (most recent call last):
    pigou.errors.DeclarationError: no model 'co-ordination'; did you mean 'coordination'? ...
    """
    names = names_in(importlib.import_module(package).__path__)
    if name not in names:
        raise DeclarationError(unknown(kind, name, names))
    return getattr(importlib.import_module(f"{package}.{name}"), maker)()
