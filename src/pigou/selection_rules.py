"""How each rule of selection picks among the equilibria of a solved game, or why it is silent.

A rule is a function of a `Question`; it answers by a `Pick`. The table of rules with their
definitions and sources is in `pigou.selection`; the algorithms are in `pigou.solvers`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from pigou.assessment import Assessment, gains_of_members
from pigou.check_smooth import has_interval, is_smooth
from pigou.equilibrium import Equilibrium, EquilibriumSet, Grade, counted, weighed
from pigou.errors import StructureError
from pigou.exact import Enclosure, exact
from pigou.game import Game
from pigou.matching import is_symmetric
from pigou.solvers.dynamics import basins
from pigou.solvers.form import LARGEST_GROUP, Counts, FiniteForm, Group, finite_form
from pigou.solvers.laplacian import laplacian, laplacian_of_many
from pigou.solvers.logit import logit_equilibrium
from pigou.solvers.mean_field import Mass, continuum_of, mean_field, total_gain
from pigou.solvers.p_dominance import smallest_p
from pigou.solvers.population import Population, large, population
from pigou.solvers.potential import potential
from pigou.solvers.pure import largest_gain
from pigou.solvers.risk_dominance import Duel, duel, short
from pigou.solvers.several_types import Typed, several_types
from pigou.solvers.smooth_potential import maximisers
from pigou.solvers.typed_dominance import laplacian_of_types
from pigou.solvers.typed_mean_field import Masses, masses_of
from pigou.stages import is_staged

__all__ = [
    "Pick",
    "Question",
    "by_basin",
    "by_beliefs",
    "by_laplacian",
    "by_logit",
    "by_p_dominance",
    "by_payoff_dominance",
    "by_potential",
    "by_risk_dominance",
    "by_welfare",
    "ends_only",
    "every",
]

_TIE = 1e-6
_MOST_NAMED = 5
_SURE = 2


class Question(NamedTuple):
    """A solved game, and the parameters of the rule that picks among its equilibria."""

    game: Game
    found: EquilibriumSet
    assessments: tuple[Assessment, ...]
    parameters: Mapping[str, Any]


class Pick(NamedTuple):
    """What a rule says.

    Attributes
    ----------
    names : tuple of str
        The equilibria it picks: none where it is silent, several where it does not tell them apart.
    words : str
        Why.
    grade : Grade or None
        How well it is known; None where the rule is silent.
    """

    names: tuple[str, ...]
    words: str
    grade: Grade | None = Grade.CERTIFIED


class _SilentError(Exception):
    """A rule does not apply, for the reason given."""


def _silent(words: str) -> Pick:
    return Pick((), words, None)


def _answering(rule: Callable[[Question], Pick]) -> Callable[[Question], Pick]:
    """Turn the refusals of a rule, and of the rooms below it, into silence."""

    def answer(question: Question) -> Pick:
        try:
            return rule(question)
        except (_SilentError, StructureError) as refusal:
            return _silent(str(refusal))

    answer.__doc__ = rule.__doc__
    return answer


# -- by payoffs -----------------------------------------------------------------------------------


def every(question: Question) -> Pick:
    """Keep all equilibria."""
    names = tuple(a.equilibrium.name for a in question.assessments)
    return _among(question, names, "the only equilibrium" if len(names) == 1 else "every one")


def by_welfare(best: bool) -> Callable[[Question], Pick]:
    """Return the rule that picks the highest welfare, or the lowest; several where they tie."""
    words = f"the equilibrium with the {'highest' if best else 'lowest'} welfare"

    def rule(question: Question) -> Pick:
        sign = Enclosure.point(1 if best else -1)
        worth = {a.equilibrium.name: sign * a.welfare() for a in question.assessments}
        most = max(w.lower for w in worth.values())
        names = tuple(name for name, w in worth.items() if w.upper >= most)
        if len(names) == 1:
            return _among(question, names, words)
        pick = _among(question, names, f"{words}: a tie")
        if all(worth[name].is_exact for name in names):
            return pick
        return Pick(names, f"{words}: not told apart", Grade.NUMERICAL)

    return rule


def by_payoff_dominance(question: Question) -> Pick:
    """Pick the equilibrium in which no player is worse off than in any other; or all such."""
    names, vague = [], False
    for one in question.assessments:
        rivals = [other for other in question.assessments if other is not one]
        gains = [gain for other in rivals for gain in gains_of_members(one, other)]
        if all(gain.lower >= 0 for gain in gains):
            names.append(one.equilibrium.name)
        vague = vague or all(gain.upper >= 0 for gain in gains)
    if names:
        words = "payoff-dominant: no player is better off in another"
        return _among(question, tuple(names), words + ": a tie" * (len(names) > 1))
    return _silent(f"no equilibrium is {'shown to be ' * vague}payoff-dominant")


def by_beliefs(mark: str, criterion: str) -> Callable[[Question], Pick]:
    """Return the rule that picks what a refinement by beliefs leaves, which the solver has marked.

    Parameters
    ----------
    mark : str
        The mark of what is left: ``"intuitive"`` or ``"D1"``.
    criterion : str
        What it is called in words.
    """

    def rule(question: Question) -> Pick:
        judged = [e for e in question.found if {mark, f"not {mark}"} & set(e.marks)]
        names = tuple(e.name for e in judged if mark in e.marks)
        if names:
            return _among(question, names, f"left by {criterion}")
        if judged:
            return _silent(f"{criterion} leaves no equilibrium in the list")
        return _silent(f"{criterion} is for signalling games of two rounds")

    return rule


def ends_only(game: Game, found: EquilibriumSet) -> bool:
    """Whether payoffs may be higher or lower within a continuum of equilibria than at its ends.

    They may with continuous moves, in stages, and in a population, where they depend on numbers of
    members or on shares in any way. In other games they are linear in each player's mixture.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> game = load("facility").game
    >>> ends_only(game, solve(game, {"firms": 10**6, "needed": 400_000, "refund": 1}))
    True
    """
    curved = is_staged(game) or has_interval(game) or any(p.is_population for p in game.players)
    return curved and bool(found.components)


def _among(question: Question, names: tuple[str, ...], words: str) -> Pick:
    """Grade a pick that hangs on the list of equilibria and on their payoffs.

    Of some continua only the ends are in the list, and payoffs may be higher or lower between them.
    """
    found = question.found
    if ends_only(question.game, found):
        return Pick(names, f"{words}, among the ends of continua", Grade.NUMERICAL)
    if not found.complete:
        return Pick(names, f"{words}, among those found", Grade.NUMERICAL)
    numerical = any(e.evidence.grade is Grade.NUMERICAL for e in found)
    return Pick(names, words, Grade.NUMERICAL if numerical else Grade.CERTIFIED)


# -- finite games ---------------------------------------------------------------------------------


def _form(question: Question, what: str, exits: bool = False) -> FiniteForm:
    """Return the finite form, if the rule applies to such a game, perhaps one with an exit."""
    if is_staged(question.game):
        raise _SilentError(f"{what} is for games in which all move at the same time")
    if has_interval(question.game):
        raise _SilentError(f"{what} is for choices, not for continuous moves")
    values = {k: exact(v) for k, v in question.found.at.items()}
    if any(player.size == sp.oo for player in question.game.players):
        raise _SilentError(f"{what} is for a number of players, not for a continuum")
    typed = several_types(question.game, values)
    members = typed.size if typed is not None else large(question.game, values) or 0
    if members > LARGEST_GROUP:
        raise _SilentError(f"{what} is for populations of at most {LARGEST_GROUP:,} members")
    form = finite_form(question.game, values)
    if not exits and any(group.exit is not None for group in form.groups):
        raise _SilentError(f"{what} is for games without an exit")
    return form


def _graded(form: FiniteForm, pick: Pick) -> Pick:
    """Lower the grade where payoffs were rounded."""
    if not form.rounded or not pick.names:
        return pick
    words = f"{pick.words}; irrational payoffs were rounded to 60 digits"
    return Pick(pick.names, words, Grade.NUMERICAL)


def _strategies(form: FiniteForm, equilibrium: Equilibrium) -> list[list[Any]]:
    """Return, for every group, the share of members who take each action, as enclosures."""
    by_group = {(s.player, s.type): s.probabilities for s in equilibrium.strategies}
    return [
        [by_group[g.player, g.type][", ".join(action)] for action in g.actions] for g in form.groups
    ]


def _counts(form: FiniteForm, equilibrium: Equilibrium) -> Counts | None:
    """Return a pure equilibrium as counts; None for a mixed one."""
    if equilibrium.kind != "pure":
        return None
    return tuple(
        tuple(int(share.lower * group.size) for share in row)
        for group, row in zip(form.groups, _strategies(form, equilibrium), strict=True)
    )


def _pure(form: FiniteForm, found: Iterable[Equilibrium]) -> dict[str, Counts]:
    profiles = {e.name: _counts(form, e) for e in found}
    return {name: counts for name, counts in profiles.items() if counts is not None}


def _is_strict(form: FiniteForm, counts: Counts) -> bool:
    allowed = tuple(tuple(range(len(g.actions))) for g in form.groups)
    gain = largest_gain(form, counts, allowed)
    return gain is None or form.exceeds(-gain, gain * 0)


def _incomplete(found: EquilibriumSet) -> str:
    return "" if found.complete else "; the list of equilibria is not known to be complete"


@_answering
def by_laplacian(question: Question) -> Pick:
    """Select the action that is best when the number of others who take it is uniform."""
    values = {k: exact(v) for k, v in question.found.at.items()}
    mass = continuum_of(question.game, values)
    if mass is not None:
        return _by_laplacian_of_mass(question, mass)
    crowd = population(question.game, values)
    if crowd is not None:
        return _by_laplacian_of_many(question, crowd)
    types = several_types(question.game, values) or masses_of(question.game, values)
    if types is not None:
        return _by_laplacian_of_types(question, types)
    form = _form(question, "Laplacian selection", exits=True)
    found = laplacian(form)
    if found.only:
        name = question.assessments[0].equilibrium.name
        return _graded(form, Pick((name,), "the only one: iterated strict dominance"))
    if found.group is None or found.action is None:
        return _silent(found.silent)
    group = form.groups[found.group]
    label = ", ".join(group.actions[found.action])
    return _graded(form, _all_take(question, (group.player, group.type), label, found.turns_once))


def _by_laplacian_of_many(question: Question, crowd: Population) -> Pick:
    """Select likewise in a population too large for its profiles to be gone through."""
    found = laplacian_of_many(crowd.gain)
    if found.only:
        name = question.assessments[0].equilibrium.name
        return Pick((name,), "the only one: iterated strict dominance")
    if found.action is None:
        return _silent(found.silent)
    return _all_take(question, (crowd.player, ""), crowd.labels[found.action], found.turns_once)


def _by_laplacian_of_mass(question: Question, mass: Mass) -> Pick:
    """Select the choice that is best when the share of members who take it is uniform."""
    gain, found = total_gain(mass), mean_field(mass)
    if gain.lower <= 0 <= gain.upper:
        return _silent("Laplacian beliefs leave the two choices indifferent")
    once = found.signs == sorted(found.signs)
    return _all_take(question, (mass.player, ""), mass.labels[int(gain.lower > 0)], once)


def _by_laplacian_of_types(question: Question, about: Typed | Masses) -> Pick:
    """Select the choice that is best for the one type to which dominance leaves both."""
    found = laplacian_of_types(about)
    if found.only:
        name = question.assessments[0].equilibrium.name
        return Pick((name,), "the only one: iterated strict dominance")
    if found.group is None or found.action is None:
        return _silent(found.silent)
    names = about.names if isinstance(about, Masses) else [kind.name for kind in about.kinds]
    who = about.player, names[found.group]
    return _all_take(question, who, about.labels[found.action], found.turns_once)


def _all_take(question: Question, who: tuple[str, str], label: str, turns_once: bool) -> Pick:
    """Pick the equilibrium in which all members take the Laplacian choice."""
    for one in question.found:
        for strategy in one.strategies:
            share = strategy.probabilities.get(label)
            mine = (strategy.player, strategy.type) == who
            if mine and share is not None and share.is_exact and share.lower == 1:
                words = f"Laplacian: {label} is best if the number of others is uniform"
                if not turns_once:
                    words += (
                        ", but its gain does not turn only once in that number, so that it need "
                        "not be the limit of vanishing noise"
                    )
                return Pick((one.name,), words)
    return _silent("the Laplacian choice is no equilibrium")


# -- risk dominance -------------------------------------------------------------------------------


@_answering
def by_risk_dominance(question: Question) -> Pick:
    """Select the strict equilibrium that risk-dominates every other one."""
    form = _form(question, "risk dominance")
    strict = {n: c for n, c in _pure(form, question.found).items() if _is_strict(form, c)}
    if not strict:
        return _silent("risk dominance compares strict equilibria, and there is none")
    if any(max(row) < sum(row) for counts in strict.values() for row in counts):
        return _silent(
            "risk dominance is decided where members alike act alike in every strict equilibrium"
        )
    names = list(strict)
    if len(names) == 1:
        return _risky(form, question.found, names[0], "the only strict equilibrium")
    actions = {n: tuple(row.index(max(row)) for row in c) for n, c in strict.items()}
    duels = {
        (a, b): duel(form, actions[a], actions[b]) for a, b in itertools.combinations(names, 2)
    }
    for name in names:
        won = {pair: d for pair, d in duels.items() if name in pair and _winner(pair, d) == name}
        if len(won) == len(names) - 1:
            words = "; ".join(_duel_words(pair, d) for pair, d in won.items())
            return _risky(form, question.found, name, words)
    words = "; ".join(_duel_words(pair, d) for pair, d in list(duels.items())[:_MOST_NAMED])
    return _silent(f"no equilibrium risk-dominates all other strict ones ({words})")


def _risky(form: FiniteForm, found: EquilibriumSet, name: str, words: str) -> Pick:
    grade = Grade.CERTIFIED if found.complete else Grade.NUMERICAL
    return _graded(form, Pick((name,), words + _incomplete(found), grade))


def _winner(pair: tuple[str, str], result: Duel) -> str | None:
    return None if result.winner is None else pair[result.winner]


def _duel_words(pair: tuple[str, str], result: Duel) -> str:
    if result.winner is None:
        verb = "neither of" if result.known else "undecided between"
        return f"{verb} {pair[0]} and {pair[1]}: {result.why}"
    ordered = pair if result.winner == 0 else pair[::-1]
    return f"{ordered[0]} risk-dominates {ordered[1]}: {result.why}"


@_answering
def by_p_dominance(question: Question) -> Pick:
    """Select the pure equilibrium that is p-dominant for the p given."""
    form = _form(question, "p-dominance")
    level = exact(question.parameters["p"])
    pure = _pure(form, question.found)
    if not pure:
        return _silent("p-dominance is for pure equilibria, and there is none")
    smallest = {name: _fraction(smallest_p(form, counts)) for name, counts in pure.items()}
    ranked = sorted(smallest.items(), key=lambda item: item[1])
    listed = ", ".join(f"{name} from p = {short(p)}" for name, p in ranked[:_MOST_NAMED])
    names = tuple(name for name, p in smallest.items() if p <= level)
    if not names:
        return _silent(f"no equilibrium is {short(level)}-dominant (p-dominant: {listed})")
    return _graded(form, Pick(names, f"p-dominant: {listed}"))


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))


# -- potentials -----------------------------------------------------------------------------------


@_answering
def by_potential(question: Question) -> Pick:
    """Select the equilibria that maximise the potential."""
    if is_smooth(question.game) and not is_staged(question.game):
        return _by_smooth_potential(question)
    form = _form(question, "the potential maximiser")
    found = potential(form)
    if found.missing:
        return _silent(found.missing)
    names = tuple(n for n, c in _pure(form, question.found).items() if c in found.maximisers)
    kind = "exact potential"
    if not found.is_exact:
        pairs = zip(form.groups, found.weights, strict=True)
        named = ", ".join(f"{_name(g)} {w}" for g, w in pairs)
        kind = f"weighted potential (weights {named})"
    profiles = [_profile_words(form, counts) for counts in found.maximisers]
    more = f" and {len(profiles) - _MOST_NAMED} more" if len(profiles) > _MOST_NAMED else ""
    words = (
        f"{kind}, largest at " + " and at ".join(f"'{p}'" for p in profiles[:_MOST_NAMED]) + more
    )
    if not names:
        return _silent(f"{words}, which is not in the list of equilibria")
    return _graded(form, Pick(names, words))


def _profile_words(form: FiniteForm, counts: Counts) -> str:
    parts = []
    for group, row in zip(form.groups, counts, strict=True):
        taken = [(", ".join(group.actions[a]), n) for a, n in enumerate(row) if n]
        whose = f"{_name(group)}: " if len(form.groups) > 1 else ""
        shown = [label if group.size == 1 else counted(label, n) for label, n in taken]
        parts.append(whose + ", ".join(shown))
    return "; ".join(parts)


def _name(group: Group) -> str:
    return f"{group.player}[{group.type}]" if group.type else group.player


def _by_smooth_potential(question: Question) -> Pick:
    """Select the equilibria at which the potential of a continuous game is largest."""
    best = maximisers(question.game, question.found.at)
    names = []
    for one in question.found:
        values = {s.move: s.value for s in one.strategies}
        if any(
            all(v.overlaps(point[move]) for move, v in values.items() if v is not None)
            for point in best.points
        ):
            names.append(one.name)
    if not names:
        return _silent("the potential is largest at no equilibrium in the list")
    words = "exact potential, largest there by branch and prune"
    if best.settled and not best.tied:
        return Pick(tuple(names), f"{words}; not told apart from each other", Grade.NUMERICAL)
    if best.settled and question.found.complete and len(names) == len(best.points):
        return Pick(tuple(names), words)
    return Pick(tuple(names), f"{words}; not separated from other points", Grade.NUMERICAL)


# -- mixtures: logit equilibrium and basins -------------------------------------------------------


def _targets(form: FiniteForm, found: EquilibriumSet) -> dict[str, list[float]]:
    """Return the equilibria in which members alike act alike, as shares of all actions."""
    return {
        e.name: [share.value for row in _strategies(form, e) for share in row]
        for e in found
        if is_symmetric(e)
    }


@_answering
def by_logit(question: Question) -> Pick:
    """Select the equilibrium nearest to the logit equilibrium on the principal branch."""
    form = _form(question, "logit selection")
    precision = question.parameters["lambda"]
    found = logit_equilibrium(form, float(precision))
    if found.mixtures is None and found.precision == float(precision):
        return _silent(
            f"at lambda = {precision} the principal branch is not known well enough: rounding "
            f"leaves a probability {found.residual:.2g} away from its logit response"
        )
    if found.mixtures is None:
        return _silent(
            f"the principal branch was followed to lambda = {found.precision:.6g} only, not to "
            f"{precision}"
        )
    point = [share for row in found.mixtures for share in row]
    targets = _targets(form, question.found)
    far = {
        name: max(abs(a - b) for a, b in zip(point, target, strict=True))
        for name, target in targets.items()
    }
    order = sorted(far, key=lambda name: far[name])
    words = f"logit equilibrium of precision {precision}: {_mixture_words(form, found.mixtures)}"
    if found.turns:
        words += f" (the branch turns back {found.turns} times; its first passage)"
    if found.crossings:
        words += " (the branch crosses another, so that it is not the only one from the centroid)"
    if not order:
        return _silent(f"{words}; no equilibrium in the list in which members alike act alike")
    if len(order) > 1 and far[order[1]] - far[order[0]] < _TIE:
        return _silent(f"{words}; as near to {order[1]} as to {order[0]}")
    words += f"; the nearest equilibrium differs by {far[order[0]]:.3g} in a probability"
    return Pick((order[0],), words, Grade.NUMERICAL)


def _mixture_words(form: FiniteForm, mixtures: Sequence[Sequence[float]]) -> str:
    parts = []
    for group, row in zip(form.groups, mixtures, strict=True):
        shares = zip(group.actions, row, strict=True)
        mixed = ", ".join(weighed(", ".join(action), f"{x:.4g}") for action, x in shares)
        parts.append(f"{_name(group)} {mixed}")
    return "; ".join(parts)


@_answering
def by_basin(question: Question) -> Pick:
    """Select the equilibrium that a dynamics reaches from most starting points."""
    form = _form(question, "a basin of attraction")
    given = question.parameters
    targets = _targets(form, question.found)
    if not targets:
        return _silent("there is no equilibrium in which members alike act alike")
    found = basins(
        form,
        list(targets.values()),
        given["dynamics"],
        starts=given["starts"],
        seed=given["seed"],
        precision=float(given.get("lambda", 1)),
    )
    sizes = sorted(((found.share(k), name, k) for k, name in enumerate(targets)), reverse=True)
    listed = ", ".join(
        f"{name} {share:.3f} (standard error {found.standard_error(k):.3f})"
        for share, name, k in sizes[:_MOST_NAMED]
        if share > 0
    )
    words = (
        f"shares of {found.starts} starting points under {given['dynamics']} dynamics, seed "
        f"{given['seed']}: {listed or 'none settles at an equilibrium'}"
    )
    if found.elsewhere and listed:
        words += f", settled at none of them {found.elsewhere / found.starts:.3f}"
    if found.cut_short:
        return _silent(f"the time limit was reached before all paths had settled ({words})")
    rivals = [found.elsewhere / found.starts, *(share for share, _, _ in sizes[1:])]
    lead = sizes[0][0] - max(rivals)
    if lead <= _SURE / math.sqrt(found.starts):  # 1/sqrt(n) is the largest standard error of a lead
        return _silent(f"no basin is clearly the largest ({words})")
    return Pick((sizes[0][1],), words, Grade.NUMERICAL)
