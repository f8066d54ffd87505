r"""When to stop trying, and when to stop waiting: bandits and options, with certificates.

For a bandit write :math:`\mu_N = r / (N \lambda)` and :math:`\Omega(p) = (1 - p)/p`.

Steps
-----
1. A *team* of N lets all experiment above a cutoff, and none below it. Where all do, the value per
   player solves :math:`u = g p + \sigma + \frac{1}{\mu_N} p \, (g - u - (1 - p) u')`, so that
   :math:`u = \sigma + (g - \frac{\sigma}{1 + \mu_N}) p + C (1 - p) \Omega(p)^{\mu_N}`; with
   :math:`u = s` and :math:`u' = 0` at the cutoff

   .. math:: p_N^* = \frac{\mu_N (s - \sigma)}{g - s + \mu_N g} .

   The efficient experimentation is that of a team without a subsidy, which is a transfer.
2. In the *symmetric Markov equilibrium* each of N players experiments at the intensity k(p):
   none below the cutoff :math:`p_1^*` of a single player, all of the time above a belief
   :math:`p^\dagger`, and in between such that the others are indifferent,
   :math:`\frac{1}{\mu_1} p \, (g - u - (1 - p) u') = s - \sigma - g p`. With :math:`u(p_1^*) = s`
   and :math:`z = \ln (\Omega(p_1^*) / \Omega(p))` this is

   .. math:: u = s + (1 - p) \mu_1 (s - \sigma) (e^z - 1 - z), \qquad
             k = \frac{u - s}{(N - 1)(s - \sigma - g p)} ,

   and :math:`p^\dagger` is where :math:`u = s + (N - 1)(s - \sigma - g p)`. As
   :math:`(1 - p) u'' = \mu_1 (s - \sigma) / p^2 > 0` and :math:`u'(p_1^*) = 0`, u rises while the
   other side falls to s at :math:`p = (s - \sigma)/g`: there is exactly one such belief, which
   bisection encloses. Above it u is as in step 1, with C from :math:`u(p^\dagger)`, and rises.
3. The *amount of experimentation*, :math:`\int K dt` without a success, until beliefs have fallen
   from p to the cutoff is :math:`\frac{1}{\lambda} \ln (\Omega(p^*) / \Omega(p))`. In the
   symmetric equilibrium it is reached in the limit only. What subsidies cost until then, or until a
   success, is enclosed in `pigou.solvers.subsidised_trying`.
4. A *subsidy* to the flow from the risky arm, until the first success, lets a lone pioneer stop at
   p if :math:`s = g p + \sigma + \frac{1}{\mu_1} p (g - s)`; if it is paid after a success too,
   :math:`g + \sigma` stands in the place of the g in brackets.
5. For an opportunity, the value of waiting is :math:`A V^\beta`, where :math:`\beta > 1` is a
   root of :math:`\tfrac12 \sigma^2 \beta (\beta - 1) + (r - \delta) \beta - r = 0`; with
   :math:`F = V - I` and :math:`F' = 1` at the trigger, :math:`V^* = \frac{\beta}{\beta - 1} I`.

What is rational comes out exactly, the rest is enclosed by ball arithmetic.

Sources
-------
Keller, Rady and Cripps (2005), Econometrica 73:39-68, propositions 1, 2 and 5, for
:math:`\sigma = 0`; with a subsidy own, by the same steps. McDonald and Siegel
(1986), Quarterly Journal of Economics 101:707-727; Dixit and Pindyck (1994), Investment under
Uncertainty, Princeton University Press, chapter 5.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb

from pigou.bandit import Bandit
from pigou.equilibrium import Grade
from pigou.errors import DeclarationError
from pigou.exact import Enclosure, exact
from pigou.solvers.balls import ball_of, ball_over
from pigou.solvers.roots import ball_to_enclosure, working_precision
from pigou.waiting import Opportunity

__all__ = [
    "Experimentation",
    "Trigger",
    "experiment_as_team",
    "experimentation_equilibrium",
    "pioneer_subsidy",
    "when_to_invest",
]

_BISECTIONS = 200
_NEXT_TO_0 = Enclosure(Fraction(0), Fraction(1, 2**2000))


class Experimentation(NamedTuple):
    """Who experiments at which belief, and what that is worth.

    Attributes
    ----------
    bandit : Bandit
        With numbers in the place of parameters.
    cutoff : Fraction
        The belief at and below which nobody experiments.
    full : Enclosure
        The belief above which all experiment all the time; of a team, the cutoff.

    Examples
    --------
    >>> experiment_as_team(Bandit("pilot", "1/5", "1/2", 3, "6/5", 2)).cutoff
    Fraction(1, 10)
    """

    bandit: Bandit
    cutoff: Fraction
    full: Enclosure

    @property
    def grade(self) -> Grade:
        """How well all this is known."""
        return Grade.CERTIFIED

    def value(self, belief: Any) -> Enclosure:
        """Return the value per player, subsidies included, as a flow, at a belief in [0, 1].

        Examples
        --------
        >>> alone = experiment_as_team(Bandit("pilot", "1/5", "1/2", 3, "6/5"))
        >>> str(alone.value("0.1")), str(alone.value(1)), round(alone.value("0.4").value, 4)
        ('6/5', '3', 1.5116)
        """
        p, b = _belief(belief), self.bandit
        if p <= self.cutoff:
            return Enclosure.point(b.safe)
        if p == 1:
            mu = Fraction(b.discount) / (b.players * b.rate)
            return Enclosure.point(b.good + b.subsidy * mu / (1 + mu))
        with working_precision():
            return ball_to_enclosure(self._value(p))

    def intensity(self, belief: Any) -> Enclosure:
        """Return the share of its time for which each player experiments.

        Raises
        ------
        DeclarationError
            If the belief is not in [0, 1].

        Examples
        --------
        >>> three = experimentation_equilibrium(Bandit("pilot", "1/5", "1/2", 3, "6/5", 3))
        >>> [round(three.intensity(p).value, 3) for p in ("0.1", "0.2", "0.25", "0.4")]
        [0.0, 0.013, 0.076, 1.0]
        """
        p, b = _belief(belief), self.bandit
        if p <= self.cutoff:
            return Enclosure.point(0)
        if p >= self.full.upper or self.full.is_exact:
            return Enclosure.point(1)
        with working_precision():
            gap = ball_of((b.players - 1) * (b.safe - b.subsidy - b.good * p))
            inside = ball_to_enclosure((_indifferent(b, ball_of(p)) - ball_of(b.safe)) / gap)
        return (
            inside
            if p <= self.full.lower
            else Enclosure(min(inside.lower, Fraction(1)), Fraction(1))
        )

    def amount(self, belief: Any) -> Enclosure:
        r"""Return how long all players together experiment, from a belief on, if none succeeds.

        Raises
        ------
        DeclarationError
            If the belief is not in [0, 1), where it is finite.

        Examples
        --------
        >>> alone = experiment_as_team(Bandit("pilot", "1/5", "1/2", 3, "6/5"))
        >>> round(alone.amount("0.4").value, 4), str(alone.amount("0.1"))
        (2.5055, '0')
        """
        p, cutoff = _belief(belief), self.cutoff
        if p == 1:
            raise DeclarationError(
                "who is sure that the arm is good never stops: name a belief < 1"
            )
        if p <= cutoff:
            return Enclosure.point(0)
        ratio = (1 - cutoff) / cutoff * p / (1 - p)
        with working_precision():
            return ball_to_enclosure(ball_of(ratio).log() / ball_of(self.bandit.rate))

    def _value(self, p: Fraction) -> arb:
        """Return the value at a belief above the cutoff and below 1."""
        b, x = self.bandit, ball_of(p)
        if self.full.is_exact:
            return _all_in(b, x, ball_of(self.cutoff), ball_of(b.safe))
        if p <= self.full.lower:
            return _indifferent(b, x)
        start = ball_over(self.full)
        above = _all_in(b, x, start, _indifferent(b, start))
        return above if p >= self.full.upper else above.union(_indifferent(b, x))


def experiment_as_team(
    bandit: Bandit, at: Mapping[str, Any] | None = None, players: int | None = None
) -> Experimentation:
    """Return what N players do who share what they get: without a subsidy, what is efficient.

    Parameters
    ----------
    bandit : Bandit
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.
    players : int, optional
        The size of the team, if not all of the bandit's players; 1 is a player alone.

    Raises
    ------
    DeclarationError
        If a value is not allowed.

    Examples
    --------
    >>> pilot = Bandit("pilot", "1/5", "1/2", 3, "6/5", 3)
    >>> [str(experiment_as_team(pilot, players=n).cutoff) for n in (1, 2, 3)]
    ['4/25', '1/10', '4/55']
    """
    b = bandit.at(at)
    if players is not None:
        b = replace(b, players=players).at()
    cutoff = _cutoff(b, b.players)
    return Experimentation(b, cutoff, Enclosure.point(cutoff))


def experimentation_equilibrium(
    bandit: Bandit, at: Mapping[str, Any] | None = None
) -> Experimentation:
    """Return the symmetric equilibrium in Markov strategies, of which there is one.

    Parameters
    ----------
    bandit : Bandit
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.

    Raises
    ------
    DeclarationError
        If a value is not allowed.

    Examples
    --------
    >>> found = experimentation_equilibrium(Bandit("pilot", "1/5", "1/2", 3, "6/5", 3))
    >>> str(found.cutoff), round(found.full.value, 4)
    ('4/25', 0.3567)
    """
    b = bandit.at(at)
    if b.players == 1:
        return experiment_as_team(b)
    cutoff = _cutoff(b, 1)
    low, high = cutoff, (b.safe - b.subsidy) / b.good
    with working_precision():
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            other = b.safe + (b.players - 1) * (b.safe - b.subsidy - b.good * middle)
            excess = _indifferent(b, ball_of(middle)) - ball_of(other)
            if excess.contains(0):
                break
            low, high = (low, middle) if excess > 0 else (middle, high)
    return Experimentation(b, cutoff, Enclosure(low, high))


def pioneer_subsidy(
    bandit: Bandit, cutoff: Any, at: Mapping[str, Any] | None = None, lasting: bool = False
) -> Fraction:
    """Return the flow of money to the risky arm with which a lone pioneer stops at a belief.

    Parameters
    ----------
    bandit : Bandit
    cutoff : number
        The belief, between 0 and 1. Below 0 the subsidy is a tax. One that the bandit has already
        does not count.
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.
    lasting : bool
        Whether it is paid after a success too; otherwise it ends with the first one.

    Raises
    ------
    DeclarationError
        If a value is not allowed.

    Examples
    --------
    >>> pilot = Bandit("pilot", "1/5", "1/2", 3, "6/5", 3)
    >>> goal = experiment_as_team(pilot).cutoff
    >>> str(pioneer_subsidy(pilot, goal)), str(pioneer_subsidy(pilot, goal, lasting=True))
    ('36/55', '36/65')
    >>> pioneer_subsidy(pilot, experiment_as_team(pilot, players=1).cutoff)
    Fraction(0, 1)
    """
    b, p = bandit.at(at), _belief(cutoff)
    jump = p * b.rate / b.discount  # p / mu_1
    missing: Fraction = b.safe - b.good * p - jump * (b.good - b.safe)
    return missing / (1 + jump) if lasting else missing


class Trigger(NamedTuple):
    """When an opportunity is taken.

    Attributes
    ----------
    opportunity : Opportunity
        With numbers in the place of parameters.
    exponent : Enclosure
        The beta of step 5, above 1.
    trigger : Enclosure
        The value of the project from which on it is invested.

    Examples
    --------
    >>> found = when_to_invest(Opportunity("upgrade", "0.04", "0.04", "0.2"))
    >>> str(found.exponent), str(found.trigger)
    ('2', '2')
    """

    opportunity: Opportunity
    exponent: Enclosure
    trigger: Enclosure

    @property
    def grade(self) -> Grade:
        """How well all this is known."""
        return Grade.CERTIFIED

    def worth(self, value: Any) -> Enclosure:
        """Return what the opportunity is worth at a value of the project.

        Raises
        ------
        DeclarationError
            If the value is below 0.

        Examples
        --------
        >>> found = when_to_invest(Opportunity("upgrade", "0.04", "0.04", "0.2"))
        >>> round(found.worth(1).value, 6), str(found.worth(3))
        (0.25, '2')
        """
        v, cost = exact(value), Enclosure.point(self.opportunity.cost)
        if v < 0:
            raise DeclarationError(f"the value of a project is at least 0, not {value}")
        if v == 0:
            return Enclosure.point(0)
        at_once = Enclosure.point(v) - cost
        if v >= self.trigger.upper:
            return at_once
        waiting = (self.trigger - cost) * self.discounted(v)
        if v <= self.trigger.lower:
            return waiting
        return Enclosure(min(waiting.lower, at_once.lower), max(waiting.upper, at_once.upper))

    def discounted(self, value: Any, trigger: Enclosure | None = None) -> Enclosure:
        r"""Return what a unit of money is worth now that is paid when it is invested.

        It is :math:`(V / V^*)^\beta`, and 1 where the trigger has passed.

        Parameters
        ----------
        value : number
            V > 0, the value of the project now.
        trigger : Enclosure, optional
            The value from which on it is invested, if not the best one for the investor.

        Raises
        ------
        DeclarationError
            If the value is not above 0.

        Examples
        --------
        >>> found = when_to_invest(Opportunity("upgrade", "0.04", "0.04", "0.2"))
        >>> round(found.discounted(1).value, 6), str(found.discounted(3))
        (0.25, '1')
        """
        v, one = exact(value), Enclosure.point(1)
        target = self.trigger if trigger is None else trigger
        if v <= 0:
            raise DeclarationError(f"the value of the project has to be above 0, not {value}")
        if v >= target.upper:
            return one
        with working_precision():
            logarithm = ball_over(Enclosure.point(v) / target).log()
            found = (logarithm * ball_over(self.exponent)).exp()
            # as a fraction that would have very many digits
            share = _NEXT_TO_0 if found < ball_of(_NEXT_TO_0.upper) else ball_to_enclosure(found)
        return share if v <= target.lower else Enclosure(share.lower, max(share.upper, one.upper))

    def cost_for(self, value: Any) -> Enclosure:
        """Return the cost at which a value of the project would just be invested in.

        What it is below the cost of the opportunity is the subsidy to investment that this takes.

        Raises
        ------
        DeclarationError
            If the value is not above 0.

        Examples
        --------
        >>> found = when_to_invest(Opportunity("upgrade", "0.04", "0.04", "0.2"))
        >>> str(found.cost_for("1.5"))
        '3/4'
        """
        v = exact(value)
        if v <= 0:
            raise DeclarationError(f"the value of the project has to be above 0, not {value}")
        return Enclosure.point(v) / _markup(self.exponent)


def when_to_invest(opportunity: Opportunity, at: Mapping[str, Any] | None = None) -> Trigger:
    """Return when an opportunity is taken.

    Parameters
    ----------
    opportunity : Opportunity
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.

    Raises
    ------
    DeclarationError
        If a value is not allowed.

    Examples
    --------
    >>> found = when_to_invest(Opportunity("upgrade", "0.05", "0.03", "0.3"))
    >>> round(found.exponent.value, 6), round(found.trigger.value, 6)
    (1.367856, 3.718451)
    """
    o = opportunity.at(at)
    variance = o.volatility**2
    half = Fraction(1, 2) - (o.discount - o.payout) / variance
    exponent = Enclosure.point(half) + _square_root(half**2 + 2 * o.discount / variance)
    return Trigger(o, exponent, _markup(exponent) * Enclosure.point(o.cost))


def _belief(given: Any) -> Fraction:
    belief = exact(given)
    if not 0 <= belief <= 1:
        raise DeclarationError(f"a belief lies between 0 and 1, not at {given}")
    return belief


def _cutoff(b: Bandit, players: int) -> Fraction:
    """Return the belief at which a team stops."""
    mu = Fraction(b.discount) / (players * b.rate)
    return mu * (b.safe - b.subsidy) / (b.good - b.safe + mu * b.good)


def _all_in(b: Bandit, p: arb, start: arb, value: arb) -> arb:
    """Return the value where all experiment, which is `value` at the belief `start`."""
    mu = Fraction(b.discount) / (b.players * b.rate)
    least, slope = ball_of(b.subsidy), ball_of(b.good - b.subsidy / (1 + mu))
    odds = (1 - p) / p * start / (1 - start)
    share = (1 - p) / (1 - start) * (odds.log() * ball_of(mu)).exp()
    return least + slope * p + (value - least - slope * start) * share


def _indifferent(b: Bandit, p: arb) -> arb:
    """Return the value where players are indifferent, which is s at the cutoff of one alone."""
    start = ball_of(_cutoff(b, 1))
    odds = p / (1 - p) * (1 - start) / start
    mu = Fraction(b.discount) / b.rate
    return ball_of(b.safe) + (1 - p) * ball_of(mu * (b.safe - b.subsidy)) * (odds - 1 - odds.log())


def _markup(exponent: Enclosure) -> Enclosure:
    """Return beta/(beta - 1), which falls in beta."""
    ends = [end / (end - 1) for end in (exponent.upper, exponent.lower)]
    return Enclosure(*ends)


def _square_root(number: Fraction) -> Enclosure:
    top, bottom = math.isqrt(number.numerator), math.isqrt(number.denominator)
    if top**2 == number.numerator and bottom**2 == number.denominator:
        return Enclosure.point(Fraction(top, bottom))
    with working_precision():
        return ball_to_enclosure(ball_of(number).sqrt())
