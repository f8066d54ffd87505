"""Reforms in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pigou.game import GOVERNMENT, Game, Parameter
from pigou.reform import KINDS, Reform, Step
from pigou.symbols import clean, number_text

__all__ = ["kinds_text", "reform_text"]


def reform_text(reform: Reform, game: Game | None = None) -> list[str]:
    """Say in words what a reform does, one line a step.

    Parameters
    ----------
    reform : Reform
    game : Game, optional
        The game it is meant for: names the population that a payment goes to.

    Returns
    -------
    list of str
        The steps in order, then the reform's parameters, its running cost, and how it may fail.

    Examples
    --------
    >>> from pigou import subsidy
    >>> reform_text(subsidy("upgrade", "1/2", members=7, running_cost="1/10"))
    ['the government pays 1/2 per unit of upgrade to 7 members of the population (group targeted)',
     'running it costs the government 1/10']
    """
    lines = [_WORDS[step.kind](step.keys) + _limits(step, game) for step in reform.steps]
    lines += map(_parameter, reform.parameters)
    if reform.running_cost != 0:
        lines.append(f"running it costs the {GOVERNMENT} {reform.running_cost}")
    lines += [
        f"{part.name} fails with probability {part.failure}, and then costs the same and changes "
        "nothing"
        for part in (reform, *reform.parts)
        if part.failure
    ]
    return lines


def kinds_text() -> str:
    """List the kinds of reform: what each does, and its keys (optional ones in brackets).

    Examples
    --------
    >>> print(kinds_text().splitlines()[0])
    subsidy    the government pays a rate per unit of a move, or for a choice
    """
    width = max(map(len, KINDS)) + 2
    lines = []
    for name, kind in KINDS.items():
        keys = ", ".join([*kind.required, *(f"[{key}]" for key in kind.optional)])
        lines += [f"{name:<{width}}{kind.does}", f"{'':<{width}}keys: {keys}"]
    shared = "name, parameters, running_cost, source, label, failure (its probability)"
    return "\n".join([*lines, "", f"Every reform may also have: {shared}."])


def _parameter(parameter: Parameter) -> str:
    value = "" if parameter.default is None else f" = {number_text(parameter.default)}"
    unit = f" {clean(parameter.unit)}" if parameter.unit else ""
    meaning = f" ({clean(parameter.meaning)})" if parameter.meaning else ""
    return f"with {parameter.name}{value}{unit}{meaning}"


def _limits(step: Step, game: Game | None) -> str:
    """Say whom a payment is for, and when it is made."""
    keys, out = step.keys, ""
    if "members" in keys:
        side = {"subsidy": "to", "tax": "from"}.get(step.kind, "for")
        group = keys.get("group", "targeted")
        whose = _population(keys, game)
        out = f" {side} {keys['members']} members of {whose} (group {group})"
    elif "group" in keys:
        out = f", {keys['group']} only"
    return out + (f", if {keys['when']}" if "when" in keys else "")


def _population(keys: Mapping[str, Any], game: Game | None) -> str:
    if game is not None:
        parties = {keys.get("payer"), keys.get("payee")}
        parties |= {m.player for m in game.moves if m.name == keys.get("move")}
        for player in game.players:
            if player.is_population and player.name in parties:
                return player.name
    return "the population"


def _on_move(keys: Mapping[str, Any], verb: str) -> str:
    move, choice = keys["move"], keys.get("choice")
    unit = f"per unit of {move}" if choice is None else f"for the choice {choice} of {move}"
    return f"the {GOVERNMENT} {verb} {keys['rate']} {unit}"


def _transfer(keys: Mapping[str, Any]) -> str:
    payer, payee = (
        f"the {name}" if name == GOVERNMENT else name for name in (keys["payer"], keys["payee"])
    )
    purpose = f" as {keys['purpose']}" if keys.get("purpose") else ""
    return f"{payer} pays {keys['amount']} to {payee}{purpose}"


def _add(keys: Mapping[str, Any]) -> str:
    effects = []
    if "pays" in keys:
        effects.append(f"pays {keys['pays']} instead of the old payoff")
    if "counts_as" in keys:
        effects.append(f"counts as {keys['counts_as']}")
    which = f", which {' and '.join(effects)}" if effects else ""
    leaves = ", and leaves the group" if keys.get("exit") else ""
    return f"{keys['move']} gets the choice {keys['choice']} (= {keys['value']}){which}{leaves}"


def _order(stages: Any) -> str:
    if not isinstance(stages, Mapping):
        return "all moves are made at the same time"
    return " and ".join(f"{name} is made in stage {stage}" for name, stage in stages.items())


_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "subsidy": lambda keys: _on_move(keys, "pays"),
    "tax": lambda keys: _on_move(keys, "collects"),
    "transfer": _transfer,
    "parameter": lambda keys: " and ".join(f"{n} becomes {v}" for n, v in keys["set"].items()),
    "mandate": lambda keys: f"{keys['move']} must be {keys['choice']}",
    "remove": lambda keys: f"{keys['choice']} is no longer a choice of {keys['move']}",
    "running_cost": lambda keys: f"running it costs the {GOVERNMENT} {keys['amount']}",
    "add": _add,
    "order": lambda keys: _order(keys["stages"]),
}
