r"""McKelvey and Palfrey (1995): quantal response equilibria, and how precise subjects are.

**Set-up.** Asymmetric matching pennies of Ochs (1995), with payoffs transformed by the paper: the
row player gets 1.1141 for (A1, B1) and 0.2785 for (A2, B2), the column player 1.1141 elsewhere.
Nash lets the column player play B1 with probability 0.2785/1.3926 and the row player mix evenly;
subjects did not. In the first block of 128 choices of each player A1 was played with frequency
0.527 and B1 with 0.366; the precision :math:`\lambda` is estimated by maximum likelihood along the
principal branch. The log-likelihoods that the paper prints are ten times what the calculation
gives, as the documentation of Gambit notes.

The game of table 1 has a unique perfect equilibrium, (D, D), and another, (1/2, 0, 1/2) of both,
to which the branch of logit equilibria leads: U and D pay 1 unless the other plays M, which pays
nothing; against M, U pays nothing and D pays A. With A = 100 the branch of two players crosses
another at a precision of 0.0992, where an asymmetric pair of logit equilibria begins; the two are
declared alike here, and play one mixture.

Sources
-------
@mckelvey1995quantal; @ochs1995games, for the data
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache, partial

from pigou.equilibrium import Equilibrium, Grade, Strategy
from pigou.exact import Enclosure
from pigou.game import Game, Move, Player
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.quantal import LogitEquilibrium, quantal_response
from pigou.quantal_fit import PrecisionFit, Sample, fit_precision
from pigou.replicating import answer, only

LARGE, SMALL = "1.1141", "0.2785"
SEEN = {"row": Fraction("0.527"), "column": Fraction("0.366")}
BLOCK = {"N": 128, "f_row": "0.527", "f_column": "0.366"}
ESTIMATE = f"{DERIVED}; the estimate for the first block, with more digits than are printed"
AT_LAMBDA = f"{DERIVED}; the game of the first block at another precision"
TABLE = f"{DERIVED}; table 1, of which the paper draws the graph"
SCAN = "maximum likelihood; that no other maximum on the branch is higher is numerical"


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "mckelvey1995quantal",
        "Choices have probabilities proportional to exp(lambda u). Asymmetric matching pennies "
        "with 1.1141 and 0.2785 for the row player; a game of three choices with payoffs A = B.",
        {"lambda": "precision", "A, B": "large", "p, q": "probabilities of A1 and B1"},
        [*estimates(), *at_precisions(), *table()],
    )


def estimates() -> list[PublishedClaim]:
    """Return the claims on the maximum likelihood estimate."""
    return [
        fitted("O08.lambda_hat", "estimate of lambda", "1.845609732", lambda f: f.best.precision),
        fitted("O08.p_hat", "fitted probability of A1", "0.6156513141",
               lambda f: f.best.shares[0]["row"]["A1"]),
        fitted("O08.q_hat", "fitted probability of B1", "0.3832909417",
               lambda f: f.best.shares[0]["column"]["B1"]),
        fitted("O08.loglik", "log-likelihood, of which the paper prints ten times as much",
               "-174.7645319", lambda f: f.best.log_likelihood),
        PublishedClaim(
            "O08.nash_q", "probability of B1 in the Nash equilibrium", "0.1999856384", nash,
            f"{DERIVED}; from indifference", {}, "0.0000000001",
        ),
    ]  # fmt: skip


def fitted(
    id: str, what: str, expected: str, read: Callable[[PrecisionFit], float]
) -> PublishedClaim:
    """Return a claim on the estimate, which is numerical: the branch is scanned in doubles."""

    def compute() -> Computed:
        value = Enclosure.point(Fraction(read(estimate())))
        return answer(value, Grade.NUMERICAL, estimate().evidence.grade, method=SCAN)

    return PublishedClaim(id, what, expected, compute, ESTIMATE, BLOCK, "0.000001")


def at_precisions() -> list[PublishedClaim]:
    """Return the claims on logit equilibria of the first game."""
    expected = {
        1: ("0.5867840367", "0.4518070314"),
        3: ("0.6168968501", "0.3140163618"),
        10: ("0.5576885206", "0.2166297761"),
    }
    return [
        PublishedClaim(
            f"O08.qre_lam{precision}", "probabilities of A1 and B1", values,
            partial(at_precision, pennies(), precision, {"A1", "B1"}),
            AT_LAMBDA, {"lambda": precision}, "0.000001",
        )
        for precision, values in expected.items()
    ]  # fmt: skip


def table() -> list[PublishedClaim]:
    """Return the claims on the game of table 1."""
    expected = {
        (5, 2): ("0.3512890963", "0.0528412432", "0.5958696605"),
        (5, 5): ("0.4779804909", "0.00327375849", "0.5187457506"),
        (5, 30): ("0.5", "0.00000000000004678803372", "0.5"),
        (100, 2): ("0.08518794198", "0.01180435593", "0.9030077021"),
        (100, 5): ("0.2787489685", "0.001896086557", "0.719354945"),
        (100, 10): ("0.49437671", "0.00002244970724", "0.5056008403"),
    }
    return [
        PublishedClaim(
            f"O08.table1_A{large}_lam{precision}", "probabilities of U, M, D of two alike", values,
            partial(at_precision, three_choices(large), precision, {"U", "M", "D"}),
            TABLE, {"A": large, "B": large, "lambda": precision}, "0.000000001",
        )
        for (large, precision), values in expected.items()
    ]  # fmt: skip


# -- the games ------------------------------------------------------------------------------------


def pennies() -> Game:
    """Return the game: the row player wants the choices to match, the column player does not."""
    return Game(
        "asymmetric matching pennies",
        [Player("row"), Player("column")],
        [Move("a", "row", {"A1": 1, "A2": 2}), Move("b", "column", {"B1": 1, "B2": 2})],
        {
            "row": f"if(a == b, if(a == 1, {LARGE}, {SMALL}), 0)",
            "column": f"if(a == b, 0, {LARGE})",
        },
        source="@mckelvey1995quantal; @ochs1995games",
    )


def three_choices(large: int) -> Game:
    """Return the game of table 1."""
    return Game(
        "table 1",
        [Player("player", size=2)],
        [Move("x", "player", {"U": 0, "M": 1, "D": 2})],
        {
            "player": f"if(x == 0, {others(0)} + {others(2)}, 0) + "
            f"if(x == 2, {others(0)} + {large}*{others(1)} + {others(2)}, 0)"
        },
        source="@mckelvey1995quantal, table 1",
    )


def others(value: int) -> str:
    """Return how many others take a choice, as a formula."""
    return f"(sum(x == {value}) - if(x == {value}, 1, 0))"


# -- computing ------------------------------------------------------------------------------------


@cache
def estimate() -> PrecisionFit:
    """Estimate the precision of the first block."""
    n = Fraction(128)
    counts = {
        player: {first: n * share, second: n * (1 - share)}
        for (player, share), (first, second) in zip(
            SEEN.items(), (("A1", "A2"), ("B1", "B2")), strict=True
        )
    }
    return fit_precision([Sample("first block", pennies(), counts)])


def nash() -> Computed:
    """Return the column player's probability of B1 in the one Nash equilibrium."""
    one = only(pennies())
    return answer(probabilities(one, {"B1"})[0], one)


def at_precision(game: Game, precision: object, labels: set[str]) -> Computed:
    """Return probabilities in the logit equilibrium on the principal branch."""
    one = quantal_response(game, precision=precision).equilibrium
    assert one is not None
    return answer(
        probabilities(one, labels), one.evidence.grade, one.on_branch.grade,
        method="Krawczyk's test, and a tube along the branch",
    )  # fmt: skip


def probabilities(one: Equilibrium | LogitEquilibrium, labels: set[str]) -> list[Enclosure]:
    """Return the probabilities of some choices."""
    strategies: tuple[Strategy, ...] = one.strategies
    return [p for s in strategies for label, p in s.probabilities.items() if label in labels]
