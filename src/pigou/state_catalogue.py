"""From words to models about a state, and to their reforms; `pigou.catalogue` does it for games."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pigou.bibliography import cite
from pigou.errors import DeclarationError, PigouError, ReformError, unknown
from pigou.models.states import load, names
from pigou.state_model import StateModel, StateReform

__all__ = ["find_state_model", "find_state_reforms", "refuse_names"]


def find_state_model(name: str) -> StateModel | None:
    """Return a model about a state, sources cited in words; None if there is none of this name.

    Examples
    --------
    >>> find_state_model("pilots").game.source
    'Keller, Rady and Cripps (2005)'
    >>> find_state_model("coordination") is None
    True
    """
    if name not in names():
        return None
    model = load(name)
    reforms = tuple(replace(r, source=cite(r.source)) for r in model.reforms)
    game = replace(model.game, source=cite(model.game.source))
    return replace(model, game=game, reforms=reforms, about=cite(model.about))


def find_state_reforms(model: StateModel, texts: Iterable[str]) -> tuple[StateReform, ...]:
    """Return reforms by name, with other values of their parameters if given.

    Parameters
    ----------
    model : StateModel
    texts : iterable of str
        ``name`` or ``name:key=value,...``.

    Raises
    ------
    ReformError
        If there is no such reform, a key is not one of its parameters, or one is given twice.

    Examples
    --------
    >>> model = find_state_model("dialogue")
    >>> find_state_reforms(model, ["lobbies:push=1/2"])[0].parameters[0].default
    Fraction(1, 2)
    """
    found: list[StateReform] = []
    for text in texts:
        one = _find(model, " ".join(text.split()))
        if one in found:
            raise ReformError(f"the reform '{text}' is given twice")
        found.append(one)
    called = [one.name for one in found]
    return tuple(
        replace(one, name=text) if called.count(one.name) > 1 else one
        for text, one in zip(texts, found, strict=True)
    )


def _find(model: StateModel, text: str) -> StateReform:
    name, colon, rest = (part.strip() for part in text.partition(":"))
    own = {reform.name: reform for reform in model.reforms}
    if "+" in text and name not in own:
        raise ReformError(
            f"'{text}': reforms of '{model.name}' are not joined into packages; name one at a time"
        )
    if name not in own:
        raise ReformError(unknown("reform", name, own, f"model '{model.name}'"))
    made = own[name]
    known = {parameter.name: parameter for parameter in made.parameters}
    for part in rest.split(",") if colon else ():
        key, equals, value = (p.strip() for p in part.partition("="))
        if not (key and equals and value):
            raise ReformError(f"reform '{name}': write key=value after the colon, not '{part}'")
        if key not in known:
            raise ReformError(unknown("parameter", key, known, f"reform '{name}'"))
        try:
            known[key] = replace(known[key], default=value)
        except PigouError as error:
            raise ReformError(f"reform '{name}': {error}") from None
    return replace(made, parameters=tuple(known.values()))


def refuse_names(
    model: StateModel, values: Mapping[str, Any], reforms: Iterable[StateReform] = ()
) -> None:
    """Refuse values of what is no parameter, neither of the model nor of its reforms.

    Raises
    ------
    DeclarationError
        With the nearest name.

    Examples
    --------
    >>> refuse_names(find_state_model("pilots"), {"firm": 2})
    Traceback (most recent call last):
    pigou.errors.DeclarationError: no parameter 'firm' in model 'pilots'; did you mean 'firms'? ...
    """
    allowed = [p.name for p in model.game.parameters]
    allowed += [p.name for reform in reforms for p in reform.parameters]
    for name in values:
        if name not in allowed:
            raise DeclarationError(unknown("parameter", name, allowed, f"model '{model.name}'"))
