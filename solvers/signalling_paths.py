r"""Which outcomes of a signalling game are those of a pure perfect Bayesian equilibrium, and when.

A draw t is seen by the sender alone, who sends m; the receiver sees m and has two replies. An
outcome says what each type sends, and what is replied to it. With the payoffs
:math:`u(t, m, a)`, :math:`v(t, m, a)` and the prior :math:`p(t)`, all of them formulas in the
parameters, it is one of a pure equilibrium if and only if

.. math::
   u(t, m_t, a_{m_t}) &\ge u(t, m, a_m) && \text{for all } t \text{ and messages } m
   \text{ in use} , \\
   \textstyle\sum_{t : m_t = m} p(t) \, (v(t, m, a_m) - v(t, m, b)) &\ge 0
   && \text{for all } m \text{ in use, and the other reply } b ,

and, after each message that nobody sends, for some reply a with
:math:`u(t, m_t, a_{m_t}) \ge u(t, m, a)` for all t there is a type against which a is best. With
two replies, a reply is best at some belief exactly if it is best against some type.

A type with :math:`p(t) = 0` does not count as one whom the receiver may believe to have sent a
message: the reply to a message that only such types send is one to a message that nobody sends.

With two rounds a perfect Bayesian equilibrium is a sequential one (Fudenberg and Tirole 1991).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import sympy as sp

from pigou.errors import StructureError
from pigou.game import Chance, Game, Move
from pigou.solvers.reals import decide

__all__ = ["Outcome", "hidden_draw", "signalling_outcomes"]

Payoffs = Callable[[Mapping[str, str], Mapping[str, str]], Mapping[str, sp.Expr]]
Outcome = tuple[dict[str, str], dict[str, sp.Expr], Any]


def hidden_draw(game: Game) -> Chance | None:
    """Return the draw that only the sender of a signalling game sees; None if it is another game.

    Examples
    --------
    >>> from pigou.models import load
    >>> hidden_draw(load("certification").game).name
    'kind'
    >>> hidden_draw(load("side_selling").game) is None
    True
    """
    if len(game.moves) != 2 or any(game.player(m.player).is_population for m in game.moves):
        return None
    first, second = sorted(game.moves, key=lambda m: m.stage)
    own = [c for c in game.chance if c.seen_by]
    plain = first.when == sp.true and second.when == sp.true
    if len(own) != 1 or own[0].when != sp.true or first.stage == second.stage or not plain:
        return None
    told = own[0].seen_by == (first.player,) and second.observes == (first.name,)
    return own[0] if told and not first.observes and first.player != second.player else None


def signalling_outcomes(game: Game, payoffs: Payoffs) -> Iterator[Outcome]:
    """Yield every outcome in pure strategies: its labels, expected payoffs, and its condition.

    Parameters
    ----------
    game : Game
        For which there is a `hidden_draw`.
    payoffs : callable
        Takes the labels of moves and of the draw, and returns what everybody gets, as formulas.

    Raises
    ------
    StructureError
        If the receiver has not two replies.
    """
    draw = hidden_draw(game)
    assert draw is not None
    first, second = sorted(game.moves, key=lambda m: m.stage)
    if len(second.choice.labels) != 2:
        raise StructureError(
            f"outcomes of game '{game.name}': '{second.name}' has {len(second.choice.labels)} "
            "replies; two are handled"
        )
    table = {
        (t, m, a): payoffs({first.name: m, second.name: a}, {draw.name: t})
        for t in draw.outcomes
        for m in first.choice.labels
        for a in second.choice.labels
    }
    yield from _Outcomes(first, second, draw, table, game.conditions).listed()


class _Outcomes:
    """All outcomes of one game, from a table of payoffs."""

    def __init__(
        self,
        first: Move,
        second: Move,
        draw: Chance,
        table: Mapping[tuple[str, str, str], Mapping[str, sp.Expr]],
        given: Iterable[Any],
    ):
        self.first, self.second, self.draw, self.table = first, second, draw, table
        self.prior = {t: sp.sympify(p) for t, (_, p) in draw.outcomes.items()}
        claims = {t: sp.Gt(p, 0) for t, p in self.prior.items()}
        self.occurs = {t: sp.true if decide(c, given) else c for t, c in claims.items()}

    def listed(self) -> Iterator[Outcome]:
        for sent in itertools.product(self.first.choice.labels, repeat=len(self.prior)):
            messages = dict(zip(self.prior, sent, strict=True))
            used = tuple(dict.fromkeys(sent))
            for answers in itertools.product(self.second.choice.labels, repeat=len(used)):
                replies = dict(zip(used, answers, strict=True))
                labels: dict[str, str] = {}
                for t, m in messages.items():
                    labels[f"{self.first.name} ({t})"] = m
                    labels[f"{self.second.name} ({t})"] = replies[m]
                yield labels, self.expected(messages, replies), self.condition(messages, replies)

    def expected(
        self, messages: Mapping[str, str], replies: Mapping[str, str]
    ) -> dict[str, sp.Expr]:
        """Return the expected payoffs of everybody."""
        rows = [(p, self.table[t, messages[t], replies[messages[t]]])
                for t, p in self.prior.items()]  # fmt: skip
        return {who: sum((p * row[who] for p, row in rows), sp.S.Zero) for who in rows[0][1]}

    def condition(self, messages: Mapping[str, str], replies: Mapping[str, str]) -> Any:
        """Return when an outcome is one of an equilibrium."""
        demands = []
        for m in self.first.choice.labels:
            if m in replies:
                demands += [self.deters(messages, replies, m, replies[m]),
                            self.best(messages, m, replies[m])]  # fmt: skip
            else:
                demands.append(sp.Or(*(
                    sp.And(self.deters(messages, replies, m, a), self.supported(m, a))
                    for a in self.second.choice.labels
                )))  # fmt: skip
        return sp.And(*demands)

    def deters(
        self, messages: Mapping[str, str], replies: Mapping[str, str], message: str, reply: str
    ) -> Any:
        """Return when no type gains by a message, if this is the reply to it."""
        sender = self.first.player
        return sp.And(*(
            sp.Le(self.table[t, message, reply][sender], self.table[t, m, replies[m]][sender])
            for t, m in messages.items()
        ))  # fmt: skip

    def gain(self, kind: str, message: str, reply: str) -> sp.Expr:
        """Return what the receiver gains by another reply to a message of a type."""
        (other,) = (a for a in self.second.choice.labels if a != reply)
        receiver = self.second.player
        return (
            self.table[kind, message, other][receiver] - self.table[kind, message, reply][receiver]
        )

    def best(self, messages: Mapping[str, str], message: str, reply: str) -> Any:
        """Return when a reply is best against those who send a message."""
        senders = [t for t, m in messages.items() if m == message]
        occurs = sp.Or(*(self.occurs[t] for t in senders))
        if len(senders) == 1 and occurs == sp.true:
            return sp.Le(self.gain(senders[0], message, reply), 0)
        total = sum(self.prior[t] * self.gain(t, message, reply) for t in senders)
        return sp.And(sp.Le(total, 0), sp.Or(occurs, self.supported(message, reply)))

    def supported(self, message: str, reply: str) -> Any:
        """Return when a reply is best at some belief."""
        return sp.Or(*(
            sp.And(occurs, sp.Le(self.gain(t, message, reply), 0))
            for t, occurs in self.occurs.items()
        ))  # fmt: skip
