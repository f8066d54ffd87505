"""What is found of a game in stages with continuous moves: equilibria, and what is left open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pigou.equilibrium import Strategy
from pigou.exact import Enclosure

__all__ = ["Outcome", "Staged"]

Played = Mapping[str, Any]


class Outcome(NamedTuple):
    """An equilibrium: what is played, what everybody would play, and the payoffs.

    Attributes
    ----------
    played : mapping of str to Enclosure or str
        The value, or the label, of every move that is made, in the order of the stages.
    strategies : tuple of Strategy
    payoffs : mapping of str to Enclosure
        Of the players.
    proved : bool
    family : int
        Outcomes with the same number above 0 are ends of one continuum.
    """

    played: Played
    strategies: tuple[Strategy, ...]
    payoffs: Mapping[str, Enclosure]
    proved: bool = True
    family: int = 0


class Staged(NamedTuple):
    """What is known of the equilibria of a game in stages.

    Attributes
    ----------
    outcomes : tuple of Outcome
    refuted : tuple
        As in `pigou.solvers.first_stage.FirstMoves`.
    unresolved : tuple of str
    how : tuple of str
    alike : tuple of str
        Players that are alike, where one of them stands for all.
    ranked : bool
        Whether several equilibria follow some histories, and every ranking of them was followed.
    implicit : bool
        Whether later moves are given by their first-order conditions only.
    """

    outcomes: tuple[Outcome, ...]
    refuted: tuple[Any, ...]
    unresolved: tuple[str, ...]
    how: tuple[str, ...]
    alike: tuple[str, ...] = ()
    ranked: bool = False
    implicit: bool = False
