"""Publications, one a file: their claims, replicated.

Each module has a function ``publication()`` that returns a `pigou.publication.Publication`.
"""

from __future__ import annotations

from pigou.errors import DeclarationError, unknown
from pigou.publication import Publication
from pigou.rooms import made, names_in

__all__ = ["find", "load", "names"]


def names() -> tuple[str, ...]:
    """Return the names of the publications that are replicated.

    Examples
    --------
    >>> "winter2004" in names()
    True
    """
    return names_in(__path__)


def find(text: str) -> str:
    """Return the name of a publication, given its name or its key in the bibliography.

    Raises
    ------
    DeclarationError
        If there is none.

    Examples
    --------
    >>> find("@winter2004incentives")
    'winter2004'
    >>> find("winter2005")
    Traceback (most recent call last):
    pigou.errors.DeclarationError: no paper 'winter2005'; did you mean 'winter2004'? ...
    """
    if text in names():
        return text
    key = text.removeprefix("@")
    for name in names():
        if key.startswith(name) and load(name).key == key:
            return name
    raise DeclarationError(unknown("paper", text, names()))


def load(name: str) -> Publication:
    """Return a publication.

    Raises
    ------
    DeclarationError
        If there is none of this name.

    Examples
    --------
    >>> load("winter2004").title
    'Incentives and Discrimination'
    """
    paper: Publication = made(__name__, "paper", name, "publication")
    return paper
