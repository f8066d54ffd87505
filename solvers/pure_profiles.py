"""Payoffs at a pure profile of a finite game, and exactly when it is an equilibrium, as formulas.

Steps
-----
1. Every kind of pure profile has its words (`pigou.solvers.regimes`); the one that is named is
   looked up.
2. Payoffs of members are those of the normal form, with expectations over chance; bystanders and
   the sum of all primitive payoffs are evaluated at the same numbers of members.
3. In stages, the profile is a path of play, in the words "move: label; move: label", and whether
   it is the outcome of a pure subgame-perfect equilibrium is `pigou.solvers.paths`' condition.
4. With simultaneous moves it is an equilibrium exactly if no member gains by another action: the
   conjunction of all payoff differences, which is not simplified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.errors import DeclarationError, unknown
from pigou.exact import Record
from pigou.game import Game
from pigou.solvers.paths import paths_of_play
from pigou.solvers.regimes import Search
from pigou.stages import is_staged

__all__ = ["PureProfile", "pure_profile"]


@dataclass(frozen=True)
class PureProfile:
    """A pure profile with its payoffs and the condition under which it is an equilibrium.

    Parameters
    ----------
    payoffs : mapping of str to sympy expression
        Of every party: of one member, for a population whose members all act alike; otherwise per
        action, as ``"<population>_<action>"``. ``"welfare"`` is the sum of primitive payoffs.
    holds : sympy condition
        Necessary and sufficient for an equilibrium.
    actions : mapping of str to (mapping of str to expression)
        How many members of each group take which action; in stages, the label of each move made
        (with the number 1).

    Examples
    --------
    >>> from pigou.models import load
    >>> pure_profile(load("coordination").game, "all wait").payoffs["firm"]
    0
    """

    payoffs: Mapping[str, sp.Expr]
    holds: Boolean
    actions: Mapping[str, Mapping[str, sp.Expr]]


def pure_profile(game: Game, words: str) -> PureProfile:
    """Return a pure profile of a finite game; of one in stages, a path of play.

    Parameters
    ----------
    game : Game
    words : str
        As `pigou.regimes` writes it; in stages ``"enter: yes; fight: no"``, all moves made.

    Raises
    ------
    DeclarationError
        If there is no such profile, or its counts are symbols.
    StructureError
        If the game has another structure.

    Examples
    --------
    >>> from pigou.models import load
    >>> found = pure_profile(load("coordination").game, "all upgrade")
    >>> found.payoffs["consumers"]
    firms*spillover
    """
    if is_staged(game):
        return _path(game, words)
    search = Search(game, {})
    profiles = {p.words: p for p in search.profiles()}
    if words not in profiles:
        raise DeclarationError(unknown("profile", words, profiles, f"game '{game.name}'"))
    profile = profiles[words]
    if profile.names:
        raise DeclarationError(
            f"profile '{words}' leaves {', '.join(profile.names)} open; name one without counts"
        )
    plain = Search(replace(game, transfers=()), {})
    payoffs: dict[str, sp.Expr] = {}
    actions: dict[str, dict[str, sp.Expr]] = {}
    welfare = sp.S.Zero
    for index, (group, row) in enumerate(zip(search.groups, profile.counts, strict=True)):
        who = group.player + (f"_{group.type}" if group.type else "")
        used = [a for a, number in enumerate(row) if number != 0]
        for action in used:
            label = "_".join(group.actions[action])
            key = who if len(used) == 1 else f"{who}_{label}"
            payoffs[key] = search.payoff(index, action, profile.counts)
            actions.setdefault(who, {})[", ".join(group.actions[action])] = row[action]
            welfare += row[action] * plain.payoff(index, action, profile.counts)
    for party in game.parties:
        if party not in game.payoffs:
            payoffs[party] = search.of_party(game.payoff(party), profile.counts)
            welfare += search.of_party(game.primitive(party), profile.counts)
    payoffs["welfare"] = welfare
    holds: Any = sp.And(*(sp.Ge(gap, 0) for gap in search.gaps(profile)))
    return PureProfile(Record(payoffs), holds, Record({k: Record(v) for k, v in actions.items()}))


def _path(game: Game, words: str) -> PureProfile:
    paths = {path.words: path for path in paths_of_play(game)}
    if words not in paths:
        raise DeclarationError(unknown("path", words, paths, f"game '{game.name}'"))
    path = paths[words]
    made = Record({move: Record({label: sp.S.One}) for move, label in path.labels.items()})
    return PureProfile(Record(dict(path.payoffs)), path.holds, made)
