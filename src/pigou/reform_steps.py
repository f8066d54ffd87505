"""One change of a game by a reform: a kind with its keys, checked; and a part of its strength."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy as sp

from pigou.errors import ExpressionError, ReformError, unknown
from pigou.exact import Record, exact
from pigou.expression import names_in, symbol, valid_name
from pigou.game import Game
from pigou.reform_kinds import KEYS, KINDS
from pigou.reform_kinds_shared import number

__all__ = ["Step", "refuse_replaced", "strength_of", "times", "weaker", "whole_probability"]


@dataclass(frozen=True)
class Step:
    """One change of a game: its kind and the kind's keys.

    Examples
    --------
    >>> Step("mandate", {"move": "upgrade", "choice": "yes"}).kind
    'mandate'
    """

    kind: str
    keys: Mapping[str, Any] = field(default_factory=Record)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ReformError(unknown("kind of reform", str(self.kind), KINDS, many="kinds"))
        kind = KINDS[self.kind]
        for key in self.keys:
            if key not in kind.keys:
                raise ReformError(
                    unknown("key", str(key), kind.keys, f"a reform of kind '{self.kind}'")
                )
        for key in kind.required:
            if self.keys.get(key) is None:
                raise ReformError(f"a reform of kind '{self.kind}' needs the key '{key}'")
        self._check_either()
        if self.kind == "parameter" and not isinstance(self.keys["set"], Mapping):
            raise ReformError(
                "a reform of kind 'parameter': 'set' maps parameters to values, as in "
                f"{{'cost': 'cost*0.8'}}, not '{self.keys['set']}'; on the command line write "
                "parameter:cost=..."
            )
        if self.kind == "announcement" and not isinstance(self.keys["profile"], Mapping):
            raise ReformError(
                "a reform of kind 'announcement': 'profile' maps moves to choices, not "
                f"'{self.keys['profile']}'; on the command line write announcement:MOVE=CHOICE"
            )
        given = {k: _frozen(v) for k, v in self.keys.items() if v is not None}
        object.__setattr__(self, "keys", Record(given))

    def _check_either(self) -> None:
        """Refuse a step that gives none, or parts of several, of its alternatives."""
        groups = KINDS[self.kind].either
        begun = [g for g in groups if any(self.keys.get(key) is not None for key in g)]
        whole = [g for g in begun if all(self.keys.get(key) is not None for key in g)]
        if groups and (len(begun) != 1 or len(whole) != 1):
            ways = ", or ".join(" and ".join(f"'{key}'" for key in g) for g in groups)
            raise ReformError(f"a reform of kind '{self.kind}' needs {ways}")


def _frozen(value: Any) -> Any:
    """Return a value that cannot change."""
    if isinstance(value, Mapping):
        return Record(dict(value))
    return tuple(value) if isinstance(value, list | tuple) else value


def refuse_replaced(game: Game, kind: str, keys: Mapping[str, Any]) -> None:
    """Refuse a step whose formulas name a parameter that an earlier step has replaced.

    The parameter's own value is the old one: the game's formulas hold the new one in its place. A
    step that changes the parameter again may name it (`pigou.reform_kinds_rules`).

    Examples
    --------
    >>> from pigou import set_parameters
    >>> from pigou.models import load
    >>> dear = set_parameters({"cost": 2})(load("coordination").game)
    >>> refuse_replaced(dear, "subsidy", {"move": "upgrade", "rate": "cost/2"})
    Traceback (most recent call last):
    pigou.errors.ReformError: 'rate' of the step 'subsidy' names 'cost', in whose place an ...
    """
    for key, value in keys.items():
        if key not in KEYS or KEYS[key].read not in ("formula", "table"):
            continue
        own = keys.get("parameter", "")
        parts = value.items() if isinstance(value, Mapping) else [(own, value)]
        for of, formula in parts:
            for name in sorted((_names_in(formula) - {of}) & set(game.traces.replaced)):
                raise ReformError(
                    f"'{key}' of the step '{kind}' names '{name}', in whose place an earlier step "
                    f"has put {game.traces.replaced[name]}: write the value that is meant, or put "
                    "the step before"
                )


def _names_in(formula: Any) -> set[str]:
    """Return the names in a formula, which may be a text that is not read yet."""
    if isinstance(formula, sp.Basic):
        return names_in(formula)
    return set(re.findall(r"[^\W\d]\w*", formula)) if isinstance(formula, str) else set()


def strength_of(value: Any, name: str) -> Fraction | str:
    """Read a strength: a number in [0, 1], or the name of a parameter.

    Examples
    --------
    >>> strength_of("0.25", "subsidy"), strength_of("s", "subsidy")
    (Fraction(1, 4), 's')
    """
    if isinstance(value, sp.Symbol | str) and str(value).isidentifier():
        return valid_name(str(value), "strength")
    given = exact(value)
    if not 0 <= given <= 1:
        raise ReformError(f"the strength of reform '{name}' is from 0 to 1, not {value}")
    return given


def times(factor: Fraction | str, amount: Any) -> Any:
    """Multiply an amount, which may be a text, by a strength.

    Examples
    --------
    >>> times(Fraction(1, 2), 3), times("s", "rate")
    (Fraction(3, 2), '(s)*(rate)')
    """
    if isinstance(amount, sp.Basic):
        return (symbol(factor) if isinstance(factor, str) else number(factor)) * amount
    if isinstance(factor, Fraction) and not isinstance(amount, str):
        return factor * exact(amount)
    return f"({factor})*({amount})"


def weaker(step: Step, strength: Fraction | str) -> Step:
    """Return a step with its amounts multiplied by a strength.

    Examples
    --------
    >>> weaker(Step("tax", {"move": "emit", "rate": 3}), Fraction(1, 3)).keys["rate"]
    Fraction(1, 1)
    """
    kind = KINDS[step.kind]
    if step.kind == "parameter":
        values = step.keys["set"]
        mixed = {k: _mixed(strength, symbol(k), v) for k, v in values.items()}
        return Step(step.kind, {**step.keys, "set": mixed})
    if not kind.amounts:
        raise ReformError(
            f"a reform of kind '{step.kind}' has no strength: it is there or it is not"
        )
    keys = dict(step.keys)
    if "share" in kind.amounts:
        keys.setdefault("share", 1)
    scaled = {k: times(strength, v) if k in kind.amounts else v for k, v in keys.items()}
    return Step(step.kind, scaled)


def _mixed(strength: Fraction | str, old: sp.Symbol, new: Any) -> Any:
    """Return a value between the old one of a parameter and the new one."""
    if isinstance(new, sp.Basic):
        share = symbol(strength) if isinstance(strength, str) else number(strength)
        return (1 - share) * old + share * new
    return f"(1 - ({strength}))*{old} + ({strength})*({new})"


def whole_probability(value: Any, name: str) -> Fraction:
    """Read the probability that a reform fails.

    Examples
    --------
    >>> whole_probability("0.1", "subsidy")
    Fraction(1, 10)
    """
    try:
        probability = exact(value)
    except ExpressionError as error:
        raise ReformError(f"the failure of reform '{name}' is a probability: {error}") from None
    if not 0 <= probability <= 1:
        raise ReformError(
            f"the failure of reform '{name}' is a probability, from 0 to 1, not {value}"
        )
    return probability
