r"""Dixit (1980): capacity that keeps an entrant out.

**Set-up.** An incumbent installs a capacity k at a cost of r a unit. An entrant sees it, and
decides whether to enter at a cost f. Then both choose quantities, at the price
:math:`A - q_1 - q_2` less operating costs. The incumbent adds capacity where it sells more than k;
the entrant pays r a unit.

**Claims.** The incumbent can credibly choose quantities between T, what it sells against an entrant
without capacity, and V, what it sells where capacity is free. Deterrence needs
:math:`k_d = A - r - 2 \sqrt{f}`, so that it is credible if f is large enough, and not needed if f
is larger still (then entry is blockaded). Otherwise the incumbent leads.

Sources
-------
@dixit1980role; the linear form is not in the paper
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache, partial
from typing import Any

from pigou.equilibrium import Equilibrium, EquilibriumSet, Grade
from pigou.errors import StructureError
from pigou.exact import Enclosure
from pigou.expression import symbol
from pigou.game import Bystander, Game, Move, Parameter, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim, weakest
from pigou.replicating import answer, only, played, turning_point
from pigou.solving import solve

FORM = f"{DERIVED}; linear form"
AT = {"A": 10, "r": 3}


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "dixit1980role",
        "An incumbent installs capacity k at r a unit; an entrant decides whether to enter at f; "
        "then both sell at A - q_1 - q_2 less operating costs.",
        {"k": "k", "q_1, q_2": "q1, q2", "A": "A", "r": "r", "f": "f"},
        [*limits(), *regimes()],
    )


def limits() -> list[PublishedClaim]:
    """Return the claims on what is credible."""
    return [
        PublishedClaim("O32.TV_main", "what the incumbent sells against an entrant: with no "
                       "capacity, with any", ("2.333333333", "4.333333333"), credible, FORM, AT),
        PublishedClaim("O32.f_block", "smallest entry cost at which entry is blockaded", "3.0625",
                       blockaded, FORM, AT),
        PublishedClaim("O32.f_deter", "smallest entry cost at which deterrence is credible",
                       "1.777777778", deterred, FORM, AT),
    ]  # fmt: skip


def regimes() -> list[PublishedClaim]:
    """Return the claims on what is played."""
    claims = []
    for name, f, regime, quantities in (
        ("f1", "1", "accommodate", ("3.5", "1.75")),
        ("f2", "2", "deter", ("4.171572875", 0)),
        ("f35", "7/2", "deter", ("3.5", 0)),
    ):
        at = AT | {"f": f}
        claims += [
            PublishedClaim(f"O32.regime_{name}", "what the incumbent does: entry is kept out, or "
                           "accommodated", regime, partial(regime_of, {"f": f}), FORM, at),
            PublishedClaim(f"O32.q_{name}", "quantities of incumbent and entrant", quantities,
                           partial(sold, {"f": f}), FORM, at),
        ]  # fmt: skip
    tight = {"r": "1", "f": "1/2"}
    claims += [
        PublishedClaim("O32.q_tight", "quantities where what is credible binds",
                       ("3.666666667", "2.666666667"), lambda: sold(tight), FORM,
                       {"A": 10, "r": 1, "f": "0.5"}),
        PublishedClaim("O32.W_f2", "welfare with deterrence, and where capacity cannot commit",
                       ("20.5", "19.77777778"), welfares, FORM, AT | {"f": 2}),
    ]  # fmt: skip
    return claims


def deterrence() -> Game:
    """Let the incumbent install capacity k, the entrant decide, then both sell; a - w = A."""
    return Game(
        "entry deterrence by capacity",
        [Player("incumbent"), Player("entrant")],
        [
            Move("k", "incumbent", (0, 10)),
            Move("enter", "entrant", {"out": 0, "in": 1}, 2),
            Move("q1", "incumbent", (0, 10), 3),
            Move("q2", "entrant", (0, 10), 3, when="enter == 1"),
        ],
        {
            "incumbent": "q1*(A - q1 - q2) - r*k - r*max(0, q1 - k)",
            "entrant": "q2*(A - q1 - q2) - r*q2 - f*enter",
        },
        [Bystander("consumers", "(q1 + q2)**2/2")],
        parameters=[Parameter("A", 10), Parameter("r", 3), Parameter("f", 2)],
        source="@dixit1980role; linear form",
    )


@cache
def all_at(f: str, r: str = "3") -> EquilibriumSet:
    """Return the equilibria at an entry cost and a cost of capacity."""
    found = solve(deterrence(), {"f": f, "r": r})
    if not found.complete or not found.equilibria:
        raise StructureError("deterrence: the list of equilibria was not shown complete")
    return found


def regime_of(at: dict[str, str]) -> Computed:
    """Return what the incumbent does in every equilibrium."""
    found = all_at(**at)
    taken = {played(one)["enter"] for one in found}
    words = {"in": "accommodate", "out": "deter"}
    return answer(" or ".join(sorted(words[t] for t in taken)), found)


def sold(at: dict[str, str]) -> Computed:
    """Return both quantities, which are the same in every equilibrium: 0 of one who is out."""
    found = all_at(**at)
    zero = Enclosure.point(0)
    pairs = [(played(one)["q1"], played(one).get("q2", zero)) for one in found]
    first = pairs[0]
    if not all(a.overlaps(b) for pair in pairs for a, b in zip(pair, first, strict=True)):
        raise StructureError("quantities differ between equilibria")
    return answer(first, found)


def credible() -> Computed:
    """Return what the incumbent sells after entry, without capacity and with much."""
    one = all_at("2").equilibria[0]
    (rule,) = (
        s.expression for s in one.strategies
        if s.move == "q1" and s.when.get("enter") == "in" and s.expression is not None
    )  # fmt: skip
    return answer([rule.subs(symbol("k"), capacity) for capacity in (0, 10)], one)


def deterred() -> Computed:
    """Return the entry cost at which the entrant is first kept out, and confirm it."""

    def out(f: Fraction) -> tuple[bool, Grade]:
        one = only(deterrence(), {"f": f})
        return played(one)["enter"] == "out", one.evidence.grade

    # what the entrant earns, entry cost aside, if the incumbent sells all that is credible
    top = credible().value
    assert isinstance(top, tuple)
    return confirmed(out, entrant_against(top[1]))


def blockaded() -> Computed:
    """Return the entry cost from which the incumbent need not sell more than it would alone."""
    alone = only(
        Game("alone", [Player("incumbent")], [Move("q", "incumbent", (0, 10))],
             {"incumbent": "q*(7 - q)"})
    )  # fmt: skip
    monopoly = played(alone)["q"]

    def at_ease(f: Fraction) -> tuple[bool, Grade]:
        found = solve(deterrence(), {"f": f})
        grade = weakest([found, alone])
        return all(played(one)["q1"].overlaps(monopoly) for one in found), grade

    return confirmed(at_ease, entrant_against(monopoly))


def entrant_against(quantity: Any) -> Fraction:
    """Return what an entrant earns, entry cost aside, against a given quantity."""
    number = quantity.lower if isinstance(quantity, Enclosure) else quantity
    one = only(
        Game("entrant", [Player("entrant")], [Move("q", "entrant", (0, 10))],
             {"entrant": f"q*(7 - q - ({number}))"})
    )  # fmt: skip
    return one.payoffs["entrant"].lower


def confirmed(test: Any, proposed: Fraction) -> Computed:
    """Look at what happens just below and just above a value."""
    near = Fraction(1, 10**7)
    return turning_point(test, proposed - near, proposed + near, 2 * near)


def welfares() -> Computed:
    """Return welfare under deterrence, and where the entrant does not see the capacity."""
    one = only(deterrence(), {"f": "2"})
    unseen = Game(
        "a capacity that nobody sees is that of the output",
        [Player("incumbent"), Player("entrant")],
        [Move("q1", "incumbent", (0, 10)), Move("q2", "entrant", (0, 10))],
        {"incumbent": "q1*(7 - q1 - q2)", "entrant": "q2*(7 - q1 - q2) - 2"},
        [Bystander("consumers", "(q1 + q2)**2/2")],
    )
    ends: list[Equilibrium] = [one, only(unseen)]
    return answer([sum(e.payoffs.values(), Enclosure.point(0)) for e in ends], *ends)
