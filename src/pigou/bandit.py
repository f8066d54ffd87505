r"""Strategic experimentation: several players try the same uncertain technology, and all watch.

Each of N players divides its time between a *safe* arm, which pays s a unit of time, and a *risky*
one. The risky arm is the same for all and either good, and then yields lump sums at random times
(of a Poisson process of rate :math:`\lambda` a player), worth g a unit of time on average, or bad,
and then yields nothing. Everybody sees what all do and get, so that all share the belief p that it
is good. Without a success p falls, by

.. math:: dp = -K \lambda p (1 - p) \, dt ,

where K is how many experiment; the first success shows that it is good. Values are per player and
normalised by the discount rate r: a constant flow is worth itself. A *subsidy* of :math:`\sigma` a
unit of time is paid to whoever experiments until the first success.

`pigou.solvers.stopping` finds what a team does, what is done in the symmetric Markov equilibrium,
what a subsidy costs, and that which makes a lone pioneer try as long as the team.

Sources
-------
Keller, Rady and Cripps (2005), Econometrica 73:39-68; the subsidy is not in the paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pigou.errors import DeclarationError
from pigou.game import Parameter
from pigou.reading import check_formulas, number_reader

__all__ = ["Bandit"]

_FORMULAS = ("discount", "rate", "good", "safe", "players", "subsidy")


@dataclass(frozen=True)
class Bandit:
    r"""An exponential bandit that several players face.

    Parameters
    ----------
    name : str
    discount : number, str or sympy expression
        The discount rate r > 0.
    rate : number, str or sympy expression
        :math:`\lambda > 0`: how often a good risky arm succeeds in a unit of time.
    good, safe : number, str or sympy expression
        g > s > 0: what a good risky arm and the safe arm pay in a unit of time.
    players : number, str or sympy expression
        N, a whole number from 1 on.
    parameters : iterable of Parameter
    source : str
    subsidy : number, str or sympy expression
        :math:`0 \le \sigma < s`, from the public: with s or more nobody would ever stop.

    Raises
    ------
    ExpressionError
        If a formula cannot be read, or holds more than parameters.

    Examples
    --------
    >>> pilot = Bandit("pilot", "1/5", "1/2", 3, "6/5", "N", [Parameter("N", 3, "N >= 1")])
    >>> pilot.at({"N": 2}).players
    2
    >>> Bandit("pilot", "1/5", "1/2", 1, "6/5").at()
    Traceback (most recent call last):
    pigou.errors.DeclarationError: bandit 'pilot': good has to be above safe, and safe above 0, ...
    """

    name: str
    discount: Any
    rate: Any
    good: Any
    safe: Any
    players: Any = 1
    parameters: Sequence[Parameter] = ()
    source: str = ""
    subsidy: Any = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(self.parameters))
        check_formulas([getattr(self, name) for name in _FORMULAS], self.parameters)

    def at(self, values: Mapping[str, Any] | None = None) -> Bandit:
        """Return the same with numbers in the place of parameters.

        Raises
        ------
        DeclarationError
            If a value is outside its domain, a parameter has none, or a number is not allowed.
        """
        what = f"bandit '{self.name}'"
        put = number_reader(what, self.parameters, values)
        r, rate, good, safe, players, subsidy = (put(getattr(self, name)) for name in _FORMULAS)
        if r <= 0 or rate <= 0:
            raise DeclarationError(
                f"{what}: discount and rate have to be above 0, not {r} and {rate}"
            )
        if not good > safe > 0:
            raise DeclarationError(
                f"{what}: good has to be above safe, and safe above 0, not good = {good}, "
                f"safe = {safe}"
            )
        if players < 1 or players.denominator != 1:
            raise DeclarationError(f"{what}: players is a whole number from 1 on, not {players}")
        if not 0 <= subsidy < safe:
            raise DeclarationError(
                f"{what}: subsidy has to be at least 0 and below safe = {safe}, not {subsidy}: "
                "otherwise nobody would ever stop"
            )
        numbers = (r, rate, good, safe, int(players))
        return Bandit(self.name, *numbers, source=self.source, subsidy=subsidy)

    @property
    def myopic(self) -> Fraction:
        """The belief s/g below which the risky arm pays less at once; of numbers only."""
        return Fraction(self.safe) / Fraction(self.good)
