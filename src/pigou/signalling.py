"""Solve a signalling game: name the equilibria, state beliefs as sets, and have both checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from pigou.check_beliefs import doubt_of_beliefs
from pigou.check_stages import examine_stages
from pigou.equilibrium import (
    Belief,
    Equilibrium,
    EquilibriumSet,
    Evidence,
    Grade,
    Objection,
    Strategy,
    happened,
)
from pigou.exact import Enclosure, Record
from pigou.game import Game
from pigou.pareto import pareto
from pigou.solvers.bayesian import BayesianSolution, Profile, beliefs_at, perfect_bayesian
from pigou.solvers.belief_filters import falls
from pigou.solvers.pieces import Tree, lay_out
from pigou.solvers.signalling_form import SignallingForm, signalling_form
from pigou.solvers.subgame_perfect import Solution
from pigou.stages import Stages
from pigou.staging import components_of, path_of, strategies_of

__all__ = ["private_information", "solve_signalling"]

CRITERIA = {"intuitive criterion": "intuitive", "D1": "D1"}
_METHOD = "all messages in use, and all replies that some belief makes best"


def private_information(game: Game, at: Mapping[str, Fraction]) -> SignallingForm | None:
    """Return a game as a signalling game if beliefs off the path may matter in it.

    Examples
    --------
    >>> from pigou import Move, Player
    >>> moves = [Move("x", "a", {"no": 0, "yes": 1}), Move("y", "b", {"no": 0, "yes": 1}, 2)]
    >>> game = Game("open", [Player("a"), Player("b")], moves, {"a": "x*y", "b": "y"})
    >>> private_information(game, {}) is None
    True
    """
    form = signalling_form(game, at)
    return form if form is not None and form.has_private_information else None


def solve_signalling(
    game: Game, at: Mapping[str, Fraction], form: SignallingForm, pure: bool = False
) -> EquilibriumSet:
    """Return all perfect Bayesian equilibria of a signalling game, which are its sequential ones.

    Parameters
    ----------
    game : Game
    at : mapping of str to Fraction
        A value for every parameter.
    form : SignallingForm
        The game, laid out.
    pure : bool, optional
        Whether pure equilibria are wanted only.

    Examples
    --------
    >>> from pigou import Chance, Move, Player
    >>> game = Game(
    ...     "audit",
    ...     [Player("firm"), Player("buyer")],
    ...     [
    ...         Move("certify", "firm", {"no": 0, "yes": 1}),
    ...         Move("buy", "buyer", {"no": 0, "yes": 1}, 2, observes=["certify"]),
    ...     ],
    ...     {"firm": "buy - certify*(3/2 - quality)", "buyer": "buy*(quality - 3/4)"},
    ...     chance=[Chance("quality", {"low": (0, "1/2"), "high": (1, "1/2")}, ["firm"])],
    ... )
    >>> found = solve_signalling(game, {}, private_information(game, {}))
    >>> for one in found:
    ...     if one.kind == "pure":
    ...         print(one.profile, one.marks)
    certify after quality low: no; certify after quality high: no; buy after certify no: no;
    buy after certify yes: no ('sequential', 'not intuitive', 'not D1')
    certify after quality low: no; certify after quality high: yes; buy after certify no: no;
    buy after certify yes: yes ('sequential', 'intuitive', 'D1')
    """
    found = perfect_bayesian(form, pure)
    order = sorted(range(len(found.equilibria)), key=lambda k: _mixtures(found.equilibria[k]))
    profiles = [found.equilibria[k] for k in order]
    components, place = components_of(found.cells, {old: new for new, old in enumerate(order)})
    tree = lay_out(Stages(game, at))
    drafts = [
        _equilibrium(tree, form, profile, f"E{number + 1}", place.get(number, ""))
        for number, profile in enumerate(profiles)
    ]
    examined = [examine_stages(game, at, one.strategies) for one in drafts]
    ranking = pareto(examined)
    equilibria = []
    for number, (one, checked) in enumerate(zip(drafts, examined, strict=True)):
        doubt = checked.doubt or doubt_of_beliefs(game, at, one)
        grade = Grade.NUMERICAL if doubt else Grade.CERTIFIED
        evidence = Evidence(grade, _METHOD, checked.gain, not doubt, doubt)
        by, unclear = ranking.named(number)
        equilibria.append(
            replace(
                one, payoffs=checked.payoffs, evidence=evidence, dominated_by=by, undecided=unclear
            )
        )
    notes = list(found.unresolved)
    doubtful = [e.name for e in equilibria if not e.evidence.checked]
    if doubtful:
        notes.append(f"the checker could not confirm {', '.join(doubtful[:20])}")
    return EquilibriumSet(
        game=game.name,
        structure="signalling",
        at=at,
        equilibria=tuple(equilibria),
        complete=not notes,
        completeness=f"{'proved' if not notes else 'not shown'}: {_how(found)}",
        scope="all perfect Bayesian equilibria, which are the sequential ones in a signalling game "
        "of two rounds, " + ("in pure strategies only" if pure else "pure and mixed"),
        components=components,
        unresolved=tuple(notes),
    )


def _how(found: BayesianSolution) -> str:
    return (
        f"{found.supports:,} combinations of messages in use by type, each with all replies that "
        "some belief makes best, in exact arithmetic"
    )


def _mixtures(profile: Profile) -> int:
    return sum(max(row) < 1 for row in (*profile.sender, *profile.receiver))


def _equilibrium(
    tree: Tree, form: SignallingForm, profile: Profile, name: str, component: str
) -> Equilibrium:
    """Put a profile and its beliefs into words; payoffs and evidence come from the checker."""
    rows = [*zip(form.types, profile.sender, strict=True)]
    rows += [*zip((o.turn for o in form.observations), profile.receiver, strict=True)]
    behaviour = {turn.information: tuple(map(Enclosure.point, row)) for turn, row in rows}
    solution = Solution((), behaviour, ())
    strategies = strategies_of(tree, solution)
    beliefs = {n: b for n in range(len(form.observations)) for b in _belief(form, profile, n)}
    named = {n: replace(b, when=_when(b, strategies)) for n, b in beliefs.items()}
    objections = tuple(
        Objection(
            fall.criterion,
            named[fall.observation].name,
            _names(named[fall.observation], fall.excluded),
            _names(named[fall.observation], fall.deviators),
        )
        for fall in falls(form, profile)
    )
    failed = {CRITERIA[one.criterion] for one in objections}
    marks = tuple(f"not {c}" if c in failed else c for c in CRITERIA.values())
    return Equilibrium(
        name, strategies, Record(), Evidence(Grade.NUMERICAL, _METHOD), ("sequential", *marks),
        component, path=path_of(tree, solution), beliefs=tuple(named.values()),
        objections=objections,
    )  # fmt: skip


def _belief(form: SignallingForm, profile: Profile, number: int) -> Sequence[Belief]:
    """Return the belief after an observation; none where nothing is left open."""
    place = form.observations[number]
    if len(place.origins) == 1:
        return ()
    reached, points = beliefs_at(form, profile, number)
    turn = place.turn
    possible = tuple(form.described(origin, number) for origin in place.origins)
    return (
        Belief(turn.player, ", ".join(turn.moves), turn.seen, reached, possible, points.points),
    )


def _when(belief: Belief, strategies: Sequence[Strategy]) -> Mapping[str, str]:
    """Leave out what a player knows where its move has one information set only."""
    alike = [s for s in strategies if (s.player, s.move) == (belief.player, belief.move)]
    return belief.when if any(s.when for s in alike) else Record()


def _names(belief: Belief, places: Sequence[int]) -> tuple[str, ...]:
    return tuple(happened(belief.possible[k]) for k in places)
