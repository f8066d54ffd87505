r"""Selection: which of several equilibria is expected, by a rule that the user names.

A rule is a small value, `Selection`: a name and its parameters, written ``logit:lambda=5``. What it
says of a solved game is a `Selected`: the equilibrium that is selected, how well that is known,
and why. A rule that does not apply, or does not tell equilibria apart, is *silent*; then the stable
equilibrium with the lowest welfare is taken instead, and the outcome says so.

`SELECTIONS` is the table of rules, each with its definition, source and domain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from pigou.assessment import Assessment
from pigou.equilibrium import Equilibrium, EquilibriumSet, Grade
from pigou.errors import DeclarationError, ExpressionError, unknown
from pigou.exact import Enclosure, Record, exact
from pigou.game import Game
from pigou.selection_rules import (
    Pick,
    Question,
    by_basin,
    by_beliefs,
    by_laplacian,
    by_logit,
    by_p_dominance,
    by_payoff_dominance,
    by_potential,
    by_risk_dominance,
    by_welfare,
    every,
)
from pigou.solvers.dynamics import DYNAMICS

__all__ = [
    "SELECTIONS",
    "Key",
    "Rule",
    "Selected",
    "Selection",
    "as_announced",
    "read_selection",
    "select",
]

_MOST_STARTS, _MOST_PRECISION = 100_000, 10**9


@dataclass(frozen=True)
class Key:
    """A parameter of a rule.

    Parameters
    ----------
    name : str
    allowed : str
        Its domain in words.
    read : callable
        Returns the value of what was written, or None if it is not allowed.
    default : object
        None where there is none.

    Examples
    --------
    >>> SELECTIONS["p-dominant"].keys[0].allowed
    'a number between 0 and 1, both excluded'
    """

    name: str
    allowed: str
    read: Callable[[Any], Any]
    default: Any = None


@dataclass(frozen=True)
class Rule:
    """A rule of selection.

    Parameters
    ----------
    name, definition, source, domain : str
        What it is called, what it selects, who proposed it, and to which games it applies.
    pick : callable
        Answers a `pigou.selection_rules.Question` by a `pigou.selection_rules.Pick`.
    keys : tuple of Key

    Examples
    --------
    >>> SELECTIONS["laplacian"].source
    '@carlsson1993global; @morris2003global'
    """

    name: str
    definition: str
    source: str
    domain: str
    pick: Callable[[Question], Pick]
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Selection:
    """A rule with the values of its parameters.

    Parameters
    ----------
    rule : str
        A key of `SELECTIONS`.
    parameters : mapping of str to value, optional
        Defaults are filled in.

    Raises
    ------
    DeclarationError
        If there is no such rule or parameter, a value is out of its domain, or one is missing.

    Examples
    --------
    >>> print(Selection("logit", {"lambda": 5}))
    logit:lambda=5
    >>> Selection("logit", {"lambda": -1})
    Traceback (most recent call last):
    pigou.errors.DeclarationError: selection 'logit': lambda is a number from 0 to 1000000000, ...
    """

    rule: str
    parameters: Mapping[str, Any] = field(default_factory=Record)

    def __post_init__(self) -> None:
        if self.rule not in SELECTIONS:
            raise DeclarationError(unknown("selection", self.rule, SELECTIONS))
        object.__setattr__(self, "parameters", Record(_checked(self.rule, self.parameters)))

    def __str__(self) -> str:
        keys = ",".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.rule}:{keys}" if keys else self.rule


@dataclass(frozen=True)
class Selected:
    """What a rule says of a solved game.

    Parameters
    ----------
    selection : Selection
    picked : tuple of str
        The equilibria that the rule picks: none where it is silent, several where it leaves them
        undecided.
    name : str
        The one that is taken; empty if there is no equilibrium.
    grade : Grade or None
        How well the rule's answer is known; None where it is silent.
    finding : str
        Why, or why it is silent.
    instead : str
        What was taken instead, where the rule does not name one equilibrium.
    caution : str
        That the one that is taken fails the intuitive criterion, which the rule does not ask for.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.assessment import assess
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> found = solve(game)
    >>> outcome = select(game, found, assess(game, found), Selection("risk-dominant"))
    >>> outcome.name, str(outcome.grade)
    ('E1', 'certified')
    """

    selection: Selection
    picked: tuple[str, ...]
    name: str
    grade: Grade | None
    finding: str
    instead: str = ""
    caution: str = ""

    @property
    def words(self) -> str:
        """The rule, its answer and the grade of that, in one line."""
        if not self.name:
            return self.finding
        grade = f" ({self.grade})" if self.grade is not None else ""
        instead = f"; taken instead: {self.instead}" if self.instead else ""
        caution = f"; {self.caution}" if self.caution else ""
        return f"{self.selection}{grade}: {self.finding}{instead}{caution}"


def select(
    game: Game,
    found: EquilibriumSet,
    assessments: tuple[Assessment, ...],
    selection: Selection | str,
) -> Selected:
    """Select one of the equilibria of a solved game by a rule.

    Parameters
    ----------
    game : Game
    found : EquilibriumSet
        What `pigou.solve` returned for it.
    assessments : tuple of Assessment
        What `pigou.assess` returned for it.
    selection : Selection or str
        A rule; as text, it is read by `read_selection`.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.assessment import assess
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> found = solve(game)
    >>> select(game, found, assess(game, found), "p-dominant:p=1/2").words
    'p-dominant:p=1/2 (certified): p-dominant: E1 from p = 2/5, E2 from p = 3/5'
    """
    chosen = read_selection(selection) if isinstance(selection, str) else selection
    if not assessments:
        return Selected(chosen, (), "", None, "there is no equilibrium")
    pick = SELECTIONS[chosen.rule].pick(Question(game, found, assessments, chosen.parameters))
    outcome = _taken(chosen, pick, assessments)
    return replace(outcome, caution=_caution(found, outcome.name))


def _taken(chosen: Selection, pick: Pick, assessments: tuple[Assessment, ...]) -> Selected:
    """Take the equilibrium that a rule picks, or where it does not pick one, another."""
    if len(pick.names) == 1:
        return Selected(chosen, pick.names, pick.names[0], pick.grade, pick.words)
    name, instead = _instead(assessments, pick.names)
    if pick.names:
        listed = ", ".join(pick.names[:6]) + (", ..." if len(pick.names) > 6 else "")
        words = f"picks {listed} ({pick.words})"
        return Selected(chosen, pick.names, name, pick.grade, words, f"of these, {instead}")
    return Selected(chosen, (), name, None, pick.words, instead)


def as_announced(outcome: Selected, found: EquilibriumSet, profile: Mapping[str, Any]) -> Selected:
    """Take the equilibrium that was announced, where what was announced is one equilibrium.

    Parameters
    ----------
    outcome : Selected
        What the rule says.
    found : EquilibriumSet
    profile : mapping of str to label or number
        What each move named is announced to be; in a population, by all members.

    Notes
    -----
    Cheap talk binds nobody. It is believed where nobody gains by doing otherwise, if the others
    believe it (J. Farrell 1987); where no equilibrium, or more than one, is as announced, the
    rule's own choice stays. Of a continuum only the ends are looked at, and of a list that is not
    known to be complete what is in it: the outcome then says "in the list".

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.assessment import assess
    >>> from pigou.models import load
    >>> game = load("coordination").game
    >>> found = solve(game)
    >>> by_rule = select(game, found, assess(game, found), "worst")
    >>> by_rule.name, as_announced(by_rule, found, {"upgrade": "upgrade"}).name
    ('E1', 'E2')
    """
    names = [one.name for one in found if _is_as_announced(one, profile)]
    listed = "" if found.complete and not found.components else " in the list"
    if len(names) == 1:
        instead = f"the equilibrium{listed} that was announced"
        caution = _caution(found, names[0])
        return replace(outcome, name=names[0], instead=instead, caution=caution)
    what = f"more than one equilibrium{listed} is" if names else f"no equilibrium{listed} is"
    return replace(outcome, finding=f"{outcome.finding}; {what} as announced")


def _is_as_announced(one: Equilibrium, profile: Mapping[str, Any]) -> bool:
    left = set(profile)
    for strategy in one.strategies:
        if strategy.value is not None:
            taken = {strategy.move: strategy.value}
            here = {
                m: Enclosure.point(exact(profile[m])).overlaps(v)
                for m, v in taken.items() if m in profile
            }  # fmt: skip
        else:
            sure = [k for k, p in strategy.probabilities.items() if p.is_exact and p.lower == 1]
            labels = sure[0].split(", ") if sure else []
            moves = strategy.move.split(", ")
            here = {
                m: bool(labels) and labels[k] == str(profile[m])
                for k, m in enumerate(moves) if m in profile
            }  # fmt: skip
        if not all(here.values()):
            return False
        left -= set(here)
    return not left


def _caution(found: EquilibriumSet, name: str) -> str:
    """Say that an equilibrium fails the intuitive criterion, if so."""
    if "not intuitive" not in found[name].marks:
        return ""
    return "it fails the intuitive criterion, which only the rules intuitive and D1 ask for"


def _instead(assessments: tuple[Assessment, ...], names: tuple[str, ...]) -> tuple[str, str]:
    """Return the stable equilibrium with the lowest welfare, of some or of all, in words too."""
    left = [a for a in assessments if not names or a.equilibrium.name in names]
    if len(left) == 1:
        return left[0].equilibrium.name, "the only equilibrium"
    stable = [a for a in left if {"strict", "stable"} & set(a.equilibrium.marks)]
    worst = min(stable or left, key=lambda a: a.welfare().lower)
    what = "the stable equilibrium" if stable else "the equilibrium"
    return worst.equilibrium.name, f"{what} with the lowest welfare"


# -- reading --------------------------------------------------------------------------------------


def read_selection(text: str) -> Selection:
    """Read a rule as it is written on the command line: ``name`` or ``name:key=value,...``.

    Raises
    ------
    DeclarationError
        If there is no such rule or key, a key is given twice, or a value is out of its domain.

    Examples
    --------
    >>> print(read_selection("basin:dynamics=replicator"))
    basin:dynamics=replicator,starts=1000,seed=0
    >>> read_selection("p-dominant:p=2")
    Traceback (most recent call last):
    pigou.errors.DeclarationError: selection 'p-dominant': p is a number between 0 and 1, both ...
    >>> read_selection("risk-dominent")
    Traceback (most recent call last):
    pigou.errors.DeclarationError: no selection 'risk-dominent'; did you mean 'risk-dominant'? ...
    """
    name, colon, rest = (part.strip() for part in text.partition(":"))
    if name not in SELECTIONS:
        raise DeclarationError(unknown("selection", name, SELECTIONS))
    given: dict[str, Any] = {}
    for part in rest.split(",") if colon else ():
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not (key and equals and value):
            raise DeclarationError(
                f"selection '{name}': write key=value after the colon, not '{part.strip()}'"
            )
        if key in given:
            raise DeclarationError(f"selection '{name}': the key '{key}' is given twice")
        given[key] = value
    return Selection(name, given)


def _checked(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of all keys of a rule."""
    rule = SELECTIONS[name]
    where = f"selection '{name}'"
    for word in given:
        if word not in [k.name for k in rule.keys]:
            raise DeclarationError(unknown("key", word, (k.name for k in rule.keys), where))
    values: dict[str, Any] = {}
    for key in rule.keys:
        if key.name in given:
            value = key.read(given[key.name])
            if value is None:
                raise DeclarationError(
                    f"{where}: {key.name} is {key.allowed}, not {given[key.name]}"
                )
            values[key.name] = value
        elif key.default is not None:
            values[key.name] = key.default
    if name == "basin" and ("lambda" in values) != (values["dynamics"] == "logit"):
        raise DeclarationError(
            f"{where}: lambda goes with the logit dynamics, as in basin:dynamics=logit,lambda=5"
        )
    if name == "logit" and "lambda" not in values:
        raise DeclarationError(f"{where} needs the precision lambda, as in logit:lambda=5")
    return values


def _number(fits: Callable[[Fraction], bool]) -> Callable[[Any], Fraction | None]:
    def read(value: Any) -> Fraction | None:
        try:
            number = exact(value)
        except ExpressionError:
            return None
        return number if fits(number) else None

    return read


def _whole(least: int, most: int) -> Callable[[Any], int | None]:
    number = _number(lambda n: n.denominator == 1 and least <= n <= most)

    def read(value: Any) -> int | None:
        found = number(value)
        return None if found is None else int(found)

    return read


# -- the table ------------------------------------------------------------------------------------

_PRECISION = Key(
    "lambda",
    f"a number from 0 to {_MOST_PRECISION}",
    _number(lambda n: 0 <= n <= _MOST_PRECISION),
)
_LEVEL = Key(
    "p", "a number between 0 and 1, both excluded", _number(lambda n: 0 < n < 1), Fraction(1, 2)
)
_ALL_KINDS = "all games that are solved"
_FINITE = "finite games in which all move at the same time, without exits"

_RULES = (
    Rule(
        "laplacian",
        "the choice that is best if the number of others who take it is uniform",
        "@carlsson1993global; @morris2003global",
        "one population with two choices, once dominated ones are removed",
        by_laplacian,
    ),
    Rule(
        "all",
        "every equilibrium is kept; none is singled out",
        "the set of all equilibria: @nash1951noncooperative",
        _ALL_KINDS,
        every,
    ),
    Rule(
        "best",
        "the highest welfare, as in the price of stability",
        "@anshelevich2004price",
        _ALL_KINDS,
        by_welfare(True),
    ),
    Rule(
        "worst",
        "the lowest welfare, as in the price of anarchy",
        "@koutsoupias1999worstcase",
        _ALL_KINDS,
        by_welfare(False),
    ),
    Rule(
        "payoff-dominant",
        "nobody who moves is worse off in it than in any other equilibrium",
        "@harsanyi1988general, section 3.6",
        _ALL_KINDS,
        by_payoff_dominance,
    ),
    Rule(
        "intuitive",
        "what the intuitive criterion leaves: off the path nobody is thought to have done what "
        "could only harm it",
        "@cho1987signaling",
        "signalling games of two rounds",
        by_beliefs("intuitive", "the intuitive criterion"),
    ),
    Rule(
        "D1",
        "what D1 leaves: off the path nobody is thought to have done what another gains by more "
        "readily",
        "@cho1987signaling",
        "signalling games of two rounds",
        by_beliefs("D1", "D1"),
    ),
    Rule(
        "risk-dominant",
        "risk-dominates every other strict equilibrium: larger product of deviation losses, or end "
        "of the tracing procedure from the bicentric prior",
        "@harsanyi1988general, sections 3.9, 4.2 and 5.2",
        f"{_FINITE}; pairs of strict equilibria in which members alike act alike",
        by_risk_dominance,
    ),
    Rule(
        "p-dominant",
        "every action is a best reply to all beliefs that give its profile probability p or more",
        "@morris1995pdominance; @kajii1997robustness for many players",
        f"{_FINITE}; pure equilibria",
        by_p_dominance,
        (_LEVEL,),
    ),
    Rule(
        "potential",
        "the potential of the game is largest in it, over all profiles",
        "@monderer1996potential",
        f"{_FINITE}, with an exact or weighted potential; smooth continuous games of simultaneous "
        "moves with an exact one",
        by_potential,
    ),
    Rule(
        "logit",
        "nearest to the logit equilibrium of precision lambda on the branch from the centroid",
        "@mckelvey1995quantal; @turocy2005dynamic",
        f"{_FINITE}; numerical",
        by_logit,
        (_PRECISION,),
    ),
    Rule(
        "basin",
        "reached from most starting points of a dynamics",
        "@gilboa1991social; @taylor1978evolutionary; @fudenberg1998theory",
        f"{_FINITE}; numerical",
        by_basin,
        (
            Key(
                "dynamics",
                f"one of {', '.join(DYNAMICS)}",
                lambda value: value if value in DYNAMICS else None,
                DYNAMICS[0],
            ),
            _PRECISION,
            Key(
                "starts", f"a whole number from 1 to {_MOST_STARTS}", _whole(1, _MOST_STARTS), 1000
            ),
            Key("seed", "a whole number of at least 0", _whole(0, 2**63), 0),
        ),
    ),
)

SELECTIONS: Mapping[str, Rule] = Record({rule.name: rule for rule in _RULES})
"""The rules of selection, by name."""
