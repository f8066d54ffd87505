"""Gambit's extensive form: files of the kind ``.efg`` are read as games in stages.

`pigou.gambit_nodes` reads the tree. It becomes a game as follows.

1. Every information set of a player is a move with the values 1, 2, ...; every draw is a chance
   variable. Draws of one information set at one depth share a variable.
2. A move is made `when` one of its nodes is reached. That is written with few earlier moves and
   draws: what is not made counts as 0, so that ``raise == 1`` says that `raise` was asked for, too.
   See `_Paths`.
3. The stage of a move is one more than the latest stage on which its condition, or the player's
   memory, depends. Moves that do not depend on each other are made at the same time.
4. A player observes nothing but that it is asked to move, and remembers (perfect recall).
5. Payoffs are what is paid along a path: case distinctions that follow the tree; a table, if all
   players move once at the same time.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.errors import FileError, PigouError
from pigou.exact import exact
from pigou.expression import If, Lookup, names_in, symbol
from pigou.filetable import read_text
from pigou.gambit_nodes import CHANCE, InformationSet, TreeNode, TreeText, read_tree
from pigou.gambit_words import Words, identifiers
from pigou.game import Bystander, Chance, Choice, Game, Move, Player

__all__ = ["read_efg", "read_efg_file"]

_FEW = 4  # cases that are told one by one; more are halved
_Leaves = int  # a set of ends, as the bits of a number


def read_efg_file(path: str | Path) -> Game:
    """Read a game in extensive form from a Gambit file.

    Raises
    ------
    FileError
        If there is no such file, or it is not in the format; the message gives line and column.

    Examples
    --------
    >>> read_efg_file("no_such_game.efg")
    Traceback (most recent call last):
    pigou.errors.FileError: no_such_game.efg: there is no such file
    """
    return read_efg(read_text(path), str(path))


def read_efg(text: str, name: str = "<text>") -> Game:
    """Read a game in extensive form from the text of a Gambit file.

    Parameters
    ----------
    text : str
        The text.
    name : str
        What the file is called in error messages.

    Returns
    -------
    Game
        With a move for each information set: of the player's name if the player has one only, and
        otherwise of that name with the name or number of the information set. Players without a
        decision are bystanders.

    Raises
    ------
    FileError
        If the text is not in the format, if a player forgets what it did or knew (imperfect
        recall, absent-mindedness), if information sets have no order in time, or if the tree is
        too large. The message gives line and column, or names the information sets.

    Examples
    --------
    >>> game = read_efg('''
    ... EFG 2 R "Entry" { "Entrant" "Incumbent" }
    ... p "" 1 1 "" { "out" "in" } 0
    ... t "" 1 "out" { 0 2 }
    ... p "" 2 1 "" { "accept" "fight" } 0
    ... t "" 2 "duopoly" { 1 1 }
    ... t "" 3 "war" { -1 -1 }
    ... ''')
    >>> for move in game.moves:
    ...     print(move.stage, move.name, move.choice.labels, move.when)
    1 Entrant ('out', 'in') True
    2 Incumbent ('accept', 'fight') Eq(Entrant, 2)
    >>> game.payoffs["Incumbent"]
    if(Eq(Entrant, 1), 2, if(Eq(Incumbent, 1), 1, -1))
    """
    words = Words(text, name)
    tree = read_tree(words)
    if all(n.set is None or n.set.player == CHANCE for n in tree.nodes):
        raise FileError(f"{name}: no player of this game has a decision to make")
    try:
        return _game(tree)
    except PigouError as error:
        raise FileError(f"{name}: {error}") from None


# -- moves and draws --------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Variable:
    """A move or a draw: its name, its information set, and its nodes."""

    name: str
    set: InformationSet
    nodes: tuple[int, ...]

    def takes(self, branches: Iterable[int]) -> Boolean:
        """Write that one of some branches is taken."""
        return sp.Or(*(_equal(symbol(self.name), branch + 1) for branch in branches))


def _equal(where: sp.Symbol, value: int) -> Boolean:
    """Write an equation, which stays one: to let sympy find that out is most of the work."""
    return sp.Eq(where, sp.Integer(value), evaluate=False)


def _variables(tree: TreeText, players: Sequence[str], share: bool) -> list[_Variable]:
    """Name the information sets; draws of one share a variable at one depth, or none."""
    groups: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for number, node in enumerate(tree.nodes):
        if node.set is not None:
            apart = 0 if node.set.player != CHANCE else node.depth if share else number
            groups[node.set.player, node.set.number, apart].append(number)
    sets = [s for nodes in groups.values() if (s := tree.nodes[nodes[0]].set)]
    decisions = [s.player for s in sets]
    wanted = [_wanted(s, tree.players, players, decisions.count(s.player)) for s in sets]
    return [
        _Variable(name, information, tuple(nodes))
        for name, information, nodes in zip(
            identifiers(wanted, "move"), sets, groups.values(), strict=True
        )
    ]


def _wanted(
    information: InformationSet, labels: Sequence[str], players: Sequence[str], sets: int
) -> str:
    """Return the words that the name of a variable is made of."""
    which = information.name or str(information.number)
    if information.player == CHANCE:
        return information.name or ("chance" if sets == 1 else f"chance {which}")
    name = players[information.player - 1]
    return name if sets == 1 else f"{labels[information.player - 1].strip() or name} {which}"


# -- when a node is reached -------------------------------------------------------------------


class _Paths:
    """Conditions for the ends that a path may lead to.

    Sets of ends are numbers, bit by bit. `when(wanted, possible)` gives a condition that holds on
    the paths to all ends that are wanted and on those to no others that are possible:

    1. Take the highest nodes below which all possible ends are wanted. The root: always.
    2. Such a node is reached by a branch of a move or draw. Join those which come by the same
       branches after the same nodes: `move == branch`.
    3. Where that also holds on the way to a possible end that is not wanted, the nodes at which the
       move was made have to be told from others at which it may have been: that is a condition of
       the same kind, with fewer possible ends, about nodes closer to the root.
    """

    def __init__(self, nodes: Sequence[TreeNode], variables: Iterable[_Variable]):
        self.nodes = nodes
        self.children: list[list[int]] = [[] for _ in nodes]
        self.leaves: list[_Leaves] = [0] * len(nodes)
        ends = itertools.count()
        for number, node in enumerate(nodes):
            if node.above >= 0:
                self.children[node.above].append(number)
            if node.set is None:
                self.leaves[number] = 1 << next(ends)
        for number in reversed(range(1, len(nodes))):
            self.leaves[nodes[number].above] |= self.leaves[number]
        self.variable = {number: v for v in variables for number in v.nodes}
        self.when = cache(self._when)
        self.all = self.leaves[0]

    def reached(self, variable: _Variable) -> Boolean:
        """Return the condition under which one of the nodes of a move or draw is reached."""
        return self.when(self._below(variable.nodes), self.all)

    def _below(self, nodes: Iterable[int]) -> _Leaves:
        found = 0
        for number in nodes:
            found |= self.leaves[number]
        return found

    def _when(self, wanted: _Leaves, possible: _Leaves) -> Boolean:
        """Return a condition for ends that are wanted among those that are possible."""
        highest = self._highest(wanted, possible)
        if highest == [0]:
            return sp.true
        arrivals: dict[tuple[_Variable, int], list[int]] = defaultdict(list)
        for number in highest:
            above = self.nodes[number].above
            arrivals[self.variable[above], self.nodes[number].branch].append(above)
        terms: dict[tuple[_Variable, tuple[int, ...]], list[int]] = defaultdict(list)
        for (variable, branch), origins in arrivals.items():
            terms[variable, tuple(origins)].append(branch)
        return sp.Or(
            *(
                self._term(variable, origins, branches, wanted, possible)
                for (variable, origins), branches in terms.items()
            )
        )

    def _term(
        self,
        variable: _Variable,
        origins: tuple[int, ...],
        branches: list[int],
        wanted: _Leaves,
        possible: _Leaves,
    ) -> Boolean:
        """Return the condition for the ends below some branches of some nodes of a variable."""
        taken = self._below(self.children[n][b] for n in variable.nodes for b in branches)
        meant = self._below(self.children[n][b] for n in origins for b in branches) & possible
        confused = taken & possible & ~wanted
        literal = variable.takes(branches)
        return sp.And(literal, self.when(meant, meant | confused)) if confused else literal

    def _highest(self, wanted: _Leaves, possible: _Leaves) -> list[int]:
        """Return the highest nodes below which all possible ends are wanted, and there are some."""
        found, waiting = [], [0]
        while waiting:
            number = waiting.pop()
            below = self.leaves[number] & possible
            if below and not below & ~wanted:
                found.append(number)
            elif below & wanted:
                waiting += self.children[number]
        return sorted(found)

    @cached_property
    def payoffs(self) -> list[tuple[sp.Expr, ...]]:
        """What each player gets from each node on, as formulas that follow the tree."""
        formulas: list[tuple[sp.Expr, ...]] = [()] * len(self.nodes)
        for number in reversed(range(len(self.nodes))):
            node, below = self.nodes[number], self.children[number]
            if node.set is None:
                paid = (sp.Rational(p.numerator, p.denominator) for p in node.paid)
                formulas[number] = tuple(paid)
                continue
            where = symbol(self.variable[number].name)
            columns = zip(*(formulas[child] for child in below), strict=True)
            formulas[number] = tuple(_cases(where, 1, list(column)) for column in columns)
            for child in below:
                formulas[child] = ()
        return formulas


def _cases(where: sp.Symbol, first: int, formulas: list[sp.Expr]) -> sp.Expr:
    """Tell formulas by the value of a symbol, from `first` on."""
    if len(formulas) == 1:
        return formulas[0]
    if len(formulas) <= _FEW:
        return If(_equal(where, first), formulas[0], _cases(where, first + 1, formulas[1:]))
    half = len(formulas) // 2
    low, high = formulas[:half], formulas[half:]
    last = first + half - 1
    return If(where <= last, _cases(where, first, low), _cases(where, last + 1, high))


# -- stages -----------------------------------------------------------------------------------


def _needs(
    tree: TreeText, variables: Sequence[_Variable], conditions: Mapping[str, Boolean]
) -> dict[str, set[str]]:
    """Return the names that come before each: those of its condition, and of the own past."""
    owner = {number: v for v in variables for number in v.nodes}
    needs = {v.name: names_in(conditions[v.name]) for v in variables}
    for variable in variables:
        above = tree.nodes[variable.nodes[0]].above
        while variable.set.player != CHANCE and above >= 0:
            if owner[above].set.player == variable.set.player:
                needs[variable.name].add(owner[above].name)
                break
            above = tree.nodes[above].above
    return needs


def _stages(variables: Sequence[_Variable], needs: Mapping[str, set[str]]) -> dict[str, int]:
    """Return the stage of each move; a draw has that of the last move before it.

    Names are missing where moves and draws wait for each other in a circle.
    """
    stages: dict[str, int] = {}
    waiting = list(variables)
    while waiting:
        ready = [v for v in waiting if needs[v.name] <= stages.keys()]
        if not ready:
            break
        for variable in ready:
            last = max((stages[name] for name in needs[variable.name]), default=0)
            stages[variable.name] = last + (variable.set.player != CHANCE)
        waiting = [v for v in waiting if v.name not in stages]
    return stages


def _circle(needs: Mapping[str, set[str]], stages: Mapping[str, int]) -> list[str]:
    """Return names each of which waits for the next, and the last one for the first."""
    name = next(n for n in needs if n not in stages)
    path: list[str] = []
    while name not in path:
        path.append(name)
        name = next(n for n in sorted(needs[name]) if n not in stages)
    return path[path.index(name) :]


def _refuse_circle(
    variables: Sequence[_Variable], players: Sequence[str], circle: list[str]
) -> None:
    named = {v.name: v.set for v in variables if v.set.player != CHANCE}
    said = [
        f"{named[name].title} of player '{players[named[name].player - 1]}'"
        for name in circle
        if name in named
    ]
    raise FileError(
        f"the information sets {' and '.join(said)} have no order in time: each comes before one "
        "of the others on some path; such games are not read"
    )


# -- the game ---------------------------------------------------------------------------------


def _game(tree: TreeText) -> Game:
    """Make the game; draws share variables if stages can be found that way."""
    people = identifiers(tree.players)
    for share in (True, False):
        variables = _variables(tree, people, share)
        paths = _Paths(tree.nodes, variables)
        conditions = {v.name: paths.reached(v) for v in variables}
        needs = _needs(tree, variables, conditions)
        stages = _stages(variables, needs)
        if len(stages) == len(variables):
            break
    else:
        _refuse_circle(variables, tree.players, _circle(needs, stages))
    moves = [v for v in variables if v.set.player != CHANCE]
    payoffs = _payoffs(paths, variables, conditions)
    labels = [" ".join(label.split()) for label in tree.players]
    movers = {v.set.player - 1 for v in moves}
    return Game(
        tree.title,
        [Player(people[n], labels[n]) for n in sorted(movers)],
        [
            Move(
                v.name,
                people[v.set.player - 1],
                _choice(v.set),
                stages[v.name],
                (),
                v.set.name if v.set.name.isprintable() else "",
                when=conditions[v.name],
            )
            for v in moves
        ],
        {people[n]: payoffs[n] for n in sorted(movers)},
        [
            Bystander(people[n], payoffs[n], labels[n])
            for n in range(len(people))
            if n not in movers
        ],
        [_draw(v, conditions[v.name]) for v in variables if v.set.player == CHANCE],
    )


def _choice(information: InformationSet) -> Choice:
    return Choice({label: exact(n) for n, label in enumerate(information.actions, 1)})


def _draw(variable: _Variable, when: Boolean) -> Chance:
    pairs = zip(variable.set.actions, variable.set.weights, strict=True)
    outcomes = {label: (n, weight) for n, (label, weight) in enumerate(pairs, 1)}
    return Chance(variable.name, outcomes, (), when)


def _payoffs(
    paths: _Paths, variables: Sequence[_Variable], conditions: Mapping[str, Boolean]
) -> tuple[sp.Expr, ...]:
    """Return what each player gets: a table if everything is always decided, by players alone."""
    if any(v.set.player == CHANCE or conditions[v.name] != sp.true for v in variables):
        return paths.payoffs[0]
    axes = [range(1, len(v.set.actions) + 1) for v in variables]
    rows = [_end(paths, variables, choices) for choices in itertools.product(*axes)]
    names = [v.name for v in variables]
    columns = zip(*(paths.nodes[end].paid for end in rows), strict=True)
    return tuple(
        Lookup.of(names, axes, [sp.Rational(p.numerator, p.denominator) for p in column])
        for column in columns
    )


def _end(paths: _Paths, variables: Sequence[_Variable], choices: Sequence[int]) -> int:
    """Return the end to which choices lead."""
    chosen = {v.name: choice for v, choice in zip(variables, choices, strict=True)}
    number = 0
    while paths.nodes[number].set is not None:
        number = paths.children[number][chosen[paths.variable[number].name] - 1]
    return number
