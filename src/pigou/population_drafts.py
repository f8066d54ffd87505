"""Equilibria of a population before they are named, and their names, payoffs and evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from pigou.check_simultaneous import Checker, Examination
from pigou.equilibrium import Equilibrium, Evidence, Grade, Strategy
from pigou.game import Game
from pigou.pareto import pareto

__all__ = ["Draft", "named"]


class Draft(NamedTuple):
    """An equilibrium before it is named and checked.

    Examples
    --------
    >>> Draft((), ("strict",), "exact arithmetic").component
    ''
    """

    strategies: tuple[Strategy, ...]
    marks: tuple[str, ...]
    method: str
    component: str = ""


def named(game: Game, at: Mapping[str, Fraction], drafts: Sequence[Draft]) -> list[Equilibrium]:
    """Give equilibria their names, payoffs and evidence: each is checked.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> draft = Draft(solve(game)["E1"].strategies, (), "given")
    >>> [str(one) for one in named(game, game.values(), [draft])]
    ['E1 (pure): upgrade: 10 wait']
    """
    checker = Checker(game, at)
    examined = [checker.examine(draft.strategies) for draft in drafts]
    ranking = pareto(examined)
    equilibria = []
    for number, (draft, found) in enumerate(zip(drafts, examined, strict=True)):
        dominated_by, open_ = ranking.named(number)
        equilibria.append(
            Equilibrium(
                f"E{number + 1}",
                draft.strategies,
                found.payoffs,
                _evidence(draft.method, found),
                draft.marks,
                draft.component,
                None,
                dominated_by,
                open_,
            )
        )
    return equilibria


def _evidence(method: str, found: Examination) -> Evidence:
    grade = Grade.CERTIFIED if found.confirmed else Grade.NUMERICAL
    return Evidence(grade, method, found.gain, found.confirmed, found.doubt)
