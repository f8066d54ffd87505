r"""Bergstrom, Blume and Varian (1986): gifts to a public good, and what public money adds to them.

**Set-up.** Consumer i splits an income :math:`w_i` between own use :math:`x_i` and a gift
:math:`g_i \ge 0` to a public good :math:`G = \sum_i g_i`, besides which a government may provide
some. Utility is Cobb-Douglas, :math:`x_i^{1-a} G^a`.

**Claims.** Income that is moved among those who give changes nothing, as in Warr (1983), as long as
nobody loses more than the gift. Taxes on those who give crowd gifts out one for one; a tax on those
who give nothing does not.

Sources
-------
@bergstrom1986private; @warr1983private
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from pigou.equilibrium import Equilibrium, Grade
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.reform import Reform, set_parameters
from pigou.replicating import answer, crossing, only, played, worth

FORM = f"{DERIVED}; Cobb-Douglas utility at these incomes"
NEUTRAL = "the neutrality theorem, at these incomes"
FOUR = {"a": "0.5", "w": "(10, 8, 7, 2)"}
TEN = {"a": "0.3", "w": "5 each of 10"}
TASTE = {"taste": "3/7"}


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "bergstrom1986private",
        "Consumer i splits income w_i between own use x_i and a gift g_i to a public good G; "
        "utility is x_i**(1 - a) * G**a.",
        {"w_i": "w1 ...", "g_i": "the moves g1 ...", "a": "taste = a/(1 - a)"},
        [*voluntary(), *policies(), *alike()],
    )


def voluntary() -> list[PublishedClaim]:
    """Return the claims without a government."""
    return [
        PublishedClaim("O38.G", "voluntary provision", "6.25", provided, FORM, FOUR),
        PublishedClaim(
            "O38.g", "gifts", ("3.75", "1.75", "0.75", 0),
            lambda: answer(tuple(played(giving()).values()), giving()), FORM, FOUR,
        ),
        PublishedClaim(
            "O38.G_samuelson", "efficient provision: one owner of all incomes", "13.5",
            lambda: owner(27), FORM, FOUR, Fraction(1, 10**9),
        ),
    ]  # fmt: skip


def policies() -> list[PublishedClaim]:
    """Return the claims on redistribution and public provision."""
    everybody = moved({1: "-1/2", 2: "-1/2", 3: "-1/2"}, "3/2")
    return [
        PublishedClaim(
            "O38.G_redistribution", "provision after 0.5 is moved from consumer 1 to 3", "6.25",
            lambda: provided(moved({1: "-1/2", 3: "1/2"})), NEUTRAL, FOUR,
        ),
        PublishedClaim(
            "O38.G_crowdout", "provision after 0.5 is taken from each giver for the public good",
            "6.25", lambda: provided(everybody),
            "the theorem on crowding out, at these incomes", FOUR,
        ),
        PublishedClaim(
            "O38.G_tax_noncontrib", "provision after 1 is taken from consumer 4 for it", "6.5",
            lambda: provided(moved({4: "-1"}, 1)), FORM, FOUR,
        ),
        PublishedClaim(
            "O38.G_redistribution_big", "provision and number of givers after 2 is moved from "
            "consumer 3 to 4", (6, 2), lambda: givers(moved({3: "-2", 4: "2"})), FORM, FOUR,
        ),
    ]  # fmt: skip


def alike() -> list[PublishedClaim]:
    """Return the claims for consumers who are alike."""
    return [
        PublishedClaim(
            "O38.n_sym_check", "gift of each of ten who are alike", "0.2054794521",
            lambda: answer(played(ten())["g1"], ten()), FORM, TEN,
        ),
        PublishedClaim(
            "O38.match_rate", "matching rate, paid by equal lump sums, that restores the "
            "efficient provision", "0.9", match, FORM, TEN,
        ),
    ]  # fmt: skip


def facility(incomes: Sequence[int], least: str = "0") -> Game:
    """Each splits income between own use x and gifts to a facility G; utility is x G**taste.

    That is Cobb-Douglas, x**(1 - share) G**share with taste = share/(1 - share), raised to a power,
    which leaves equilibria as they are. Of every unit of a gift, `match` is paid by the government.
    """
    numbers = range(1, len(incomes) + 1)
    good = f"(public + {' + '.join(f'g{i}' for i in numbers)})"
    return Game(
        "a collective facility",
        [Player(f"m{i}") for i in numbers],
        [Move(f"g{i}", f"m{i}", (least, f"w{i}")) for i in numbers],
        {f"m{i}": f"(w{i} - (1 - match)*g{i})*{good}**taste" for i in numbers},
        parameters=[
            *(Parameter(f"w{i}", w, f"w{i} > 0") for i, w in zip(numbers, incomes, strict=True)),
            Parameter("public", 0, "public >= 0"),
            Parameter("match", 0, "0 <= match < 1"),
            Parameter("taste", 1, "taste > 0"),
        ],
        source="@bergstrom1986private",
    )


def moved(changes: Mapping[int, str], public: Any = 0) -> Reform:
    """Incomes change by lump sums; the government provides so much itself."""
    incomes = {f"w{i}": f"w{i} + ({change})" for i, change in changes.items()}
    return set_parameters({**incomes, "public": public})


@cache
def giving() -> Equilibrium:
    """Return the equilibrium of four."""
    return only(four())


def four() -> Game:
    """Return the game of four."""
    return facility((10, 8, 7, 2))


@cache
def ten() -> Equilibrium:
    """Return the equilibrium of ten who are alike."""
    return only(facility((5,) * 10, "1/10"), TASTE)


def provided(reform: Reform | None = None) -> Computed:
    """Return what is provided in all, the public part included."""
    game = four() if reform is None else reform(four())
    one = only(game)
    public = "0" if reform is None else str(public_part(reform))
    return answer(worth(game, one, f"({public}) + g1 + g2 + g3 + g4"), one)


def public_part(reform: Reform) -> Fraction:
    """Return what the government provides."""
    return Fraction(reform.steps[0].keys["set"]["public"])


def givers(reform: Reform) -> Computed:
    """Return what is provided, and by how many."""
    one = only(reform(four()))
    gifts = played(one).values()
    found = provided(reform)
    return answer((found.value, sum(gift.lower > 0 for gift in gifts)), one)


def owner(income: int, taste: str = "1") -> Computed:
    """Return what an owner of all incomes provides: the largest log(x G**taste)."""
    one = only(
        Game(
            "one owner of all incomes",
            [Player("owner")],
            [Move("G", "owner", ("1/10", income - Fraction(1, 10)))],
            {"owner": "log(income - G) + taste*log(G)"},
            parameters=[Parameter("income", income), Parameter("taste", taste)],
        )
    )
    return answer(played(one)["G"], one)


def match() -> Computed:
    """Return the matching rate at which ten provide what an owner of all would.

    The levy on each pays for the grant at the efficient provision, where it has to balance.
    """
    efficient = owner(50, TASTE["taste"])
    best = efficient.value
    if not isinstance(best, Enclosure) or not best.is_exact:
        raise StructureError("the efficient provision, which sets the levy, is not known exactly")

    def surplus(rate: Fraction) -> tuple[Enclosure, Grade]:
        levy = rate * best.lower / 10
        incomes = {f"w{i}": f"w{i} - ({levy})" for i in range(1, 11)}
        game = set_parameters({**incomes, "match": rate})(facility((5,) * 10, "1/10"))
        one = only(game, TASTE)
        gifts = worth(game, one, " + ".join(f"g{i}" for i in range(1, 11)), TASTE)
        return gifts - best, weakest([efficient.grade, one])

    return crossing(surplus, "4/5", "23/25")
