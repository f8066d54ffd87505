r"""Herding: producers follow one another into a channel, and what each knows is lost.

**The game.** A new channel is good or bad, equally likely; entering costs 1/2 and returns 1 if it
is good. Firms decide in turn. Each has a signal that is right with probability p > 1/2, and sees
what those before it did. Whoever is indifferent tosses a coin.

**What fails.** After a few firms what has been done outweighs any own signal: a *cascade* begins,
and everybody does the same, whatever it knows. It is often wrong, and nothing is learned any more
(Bikhchandani, Hirshleifer and Welch 1992).

**Whom it hurts.** All those who follow; in bad channels that look like a fashion most of all.

**Reforms it invites.** *Open books* make signals public: buyers' assessments, results of trials.
*Better advice* sharpens signals. A *model firm* goes first and is known to be a little better
informed: everybody follows it at once, nobody learns what others know, and that **backfires**.

Sources
-------
@bikhchandani1992theory, sections II and III.C on fashion leaders; the numbers are pigou's own
illustration.
"""

from __future__ import annotations

from pigou.game import Parameter
from pigou.herding import Herding
from pigou.state_model import StateModel, StateReform


def model() -> StateModel:
    """Return herding with its reforms."""
    return StateModel(
        game=herding(),
        reforms=(open_books(), better_advice(), model_firm()),
        mechanism="information externality: who follows others tells them nothing",
        about=__doc__ or "",
    )


def herding() -> Herding:
    """Return the game."""
    return Herding(
        "herding",
        precision="precision",
        firms="firms",
        parameters=[
            Parameter(
                "precision", "3/5", "1/2 < precision < 1", "",
                "how likely a signal is right", "p", source="illustration",
            ),
            Parameter(
                "firms", 20, "1 <= firms <= 200", "", "number of firms", "n",
                source="illustration", integer=True,
            ),
        ],
        source="@bikhchandani1992theory, section II",
    )  # fmt: skip


def open_books() -> StateReform:
    """Return signals that everybody can read."""
    return StateReform(
        "open_books",
        {"open_books": "1"},
        label="what each firm found out is published",
        source="@bikhchandani1992theory, section III",
    )


def better_advice() -> StateReform:
    """Return advice to every firm."""
    return StateReform(
        "better_advice",
        {"precision": "precision + sharper*(1 - precision)",
         "leader": "precision + sharper*(1 - precision)"},
        [Parameter(
            "sharper", "1/5", "0 <= sharper < 1", "", "part of errors that advice removes",
            r"\sigma", source="illustration",
        )],
        label="advice to every firm: signals are more often right",
        source="own reading",
    )  # fmt: skip


def model_firm() -> StateReform:
    """Return a first firm that is known to be better informed."""
    return StateReform(
        "model_firm",
        {"leader": "precision + ahead*(1 - precision)"},
        [Parameter(
            "ahead", "1/20", "0 < ahead < 1", "",
            "part of its errors that the first firm is spared", r"\alpha", source="illustration",
        )],
        label="a model firm goes first and is known to be a little better informed",
        source="@bikhchandani1992theory, on fashion leaders",
    )  # fmt: skip
