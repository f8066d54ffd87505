r"""Kinks as further unknowns: every switch between two formulas is a mover of its own.

A payoff with ``max``, ``min``, ``abs`` and ``if`` is piecewise smooth. Each place where it changes
from one formula to another is a *kink* :math:`\varphi_j(t) = 0`, and gets a *switch* :math:`s_j`:

.. math:: \max(a, b) = s\,a + (1 - s)\,b, \quad \varphi = a - b, \qquad
          s = 1 \text{ where } \varphi > 0,\; s = 0 \text{ where } \varphi < 0 ,

and likewise :math:`\min`, :math:`|a| = s\,a - (1 - s)\,a` and conditions. So a payoff becomes a
function :math:`U_i(t, s)`, smooth in t and affine in each switch, with
:math:`u_i(t) = U_i(t, s(t))`. At :math:`\varphi_j = 0` both branches have the same value (a jump is
refused, see `pigou.solvers.switching`), so that u is continuous and any value of :math:`s_j` will
do there.

Theorem
-------
Let :math:`t^*` be a profile of best replies. Then there are switches :math:`s \in [0, 1]`, for each
player its own, such that :math:`(t^*, s)` meets the first-order conditions of the moves
(`pigou.solvers.first_order`) for :math:`g_k = \partial U_{i(k)} / \partial t_k`, and for each j

.. math:: s_j = 0,\; \varphi_j \le 0, \qquad s_j = 1,\; \varphi_j \ge 0, \qquad
          0 < s_j < 1,\; \varphi_j = 0 .

*Proof.* :math:`u_i` is locally Lipschitz in the own moves, and its Clarke gradient is within the
convex hull of the :math:`\nabla U_i(t^*, s)` over the patterns :math:`s \in \{0, 1\}^J` that agree
with the sign of every :math:`\varphi_j(t^*) \ne 0` (Clarke 1983, Theorem 2.5.1). A maximiser on a
box has 0 in that hull plus the normal cone (Clarke 1983, Proposition 2.4.3 and its corollary). The
hull is the image of the cube of switches where the gradient is affine in the switches that are not
settled; and, where it is a product of several, for a player with one move, whose derivative takes
all values between those at the corners. ∎ (Where neither holds, `Switch.tangled`, the system is
never solved with both switches open, only bounded over all of them, and what is left stays open.)

These are the conditions of one more mover, who picks :math:`s_j \in [0, 1]` to make
:math:`s_j \varphi_j(t)` large. So everything that holds for a smooth system, over boxes of (t, s),
holds here: mean-value forms, Krawczyk's test, labels that are given lazily, refinement. s between 0
and 1 is the multiplier of an equilibrium *at* a concave kink. Two players who share a kink have a
switch each and one equation, a singular system: generically a continuum.

What is special
---------------
1. *Concave and convex kinks.* Let player i's :math:`U_i` change by
   :math:`\Delta_k = \partial g_k / \partial s_j` across the kink, and
   :math:`d_k = \partial \varphi_j / \partial t_k`, for an own move k. If
   :math:`\Delta_k d_k > 0` throughout a box, the kink is convex there: near it, :math:`u_i` is the
   larger of its two branches, to first order. A best reply on the kink is then one for each branch
   alone, so that :math:`s_j \in \{0, 1\}` will do and *between* is left out. (One of the two
   one-sided conditions has to hold, not both: a best reply elsewhere in the box is on one side.)
2. *Whose kink.* If no own move is in :math:`\varphi_j`, both branches have the same own derivatives
   on the kink, and so they have if no own derivative depends on :math:`s_j` (other kinks alone
   may); and if one own derivative alone depends on it, and that move is at an end, whichever of
   s = 0 and s = 1 gives the smaller (larger) derivative will do: no *between*.
3. *Second derivatives.* :math:`h_{kk} > 0` excludes a best reply inside only where t moves on
   one branch: where each :math:`\varphi_j` that holds :math:`t_k` has one sign throughout the box;
   or its switch is settled, and a step of :math:`t_k` upwards (or, for all of them,
   downwards) leads to the side of it.
4. *Values.* :math:`U_i(t, s)` is a payoff only where s is as the kinks have it at t. A box in which
   a switch is settled may reach beyond the kink; a value at its centre is attained only if the
   centre does not.

Source: F. H. Clarke (1983), Optimization and Nonsmooth Analysis, chapter 2; S. Scholtes (2012),
Introduction to Piecewise Differentiable Equations, for piecewise smooth functions.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import sympy as sp

__all__ = ["Pick", "Rise", "Switch"]


class Pick(sp.Function):
    r"""A choice between two formulas: :math:`s\,a + (1 - s)\,b` as ``Pick(s, a, b)``.

    It is kept as one operation so that a branch that is not taken need not be defined.

    Examples
    --------
    >>> s, x = sp.symbols("s x", real=True)
    >>> sp.diff(Pick(s, x**2, 0), x)
    Pick(s, 2*x, 0)
    >>> sp.diff(Pick(s, x**2, 0), s)
    Rise(s, x**2, 0)
    >>> Pick(1, x, 0)
    x
    """

    nargs = 3

    @classmethod
    def eval(cls, switch: sp.Expr, one: sp.Expr, other: sp.Expr) -> sp.Expr | None:
        """Take a branch where it is known which, or does not matter."""
        if switch == 1 or one == other:
            return one
        return other if switch == 0 else None

    def _eval_is_real(self) -> bool:
        return True

    def _eval_derivative(self, variable: sp.Symbol) -> sp.Expr:
        switch, one, other = self.args
        part = Pick(switch, sp.diff(one, variable), sp.diff(other, variable))
        return part + Rise(switch, one, other) if switch == variable else part


class Rise(sp.Function):
    r"""The derivative of a `Pick` in its switch: :math:`a - b`, looked at between 0 and 1 only.

    Examples
    --------
    >>> s, x = sp.symbols("s x", real=True)
    >>> sp.diff(Rise(s, x**2, 0), x)
    Rise(s, 2*x, 0)
    """

    nargs = 3

    @classmethod
    def eval(cls, switch: sp.Expr, one: sp.Expr, other: sp.Expr) -> sp.Expr | None:
        """Give 0 between equals."""
        return sp.S.Zero if one == other else None

    def _eval_is_real(self) -> bool:
        return True

    def _eval_derivative(self, variable: sp.Symbol) -> sp.Expr:
        switch, one, other = self.args
        return Rise(switch, sp.diff(one, variable), sp.diff(other, variable))


class Switch(NamedTuple):
    """A switch and its kink.

    Attributes
    ----------
    symbol : sympy symbol
        Between 0 and 1.
    kink : sympy expression
        It is 1 where this is positive, 0 where it is negative.
    player : str
        In whose payoff it is; empty for total surplus.

    Examples
    --------
    >>> s, x, y = sp.symbols("s x y", real=True)
    >>> Switch(s, x - y, "ann").kink
    x - y
    """

    symbol: sp.Symbol
    kink: sp.Expr
    player: str

    @staticmethod
    def tangled(formulas: Any, one: sp.Symbol, other: sp.Symbol) -> bool:
        """Whether derivatives of several own moves depend on a product of two switches.

        Examples
        --------
        >>> s, r, x = sp.symbols("s r x", real=True)
        >>> Switch.tangled([Pick(s, 1, 0) + Pick(r, 1, 0), x], s, r)
        False
        >>> Switch.tangled([Pick(s, Pick(r, 1, 2), 0), x], s, r)
        True
        """
        products = (sp.diff(sp.diff(formula, one), other) for formula in formulas)
        return len(formulas) > 1 and any(product != 0 for product in products)
