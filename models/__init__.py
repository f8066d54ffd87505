"""The models: one mechanism a file, the economics and nothing numerical.

Each module has a function ``model()`` that returns a `pigou.Model`; models about a state (a belief,
a share, what an industry knows) are in `pigou.models.states`.
"""

from __future__ import annotations

from pigou.model import Model
from pigou.rooms import made, names_in

__all__ = ["load", "names"]


def names() -> tuple[str, ...]:
    """Return the names of the built-in models.

    Examples
    --------
    >>> "coordination" in names()
    True
    """
    return names_in(__path__)


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
    model: Model = made(__name__, "model", name, "model")
    return model
