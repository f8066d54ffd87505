"""The models: one mechanism a file, the economics and nothing numerical.

Each module has a function ``model()`` that returns a `pigou.Model`; models about a state (a belief,
a share, what an industry knows) are in `pigou.models.states`.
"""

from __future__ import annotations

import importlib
import pkgutil

from pigou.errors import DeclarationError, unknown
from pigou.model import Model

__all__ = ["load", "names"]


def names() -> tuple[str, ...]:
    """Return the names of the built-in models.

    Examples
    --------
    >>> "coordination" in names()
    True
    """
    modules = pkgutil.iter_modules(__path__)
    return tuple(sorted(info.name for info in modules if not info.ispkg))


def load(name: str) -> Model:
    """Return a built-in model.

    Raises
    ------
    DeclarationError
        If there is none of this name.

    Examples
    --------
    >>> load("coordination").mechanism
    'coordination failure: complementary investments'
    """
    if name not in names():
        raise DeclarationError(unknown("model", name, names()))
    model: Model = importlib.import_module(f"pigou.models.{name}").model()
    return model
