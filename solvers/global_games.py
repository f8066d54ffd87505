r"""All equilibria in switching strategies of global games, with certificates.

A switching strategy is in from a cutoff on: :math:`x \ge x_g`. Write :math:`\Phi` for the normal
distribution function, :math:`r_g = c_g / b_g`, and :math:`\alpha, \beta_g` for the precisions of
prior and noise.

Steps
-----
1. Regime change: who sees its cutoff is indifferent, :math:`\Pr(\theta \ge \theta^* \mid x_g) =
   r_g`, so that :math:`x_g = \theta^* + \frac{\alpha}{\beta_g}(\theta^* - z) +
   \frac{\sqrt{\alpha + \beta_g}}{\beta_g} \Phi^{-1}(r_g)`. Success is critical at the state
   :math:`\theta^*` where the weighted share of those who are in is :math:`1 - \theta^*`:

   .. math:: h(\theta) = \theta - 1 + \sum_g w_g m_g \Phi\Bigl(
             -\frac{\alpha}{\sqrt{\beta_g}} (\theta - z)
             - \sqrt{1 + \alpha/\beta_g}\; \Phi^{-1}(r_g) \Bigr) = 0 .

   With a diffuse prior (:math:`\alpha = 0`) it does not matter how the noise is distributed, and
   :math:`\theta^* = 1 - \sum_g w_g m_g (1 - r_g)`.
2. Linear payoffs: at the cutoff k of the posterior mean,

   .. math:: h(k) = k - c + s \bigl(1 - \Phi(\sqrt{\gamma} (k - z)) \bigr) = 0, \qquad
             \gamma = \frac{\alpha^2 / \beta^2}{1/(\alpha + \beta) + 1/\beta} .

3. All roots of h, in an interval at whose ends it has different signs, by bisection in ball
   arithmetic: a part is dropped where the enclosure of h has no zero, and holds exactly one root or
   none where that of its slope has no zero; Newton's method then sharpens the root. What cannot be
   told apart to the last (a root of even multiplicity) is left *unresolved*.
4. There is one equilibrium at most where :math:`h' > 0`: for all z and all costs if
   :math:`\sum_g w_g m_g \alpha / \sqrt{2 \pi \beta_g} \le 1`, or :math:`s^2 \gamma \le 2 \pi`.

Sources
-------
Carlsson and van Damme (1993), Econometrica 61:989-1018; Morris and Shin (1998), American Economic
Review 88:587-597; Morris and Shin (2003), in Advances in Economics and Econometrics, section 2;
Hellwig (2002), Journal of Economic Theory 107:191-222; Sakovics and Steiner (2012), American
Economic Review 102:3439-3461.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb

from pigou.equilibrium import Grade
from pigou.exact import Enclosure, Record
from pigou.global_game import Investors, LinearGame, RegimeChange
from pigou.solvers.balls import ball_of, normal_density, normal_distribution
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = ["SwitchingEquilibria", "SwitchingEquilibrium", "switching_equilibria"]

_NARROW = Fraction(1, 2**60)
_SHARP = Fraction(1, 2**200)


class SwitchingEquilibrium(NamedTuple):
    """An equilibrium in switching strategies.

    Attributes
    ----------
    critical : Enclosure
        Regime change: the state from which on the project succeeds. Linear: the cutoff.
    cutoffs : mapping of str to Enclosure
        From which signal on a member of each group is in; linear: from which posterior mean on.
    success : Enclosure or None
        Regime change with a proper prior: how likely success is before the state is drawn.
    stable : bool
        Whether the best reply to a slightly higher cutoff is lower than that.

    Examples
    --------
    >>> SwitchingEquilibrium(Enclosure.point("1/2"), {}, None, True).critical
    Enclosure(1/2)
    """

    critical: Enclosure
    cutoffs: Mapping[str, Enclosure]
    success: Enclosure | None
    stable: bool


class SwitchingEquilibria(NamedTuple):
    r"""All equilibria in switching strategies.

    Attributes
    ----------
    equilibria : tuple of SwitchingEquilibrium
        By their critical state.
    unresolved : tuple of Enclosure
        Where another one, or none, may be; empty if the list is complete.
    unique_for_all : bool or None
        Whether the precisions alone leave one equilibrium, whatever the prior mean and the costs;
        None where the enclosure straddles the border.
    steepness : Enclosure
        What has to be at most :math:`\sqrt{2 \pi}` for that: :math:`\sum_g w_g m_g \alpha /
        \sqrt{\beta_g}`, or :math:`s \sqrt{\gamma}`.

    Examples
    --------
    >>> SwitchingEquilibria((), (), True, Enclosure.point(1)).unresolved
    ()
    """

    equilibria: tuple[SwitchingEquilibrium, ...]
    unresolved: tuple[Enclosure, ...]
    unique_for_all: bool | None
    steepness: Enclosure

    @property
    def grade(self) -> Grade:
        """How well the list is known: certified if nothing is unresolved."""
        return Grade.NUMERICAL if self.unresolved else Grade.CERTIFIED


def switching_equilibria(
    game: RegimeChange | LinearGame, at: Mapping[str, Any] | None = None
) -> SwitchingEquilibria:
    """Return all equilibria in switching strategies.

    Parameters
    ----------
    game : RegimeChange or LinearGame
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.

    Raises
    ------
    DeclarationError
        If a value is not allowed.

    Examples
    --------
    >>> firms = Investors("firms", cost="3/5", precision=4)
    >>> project = RegimeChange("project", [firms], mean="1/2", precision=1)
    >>> (only,) = switching_equilibria(project).equilibria
    >>> round(only.critical.value, 6), round(only.cutoffs["firms"].value, 6)
    (0.6376, 0.813625)
    """
    with working_precision():
        return _Solver(game.at(at)).solve()


def _quantile(p: Fraction) -> arb:
    return arb(2).sqrt() * ball_of(2 * p - 1).erfinv()


def _logit(p: Fraction) -> arb:
    return (ball_of(p) / (1 - ball_of(p))).log()


class _Solver:
    def __init__(self, game: RegimeChange | LinearGame):
        self.game = game
        self.terms: list[tuple[arb, arb, arb]] = []  # size, slope and constant inside Phi
        if isinstance(game, LinearGame):
            tau, beta = ball_of(game.precision), ball_of(game.noise_precision)
            root = (tau / beta) / (1 / (tau + beta) + 1 / beta).sqrt()
            self.shift = ball_of(game.gain - game.cost)
            self.terms.append((-ball_of(game.gain), root, -root * ball_of(game.mean)))
            self.ends = (game.cost - game.gain, game.cost)
        else:
            self.shift = arb(-1)
            total = Fraction(0)
            for group in game.groups:
                size, slope, constant = self._group(game, group)
                self.terms.append((size, slope, constant))
                total += Fraction(group.weight) * Fraction(group.mass)
            self.ends = (1 - total, Fraction(1))

    @staticmethod
    def _group(game: RegimeChange, group: Investors) -> tuple[arb, arb, arb]:
        alpha, beta = ball_of(game.precision), ball_of(group.precision)
        size = ball_of(group.weight * group.mass)
        slope = -alpha / beta.sqrt()
        tempered = (1 + alpha / beta).sqrt() * _quantile(group.cost / group.benefit)
        return size, slope, -slope * ball_of(game.mean) - tempered

    def value(self, x: arb) -> arb:
        """Return h."""
        total = x + self.shift
        for size, slope, constant in self.terms:
            total += size * normal_distribution(slope * x + constant)
        return total

    def slope(self, x: arb) -> arb:
        """Return the slope of h."""
        total = arb(1)
        for size, slope, constant in self.terms:
            total += size * slope * normal_density(slope * x + constant)
        return total

    def solve(self) -> SwitchingEquilibria:
        if self.game.precision == 0:
            found = [self._sharpened(*self.ends)]
            none = Enclosure.point(0)
            return SwitchingEquilibria(tuple(map(self._described, found)), (), True, none)
        roots, unresolved = _all_roots(self.value, self.slope, *self.ends)
        found = [self._sharpened(low, high) for low, high in roots]
        steepness = sum((-size * slope for size, slope, _ in self.terms), arb(0))
        border = (2 * arb.pi()).sqrt()
        unique = None if steepness.overlaps(border) else bool(steepness < border)
        return SwitchingEquilibria(
            tuple(map(self._described, found)), tuple(unresolved), unique,
            ball_to_enclosure(steepness),
        )  # fmt: skip

    def _sharpened(self, low: Fraction, high: Fraction) -> Enclosure:
        """Return the root in a part where h has no turning point, by Newton's method in balls."""
        enclosure = Enclosure(low, high)
        while enclosure.width > _SHARP:
            middle = (enclosure.lower + enclosure.upper) / 2
            ball = ball_of(enclosure.lower).union(ball_of(enclosure.upper))
            step = ball_to_enclosure(self.value(ball_of(middle)) / self.slope(ball))
            next_one = Enclosure.point(middle) - step
            lower = max(enclosure.lower, next_one.lower)
            upper = min(enclosure.upper, next_one.upper)
            if upper - lower > enclosure.width * Fraction(3, 4):
                break
            enclosure = Enclosure(lower, upper)
        return enclosure

    def _described(self, root: Enclosure) -> SwitchingEquilibrium:
        ball = ball_of(root.lower).union(ball_of(root.upper))
        stable = bool(self.slope(ball) > 0)
        if isinstance(self.game, LinearGame):
            return SwitchingEquilibrium(root, Record({"all": root}), None, stable)
        cutoffs = {g.name: ball_to_enclosure(self._cutoff(g, ball)) for g in self.game.groups}
        alpha = ball_of(self.game.precision)
        success = None
        if self.game.precision > 0:
            failure = normal_distribution(alpha.sqrt() * (ball - ball_of(self.game.mean)))
            success = ball_to_enclosure(1 - failure)
        return SwitchingEquilibrium(root, Record(cutoffs), success, stable)

    def _cutoff(self, group: Investors, state: arb) -> arb:
        assert isinstance(self.game, RegimeChange)
        alpha, beta = ball_of(self.game.precision), ball_of(group.precision)
        share = group.cost / group.benefit
        if self.game.noise == "logistic":
            # a logistic distribution of scale s has variance (pi s)**2 / 3
            scale = (3 / beta).sqrt() / arb.pi()
            return state + scale * _logit(share)
        ahead = (alpha / beta) * (state - ball_of(self.game.mean))
        return state + ahead + (alpha + beta).sqrt() / beta * _quantile(share)


def _all_roots(
    value: Callable[[arb], arb], slope: Callable[[arb], arb], low: Fraction, high: Fraction
) -> tuple[list[tuple[Fraction, Fraction]], list[Enclosure]]:
    """Return brackets of one root each, and what could not be told."""
    found: list[tuple[Fraction, Fraction]] = []
    unresolved: list[Enclosure] = []
    waiting = [(low, high)]
    while waiting:
        left, right = waiting.pop()
        ball = ball_of(left).union(ball_of(right))
        if not value(ball).contains(0):
            continue
        ends = [value(ball_of(end)) for end in (left, right)]
        if not slope(ball).contains(0) and not any(end.contains(0) for end in ends):
            if (ends[0] > 0) != (ends[1] > 0):
                found.append((left, right))
            continue
        if right - left < _NARROW:
            unresolved.append(Enclosure(left, right))
            continue
        # not in the middle: a root may well lie there
        middle = left + (right - left) * Fraction(8191, 17011)
        waiting += [(left, middle), (middle, right)]
    return sorted(found), sorted(unresolved, key=lambda gap: gap.lower)
