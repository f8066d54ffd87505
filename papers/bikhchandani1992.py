r"""Bikhchandani, Hirshleifer and Welch (1992): informational cascades.

**Set-up.** A project is worth V = 1 or 0, equally likely, and costs 1/2. Agents decide in turn.
Each sees a signal, right with probability p, and what those before it did, not their signals.
Whoever is indifferent tosses a coin.

**Claims.** After the first few agents own signals are no longer heeded. Such a cascade may be
wrong, and often is. If signals were public instead, many agents would hardly err.

**In our computation** public likelihoods are followed exactly, agent by agent, and every agent does
what its own belief makes best (`pigou.solvers.cascades`). It is no declared game: that all toss a
fair coin when indifferent is a rule of the authors' that a list of all equilibria does not impose.

Sources
-------
@bikhchandani1992theory
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from math import comb

from pigou.equilibrium import Grade
from pigou.publication import DERIVED, Computed, Publication, PublishedClaim
from pigou.replicating import answer
from pigou.solvers.cascades import cascades, lasting

SECTION = f"{DERIVED}; section II's formulas at numbers"
PUBLIC = f"{DERIVED}; signals that are public"
CASES = {"6": "0.6", "7": "0.7", "51": "0.51"}
PUBLISHED = {
    ("6", 2): ("0.48", "0.24", "0.28"),
    ("6", 4): ("0.5952", "0.0576", "0.3472"),
    ("6", 10): ("0.6310760448", "0.0007962624", "0.3681276928"),
    ("7", 2): ("0.595", "0.21", "0.195"),
    ("7", 4): ("0.71995", "0.0441", "0.23595"),
    ("7", 10): ("0.7528569569", "0.0004084101", "0.246734633"),
    ("51", 2): ("0.38505", "0.2499", "0.36505"),
    ("51", 4): ("0.481273995", "0.06245001", "0.456275995"),
    ("51", 10): ("0.5128312572", "0.0009746109369", "0.4861941318"),
}
LIMITS = {"6": "0.6315789474", "7": "0.753164557", "51": "0.5133315558"}


def publication() -> Publication:
    """Return the publication with its claims."""
    return Publication(
        "bikhchandani1992theory",
        "A project is worth 1 or 0 and costs 1/2; agents in turn see a signal, right with "
        "probability p, and what those before them did; the indifferent toss a coin.",
        {"p": "precision", "n": "agents"},
        [
            *(
                PublishedClaim(
                    f"O15.p{case}_n{n}",
                    f"correct, no and incorrect cascade after {n} agents",
                    values,
                    partial(after, case, n),
                    SECTION,
                    {"p": CASES[case], "n": n},
                )
                for (case, n), values in PUBLISHED.items()
            ),
            *(
                PublishedClaim(
                    f"O15.p{case}_limit",
                    "correct cascade in the end",
                    value,
                    partial(limit, case),
                    SECTION,
                    {"p": CASES[case]},
                )
                for case, value in LIMITS.items()
            ),
            PublishedClaim(
                "O15.majority_25",
                "whether agent 26 is right if 25 signals are public",
                "0.846232231",
                partial(informed, 25),
                PUBLIC,
                {"p": "0.6", "n": 25},
            ),
        ],
    )


def after(case: str, agents: int) -> Computed:
    """Return how likely each kind of cascade is after some agents."""
    return answer(tuple(cascades(Fraction(CASES[case]), agents)), Grade.CERTIFIED, method="exact")


def limit(case: str) -> Computed:
    """Return how likely a correct cascade is in the end."""
    return answer(lasting(Fraction(CASES[case])).correct, Grade.CERTIFIED, method="exact")


def informed(signals: int) -> Computed:
    """Return how likely the public signals, followed by Bayes' rule, lead to the right decision."""
    p = Fraction(3, 5)
    right = Fraction(0)
    for good in range(signals + 1):
        weight = comb(signals, good) * p**good * (1 - p) ** (signals - good)
        ratio = (p / (1 - p)) ** (2 * good - signals)
        right += weight * (1 if ratio > 1 else Fraction(1, 2) if ratio == 1 else 0)
    return answer(right, Grade.CERTIFIED, method="exact")
