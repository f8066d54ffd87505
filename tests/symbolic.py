"""What is true of two-player games at given parameters, to hold symbolic equilibria against.

Conditions and formulas are evaluated in exact fractions by code of its own. The equilibria at a
point come from the exact vertices of both players: a support pair exists iff it is the union of the
supports of some vertices of one Nash subset.
"""

from __future__ import annotations

import itertools
import math
import operator
from fractions import Fraction

import sympy as sp

from pigou.expression import If
from pigou.solvers.bimatrix import bimatrix_equilibria
from pigou.solvers.form import finite_form

RELATIONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def compiled(node):
    """Return a function of parameter values (fractions) that evaluates a formula or a condition."""
    node = sp.sympify(node)
    if node in (sp.true, sp.false):
        return lambda at: node == sp.true
    if node.is_Symbol:
        return lambda at: at[node.name]
    if getattr(node, "is_Rational", False):
        value = Fraction(int(node.p), int(node.q))
        return lambda at: value
    parts = [compiled(part) for part in node.args]
    if isinstance(node, sp.And | sp.Or):
        join = all if isinstance(node, sp.And) else any
        return lambda at: join(part(at) for part in parts)
    if isinstance(node, sp.Not):
        return lambda at: not parts[0](at)
    if isinstance(node, sp.core.relational.Relational):
        relation = RELATIONS[node.rel_op]
        return lambda at: relation(parts[0](at), parts[1](at))
    if isinstance(node, If):
        return lambda at: parts[1](at) if parts[0](at) else parts[2](at)
    if node.is_Add:
        return lambda at: sum(part(at) for part in parts)
    if node.is_Mul:
        return lambda at: math.prod(part(at) for part in parts)
    assert node.is_Pow and node.exp.is_Integer, node
    return lambda at: parts[0](at) ** int(node.exp)


class Point:
    """The equilibria of a two-player game at parameter values, by pairs of supports."""

    def __init__(self, game, at):
        form = finite_form(game, at)
        self.labels = [[", ".join(action) for action in g.actions] for g in form.groups]
        self.players = [g.player for g in form.groups]
        widths = [len(labels) for labels in self.labels]
        unit = [[tuple(int(a == i) for a in range(w)) for i in range(w)] for w in widths]
        a, b = (
            [[form.payoff(g, (i, j)[g], (unit[0][i], unit[1][j])) for j in range(widths[1])]
             for i in range(widths[0])]
            for g in (0, 1)
        )  # fmt: skip
        self.a = [[Fraction(int(e.p), int(e.q)) for e in row] for row in a]
        self.b = [[Fraction(int(e.p), int(e.q)) for e in row] for row in b]
        self.made = {}
        found = bimatrix_equilibria(a, b)
        self.found = found
        for subset in itertools.chain(*found.components):
            for rows, columns in itertools.product(
                *(_parts(s) for s in (subset.rows, subset.columns))
            ):
                one = frozenset().union(*(found.rows[i].support for i in rows))
                other = frozenset().union(*(found.columns[j].support for j in columns))
                self.made.setdefault((one, other), set()).add((rows, columns))

    def supports(self):
        """Return the pairs of supports, each with its only point, or None for a continuum."""
        return {pair: self._only(made) for pair, made in self.made.items()}

    def _only(self, made):
        ((rows, columns), *more) = made
        if more or len(rows) > 1 or len(columns) > 1:
            return None
        (i,), (j,) = rows, columns
        one, other = self.found.rows[i].probabilities, self.found.columns[j].probabilities
        return [[Fraction(int(p.p), int(p.q)) for p in side] for side in (one, other)]

    def is_equilibrium(self, x, y):
        """Whether a profile is an equilibrium, from the payoffs alone."""
        rows = [sum(e * q for e, q in zip(row, y, strict=True)) for row in self.a]
        columns = [sum(self.b[i][j] * x[i] for i in range(len(x))) for j in range(len(y))]
        best = all(rows[i] == max(rows) for i in range(len(x)) if x[i] > 0)
        return best and all(columns[j] == max(columns) for j in range(len(y)) if y[j] > 0)


def _parts(chosen):
    for size in range(1, len(chosen) + 1):
        yield from map(frozenset, itertools.combinations(sorted(chosen), size))


class Stated:
    """A symbolic equilibrium, ready to be evaluated."""

    def __init__(self, one, point):
        self.one = one
        self.kind, self.free = one.kind, one.free
        self.shares = [{}, {}]
        if one.kind == "pure":
            for side, text in enumerate(one.profile.split("; ")):
                label = text.removeprefix(f"{point.players[side]}: ")
                self.shares[side][point.labels[side].index(label)] = compiled(1)
        for side in (0, 1):
            for place, label in enumerate(point.labels[side]):
                key = f"{point.players[side]}: {label}"
                if key in one.probabilities:
                    self.shares[side][place] = compiled(one.probabilities[key])
        self.pair = tuple(frozenset(side) for side in self.shares)
        self.widths = [len(labels) for labels in point.labels]
        self.constraints = [compiled(c) for c in one.constraints]
        self.payoffs = [compiled(one.payoffs[player]) for player in point.players]

    def profile(self, at):
        return [
            [self.shares[side][i](at) if i in self.shares[side] else Fraction(0) for i in range(w)]
            for side, w in enumerate(self.widths)
        ]


def problem(stated, point, at, rng):
    """Say what is wrong with what is stated to exist at a point; nothing if it is right."""
    expected = point.supports()
    if len({s.pair for s in stated}) != len(stated):
        return "two symbolic equilibria with the same supports at once"
    if {s.pair for s in stated} != set(expected):
        return f"supports {[s.one.profile for s in stated]} instead of {sorted(map(str, expected))}"
    for s in stated:
        only = expected[s.pair]
        if s.free:
            if only is not None:
                return f"{s.one.profile} is a point, not a continuum"
            wrong = _wrong_inside(s, point, at, rng)
            if wrong:
                return wrong
        elif only is None:
            return f"{s.one.profile} is a continuum, not a point"
        elif s.profile(at) != only:
            return f"{s.one.profile}: {s.profile(at)} instead of {only}"
        if not s.free and not _paid(s, point, at, *s.profile(at)):
            return f"{s.one.profile}: payoffs"
    return ""


def _paid(s, point, at, x, y):
    for table, payoff in zip((point.a, point.b), s.payoffs, strict=True):
        cells = itertools.product(range(len(x)), range(len(y)))
        if sum(table[i][j] * x[i] * y[j] for i, j in cells) != payoff(at):
            return False
    return True


def _wrong_inside(s, point, at, rng):
    """Compare the constraints of a continuum with best replies, at random and at its middle."""
    tries = [{name: Fraction(rng.randint(-1, 9), 8) for name in s.free} for _ in range(6)]
    middle = _middle(point.made[s.pair], point.found)
    for number, values in enumerate([_values(s, at, middle), *tries]):
        here = {**at, **values}
        x, y = s.profile(here)
        inside = all(constraint(here) for constraint in s.constraints)
        support = tuple(frozenset(i for i, p in enumerate(side) if p > 0) for side in (x, y))
        proper = min(*x, *y) >= 0 and support == s.pair
        if inside != (proper and point.is_equilibrium(x, y)) or (number == 0 and not inside):
            return f"{s.one.profile}: {values} inside: {inside}"
        if inside and not _paid(s, point, here, x, y):
            return f"{s.one.profile}: payoffs at {values}"
    return ""


def _middle(made, found):
    rows, columns = max(made, key=lambda pair: (len(pair[0]), len(pair[1])))
    sides = []
    for chosen, vertices in ((rows, found.rows), (columns, found.columns)):
        points = [vertices[i].probabilities for i in chosen]
        total = [
            sum(Fraction(int(p.p), int(p.q)) for p in column)
            for column in zip(*points, strict=True)
        ]
        sides.append([share / len(points) for share in total])
    return sides


def _values(s, at, middle):
    """Read the free probabilities off a profile: each is the share of one action."""
    values = {}
    for side in (0, 1):
        keys = list(s.one.probabilities.items())
        offset = 0 if side == 0 else len(s.pair[0])
        for (_, formula), place in zip(keys[offset:], sorted(s.pair[side]), strict=False):
            if formula.is_Symbol and formula.name in s.free:
                values[formula.name] = middle[side][place]
    return values
