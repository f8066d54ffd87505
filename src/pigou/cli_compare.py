"""The parts of `pigou compare`: switching values, best values, cases with what was observed."""

from __future__ import annotations

from functools import partial
from typing import Any

from pigou.cli_arguments import read_range
from pigou.cli_output import deliver, exit_code, working
from pigou.errors import DeclarationError, unknown

__all__ = ["best_values_of", "facts_code", "study_code", "switchings"]


def switchings(
    game: Any, reforms: Any, names: tuple[str, ...], options: dict[str, Any]
) -> list[tuple[str, Any]]:
    """Return the switching values of parameters, for each reform that knows them.

    Raises
    ------
    DeclarationError
        If no reform knows a parameter.

    Examples
    --------
    >>> switchings(None, (), (), {})
    []
    """
    from pigou.switching import switching_values

    if not names:
        return []
    known = {r.name: [p.name for p in r(game).parameters] for r in reforms}
    everywhere = list(dict.fromkeys(p for own in known.values() for p in own))
    for name in names:
        if name not in everywhere and name != "all":
            raise DeclarationError("--switch: " + unknown("parameter", name, everywhere))
    wanted = everywhere if "all" in names else list(dict.fromkeys(names))
    return [
        (one.name, switching_values(game, one, name, **options))
        for one in reforms
        for name in wanted
        if name in known[one.name]
    ]


def best_values_of(
    game: Any, reforms: Any, texts: tuple[str, ...], options: dict[str, Any]
) -> list[Any]:
    """Return the best values of the reforms' parameters that were asked for.

    Raises
    ------
    DeclarationError
        If no reform has such a parameter, or a range is not one.

    Examples
    --------
    >>> best_values_of(None, (), (), {})
    []
    """
    from pigou.instruments import best_values

    own = {r.name: [p.name for p in r.parameters] for r in reforms}
    found = []
    for text in texts:
        name, low, high = read_range(text, False, "--best")
        if not any(name in names for names in own.values()):
            known = dict.fromkeys(p for names in own.values() for p in names)
            raise DeclarationError("--best: " + unknown("parameter", name, known, "these reforms"))
        found += [
            best_values(game, one, name, low, high, **options)
            for one in reforms
            if name in own[one.name]
        ]
    return found


def study_code(
    what: Any, reforms: Any, options: dict[str, Any], switches: tuple[str, ...], show_all: bool,
    how: tuple[Any, Any, Any],
) -> int:  # fmt: skip
    """Hold a case against its observations."""
    from pigou import case_page, observation, results

    chosen = reforms or observation.observed_reforms(what, what.case)
    found = working("comparing", lambda: observation.study(what, chosen, **options))
    flips = []
    for setting in found.settings if switches else ():
        given = {} if setting is None else {what.case.parameter: setting}
        here = options | {"at": options["at"] | given}
        search = partial(switchings, what.game, chosen, switches, here)
        flips.append(working("switching", search))
    deliver(
        lambda: case_page.case_page(what, found, show_all, flips),
        lambda: results.study_result(found, flips),
        *how,
    )
    return exit_code(s.found for c in found.comparisons for s in (c.baseline, *c.reforms))


def facts_code(
    what: Any, reforms: Any, options: dict[str, Any], switches: tuple[str, ...], show_all: bool,
    how: tuple[Any, Any, Any],
) -> int:  # fmt: skip
    """Hold a case against its facts."""
    from pigou import facts, facts_page

    chosen = reforms or facts.observed_reforms(what)
    found = working("comparing", lambda: facts.study_facts(what, chosen, **options))
    flips = working("switching", lambda: switchings(what.game, chosen, switches, options))
    deliver(
        lambda: facts_page.facts_page(what, found, show_all, flips),
        lambda: facts_page.facts_result(found, flips),
        *how,
    )
    return exit_code(s.found for s in (found.comparison.baseline, *found.comparison.reforms))
