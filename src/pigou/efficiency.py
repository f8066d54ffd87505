r"""The price of anarchy and the price of stability: how far equilibria are from the first best.

With :math:`W^*` the welfare of the first best and :math:`W(e)` that of an equilibrium,

.. math:: \text{anarchy} = \frac{W^*}{\min_e W(e)}, \qquad
          \text{stability} = \frac{W^*}{\max_e W(e)} ,

both at least 1 (Koutsoupias and Papadimitriou 1999; Anshelevich and others 2008, SIAM Journal on
Computing 38:1602-1623). A ratio of welfares means something only where welfare has a natural zero
and is positive: where the welfare of the equilibrium is not above 0 the price is undefined, and the
gap :math:`W^* - W(e)` is what is left to say. The prices are over the equilibria that were looked
for. Where the list is not known to be complete, the price of anarchy is at least, and the price of
stability at most, what is stated.
"""

from __future__ import annotations

from dataclasses import dataclass

from pigou.comparison import Scenario
from pigou.exact import Enclosure

__all__ = ["Prices", "prices"]


@dataclass(frozen=True)
class Prices:
    """The prices of anarchy and of stability.

    Parameters
    ----------
    anarchy, stability : Enclosure or None
        None where undefined.
    reason : str
        Why a price is undefined.
    is_bound : bool
        Whether the list of equilibria may be incomplete, so that the prices are bounds.

    Examples
    --------
    >>> Prices(Enclosure.point(2), Enclosure.point(1), "", False).anarchy
    Enclosure(2)
    """

    anarchy: Enclosure | None
    stability: Enclosure | None
    reason: str
    is_bound: bool


def prices(scenario: Scenario) -> Prices:
    """Return the prices of anarchy and of stability of a game.

    Parameters
    ----------
    scenario : Scenario
        The game, solved and assessed.

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> found = prices(compare(load("coordination").game, []).baseline)
    >>> found.anarchy, found.stability, found.reason
    (None, Enclosure(1), 'welfare in the worst equilibrium is not above 0')
    """
    welfare = [one.welfare() for one in scenario.assessments]
    if not welfare:
        return Prices(None, None, "there is no equilibrium", not scenario.found.complete)
    best = scenario.first_best.welfare
    if best is None:
        why = f"the first best is not known: {scenario.first_best.unknown}"
        return Prices(None, None, why, not scenario.found.complete)
    worst = Enclosure(min(w.lower for w in welfare), min(w.upper for w in welfare))
    top = Enclosure(max(w.lower for w in welfare), max(w.upper for w in welfare))
    anarchy, stability = _ratio(best, worst), _ratio(best, top)
    which = "any" if stability is None else "the worst"
    reason = "" if anarchy is not None else f"welfare in {which} equilibrium is not above 0"
    return Prices(anarchy, stability, reason, not scenario.found.complete)


def _ratio(best: Enclosure, welfare: Enclosure) -> Enclosure | None:
    return best / welfare if welfare.lower > 0 else None
