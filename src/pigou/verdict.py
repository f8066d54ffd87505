r"""The verdict on a reform under one rule for picking the equilibrium, and where it flips.

Let :math:`\Delta_g` be the change in group g's surplus between the two equilibria, :math:`B` the
change in the government's payoff, :math:`w_g` the weights and q the probability that the reform
fails. A reform that fails changes nothing, but what was laid out for it is lost: L, the additional
outlay and running cost. So what is expected is

.. math:: A_q = (1 - q) \sum_g w_g \Delta_g, \qquad B_q = (1 - q) B - q L,

and the net benefit at a cost of public funds :math:`\lambda` is
:math:`N(\lambda) = A_q + \lambda B_q`. Of a package in which parts fail independently, what is
played if some fail enters with its probability, and what is lost then is what the whole would have
cost above that. A *switching value* is where N is zero with everything else
held:

* of the cost of public funds, the *break-even* :math:`\lambda^* = A_q / (-B_q)`;
* of a group's weight, :math:`w_g^* = w_g - N / ((1 - q) \Delta_g)`;
* of the probability of failure, with :math:`N_0` the net benefit if it works,
  :math:`q^* = N_0 / (N_0 + \lambda L)`.

All are exact where the surpluses are; no equilibrium depends on any of the three. Those of
parameters do: see `pigou.switching`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from pigou.assessment import Assessment
from pigou.errors import DeclarationError, unknown
from pigou.exact import Enclosure, Record
from pigou.game import GOVERNMENT
from pigou.weights import weights_of_groups

__all__ = ["RULES", "Verdict", "checked_rule", "verdict_between"]

RULES = ("selected", "worst", "best")
"""The rules by which the equilibria of a verdict are picked."""

_ZERO = Enclosure.point(0)


@dataclass(frozen=True)
class Verdict:
    """The expected net benefit of a reform under one rule for picking the equilibrium.

    Parameters
    ----------
    rule : str
        ``"best"``, ``"worst"`` or ``"selected"``.
    before, after : str
        The equilibria that are compared.
    changes : mapping of str to Enclosure
        Expected change in the surplus of every party, the government's payoff included.
    private, public : Enclosure
        Expected change in the weighted surplus of everybody else, and in the government's payoff.
    net : mapping of str to Enclosure
        Net benefit at each cost of public funds asked for.
    unweighted : mapping of str to Enclosure
        The same at unit weights.
    break_even : Enclosure or None
        The cost of public funds at which the net benefit is zero, if there is one above 0.
    scale : Fraction
        The size of the numbers that are compared: what a change is measured against.
    works : mapping of str to Enclosure
        The changes if the reform does not fail.
    failure : Fraction
        The probability that it fails.
    lost : Enclosure
        Outlay and running cost, additional to the baseline's, that are lost if it fails (expected,
        given that something fails).
    weights : mapping of str to Enclosure
        Of every group but the government.
    fails_as_one : bool
        Whether nothing changes wherever it fails; in a package some parts may work.

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> comparison = compare(model.game, [model.reform("uniform_subsidy")])
    >>> comparison.verdicts("uniform_subsidy")[1].break_even
    Enclosure(17/8)
    """

    rule: str
    before: str
    after: str
    changes: Mapping[str, Enclosure]
    private: Enclosure
    public: Enclosure
    net: Mapping[str, Enclosure]
    unweighted: Mapping[str, Enclosure]
    break_even: Enclosure | None
    scale: Fraction = Fraction(1)
    works: Mapping[str, Enclosure] = field(default_factory=Record)
    failure: Fraction = Fraction(0)
    lost: Enclosure = _ZERO
    weights: Mapping[str, Enclosure] = field(default_factory=Record)
    fails_as_one: bool = True

    def __post_init__(self) -> None:
        for name in ("changes", "net", "unweighted", "works", "weights"):
            object.__setattr__(self, name, Record(getattr(self, name)))

    def sign(self, value: Enclosure) -> int | None:
        """Return 1, 0 or -1 for a change that is positive, zero or negative; None if not known."""
        if value.is_zero(self.scale):
            return 0
        return 1 if value.lower >= 0 else -1 if value.upper <= 0 else None

    @property
    def statement(self) -> str:
        """The verdict in a few words, over every cost of public funds asked for.

        ``"changes nothing"``, ``"shifts money and gains nothing"``, ``"worth it"``, ``"costs more
        than it brings"``, ``"depends on the cost of public funds"``, or ``"not settled"`` where a
        number is not known well enough.
        """
        if all(self.sign(change) == 0 for change in self.changes.values()):
            return "changes nothing"
        return _in_words({self.sign(value) for value in self.net.values()})

    @property
    def unweighted_statement(self) -> str:
        """The verdict at unit weights, in the same words as `statement`."""
        if all(self.sign(change) == 0 for change in self.changes.values()):
            return "changes nothing"
        return _in_words({self.sign(value) for value in self.unweighted.values()})

    @property
    def plain(self) -> Enclosure:
        """Expected change in everybody else's surplus, at unit weights."""
        return sum((c for party, c in self.changes.items() if party != GOVERNMENT), _ZERO)

    @property
    def unweighted_break_even(self) -> Enclosure | None:
        """The break-even cost of public funds at unit weights."""
        return _break_even(self.plain, self.public, self.scale)

    @property
    def losers(self) -> tuple[str, ...]:
        """Who loses, the government left out."""
        return tuple(
            p for p, change in self.changes.items() if p != GOVERNMENT and self.sign(change) == -1
        )

    def switching_weight(self, group: str, cost: str) -> Enclosure | None:
        """Return the weight of a group at which the net benefit is zero; None if none is >= 0.

        Parameters
        ----------
        group : str
        cost : str
            One of the keys of `net`: the cost of public funds.

        Examples
        --------
        >>> from pigou import compare
        >>> from pigou.models import load
        >>> model = load("coordination")
        >>> found = compare(model.game, [model.reform("uniform_subsidy")], costs_of_funds=("3",))
        >>> found.verdicts("uniform_subsidy")[1].switching_weight("consumers", "3")
        Enclosure(11/4)
        """
        change = self.changes.get(group, _ZERO)
        if group not in self.weights or change.lower <= 0 <= change.upper:
            return None
        weight = self.weights[group] - self.net[cost] / change
        return weight if weight.lower >= 0 else None

    def net_if_it_works(self, cost: str, weighted: bool = True) -> Enclosure:
        """Return the net benefit at a cost of public funds if nothing fails.

        Examples
        --------
        >>> from pigou import compare
        >>> from pigou.models import load
        >>> model = load("coordination")
        >>> found = compare(model.game, [model.reform("uniform_subsidy")], costs_of_funds=("3/2",))
        >>> found.verdicts("uniform_subsidy")[1].net_if_it_works("3/2")
        Enclosure(5/2)
        """
        weights = self.weights if weighted else {}
        counted = weights_of_groups(weights, self.works)
        counted[GOVERNMENT] = Enclosure.point(Fraction(cost))
        return sum((counted[party] * change for party, change in self.works.items()), _ZERO)

    def switching_failure(self, cost: str, weighted: bool = True) -> Enclosure | None:
        """Return the probability of failure at which the net benefit is zero, if there is one.

        Parameters
        ----------
        cost : str
            One of the keys of `net`: the cost of public funds.
        weighted : bool
            Whether the weights count.

        Examples
        --------
        >>> from pigou import compare
        >>> from pigou.models import load
        >>> model = load("coordination")
        >>> found = compare(model.game, [model.reform("uniform_subsidy")])
        >>> found.verdicts("uniform_subsidy")[1].switching_failure("1")
        Enclosure(9/17)
        """
        gain = self.net_if_it_works(cost, weighted)
        whole = gain + Enclosure.point(Fraction(cost)) * self.lost
        if not self.fails_as_one or gain.lower <= 0 or self.lost.lower <= 0:
            return None
        return gain / whole


def checked_rule(rule: str) -> str:
    """Return the rule of a verdict, or say that there is none of that name.

    Examples
    --------
    >>> checked_rule("worst")
    'worst'
    """
    if rule not in RULES:
        raise DeclarationError(unknown("rule", rule, RULES))
    return rule


def _in_words(signs: set[int | None]) -> str:
    if signs == {0}:
        return "shifts money and gains nothing"
    if signs <= {0, 1}:
        return "worth it"
    if signs <= {0, -1}:
        return "costs more than it brings"
    return "depends on the cost of public funds" if {1, -1} <= signs else "not settled"


def verdict_between(
    rule: str,
    before: Assessment,
    after: Assessment,
    costs: Sequence[Fraction],
    weights: Mapping[str, Enclosure],
    failures: Sequence[tuple[Fraction, Assessment]] = (),
) -> Verdict:
    """Return the verdict on going from one equilibrium to another.

    Parameters
    ----------
    rule : str
    before, after : Assessment
    costs : sequence of Fraction
        Costs of public funds.
    weights : mapping of str to Enclosure
    failures : sequence of (Fraction, Assessment)
        How the reform may fail: the probability, and what is played then (`before`, if all fails).

    Examples
    --------
    >>> from pigou import assess, solve
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> bad, good, _ = assess(game, solve(game))
    >>> verdict_between("best", bad, good, [Fraction(1)], {}).net
    {'1': Enclosure(9/2)}
    """
    seen = (before, after, *(left for _, left in failures))
    parties = dict.fromkeys(party for one in seen for party in one.surplus)
    works = {p: _change(before, after, p) for p in parties}
    failure = sum((chance for chance, _ in failures), Fraction(0))
    changes = {p: Enclosure.point(1 - failure) * change for p, change in works.items()}
    lost = _ZERO
    for chance, left in failures:
        weight = Enclosure.point(chance)
        lost += weight * _spent_in_vain(left, after)
        changes = {p: c + weight * _change(before, left, p) for p, c in changes.items()}
    if not lost.is_zero():
        changes[GOVERNMENT] = changes.get(GOVERNMENT, _ZERO) - lost
    lost = lost / Enclosure.point(failure) if failure else _spent_in_vain(before, after)
    full = weights_of_groups(weights, parties)
    private = sum((full[p] * changes[p] for p in full), _ZERO)
    plain = sum((changes[p] for p in full), _ZERO)
    public = changes.get(GOVERNMENT, _ZERO)
    ends = [max(abs(s.lower), abs(s.upper)) for one in seen for s in one.surplus.values()]
    scale = max(ends, default=Fraction(1))
    priced = {str(cost): Enclosure.point(cost) * public for cost in costs}
    return Verdict(
        rule, before.equilibrium.name, after.equilibrium.name, changes, private, public,
        {cost: private + price for cost, price in priced.items()},
        {cost: plain + price for cost, price in priced.items()},
        _break_even(private, public, scale), scale, works, failure, lost, full,
        all(left is before for _, left in failures),
    )  # fmt: skip


def _change(before: Assessment, after: Assessment, party: str) -> Enclosure:
    return after.surplus.get(party, _ZERO) - before.surplus.get(party, _ZERO)


def _spent_in_vain(left: Assessment, whole: Assessment) -> Enclosure:
    """Return what the whole reform would have cost above what is paid where some of it fails."""
    return _more(whole.outlay - left.outlay) + _more(whole.running_cost - left.running_cost)


def _more(change: Enclosure) -> Enclosure:
    """Return an increase, and 0 for a decrease."""
    return Enclosure(max(change.lower, Fraction(0)), max(change.upper, Fraction(0)))


def _break_even(private: Enclosure, public: Enclosure, scale: Fraction) -> Enclosure | None:
    if public.is_zero(scale) or public.lower <= 0 <= public.upper:
        return None
    ratio = private / -public
    return ratio if ratio.lower > 0 else None
