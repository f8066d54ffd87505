r"""Rasmusen, Ramseyer and Wiley (1991): naked exclusion, with Segal and Whinston (2000).

**Set-up.** An incumbent offers each of N partners money for an exclusive contract. A rival enters
if at least :math:`N^*` have not signed. Partners that did not sign then gain :math:`x^*`, and the
incumbent has :math:`\pi < x^*` from each that did; if the rival stays out the incumbent has
:math:`\pi` from all. So :math:`m = N - N^* + 1` signatures keep it out.

**Claims.** Whoever signs does not count what the others lose. If all are offered the same for
nothing, both exclusion and entry are equilibria. If offers may differ, and none can rely on the
others, the first m have to be paid :math:`x^*` each, so that exclusion is worth it if
:math:`m x^* \le N \pi`. If partners are approached one after the other exclusion is cheaper, and
may be free.

**In our games** who would be indifferent is offered a smallest unit of money, 1e-9, more: in the
equilibrium of the paper it signs.

Sources
-------
@rasmusen1991naked; @segal2000naked
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache, partial

from pigou.designing import design
from pigou.game import Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer, only, played, threshold
from pigou.solving import solve

PARTNERS, NEEDED = 5, 3
"""The number of partners, and how many unsigned ones a rival needs to enter."""
UNIT = Fraction(1, 10**9)
WHERE = f"{DERIVED}; an instance of the set-up of both papers"
SEQUENTIAL = {"1.5": (5, True), "2.0": (5, True), "2.6": ("2.4", True)}
SIMULTANEOUS = {"1.5": True, "2.0": False, "2.6": False}


def publication() -> Publication:
    """Return the publication with its claims."""
    claims = []
    for gain, expected in SEQUENTIAL.items():
        at = {"N": 5, "N*": 3, "pi": 1, "x*": gain}
        claims += [
            PublishedClaim(
                f"O48.seq_{gain}", "partners approached in turn: the incumbent's payoff, and "
                "whether the rival is kept out", expected, partial(in_turn, gain), WHERE, at,
            ),
            PublishedClaim(
                f"O48.simul_{gain}", "different offers at once: whether the rival is kept out",
                SIMULTANEOUS[gain], partial(at_once, gain), WHERE, at,
            ),
        ]  # fmt: skip
    at = {"N": 5, "N*": 3, "x*": 2}
    return Publication(
        "rasmusen1991naked",
        "An incumbent offers each of N partners money for an exclusive contract; a rival enters if "
        "N* have not signed; they then gain x* each, and the incumbent has pi from who signed; "
        "else pi from all.",
        {"N": "partners", "N*": "needed", "x*": "gain", "pi": "profit"},
        [
            *claims,
            PublishedClaim(
                "O48.accept_sizes_0", "numbers that sign for nothing in equilibrium", (0, 4, 5),
                lambda: signers("0"), WHERE, at | {"offer": 0},
            ),
            PublishedClaim(
                "O48.accept_sizes_x", "numbers that sign for slightly more than x*", (5,),
                lambda: signers("2.01"), WHERE, at | {"offer": "2.01"},
            ),
        ],
    )  # fmt: skip


# -- the same offer to all, and different offers at once ------------------------------------------


def signing() -> Game:
    """Partners sign for what is offered, or refuse and gain if the rival enters."""
    return Game(
        "exclusive contracts",
        [Player("partner", size="partners")],
        [Move("sign", "partner", {"refuse": 0, "sign": 1})],
        {"partner": "if(sign == 1, offer, if(sum(sign == refuse) >= needed, gain, 0))"},
        parameters=[
            Parameter("partners", PARTNERS, "partners >= 2", integer=True),
            Parameter("needed", NEEDED, "needed >= 1", integer=True),
            Parameter("gain", 2, "gain > 0"),
            Parameter("offer", 0, "offer >= 0"),
        ],
        source="@rasmusen1991naked",
    )


def signers(offer: str) -> Computed:
    """Return how many sign in each equilibrium in pure strategies."""
    found = solve(signing(), {"offer": offer}, pure=True)
    numbers = {s.counts["sign"] for one in found for s in one.strategies if s.counts}
    return answer(sorted(numbers), found)


@cache
def budget(gain: str) -> tuple[Fraction, str]:
    """Return what it takes, at the least, that all sign in the only equilibrium."""
    found = design(
        signing(), "unique", "divide-and-conquer", at={"gain": gain}, target="sign=sign",
        formulas=False,
    )  # fmt: skip
    return threshold(found).upper, str(found.threshold.grade)


def at_once(gain: str) -> Computed:
    """Let the incumbent buy exclusion at its least price, or not: return what it does."""
    price, grade = budget(gain)
    incumbent = Game(
        "whether to exclude", [Player("incumbent")],
        [Move("exclude", "incumbent", {"no": 0, "yes": 1})],
        {"incumbent": "exclude*(partners*profit - price)"},
        parameters=[
            Parameter("partners", PARTNERS), Parameter("profit", 1), Parameter("price", price),
        ],
        source="@segal2000naked",
    )  # fmt: skip
    one = only(incumbent)
    return answer(played(one)["exclude"] == "yes", one, grade, method="design, then solved")


# -- partners in turn -----------------------------------------------------------------------------


def offering() -> Game:
    """Let the incumbent offer a partner a unit of money or its gain; the partner signs or not.

    What follows is known: what the incumbent then has, and whether the rival enters.
    """
    price = "if(offer == full, gain + unit, unit)"
    return Game(
        "an offer to one partner",
        [Player("incumbent"), Player("partner")],
        [
            Move("offer", "incumbent", {"little": 0, "full": 1}),
            Move("reply", "partner", {"refuse": 0, "sign": 1}, stage=2),
        ],
        {
            "incumbent": f"if(reply == sign, then_signed - {price}, then_refused)",
            "partner": f"if(reply == sign, {price}, gain*entry_if_refused)",
        },
        parameters=[
            Parameter("gain", 2, "gain > 0"),
            Parameter("unit", UNIT, "unit > 0"),
            Parameter("then_signed", 0), Parameter("then_refused", 0),
            Parameter("entry_if_refused", 0),
        ],
        source="@rasmusen1991naked; @segal2000naked",
    )  # fmt: skip


@cache
def after(gain: str, approached: int, signed: int) -> tuple[Fraction, bool, str]:
    """Return what the incumbent then earns, whether the rival enters, and how well it is known."""
    if approached == PARTNERS:
        enters = PARTNERS - signed >= NEEDED
        return Fraction(signed if enters else PARTNERS), enters, "proved"
    yes = after(gain, approached + 1, signed + 1)
    no = after(gain, approached + 1, signed)
    one = only(
        offering(),
        {"gain": gain, "then_signed": yes[0], "then_refused": no[0],
         "entry_if_refused": int(no[1])},
    )  # fmt: skip
    next_one = yes if played(one)["reply"] == "sign" else no
    grade = str(answer(0, one, yes[2], no[2]).grade)
    return one.payoffs["incumbent"].lower, next_one[1], grade


def in_turn(gain: str) -> Computed:
    """Return the incumbent's payoff and whether it excludes, by backward induction."""
    earned, enters, grade = after(gain, 0, 0)
    return answer((earned, not enters), grade, method="backward induction")
