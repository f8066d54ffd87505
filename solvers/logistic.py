r"""The logistic function as one operation, so that interval enclosures of it are tight.

With :math:`\sigma(u) = 1/(1 + e^{-u})`,

.. math:: \sigma' = \sigma (1 - \sigma) \in (0, \tfrac14], \qquad
          \sigma'' = \sigma' (1 - 2\sigma) \in [-\tfrac{1}{6\sqrt3}, \tfrac{1}{6\sqrt3}], \qquad
          \sigma''' = \sigma' (1 - 6\sigma').

Written with exp, the derivatives contain u several times, and interval arithmetic takes these for
independent: on :math:`u \in [-3, 3]`, :math:`e^{-u}/(1 + e^{-u})^2` comes out up to 18 instead of
1/4, and for large u as infinity over infinity. Here each of the three is one step of the tape, on
pieces where it is monotone (`pigou.solvers.intervals`).

Steps
-----
1. Powers of sums of two terms, :math:`c_1 e^A` and :math:`c_2 e^B` with positive rational
   :math:`c_1, c_2` (A or B may be 0) are found from the leaves of the formula upwards, and
   :math:`(c_1 e^A + c_2 e^B)^{-n} = c_1^{-n} e^{-nA} \sigma(A - B + \log(c_1/c_2))^n` is put.
2. A product of :math:`e^w` and :math:`\sigma(u)^n` with :math:`w + k u` a number for a k up to n
   becomes :math:`e^{w + k u} \sigma(-u)^k \sigma(u)^{n-k}`.
3. Derivatives follow from the identities above.

Source: M. Abramowitz and I. Stegun (1964), section 4.2, for exp; the identities are elementary.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

__all__ = ["Logistic", "with_logistic"]


class Logistic(sp.Function):
    """The logistic function, or its first or second derivative: ``Logistic(u, order)``.

    Examples
    --------
    >>> u = sp.Symbol("u", real=True)
    >>> sp.diff(Logistic(u, 0), u)
    Logistic(u, 1)
    >>> sp.diff(Logistic(2 * u, 2), u)
    2*(1 - 6*Logistic(2*u, 1))*Logistic(2*u, 1)
    >>> Logistic(0, 0), Logistic(0, 1), Logistic(0, 2)
    (1/2, 1/4, 0)
    """

    nargs = 2

    @classmethod
    def eval(cls, argument: sp.Expr, order: sp.Integer) -> sp.Expr | None:
        """Evaluate at 0 only."""
        if argument.is_zero:
            return (sp.Rational(1, 2), sp.Rational(1, 4), sp.S.Zero)[int(order)]
        return None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Differentiate in the argument."""
        argument, order = self.args
        if argindex != 1:
            raise sp.core.function.ArgumentIndexError(self, argindex)
        if order < 2:
            return Logistic(argument, order + 1)
        slope = Logistic(argument, sp.S.One)
        return slope * (1 - 6 * slope)

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_real

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_real if self.args[1] < 2 else None


def with_logistic(formula: sp.Expr) -> sp.Expr:
    """Put the logistic function where a formula has it written out.

    Parameters
    ----------
    formula : sympy expression
        In variables, with numbers in place of parameters.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> with_logistic(x / (1 + sp.exp(5 - 10 * y)))
    x*Logistic(10*y - 5, 0)
    >>> with_logistic(sp.exp(x) / (sp.exp(x) + sp.exp(y)))
    Logistic(x - y, 0)
    >>> with_logistic(sp.exp(y) / (sp.exp(x) + sp.exp(y)))
    Logistic(-x + y, 0)
    """
    if not formula.args or not formula.has(sp.exp):
        return formula
    parts = [with_logistic(part) for part in formula.args]
    formula = formula.func(*parts) if list(formula.args) != parts else formula
    if isinstance(formula, sp.Pow) and not isinstance(formula, sp.exp):
        return _of_power(formula)
    return _of_product(formula) if isinstance(formula, sp.Mul) else formula


def _of_power(formula: sp.Pow) -> sp.Expr:
    """Carry out step 1 for a power."""
    base, exponent = formula.args
    if not (isinstance(base, sp.Add) and len(base.args) == 2 and exponent.is_negative):
        return formula
    terms = [_term(part) for part in base.args]
    if not (exponent.is_Rational and all(terms)):
        return formula
    (one, a), (other, b) = terms if terms[0][1] == 0 else reversed(terms)
    inside = Logistic(sp.expand(a - b + sp.log(one / other)), sp.S.Zero)
    return one**exponent * sp.exp(sp.expand(exponent * a)) * inside**-exponent


def _term(part: sp.Expr) -> Any:
    """Read c e^A as (c, A), c a positive rational; None for anything else."""
    number, rest = part.as_coeff_Mul()
    if not (number.is_Rational and number.is_positive):
        return None
    if rest == 1:
        return number, sp.S.Zero
    return (number, rest.args[0]) if isinstance(rest, sp.exp) else None


def _of_product(formula: sp.Mul) -> sp.Expr:
    """Carry out step 2 for a product, all powers of e in it taken together."""
    powers = [factor for factor in formula.args if isinstance(factor, sp.exp)]
    others = [factor for factor in formula.args if not isinstance(factor, sp.exp)]
    exponent = sp.expand(sp.Add(*(power.args[0] for power in powers)))
    for factor in others if powers else ():
        inside, power = factor.as_base_exp()
        if not isinstance(inside, Logistic) or not power.is_Integer or inside.args[1] != 0:
            continue
        argument = inside.args[0]
        for k in range(1, int(power) + 1):
            left = sp.expand(exponent + k * argument)
            if left.is_number:
                other = Logistic(-argument, sp.S.Zero) ** k * inside ** (power - k)
                rest = [f for f in others if f != factor]
                return sp.Mul(sp.exp(left), other, *rest)
    return formula
