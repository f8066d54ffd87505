r"""What a receiver may do after an observation: beliefs, and the replies that are best at them.

Over the origins o of an observation the receiver holds a belief :math:`\mu`. A set R of replies is
*admissible* if some belief makes all of them best,

.. math::
   B(R) = \{\mu \in \Delta : \textstyle\sum_o \mu(o)\,(v(o, a) - v(o, b)) \ge 0
            \text{ for all } a \in R \text{ and all } b\} \ne \emptyset ,

a polytope. A mixed reply is a best reply to some belief iff the replies it uses are admissible.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction

from pigou.solvers.cutting import Polytope, simplices
from pigou.solvers.signalling_form import SignallingForm

__all__ = ["admissible", "beliefs_for", "maximal"]

Replies = tuple[int, ...]


def advantages(form: SignallingForm, observation: int, reply: int) -> Iterator[list[Fraction]]:
    """Yield, for every other reply, by how much one is better at each origin."""
    place = form.observations[observation]
    for other in range(len(place.turn.actions)):
        if other != reply:
            yield [form.receiver[o][reply] - form.receiver[o][other] for o in place.origins]


def beliefs_for(
    form: SignallingForm,
    observation: int,
    replies: Iterable[int],
    origins: Sequence[int] | None = None,
) -> Polytope:
    """Return B(R): the beliefs at which all of some replies are best.

    Parameters
    ----------
    form : SignallingForm
    observation : int
    replies : iterable of int
    origins : sequence of int, optional
        The places, within the observation's origins, that the belief may put weight on; all by
        default.
    """
    size = len(form.observations[observation].origins)
    found = simplices([tuple(range(size)) if origins is None else tuple(origins)], size)
    for reply in replies:
        for row in advantages(form, observation, reply):
            found = found.cut(row)
    return found


def admissible(
    form: SignallingForm, observation: int, origins: Sequence[int] | None = None
) -> list[Replies]:
    """Return all admissible sets of replies."""
    found: list[Replies] = []
    size = len(form.observations[observation].origins)
    start = simplices([tuple(range(size)) if origins is None else tuple(origins)], size)

    def extend(replies: Replies, beliefs: Polytope, first: int) -> None:
        for reply in range(first, len(form.observations[observation].turn.actions)):
            narrower = beliefs
            for row in advantages(form, observation, reply):
                narrower = narrower.cut(row)
            if not narrower.is_empty:
                found.append((*replies, reply))
                extend((*replies, reply), narrower, reply + 1)

    extend((), start, 0)
    return found


def maximal(sets: Collection[Replies]) -> list[Replies]:
    """Return the sets that lie in no other one.

    Examples
    --------
    >>> maximal([(0,), (1,), (0, 1), (2,)])
    [(0, 1), (2,)]
    """
    return [s for s in sets if not any(set(s) < set(other) for other in sets)]
