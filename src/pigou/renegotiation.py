r"""Stole and Zwiebel: one firm bargains with each supplier, and they can always renegotiate.

A firm with n identical suppliers makes F(n); a supplier has :math:`w_0` elsewhere. No contract
binds: each pair can renegotiate, and if a supplier leaves, the firm bargains anew with those that
remain. Equal gains from staying together mean

.. math:: w(n) - w_0 = \pi(n) - \pi(n - 1), \qquad \pi(n) = F(n) - n \, w(n) ,

and hence, by induction from :math:`\pi(0) = F(0)`,

.. math::
   \pi(n) = \frac{1}{n + 1} \sum_{i=0}^{n} \bigl(F(i) - i \, w_0\bigr), \qquad
   w(n) = \frac{F(n) - \pi(n)}{n} .

The firm earns the average, over all smaller supplier bases, of what they would yield if suppliers
were paid what they have elsewhere; it is the firm's Shapley value where nothing is made without it.
With suppliers that are many and small, sums become integrals:
:math:`\pi(n) = \frac{1}{n} \int_0^n (F(i) - i \, w_0) \, di`.

**Walking away.** By the first equation :math:`w(n) \ge w_0` exactly if
:math:`\pi(n) \ge \pi(n - 1)`: a supplier that would walk away is one that the firm would let go,
and the gain from the n-th relation is :math:`\max(\cdot, 0)`. `StoleZwiebel.outcome` drops
such suppliers; the closed forms are valid as long as nobody leaves, which
`StoleZwiebel.stays` states, and a firm that maximises :math:`\pi(n)` never takes on one that would.

Source: @stole1996intrafirm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import sympy as sp
from sympy.logic.boolalg import Boolean

from pigou.bargaining import formula
from pigou.errors import DeclarationError, ExpressionError
from pigou.expression import Scope, names_in, symbol, valid_name

__all__ = ["Renegotiated", "StoleZwiebel"]

_MOST = 1_000


class Renegotiated(NamedTuple):
    """What comes of renegotiation with a given number of suppliers.

    Attributes
    ----------
    staying : int
        How many of them stay.
    profit, payment : sympy expression
        What the firm earns, and what each that stays is paid; with nobody, the outside option.
    """

    staying: int
    profit: sp.Expr
    payment: sp.Expr


@dataclass(frozen=True)
class StoleZwiebel:
    """Renegotiation of one firm with n suppliers who are alike.

    Parameters
    ----------
    output : formula
        What n suppliers and the firm make, written with the name `count`.
    outside : formula
        What a supplier has elsewhere; it may not depend on `count`.
    count : str
        The name that stands for the number of suppliers in `output`.
    continuous : bool
        Whether suppliers are so small that sums are integrals.
    scope : Scope, optional

    Raises
    ------
    DeclarationError
        If the outside option depends on the number of suppliers.

    Examples
    --------
    >>> rule = StoleZwiebel("12*n - n**2", outside=2)
    >>> rule.profit(3), rule.payment(3)
    (23/2, 31/6)
    >>> StoleZwiebel("10*sqrt(n)", outside=1, continuous=True).profit("n")
    20*sqrt(n)/3 - n/2
    """

    output: Any
    outside: Any = 0
    count: str = "n"
    continuous: bool = False
    scope: Scope | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        valid_name(self.count, "count")
        for name in ("output", "outside"):
            object.__setattr__(self, name, formula(getattr(self, name), self.scope))
        if self.count in names_in(self.outside):
            raise DeclarationError(
                f"outside: '{self.outside}' depends on '{self.count}', the number of suppliers; "
                "a supplier's outside option is the same for any number"
            )

    def made(self, n: Any) -> sp.Expr:
        """Return what n suppliers and the firm make together, F(n)."""
        return self.output.xreplace({symbol(self.count): formula(n)})

    def profit(self, n: Any) -> sp.Expr:
        r"""Return :math:`\\pi(n)`, as long as nobody walks away.

        Parameters
        ----------
        n : int, str or sympy expression
            A number is exact. A name or formula gives a closed form, if sympy finds the sum (as for
            polynomials) or the integral (as for powers).

        Raises
        ------
        ExpressionError
            If there is no closed form, or n is a number but none of suppliers.

        Examples
        --------
        >>> StoleZwiebel("a*n - b*n**2", "w").profit("k")
        a*k/2 - b*k**2/3 - b*k/6 - k*w/2
        """
        many = formula(n)
        if not many.is_number:
            found = sp.expand(self._closed.xreplace({_SIZE: many}))
            return formula(found) if found.has(sp.Piecewise) else found
        if self.continuous:
            return self._at(many)
        return self._finite(self._sum(self._whole(many)) / (many + 1))

    def payment(self, n: Any) -> sp.Expr:
        """Return w(n), what each of n suppliers is paid, as long as nobody walks away.

        Examples
        --------
        >>> StoleZwiebel("a*n - b*n**2", "w").payment("k")
        a/2 - 2*b*k/3 + b/6 + w/2
        """
        many = formula(n)
        if many == 0:
            raise ExpressionError("there is no payment without a supplier")
        paid = (self.made(many) - self.profit(many)) / many
        return sp.expand(paid)

    def stays(self, n: Any) -> Boolean:
        """Return the condition that no supplier of n walks away, w(n) >= w0.

        Examples
        --------
        >>> StoleZwiebel("12*n - n**2", 2).stays("k")
        43/6 - 2*k/3 >= 2
        """
        return sp.Ge(self.payment(n), self.outside)

    def outcome(self, n: int) -> Renegotiated:
        """Return what comes of it if n suppliers are taken on and those who would lose leave.

        Raises
        ------
        ExpressionError
            If a gain depends on parameters, so that it is not known who leaves; if suppliers are
            not counted one by one.

        Examples
        --------
        >>> StoleZwiebel("12*n - n**2", 2).outcome(9)
        Renegotiated(staying=7, profit=35/2, payment=5/2)
        """
        if self.continuous:
            raise ExpressionError("who leaves is told one by one; here suppliers are a continuum")
        known = Renegotiated(0, self.made(0), self.outside)
        for m in range(1, self._whole(formula(n)) + 1):
            profit = (self.made(m) - m * self.outside + m * known.profit) / (m + 1)
            gain = profit - known.profit
            if not gain.is_number:
                raise ExpressionError(
                    f"whether supplier {m} walks away depends on {sorted(names_in(gain))}; "
                    "give them values"
                )
            if gain >= 0:
                known = Renegotiated(m, profit, self.outside + gain)
        return known

    def _whole(self, n: sp.Expr) -> int:
        if not (n.is_Integer and 0 <= n <= _MOST):
            raise ExpressionError(f"the number of suppliers is 0, 1, ..., {_MOST}, not {n}")
        return int(n)

    def _finite(self, amount: sp.Expr) -> sp.Expr:
        if amount.has(*_NOT_FINITE):
            raise ExpressionError(
                f"'{self.output}' is no finite number for every number of suppliers, 0 included"
            )
        return amount

    def _sum(self, n: int) -> sp.Expr:
        return sp.Add(*(self.made(i) - i * self.outside for i in range(n + 1)))

    @cached_property
    def _closed(self) -> sp.Expr:
        """The profit as an expression in the number of suppliers."""
        variable = symbol(self.count)
        inside = sp.Dummy("i", positive=True) if self.continuous else sp.Dummy("i", integer=True)
        summand = sp.expand((self.output - variable * self.outside).xreplace({variable: inside}))
        try:
            if self.continuous:
                found = sp.integrate(summand, (inside, 0, _SIZE)) / _SIZE
            else:
                found = sp.summation(summand, (inside, 0, _SIZE)) / (_SIZE + 1)
        except (ValueError, NotImplementedError, AttributeError):  # sympy's own slips
            found = sp.nan
        found = sp.expand(sp.cancel(found) if not self.continuous else found)
        if found.has(sp.Sum, sp.Integral, *_NOT_FINITE) or inside in found.free_symbols:
            raise ExpressionError(
                f"'{self.output}' has no closed form that sympy finds; give the number of suppliers"
            )
        return found

    def _at(self, n: sp.Expr) -> sp.Expr:
        if not n > 0:
            raise ExpressionError(f"the number of suppliers is above 0, not {n}")
        return self._closed.xreplace({_SIZE: n})


_NOT_FINITE = (sp.nan, sp.zoo, sp.oo, -sp.oo)
_SIZE = sp.Symbol("number of suppliers", positive=True)
