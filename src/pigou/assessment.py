r"""Who gets what in an equilibrium: surplus, transfers, public money, welfare.

With surplus :math:`S_g` of every group g after transfers, G the government's payoff, weights
:math:`w_g` and a cost of public funds :math:`\lambda`, welfare is

.. math:: W(\lambda, w) = \sum_{g} w_g S_g + \lambda G .

At unit weights and :math:`\lambda = 1` transfers cancel, and W is the sum of primitive payoffs. The
lines of the public account add up: :math:`G = O + R - X - K` with the government's own surplus O
(0 unless the game declares one), the revenue R, the outlay X and the running cost K. The *net
outlay* is :math:`X + K - R`; to raise it costs the *deadweight cost of public funds*
:math:`(\lambda - 1)(X + K - R)` on top (Browning 1976, Journal of Political Economy 84:283-298).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pigou.check import examine
from pigou.check_simultaneous import Flow
from pigou.enclosing import enclosed
from pigou.equilibrium import Equilibrium, EquilibriumSet
from pigou.exact import Enclosure, Record, exact
from pigou.game import GOVERNMENT, Game
from pigou.joint_books import by_party
from pigou.ledger import running_cost
from pigou.optimum import FirstBest, first_best
from pigou.weights import checked_weights, weights_of_groups

__all__ = ["Assessment", "assess", "diagnose", "gains_of_members", "is_outlay"]

ZERO = Enclosure.point(0)


@dataclass(frozen=True)
class Assessment:
    """One equilibrium, assessed.

    Parameters
    ----------
    equilibrium : Equilibrium
    surplus : mapping of str to Enclosure
        Each party's total after transfers; of all members, for a population.
    members : mapping of str to tuple of (Enclosure, int)
        What single members have, and how many have it, for each player or type.
    flows : tuple of Flow
        The ledger: every transfer with the amount that flows.
    outlay, revenue, running_cost : Enclosure
        What the government pays out in transfers, takes in, and spends on running the reform. A
        transfer that flows the other way on balance, as a negative tax does, is booked as it flows.
    gap : Enclosure or None
        The first best's welfare less this equilibrium's, at unit weights and cost of funds; None
        where the first best is not known.
    diagnosis : str
        ``"coordination failure"``, ``"cooperation failure"``, both, or ``"none"``.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> bad = assess(game, solve(game))[0]
    >>> bad.diagnosis, bad.gap
    ('coordination failure', Enclosure(9/2))
    """

    equilibrium: Equilibrium
    surplus: Mapping[str, Enclosure]
    members: Mapping[str, tuple[tuple[Enclosure, int], ...]]
    flows: tuple[Flow, ...]
    outlay: Enclosure
    revenue: Enclosure
    running_cost: Enclosure
    gap: Enclosure | None
    diagnosis: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "surplus", Record(self.surplus))

    def welfare(
        self, cost_of_funds: Any = 1, weights: Mapping[str, Any] | None = None
    ) -> Enclosure:
        """Return social welfare at a cost of public funds and distributional weights.

        Parameters
        ----------
        cost_of_funds : number
            What a unit of public money costs society, the marginal cost of public funds.
        weights : mapping of str to number or Enclosure, optional
            Weight of each group; 1 where none is given. The government's money is weighted by
            the cost of public funds.

        Raises
        ------
        DeclarationError
            If a weight is given for a group that is not there, or is negative.
        """
        given = weights_of_groups(checked_weights(weights, self.surplus), self.surplus)
        given[GOVERNMENT] = Enclosure.point(exact(cost_of_funds))
        return sum((given[party] * s for party, s in self.surplus.items()), ZERO)

    @property
    def private(self) -> Enclosure:
        """Surplus of everybody but the government, at unit weights."""
        return self.welfare(0)

    @property
    def public(self) -> Enclosure:
        """The government's payoff: own surplus plus revenue less outlay less running cost."""
        return self.surplus.get(GOVERNMENT, ZERO)

    @property
    def net_outlay(self) -> Enclosure:
        """What has to be raised elsewhere: outlay plus running cost less revenue."""
        return self.outlay + self.running_cost - self.revenue

    def deadweight(self, cost_of_funds: Any) -> Enclosure:
        r"""Return the deadweight cost of public funds, :math:`(\lambda - 1)` times net outlay.

        Examples
        --------
        >>> from pigou import solve
        >>> from pigou.models import load
        >>> model = load("coordination")
        >>> game = model.reform("uniform_subsidy")(model.game)
        >>> (good,) = assess(game, solve(game))
        >>> good.net_outlay, good.deadweight("1.17")
        (Enclosure(4), Enclosure(17/25))
        """
        return Enclosure.point(exact(cost_of_funds) - 1) * self.net_outlay


def assess(
    game: Game, found: EquilibriumSet, best: FirstBest | None = None
) -> tuple[Assessment, ...]:
    """Assess every equilibrium of a game.

    Parameters
    ----------
    game : Game
    found : EquilibriumSet
        What `pigou.solve` returned for it.
    best : FirstBest, optional
        The first best, where it is known.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> [str(a.welfare()) for a in assess(game, solve(game))]
    ['0', '9/2', '6/5']
    """
    best = best or first_best(game, found.at, found)
    drafts = [_books(game, found, e) for e in found]
    return tuple(
        replace(
            draft,
            gap=None if best.welfare is None else best.welfare - draft.welfare(),
            diagnosis=diagnose(draft, drafts, best),
        )
        for draft in drafts
    )


def _books(game: Game, found: EquilibriumSet, equilibrium: Equilibrium) -> Assessment:
    at = {k: exact(v) for k, v in found.at.items()}
    exam = examine(game, at, equilibrium.strategies)
    surplus = {
        party: payoff * Enclosure.point(exam.sizes[party]) for party, payoff in exam.payoffs.items()
    }
    surplus = by_party(game, at, equilibrium.strategies, surplus)
    outlay = revenue = ZERO
    for transfer, amount in exam.flows:
        if GOVERNMENT in (transfer.payer, transfer.payee):
            paid = amount if transfer.payer == GOVERNMENT else -amount
            if is_outlay(transfer.payer == GOVERNMENT, paid):
                outlay += paid
            else:
                revenue -= paid
    running = enclosed(running_cost(game), {k: Enclosure.point(v) for k, v in at.items()})
    return Assessment(
        equilibrium, Record(surplus), exam.members, exam.flows, outlay, revenue, running, ZERO, ""
    )


def is_outlay(declared: bool, paid: Enclosure) -> bool:
    """Whether the government pays: on balance, or as declared where the sign is not known.

    A negative tax is a subsidy: what is lost if it fails is the same.

    Examples
    --------
    >>> is_outlay(False, Enclosure.point(2)), is_outlay(True, Enclosure.point(-2))
    (True, False)
    """
    return declared if paid.lower <= 0 <= paid.upper else paid.lower > 0


def diagnose(one: Assessment, among: list[Assessment], best: FirstBest) -> str:
    """Say what fails in an equilibrium.

    Coordination fails if another equilibrium is at least as good for every player, every member of
    a population (whatever its name: members alike may change places) and every bystander, better
    for one of them, and not worse for all together once the government's money is counted.
    Cooperation fails if welfare is below the first best and the first best is no equilibrium.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> all_assessed = list(assess(game, solve(game)))
    >>> diagnose(all_assessed[1], all_assessed, first_best(game))
    'none'
    """
    failures = []
    if any(_pareto_better(other, one) for other in among):
        failures.append("coordination failure")
    short = best.welfare is not None and one.welfare().upper < best.welfare.lower
    if short and not best.is_equilibrium:
        failures.append("cooperation failure")
    return " and ".join(failures) or "none"


def _pareto_better(one: Assessment, other: Assessment) -> bool:
    moved = {player.partition("[")[0] for player in one.members}
    idle = [party for party in one.surplus if party != GOVERNMENT and party not in moved]
    gains = [one.surplus[party] - other.surplus[party] for party in idle]
    gains += gains_of_members(one, other)
    total = one.welfare() - other.welfare()
    return total.lower >= 0 and all(g.lower >= 0 for g in gains) and any(g.lower > 0 for g in gains)


def gains_of_members(one: Assessment, other: Assessment) -> list[Enclosure]:
    """Return what members gain from one equilibrium over another, the worst off against each other.

    Members alike may change places, so that some relabelling of `one` is at least as good for
    every member as `other` iff it is so once both are sorted by payoff.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> bad, good, _ = assess(game, solve(game))
    >>> gains_of_members(good, bad)
    [Enclosure(1/4)]
    """
    gains = []
    for kind, payoffs in one.members.items():
        left, right = (_steps(p) for p in (payoffs, other.members[kind]))
        place = 0
        while left and right:
            (a, until_a), (b, until_b) = left[0], right[0]
            gains.append(a - b)
            place = min(until_a, until_b)
            left, right = (x[1:] if x[0][1] == place else x for x in (left, right))
    return gains


def _steps(payoffs: tuple[tuple[Enclosure, int], ...]) -> list[tuple[Enclosure, int]]:
    """Sort payoffs, and count up the members who have at most each."""
    steps, total = [], 0
    for payoff, number in sorted(payoffs, key=lambda entry: entry[0].lower):
        total += number
        steps.append((payoff, total))
    return steps
