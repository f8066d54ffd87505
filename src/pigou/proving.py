r"""Prove propositions for all parameter values, or refute them with a game that contradicts them.

Steps
-----
1. Every name of the proposition becomes a formula in the parameters and in unknown moves, which
   satisfy the necessary conditions of an equilibrium (`pigou.solvers.situations`), or a formula in
   the parameters alone (`pigou.solvers.pure_profiles`, `pigou.solvers.regimes`).
2. Assumed are the domains of the parameters, the assumptions of the game, of its reforms and of the
   proposition, and the number that all games named put in a parameter's place. That something
   satisfies them is decided first: a claim about nothing is an error.
3. *Proved*: z3 finds no real values that satisfy what is assumed and violate the claim
   (`pigou.solvers.reals`). Since the conditions are necessary, this covers every equilibrium in
   pure strategies. Mixtures over continuous moves are not covered; where payoffs are strictly
   concave in the own move there are none.
   Exponentials and logarithms become unknowns of which some true inequalities are stated; what
   follows from these is proved.
4. *Refuted*: z3 finds values. At its parameter values, which must be rational, the game is solved
   again, with equilibria certified and re-checked by the independent checker, and numbers of
   equilibria counted anew; the claim must be false at one of them, and all that is assumed true. A
   point that satisfies the first-order conditions and is no equilibrium
   refutes nothing.
5. *Undecided*: anything else, with the reason.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Any

import sympy as sp

from pigou.catalogue import find_reform
from pigou.equilibrium import Equilibrium, Grade
from pigou.errors import DeclarationError, PigouError, unknown
from pigou.exact import Enclosure, Record
from pigou.expression import If, read_condition, read_expression, symbol
from pigou.game import Choice, Game, Player
from pigou.model import Model
from pigou.proposition import Allocation, Effect, Number, Profile, Proposition
from pigou.solvers.defined import probabilities
from pigou.solvers.first_stage import value_at
from pigou.solvers.paths import mixing_may_deter, played_path
from pigou.solvers.pure_profiles import PureProfile, pure_profile
from pigou.solvers.reals import Decision, Outcome, decide
from pigou.solvers.regimes import regimes
from pigou.solvers.situations import Situation, situation
from pigou.solvers.transcendental import without_transcendentals
from pigou.solvers.truth import settled, truth
from pigou.solving import solve
from pigou.stages import is_staged

__all__ = ["Proof", "prove", "prove_all"]

SECONDS = 20.0
MOST_COMBINATIONS = 64


@dataclass(frozen=True)
class Proof:
    """What became of a proposition.

    Parameters
    ----------
    proposition : Proposition
    outcome : str
        ``"proved"``, ``"refuted"`` or ``"undecided"``.
    counterexample : mapping of str to Fraction
        The parameter values at which the claim is false.
    numbers : mapping of str to Enclosure
        What the names of the claim are there, in an equilibrium that contradicts it.
    assumed : tuple of str
        What the answer assumes, in words.
    reason : str
        Why the claim is undecided; of a refuted one, how the counterexample was re-checked.
    seconds : float
        The time z3 took.
    stronger : Proof, optional
        What became of the stronger claim.

    Examples
    --------
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> one = Proposition("cheap", "Everybody upgrades.", "n == 1", {"n": Number("all upgrade")})
    >>> proof = prove(model, one)
    >>> proof.outcome, proof.counterexample["cost"] > proof.counterexample["benefit"]
    ('refuted', True)
    """

    proposition: Proposition
    outcome: str
    counterexample: Mapping[str, Fraction] = field(default_factory=Record)
    numbers: Mapping[str, Enclosure] = field(default_factory=Record)
    assumed: tuple[str, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    stronger: Proof | None = None

    @property
    def as_expected(self) -> bool:
        """Whether it came out as its author says, and the stronger claim, if any, is refuted."""
        right = self.outcome == ("refuted" if self.proposition.false else "proved")
        return right and (self.stronger is None or self.stronger.outcome == "refuted")


def prove_all(model: Model, seconds: float = SECONDS) -> Iterator[Proof]:
    """Yield what becomes of every proposition of a model.

    Examples
    --------
    >>> from pigou.models import load
    >>> all(proof.as_expected for proof in prove_all(load("coordination")))
    True
    """
    for proposition in model.propositions:
        yield prove(model, proposition, seconds)


def prove(model: Model, proposition: Proposition, seconds: float = SECONDS) -> Proof:
    """Prove or refute a proposition about a model.

    Parameters
    ----------
    model : Model
    proposition : Proposition
    seconds : float
        Time limit for each question put to z3.

    Raises
    ------
    DeclarationError
        If a name of the proposition does not fit the model, or nothing satisfies what is assumed.
    ExpressionError
        If the claim cannot be read.
    StructureError
        If a game has a structure about which propositions are not handled.

    Examples
    --------
    >>> from pigou.models import load
    >>> where = {"n": Number("all upgrade")}
    >>> claim = "(n == 1) == (benefit >= cost)"
    >>> prove(load("coordination"), Proposition("all", "When all can.", claim, where)).outcome
    'proved'
    """
    subject = _Subject(model, proposition)
    first = subject.answer(proposition.claim, seconds)
    if not proposition.stronger:
        return first
    return replace(first, stronger=subject.answer(proposition.stronger, seconds))


class _Subject:
    """A model, and what the names of a proposition stand for in it."""

    def __init__(self, model: Model, proposition: Proposition):
        self.model, self.proposition = model, proposition
        self.games = {n: self._game(t) for n, t in proposition.where.items()}
        self.parameters = {
            p.name: p for game in (model.game, *self.games.values()) for p in game.parameters
        }
        self.formulas: dict[str, sp.Expr] = {}
        self.given: list[Any] = []
        self.necessary: list[Any] = []  # of `given`, what every equilibrium satisfies
        self.defined: list[Any] = []  # where slopes are assumed to be defined
        self.assumed: list[str] = []
        self.situations: dict[str, Situation] = {}
        self.profiles: dict[str, PureProfile] = {}
        for game in (model.game, *self.games.values()):
            needed = (*game.conditions, *probabilities(game))
            self.given += [c for c in needed if c not in self.given]
        for name, term in proposition.where.items():
            self._add(name, term)
        self.given += [self.condition(text) for text in proposition.given]
        self._hold()
        self.integers = tuple(p.name for p in self.parameters.values() if p.integer)

    # -- names ----------------------------------------------------------------------------------

    def _game(self, term: Any) -> Game:
        """Return the game that a term is about."""
        if isinstance(term, Effect):
            return self.model.game
        game = self._reformed(term)
        return _planned(game) if isinstance(term, Allocation) and term.planner else game

    def _reformed(self, term: Allocation | Profile | Number) -> Game:
        game = self.model.game
        if term.reform:
            game = find_reform(self.model, term.reform)(game)
        return _with_choices(game, term.choices) if isinstance(term, Allocation) else game

    def _introduce(self, name: str, pairs: Iterable[tuple[str, sp.Expr]]) -> None:
        """Let names stand for formulas, none of them for two things."""
        where = f"proposition '{self.proposition.name}'"
        for part, formula in pairs:
            if part in self.parameters:
                raise DeclarationError(
                    f"{where}: '{part}' is both a parameter and what '{name}' introduces; call "
                    f"'{name}' something else"
                )
            if part in self.formulas:
                raise DeclarationError(
                    f"{where}: '{part}' would stand for two things; call '{name}' something else, "
                    "or rename the move or the party"
                )
            self.formulas[part] = formula

    def _add(self, name: str, term: Any) -> None:
        game = self.games[name]
        if not isinstance(term, Number | Effect) and "welfare" in game.parties:
            raise DeclarationError(
                f"proposition '{self.proposition.name}': '{name}_welfare' is everybody's; rename "
                "the party 'welfare'"
            )
        if isinstance(term, Allocation):
            found = situation(game, name, term.interior, self._reformed(term))
            self.situations[name] = found
            self.given += found.given
            self.necessary += [c for c in found.given if not isinstance(c, sp.Gt | sp.Lt | sp.Ne)]
            self.defined += found.defined
            self.assumed += [f"{name}: {words}" for words in found.assumed]
            numbers = (*found.moves.items(), *found.payoffs.items())
            self._introduce(name, ((f"{name}_{part}", formula) for part, formula in numbers))
        elif isinstance(term, Profile):
            profile = pure_profile(game, term.profile)
            self.profiles[name] = profile
            if _may_mix_later(game) or mixing_may_deter(game):
                self.assumed.append(f"{name}: nobody mixes, on the path or off it")
            holds = If(profile.holds, sp.S.One, sp.S.Zero)
            numbers = (*profile.payoffs.items(), ("holds", holds))
            self._introduce(name, ((f"{name}_{part}", formula) for part, formula in numbers))
        elif isinstance(term, Number):
            self._introduce(name, [(name, self._number(game, term))])
        else:
            self._add_effect(name, term)

    def _number(self, game: Game, term: Number) -> sp.Expr:
        """Return the number of equilibria as a case distinction over the parameters."""
        for name, value in term.fixed.items():
            number = game.parameter(name) and read_expression(value, [])
            self.given.append(sp.Eq(symbol(name), number))
            self.assumed.append(f"{name} = {number}")
        found = regimes(game, dict(term.fixed))
        where = f"proposition '{self.proposition.name}'"
        if not found.complete or not found.partition.proved:
            raise DeclarationError(
                f"{where}: the number of equilibria of '{game.name}' is not settled for all "
                f"values: {found.completeness}"
            )
        words = {*(one.profile for one in found.equilibria), *(x.profile for x in found.excluded)}
        if term.profile and term.profile not in words:
            raise DeclarationError(unknown("profile", term.profile, words, f"game '{game.name}'"))
        counted = [one for one in found.equilibria if term.profile in ("", one.profile)]
        for one in counted:
            if one.kind == "continuum" or one.counts:
                raise DeclarationError(
                    f"{where}: '{one.profile}' stands for several equilibria; count those of one "
                    "profile"
                )
        return sp.Add(*(If(one.condition, sp.S.One, sp.S.Zero) for one in counted))

    def _add_effect(self, name: str, term: Effect) -> None:
        where = f"proposition '{self.proposition.name}': the effect '{name}'"
        if term.on not in self.parameters:
            raise DeclarationError(
                f"{where}: " + unknown("parameter", term.on, self.parameters, "the model")
            )
        formula = self.expression(term.of)
        own = [n for n, s in self.situations.items() if formula.free_symbols & {*s.moves.values()}]
        if len(own) != 1 or not self.situations[own[0]].interior:
            raise DeclarationError(f"{where} is of one Allocation with interior=True, not of {own}")
        value, regular = self.situations[own[0]].effect(formula, symbol(term.on))
        self._introduce(name, [(name, value)])
        if regular != sp.true:
            self.given.append(regular)
            self.assumed.append(f"{name}: the first-order conditions are regular")

    def _hold(self) -> None:
        """Assume the number that all games put in a parameter's place.

        Otherwise a claim would seem to hold for all its values, and a counterexample would show one
        at which no game was solved.
        """
        one, terms = self.proposition, self.proposition.where.items()
        games = [self.games[name] for name, term in terms if not isinstance(term, Effect)]
        named = set(re.findall(r"\w+", " ".join((one.claim, one.stronger, *one.given))))
        named |= {str(s) for formula in self.formulas.values() for s in formula.free_symbols}
        for name in [p for p in self.parameters if p not in named] if games else ():
            first, *others = (game.traces.replaced.get(name) for game in games)
            if first is not None and first.is_Rational and all(o == first for o in others):
                self.given.append(sp.Eq(symbol(name), first))
                self.assumed.append(f"{name} == {first}")

    # -- reading --------------------------------------------------------------------------------

    def expression(self, text: str) -> sp.Expr:
        """Read a formula over parameters and names."""
        return self._put(read_expression(text, [*self.parameters, *self.formulas]))

    def condition(self, text: str) -> Any:
        """Read a condition over parameters and names."""
        return self._put(read_condition(text, [*self.parameters, *self.formulas]))

    def _put(self, read: Any) -> Any:
        return read.xreplace({symbol(n): f for n, f in self.formulas.items()})

    # -- deciding -------------------------------------------------------------------------------

    def answer(self, text: str, seconds: float) -> Proof:
        """Decide one claim."""
        claim = self.condition(text)
        given, facts = without_transcendentals([*self.given, claim])
        *given, plain = given
        known = [*given, *facts]
        assumed = list(dict.fromkeys([*self.assumed, *self.proposition.given]))
        for inside in sorted({log.args[0] for log in _atoms(claim, sp.log)}, key=str):
            if not decide(inside > 0, given, self.integers, seconds):
                assumed.append(f"{inside} > 0")
        empty = decide(sp.false, known, self.integers, seconds)
        if empty.outcome is Outcome.PROVED:
            raise DeclarationError(
                f"proposition '{self.proposition.name}': nothing satisfies what is assumed "
                f"({', '.join(map(str, self.given))})"
            )
        if empty.outcome is Outcome.UNDECIDED:
            assumed.append("that some values satisfy the assumptions, which was not shown")
        found = decide(plain, known, self.integers, seconds)
        proof = Proof(
            self.proposition, found.outcome.value, assumed=tuple(assumed), seconds=found.seconds
        )
        if found.outcome is Outcome.PROVED:
            return proof
        if found.outcome is Outcome.UNDECIDED:
            return replace(proof, reason=found.reason)
        return self._refuted(proof, claim, found)

    def _refuted(self, proof: Proof, claim: Any, found: Decision) -> Proof:
        """Solve the games at the counterexample, and look for an equilibrium that contradicts."""
        at = {
            name: found.counterexample.get(name, p.default) for name, p in self.parameters.items()
        }
        missing = [name for name, value in at.items() if value is None]
        at.update(dict.fromkeys(missing, Fraction(1)))
        point = {n: Enclosure.point(v) for n, v in at.items() if v is not None}
        try:
            numbers = self._contradiction(claim, point)
        except PigouError as error:
            reason = f"values found by z3 could not be re-checked: {error}"
            return replace(proof, outcome="undecided", reason=reason)
        if isinstance(numbers, str):
            return replace(proof, outcome="undecided", reason=numbers)
        values = Record({n: v for n, v in at.items() if v is not None})
        why = "re-checked: the games were solved anew at these values"
        if not self.games:
            why = "re-checked in exact arithmetic"
        return replace(proof, counterexample=values, numbers=Record(numbers), reason=why)

    def _contradiction(
        self, claim: Any, point: Mapping[str, Enclosure]
    ) -> dict[str, Enclosure] | str:
        """Return what the names are in equilibria that violate the claim, or why there are none."""
        at = {name: value.lower for name, value in point.items()}
        unclear = False
        lists = [list(self._solutions(name, at)) for name in self.situations]
        for name, profile in self.profiles.items():
            self._recheck(name, profile, point)
        for name, term in self.proposition.where.items():
            if isinstance(term, Number) and not term.profile:
                self._recount(name, point)
        for combined in itertools.islice(itertools.product(*lists), MOST_COMBINATIONS):
            here = {**point, **{n: v for one in combined for n, v in one.items()}}
            answers = [self._is_met(c, here) for c in (*self.given, *self.defined)]
            violated = truth(sp.Not(claim), here)
            if all(answers) and violated:
                return {n: v for n, f in self.formulas.items() if (v := _value(f, here))}
            unclear = unclear or (False not in answers and violated is not False)
        there = f"(at {', '.join(f'{n} = {v}' for n, v in at.items())})"
        if unclear:
            return (
                "whether the claim is defined and false, and all that is assumed is true, could "
                f"not be told where z3 found it violated {there}"
            )
        return (
            "z3 found values that violate the claim and satisfy the first-order conditions, but no "
            f"equilibrium there violates it and meets all that is assumed {there}"
        )

    def _is_met(self, condition: Any, here: Mapping[str, Enclosure]) -> bool | None:
        """Whether a condition holds, or a certified equilibrium is known to meet it."""
        met = truth(condition, here)
        return True if met is None and condition in self.necessary else met

    def _solutions(self, name: str, at: Mapping[str, Fraction]) -> Iterator[dict[str, Enclosure]]:
        """Yield the moves of every certified equilibrium of one term's game."""
        game = self.games[name]
        found = solve(game, {p.name: at[p.name] for p in game.parameters})
        for one in found:
            moves = {s.move: s.value for s in one.strategies if s.value is not None}
            sure = one.evidence.checked and one.evidence.grade is not Grade.NUMERICAL
            if sure and set(self.situations[name].moves) <= set(moves):
                yield {str(x): moves[m] for m, x in self.situations[name].moves.items()}

    def _recheck(self, name: str, profile: PureProfile, point: Mapping[str, Enclosure]) -> None:
        """Compare whether a profile is an equilibrium with what the solver finds."""
        game = self.games[name]
        found = solve(game, {p.name: point[p.name].lower for p in game.parameters}, pure=True)
        wanted = _numbers(profile, point)
        made = partial(_on_path, game) if is_staged(game) else _actions
        listed = any(made(one) == wanted for one in found)
        if listed is not truth(profile.holds, point):
            raise DeclarationError(f"the solver disagrees about profile '{name}'")

    def _recount(self, name: str, point: Mapping[str, Enclosure]) -> None:
        """Compare a number of equilibria with how many the solver finds."""
        game = self.games[name]
        found = solve(game, {p.name: point[p.name].lower for p in game.parameters})
        stated = _value(self.formulas[name], point)
        if not found.complete or found.components or stated != Enclosure.point(len(found)):
            raise DeclarationError(f"the solver does not count {stated} equilibria for '{name}'")


def _may_mix_later(game: Game) -> bool:
    """Whether several players move at once after others: what they mix may deter the others.

    Where one moves at a time, whoever mixes is indifferent, and a pure choice deters as well, but
    for several types at once (`pigou.solvers.paths.mixing_may_deter`).
    """
    stages = sorted({m.stage for m in game.moves})[1:]
    return any(len({m.player for m in game.moves if m.stage == s}) > 1 for s in stages)


def _atoms(condition: Any, kind: Any) -> set[Any]:
    """Return the functions of a kind in a condition, which may be true or false alone."""
    return set(condition.atoms(kind)) if hasattr(condition, "atoms") else set()


def _value(formula: sp.Expr, point: Mapping[str, Enclosure]) -> Enclosure | None:
    plain = settled(formula, point)
    return None if plain is None else value_at(plain, point)


def _numbers(profile: PureProfile, point: Mapping[str, Enclosure]) -> dict[str, dict[str, int]]:
    counted = {
        who: {label: int(value_at(n, point).lower) for label, n in row.items()}
        for who, row in profile.actions.items()
    }
    return {w: {a: n for a, n in row.items() if n} for w, row in counted.items()}


def _actions(equilibrium: Any) -> dict[str, dict[str, int]]:
    """Return how many members of each player or type take which action."""
    found: dict[str, dict[str, int]] = {}
    for one in equilibrium.strategies:
        who = one.player + (f"_{one.type}" if one.type else "")
        counts = one.counts or {a: int(p.upper == 1) for a, p in one.probabilities.items()}
        found[who] = {a: n for a, n in counts.items() if n}
    return found


def _on_path(game: Game, equilibrium: Equilibrium) -> dict[str, dict[str, int]]:
    """Return the label of each move on the path of an equilibrium, in the form of `_actions`."""
    return {move: {label: 1} for move, label in played_path(game, equilibrium).items()}


def _with_choices(game: Game, choices: Mapping[str, str]) -> Game:
    """Hold finite moves at a label, and settle which moves and draws are made where that is so."""
    held: dict[Any, Any] = {}
    for name, label in choices.items():
        options = game.move(name).choice.options
        if label not in options:
            raise DeclarationError(unknown("choice", label, options, f"move '{name}'"))
        held[symbol(name)] = sp.Rational(options[label])
    moves = {}
    for move in sorted(game.moves, key=lambda m: m.stage):
        when = sp.sympify(move.when).xreplace(held)
        domain = move.domain
        if move.name in choices:
            label = choices[move.name]
            domain = Choice({label: domain.options[label]})
        if when == sp.false:
            held[move.symbol] = sp.S.Zero
        moves[move.name] = replace(move, domain=domain, when=when)
    chance = (replace(c, when=sp.sympify(c.when).xreplace(held)) for c in game.chance)
    return replace(game, moves=tuple(moves[m.name] for m in game.moves), chance=tuple(chance))


def _planned(game: Game) -> Game:
    """Return the problem of a planner who makes all moves and maximises the primitive payoffs."""
    name = "planner"
    while name in game.parties:
        name += "_"
    welfare = sum((game.primitive(party) for party in game.parties), sp.S.Zero)
    moves = tuple(replace(m, player=name, stage=1, observes=None) for m in game.moves)
    return replace(
        game, players=(Player(name),), moves=moves, payoffs={name: welfare}, bystanders=(),
        transfers=(),
    )  # fmt: skip
