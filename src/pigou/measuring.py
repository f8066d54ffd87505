r"""What happens in a game about a state, at given values, and what a reform of it changes.

Each of the games has its own solver; here their findings are brought into one form: *outcomes*
(equilibria, and benchmarks to hold them against), each with the same *quantities*, so that a game
and its reforms can stand side by side.

Welfare, where it can be had: of regime change what all groups expect, less what the public pays
times the cost of public funds; of waiting the worth of the opportunity and what others gain; of
pilots what a player expects, as all do, less what the public pays it, too; of cheap talk the
utilities of both. Payments from the public are transfers: they enter the account of who receives
them, and that of the public.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from pigou.adoption import Adoption
from pigou.bandit import Bandit
from pigou.certificates import Certificates
from pigou.cheap_talk import CheapTalk
from pigou.check_claims import StateCheck
from pigou.check_states import check_state
from pigou.equilibrium import Grade
from pigou.errors import DeclarationError
from pigou.exact import Enclosure, Record, exact
from pigou.foresight import Migration
from pigou.global_game import RegimeChange
from pigou.herding import Herding
from pigou.reading import number_reader
from pigou.search_market import SearchMarket
from pigou.solvers.adopting import (
    AdoptionTimes,
    Dates,
    adoption_equilibria,
    present_value,
)
from pigou.solvers.cascades import right_choices
from pigou.solvers.cheap_talk import delegation, partition_equilibria
from pigou.solvers.foresight import perfect_foresight
from pigou.solvers.global_games import SwitchingEquilibrium, switching_equilibria
from pigou.solvers.search_entry import Search, search_entry
from pigou.solvers.signalling_types import signalling_types
from pigou.solvers.stopping import (
    Experimentation,
    experiment_as_team,
    experimentation_equilibrium,
    when_to_invest,
)
from pigou.solvers.subsidised_trying import experimentation_outlay
from pigou.solvers.switching_welfare import participation, participation_in_success
from pigou.state_model import StateModel
from pigou.waiting import Opportunity

__all__ = ["Measured", "StateOutcome", "measure"]

Quantity = Enclosure | str
_ZERO = Enclosure.point(0)


@dataclass(frozen=True)
class StateOutcome:
    """One equilibrium, or a benchmark.

    Parameters
    ----------
    name : str
    quantities : mapping of str to Enclosure or str
        What is known of it, by name; words where it is not a number.
    benchmark : bool
        Whether it is no equilibrium but something to hold equilibria against.

    Examples
    --------
    >>> StateOutcome("equilibrium", {"critical state": Enclosure.point("1/2")}).benchmark
    False
    """

    name: str
    quantities: Mapping[str, Quantity]
    benchmark: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "quantities", Record(dict(self.quantities)))


@dataclass(frozen=True)
class Measured:
    """All outcomes of a game about a state, at given values.

    Parameters
    ----------
    model : StateModel
    at : mapping of str to Fraction
        The values of all parameters.
    outcomes : tuple of StateOutcome
    unresolved : tuple of Enclosure or str
        Where another equilibrium, or none, may be; or what is not settled, in words.
    check : StateCheck
        What the independent checker says of them.

    Examples
    --------
    >>> from pigou.models.states import load
    >>> [one.name for one in measure(load("option_value")).outcomes]
    ['equilibrium', 'efficient']
    """

    model: StateModel
    at: Mapping[str, Fraction]
    outcomes: tuple[StateOutcome, ...]
    unresolved: tuple[Enclosure | str, ...]
    check: StateCheck

    @property
    def equilibria(self) -> tuple[StateOutcome, ...]:
        """The outcomes that are equilibria."""
        return tuple(one for one in self.outcomes if not one.benchmark)

    @property
    def complete(self) -> bool:
        """Whether all equilibria (of the kind looked for) are there."""
        return not self.unresolved

    @property
    def settled(self) -> bool:
        """Whether nothing is missing, and the independent checker has no doubt."""
        return self.complete and self.check.confirmed

    @property
    def grade(self) -> Grade:
        """How well it is known: certified if it is settled."""
        return Grade.CERTIFIED if self.settled else Grade.NUMERICAL


def measure(
    model: StateModel, at: Mapping[str, Any] | None = None, cost_of_funds: Any = 1
) -> Measured:
    """Solve a game about a state for all equilibria of its kind, and measure them.

    Parameters
    ----------
    model : StateModel
        As it is, or as a reform leaves it (`StateModel.reformed`).
    at : mapping of str to number, optional
        Parameter values; the defaults where none is given.
    cost_of_funds : number
        What a unit of public money costs society, at least 0.

    Raises
    ------
    DeclarationError
        If a value is not allowed.

    Examples
    --------
    >>> from pigou.models.states import load
    >>> found = measure(load("information_policy"))
    >>> [one.name for one in found.outcomes], found.complete
    (['equilibrium'], True)
    """
    cost = exact(cost_of_funds)
    if cost < 0:
        raise DeclarationError(f"a cost of public funds is at least 0, not {cost_of_funds}")
    game = model.game
    put = number_reader(f"model '{model.name}'", game.parameters, at)
    values = {p.name: put(p.symbol) for p in game.parameters}
    pays = {name: put(formula) for name, formula in model.pays.items()}
    unresolved: tuple[Enclosure | str, ...] = ()
    match game:
        case Adoption():
            outcomes, unresolved = _adoption(game.at(values), pays, cost)
        case RegimeChange():
            outcomes, unresolved = _regime_change(game.at(values), pays, cost)
        case Bandit():
            outcomes = list(_bandit(game.at(values), put(model.start), model.cooperative, cost))
        case Opportunity():
            begin = (put(model.start), put(model.spillover))
            outcomes = list(_opportunity(game.at(values), *begin, pays, cost))
        case Migration():
            outcomes = list(_migration(game.at(values), put(model.start)))
        case Certificates():
            outcomes = list(_certificates(game.at(values), cost))
        case Herding():
            outcomes = [_herding(game.at(values))]
        case SearchMarket():
            outcomes = list(_search(game.at(values), pays, cost))
        case CheapTalk():
            outcomes = list(_cheap_talk(game.at(values)))
    claims = {one.name: one.quantities for one in outcomes}
    check = check_state(model, values, claims, cost)
    return Measured(model, Record(values), tuple(outcomes), unresolved, check)


def _numbered(number: int, count: int) -> str:
    return "equilibrium" if count == 1 else f"equilibrium {number}"


# -- timing of adoption -----------------------------------------------------------------------


def _adoption(
    game: Adoption, pays: Mapping[str, Fraction], funds: Fraction
) -> tuple[list[StateOutcome], tuple[str, ...]]:
    found = adoption_equilibria(game)
    aid = pays.get("first_cost", Fraction(0))
    outcomes = []
    if found.diffusion is not None:
        dated = _dated(game, found.diffusion, aid, funds)
        # who goes first is known of a case that is not settled only if it is a race
        kind = "waiting game" if found.kind == "waiting game" else "race"
        outcomes.append(StateOutcome("one after the other", {"the game is": kind} | dated))
    outcomes += _others(game, found, aid, funds)
    # what the public pays is a transfer: the benchmark counts the whole cost of the first
    whole = replace(game, first_cost=game.first_cost + aid)
    best = adoption_equilibria(whole).efficient
    outcomes.append(StateOutcome("efficient", _dated(whole, best, Fraction(0), funds), True))
    if found.complete:
        return outcomes, ()
    what = "what happens"
    if found.diffusion is not None:
        waiting = found.kind == "waiting game"
        what = "equilibria in which both wait" if waiting else "whether both can adopt together"
    return outcomes, (f"{what} at these values",)


def _dated(game: Adoption, dates: Dates, aid: Fraction, funds: Fraction) -> dict[str, Quantity]:
    outlay = _ZERO
    if aid and dates.first is not None:
        outlay = Enclosure.point(aid) * present_value(game, dates.first)
    surplus = dates.pioneer + dates.follower
    return {
        "the first adopts at": _time(dates.first),
        "the second adopts at": _time(dates.second),
        "payoff (pioneer)": dates.pioneer,
        "payoff (follower)": dates.follower,
        "public outlay": outlay,
        "welfare": surplus - Enclosure.point(funds) * outlay,
    }


def _time(time: Enclosure | None) -> Quantity:
    return "never" if time is None else time


def _others(
    game: Adoption, found: AdoptionTimes, aid: Fraction, funds: Fraction
) -> Iterator[StateOutcome]:
    """Return the equilibria in which both adopt together, or both wait."""
    if found.symmetric_value is not None:
        each = found.symmetric_value
        quantities: dict[str, Quantity] = {"payoff (pioneer)": each, "payoff (follower)": each}
        factor = found.discounted() if aid else _ZERO
        if factor is not None:
            outlay = Enclosure.point(aid) * factor
            quantities["public outlay"] = outlay
            quantities["welfare"] = each + each - Enclosure.point(funds) * outlay
        yield StateOutcome("both wait for the other", quantities)
    if found.joint is None or found.joint_value is None:
        return
    ends = list(zip((", earliest", ", latest"), found.joint, found.joint_value, strict=True))
    if found.joint[0] == found.joint[1]:
        ends = [("", *ends[0][1:])]
    for which, time, each in ends:
        both = Dates(time, time, each, each)
        yield StateOutcome(f"both together{which}", _dated(game, both, 2 * aid, funds))


# -- regime change ----------------------------------------------------------------------------


def _regime_change(
    game: RegimeChange, pays: Mapping[str, Fraction], cost: Fraction
) -> tuple[list[StateOutcome], tuple[Enclosure, ...]]:
    found = switching_equilibria(game)
    outcomes = []
    for number, one in enumerate(found.equilibria, 1):
        quantities: dict[str, Quantity] = {"critical state": one.critical}
        for name, cutoff in one.cutoffs.items():
            quantities[f"in from the signal ({name})"] = cutoff
        quantities["stable"] = "yes" if one.stable else "no"
        if game.precision > 0 and game.noise == "normal":
            quantities |= _expected(game, one, pays, cost)
        outcomes.append(StateOutcome(_numbered(number, len(found.equilibria)), quantities))
    return outcomes, found.unresolved


def _expected(
    game: RegimeChange, one: SwitchingEquilibrium, pays: Mapping[str, Fraction], cost: Fraction
) -> dict[str, Quantity]:
    """Return what is expected before the state is drawn."""
    assert one.success is not None
    quantities: dict[str, Quantity] = {"chance of success": one.success}
    outlay, surplus = _ZERO, _ZERO
    for group in game.groups:
        mass = Enclosure.point(group.mass)
        inside = participation(game, group, one)
        winning = participation_in_success(game, group, one)
        payoff = mass * (
            Enclosure.point(group.benefit) * winning - Enclosure.point(group.cost) * inside
        )
        quantities[f"expected share that is in ({group.name})"] = inside
        quantities[f"expected surplus ({group.name})"] = payoff
        surplus += payoff
        aid = pays.get(f"{group.name}.cost", Fraction(0))
        prize = pays.get(f"{group.name}.benefit", Fraction(0))
        outlay += mass * (Enclosure.point(aid) * inside + Enclosure.point(prize) * winning)
    quantities["public outlay"] = outlay
    quantities["welfare"] = surplus - Enclosure.point(cost) * outlay
    return quantities


# -- pilots -----------------------------------------------------------------------------------


def _bandit(
    bandit: Bandit, start: Fraction, cooperative: bool, funds: Fraction
) -> Iterator[StateOutcome]:
    if not 0 < start < 1:
        raise DeclarationError(f"the belief to begin with lies between 0 and 1, not at {start}")
    found = (experiment_as_team if cooperative else experimentation_equilibrium)(bandit)
    yield StateOutcome("team" if cooperative else "equilibrium", _tried(found, start, funds))
    # a subsidy is a transfer: the benchmark does without
    efficient = experiment_as_team(replace(bandit, subsidy=0))
    if not cooperative or bandit.subsidy:
        yield StateOutcome("efficient", _tried(efficient, start, funds), benchmark=True)


def _tried(found: Experimentation, start: Fraction, funds: Fraction) -> dict[str, Quantity]:
    cutoff = found.cutoff
    missed = min(Fraction(1), cutoff / (1 - cutoff) * (1 - start) / start)
    outlay = experimentation_outlay(found, start)
    return {
        "belief at which pilots end": Enclosure.point(cutoff),
        "belief above which all try all the time": found.full,
        "share of time each tries at the start": found.intensity(start),
        "pilots in all without a success": found.amount(start),
        "chance that a good technology is found": Enclosure.point(1 - missed),
        "public outlay per player": outlay,
        "welfare per player": found.value(start) - Enclosure.point(funds) * outlay,
    }


# -- waiting ----------------------------------------------------------------------------------


def _opportunity(
    opportunity: Opportunity, start: Fraction, spillover: Fraction,
    pays: Mapping[str, Fraction], cost: Fraction,
) -> Iterator[StateOutcome]:  # fmt: skip
    if start <= 0:
        raise DeclarationError(f"the value of the project is above 0 at the start, not {start}")
    if spillover < 0:
        raise DeclarationError(f"a spillover is at least 0, not {spillover}")
    aid = pays.get("cost", Fraction(0))
    whole = Opportunity(
        opportunity.name, opportunity.discount, opportunity.payout, opportunity.volatility,
        Fraction(opportunity.cost) + aid,
    )  # fmt: skip
    found = when_to_invest(opportunity)
    values = (start, spillover, Fraction(whole.cost))
    yield StateOutcome("equilibrium", _waited(opportunity, found.trigger, *values, aid, cost))
    best = when_to_invest(replace(whole, cost=Fraction(whole.cost) / (1 + spillover)))
    efficient = _waited(whole, best.trigger, *values, Fraction(0), cost)
    yield StateOutcome("efficient", efficient, benchmark=True)


def _waited(
    opportunity: Opportunity, trigger: Enclosure, start: Fraction, spillover: Fraction,
    cost: Fraction, aid: Fraction, funds: Fraction,
) -> dict[str, Quantity]:  # fmt: skip
    r"""Return what investing at a trigger, or at once if that has passed, brings in present value.

    A unit of money at the time when V first reaches the trigger is worth
    :math:`(V_0 / V^*)^\beta` today.
    """
    now, at_once = Enclosure.point(start), start >= trigger.upper
    worth = now if at_once else trigger
    factor = when_to_invest(opportunity).discounted(start, trigger)
    private = factor * (worth - Enclosure.point(cost - aid))
    others = factor * Enclosure.point(spillover) * worth
    outlay = factor * Enclosure.point(aid)
    return {
        "invested from the value": trigger,
        "invested at once": "yes" if at_once else "no",
        "present value of 1 at investment": factor,
        "surplus (investor)": private,
        "surplus (others)": others,
        "public outlay": outlay,
        "welfare": private + others - Enclosure.point(funds) * outlay,
    }


# -- history and expectations -----------------------------------------------------------------


def _migration(migration: Migration, start: Fraction) -> Iterator[StateOutcome]:
    found = perfect_foresight(migration)
    ends = found.ends_from(start)
    reached: dict[tuple[int, ...] | None, str] = {
        None: "not decided",
        (): "neither end",
        (0,): "the low end: history decides",
        (1,): "the high end: history decides",
        (0, 1): "both ends: expectations decide",
    }
    quantities: dict[str, Quantity] = {
        "paths near the steady state": found.kind,
        "steady state": Enclosure.point(found.steady_state),
        "from the start can be reached": reached[ends],
    }
    if found.up is not None and found.down is not None:
        if found.overlap is not None:
            low, high = found.overlap
            quantities["expectations decide from the share"] = low
            quantities["expectations decide up to the share"] = high
        gap = Enclosure.point(start) - found.up.start
        missing = Enclosure(max(-gap.upper, Fraction(0)), max(-gap.lower, Fraction(0)))
        quantities["share missing for the high end"] = missing
    yield StateOutcome("equilibrium paths", quantities)


# -- certificates -----------------------------------------------------------------------------


def _certificates(game: Certificates, funds: Fraction) -> Iterator[StateOutcome]:
    found, point = signalling_types(game), Enclosure.point
    mean = point((game.low + game.high) / 2)

    def account(waste: Enclosure, revenue: Enclosure) -> dict[str, Quantity]:
        surplus = mean - waste - revenue
        return {
            "wasted on average": waste,
            "surplus (suppliers)": surplus,
            "public outlay": -revenue,
            "welfare": surplus + point(funds) * revenue,
        }

    better: Quantity = "none" if found.indifferent is None else found.indifferent
    told: dict[str, Quantity] = {
        "level of the lowest": _ZERO,
        "level of the highest": found.highest,
        "better off than without certificates from the type": better,
    }
    yield StateOutcome("separating", told | account(found.waste, found.revenue))
    for name, level in (("nobody has any", _ZERO), ("all have the most", found.pooling)):
        levels: dict[str, Quantity] = {"level of the lowest": level, "level of the highest": level}
        pays = account(level * found.pooled_waste, level * point(game.tax))
        yield StateOutcome(name, levels | pays)


# -- herding and search -----------------------------------------------------------------------


def _herding(game: Herding) -> StateOutcome:
    right = right_choices(game.precision, game.firms, game.leader, game.open_books == 1)
    share = sum(right, Fraction(0)) / len(right)
    # entering costs 1/2: right choices gain 1/2 and wrong ones lose 1/2 where one enters
    return StateOutcome(
        "equilibrium",
        {
            "the first is right with probability": Enclosure.point(right[0]),
            "the last is right with probability": _short(right[-1]),
            "right on average": _short(share),
            "welfare per firm": _short((2 * share - 1) / 4),
        },
    )


def _short(number: Fraction) -> Enclosure:
    """Enclose a fraction by others that are short enough to be written."""
    scale = 2**200
    low = Fraction(number.numerator * scale // number.denominator, scale)
    return Enclosure(low, low if low == number else low + Fraction(1, scale))


def _search(
    market: SearchMarket, pays: Mapping[str, Fraction], funds: Fraction
) -> Iterator[StateOutcome]:
    aid = pays.get("cost", Fraction(0))
    found = search_entry(market, aid=aid)
    outlay = Enclosure.point(aid) * found.free.buyers
    burden = Enclosure.point(funds - 1) * outlay
    quantities = _met(market, found.free, outlay, burden)
    if (1 - Fraction(market.share)) * market.worth == market.cost:
        # buyers break even however many they are, and all find a supplier: one range, not several
        share, buyers = Fraction(market.share) * market.worth, found.free.buyers
        quantities["surplus (suppliers)"] = Enclosure.point(share) * buyers
        quantities["surplus (buyers)"] = _ZERO
        quantities["welfare"] = Enclosure.point(share - funds * aid) * buyers
    yield StateOutcome("equilibrium", quantities)
    yield StateOutcome("efficient", _met(market, found.efficient, _ZERO, _ZERO), benchmark=True)


def _met(
    market: SearchMarket, found: Search, outlay: Enclosure, burden: Enclosure
) -> dict[str, Quantity]:
    suppliers = Enclosure.point(Fraction(market.share) * market.worth) * found.matches
    return {
        "buyers for each supplier": found.buyers,
        "share of suppliers that are found": found.matches,
        "surplus (suppliers)": suppliers,
        "surplus (buyers)": found.surplus + outlay - suppliers,
        "public outlay": outlay,
        "welfare": found.surplus - burden,
    }


# -- cheap talk -------------------------------------------------------------------------------


def _cheap_talk(game: CheapTalk) -> Iterator[StateOutcome]:
    found = partition_equilibria(game)
    for one in found.equilibria:
        cuts = ", ".join(str(cut) for cut in one.cuts[1:-1]) or "none: nothing is told"
        yield StateOutcome(
            f"{one.cells} message" + ("s" if one.cells > 1 else ""),
            {
                "cuts between messages": cuts,
                "utility (receiver)": Enclosure.point(one.receiver),
                "utility (sender)": Enclosure.point(one.sender),
                "welfare": Enclosure.point(one.receiver + one.sender),
            },
        )
    receiver, sender = delegation(game)
    yield StateOutcome(
        "delegation",
        {
            "cuts between messages": "the sender decides",
            "utility (receiver)": Enclosure.point(receiver),
            "utility (sender)": Enclosure.point(sender),
            "welfare": Enclosure.point(receiver + sender),
        },
        benchmark=True,
    )
