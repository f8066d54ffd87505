r"""What switching equilibria of regime change bring, before the state is drawn, certified.

With the prior :math:`\theta \sim N(z, 1/\alpha)` and signals :math:`x = \theta + \varepsilon`,
:math:`\varepsilon \sim N(0, 1/\beta)`, a member whose cutoff is :math:`x^*` is in with probability

.. math:: \Pr(x \ge x^*) = \Phi\Bigl( \frac{z - x^*}{\sqrt{1/\alpha + 1/\beta}} \Bigr) ,

and is in while the project succeeds, :math:`\theta \ge \theta^*`, with probability

.. math:: \int_{\theta^*}^{\infty} \sqrt{\alpha} \, \varphi\bigl(\sqrt{\alpha} (\theta - z)\bigr)
          \, \Phi\bigl(\sqrt{\beta} (\theta - x^*)\bigr) \, d\theta .

Steps
-----
1. The integral up to 15 standard deviations of the prior beyond :math:`\max(z, \theta^*)` by
   FLINT's rigorous integration (Petras's algorithm, for functions that are analytic on ellipses).
2. What is left beyond is between 0 and the probability of such states, which is added.
3. The critical state is an enclosure: the integral starts in its middle, and the density's largest
   value times the half-width is added on both sides.

Source: F. Johansson (2018), Numerical integration in arbitrary-precision ball arithmetic, for the
integration; the formulas are those of the normal distribution.
"""

from __future__ import annotations

from fractions import Fraction

from flint import acb, arb

from pigou.exact import Enclosure
from pigou.global_game import Investors, RegimeChange
from pigou.solvers.balls import ball_of, ball_over, normal_distribution
from pigou.solvers.global_games import SwitchingEquilibrium
from pigou.solvers.roots import ball_to_enclosure, working_precision

__all__ = ["participation", "participation_in_success"]

_FAR = 15


def participation(
    game: RegimeChange, group: Investors, equilibrium: SwitchingEquilibrium
) -> Enclosure:
    """Return the probability with which a member of a group is in.

    Parameters
    ----------
    game : RegimeChange
        With numbers in the place of parameters and a proper prior.
    group : Investors
        One of its groups.
    equilibrium : SwitchingEquilibrium
        One of its equilibria.

    Examples
    --------
    >>> from pigou.solvers.global_games import switching_equilibria
    >>> firms = Investors("firms", cost=Fraction(1, 2), precision=4)
    >>> project = RegimeChange("project", [firms], mean=Fraction(1, 2), precision=1)
    >>> (only,) = switching_equilibria(project).equilibria
    >>> round(participation(project, firms, only).value, 6)
    0.5
    """
    with working_precision():
        spread = (1 / ball_of(game.precision) + 1 / ball_of(group.precision)).sqrt()
        cutoff = ball_over(equilibrium.cutoffs[group.name])
        return ball_to_enclosure(normal_distribution((ball_of(game.mean) - cutoff) / spread))


def participation_in_success(
    game: RegimeChange, group: Investors, equilibrium: SwitchingEquilibrium
) -> Enclosure:
    """Return the probability with which a member of a group is in and the project succeeds.

    Parameters
    ----------
    game : RegimeChange
        With numbers in the place of parameters and a proper prior.
    group : Investors
        One of its groups.
    equilibrium : SwitchingEquilibrium
        One of its equilibria.

    Examples
    --------
    >>> from pigou.solvers.global_games import switching_equilibria
    >>> firms = Investors("firms", cost=Fraction(1, 2), precision=4)
    >>> project = RegimeChange("project", [firms], mean=Fraction(1, 2), precision=1)
    >>> (only,) = switching_equilibria(project).equilibria
    >>> round(participation_in_success(project, firms, only).value, 6)
    0.426208
    """
    critical = equilibrium.critical
    middle = (critical.lower + critical.upper) / 2
    with working_precision():
        alpha, mean = ball_of(game.precision), ball_of(game.mean)
        beta, cutoff = ball_of(group.precision), ball_over(equilibrium.cutoffs[group.name])

        def density(state: acb, analytic: bool) -> acb:
            away = state - mean
            seen = ((cutoff - state) * (beta / 2).sqrt()).erfc() / 2
            return (-(away * away) * alpha / 2).exp() * seen

        deviation = ball_to_enclosure(1 / alpha.sqrt()).upper
        end = max(Fraction(game.mean), middle) + _FAR * deviation
        height = (alpha / (2 * arb.pi())).sqrt()
        inner = height * acb.integral(density, acb(ball_of(middle)), acb(ball_of(end))).real
        beyond = normal_distribution((mean - ball_of(end)) * alpha.sqrt())
        shift = height * ball_of(critical.width / 2)
        total = inner + arb(0).union(beyond) + (-shift).union(shift)
        return ball_to_enclosure(total)
