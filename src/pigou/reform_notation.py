"""Reforms in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any

from pigou.game import GOVERNMENT, Game, Parameter
from pigou.reform import Reform
from pigou.reform_kinds import GROUPS, KEYS, KINDS
from pigou.reform_kinds_shared import Kind, names_of
from pigou.symbols import clean, number_text

__all__ = ["keys_text", "kinds_text", "reform_text", "step_text"]


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
    lines = [step_text(step.kind, step.keys, game) for step in reform.steps]
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


def step_text(kind: str, keys: Mapping[str, Any], game: Game | None = None) -> str:
    """Say in words what one step of a reform does.

    Examples
    --------
    >>> step_text("tax", {"move": "output", "rate": "t"})
    'the government collects t per unit of output'
    """
    return _WORDS[kind](keys) + _limits(kind, keys, game)


def kinds_text() -> str:
    r"""List the kinds of reform by group: what each does, its definition, keys, ledger and source.

    Keys in brackets are optional; of those that are joined by "or", one group is given.

    Examples
    --------
    >>> print("\n".join(kinds_text().splitlines()[:2]))
    PAYMENTS
    subsidy            the government pays a rate per unit of a move, or for a choice; or ...
    """
    width = max(map(len, KINDS)) + 2
    lines: list[str] = []
    for group, kinds in GROUPS.items():
        lines += [*([""] if lines else []), group.upper()]
        for kind in kinds:
            lines.append(f"{kind.name:<{width}}{kind.does}")
            lines += [f"{'':<{width}}{line}" for line in _facts(kind)]
    shared = "name, parameters, running_cost, source, label, failure (its probability)"
    return "\n".join([*lines, "", f"Every reform may also have: {shared}."])


def _facts(kind: Kind) -> list[str]:
    """Return the definition, keys, ledger and source of a kind, line by line."""
    lines = [f"definition: {kind.definition}", f"keys: {keys_text(kind)}"]
    lines += [f"pays: {payer} to {payee}, for {purpose}" for payer, payee, purpose in kind.ledger]
    if kind.missing:
        lines.append(f"not solved yet: it needs {kind.missing}")
    return [*lines, f"source: {kind.source}"]


def keys_text(kind: Kind) -> str:
    """List the keys of a kind, the optional ones in brackets.

    Examples
    --------
    >>> keys_text(KINDS["tax"])
    'move or player, rate, [choice], [when], [members], [group]'
    """
    either = " or ".join(" and ".join(keys) for keys in kind.either)
    optional = (f"[{key}]" for key in kind.optional)
    return ", ".join([*([either] if either else []), *kind.required, *optional])


def _parameter(parameter: Parameter) -> str:
    value = "" if parameter.default is None else f" = {number_text(parameter.default)}"
    unit = f" {clean(parameter.unit)}" if parameter.unit else ""
    meaning = f" ({clean(parameter.meaning)})" if parameter.meaning else ""
    return f"with {parameter.name}{value}{unit}{meaning}"


def _limits(kind: str, keys: Mapping[str, Any], game: Game | None) -> str:
    """Say whom a payment is for, and when it is made."""
    out = ""
    if "members" in keys and kind != "rival":
        side = {"subsidy": "to", "tax": "from"}.get(kind, "for")
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
    if "move" not in keys:
        side = "to" if verb == "pays" else "from"
        return f"the {GOVERNMENT} {verb} {keys['rate']} {side} {keys['player']}, whatever it does"
    move, choice = keys["move"], keys.get("choice")
    unit = f"per unit of {move}" if choice is None else f"for the choice {choice} of {move}"
    return f"the {GOVERNMENT} {verb} {keys['rate']} {unit}"


def _filled(template: str) -> Callable[[Mapping[str, Any]], str]:
    """Return what fills a template; a part in [brackets] is left out where its key is not given."""

    def fill(keys: Mapping[str, Any]) -> str:
        given = {k: _listed(k, v) for k, v in keys.items()}
        purse = f"the {GOVERNMENT}"
        given = {"payer": purse, "payee": purse, "unit": _unit(given), **given}
        given |= {k: purse for k in ("payer", "payee") if given[k] == GOVERNMENT}
        text = ""
        for n, part in enumerate(template.replace("]", "[").split("[")):
            needed = [name for _, name, _, _ in Formatter().parse(part) if name]
            if n % 2 == 0 or all(name in given for name in needed):
                text += part.format_map(given)
        return text

    return fill


def _unit(given: Mapping[str, str]) -> str:
    move = given.get("move", given.get("moves", ""))
    return (
        f"for the choice {given['choice']} of {move}"
        if "choice" in given
        else f"per unit of {move}"
    )


def _listed(key: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return " and ".join(f"{k} = {v}" for k, v in value.items())
    return " and ".join(names_of(value)) if KEYS[key].read == "names" else str(value)


def _enforcement(keys: Mapping[str, Any]) -> str:
    if "move" not in keys:
        return _filled("{parameter} loses [{share} of ]its value")(keys)
    return _filled(
        "who takes {choice} of {move} pays damages of {damages} to {payee}"
        "[ with the probability {share}]"
    )(keys)


def _rival(keys: Mapping[str, Any]) -> str:
    more = keys.get("members", 1)
    if more != 1:
        return f"there are {more} more like {keys['player']}"
    called = f", called {keys['called']}" if "called" in keys else ""
    beside = f", beside {keys['beside']}" if "beside" in keys else ""
    return f"there is one more like {keys['player']}{called}{beside}"


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
    "enforcement": _enforcement,
    "rival": _rival,
} | {
    kind: _filled(template)
    for kind, template in {
        "first_move": "{move} is made before all other moves, and seen by all who make them",
        "matching_grant": "{payer} tops up [{value} for ]{move} at the rate {rate}[, up to {most}]",
        "prize": "{payer} pays {player} a prize of {amount}[ with the probability {share}]",
        "fine": "{player} pays a fine of {amount}[ with the probability {share}] to {payee}",
        "guarantee": "[for a premium of {premium}, ]{payer} guarantees {player} {amount}",
        "offtake_guarantee": "{payer} makes up for what a unit of {move} brings on the market "
        "({market}) less than {price}[, {share} of it]",
        "training_levy": "everybody who decides on {move} pays a levy of {levy} to the government "
        "and gets {rebate} back {unit}",
        "assurance": "{payer} refunds {refund} {unit} if the total is less than {threshold}",
        "divide_and_conquer": "the government pays those who decide on {moves}, in order, what "
        "makes them take {choice}[ rather than {instead}] if those before do[, and {margin} more]"
        "[; {share} of it]",
        "seed": "the government contributes {amount} to the sum of {move}[, at {cost} a unit]",
        "announcement": "it is announced that {profile}",
        "joint_commitment": "{players} decide together on what is best for them in sum",
        "association": "{players} form an association that bargains as one",
        "long_term_order": "{payer} pays {amount} {unit}",
        "ownership": "{player} gets the right to decide on {move}",
        "bargaining_power": "{parameter} moves to {value}[, by {share} of the way]",
        "entry_barrier": "{parameter}, the cost of entry, falls by the share {share}",
        "standard": "{move} is at least {lowest}[, by {share} of the way]",
        "export_restraint": "{moves} are at most {highest}[, by {share} of the way]",
        "minimum_tax": "{moves} are at least {lowest}, as agreed[, by {share} of the way]",
        "publish": "{what} is published[ to {players}]",
        "certification": "{what} is certified[ to {players}]"
        "[, for a fee of {fee} from {player} to {payee}]",
        "demonstration": "a pilot shows {what} to {players}[, at a cost of {cost}]",
        "precision": "{parameter}, a precision, becomes {factor} times as large"
        "[, by {share} of the way]",
        "signal": "[{players}: ]there is a signal of {what}, right with probability {accuracy}",
    }.items()
}
