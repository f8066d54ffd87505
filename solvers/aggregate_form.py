r"""Aggregative games: each payoff depends on the own move and on one sum over all players.

A game of n players with one move :math:`t_i` each is *aggregative* if there are functions
:math:`\varphi_k` with

.. math:: u_i(t) = U_i(t_i, s), \qquad s = \sum_k \varphi_k(t_k) .

Plain sums (:math:`\varphi_k(t) = t`: Cournot, public goods), weighted ones and sums of powers
(contests) are of this kind. Players with the same :math:`U_i` and :math:`\varphi_i` are of one
*kind*.

Steps
-----
1. In each payoff, sums in which every term holds one move at most, and which hold the moves of all
   rivals, are taken apart: their terms are :math:`\lambda_i \varphi_k(t_k)` with one number
   :math:`\lambda_i` for all rivals k. If no such sum is written, the payoff is expanded and
   collected in the own move, and looked at again.
2. In these sums :math:`\sum_{k \ne i} \lambda_i \varphi_k(t_k)` is replaced by
   :math:`\lambda_i (s - \varphi_i(t_i))`, which it equals. If no rival's move is left, this is the
   proof; otherwise the game is not known to be aggregative.

Sources: R. Selten (1970), Preispolitik der Mehrproduktenunternehmung in der statischen Theorie;
L. C. Corchón (1994), Comparative statics for aggregative games.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from pigou.solvers.intervals import Domain, Ends, Floats, add, integer_power, multiply
from pigou.solvers.logistic import with_logistic
from pigou.solvers.smooth_form import SmoothForm
from pigou.solvers.tape import Tape

__all__ = ["AGGREGATE", "OWN", "AggregateForm", "Conditions", "Kind", "aggregate_form"]

OWN, AGGREGATE = sp.Symbol("t", real=True), sp.Symbol("s", real=True)
_FEWEST = 3


class Kind(NamedTuple):
    """Players alike: what they earn and add, in terms of `OWN` and `AGGREGATE`.

    Attributes
    ----------
    payoff, part : sympy expression
        The payoff U(t, s), and the part phi(t) of the aggregate.
    members : tuple of int
        The places of their moves.
    """

    payoff: sp.Expr
    part: sp.Expr
    members: tuple[int, ...]


class AggregateForm(NamedTuple):
    """A game that is proved to be aggregative: its kinds of players."""

    kinds: tuple[Kind, ...]


def aggregate_form(form: SmoothForm) -> AggregateForm | None:
    """Return the kinds of players of an aggregative game; None if it is not known to be one.

    Games of two players are left to the general search: each is aggregative in a trivial way.

    Examples
    --------
    >>> from pigou import Game, Move, Player
    >>> from pigou.solvers.smooth_form import smooth_form
    >>> moves = [Move(f"x{k}", f"p{k}", (0, 1)) for k in range(3)]
    >>> payoffs = {f"p{k}": f"x{k}*(3 - x0 - x1 - x2) - {k // 2}*x{k}**2" for k in range(3)}
    >>> game = Game("oligopoly", [Player(p) for p in payoffs], moves, payoffs)
    >>> for kind in aggregate_form(smooth_form(game)).kinds:
    ...     print(kind.payoff, kind.part, kind.members)
    t*(3 - s) t (0, 1)
    -t**2 + t*(3 - s) t (2,)
    """
    payoffs = [form.payoffs[owner] for owner in form.owners]
    single = len(set(form.owners)) == len(form.owners)
    if not single or len(payoffs) < _FEWEST or form.switches:
        return None
    parts = _parts(form, payoffs)
    if parts is None:
        return None
    kinds: dict[tuple[sp.Expr, sp.Expr], list[int]] = {}
    for place, payoff in enumerate(payoffs):
        reduced = _reduced(form, place, payoff, parts)
        if reduced is None:
            return None
        own = {form.variables[place]: OWN}
        key = with_logistic(reduced.xreplace(own)), parts[place].xreplace(own)
        kinds.setdefault(key, []).append(place)
    found = (Kind(payoff, part, tuple(places)) for (payoff, part), places in kinds.items())
    return AggregateForm(tuple(found))


def _ways(form: SmoothForm, place: int, payoff: sp.Expr) -> Iterator[sp.Expr]:
    """Yield a payoff as it is and, where that may help, collected in the own move."""
    yield payoff
    if payoff.is_polynomial(*form.variables):
        yield sp.collect(sp.expand(payoff), form.variables[place])


def _separated(form: SmoothForm, node: sp.Expr) -> Mapping[sp.Symbol, sp.Expr] | None:
    """Return the term of each move in a sum whose terms hold one move at most, one for each."""
    variables = set(form.variables)
    terms: dict[sp.Symbol, sp.Expr] = {}
    for term in node.args:
        held = term.free_symbols & variables
        if len(held) > 1 or held & terms.keys():
            return None
        if held:
            terms[held.pop()] = term
    return terms


def _sums(form: SmoothForm, place: int, payoff: sp.Expr) -> list[Mapping[sp.Symbol, sp.Expr]]:
    """Return the sums in a payoff, taken apart, that hold the moves of all rivals."""
    rivals = set(form.variables) - {form.variables[place]}
    found = []
    for node in sorted(payoff.atoms(sp.Add), key=sp.default_sort_key):
        if rivals <= node.free_symbols:
            terms = _separated(form, node)
            if terms is not None and rivals <= terms.keys():
                found.append(terms)
    return found


def _parts(form: SmoothForm, payoffs: list[sp.Expr]) -> tuple[sp.Expr, ...] | None:
    """Return phi for each player, from the sums of the first two players."""
    first, second, third = form.variables[:3]
    for way in _ways(form, 0, payoffs[0]):
        for terms in _sums(form, 0, way):
            scale = terms[second].as_coeff_Mul()[0]
            known = {v: terms[v] / scale for v in form.variables[1:]}
            for other_way in _ways(form, 1, payoffs[1]):
                for other in _sums(form, 1, other_way):
                    ratio = other[third] / known[third]
                    if ratio.is_Rational:
                        return (other[first] / ratio, *known.values())
    return None


def _reduced(
    form: SmoothForm, place: int, payoff: sp.Expr, parts: tuple[sp.Expr, ...]
) -> sp.Expr | None:
    """Carry out step 2; None where a rival's move is left."""
    own = form.variables[place]
    rivals = [(v, part) for v, part in zip(form.variables, parts, strict=True) if v != own]

    def swapped(node: sp.Add) -> sp.Expr:
        terms = _separated(form, node)
        if terms is None or any(v not in terms for v, _ in rivals):
            return node
        ratio = terms[rivals[0][0]] / rivals[0][1]
        if not ratio.is_Rational or any(terms[v] != ratio * part for v, part in rivals):
            return node
        rest = sp.Add(*(t for t in node.args if not t.free_symbols & {v for v, _ in rivals}))
        return sp.Add(rest, ratio * AGGREGATE, -ratio * parts[place])

    for way in _ways(form, place, payoff):
        reduced = way.replace(lambda node: isinstance(node, sp.Add), swapped)
        if not reduced.free_symbols - {own, AGGREGATE}:
            return reduced
    return None


# -- the conditions of a kind ------------------------------------------------------------------


class Conditions:
    """The conditions of one kind of players.

    Attributes
    ----------
    tape : Tape
        g, g_t, g_s, phi, phi' and h in t and s.
    part : Tape
        phi in t.
    number : int
        How many players are of this kind.

    Examples
    --------
    >>> kind = Conditions(Kind(OWN * (3 - AGGREGATE), OWN, (0, 1)))
    >>> [row[0] for row in kind.tape.floats(np.array([[1.0], [1.0]]))[:3]]
    [np.float64(1.0), np.float64(-1.0), np.float64(-1.0)]
    """

    def __init__(self, kind: Kind):
        payoff, part, number = kind.payoff, kind.part, len(kind.members)
        slope = sp.diff(part, OWN)
        g = sp.diff(payoff, OWN) + slope * sp.diff(payoff, AGGREGATE)
        g_t, g_s = sp.diff(g, OWN), sp.diff(g, AGGREGATE)
        self.tape = Tape([g, g_t, g_s, part, slope, g_t + slope * g_s], [OWN, AGGREGATE])
        self.part, self.number = Tape([part], [OWN]), number

    def at(self, t: Ends, s: Ends) -> tuple[Floats, Floats, Any]:
        """Enclose g, g_t, g_s, phi, phi' and h over boxes; where one is undefined, say so."""
        return self.tape.intervals(np.array([t[0], s[0]]), np.array([t[1], s[1]]))

    def g(self, t: Ends, s: Ends) -> tuple[Ends, Any]:
        """Enclose g over boxes, sharpened by its mean-value form in both."""
        low, high, left = self.at(t, s)
        middle = [(_middle(e),) * 2 for e in (t, s)]
        centre_low, centre_high, gone = self.at(middle[0], middle[1])
        value: Ends = centre_low[0], centre_high[0]
        for row, e, m in zip((1, 2), (t, s), middle, strict=True):
            away = add(e, (-m[0], -m[0]))
            value = add(value, multiply((low[row], high[row]), away))
        bad = left | gone
        below = np.where(bad, low[0], np.maximum(low[0], value[0]))
        above = np.where(bad, high[0], np.minimum(high[0], value[1]))
        return (below, above), (low, high, left)

    def reply(self, t: Ends, s: Ends, over: tuple[Floats, Floats]) -> Ends:
        """Return the image of boxes under Newton's method in t; infinite where g_t may be 0."""
        low, high = over
        middle, centre = (_middle(t),) * 2, (_middle(s),) * 2
        below, above, left = self.at(middle, centre)
        away = add(s, (-centre[0], -centre[0]))
        g = add((below[0], above[0]), multiply((low[2], high[2]), away))
        inverse = integer_power((low[1], high[1]), -1, Domain(len(left)))
        step = multiply(g, inverse)
        image = add(middle, (-step[1], -step[0]))
        bad = left | ~(np.isfinite(step[0]) & np.isfinite(step[1]))
        return np.where(bad, -np.inf, image[0]), np.where(bad, np.inf, image[1])


def _middle(ends: Ends) -> Floats:
    return np.clip(ends[0] + (ends[1] - ends[0]) / 2, ends[0], ends[1])
