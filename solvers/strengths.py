r"""At which strengths of a reform an equilibrium of a finite game exists: exactly.

The reform grows from nothing, :math:`s = 0`, to its full strength, :math:`s = 1`, and payoffs are
:math:`(1 - s)\,u^{\text{before}} + s\,u^{\text{after}}`; for a subsidy that is s times its rate.

Steps
-----
1. *Pure profiles.* What a member loses by deviating is :math:`a + b s`, linear in s, so that a
   profile is an equilibrium on an interval of strengths, whose ends are rational (`pure_span`).
2. *Mixtures that all members of a population share*, two actions: the advantage of the second
   action where each of the others takes it with probability p is :math:`B(p) + s D(p)`, so that a
   mixture p is an equilibrium at the one strength :math:`s(p) = -B(p)/D(p)` (after common factors,
   whose roots are equilibria at every strength). The curve is cut at the poles of s, and where
   :math:`B' D - B D'` changes sign; on every piece s is monotone, so that each strength has at most
   one mixture there, and a mixture that is followed vanishes at the end of its piece: by a *fold*,
   where it meets another one, or as it becomes *pure* (`shared_paths`).
3. *Mixed equilibria of two players* with supports of equal size: probabilities are rational
   functions of s, by Cramer's rule. They are followed from one end until a probability is 0, or
   another action pays more (`support_span`). Where all of Cramer's numerators are 0 together the
   strength is one of several with a continuum of equilibria; their common factors are divided out,
   and the equilibrium is followed through it.

Strengths that are not rational are enclosed at 333 bits (`pigou.solvers.roots`).

Sources: elementary; the roots are those of `pigou.solvers.roots`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb, fmpq, fmpq_mat, fmpq_poly

from pigou.exact import Enclosure
from pigou.solvers.critical import interpolated
from pigou.solvers.form import Counts, FiniteForm, joined
from pigou.solvers.roots import (
    Root,
    ball_to_enclosure,
    from_bernstein,
    real_roots,
    sign_at,
    working_precision,
)

__all__ = ["Path", "alike", "pure_span", "shared_paths", "span_of", "support_span"]


_WEAKEST, _FULL = Enclosure.point(0), Enclosure.point(1)


class Path(NamedTuple):
    """A mixture that is followed in the strength of a reform.

    Attributes
    ----------
    low, high : Enclosure
        The least and the largest strength at which it exists.
    start, end : Enclosure or None
        The probability of the second action at strength 0, and at 1; None where it does not exist.
    meets : tuple of str
        What happens at `low` and at `high`: ``"fold"``, ``"pure"``, or ``""`` where it is followed
        to 0 or 1.
    """

    low: Enclosure
    high: Enclosure
    start: Enclosure | None
    end: Enclosure | None
    meets: tuple[str, str]


def alike(before: FiniteForm, after: FiniteForm) -> bool:
    """Whether two games have the same groups and actions, none of which leaves a group.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> form = finite_form(load("coordination").game)
    >>> alike(form, form)
    True
    """
    return before.groups == after.groups and all(g.exit is None for g in before.groups)


# -- pure profiles --------------------------------------------------------------------------------


def pure_span(
    before: FiniteForm, after: FiniteForm, counts: Counts
) -> tuple[Fraction, Fraction] | None:
    """Return the strengths at which a pure profile is an equilibrium: a closed interval.

    Parameters
    ----------
    before, after : FiniteForm
        The game and the game reformed, with the same groups and actions.
    counts : tuple of tuple of int
        How many members of each group take each action.

    Returns
    -------
    tuple of Fraction or None
        None if it is an equilibrium at no strength.

    Examples
    --------
    Without support nobody upgrades; paid 2/5, everybody does. The rate that makes upgrading pay is
    3/8, which is 15/16 of it:

    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> model = load("coordination")
    >>> forms = [finite_form(g) for g in (model.game, model.reform("uniform_subsidy")(model.game))]
    >>> [str(end) for end in pure_span(*forms, ((10, 0),))]
    ['0', '15/16']
    """
    return span_of(_losses(before, after, counts))


def span_of(losses: Iterable[tuple[Any, Any]]) -> tuple[Fraction, Fraction] | None:
    """Return the strengths from 0 to 1 at which no deviation gains: a closed interval, or None.

    Parameters
    ----------
    losses : iterable of tuple of fmpq
        What each deviation loses at strength 0, and by how much that rises up to strength 1.

    Examples
    --------
    >>> span_of([(fmpq(1), fmpq(-2)), (fmpq(3), fmpq(1))])
    (Fraction(0, 1), Fraction(1, 2))
    """
    low, high = fmpq(0), fmpq(1)
    for loss, rise in losses:
        if rise == 0:
            if loss < 0:
                return None
            continue
        bound = -loss / rise
        low, high = (max(low, bound), high) if rise > 0 else (low, min(high, bound))
    return None if low > high else (_fraction(low), _fraction(high))


def _losses(before: FiniteForm, after: FiniteForm, counts: Counts) -> Iterator[tuple[Any, Any]]:
    """Yield what each deviation loses at strength 0, and by how much that rises up to 1."""
    for index, row in enumerate(counts):
        for action, number in enumerate(row):
            if not number:
                continue
            less = (*row[:action], number - 1, *row[action + 1 :])
            others = (*counts[:index], less, *counts[index + 1 :])
            for other in range(len(row)):
                if other != action:
                    moved = joined(others, index, other)
                    losses = [
                        form.payoff(index, action, counts) - form.payoff(index, other, moved)
                        for form in (before, after)
                    ]
                    yield losses[0], losses[1] - losses[0]


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))


# -- mixtures that members share ------------------------------------------------------------------


class _Cut(NamedTuple):
    """An end of a piece of the curve s(p): where it is, and what happens there."""

    root: Root
    what: str


def shared_paths(before: FiniteForm, after: FiniteForm) -> list[Path] | None:
    """Follow every mixture that all members of a population with two actions share.

    Parameters
    ----------
    before, after : FiniteForm
        One group of two or more, with two actions.

    Returns
    -------
    list of Path or None
        All paths that have a point at strength 0 or at 1. Where both actions are worth the same
        whatever the others do at one strength, so that every mixture is an equilibrium there, those
        that are one at every strength. None if every mixture is one at every strength.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> model = load("coordination")
    >>> forms = [finite_form(g) for g in (model.game, model.reform("uniform_subsidy")(model.game))]
    >>> [(str(p.start), str(p.high), p.meets) for p in shared_paths(*forms)]
    [('3/5', '15/16', ('', 'pure'))]
    """
    gaps = [from_bernstein(_advantages(form)) for form in (before, after)]
    level, rise = gaps[0], gaps[1] - gaps[0]
    if level.is_zero() and rise.is_zero():
        return None
    common = level.gcd(rise)
    level, rise = level // common, rise // common
    fixed = [Path(_WEAKEST, _FULL, r.enclosure, r.enclosure, ("", "")) for r in real_roots(common)]
    if rise.is_zero() or (level.degree() <= 0 and rise.degree() <= 0):
        return fixed
    return [*fixed, *_moving(level, rise)]


def _advantages(form: FiniteForm) -> list[Any]:
    """Return the Bernstein coefficients of the second action's advantage over the first."""
    size = form.groups[0].size
    return [
        form.payoff(0, 1, ((size - 1 - k, k + 1),)) - form.payoff(0, 0, ((size - k, k),))
        for k in range(size)
    ]


def _moving(level: fmpq_poly, rise: fmpq_poly) -> Iterator[Path]:
    """Yield the paths on the curve s(p) = -B(p)/D(p), B and D without common roots."""
    turning = level.derivative() * rise - level * rise.derivative()
    folds = [] if turning.is_zero() else real_roots(turning)
    cuts = [_Cut(root, "pole") for root in real_roots(rise)]
    cuts += [
        _Cut(root, "fold")
        for root in folds
        if root.multiplicity % 2 and sign_at(rise, root, turning) != 0
    ]
    cuts.sort(key=lambda cut: cut.root.enclosure.lower)
    ends = [_Cut(Root(arb(end), 1, fmpq(end)), "pure") for end in (0, 1)]
    pieces = list(itertools.pairwise([ends[0], *cuts, ends[1]]))
    places = [_places(polynomial, turning, pieces) for polynomial in (level, level + rise)]
    for piece, start, end in zip(pieces, *places, strict=True):
        if start is None and end is None:
            continue
        low, high = (_WEAKEST, ""), (_FULL, "")
        if start is None:
            low = _left(level, rise, piece, end, downwards=True)
        if end is None:
            high = _left(level, rise, piece, start, downwards=False)
        first, last = (None if p is None else p.enclosure for p in (start, end))
        yield Path(low[0], high[0], first, last, (low[1], high[1]))


def _places(
    polynomial: fmpq_poly, turning: fmpq_poly, pieces: Sequence[tuple[_Cut, _Cut]]
) -> list[Root | None]:
    """Return the root of a polynomial in each piece, its ends included where they are folds."""
    roots = list(real_roots(polynomial)) if polynomial.degree() > 0 else []
    result: list[Root | None] = []
    for left, right in pieces:
        here = [r for r in roots if _before(left.root, r) and _before(r, right.root)]
        for cut in (left, right):
            if cut.what == "fold" and sign_at(polynomial, cut.root, turning) == 0:
                here.append(cut.root)
        result.append(here[0] if here else None)
    return result


def _before(one: Root, other: Root) -> bool:
    return one.enclosure.upper < other.enclosure.lower


def _left(
    level: fmpq_poly, rise: fmpq_poly, piece: tuple[_Cut, _Cut], place: Root, downwards: bool
) -> tuple[Enclosure, str]:
    """Follow a mixture within its piece as the strength falls or grows; say where it is left.

    At `place` the strength is an end of [0, 1], and the mixture is followed to the other side, but
    does not get there.
    """
    left, right = piece
    towards = right if _before(place, right.root) else left
    between = sorted((place.enclosure, towards.root.enclosure), key=lambda e: e.lower)
    middle = (between[0].upper + between[1].lower) / 2
    point = fmpq(middle.numerator, middle.denominator)
    strength = -level(point) / rise(point)
    inwards = strength < 1 if downwards else strength > 0
    if not inwards:
        towards = left if towards is right else right
    if towards.root is place:  # it is a fold just there
        return (_FULL if downwards else _WEAKEST), towards.what
    return _value(level, rise, towards.root), towards.what


def _value(level: fmpq_poly, rise: fmpq_poly, root: Root) -> Enclosure:
    """Enclose the strength -B/D at a root, kept within [0, 1]."""
    if root.exact is not None:
        return Enclosure.point(_fraction(-level(root.exact) / rise(root.exact)))
    with working_precision():
        return ball_to_enclosure(-_at(level, root.ball) / _at(rise, root.ball))


def _at(polynomial: fmpq_poly, ball: Any) -> Any:
    value = arb(0)
    for coefficient in reversed(polynomial.coeffs()):
        value = value * ball + arb(coefficient)
    return value


# -- two players ----------------------------------------------------------------------------------


def support_span(
    before: FiniteForm, after: FiniteForm, supports: tuple[Sequence[int], Sequence[int]]
) -> tuple[Enclosure, str] | None:
    """Follow a mixed equilibrium of two players with these supports from strength 0 upwards.

    To follow one downwards from strength 1, exchange the games; the strength is then 1 less what is
    returned.

    Parameters
    ----------
    before, after : FiniteForm
        Two single players.
    supports : pair of sequence of int
        The actions that are used at strength 0, as many by one as by the other.

    Returns
    -------
    (Enclosure, str) or None
        The first strength at which it ends, at most 1, and why: ``""`` if it exists at 1 too. None
        if the probabilities are not determined at strength 0.

    Examples
    --------
    >>> from pigou import Game, Move, Player, subsidy
    >>> from pigou.solvers.form import finite_form
    >>> choices = {"stay": 0, "up": 1}
    >>> hunt = Game(
    ...     "hunt",
    ...     [Player("a"), Player("b")],
    ...     [Move("x", "a", choices), Move("y", "b", choices)],
    ...     {"a": "4*x*y + 3*(1 - x)", "b": "4*x*y + 3*(1 - y)"},
    ... )
    >>> paid = (subsidy("x", 4) + subsidy("y", 4))(hunt)
    >>> span, why = support_span(finite_form(hunt), finite_form(paid), ((0, 1), (0, 1)))
    >>> str(span), why
    ('3/4', 'a choice is no longer used')
    """
    events: list[tuple[Enclosure, str]] = []
    for mover in (0, 1):
        found = _events(before, after, supports, mover)
        if found is None:
            return None
        events += found
    return min(events, key=lambda event: event[0].lower, default=(_FULL, ""))


def _events(
    before: FiniteForm,
    after: FiniteForm,
    supports: tuple[Sequence[int], Sequence[int]],
    mover: int,
) -> list[tuple[Enclosure, str]] | None:
    """List the strengths at which the opponent's mixture that keeps `mover` indifferent ends."""
    own, rival = supports[mover], supports[1 - mover]
    if len(own) != len(rival):
        return None
    actions = range(len(before.groups[mover].actions))
    table = {
        (i, j): _growing(before, after, mover, i, j) for i in actions for j in rival
    }  # fmt: skip
    rows = [[table[i, j] - table[own[0], j] for j in rival] for i in own[1:]]
    rows.append([fmpq_poly([1]) for _ in rival])
    minors = [_minor(rows, column) for column in range(len(rival))]
    if sum(minors, fmpq_poly([0]))(0) == 0:
        return None
    minors = _reduced(minors)
    events = [
        (at, "a choice is no longer used") for share in minors for at in _ends(share, closed=False)
    ]
    for i in actions:
        if i not in own:
            lead = sum(
                ((table[own[0], j] - table[i, j]) * m for j, m in zip(rival, minors, strict=True)),
                fmpq_poly([0]),
            )
            events += [(at, "another choice pays more") for at in _ends(lead, closed=True)]
    return events


def _reduced(minors: Sequence[fmpq_poly]) -> list[fmpq_poly]:
    """Divide out what the minors have in common, and let their sum be positive at 0.

    As long as none is negative, their sum is positive: where it is 0 all of them would be 0.
    """
    common = fmpq_poly([0])
    for minor in minors:
        common = common.gcd(minor)
    rest = [minor // common for minor in minors]
    return rest if sum(rest, fmpq_poly([0]))(0) > 0 else [-minor for minor in rest]


def _growing(before: FiniteForm, after: FiniteForm, mover: int, i: int, j: int) -> fmpq_poly:
    """Return a payoff as a polynomial in the strength: linear."""
    taken = (i, j) if mover == 0 else (j, i)
    counts = tuple(
        tuple(int(k == action) for k in range(len(group.actions)))
        for action, group in zip(taken, before.groups, strict=True)
    )
    first, last = (form.payoff(mover, i, counts) for form in (before, after))
    return fmpq_poly([first, last - first])


def _minor(rows: Sequence[Sequence[fmpq_poly]], column: int) -> fmpq_poly:
    """Return the cofactor of the last row's entry in a column: Cramer's numerator."""
    size = len(rows)
    smaller = [[e for k, e in enumerate(row) if k != column] for row in rows[:-1]]
    return _determinant(smaller) * (-1) ** (size - 1 + column)


def _determinant(rows: Sequence[Sequence[fmpq_poly]]) -> fmpq_poly:
    """Return the determinant of a matrix with entries linear in the strength, by interpolation."""
    nodes = [Fraction(n) for n in range(len(rows) + 1)]
    values = [fmpq_mat([[e(node.numerator) for e in row] for row in rows]).det() for node in nodes]
    return interpolated(nodes, values)


def _ends(polynomial: fmpq_poly, closed: bool) -> Iterator[Enclosure]:
    """Yield the first strength at which a polynomial that is not negative at 0 becomes so.

    One that is 0 at 0 may become negative at once. One that is positive until it is 0 at 1 ends
    there unless its range is closed.
    """
    if polynomial.is_zero():
        return
    first = next(c for c in polynomial.coeffs() if c != 0)
    if first < 0:
        yield _WEAKEST
        return
    for root in real_roots(polynomial):
        if root.multiplicity % 2:
            yield root.enclosure
            return
    if polynomial(1) == 0 and not closed:
        yield _FULL
