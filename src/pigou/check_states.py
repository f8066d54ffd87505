"""The independent checker of models about a state: what is printed, anew from the definition.

It shares no code with the solvers. Each game about a state has its own checker, which takes the
numbers as they are printed: `pigou.check_adoption`, `pigou.check_bandit`,
`pigou.check_certificates`, `pigou.check_cheap_talk`, `pigou.check_foresight`,
`pigou.check_global_game`, `pigou.check_herding`, `pigou.check_search` and `pigou.check_waiting`.
What they share is `pigou.check_claims` and `pigou.check_integrals`.

Each bounds what anybody gains by deviating. That no equilibrium is missing is checked of cheap
talk, global games, search, and both adopting together; of adoption otherwise that none is left out
without a word. Elsewhere, and that there are no others, it is for the solver to show.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from pigou.adoption import Adoption
from pigou.bandit import Bandit
from pigou.certificates import Certificates
from pigou.cheap_talk import CheapTalk
from pigou.check_adoption import check_adoption
from pigou.check_bandit import check_bandit
from pigou.check_certificates import check_certificates
from pigou.check_cheap_talk import check_cheap_talk
from pigou.check_claims import Claims, StateCheck
from pigou.check_foresight import check_migration
from pigou.check_global_game import check_regime_change
from pigou.check_herding import check_herding
from pigou.check_search import check_search
from pigou.check_waiting import check_opportunity
from pigou.foresight import Migration
from pigou.global_game import RegimeChange
from pigou.herding import Herding
from pigou.reading import number_reader
from pigou.search_market import SearchMarket
from pigou.state_model import StateModel
from pigou.waiting import Opportunity

__all__ = ["check_state"]


def check_state(
    model: StateModel, values: Mapping[str, Fraction], claims: Claims, funds: Fraction
) -> StateCheck:
    """Check all that is claimed of a model about a state.

    Parameters
    ----------
    model : StateModel
        As it is, or as a reform leaves it.
    values : mapping of str to Fraction
        The values of all parameters.
    claims : Claims
        By outcome and quantity.
    funds : Fraction
        What a unit of public money costs.

    Examples
    --------
    >>> from pigou.models.states import load
    >>> wrong = {"1 message": {"welfare": "high"}}
    >>> values = {"bias": Fraction(1, 10), "unknown": Fraction(1)}
    >>> check_state(load("dialogue"), values, wrong, Fraction(1)).confirmed
    False
    """
    put = number_reader(f"model '{model.name}'", model.game.parameters, values)
    pays = {name: put(formula) for name, formula in model.pays.items()}
    aid = pays.get("cost", Fraction(0))
    match model.game:
        case Opportunity() as game:
            begin = put(model.start), put(model.spillover)
            return check_opportunity(game.at(values), claims, *begin, aid, funds)
        case Bandit() as game:
            start = put(model.start)
            return check_bandit(game.at(values), claims, start, funds, model.cooperative)
        case Certificates() as game:
            return check_certificates(game.at(values), claims, funds)
        case RegimeChange() as game:
            return check_regime_change(game.at(values), claims, pays, funds)
        case Adoption() as game:
            aid = pays.get("first_cost", Fraction(0))
            return check_adoption(game.at(values), claims, aid, funds)
        case CheapTalk() as game:
            return check_cheap_talk(game.at(values), claims)
        case Migration() as game:
            return check_migration(game.at(values), claims, put(model.start))
        case Herding() as game:
            return check_herding(game.at(values), claims)
        case SearchMarket() as game:
            return check_search(game.at(values), claims, aid, funds)
