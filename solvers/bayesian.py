r"""All perfect Bayesian equilibria of a finite signalling game, pure and mixed, continua included.

Let W be the messages in use, type by type, and R the replies in use, observation by observation,
each set of replies a best reply to some belief (`pigou.solvers.replies`). With
:math:`w(t, m) = p(t)\,\sigma(m \mid t)`, the equilibria with these supports or smaller ones are
the points of a *product of two polytopes*:

.. math::
   \Sigma(W, R) &= \{\sigma : \textstyle\sum_{(t, m) \in h} w(t, m)\,(v(t, m, a) - v(t, m, b))
                   \ge 0 \;\; \forall h,\, a \in R_h,\, b\} ,\\
   P(W, R) &= \{\rho : u(t, m, \rho) \ge u(t, n, \rho) \;\; \forall t,\, m \in W_t,\, n\} .

The conditions on :math:`\sigma` say that replies are best at the belief of Bayes' rule on the path,
and hold trivially off it, where the admissible set R guarantees a belief. So every point of the
product is a perfect Bayesian equilibrium, and every one is in such a product (take its own
supports). Both polytopes are cut out exactly (`pigou.solvers.cutting`): nothing is sampled and
nothing is left out.

With two rounds a perfect Bayesian equilibrium is a *sequential* one (Kreps and Wilson 1982;
Fudenberg and Tirole 1991): types tremble independently, so that mistakes
:math:`\varepsilon\mu(t, m)/p(t)` lead to any beliefs :math:`\mu` at all observations off the path
at once.

Steps
-----
1. For each W, observation by observation on the path, all admissible R for which some strategy of
   the sender makes them best and uses all of W; and P for these observations alone. Where pure
   equilibria are wanted only, single messages and single replies do.
2. Off the path, the maximal admissible R. Where the replies on the path are one point, so is what
   each type earns, and the replies that deter are found observation by observation.
3. Products within another one are dropped. Listed are the pairs of corners.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sized
from fractions import Fraction
from typing import NamedTuple

from pigou.deadline import time_is_up
from pigou.solvers.cutting import Polytope, affine_dimension, simplices
from pigou.solvers.piece_equilibria import Cell
from pigou.solvers.replies import Replies, admissible, advantages, beliefs_for, maximal
from pigou.solvers.signalling_form import SignallingForm

__all__ = ["BayesianSolution", "Profile", "beliefs_at", "perfect_bayesian"]

MOST_SUPPORTS = 20_000
MOST_EQUILIBRIA = 2_000
MOST_CORNERS = 64
MOST_WAYS = 300

Vector = tuple[Fraction, ...]
Points = tuple[Vector, ...]
Messages = tuple[tuple[int, ...], ...]


class Profile(NamedTuple):
    """What both do: the probability of each action of each type, and of each reply.

    Attributes
    ----------
    sender : tuple of tuple of Fraction
        By type.
    receiver : tuple of tuple of Fraction
        By observation.
    """

    sender: tuple[Vector, ...]
    receiver: tuple[Vector, ...]

    @property
    def is_pure(self) -> bool:
        """Whether nobody mixes, on or off the path."""
        return all(max(row) == 1 for row in (*self.sender, *self.receiver))


class BayesianSolution(NamedTuple):
    """All equilibria.

    Attributes
    ----------
    form : SignallingForm
    equilibria : tuple of Profile
        Isolated ones, and the extreme points of continua.
    cells : tuple of Cell
        The maximal sets in which every strategy of the sender goes with every one of the receiver.
    unresolved : tuple of str
    supports : int
        How many combinations of messages in use were examined.
    """

    form: SignallingForm
    equilibria: tuple[Profile, ...]
    cells: tuple[Cell, ...]
    unresolved: tuple[str, ...]
    supports: int


def perfect_bayesian(form: SignallingForm, pure: bool = False) -> BayesianSolution:
    """Return all perfect Bayesian (= sequential) equilibria of a signalling game.

    Parameters
    ----------
    form : SignallingForm
    pure : bool, optional
        Whether pure equilibria are wanted only.

    Examples
    --------
    >>> from pigou import Chance, Game, Move, Player
    >>> from pigou.solvers.signalling_form import signalling_form
    >>> game = Game(
    ...     "audit",
    ...     [Player("firm"), Player("buyer")],
    ...     [
    ...         Move("certify", "firm", {"no": 0, "yes": 1}),
    ...         Move("buy", "buyer", {"no": 0, "yes": 1}, 2, observes=["certify"]),
    ...     ],
    ...     {"firm": "buy - certify*(3/2 - quality)", "buyer": "buy*(quality - 3/4)"},
    ...     chance=[Chance("quality", {"low": (0, "1/2"), "high": (1, "1/2")}, ["firm"])],
    ... )
    >>> found = perfect_bayesian(signalling_form(game, {}))
    >>> [[int(row[1]) for row in one.sender] for one in found.equilibria if one.is_pure]
    [[0, 0], [0, 1]]
    """
    search = _Search(form, pure)
    notes: list[str] = []
    number = math.prod(2 ** len(turn.actions) - 1 for turn in form.types)
    only_pure = pure or number > MOST_SUPPORTS
    if only_pure and not pure:
        notes.append(
            f"equilibria in which types mix were not searched: {number:,} combinations of messages "
            "in use"
        )
    for messages in _supports(form, only_pure):
        if time_is_up():
            notes.append("the time limit was reached before all messages in use were examined")
            break
        search.examine(messages)
    equilibria, cells = search.listed()
    notes += search.notes
    if len(equilibria) >= MOST_EQUILIBRIA:
        notes.append(f"more than {MOST_EQUILIBRIA:,} equilibria: some are left out")
    return BayesianSolution(form, equilibria, cells, tuple(notes), search.examined)


def _supports(form: SignallingForm, pure: bool) -> Iterator[Messages]:
    """Yield which messages each type may use, the fewest first."""
    choices = [
        [
            chosen
            for size in range(1, 2 if pure else len(turn.actions) + 1)
            for chosen in itertools.combinations(range(len(turn.actions)), size)
        ]
        for turn in form.types
    ]
    yield from itertools.product(*choices)


class _Search:
    """The products of polytopes found so far, each by the corners of both."""

    def __init__(self, form: SignallingForm, pure: bool):
        self.form, self.pure, self.examined = form, pure, 0
        self.messages = [(t, m) for t, turn in enumerate(form.types) for m in _range(turn.actions)]
        self.replies = [
            (h, a) for h, o in enumerate(form.observations) for a in _range(o.turn.actions)
        ]
        self.place = {o: k for k, o in enumerate(self.messages)}
        self.reply = {r: k for k, r in enumerate(self.replies)}
        self.admissible = [admissible(form, h) for h in _range(form.observations)]
        if pure:  # the equilibria with these replies are single points
            self.admissible = [[r for r in sets if len(r) == 1] for sets in self.admissible]
        self.largest = [maximal(sets) for sets in self.admissible]
        self.products: list[tuple[Points, Points]] = []
        self.notes: list[str] = []

    # -- the two polytopes ------------------------------------------------------------------------

    def worth(self, origin: tuple[int, int]) -> tuple[list[Fraction], Fraction]:
        """Return what an action is worth to its type, as a linear function of the replies."""
        observation, paid = self.form.seen[origin], self.form.sender[origin]
        if observation is None:
            return [Fraction(0)] * len(self.replies), paid[0]
        return [paid[a] if h == observation else Fraction(0) for h, a in self.replies], Fraction(0)

    def incentives(self, messages: Messages, replies: Mapping[int, Replies]) -> Polytope:
        """Return the replies, after some observations, that make no type gain by what leads there.

        Other observations are left out of account.
        """
        found = self._mixtures(replies)
        for t, used in enumerate(messages):
            row, constant = self.worth((t, used[0]))
            for m in _range(self.form.types[t].actions):
                seen = self.form.seen[t, m]
                if m == used[0] or (seen is not None and seen not in replies):
                    continue
                other, shift = self.worth((t, m))
                gain = [a - b for a, b in zip(row, other, strict=True)]
                limit = found.level if m in used else found.cut
                found = limit(gain, constant - shift)
                if found.is_empty:
                    return found
        return found

    def _mixtures(self, replies: Mapping[int, Replies]) -> Polytope:
        supports = [[self.reply[h, a] for a in chosen] for h, chosen in replies.items()]
        return simplices(supports, len(self.replies))

    def best(self, senders: Polytope, observation: int, replies: Replies) -> Polytope:
        """Cut the strategies of the sender down to those at which some replies are best."""
        origins = self.form.observations[observation].origins
        for reply in replies:
            for row in advantages(self.form, observation, reply):
                normal = [Fraction(0)] * len(self.messages)
                for (t, m), value in zip(origins, row, strict=True):
                    normal[self.place[t, m]] = self.form.prior[t] * value
                senders = senders.cut(normal)
        return senders

    # -- the search -------------------------------------------------------------------------------

    def examine(self, messages: Messages) -> None:
        """Find all equilibria with some messages in use."""
        self.examined += 1
        used = {(t, m) for t, chosen in enumerate(messages) for m in chosen}
        on_path = [h for h, o in enumerate(self.form.observations) if used & set(o.origins)]
        every = {
            h: tuple(_range(o.turn.actions))
            for h, o in enumerate(self.form.observations)
            if h in on_path
        }
        senders = simplices(
            [[self.place[t, m] for m in chosen] for t, chosen in enumerate(messages)],
            len(self.messages),
        )
        few = math.prod(map(len, every.values())) <= MOST_CORNERS
        narrow = len(senders.corners) > 1  # otherwise few replies are best at the one point
        bounds = self.incentives(messages, every) if few and narrow else None
        self._extend(messages, on_path, senders, {}, bounds)

    def _extend(
        self,
        messages: Messages,
        left: list[int],
        senders: Polytope,
        replies: dict[int, Replies],
        bounds: Polytope | None,
    ) -> None:
        """Choose the replies after one observation on the path after another.

        `bounds` is P with all replies that are still open, where that is small.
        """
        if (bounds is not None and bounds.is_empty) or not self._all_used(senders, messages):
            return
        if left:
            for chosen in self.admissible[left[0]]:
                here = range(len(self.form.observations[left[0]].turn.actions))
                idle = [self.reply[left[0], a] for a in here if a not in chosen]
                face = None if bounds is None else bounds.without(idle)
                if face is None or not face.is_empty:
                    better = self.best(senders, left[0], chosen)
                    more = {**replies, left[0]: chosen}
                    self._extend(messages, left[1:], better, more, face)
            return
        core = self.incentives(messages, replies) if bounds is None else bounds
        if not core.is_empty:
            self._finish(messages, senders, replies, core)

    def _finish(
        self, messages: Messages, senders: Polytope, replies: dict[int, Replies], core: Polytope
    ) -> None:
        """Choose the replies off the path."""
        off_path = [h for h in _range(self.form.observations) if h not in replies]
        if len(core.corners) == 1:
            self._apart(messages, senders, core.points[0], off_path)
            return
        combinations = itertools.product(*(self.largest[h] for h in off_path))
        number = math.prod(len(self.largest[h]) for h in off_path)
        if number > MOST_WAYS:
            self._note_ways(number, len(off_path))
        for combination in itertools.islice(combinations, MOST_WAYS):
            every = {**replies, **dict(zip(off_path, combination, strict=True))}
            receivers = self.incentives(messages, every)
            if not receivers.is_empty:
                self.products.append((senders.points, receivers.points))

    def _all_used(self, senders: Polytope, messages: Messages) -> bool:
        """Tell whether some strategy uses all messages; otherwise it is found with fewer."""
        used = [self.place[t, m] for t, chosen in enumerate(messages) for m in chosen]
        return all(any(p[k] for p in senders.points) for k in used)

    def _apart(
        self, messages: Messages, senders: Polytope, core: Vector, off_path: list[int]
    ) -> None:
        """Add the replies off the path where those on it are given: observation by observation."""
        options = []
        for h in off_path:
            parts = [self._deterring(messages, core, h, chosen) for chosen in self.largest[h]]
            found = [p.points for p in parts if not p.is_empty]
            options.append([sum(found, ())] if self.pure and found else found)
        ways = math.prod(sum(len(part) for part in parts) for parts in options)
        if not ways:
            return
        if ways <= (MOST_EQUILIBRIA if self.pure else MOST_WAYS):
            combinations = list(itertools.product(*options))
        else:
            self._note_ways(ways, len(off_path))
            first = tuple(parts[0][:1] for parts in options)
            combinations = [
                (*first[:k], part, *first[k + 1 :])
                for k, parts in enumerate(options)
                for part in parts
            ]
        for combination in combinations:
            points = tuple(_sum((core, *row)) for row in itertools.product(*combination))
            self.products.append((senders.points, points))

    def _deterring(
        self, messages: Messages, core: Vector, observation: int, replies: Replies
    ) -> Polytope:
        """Return the mixtures of some replies to an observation that make no type cause it."""
        found = self._mixtures({observation: replies})
        for t, m in self.form.observations[observation].origins:
            row, constant = self.worth((t, messages[t][0]))
            earned = constant + sum((a * b for a, b in zip(row, core, strict=True)), Fraction(0))
            other, shift = self.worth((t, m))
            found = found.cut([-value for value in other], earned - shift)
        return found

    def _note_ways(self, ways: int, number: int) -> None:
        note = (
            f"of one outcome or more, the replies after {number} observations off the path combine "
            f"in {ways:,} ways; only some of these are listed"
        )
        if not any(n.startswith("of one outcome") for n in self.notes):
            self.notes.append(note)

    # -- what was found ---------------------------------------------------------------------------

    def listed(self) -> tuple[tuple[Profile, ...], tuple[Cell, ...]]:
        """Return the equilibria, and the maximal products of which they are the corners."""
        places: dict[Profile, int] = {}
        cells = []
        for senders, receivers in self._maximal():
            members = []
            for one, other in itertools.product(senders, receivers):
                profile = Profile(self._rows(one, self.messages), self._rows(other, self.replies))
                if self.pure and not profile.is_pure:
                    continue
                if profile in places or len(places) < MOST_EQUILIBRIA:
                    members.append(places.setdefault(profile, len(places)))
            if not self.pure:
                size = affine_dimension(senders) + affine_dimension(receivers)
                cells.append(Cell(size, tuple(members)))
        return tuple(places), tuple(cells)

    def _maximal(self) -> list[tuple[Points, Points]]:
        ends = [(set(s), set(r)) for s, r in self.products]
        kept: list[int] = []
        for n, (one, other) in enumerate(ends):
            inside = any(
                one <= s and other <= r and ((s, r) != (one, other) or k < n)
                for k, (s, r) in enumerate(ends)
                if k != n
            )
            kept += [] if inside else [n]
        return [self.products[n] for n in kept]

    @staticmethod
    def _rows(point: Vector, names: list[tuple[int, int]]) -> tuple[Vector, ...]:
        """Split a point by the first of each coordinate's two numbers."""
        grouped = itertools.groupby(zip(names, point, strict=True), key=lambda item: item[0][0])
        return tuple(tuple(value for _, value in rows) for _, rows in grouped)


def _sum(vectors: Iterable[Vector]) -> Vector:
    return tuple(sum(column, Fraction(0)) for column in zip(*vectors, strict=True))


def _range(items: Sized) -> range:
    return range(len(items))


def beliefs_at(form: SignallingForm, profile: Profile, observation: int) -> tuple[bool, Polytope]:
    """Return whether an observation is made, and all beliefs that support the reply to it.

    On the path that is the one belief of Bayes' rule; off it, B(R) for the replies R in use.
    """
    origins = form.observations[observation].origins
    weights = [form.prior[t] * profile.sender[t][m] for t, m in origins]
    if any(weights):
        total = sum(weights)
        start = simplices([(0,)], len(origins))
        point = tuple(w / total for w in weights)
        return True, Polytope((start.corners[0]._replace(point=point),), 0)
    replies = [a for a, share in enumerate(profile.receiver[observation]) if share]
    return False, beliefs_for(form, observation, replies)
