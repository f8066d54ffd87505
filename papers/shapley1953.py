r"""Shapley (1953): what bargainers get who come in all orders; gloves, associations, and the core.

**Set-up.** L lead firms and n suppliers. As *substitutes*, each pair of a lead firm and a supplier
makes 1, and a coalition S as much as it has pairs: :math:`v(S) = \min(\#\text{lead firms},
\#\text{suppliers})`, the market for gloves of Shapley and Shubik (1969). As *complements*, one lead
firm makes 1 with all n suppliers, and nothing with fewer.

**Claims.** The value pays everybody its marginal contribution, averaged over all orders. Of one
lead firm and n substitutes the lead firm gets n/(n + 1); in the core it gets everything. Suppliers
who bargain as one gain if they are substitutes, and lose if they are complements (Segal 2003).

Sources
-------
@shapley1953value; @shapley1969pure; @segal2003collusion
"""

from __future__ import annotations

from functools import partial

import sympy as sp

from pigou.coalitions import CoalitionalGame, Shapley
from pigou.equilibrium import Grade
from pigou.errors import StructureError
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer
from pigou.solvers.core import core
from pigou.solvers.reals import decide

GLOVES = f"{DERIVED}; its value, in the market for gloves"
TOGETHER = f"{DERIVED}; its value, where some bargain as one (Segal 2003)"
UNIQUE = f"{DERIVED}; the core of the market for gloves"


def publication() -> Publication:
    """Return the publication with its claims."""
    claims = [
        PublishedClaim(
            f"O25.sub_{leads}v{suppliers}",
            f"shares of a lead firm and a supplier, {leads} and {suppliers} of them, substitutes",
            shares, partial(in_market, leads, suppliers), GLOVES, {"L": leads, "n": suppliers},
        )
        for leads, suppliers, shares in (
            (1, 2, ("0.6666666667", "0.1666666667")), (1, 3, ("0.75", "0.08333333333")),
            (1, 5, ("0.8333333333", "0.03333333333")), (2, 3, ("0.65", "0.2333333333")),
            (2, 2, ("0.5", "0.5")),
        )
    ]  # fmt: skip
    claims += [
        PublishedClaim("O25.assoc_1v2", "share of the lead firm if two substitutes bargain as one",
                       "0.5", associated, TOGETHER, {"L": 1, "n": 2}),
        PublishedClaim("O25.compl_1v3", "share of everybody, complements", "0.25",
                       lambda: divided(complements(), "lead"), f"{DERIVED}; its value",
                       {"L": 1, "n": 3}),
        PublishedClaim("O25.compl_merge", "joint share of complements, each for itself and as one",
                       ("0.75", "0.5"), merged, TOGETHER, {"L": 1, "n": 3}),
        PublishedClaim("O25.alt_link", "gain of each of two substitutes from a second lead firm",
                       "0.3333333333", second_lead_firm, GLOVES, {"L": "1, then 2", "n": 2}),
        PublishedClaim("O25.core_1v2", "what the lead firm gets in the core", 1, in_core, UNIQUE,
                       {"L": 1, "n": 2}),
    ]  # fmt: skip
    return Publication(
        "shapley1953value",
        "L lead firms and n suppliers; substitutes: each pair of one and the other makes 1; "
        "complements: the lead firm makes 1 with all n suppliers together.",
        {"v(S)": "worth of a coalition", "L": "lead, lead2 ...", "n": "a, b, c ..."},
        claims,
    )


def market(leads: int, suppliers: int) -> CoalitionalGame:
    """Each pair of a lead firm and a supplier makes 1."""
    buyers = ["lead", *(f"lead{k}" for k in range(2, leads + 1))]
    sellers = list("abcde"[:suppliers])

    def pairs(members: frozenset[str]) -> int:
        return min(len(members & set(buyers)), len(members & set(sellers)))

    return CoalitionalGame.of([*buyers, *sellers], pairs)


def complements() -> CoalitionalGame:
    """One lead firm makes 1 with three suppliers together."""
    return CoalitionalGame(["lead", "a", "b", "c"], {"lead+a+b+c": 1})


def divided(game: CoalitionalGame, *players: str) -> Computed:
    """Return what players get: one number, or several."""
    got = Shapley(game).divide()
    values = tuple(got[player] for player in players)
    return exactly(values if len(values) > 1 else values[0])


def exactly(value: object) -> Computed:
    """Return a number, or several, from exact arithmetic."""
    return answer(value, Grade.CERTIFIED, method="Shapley value, exactly")


def in_market(leads: int, suppliers: int) -> Computed:
    """Return what a lead firm and a supplier get."""
    return divided(market(leads, suppliers), "lead", "a")


def associated() -> Computed:
    """Let two substitutes bargain as one."""
    return divided(market(1, 2).merged(["a", "b"], "association"), "lead")


def merged() -> Computed:
    """Return what complements get in all, apart and together."""
    apart = Shapley(complements()).divide()
    together = Shapley(complements().merged(["a", "b", "c"], "association")).divide()
    return exactly((apart["a"] + apart["b"] + apart["c"], together["association"]))


def second_lead_firm() -> Computed:
    """Return what a supplier gains if there is another lead firm to sell to."""
    before, after = (Shapley(market(leads, 2)).divide() for leads in (1, 2))
    return exactly(after["a"] - before["a"])


def in_core() -> Computed:
    """Return what the lead firm gets in the core, and prove that it gets no less in any division.

    Raises
    ------
    StructureError
        If the core is empty, or the lead firm's share in it not unique.
    """
    game = market(1, 2)
    found = core(game)
    shares = {player: sp.Symbol(player, real=True) for player in game.players}
    stable = [
        sp.Add(*(shares[p] for p in coalition.split("+"))) >= game.worth_of(coalition)
        for coalition in game.coalitions
    ]
    whole = sp.Eq(sp.Add(*shares.values()), game.worth_of(game.players))
    share = found.division["lead"]
    if found.is_empty or not decide(sp.Eq(shares["lead"], sp.Rational(share)), [*stable, whole]):
        raise StructureError("the core does not say what the lead firm gets")
    return answer(share, Grade.PROVED, method="linear programme; unique by real arithmetic")
