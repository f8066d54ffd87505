r"""Hillman and Riley (1989), after Tullock (1980): how much of a rent is spent on getting it.

**Set-up.** n contenders spend :math:`x_i`; i wins a prize worth :math:`V_i` to it with probability
:math:`x_i^r/\sum_j x_j^r`.

**Claims.** Contenders alike spend :math:`r V (n-1)/n^2` each, so that a share
:math:`r (n-1)/n` of the rent is dissipated. Of two who value the prize differently (r = 1) the one
to whom it is worth more spends more, :math:`V_1^2 V_2/(V_1 + V_2)^2`, and gets more than half.

Sources
-------
@tullock1980efficient; @hillman1989politically
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

from pigou.equilibrium import Equilibrium
from pigou.exact import Enclosure
from pigou.game import Game, Move, Player
from pigou.publication import Computed, Publication, PublishedClaim
from pigou.replicating import answer, only, played

ALIKE = "closed form of @tullock1980efficient, at these parameters"
UNLIKE = "closed form for two contenders who value the prize differently, at these parameters"
PAIR = {"V_1": 100, "V_2": 50, "r": 1}


def publication() -> Publication:
    """Return the publication with its claims."""
    claims = []
    for name, n, r, effort, share in (
        ("r1", 4, "1", "18.75", "0.75"),
        ("r05", 4, "1/2", "9.375", "0.375"),
        ("n10", 10, "1", 9, "0.9"),
    ):
        at = {"n": n, "V": 100, "r": r}
        claims += [
            PublishedClaim(
                f"O36.x_{name}", "effort of each", effort,
                partial(first_effort, n, r), ALIKE, at,
            ),
            PublishedClaim(
                f"O36.diss_{name}", "share of the rent that is dissipated", share,
                partial(dissipated, n, r), ALIKE, at,
            ),
        ]  # fmt: skip
    claims += [
        PublishedClaim(
            "O36.asym", "efforts of two", ("22.22222222", "11.11111111"),
            lambda: answer(tuple(played(pair()).values()), pair()), UNLIKE, PAIR,
        ),
        PublishedClaim(
            "O36.asym_payoffs", "payoffs of two", ("44.44444444", "5.555555556"),
            lambda: answer(tuple(pair().payoffs.values()), pair()), UNLIKE, PAIR,
        ),
    ]  # fmt: skip
    return Publication(
        "hillman1989politically",
        "n contenders spend x_i; i wins a prize worth V_i to it with probability "
        "x_i**r/sum_j x_j**r.",
        {"x_i": "the moves x1 ...", "V_i": "prizes", "r": "power"},
        claims,
    )


def contest(prizes: Sequence[int], power: str = "1") -> Game:
    """Each spends effort; the prize is won with a probability in proportion to effort**power."""
    numbers = range(1, len(prizes) + 1)
    whole = " + ".join(f"x{i}**({power})" for i in numbers)
    return Game(
        "contest",
        [Player(f"p{i}") for i in numbers],
        [Move(f"x{i}", f"p{i}", (1, 60)) for i in numbers],
        {f"p{i}": f"{prizes[i - 1]}*x{i}**({power})/({whole}) - x{i}" for i in numbers},
        source="@tullock1980efficient; @hillman1989politically",
    )


@cache
def of_equals(contenders: int, power: str) -> Equilibrium:
    """Return the equilibrium of a contest for 100 of contenders who are alike."""
    return only(contest((100,) * contenders, power))


@cache
def pair() -> Equilibrium:
    """Return the equilibrium of two, to whom the prize is worth 100 and 50."""
    return only(contest((100, 50)))


def first_effort(contenders: int, power: str) -> Computed:
    """Return the effort of the first."""
    one = of_equals(contenders, power)
    return answer(played(one)["x1"], one)


def dissipated(contenders: int, power: str) -> Computed:
    """Return the efforts of all as a share of the prize."""
    one = of_equals(contenders, power)
    spent = sum(played(one).values(), Enclosure.point(0))
    return answer(spent * Enclosure.point("1/100"), one)
