r"""Risk dominance between two strict equilibria (Harsanyi and Selten 1988), in exact arithmetic.

Steps
-----
1. *Two players with two choices each*: U risk-dominates V iff the product of the losses from
   deviating alone is larger at U (Harsanyi and Selten 1988, section 3.9):
   :math:`\prod_i [u_i(U) - u_i(V_i, U_{-i})] > \prod_i [u_i(V) - u_i(U_i, V_{-i})]`.
2. *Otherwise* the *bicentric prior* is formed. A player who expects all others to play U with
   probability z and V with probability 1 - z has a best reply; with z uniform on [0, 1] the prior
   probability of an action is the length of the part of [0, 1] on which it is the best reply, ties
   on a part shared evenly (same, section 5.2). Payoffs are linear in z, so that the parts are
   rational.
3. With *two players*, or two members of a population, the linear tracing procedure is followed
   exactly from that prior (`pigou.solvers.tracing`). U risk-dominates V iff it ends in U. If it
   ends elsewhere, neither dominates. If it is tied nothing is claimed: the logarithmic tracing
   procedure, which would decide, is not followed.
4. With *more players* the best replies to the prior, held about each other independently, are
   found. If they are unique and a strict equilibrium, they remain best replies for all t, since
   both what is compared at t = 0 and what is compared at t = 1 favour them: the path is constant
   and ends there. If they are no strict equilibrium the path is curved, and nothing is claimed.

No action outside the smallest formation that holds U and V is ever a best reply on the way, so that
restricting the game to it, as Harsanyi and Selten do, would change nothing.

Nor is one that iterated strict dominance removes. Players to whom that leaves one action do not
count above: they keep to it throughout.

Only profiles in which the members of a group act alike are compared.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Any, NamedTuple

from flint import fmpq

from pigou.solvers.dominance import survivors
from pigou.solvers.form import Counts, FiniteForm, joined
from pigou.solvers.tracing import Trace, trace_bimatrix, trace_symmetric

__all__ = ["Duel", "bicentric_prior", "deviation_losses", "duel", "expected_payoff", "short"]

Actions = tuple[int, ...]
"""The action of every group."""
Prior = tuple[tuple[Any, ...], ...]


class Duel(NamedTuple):
    """Which of two strict equilibria risk-dominates the other.

    Attributes
    ----------
    winner : int or None
        0 or 1; None if neither dominates, or that is not known.
    why : str
        The method and the numbers; or why neither does.
    known : bool
        Whether it is known that neither dominates, where there is no winner.
    """

    winner: int | None
    why: str
    known: bool = True


def duel(form: FiniteForm, first: Actions, second: Actions) -> Duel:
    """Say which of two strict equilibria risk-dominates the other.

    Parameters
    ----------
    form : FiniteForm
        Without exits.
    first, second : tuple of int
        The action that all members of each group take; both strict equilibria.

    Examples
    --------
    >>> from pigou.gambit import read_nfg
    >>> from pigou.solvers.form import finite_form
    >>> stag = read_nfg('NFG 1 R "stag" { "a" "b" } { 2 2 } 4 4 3 0 0 3 3 3')
    >>> duel(finite_form(stag), (0, 0), (1, 1))
    Duel(winner=1, why='deviation losses 3 x 3 = 9 against 1 x 1 = 1', known=True)
    """
    alive, _ = survivors(form)
    active = [g for g, actions in enumerate(alive) if len(actions) > 1]
    members = sum(form.groups[g].size for g in active)
    if members == 2 and all(len(alive[g]) == 2 for g in active):
        return _by_products(form, first, second)
    prior = bicentric_prior(form, first, second)
    if members == 2:
        return _by_tracing(form, active, prior, (first, second))
    return _by_replies(form, prior, (first, second))


# -- two by two -----------------------------------------------------------------------------------


def deviation_losses(form: FiniteForm, here: Actions, there: Actions) -> list[Any]:
    """Return what each member loses who plays `there` while all others play `here`.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> form = finite_form(load("coordination").game, {"firms": 2})
    >>> deviation_losses(form, (1,), (0,))
    [1/4, 1/4]
    """
    losses = []
    for g, group in enumerate(form.groups):
        others = _others(form, here, g)
        kept, changed = (
            form.payoff(g, action, joined(others, g, action)) for action in (here[g], there[g])
        )
        losses += [kept - changed] * (group.size if here[g] != there[g] else 0)
    return losses


def _by_products(form: FiniteForm, first: Actions, second: Actions) -> Duel:
    losses = deviation_losses(form, first, second), deviation_losses(form, second, first)
    products = [math.prod(each, start=fmpq(1)) for each in losses]
    texts = [
        f"{' x '.join(map(short, each))} = {short(product)}"
        for each, product in zip(losses, products, strict=True)
    ]
    if form.exceeds(*products):
        return Duel(0, f"deviation losses {texts[0]} against {texts[1]}")
    if form.exceeds(*reversed(products)):
        return Duel(1, f"deviation losses {texts[1]} against {texts[0]}")
    return Duel(None, f"deviation losses {texts[0]} against {texts[1]}: a tie")


# -- the prior ------------------------------------------------------------------------------------


def bicentric_prior(form: FiniteForm, first: Actions, second: Actions) -> Prior:
    """Return the bicentric prior about a member of every group.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> bicentric_prior(finite_form(load("coordination").game), (1,), (0,))
    ((3/5, 2/5),)
    """
    prior = []
    for g, group in enumerate(form.groups):
        sides = [_others(form, profile, g) for profile in (first, second)]
        lines = [
            tuple(form.payoff(g, a, joined(others, g, a)) for others in sides)
            for a in range(len(group.actions))
        ]
        prior.append(_shares(lines))
    return tuple(prior)


def _shares(lines: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return on how much of [0, 1] each of the lines z u + (1 - z) v is the highest."""
    cuts = {fmpq(0), fmpq(1)}
    for (u, v), (u2, v2) in itertools.combinations(lines, 2):
        slope = (u - v) - (u2 - v2)
        if slope != 0:
            cut = (v2 - v) / slope
            if 0 < cut < 1:
                cuts.add(cut)
    shares = [fmpq(0)] * len(lines)
    for left, right in itertools.pairwise(sorted(cuts)):
        z = (left + right) / 2
        heights = [z * u + (1 - z) * v for u, v in lines]
        best = [a for a, height in enumerate(heights) if height == max(heights)]
        for a in best:
            shares[a] += (right - left) / len(best)
    return tuple(shares)


# -- what the prior leads to ----------------------------------------------------------------------


def _by_tracing(
    form: FiniteForm, active: Sequence[int], prior: Prior, rivals: tuple[Actions, Actions]
) -> Duel:
    """Follow the tracing procedure of two players, or of two members alike."""
    traced = _traced(form, active, prior, rivals[0])
    if traced.end is None:
        return Duel(None, f"the linear tracing procedure is tied: {traced.trouble}", False)
    for number, rival in enumerate(rivals):
        if all(share[rival[g]] == 1 for g, share in zip(active, traced.end, strict=True)):
            return Duel(number, f"linear tracing procedure, {_lines(traced.lines)}")
    return Duel(None, "the linear tracing procedure ends in another equilibrium")


def _lines(number: int) -> str:
    return f"path of {number} line{'s' * (number > 1)}"


def _traced(form: FiniteForm, active: Sequence[int], prior: Prior, base: Actions) -> Trace:
    """Trace the game of two players, or of two members, in which all others keep to `base`."""
    first, last = active[0], active[-1]
    tables: list[list[list[Any]]] = [[], []]
    for i in range(len(form.groups[first].actions)):
        rows: list[list[Any]] = [[], []]
        for j in range(len(form.groups[last].actions)):
            counts = _joint(form, base, {first: i, last: j}, (i, j))
            rows[0].append(form.payoff(first, i, counts))
            rows[1].append(form.payoff(last, j, counts))
        for table, row in zip(tables, rows, strict=True):
            table.append(row)
    if first == last:
        return trace_symmetric(tables[0], prior[first])
    return trace_bimatrix(tables[0], tables[1], (prior[first], prior[last]))


def _joint(
    form: FiniteForm, base: Actions, chosen: dict[int, int], pair: tuple[int, int]
) -> Counts:
    """Return the profile in which two players choose, or two members of one group."""
    rows = []
    for g, group in enumerate(form.groups):
        taken = [chosen.get(g, base[g])] * group.size
        if g in chosen and len(chosen) == 1:
            taken = list(pair)
        rows.append(tuple(taken.count(a) for a in range(len(group.actions))))
    return tuple(rows)


def _by_replies(form: FiniteForm, prior: Prior, rivals: tuple[Actions, Actions]) -> Duel:
    """Look at the best replies to the prior, where there are more than two players."""
    replies = []
    for g, group in enumerate(form.groups):
        payoffs = [expected_payoff(form, g, a, prior) for a in range(len(group.actions))]
        top = max(payoffs)
        best = [a for a, payoff in enumerate(payoffs) if not form.exceeds(top, payoff)]
        if len(best) > 1:
            return Duel(None, "two best replies to the bicentric prior: a tie", False)
        replies += best
    reached = tuple(replies)
    if reached in rivals:
        return Duel(rivals.index(reached), "the best replies to the bicentric prior")
    if all(_is_strict(form, reached, g) for g in range(len(form.groups))):
        return Duel(None, "the tracing procedure ends in another equilibrium")
    return Duel(
        None,
        "the best replies to the bicentric prior are no strict equilibrium, and the curved path of "
        "more than two players is not followed",
        False,
    )


def _is_strict(form: FiniteForm, profile: Actions, g: int) -> bool:
    others = _others(form, profile, g)
    own = form.payoff(g, profile[g], joined(others, g, profile[g]))
    return all(
        a == profile[g] or form.exceeds(own, form.payoff(g, a, joined(others, g, a)))
        for a in range(len(form.groups[g].actions))
    )


def expected_payoff(form: FiniteForm, group: int, action: int, prior: Prior) -> Any:
    """Return what a member expects of an action if all others draw theirs from a prior.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.solvers.form import finite_form
    >>> form = finite_form(load("coordination").game, {"firms": 3})
    >>> expected_payoff(form, 0, 1, ((fmpq(1, 2), fmpq(1, 2)),))
    -1/16
    """
    every = tuple(tuple(range(len(g.actions))) for g in form.groups)
    total = fmpq(0)
    for counts in form.profiles(every, without=group):
        weight = fmpq(1)
        for row, shares in zip(counts, prior, strict=True):
            weight *= _multinomial(row, shares)
        if weight != 0:
            total += weight * form.payoff(group, action, joined(counts, group, action))
    return total


def _multinomial(row: Sequence[int], shares: Sequence[Any]) -> Any:
    weight, left = fmpq(1), sum(row)
    for number, share in zip(row, shares, strict=True):
        if number:
            weight *= math.comb(left, number) * share**number
            left -= number
    return weight


def _others(form: FiniteForm, profile: Actions, without: int) -> Counts:
    """Return the profile that one member of a group faces."""
    return tuple(
        tuple(
            (group.size - (g == without)) * int(a == profile[g]) for a in range(len(group.actions))
        )
        for g, group in enumerate(form.groups)
    )


def short(number: Any) -> str:
    """Write an fmpq or a Fraction: exactly if that is short, else in six digits, of any size.

    Examples
    --------
    >>> short(fmpq(2, 3)), short(fmpq(10) ** 605), short(1 / fmpq(3) ** 700)
    ('2/3', '1e+605', '1.03543e-334')
    """
    text = str(number)
    if len(text) <= 12:
        return text
    above, below = (Decimal(int(n)) for n in (number.numerator, number.denominator))
    return f"{Context(prec=6).divide(above, below).normalize():g}"
