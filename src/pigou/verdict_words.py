"""The verdict on a reform in sentences: what changes for whom, what it costs, when it flips.

These are the few numbers that matter, in words that can go into a memo as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from pigou.comparison import Comparison, Scenario
from pigou.exact import Enclosure
from pigou.matching import only_symmetric
from pigou.pages import capital, how_many, in_words, label_of
from pigou.tables import Block, Words, rounded
from pigou.verdict import RULES, Verdict

__all__ = ["costs_in_words", "headline", "verdict_in_words"]

_LOOKS = {"costs more than it brings": "bad", "worth it": "good"}


def headline(comparison: Comparison, scenario: Scenario) -> list[Block]:
    """Say in a few sentences what a reform changes, for whom, and whether it is worth it."""
    verdicts = {v.rule: v for v in comparison.verdicts(scenario.name)}
    if not verdicts:
        return [Words(f"{scenario.label}: no verdict, {how_many(scenario.found)}.", "item")]
    blocks: list[Block] = [Words(scenario.label, "item")]
    blocks.append(_verdict_words(verdicts, comparison.costs_of_funds))
    blocks.append(Words(_for_whom(comparison, scenario, verdicts["selected"]), under=1))
    blocks.append(Words(_losers(scenario, verdicts), under=1))
    weighted = bool(comparison.weights)
    blocks += _failure(verdicts["selected"], weighted)
    for with_weights, kind in _kinds(weighted):
        blocks += _price(verdicts, with_weights, kind)
    blocks += _warnings(comparison, scenario, verdicts)
    return blocks


def _warnings(
    comparison: Comparison, scenario: Scenario, verdicts: Mapping[str, Verdict]
) -> list[Block]:
    texts = []
    known = "" if scenario.found.complete else "known "
    if len(scenario.found) > 1 and _alike(list(verdicts.values())):
        texts.append(
            f"{len(scenario.found)} {known}equilibria remain after the reform; the verdict is the "
            "same in the best, the worst and the selected."
        )
    elif len(scenario.found) > 1:
        texts.append(
            f"{len(scenario.found)} {known}equilibria remain after the reform. What it brings "
            "hangs on which of them is played, and the reform does not settle that."
        )
    if only_symmetric(scenario.found) and not only_symmetric(comparison.baseline.found):
        texts.append(
            "Under it only symmetric equilibria were looked for, so its best and worst are held "
            "against the symmetric ones of the baseline; asymmetric ones may exist."
        )
    return [Words(capital(text), "warning", 1) for text in texts]


def _alike(verdicts: list[Verdict]) -> bool:
    """Whether all verdicts say the same, in words and in numbers."""
    first = verdicts[0]
    return all(
        one.statement == first.statement
        and all(one.net[cost].overlaps(first.net[cost]) for cost in first.net)
        for one in verdicts
    )


def _verdict_words(verdicts: Mapping[str, Verdict], costs: tuple[Fraction, ...]) -> Words:
    statements = [v.statement for v in verdicts.values()]
    look = next((look for said, look in _LOOKS.items() if said in statements), "warning")
    priced = any(v.sign(v.public) != 0 for v in verdicts.values())
    at = f", at a cost of public funds of {costs_in_words(costs)}" if priced else ""
    changed = [v.rule for v in verdicts.values() if v.statement != v.unweighted_statement]
    plain = ""
    if changed:
        states = dict.fromkeys(verdicts[rule].unweighted_statement for rule in changed)
        where = "" if len(changed) == len(verdicts) else f" ({' and '.join(changed)})"
        plain = f". At unit weights: {'; '.join(states)}{where}"
    return Words(f"{verdict_in_words(verdicts)}{at}{plain}.", look, 1)


def _losers(scenario: Scenario, verdicts: Mapping[str, Verdict]) -> str:
    """Say who loses, the government apart, under each rule."""
    losing: dict[tuple[str, ...], list[str]] = {}
    for rule in RULES:
        losing.setdefault(verdicts[rule].losers, []).append(rule)
    parts = []
    for losers, rules in losing.items():
        who = " and ".join(label_of(scenario.game, p) for p in losers) or "nobody"
        parts.append(who if len(losing) == 1 else f"{who} ({' and '.join(rules)})")
    return f"Loses, the government apart: {'; '.join(parts)}."


def _failure(verdict: Verdict, weighted: bool) -> list[Block]:
    """Say what a reform that may fail brings if it works, and what is lost if it fails."""
    if not verdict.failure:
        return []
    how = "nothing changes" if verdict.fails_as_one else "only a part of it works, or none"
    nets = {cost: verdict.net_if_it_works(cost, False) for cost in verdict.net}
    works = f"If it works, the net benefit is {_nets(nets, True)}"
    if weighted:
        nets = {cost: verdict.net_if_it_works(cost) for cost in verdict.net}
        works += f"; weighted {_nets(nets, True)}"
    texts = [
        f"It fails with probability {rounded(verdict.failure)}; then {rounded(verdict.lost)} of "
        f"outlay and running cost is lost and {how}. The changes above are expected values.",
        f"{works}.",
    ]
    for with_weights, kind in _kinds(weighted):
        limits = {cost: verdict.switching_failure(cost, with_weights) for cost in verdict.net}
        known = {cost: limit for cost, limit in limits.items() if limit is not None}
        if known:
            said = ", ".join(
                f"{rounded(q)} (cost {rounded(Fraction(c))})" for c, q in known.items()
            )
            text = f"It is worth it as long as it fails with a probability below {said}{kind}."
            texts.append(text)
    return [Words(text, under=1) for text in texts]


def _kinds(weighted: bool) -> tuple[tuple[bool, str], ...]:
    """Return what is said with and without weights, where there are any."""
    return (
        ((False, " at unit weights"), (True, " with these weights")) if weighted else ((True, ""),)
    )


def verdict_in_words(verdicts: Mapping[str, Verdict]) -> str:
    """State the verdict over the selected, the worst and the best equilibrium."""
    states: dict[str, list[str]] = {}
    for rule in RULES:
        states.setdefault(_stated(verdicts[rule]), []).append(rule)
    if len(states) == 1:
        (state,) = states
        differ = len({(v.before, v.after) for v in verdicts.values()}) > 1
        return capital(state) + (", whichever equilibrium is played" if differ else "")
    parts = [f"{state} in the {' and the '.join(rules)}" for state, rules in states.items()]
    parts[0] += " equilibrium"
    return capital("; ".join(parts))


def costs_in_words(costs: tuple[Fraction, ...]) -> str:
    """Write one cost of public funds, or a range."""
    return " to ".join(rounded(cost) for cost in costs)


def _stated(verdict: Verdict) -> str:
    """State a verdict; where the cost of public funds decides, with the cost that does."""
    if verdict.statement != "depends on the cost of public funds" or verdict.break_even is None:
        return verdict.statement
    side = "below" if verdict.public.upper < 0 else "above"
    return f"{verdict.statement} (worth it {side} {rounded(verdict.break_even)})"


def _for_whom(comparison: Comparison, after: Scenario, verdict: Verdict) -> str:
    """Say what is played instead of what, and who gains and loses."""
    old, new = comparison.baseline[verdict.before], after[verdict.after]
    before, now = in_words(old.equilibrium), in_words(new.equilibrium)
    outcome = f"{now}, as before" if before == now else f"{now} instead of {before}"
    changes = [
        f"{label_of(after.game, party)} {rounded(change, sign=True)}"
        for party, change in verdict.changes.items()
        if verdict.sign(change) != 0
    ]
    if all(strategy.value is None for strategy in new.equilibrium.strategies):
        outcome = capital(outcome)  # the name of a continuous move is a symbol, and stays as it is
    text = f"{outcome}: {', '.join(changes) or 'nobody gains or loses'}."
    priced = verdict.sign(verdict.public) != 0
    text += f" Net benefit {_nets(verdict.unweighted, priced)}"
    return text + (f"; weighted {_nets(verdict.net, priced)}." if comparison.weights else ".")


def _nets(nets: Mapping[str, Enclosure], priced: bool) -> str:
    if not priced:
        return rounded(next(iter(nets.values())), sign=True)
    words = [f"{rounded(v, sign=True)} at {rounded(Fraction(c))}" for c, v in nets.items()]
    words[0] = words[0].replace(" at ", " at a cost of public funds of ")
    return ", ".join(words)


def _price(verdicts: Mapping[str, Verdict], weighted: bool, how: str) -> list[Block]:
    """Say from which cost of public funds on a reform costs more than it brings."""
    limits: dict[tuple[str, str], list[str]] = {}
    for rule in RULES:
        price = _limit(verdicts[rule], weighted)
        if price is not None:
            limits.setdefault(price, []).append(rule)
    lines = []
    for what in dict.fromkeys(what for what, _ in limits):
        where = [(at, rules) for (w, at), rules in limits.items() if w == what]
        only = len(where) == 1 and len(where[0][1]) == len(RULES)
        parts = [at if only else f"{at} ({' and '.join(rules)})" for at, rules in where]
        lines.append(Words(f"{what} {', '.join(parts)}{how}.", "bad" if "more" in what else "", 1))
    return [*lines]


def _limit(verdict: Verdict, weighted: bool) -> tuple[str, str] | None:
    """Return what happens beyond which cost of public funds; None where none is at stake."""
    spends = verdict.sign(verdict.public) == -1
    what = "Costs more than it brings" if spends else "Brings more than it costs"
    limit = verdict.break_even if weighted else verdict.unweighted_break_even
    private = verdict.private if weighted else verdict.plain
    if limit is not None:
        return f"{what} at a cost of public funds", f"above {rounded(limit)}"
    if spends and verdict.sign(private) in (0, -1):
        return f"{what} at a cost of public funds", "of any size"
    return None
