r"""Dialogue: an industry knows what it needs, the government decides, and their aims differ.

**The game.** The need t for a public input is uniform on [0, h]. The industry knows it and says
something; the government hears it and provides y. The government has :math:`-(y - t)^2`, the
industry :math:`-(y - t - b)^2`: it wants b more than is needed. Talk costs nothing and binds
nobody.

**What fails.** What is said is believed only as far as interests agree. In every equilibrium the
industry tells in which of N intervals the need lies, with :math:`2 N (N - 1) |b| < h`; with a large
bias it tells nothing, and support is the same whatever is needed.

**Whom it hurts.** Both: the industry would rather be believed.

**Reforms it invites.** *Co-financing* lets the industry bear a part of what it asks for, and brings
its aims nearer. *Measurement* leaves less to be told. *Delegation* (a benchmark on every page) lets
the industry decide, and is better than talk unless the bias is large (Dessein 2002). *Lobbies* at
the table, which want more still, **backfire**.

Sources
-------
@crawford1982strategic, section 4; @dessein2002authority on delegation; the numbers, and bias as
what co-financing narrows, are pigou's own illustration.
"""

from __future__ import annotations

from pigou.cheap_talk import CheapTalk
from pigou.game import Parameter
from pigou.state_model import StateModel, StateReform


def model() -> StateModel:
    """Return dialogue with its reforms."""
    return StateModel(
        game=dialogue(),
        reforms=(co_financing(), measurement(), lobbies()),
        mechanism="information is lost where interests diverge",
        about=__doc__ or "",
    )


def dialogue() -> CheapTalk:
    """Return the game."""
    return CheapTalk(
        "dialogue",
        bias="bias",
        high="unknown",
        parameters=[
            Parameter(
                "bias", "1/10", meaning="by how much the industry wants more than is needed",
                tex="b", unit="USD million", source="illustration",
            ),
            Parameter(
                "unknown", 1, "unknown > 0", "USD million",
                "how much may be needed at most", "h", source="normalisation",
            ),
        ],
        source="@crawford1982strategic, section 4",
    )  # fmt: skip


def co_financing() -> StateReform:
    """Return co-financing by the industry."""
    return StateReform(
        "co_financing",
        {"bias": "(1 - contribution)*bias"},
        [Parameter(
            "contribution", "2/3", "0 <= contribution <= 1", "",
            "part of the bias that bearing the cost removes", r"\kappa", source="illustration",
        )],
        label="co-financing: the industry bears a part of what it asks for",
        source="own reading",
    )  # fmt: skip


def measurement() -> StateReform:
    """Return statistics that leave less to be told."""
    return StateReform(
        "measurement",
        {"high": "precision*unknown"},
        [Parameter(
            "precision", "1/2", "0 < precision <= 1", "", "what is left of the range of needs",
            r"\rho", source="illustration",
        )],
        label="measurement: the need is known to lie in a smaller range",
        source="own reading",
    )  # fmt: skip


def lobbies() -> StateReform:
    """Return lobbies that want more still."""
    return StateReform(
        "lobbies",
        {"bias": "bias + push"},
        [Parameter(
            "push", "1/5", "push >= 0", "USD million", "by how much more they want", r"\eta",
            source="illustration",
        )],
        label="lobbies at the table: who speaks wants more still",
        source="@crawford1982strategic, section 4",
    )  # fmt: skip
