r"""Mankiw and Whinston (1986): more firms enter than is good.

**Set-up.** Firms decide whether to enter, at a cost K, and then compete in quantities at the price
:math:`a - b Q` and a unit cost of c; D = a - c.

**Claims.** As many enter as break even. An entrant takes sales from the others, which is no gain to
society, so that too many enter. In the linear case the best number satisfies
:math:`n^* + 1 = (n_e + 1)^{2/3}`, and an entry fee brings it about.

**In our games** firms decide one by one, up to ten; where the number need not be whole, a regulator
sets it, and one firm and a market stand for all.

Sources
-------
@mankiw1986free
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from pigou.equilibrium import Equilibrium, EquilibriumSet, Grade
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.replicating import answer, only, played, turning_point
from pigou.solving import solve

FORM = f"{DERIVED}; linear demand at these parameters"
AT = {"a - c": 10, "b": 1, "K": 1}


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "mankiw1986free",
        "Firms enter at a cost K, then compete in quantities at the price a - b*Q and a unit cost "
        "of c.",
        {"a - c": "10", "b": "1", "K": "K", "entry": "enter1 ...", "quantities": "q1 ..."},
        [
            PublishedClaim("O31.n_e", "firms under free entry, of which the last breaks even", 9,
                           lambda: answer(inside(last()), last()), FORM, AT),
            PublishedClaim("O31.pi_9", "profit of each of these", 0,
                           lambda: answer(last().payoffs["firm1"], last()), FORM, AT),
            PublishedClaim("O31.n_star", "best number, not whole", "3.641588834",
                           lambda: answer(played(licensed())["n"], licensed()), FORM, AT),
            PublishedClaim("O31.n_star_int", "best whole number", 4, best_number, FORM, AT),
            PublishedClaim("O31.W_e", "welfare under free entry", "40.5",
                           lambda: answer(welfare(last()), last()), FORM, AT),
            PublishedClaim("O31.W_star", "welfare with the best whole number", 44,
                           lambda: answer(welfare(of(4)), of(4)), FORM, AT),
            PublishedClaim("O31.fee", "entry fee that a firm can pay at the best number",
                           "3.641588834",
                           lambda: answer(licensed().payoffs["firm"] - ONE, licensed()), FORM, AT),
            PublishedClaim("O31.fee_int_range", "entry fees between which four firms enter",
                           ("1.777777778", 3), fees, FORM, AT),
        ],
    )  # fmt: skip


ONE = Enclosure.point(1)


def all_of(name: str, number: int) -> str:
    """Return the sum of all firms' moves, as a formula."""
    return "(" + " + ".join(f"{name}{i}" for i in range(1, number + 1)) + ")"


def entry(firms: int) -> Game:
    """Each firm decides whether to enter, then those inside choose quantities; a - c = 10."""
    numbers = range(1, firms + 1)
    price = f"(10 - {all_of('q', firms)})"
    inside = " + ".join(f"enter{i}" for i in numbers)
    return Game(
        "free entry",
        [Player(f"firm{i}") for i in numbers],
        [
            *(Move(f"enter{i}", f"firm{i}", {"out": 0, "in": 1}) for i in numbers),
            *(Move(f"q{i}", f"firm{i}", (0, 10), 2, when=f"enter{i} == 1") for i in numbers),
        ],
        {f"firm{i}": f"q{i}*{price} - (K + fee)*enter{i}" for i in numbers},
        [
            Bystander("consumers", f"{all_of('q', firms)}**2/2"),
            Bystander("treasury", f"fee*({inside})"),
        ],
        parameters=[Parameter("K", 1), Parameter("fee", 0)],
        source="@mankiw1986free",
    )


def licensed_entry() -> Game:
    """Let a regulator decide on a number of firms, which need not be whole.

    One firm stands for all: it takes the output of all, `Q`, as the market has it, less its own
    share, as given; the market's output is n times that of the firm.
    """
    return Game(
        "a licensed number of firms",
        [Player("regulator"), Player("firm"), Player("market")],
        [
            Move("n", "regulator", (1, 20)),
            Move("q", "firm", (0, 10), 2),
            Move("Q", "market", (0, 20), 2),
        ],
        {
            "regulator": "10*Q - Q**2/2 - n",
            "firm": "q*(10 - q - (n - 1)/n*Q)",
            "market": "-(Q/n - q)**2",
        },
    )


def inside(one: Equilibrium) -> int:
    """Return how many are in."""
    return sum(taken == "in" for taken in played(one).values())


@cache
def free() -> EquilibriumSet:
    """Return free entry."""
    return solve(entry(10))


def last() -> Equilibrium:
    """Return the equilibrium with most firms; the last is indifferent."""
    if not free().complete:
        raise StructureError("free entry: the list of equilibria was not shown complete")
    return max(free(), key=inside)


@cache
def licensed() -> Equilibrium:
    """Return the regulator's choice."""
    return only(licensed_entry())


def welfare(one: Equilibrium) -> Enclosure:
    """Return total surplus."""
    return sum(one.payoffs.values(), Enclosure.point(0))


@cache
def of(firms: int) -> Equilibrium:
    """Return the equilibrium of so many firms, all inside."""
    numbers = range(1, firms + 1)
    price = f"(10 - {all_of('q', firms)})"
    game = Game(
        "firms inside",
        [Player(f"firm{i}") for i in numbers],
        [Move(f"q{i}", f"firm{i}", (0, 10)) for i in numbers],
        {f"firm{i}": f"q{i}*{price} - 1" for i in numbers},
        [Bystander("consumers", f"{all_of('q', firms)}**2/2")],
    )
    return only(game)


def best_number() -> Computed:
    """Return the number of firms inside under which welfare is largest, up to nine."""
    known = {n: welfare(of(n)) for n in range(1, 10)}
    best = max(known, key=lambda n: known[n].lower)
    if not all(known[n].upper < known[best].lower for n in known if n != best):
        raise StructureError("no number of firms is clearly the best")
    return answer(best, *(of(n) for n in known))


def fees() -> Computed:
    """Return the fees at which the fifth firm stays out, and the fourth."""
    ends = [fee_that_keeps_out(5), fee_that_keeps_out(4)]
    return answer([end.value for end in ends], *(end.grade for end in ends))


def fee_that_keeps_out(number: int) -> Computed:
    """Return the fee from which fewer than so many firms enter.

    The profit of so many firms proposes it; free entry just below and just above confirms it.
    """
    proposed = of(number).payoffs["firm1"].lower
    near = Fraction(1, 10**8)

    def enter(fee: Fraction) -> tuple[bool, Grade]:
        found = solve(entry(6), {"fee": fee})
        return any(inside(one) >= number for one in found), weakest([found])

    return turning_point(enter, proposed - near, proposed + near, 2 * near)
