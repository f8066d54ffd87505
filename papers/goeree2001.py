r"""Goeree and Holt (2001): a treasure and a contradiction of matching pennies.

**Set-up.** The row player gets x for (Top, Left), 40 for (Top, Right) and (Bottom, Left), 80 for
(Bottom, Right), in cents; the column player 40, 80, 80, 40. With x = 80 both mix evenly in the Nash
equilibrium, and about half of the subjects chose each. With x = 320 and x = 44 Nash still lets the
row player mix evenly, since that keeps the column player indifferent; subjects chose Top when it
paid much and Bottom when it did not, as the logit equilibrium has it.

Sources
-------
@goeree2001ten
"""

from __future__ import annotations

from functools import partial

from pigou.errors import StructureError
from pigou.game import Game, Move, Parameter, Player
from pigou.papers.mckelvey1995 import at_precision, probabilities
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer, only

LABELS = {"Top", "Left"}
NASH = {"sym": ("1/2", "1/2"), "320": ("1/2", "1/8"), "44": ("1/2", "10/11")}
LOGIT = {
    "sym": ("0.5", "0.5"),
    "320": ("0.8179878591", "0.2189233813"),
    "44": ("0.3561706566", "0.6399892238"),
}
OBSERVED = (
    "an observation in the laboratory, which no solver of equilibria computes; the figures were "
    "not confirmed in a copy of the paper"
)


def publication() -> Publication:
    """Return the publication with its claims."""
    nashes = [
        PublishedClaim(
            f"O09.GH_{name}_nash", "probabilities of Top and Left in the Nash equilibrium", values,
            partial(nash, payment(name)), f"{DERIVED}; from indifference",
            {"x": payment(name)}, 0,
        )
        for name, values in NASH.items()
    ]  # fmt: skip
    logits = [
        PublishedClaim(
            f"O09.GH_{name}_qre", "probabilities of Top and Left in the logit equilibrium", values,
            partial(at_precision, pennies(payment(name)), "0.05", LABELS),
            f"{DERIVED}; at a precision of 0.05, in one over cents",
            {"x": payment(name), "lambda": "0.05"},
        )
        for name, values in LOGIT.items()
    ]  # fmt: skip
    seen = PublishedClaim(
        "O09.GH_data", "observed frequencies of Top and Left, x = 80, 320, 44",
        (("0.48", "0.48"), ("0.96", "0.16"), ("0.08", "0.8")), nothing, "the experiment", {}, 0,
        OBSERVED,
    )  # fmt: skip
    return Publication(
        "goeree2001ten",
        "Top pays x, 40 and Bottom 40, 80 to the row player against Left, Right; the column player "
        "gets 40, 80 against Top and 80, 40 against Bottom, in cents.",
        {"x": "x", "lambda": "precision, in one over cents"},
        [*nashes, *logits, seen],
    )


def payment(name: str) -> int:
    """Return x."""
    return 80 if name == "sym" else int(name)


def pennies(x: int) -> Game:
    """Return the game."""
    return Game(
        "matching pennies",
        [Player("row"), Player("column")],
        [Move("a", "row", {"Top": 0, "Bottom": 1}), Move("b", "column", {"Left": 0, "Right": 1})],
        {
            "row": "if(a == 0, if(b == 0, x, 40), 40 + 40*b)",
            "column": "if(a == b, 40, 80)",
        },
        parameters=[Parameter("x", x, "x > 0", "cents")],
        source="@goeree2001ten",
    )


def nash(x: int) -> Computed:
    """Return the probabilities of Top and Left in the one Nash equilibrium."""
    one = only(pennies(x))
    return answer(probabilities(one, LABELS), one)


def nothing() -> Computed:
    """Say that there is nothing to compute."""
    raise StructureError("not computed: an observation, not a property of the game")
