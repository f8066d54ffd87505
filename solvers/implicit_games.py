"""Games of two stages of continuous moves, solved with the second stage implicit, as outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from pigou.equilibrium import Strategy
from pigou.errors import StructureError
from pigou.exact import Record
from pigou.game import Move
from pigou.solvers.backward_induction import Induction
from pigou.solvers.first_stage import value_at
from pigou.solvers.implicit_stage import ImplicitStages, NotImplicit, TwoStages
from pigou.solvers.last_stage import NoClosedForm
from pigou.solvers.smooth_games import NEGLIGIBLE
from pigou.solvers.staged_outcomes import Outcome, Staged

__all__ = ["implicit_equilibria"]


def implicit_equilibria(induction: Induction, moves: Sequence[Move], why: NoClosedForm) -> Staged:
    """Solve a game of two stages of continuous moves, the second implicit.

    Parameters
    ----------
    induction : Induction
    moves : sequence of Move
        Those of the first stage.
    why : NoClosedForm
        Why there is no closed form of the second.

    Raises
    ------
    NotImplicit
        If the game has other stages, or the second is not solved implicitly either.

    Examples
    --------
    >>> from pigou import Game, Player
    >>> game = Game(
    ...     "leader and follower",
    ...     [Player("one"), Player("two")],
    ...     [Move("q1", "one", (0, 9)), Move("q2", "two", (-1, 9), 2)],
    ...     {"one": "q1*(9 - q1 - q2)", "two": "q2*(9 - q1 - q2)"},
    ... )
    >>> found = implicit_equilibria(Induction(game, {}), game.moves[:1], NoClosedForm("not sought"))
    >>> found.outcomes[0].played
    {'q1': Enclosure(9/2), 'q2': Enclosure(9/4)}
    """
    last = Record[str]()
    later = [] if len(induction.stages) != 2 else induction.made(1, last)
    if len(induction.box) != len(induction.game.moves) or not later or moves[0] in later:
        raise NotImplicit(
            f"game '{induction.game.name}': {why}; without a closed form, games of two stages with "
            "continuous moves only are solved"
        ) from why
    payoffs = induction.final(last)
    try:
        found = TwoStages(payoffs, induction.movers(moves), induction.movers(later)).solved()
    except StructureError as also:
        raise NotImplicit(
            f"game '{induction.game.name}': no closed form of stage {induction.stages[1]} ({why}), "
            f"nor is it solved implicitly: {also}"
        ) from also
    return _staged(found, payoffs, moves, later)


def _staged(
    found: ImplicitStages,
    payoffs: Mapping[str, sp.Expr],
    moves: Sequence[Move],
    later: Sequence[Move],
) -> Staged:
    """Sort first-order points into equilibria, refuted and unresolved ones."""
    outcomes, refuted, notes = [], [], list(found.unresolved)
    for point in found.points:
        first = Record({m.name: point.values[m.name] for m in moves})
        if point.better is not None:
            player, reply = point.better
            assert reply.move is not None
            own = [m.name for m in moves if m.player == player]
            deviation = Record(dict(zip(own, reply.move, strict=True)))
            refuted.append((first, player, deviation, reply.gain))
        elif all(r.gain.upper <= NEGLIGIBLE for r in point.replies.values()):
            strategies = tuple(
                Strategy(m.name, m.player, "", Record(), value=point.values[m.name])
                for m in (*moves, *later)
            )
            worth = Record({p: value_at(u, point.values) for p, u in payoffs.items()})
            proved = all(reply.is_best for reply in point.replies.values())
            outcomes.append(Outcome(Record(point.values), strategies, worth, proved))
        else:
            where = ", ".join(f"{name} {value}" for name, value in first.items())
            notes.append(f"{where}: the gains from deviating could not be bounded")
    how = (
        f"branch and prune over {found.boxes:,} boxes of the moves of both stages, and over boxes "
        "of each first mover's own and all later moves for its best deviation"
    )
    return Staged(tuple(outcomes), tuple(refuted), tuple(notes), (how,), implicit=True)
