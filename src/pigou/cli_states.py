"""Commands about a model about a state: show, solve, compare."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from pigou.cli_arguments import known_values, read_costs
from pigou.cli_output import INCOMPLETE, deliver, dumps, emit, working
from pigou.errors import DeclarationError

__all__ = ["compare_state", "refuse_options", "show_state", "solve_state"]


def refuse_options(model: Any, given: dict[str, Any]) -> None:
    """Refuse what has no meaning for a model about a state.

    Raises
    ------
    DeclarationError
        If one of them is given.

    Examples
    --------
    >>> from pigou.cli_arguments import state_model_of
    >>> refuse_options(state_model_of("pilots"), {"--pure": True})
    Traceback (most recent call last):
    pigou.errors.DeclarationError: --pure has no meaning for 'pilots', about a state
    """
    for option, value in given.items():
        if value:
            raise DeclarationError(f"{option} has no meaning for '{model.name}', about a state")


def show_state(
    model: Any, latex: bool, toml: bool, reforms: bool, as_json: bool, file: Path | None
) -> None:
    """State a model about a state.

    Examples
    --------
    >>> from pigou.cli_arguments import state_model_of
    >>> show_state(state_model_of("pilots"), False, False, True, False, None)
    Reforms
      association: an association that runs pilots for its members ...
    """
    from pigou import state_page, state_results

    refuse_options(model, {"--toml": toml})
    ending = file.suffix.lower() if file and not (latex or as_json or reforms) else ""
    if reforms:
        text = "\n".join(state_page.reform_lines(model))
    elif as_json or ending == ".json":
        text = dumps(state_results.state_model_result(model))
    elif latex or ending == ".tex":
        text = state_page.state_latex(model)
    else:
        text = state_page.state_text(model)
    emit(text.rstrip("\n") + "\n", file)


def solve_state(model: Any, sets: tuple[str, ...], pure: bool, how: tuple[Any, Any, Any]) -> int:
    """Solve a model about a state.

    Examples
    --------
    >>> from pigou.cli_arguments import state_model_of
    >>> solve_state(state_model_of("dialogue"), (), False, ("csv", False, None))
    reform,outcome,quantity,value
    baseline,1 message,cuts between messages,none: nothing is told
    ...
    0
    """
    from pigou import catalogue, measuring, state_catalogue, state_page, state_results

    refuse_options(model, {"--pure": pure})
    at = catalogue.parse_assignments(sets)
    state_catalogue.refuse_names(model, at)
    found = working("solving", lambda: measuring.measure(model, at))
    deliver(lambda: state_page.state_page(found), lambda: state_results.state_result(found), *how)
    return 0 if found.settled else INCOMPLETE


def compare_state(
    model: Any, texts: tuple[str, ...], sets: tuple[str, ...], mcpf: str, how: tuple[Any, Any, Any]
) -> int:
    """Lay a model about a state and its reforms side by side.

    Raises
    ------
    DeclarationError
        If no reform is named, or the cost of public funds is a range.

    Examples
    --------
    >>> from pigou.cli_arguments import state_model_of
    >>> compare_state(state_model_of("pilots"), (), (), "1", (None, False, None))
    Traceback (most recent call last):
    pigou.errors.DeclarationError: name a reform with -r (reforms of 'pilots': ...)
    """
    from pigou import catalogue, measuring, state_catalogue, state_page, state_results

    known = ", ".join(reform.name for reform in model.reforms)
    if not texts:
        raise DeclarationError(f"name a reform with -r (reforms of '{model.name}': {known})")
    costs = read_costs(mcpf)
    if len(costs) > 1:
        raise DeclarationError(f"--mcpf {mcpf}: '{model.name}' takes one cost, not a range")
    reforms = state_catalogue.find_state_reforms(model, texts)
    at = catalogue.parse_assignments(sets)
    state_catalogue.refuse_names(model, at, reforms)
    found = []
    for name, what in (("baseline", model), *((r.name, model.reformed(r)) for r in reforms)):
        solved = partial(measuring.measure, what, known_values(what.game, at), costs[0])
        found.append((name, working("comparing", solved)))
    deliver(
        lambda: state_page.state_compare_page(found, reforms, costs[0]),
        lambda: state_results.state_compare_result(found),
        *how,
    )
    return 0 if all(one.settled for _, one in found) else INCOMPLETE
