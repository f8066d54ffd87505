"""Refinement marks: which of its properties an equilibrium has, which it lacks, which are open.

Each mark is decided in exact arithmetic or by rigorous enclosures, or it is not given. What the
marks mean, and of which games they are decided, is in ``docs/explanation/marks.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from pigou.equilibrium import Component, Equilibrium, Strategy
from pigou.exact import Enclosure
from pigou.solvers.bimatrix import BimatrixEquilibria
from pigou.solvers.form import Allowed, Counts, FiniteForm
from pigou.solvers.index import component_indices
from pigou.solvers.refinements import is_evolutionarily_stable, is_quasi_strict, perfect
from pigou.solvers.regular import in_use, only_best_replies, regular_index

__all__ = [
    "OPPOSITE",
    "STRICT",
    "UNMARKED",
    "Marking",
    "Balance",
    "Table",
    "balanced",
    "evolutionary",
    "mark_bimatrix",
    "mark_mixture",
    "set_action",
    "two_player_table",
]


OPPOSITE = "not "
"""What stands before a mark that was examined and denied."""

MOST_CELLS = 20_000


@dataclass(frozen=True)
class Marking:
    """What is found out about one equilibrium.

    Parameters
    ----------
    marks : tuple of str
    undecided : tuple of str
        Marks that were tried in vain, and ``"index"`` where it was.
    index : int, optional

    Examples
    --------
    >>> Marking(("quasi-strict",), ("perfect",)) | Marking(("not perfect",), (), 1)
    Marking(marks=('quasi-strict', 'not perfect'), undecided=(), index=1)
    """

    marks: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    index: int | None = None

    def __or__(self, other: Marking) -> Marking:
        """Join what is known from two sources."""
        marks = tuple(dict.fromkeys(self.marks + other.marks))
        known = {mark.removeprefix(OPPOSITE) for mark in marks}
        undecided = dict.fromkeys(self.undecided + other.undecided)
        return Marking(
            marks,
            tuple(mark for mark in undecided if mark not in known),
            self.index if other.index is None else other.index,
        )


UNMARKED = Marking()

STRICT = Marking(("strict", "quasi-strict", "perfect"), (), 1)
"""Of single players: a strict equilibrium is all of these."""


def _decided(mark: str, answer: bool | None) -> Marking:
    if answer is None:
        return Marking((), (mark,))
    return Marking((mark if answer else OPPOSITE + mark,))


# -- two players ----------------------------------------------------------------------------------


class Table(NamedTuple):
    """Who has a choice, and the payoffs of both in the actions that are considered.

    Examples
    --------
    >>> Table(0, None, [[1], [2]], [[0], [0]]).column is None
    True
    """

    row: int
    column: int | None
    a: list[list[Any]]
    b: list[list[Any]]


def two_player_table(form: FiniteForm, row: int, column: int | None, allowed: Allowed) -> Table:
    """Return the payoffs of the row and of the column player; everybody else takes the first.

    Parameters
    ----------
    form : FiniteForm
    row, column : int
        Groups of size 1. Without a column player there is one column, and nothing is at stake.
    allowed : tuple of tuple of int

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.form import finite_form
    >>> moves = [Move(n, n, {"no": 0, "yes": 1}) for n in "ab"]
    >>> form = finite_form(Game("g", [Player("a"), Player("b")], moves, {"a": "b", "b": "a"}))
    >>> two_player_table(form, 0, 1, ((0, 1), (0, 1))).a
    [[0, 1], [0, 1]]
    """
    base = next(iter(form.profiles(tuple(actions[:1] for actions in allowed))))
    a, b = [], []
    for i in allowed[row]:
        a_row, b_row = [], []
        for j in allowed[column] if column is not None else (0,):
            counts = set_action(base, row, i)
            counts = counts if column is None else set_action(counts, column, j)
            a_row.append(form.payoff(row, i, counts))
            b_row.append(a_row[-1] * 0 if column is None else form.payoff(column, j, counts))
        a.append(a_row)
        b.append(b_row)
    return Table(row, column, a, b)


def set_action(counts: Counts, group: int, action: int) -> Counts:
    """Let the one member of a group take an action.

    Examples
    --------
    >>> set_action(((1, 0), (1, 0)), 1, 1)
    ((1, 0), (0, 1))
    """
    row = tuple(int(a == action) for a in range(len(counts[group])))
    return (*counts[:group], row, *counts[group + 1 :])


def mark_bimatrix(
    form: FiniteForm, alive: Allowed, table: Table, found: BimatrixEquilibria
) -> tuple[dict[tuple[int, int], Marking], list[int | None]]:
    """Mark every extreme equilibrium, and give the index of every component.

    Parameters
    ----------
    form : FiniteForm
    alive : tuple of tuple of int
        The actions that survive iterated strict dominance.
    table : Table
        Payoffs of these actions.
    found : BimatrixEquilibria
        The equilibria in these actions.

    Examples
    --------
    >>> from pigou.gambit import read_nfg
    >>> from pigou.solvers.bimatrix import bimatrix_equilibria
    >>> from pigou.solvers.form import finite_form
    >>> form = finite_form(read_nfg('NFG 1 R "meet" { "a" "b" } { 2 2 } 1 1 0 0 0 0 0 0'))
    >>> every = ((0, 1), (0, 1))
    >>> table = two_player_table(form, 0, 1, every)
    >>> found = bimatrix_equilibria(table.a, table.b)
    >>> marks, indices = mark_bimatrix(form, every, table, found)
    >>> marks[1, 1].marks, indices
    (('not quasi-strict', 'not perfect'), [1, 0])
    """
    whole = _whole_table(form, table)
    if form.rounded:
        unknown = Marking((), ("quasi-strict", "perfect", "index"))
        return dict.fromkeys(found.pairs, unknown), [None] * len(found.components)
    indices = component_indices(table.a, table.b, found)
    alone = {}
    for subsets, index in zip(found.components, indices, strict=True):
        if len(subsets) == 1 and len(subsets[0].rows) * len(subsets[0].columns) == 1:
            (i,), (j,) = subsets[0].rows, subsets[0].columns
            alone[i, j] = Marking((), () if index is not None else ("index",), index)
    tremble: Mapping[tuple[int, int], bool | None] = {}
    if whole is not None:
        other = None if whole.column is None else alive[whole.column]
        tremble = perfect(whole.a, whole.b, found, (alive[whole.row], other or (0,)))
    marks = {}
    for pair in found.pairs:
        known = _decided("quasi-strict", is_quasi_strict(found, pair))
        if whole is not None:
            known |= _decided("perfect", tremble[pair])
        marks[pair] = known | alone.get(pair, UNMARKED)
    return marks, indices


def _whole_table(form: FiniteForm, table: Table) -> Table | None:
    """Return the payoffs of all actions, if nobody but two single players has any choice."""
    choosers = [i for i, g in enumerate(form.groups) if len(g.actions) > 1]
    row, column = table.row, table.column
    if column is None:
        column = next((i for i in choosers if i != row), None)
    every = tuple(tuple(range(len(g.actions))) for g in form.groups)
    cells = len(every[row]) * (1 if column is None else len(every[column]))
    single = all(form.groups[i].size == 1 for i in choosers)
    if not single or set(choosers) - {row, column} or cells > MOST_CELLS:
        return None
    return two_player_table(form, row, column, every)


# -- three and more players -----------------------------------------------------------------------


def mark_mixture(
    payoffs: Sequence[Mapping[tuple[int, ...], Any]],
    shape: Sequence[int],
    rows: Sequence[Sequence[Enclosure]],
) -> Marking:
    """Mark a mixed equilibrium of any number of single players.

    Parameters
    ----------
    payoffs : sequence of mapping of tuple of int to fmpq
        For each player, its payoff in every cell.
    shape : sequence of int
    rows : sequence of sequence of Enclosure
        Each player's probabilities.

    Examples
    --------
    >>> import itertools
    >>> half = [Enclosure.point("1/2")] * 2
    >>> cells = list(itertools.product(range(2), repeat=3))
    >>> together = {c: int(len(set(c)) == 1) for c in cells}
    >>> mark_mixture([together] * 3, (2, 2, 2), [half] * 3)
    Marking(marks=('quasi-strict',), undecided=(), index=-1)
    """
    mixtures = [in_use(row) for row in rows]
    only = only_best_replies(payoffs, shape, mixtures)
    index = regular_index(payoffs, mixtures) if only else None
    undecided = ("index",) if index is None else ()
    return _decided("quasi-strict", only) | Marking((), undecided, index)


# -- all equilibria together ----------------------------------------------------------------------


class Balance(NamedTuple):
    """Equilibria and components with the index that the others leave, and what the sum says.

    Examples
    --------
    >>> Balance([], (), "", []).conflict
    []
    """

    equilibria: list[Equilibrium]
    components: tuple[Component, ...]
    how: str
    conflict: list[str]


def balanced(equilibria: Sequence[Equilibrium], components: Sequence[Component]) -> Balance:
    """Hold the indices of all equilibria of a game against their sum, which is 1.

    The index of one equilibrium or component that is unknown follows from the others. If all are
    known and do not add up to 1, an equilibrium is missing or wrong: a conflict.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from pigou import solve
    >>> from pigou.gambit import read_nfg
    >>> text = 'NFG 1 R "meet" { "a" "b" } { 2 2 } 1 1 0 0 0 0 1 1'
    >>> found = list(solve(read_nfg(text)))
    >>> balanced(found, ()).how
    '; the indices add up to 1, as they must'
    >>> balanced([*found[:2], replace(found[2], index=None)], ()).equilibria[2].index
    -1
    >>> balanced(found[:2], ()).conflict
    ['the indices of the equilibria add up to 2, not to 1']
    """
    known = Balance(list(equilibria), tuple(components), "", [])
    whole: list[Equilibrium | Component] = [
        *(e for e in equilibria if not e.component),
        *components,
    ]
    open_ = [one.name for one in whole if one.index is None]
    total = sum(one.index for one in whole if one.index is not None)
    if len(whole) < 1 or len(open_) > 1:
        return known
    if not open_ and total != 1:
        return known._replace(
            conflict=[f"the indices of the equilibria add up to {total}, not to 1"]
        )
    if not open_:
        how = "; the indices add up to 1, as they must" if len(whole) > 1 else ""
        return known._replace(how=how)

    def told(one: Equilibrium | Component) -> Any:
        if one.name != open_[0]:
            return one
        if isinstance(one, Component):
            return replace(one, index=1 - total)
        undecided = tuple(what for what in one.undecided if what != "index")
        return replace(one, index=1 - total, undecided=undecided)

    return Balance(
        [told(one) for one in equilibria],
        tuple(told(one) for one in components),
        f"; the index of {open_[0]} is what the others leave of 1",
        [],
    )


# -- evolutionary stability -----------------------------------------------------------------------


def evolutionary(form: FiniteForm, profiles: Sequence[tuple[Strategy, ...]]) -> list[Marking]:
    """Mark which symmetric equilibria of a symmetric game of two are evolutionarily stable.

    The two are the members of a population, or two single players whose choices are matched by
    label where they have the same ones, by order otherwise.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> game, at = load("coordination").game, {"firms": 2}
    >>> found = solve(game, at)
    >>> marked = evolutionary(finite_form(game, at), [e.strategies for e in found])
    >>> [one.marks for one in marked]
    [('evolutionarily stable',), ('evolutionarily stable',), ('not evolutionarily stable',)]
    """
    setting = _symmetric(form)
    return [UNMARKED if setting is None else _evolutionary(setting, p) for p in profiles]


class _Symmetric(NamedTuple):
    """The two who play, which choice of the second is which of the first's, and the payoffs."""

    first: int
    second: int
    order: list[int]
    payoffs: list[list[Any]]


def _symmetric(form: FiniteForm) -> _Symmetric | None:
    choosers = [i for i, g in enumerate(form.groups) if len(g.actions) > 1]
    sizes = [form.groups[i].size for i in choosers]
    if sizes not in ([1, 1], [2]) or len(form.groups[choosers[0]].actions) ** 2 > MOST_CELLS:
        return None
    first, second = choosers[0], choosers[-1]
    labels, others = form.groups[first].actions, form.groups[second].actions
    if form.groups[first].exit is not None or len(labels) != len(others):
        return None
    every = tuple(tuple(range(len(g.actions))) for g in form.groups)
    number = range(len(labels))
    if sizes == [2]:
        base = next(iter(form.profiles(tuple(actions[:1] for actions in every))))
        pairs = [[_two(base, first, i, j) for j in number] for i in number]
        payoffs = [[form.payoff(first, i, pairs[i][j]) for j in number] for i in number]
        return None if form.rounded else _Symmetric(first, first, list(number), payoffs)
    table = two_player_table(form, first, second, every)
    same = set(labels) == set(others)
    order = [others.index(label) for label in labels] if same else list(number)
    if form.rounded or any(
        table.a[i][order[j]] != table.b[j][order[i]] for i in number for j in number
    ):
        return None
    payoffs = [[row[j] for j in order] for row in table.a]
    return _Symmetric(first, second, order, payoffs)


def _two(base: Counts, group: int, i: int, j: int) -> Counts:
    row = tuple((a == i) + (a == j) for a in range(len(base[group])))
    return (*base[:group], row, *base[group + 1 :])


def _evolutionary(setting: _Symmetric, strategies: tuple[Strategy, ...]) -> Marking:
    own, other = strategies[setting.first], strategies[setting.second]
    shares = list(own.probabilities.values())
    theirs = list(other.probabilities.values())
    if own.members == 2 and own.counts is not None and 2 not in own.counts.values():
        return UNMARKED  # the two do not do the same
    if shares != [theirs[k] for k in setting.order]:
        return UNMARKED
    if not all(p.is_exact for p in shares):
        return _decided("evolutionarily stable", None)
    mixture = [p.lower for p in shares]
    return _decided("evolutionarily stable", is_evolutionarily_stable(setting.payoffs, mixture))
