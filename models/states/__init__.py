"""Models about a state (a belief, a fundamental, a value, a share): one mechanism a file.

Each module has a function ``model()`` that returns a `pigou.state_model.StateModel`.
"""

from __future__ import annotations

from pigou.rooms import made, names_in
from pigou.state_model import StateModel

__all__ = ["load", "names"]


def names() -> tuple[str, ...]:
    """Return the names of the models about a state.

    Examples
    --------
    >>> "pilots" in names()
    True
    """
    return names_in(__path__)


def load(name: str) -> StateModel:
    """Return a model about a state.

    Raises
    ------
    DeclarationError
        If there is none of this name.

    Examples
    --------
    >>> load("pilots").mechanism
    'information externality: pilots teach those who do not pay for them'
    """
    model: StateModel = made(__name__, "model", name, "model")
    return model
