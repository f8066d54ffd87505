r"""Normal noise in a contest for rank: how likely a small lead is to win, enclosed rigorously.

Of n contestants with independent standard normal noise, one that leads the others by d wins with
probability :math:`P(d) = \int \varphi(x)\, \Phi(x + d)^{n - 1} dx`. At no lead its slope is

.. math:: h = (n - 1) \int \varphi(x)^2 \, \Phi(x)^{n - 2} \, dx .
"""

from __future__ import annotations

from flint import acb, arb

from pigou.errors import DeclarationError
from pigou.exact import Enclosure
from pigou.jets import enclosure

__all__ = ["slope_of_winning"]

_TAIL = 12


def slope_of_winning(contestants: int) -> Enclosure:
    r"""Enclose h: by how much a small lead, in standard deviations, raises the chance to win.

    The integral from -12 to 12 is enclosed by Arb. What lies beyond is at most
    :math:`(n - 1) e^{-144}`, since :math:`\Phi \le 1` and :math:`\varphi(x)^2 \le e^{-x^2}/6`.

    Raises
    ------
    DeclarationError
        If there are fewer than two contestants.

    Examples
    --------
    >>> slope_of_winning(2).value
    0.28209479...
    >>> slope_of_winning(1)
    Traceback (most recent call last):
    pigou.errors.DeclarationError: a contest has at least 2 contestants, not 1
    """
    if contestants < 2:
        raise DeclarationError(f"a contest has at least 2 contestants, not {contestants}")

    def density(x: acb, _: bool) -> acb:
        normal = (-x * x / 2).exp() / (2 * acb.pi()).sqrt()
        below = (1 + (x / acb(2).sqrt()).erf()) / 2
        return (contestants - 1) * normal * normal * below ** (contestants - 2)

    inside = acb.integral(density, -_TAIL, _TAIL).real
    beyond = (contestants - 1) * (-(arb(_TAIL) ** 2)).exp()
    return enclosure(inside + beyond.union(arb(0)))
