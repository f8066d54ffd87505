r"""Bargaining: how a surplus is divided, as a value that a model names.

A rule of division maps what the parties make together, v, and what each has without the others,
its *outside option* :math:`d_k`, to what each gets, :math:`x_k`. It is written with the names of
moves and parameters, and what comes out are formulas, ready to be payoffs of a `pigou.game.Game`.

**Walking away.** Nobody can be held to a bargain. Where :math:`v < \sum_k d_k` there is no trade,
and everybody has its outside option: the gain from trade is
:math:`\max(v - \sum_k d_k, 0)`. Every rule here obeys this, so that a party never gets less than
its outside option, whoever it is that leaves.

Rules for more than an amount to be divided: `pigou.coalitions` (who can do what with whom),
`pigou.renegotiation` (one firm, many suppliers), `pigou.nash_in_nash` (bargains that
depend on each other).

Sources: @nash1950bargaining; @binmore1989outside.
"""

from __future__ import annotations

import itertools
import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from pigou.errors import DeclarationError, unknown
from pigou.exact import Record
from pigou.expression import FUNCTIONS, If, Scope, read_expression, valid_name

__all__ = ["Nash", "TakeItOrLeaveIt", "formula"]

_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*")
_ROLES = ("threat", "constraint")
_MOST_CONSTRAINED = 3  # 7 sets of parties held to their options; 4 would make 15


def formula(text: Any, scope: Scope | None = None) -> sp.Expr:
    """Read a formula whose names are declared later, in the game that uses it.

    Parameters
    ----------
    text : str, number or sympy expression
        In the grammar of `pigou.expression`.
    scope : Scope, optional
        What it may refer to; ``game.scope`` also reads labels of moves and sums over a population.
        Without it every name is taken for a parameter, a move or a chance variable.

    Raises
    ------
    ExpressionError
        If it is not in the grammar.

    Examples
    --------
    >>> formula("quality*price - 1/2")
    price*quality - 1/2
    """
    if scope is None:
        words = text.free_symbols if isinstance(text, sp.Basic) else _NAME.findall(str(text))
        grammar = {*FUNCTIONS, *keyword.kwlist}
        scope = Scope(sorted({str(w) for w in words} - grammar))
    return read_expression(text, scope)


def formulas(items: Mapping[str, Any], kind: str, scope: Scope | None = None) -> Record[sp.Expr]:
    """Read one formula for each party."""
    return Record({valid_name(k, kind): formula(v, scope) for k, v in items.items()})


def check_parties(names: Iterable[str], parties: Iterable[str], what: str) -> None:
    """Refuse a name that is none of the parties."""
    for name in names:
        if name not in parties:
            raise DeclarationError(f"{what}: " + unknown("party", name, parties, many="parties"))


@dataclass(frozen=True)
class Nash:
    r"""Nash's bargaining solution, with weights and with outside options in one of two roles.

    As *threat points*, what the parties have while they do not agree: maximise
    :math:`\prod_k (x_k - d_k)^{\alpha_k}` subject to :math:`\sum_k x_k = v`, so that

    .. math:: x_k = d_k + \alpha_k \max\Bigl(v - \sum_j d_j, \, 0\Bigr) .

    As *constraints*, what a party can leave for, once and for all (the deal-me-out rule of Binmore,
    Shaked and Sutton 1989): the parties have the *impasse* payoffs :math:`b_k` while they
    negotiate, and an outside option matters only where it is better than the bargain. Maximise
    :math:`\prod_k (x_k - b_k)^{\alpha_k}` subject to :math:`\sum_k x_k = v` and
    :math:`x_k \ge d_k`. The solution gives everybody :math:`x_k = \max(d_k, b_k + \alpha_k t)`
    with the t at which these sum to v:

    .. math::
       t = \min_{B \subsetneq N}
           \frac{v - \sum_{k \in B} d_k - \sum_{k \notin B} b_k}{\sum_{k \notin B} \alpha_k} .

    The sum is the largest, over sets B of those who are held to their outside options, of lines
    that rise with t, so the smallest root is that of the sum. With two parties,
    :math:`x_1 = \max(d_1, \min(\alpha_1 v, v - d_2))` at impasse payoffs of 0. Where
    :math:`v < \sum_k d_k`, the same formula gives everybody :math:`d_k`: no trade. If nobody has a
    reason to leave, :math:`d_k \le b_k` for all k, and together they make less than they have while
    they negotiate, :math:`v < \sum_k b_k`, they go on negotiating: everybody has :math:`b_k`.

    Parameters
    ----------
    outside : mapping of str to formula
        What each party has without the others; its keys are the parties.
    weights : mapping of str to formula, optional
        Bargaining power, scaled to sum to 1. Equal by default.
    outside_as : {"threat", "constraint"}
        The role of the outside options.
    impasse : mapping of str to formula
        With ``"constraint"``: what each has while they negotiate; 0 by default.
    always_trade : bool
        That :math:`v \ge \sum_k d_k` follows from what the model assumes, so that the maximum with
        0 is left out; with ``"constraint"``, that :math:`v \ge \sum_k b_k` wherever all
        :math:`d_k \le b_k`, so that the case in which nobody moves is left out. Prove it where you
        say it.
    scope : Scope, optional
        Names that the formulas may use; see `formula`.

    Raises
    ------
    DeclarationError
        If there are fewer than two parties, a weight is of nobody or negative, or weights are all
        zero; if a key fits the other role only.

    Examples
    --------
    The supplier can sell a third of the surplus elsewhere:

    >>> Nash({"supplier": "v/3", "lead": 0}, always_trade=True).divide("v")
    {'supplier': 2*v/3, 'lead': v/3}

    If that option is there to leave for only, it changes nothing, as half is more than a third:

    >>> Nash({"supplier": 1, "lead": 0}, outside_as="constraint").divide(3)
    {'supplier': 3/2, 'lead': 3/2}
    >>> Nash({"supplier": 2, "lead": 0}, outside_as="constraint").divide(3)
    {'supplier': 2, 'lead': 1}

    Together they make less than apart; less than they have while they talk:

    >>> Nash({"supplier": 2, "lead": 2}).divide(3)
    {'supplier': 2, 'lead': 2}
    >>> talks = {"supplier": 2, "lead": 2}
    >>> Nash({"supplier": 0, "lead": 1}, outside_as="constraint", impasse=talks).divide(3)
    {'supplier': 2, 'lead': 2}
    """

    outside: Mapping[str, Any]
    weights: Mapping[str, Any] = field(default_factory=Record)
    outside_as: str = "threat"
    impasse: Mapping[str, Any] = field(default_factory=Record)
    always_trade: bool = False
    scope: Scope | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("outside", "weights", "impasse"):
            read = formulas(getattr(self, name), "party", self.scope)
            object.__setattr__(self, name, read)
        parties = tuple(self.outside)
        if len(parties) < 2:
            raise DeclarationError("a bargain needs two parties or more, each with what is outside")
        if self.outside_as not in _ROLES:
            raise DeclarationError(unknown("role", self.outside_as, _ROLES, "outside_as"))
        for name in ("weights", "impasse"):
            check_parties(getattr(self, name), parties, name)
        if self.outside_as == "threat" and self.impasse:
            raise DeclarationError("impasse: threat points are the impasse; give them as 'outside'")
        if self.outside_as == "constraint":
            self._check_constraints()
        self._check_weights()

    def _check_constraints(self) -> None:
        if len(self.outside) > _MOST_CONSTRAINED:
            raise DeclarationError(
                f"outside options as constraints: at most {_MOST_CONSTRAINED} parties, not "
                f"{len(self.outside)} (every set of those held to them is a case)"
            )
        if any(self.shares[party] == 0 for party in self.shares):
            raise DeclarationError("weights: with outside options as constraints each is above 0")

    def _check_weights(self) -> None:
        if self.weights and set(self.weights) != set(self.outside):
            missing = next(k for k in self.outside if k not in self.weights)
            raise DeclarationError(f"weights: none is given for party '{missing}'")
        for party, weight in self.weights.items():
            if weight.is_number and weight < 0:
                raise DeclarationError(f"weights: that of '{party}' is {weight}, below 0")

    @property
    def parties(self) -> tuple[str, ...]:
        """Who bargains, in the order given."""
        return tuple(self.outside)

    @property
    def shares(self) -> Record[sp.Expr]:
        """The weights, scaled to sum to 1."""
        if not self.weights:
            return Record(dict.fromkeys(self.outside, sp.Rational(1, len(self.outside))))
        total = sp.cancel(sp.Add(*self.weights.values()))
        if total == 0:
            raise DeclarationError("weights: they are all 0")
        return Record({k: self.weights[k] / total for k in self.outside if k in self.weights})

    def divide(self, surplus: Any) -> Record[sp.Expr]:
        """Return what each party gets of `surplus`, what all of them make together.

        Examples
        --------
        >>> rule = Nash({"lead": 0, "supplier": "w"}, {"lead": "power", "supplier": "1 - power"})
        >>> rule.divide("value")["lead"]
        power*Max(0, value - w)
        """
        v = formula(surplus, self.scope)
        if self.outside_as == "constraint":
            return self._deal_me_out(v)
        gain = v - sp.Add(*self.outside.values())
        gain = gain if self.always_trade else sp.Max(0, gain)
        return Record({k: d + self.shares[k] * gain for k, d in self.outside.items()})

    def _deal_me_out(self, v: sp.Expr) -> Record[sp.Expr]:
        impasse = {k: self.impasse.get(k, sp.S.Zero) for k in self.outside}
        roots = []
        for count in range(len(self.outside)):
            for held in itertools.combinations(self.outside, count):
                free = [k for k in self.outside if k not in held]
                rest = v - sum(self.outside[k] for k in held) - sum(impasse[k] for k in free)
                roots.append(rest / sp.Add(*(self.shares[k] for k in free)))
        level = sp.Min(*roots)
        agreed = {
            k: sp.Max(d, impasse[k] + self.shares[k] * level) for k, d in self.outside.items()
        }
        stays = (sp.Le(d, impasse[k]) for k, d in self.outside.items())
        stuck = sp.And(sp.Lt(v, sp.Add(*impasse.values())), *stays)
        unsaid = not self.impasse and stuck not in (sp.true, sp.false)
        if self.always_trade or unsaid:
            return Record(agreed)
        return Record({k: If(stuck, impasse[k], x) for k, x in agreed.items()})


@dataclass(frozen=True)
class TakeItOrLeaveIt:
    r"""One party proposes, and the others can only accept or leave.

    The proposer offers everybody just its outside option, which it accepts:
    :math:`x_k = d_k` for the others, and for the proposer
    :math:`x_p = d_p + \max(v - \sum_k d_k, 0)`.

    Parameters
    ----------
    proposer : str
    outside : mapping of str to formula
        What each party has without the others, the proposer included.
    always_trade : bool
        As in `Nash`.
    scope : Scope, optional

    Raises
    ------
    DeclarationError
        If there are fewer than two parties, or the proposer is none of them.

    Examples
    --------
    >>> TakeItOrLeaveIt("lead", {"lead": 0, "supplier": 2}).divide(5)
    {'lead': 3, 'supplier': 2}
    >>> TakeItOrLeaveIt("led", {"lead": 0, "supplier": 2})
    Traceback (most recent call last):
    pigou.errors.DeclarationError: proposer: no party 'led'; did you mean 'lead'? ...
    """

    proposer: str
    outside: Mapping[str, Any]
    always_trade: bool = False
    scope: Scope | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_parties([self.proposer], self.outside, "proposer")
        object.__setattr__(self, "outside", self._as_nash.outside)

    @property
    def _as_nash(self) -> Nash:
        weights = {k: int(k == self.proposer) for k in self.outside}
        return Nash(self.outside, weights, always_trade=self.always_trade, scope=self.scope)

    @property
    def parties(self) -> tuple[str, ...]:
        """Who bargains, in the order given."""
        return tuple(self.outside)

    def divide(self, surplus: Any) -> Record[sp.Expr]:
        """Return what each party gets of `surplus`.

        Examples
        --------
        >>> rule = TakeItOrLeaveIt("lead", {"lead": 0, "supplier": "w"}, always_trade=True)
        >>> rule.divide("value")
        {'lead': value - w, 'supplier': w}
        """
        return self._as_nash.divide(surplus)
