r"""The cheapest payments, and order of players, that leave one profile as the only equilibrium.

Every player i may be paid :math:`z_i \ge 0` units of an instrument, which enters its own payoff
alone: at a profile where its gain from the target action is :math:`d`, it becomes
:math:`d + z_i \ell`. Facing others' choices S, i prefers the target iff :math:`z_i` exceeds the
threshold :math:`t_i(S) = -d / \ell`.

Steps
-----
1. A state is the set of players already *won*, who play the target whatever the rest do; members of
   a population are alike, so that it is a number for each group. To win i next costs
   :math:`c_i(W) = \max(0, \sup t_i)`, the supremum over all choices of those not in W.
2. The cheapest order is the shortest path from the empty state to the full one (dynamic
   programming over states): the cheapest payments under which iterated strict dominance leaves the
   target.
3. No other payments are cheaper, whatever makes the equilibrium unique, if everybody has two
   choices and :math:`t_i` does not rise when one more of the others takes the target. For let W
   grow by any i with :math:`z_i > t_i(W)`, the rest not taking the target, until nobody is left
   to add. If somebody is left out, "W takes the target, the rest does not" is an equilibrium:
   those in W are content beside more company than they needed. So every payments that do it have
   such an order, and cost at least as much. The condition is checked at every profile.
4. For one population with two choices no condition is needed (`pigou.solvers.budgets`).
5. Otherwise, for few players with two choices, z3 is asked for cheaper payments at which no other
   pure profile is an equilibrium; if there are none, the budget is proved as well. It is asked
   again about payments that cost just as much: an order may need more than its total where other
   payments do with it.

Sources
-------
Segal (2003), Journal of Economic Theory 113:147-181; Winter (2004), American Economic Review
94:764-773.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from pigou.errors import StructureError
from pigou.expression import symbol
from pigou.solvers.form import Counts, FiniteForm
from pigou.solvers.reals import decide

__all__ = ["CheapestOrder", "Levers", "Step", "cheapest_order"]

MOST_STATES = 100_000
MOST_FACED = 2_000_000
MOST_FOR_Z3 = 4


class Levers(NamedTuple):
    """The game without payments, and with one unit of payment to one group at a time.

    Attributes
    ----------
    form : FiniteForm
    paid : mapping of int to FiniteForm
        For each group that can be paid, the game in which it gets one unit.
    target : tuple of int
        The action that each group is to take.
    """

    form: FiniteForm
    paid: Mapping[int, FiniteForm]
    target: tuple[int, ...]

    def gain(self, group: int, action: int, faced: Counts) -> tuple[Any, Any]:
        """Return d and l: what the target pays more than an action, and a unit of payment adds."""
        want = self.target[group]
        sides = [_joined(faced, group, a) for a in (want, action)]
        d = self.form.payoff(group, want, sides[0]) - self.form.payoff(group, action, sides[1])
        if group not in self.paid:
            return d, d - d
        form = self.paid[group]
        e = form.payoff(group, want, sides[0]) - form.payoff(group, action, sides[1])
        return d, e - d


class Step(NamedTuple):
    """One member is won.

    Attributes
    ----------
    group : int
    rate : Fraction
        The least payment, in units of the instrument.
    strict : bool
        Whether it has to be more than that.
    """

    group: int
    rate: Fraction
    strict: bool


class CheapestOrder(NamedTuple):
    """The cheapest order.

    Attributes
    ----------
    steps : tuple of Step
        In the order in which members are won; empty where `total` is None.
    total : Fraction or None
        The sum of the rates; None if no payments do it.
    proved : bool
        Whether no payments with a smaller sum leave the target as the only equilibrium.
    how : str
    states : int
        How many states were compared.
    frontier : tuple of (int, Fraction)
        For every number of members, the least sum at which so many are won.
    exhausted : bool
        Whether no other payments do it at this very total.

    Examples
    --------
    >>> CheapestOrder((), None, True, "", 1, ()).attained
    True
    """

    steps: tuple[Step, ...]
    total: Fraction | None
    proved: bool
    how: str
    states: int
    frontier: tuple[tuple[int, Fraction], ...]
    exhausted: bool = True

    @property
    def attained(self) -> bool | None:
        """Whether the total itself does it, rather than every larger one; None if not known."""
        if not any(step.strict for step in self.steps):
            return True
        return False if self.exhausted else None


class _Bound(NamedTuple):
    """Whether nothing is cheaper than a total, why, and whether nothing else does at it."""

    proved: bool
    how: str
    exhausted: bool


class _Cost(NamedTuple):
    rate: Fraction
    strict: bool


def cheapest_order(levers: Levers, *others: Levers) -> CheapestOrder:
    """Find the cheapest payments under which the target is the only equilibrium.

    Parameters
    ----------
    levers : Levers
    *others : Levers
        The game at other parameter values: the payments have to do it in every one.

    Raises
    ------
    StructureError
        If there are too many states or profiles.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.reform import subsidy
    >>> from pigou.solvers.form import finite_form
    >>> game = load("coordination").game
    >>> at = {"firms": 3, "threshold": 1}
    >>> unit = finite_form(subsidy("upgrade", 1)(game), at)
    >>> found = cheapest_order(Levers(finite_form(game, at), {0: unit}, (1,)))
    >>> [str(step.rate) for step in found.steps], str(found.total), found.attained
    (['3/8', '1/16', '0'], '7/16', False)
    """
    search = _Search(levers, others)
    best = search.run()
    full = search.full
    frontier = _frontier(best)
    if full not in best:
        proved = search.lower_bound(None).proved
        return CheapestOrder((), None, proved, search.why_not(best), len(best), frontier)
    steps: list[Step] = []
    state = full
    while (last := best[state][1]) is not None:
        group, cost = last
        steps.append(Step(group, *cost))
        state = _less(state, group)
    steps.reverse()
    total = best[full][0]
    bound = _least(search, levers, others, total)
    return CheapestOrder(
        tuple(steps), total, bound.proved, bound.how, len(best), frontier, bound.exhausted
    )  # fmt: skip


def _least(search: _Search, levers: Levers, others: tuple[Levers, ...], total: Fraction) -> _Bound:
    """Say whether nothing is cheaper; over several games, whether one of them costs as much."""
    if not others:
        return search.lower_bound(total)
    for one in (levers, *others):
        alone = cheapest_order(one)
        if alone.total == total and alone.proved:
            how = f"at one of the corners nothing is cheaper; there, {alone.how}"
            return _Bound(True, how, alone.attained is False)
    return _Bound(False, "no single corner costs as much: a cheaper answer is not excluded", False)


State = tuple[int, ...]


class _Search:
    def __init__(self, levers: Levers, others: tuple[Levers, ...] = ()):
        self.levers, self.form, self.all = levers, levers.form, (levers, *others)
        self.full: State = tuple(g.size for g in self.form.groups)
        states = math.prod(n + 1 for n in self.full)
        if states > MOST_STATES:
            raise StructureError(
                f"game '{self.form.game.name}': there are {states:,} sets of players to compare; "
                f"at most {MOST_STATES:,} are"
            )
        self._thresholds: dict[tuple[int, int, Counts, int], tuple[Any, Any]] = {}
        self._visited = 0

    # -- the shortest path (step 2) -------------------------------------------------------------

    def run(self) -> dict[State, tuple[Fraction, tuple[int, _Cost] | None]]:
        """Return for every state that can be reached the least sum, and the last step to it."""
        best: dict[State, Any] = {tuple(0 for _ in self.full): (Fraction(0), 0, None)}
        states = itertools.product(*(range(n + 1) for n in self.full))
        for state in sorted(states, key=sum):
            if state not in best:
                continue
            total, open_ends, _ = best[state]
            for group, cost in self._wins(state):
                after = _more(state, group)
                offer = (total + cost.rate, open_ends + cost.strict)
                if after not in best or offer <= best[after][:2]:
                    best[after] = (*offer, (group, cost))
        return {state: (total, last) for state, (total, _, last) in best.items()}

    def _wins(self, state: State) -> Iterator[tuple[int, _Cost]]:
        for group, size in enumerate(self.full):
            if state[group] < size:
                cost = self._cost(group, state)
                if cost is not None:
                    yield group, cost

    def _cost(self, group: int, state: State) -> _Cost | None:
        """Return what it costs to win one more member of a group; None if nothing does it."""
        rate, strict = Fraction(0), False
        for faced in self._faced(group, state):
            for action in range(len(self.form.groups[group].actions)):
                if action == self.levers.target[group]:
                    continue
                for place in range(len(self.all)):
                    d, unit = self._gain(group, action, faced, place)
                    if d > 0 and unit >= 0:
                        continue
                    if unit <= 0:
                        return None
                    needed = _fraction(-d / unit)
                    if needed >= rate:
                        rate, strict = needed, True
        return _Cost(rate, strict)

    def _gain(self, group: int, action: int, faced: Counts, place: int = 0) -> tuple[Any, Any]:
        key = (group, action, faced, place)
        if key not in self._thresholds:
            self._thresholds[key] = self.all[place].gain(group, action, faced)
        return self._thresholds[key]

    def _faced(self, mover: int, state: State) -> Iterator[Counts]:
        """Yield what a member may face: those won take the target, the rest anything."""
        spaces = []
        for index, group in enumerate(self.form.groups):
            free = group.size - state[index] - (index == mover)
            rows = _spread(free, len(group.actions))
            want, won = self.levers.target[index], state[index]
            spaces.append([tuple(n + won * (a == want) for a, n in enumerate(r)) for r in rows])
        self._visited += math.prod(map(len, spaces))
        if self._visited > MOST_FACED:
            raise StructureError(
                f"game '{self.form.game.name}' has too many profiles for the cheapest order"
            )
        return itertools.product(*spaces)

    def why_not(self, best: Mapping[State, Any]) -> str:
        """Say at which state nobody can be won."""
        last = max(best, key=sum)
        left = [
            f"{g.player}[{g.type}]" if g.type else g.player
            for g, won in zip(self.form.groups, last, strict=True)
            if won < g.size
        ]
        return (
            f"no payment makes the target better for {' or '.join(left)} whatever the others do, "
            f"once {sum(last)} are won"
        )

    # -- nothing is cheaper (steps 3 to 5) ------------------------------------------------------

    def lower_bound(self, total: Fraction | None) -> _Bound:
        """Say whether no cheaper payments make the target unique, and why."""
        groups = self.form.groups
        binary = all(len(g.actions) == 2 for g in groups)
        if len(groups) == 1 and binary and self._defined():
            how = "for one population with two choices nothing cheaper does (Proposition)"
            return _Bound(True, how, True)
        if binary and self._complements():
            how = (
                "the choices are complements at every profile, so that any payments which make "
                "the target unique let the players be won one by one"
            )
            return _Bound(True, how, True)
        few = binary and all(g.size == 1 for g in groups) and len(groups) <= MOST_FOR_Z3
        asked = few and total is not None
        if total == 0:
            exhausted = asked and self._nothing_cheaper(total, True)
            return _Bound(True, "nothing is cheaper than nothing", exhausted)
        if asked and total is not None and self._nothing_cheaper(total, False):
            how = "cheaper payments leave another pure equilibrium (z3)"
            return _Bound(True, how, self._nothing_cheaper(total, True))
        why = (
            "the choices are not complements everywhere"
            if binary
            else "somebody has more than two choices"
        )
        how = (
            "the cheapest that iterated strict dominance can rest on; that less would do "
            f"otherwise is not excluded, as {why}"
        )
        return _Bound(False, how, False)

    def _complements(self) -> bool:
        """Whether no threshold rises when one more of the others takes the target (step 3)."""
        nobody = tuple(0 for _ in self.full)
        for group in range(len(self.form.groups)):
            for faced in self._faced(group, nobody):
                here = self._threshold(group, faced)
                if here is None:
                    return False
                for other, want in enumerate(self.levers.target):
                    row = faced[other]
                    if row[1 - want]:
                        more = list(row)
                        more[want], more[1 - want] = row[want] + 1, row[1 - want] - 1
                        moved = (*faced[:other], tuple(more), *faced[other + 1 :])
                        after = self._threshold(group, moved)
                        if after is None or after > here:
                            return False
        return True

    def _defined(self) -> bool:
        """Whether payment raises the gain from the target at every profile of one population."""
        nobody = tuple(0 for _ in self.full)
        return all(self._threshold(0, faced) is not None for faced in self._faced(0, nobody))

    def _threshold(self, group: int, faced: Counts) -> Fraction | None:
        d, unit = self._gain(group, 1 - self.levers.target[group], faced)
        return _fraction(-d / unit) if unit > 0 else None

    def _nothing_cheaper(self, total: Fraction, or_as_dear: bool) -> bool:
        """Ask z3 for payments below the total at which no other pure profile is an equilibrium."""
        n = len(self.full)
        z = [symbol(f"z{i}") for i in range(n)]
        spent, most = sp.Add(*z), _rational(total)
        given: list[Any] = [one >= 0 for one in z]
        given.append(spent <= most if or_as_dear else spent < most)
        for takes in itertools.product((False, True), repeat=n):
            if all(takes):
                continue
            gains = []
            for group, own in enumerate(takes):
                faced = tuple(self._row(i, yes, i == group) for i, yes in enumerate(takes))
                d, unit = self._gain(group, 1 - self.levers.target[group], faced)
                gain = _rational(_fraction(d)) + _rational(_fraction(unit)) * z[group]
                gains.append(sp.Ge(gain, 0) if own else sp.Le(gain, 0))
            given.append(sp.Not(sp.And(*gains)))
        return bool(decide(sp.false, given))

    def _row(self, group: int, takes: bool, left_out: bool) -> tuple[int, ...]:
        want = self.levers.target[group]
        action = want if takes else 1 - want
        return tuple(int(a == action and not left_out) for a in range(2))


def _frontier(best: Mapping[State, tuple[Fraction, Any]]) -> tuple[tuple[int, Fraction], ...]:
    """Return the least sum at which at least so many members are won."""
    least: dict[int, Fraction] = {}
    for state, (total, _) in best.items():
        number = sum(state)
        least[number] = min(total, least.get(number, total))
    numbers = sorted(least)
    return tuple((n, min(least[m] for m in numbers if m >= n)) for n in numbers)


def _joined(faced: Counts, group: int, action: int) -> Counts:
    row = tuple(n + (a == action) for a, n in enumerate(faced[group]))
    return (*faced[:group], row, *faced[group + 1 :])


def _spread(total: int, width: int) -> list[tuple[int, ...]]:
    """Return every way to spread members over actions."""
    if width == 1:
        return [(total,)]
    return [(n, *rest) for n in range(total + 1) for rest in _spread(total - n, width - 1)]


def _more(state: State, group: int) -> State:
    return tuple(n + (i == group) for i, n in enumerate(state))


def _less(state: State, group: int) -> State:
    return tuple(n - (i == group) for i, n in enumerate(state))


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def _rational(number: Fraction) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)
