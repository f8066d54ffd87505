r"""Goals of a design: what is to hold of the equilibria at a strength, decided exactly.

==================  =============================================================================
``gone``            a pure profile is no equilibrium
``unique``          the target profile is the only equilibrium, mixed ones included
``selected``        the target profile is the equilibrium that a rule of selection picks
``worst-welfare``   the lowest welfare in any equilibrium is as high as the family can make it
``gain:GROUP=X``    a group has at least X more than without the reform
``no-losers``       no player and no bystander has less than without the reform
==================  =============================================================================

The last two compare the equilibria that a rule of selection picks with and without the reform; the
government is left out, whose loss is the cost.

Each goal answers at one strength. What it answers there holds in a whole cell of strengths
(`pigou.solvers.critical`) where `certain` says so: where the answer rests on signs that do not
change in the cell.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from pigou.assessment import Assessment, assess
from pigou.check_smooth import has_interval
from pigou.design_families import Family, Target, carried_over, counts_of
from pigou.equilibrium import EquilibriumSet, Grade
from pigou.errors import DeclarationError, StructureError, unknown
from pigou.exact import Enclosure
from pigou.game import GOVERNMENT, Game, is_continuum
from pigou.selection import Selected as Selection, select
from pigou.solvers.critical import Cell, Critical, StrengthForm, cells, constant, strength_form
from pigou.solvers.crowd_critical import MOST_MEMBERS, meetings, number_of_mixtures_changes
from pigou.solvers.dominance import survivors
from pigou.solvers.form import Counts, FiniteForm, finite_form
from pigou.solvers.pure import largest_gain, pure_equilibria
from pigou.solving import solve
from pigou.stages import is_staged

__all__ = ["GOALS", "Gain", "Goal", "Gone", "NoLosers", "Selected", "Setting", "Unique"]

GOALS = ("gone", "unique", "selected", "worst-welfare", "gain", "no-losers")
MOST_COMPARED = 40
_BY_WELFARE = ("best", "worst", "payoff-dominant")
_ALL = "all equilibria, pure and mixed"


class Setting:
    """A game, a family of reforms, and everything that is known at each strength.

    Parameters
    ----------
    game : Game
    family : Family
    at : mapping of str to number
        Parameter values.
    funds : Fraction
        The cost of public funds at which welfare under the worst equilibrium is maximised.

    Examples
    --------
    >>> from pigou.design_families import from_reform
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> setting = Setting(model.game, from_reform(model.reform("uniform_subsidy")), {})
    >>> len(setting.found(Fraction(0))), len(setting.found(Fraction(1)))
    (3, 1)
    """

    def __init__(
        self, game: Game, family: Family, at: Mapping[str, Any], funds: Fraction = Fraction(1)
    ):
        self.before, self.family, self.funds = game, family, funds
        self.game = family.reform(game)
        own = [p.name for p in self.game.parameters]
        if family.parameter not in own:
            raise DeclarationError(
                f"the strength '{family.parameter}' changes nothing in game '{game.name}'"
            )
        self.at = {k: v for k, v in at.items() if k in own and k != family.parameter}
        self.mixtures_known = False
        self._found: dict[Fraction, EquilibriumSet] = {}
        self._assessed: dict[Fraction, tuple[Assessment, ...]] = {}
        self._selected: dict[tuple[str, Fraction | None], Selection] = {}

    @cached_property
    def form(self) -> StrengthForm | None:
        """The finite game with payoffs as polynomials in the strength, if it is one."""
        if has_interval(self.game) or is_staged(self.game) or is_continuum(self.game):
            return None
        return strength_form(self.game, self.family.parameter, self.at)

    def allows(self, strength: Fraction) -> bool:
        """Whether the parameter that is the strength may take a value."""
        try:
            self.game.parameter(self.family.parameter).check(strength)
        except DeclarationError:
            return False
        return True

    def values(self, strength: Fraction) -> dict[str, Any]:
        """Return all parameter values."""
        return {**self.at, self.family.parameter: strength}

    def carried(self, target: Target) -> Target:
        """Return a profile of the game without reform as one of the reformed game."""
        own = [p.name for p in self.before.parameters]
        before = finite_form(self.before, {k: v for k, v in self.at.items() if k in own})
        low = self.family.low
        if not self.allows(low):
            low += 1 if self.family.high is None else (self.family.high - low) / 2
        return carried_over(target, before, finite_form(self.game, self.values(low)))

    def found(self, strength: Fraction) -> EquilibriumSet:
        """Return all equilibria at a strength."""
        if strength not in self._found:
            self._found[strength] = solve(self.game, self.values(strength))
        return self._found[strength]

    def assessed(self, strength: Fraction) -> tuple[Assessment, ...]:
        """Return who gets what in every equilibrium at a strength."""
        if strength not in self._assessed:
            self._assessed[strength] = assess(self.game, self.found(strength))
        return self._assessed[strength]

    @cached_property
    def pure_profiles(self) -> list[Counts]:
        """The pure profiles that are equilibria at some strength.

        Raises
        ------
        StructureError
            If there are more than 40.
        """
        assert self.form is not None
        _, parts = cells(self.form.pure_gaps(), self.family.low, self.family.high)
        found: dict[Counts, None] = {}
        for part in parts:
            found |= dict.fromkeys(profiles_at(self.form, part.samples[0]))
        if len(found) > MOST_COMPARED:
            raise StructureError(
                f"game '{self.before.name}': {len(found)} pure profiles are equilibria at some "
                f"strength; so far at most {MOST_COMPARED} are compared for this goal"
            )
        return list(found)

    @cached_property
    def baseline(self) -> tuple[EquilibriumSet, tuple[Assessment, ...]]:
        """The equilibria without any reform, and who gets what in them."""
        own = [p.name for p in self.before.parameters]
        found = solve(self.before, {k: v for k, v in self.at.items() if k in own})
        return found, assess(self.before, found)

    def is_exact(self, strength: Fraction) -> bool:
        """Whether all equilibria at a strength are known, and none by rounded numbers only."""
        found = self.found(strength)
        return found.complete and all(e.evidence.grade is not Grade.NUMERICAL for e in found)

    def picked(self, rule: str, strength: Fraction) -> tuple[Assessment, ...]:
        """Return what a rule picks at a strength: several equilibria where it leaves them tied."""
        return _picked(self.selected(rule, strength), self.assessed(strength))

    def picked_before(self, rule: str) -> tuple[Assessment, ...]:
        """Return what a rule picks without the reform."""
        return _picked(self.selected_before(rule), self.baseline[1])

    def selected(self, rule: str, strength: Fraction) -> Selection:
        """Return what a rule says at a strength."""
        if (rule, strength) not in self._selected:
            found, assessed = self.found(strength), self.assessed(strength)
            self._selected[rule, strength] = select(self.game, found, assessed, rule)
        return self._selected[rule, strength]

    def selected_before(self, rule: str) -> Selection:
        """Return what a rule says without the reform."""
        if (rule, None) not in self._selected:
            self._selected[rule, None] = select(self.before, *self.baseline, rule)
        return self._selected[rule, None]


def _picked(said: Selection, assessments: tuple[Assessment, ...]) -> tuple[Assessment, ...]:
    return tuple(a for a in assessments if a.equilibrium.name in said.picked)


class Goal:
    """What is to hold at a strength."""

    name = ""

    def __init__(self, setting: Setting, funds: Fraction = Fraction(1)):
        self.setting, self.funds = setting, funds

    @property
    def words(self) -> str:
        """The goal in words."""
        raise NotImplementedError

    @property
    def cells(self) -> tuple[list[Critical], list[Cell]] | None:
        """The critical strengths and the cells between, where they come from no finite form."""
        return None

    def holds(self, strength: Fraction) -> bool | None:
        """Whether it is reached at a strength; None if that is not known."""
        raise NotImplementedError

    def certain(self, strength: Fraction) -> bool:
        """Whether the answer at a strength holds in the whole cell around it."""
        return False

    def sure_at(self, strength: Fraction) -> bool:
        """Whether the answer at a strength rests on no rounding and on no missing equilibrium."""
        return self.setting.is_exact(strength)

    def polynomials(self, form: StrengthForm) -> Iterator[Any]:
        """Yield the polynomials whose signs decide."""
        yield from form.pure_gaps()
        if form.is_two_players:
            yield from form.minors() or ()
        yield from self.more_polynomials(form)

    def more_polynomials(self, form: StrengthForm) -> Iterable[Any]:
        """Return further ones."""
        return ()

    def settled_by_pure(self, rule: str, strength: Fraction) -> bool:
        """Whether what a rule picks, and what it is worth, keeps its place within a cell.

        Where all equilibria are pure and keep their supports; or, in one population with two
        choices, where there is at most one mixture besides, and everything that it is compared
        with is among the critical strengths.
        """
        form, found = self.setting.form, self.setting.found(strength)
        if form is None or form.rounded or not found.complete or found.components:
            return False
        mixed = sum(e.kind == "mixed" for e in found)
        if form.is_one_crowd and self.setting.mixtures_known:
            return mixed == 0 or (mixed == 1 and rule in ("best", "worst"))
        return self.structure_stays() and mixed == 0

    def mixtures(self, form: StrengthForm, floors: Mapping[str, Fraction]) -> Iterator[Any]:
        """Yield where the mixtures of a population change, or change places with pure profiles.

        `floors` are the levels of groups' surplus that matter.
        """
        if not form.is_one_crowd or not 1 < form.groups[0].size <= MOST_MEMBERS:
            return
        self.setting.mixtures_known = True
        size = form.groups[0].size
        profiles = [((size - k, k),) for k in range(size + 1)]
        totals = [welfare(form, counts, self.funds) for counts in profiles]
        found = list(number_of_mixtures_changes(form))
        found += [
            meetings(form, totals, welfare(form, c, self.funds)) for c in self.setting.pure_profiles
        ]
        for group, floor in floors.items():
            shares = [surplus(form, group, counts) for counts in profiles]
            found.append(meetings(form, shares, constant(floor)))
        if any(one.is_zero() for one in found):
            self.setting.mixtures_known = False
        yield from found

    def structure_stays(self) -> bool:
        """Whether the equilibria keep their supports within a cell."""
        form = self.setting.form
        if form is None or form.rounded:
            return False
        two = form.is_two_players and form.minors() is not None
        return two or (len(form.groups) == 1 and form.groups[0].size == 1)

    def all_pure(self, strength: Fraction) -> bool:
        """Whether every equilibrium at a strength is pure, and that is known."""
        found = self.setting.found(strength)
        return found.complete and not found.components and all(e.kind == "pure" for e in found)


class Gone(Goal):
    """A pure profile is no equilibrium.

    Examples
    --------
    >>> from pigou.design_families import from_reform
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> setting = Setting(model.game, from_reform(model.reform("uniform_subsidy")), {})
    >>> goal = Gone(setting, Target("all wait", ((10, 0),)))
    >>> goal.holds(Fraction(3, 8)), goal.holds(Fraction(2, 5))
    (False, True)
    """

    name = "gone"

    def __init__(self, setting: Setting, profile: Target):
        super().__init__(setting)
        self.profile = setting.carried(profile)

    @property
    def words(self) -> str:
        """The goal in words."""
        return f"'{self.profile.words}' is no equilibrium"

    def holds(self, strength: Fraction) -> bool | None:
        """Whether somebody gains by deviating from the profile."""
        form = _form(self.setting, strength)
        gain = largest_gain(form, self.profile.counts, _all(form))
        return gain is not None and bool(gain > 0)

    def certain(self, strength: Fraction) -> bool:
        """Whether the gains from deviating keep their signs."""
        return self.setting.form is not None and not self.setting.form.rounded

    def sure_at(self, strength: Fraction) -> bool:
        """Whether no payoff was rounded."""
        return not _form(self.setting, strength).rounded

    def polynomials(self, form: StrengthForm) -> Iterator[Any]:
        """Yield the gains from deviating."""
        yield from form.gains_from(self.profile.counts)


class Unique(Goal):
    """The target profile is the only equilibrium, mixed ones included.

    Examples
    --------
    >>> from pigou.design_families import from_reform
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> setting = Setting(model.game, from_reform(model.reform("uniform_subsidy")), {})
    >>> goal = Unique(setting, Target("all upgrade", ((0, 10),)))
    >>> goal.holds(Fraction(3, 8)), goal.holds(Fraction(2, 5)), goal.certain(Fraction(2, 5))
    (False, True, True)
    """

    name = "unique"

    def __init__(self, setting: Setting, target: Target):
        super().__init__(setting)
        self.target = setting.carried(target)
        self._why: dict[Fraction, str] = {}

    @property
    def words(self) -> str:
        """The goal in words."""
        return f"'{self.target.words}' is the only equilibrium, mixed ones included"

    def holds(self, strength: Fraction) -> bool | None:
        """Look at dominance, then at pure equilibria, then at all."""
        form = _form(self.setting, strength)
        alive, _ = survivors(form)
        if all(len(actions) == 1 for actions in alive):
            self._why[strength] = "dominance"
            rows = (
                tuple(g.size * int(a == actions[0]) for a in range(len(g.actions)))
                for g, actions in zip(form.groups, alive, strict=True)
            )
            return tuple(rows) == self.target.counts
        if any(one.counts != self.target.counts for one in pure_equilibria(form, alive)):
            self._why[strength] = "pure"
            return False
        found = self.setting.found(strength)
        self._why[strength] = "search"
        if len(found) > 1 or found.components:
            return False
        if not found.complete or found.scope != _ALL or not len(found):
            return None
        return counts_of(found.equilibria[0]) == self.target.counts

    def certain(self, strength: Fraction) -> bool:
        """Whether signs that stay settle it."""
        form = self.setting.form
        if form is None or form.rounded:
            return False
        return self._why.get(strength) in ("dominance", "pure") or self.structure_stays()

    def sure_at(self, strength: Fraction) -> bool:
        """Whether no payoff was rounded, and all equilibria are known where they matter."""
        if self._why.get(strength) in ("dominance", "pure"):
            return not _form(self.setting, strength).rounded
        return self.setting.is_exact(strength)


class Selected(Goal):
    """The target profile is the one equilibrium that a rule of selection picks.

    Examples
    --------
    >>> from pigou.design_families import from_reform
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> setting = Setting(model.game, from_reform(model.reform("uniform_subsidy")), {})
    >>> Selected(setting, Target("all upgrade", ((0, 10),)), "laplacian").holds(Fraction(0))
    False
    """

    name = "selected"

    def __init__(self, setting: Setting, target: Target, rule: str):
        super().__init__(setting)
        self.target, self.rule = setting.carried(target), rule

    @property
    def words(self) -> str:
        """The goal in words."""
        return f"'{self.target.words}' is selected ({self.rule})"

    def holds(self, strength: Fraction) -> bool | None:
        """Let the rule pick."""
        picked = self.setting.picked(self.rule, strength)
        return [counts_of(one.equilibrium) for one in picked] == [self.target.counts]

    def certain(self, strength: Fraction) -> bool:
        """Whether signs that stay settle it."""
        form = self.setting.form
        if form is None or form.rounded:
            return False
        if self.rule == "laplacian":
            return form.is_one_crowd
        return self.rule in _BY_WELFARE and self.settled_by_pure(self.rule, strength)

    def sure_at(self, strength: Fraction) -> bool:
        """Whether the rule's answer is more than numerical."""
        grade = self.setting.selected(self.rule, strength).grade
        if grade is None:
            return self.setting.is_exact(strength)
        return grade is not Grade.NUMERICAL

    def more_polynomials(self, form: StrengthForm) -> Iterator[Any]:
        """Yield the Laplacian advantage, and how pure profiles compare."""
        gap = form.laplacian_gap()
        if gap is not None:
            yield gap
        if self.rule != "laplacian":
            yield from compared(self.setting, form, self.setting.game.parties)
            yield from self.mixtures(form, {})


class Gain(Goal):
    """A group has at least so much more than without the reform.

    Where the rule of selection leaves several equilibria tied, in each of them.

    Examples
    --------
    >>> from pigou.design_families import from_reform
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> setting = Setting(model.game, from_reform(model.reform("uniform_subsidy")), {})
    >>> Gain(setting, "consumers", Fraction(2), "worst").holds(Fraction(2, 5))
    True
    """

    name = "gain"

    def __init__(self, setting: Setting, group: str, least: Fraction, rule: str):
        super().__init__(setting)
        groups = [p for p in setting.game.parties if p != GOVERNMENT]
        if group not in groups:
            raise DeclarationError(unknown("group", group, groups, f"game '{setting.before.name}'"))
        self.groups: tuple[str, ...] = (group,)
        self.least, self.rule = least, rule

    @property
    def words(self) -> str:
        """The goal in words."""
        return f"{self.groups[0]}: a gain of at least {self.least} ({_comparing(self.rule)})"

    def holds(self, strength: Fraction) -> bool | None:
        """Compare the picked equilibria."""
        changes = self.changes(strength)
        if changes is None:
            return None
        over = [c - Enclosure.point(self.least) for c in changes]
        if all(c.lower >= 0 or c.is_zero() for c in over):
            return True
        return False if any(c.upper < 0 for c in over) else None

    def changes(self, strength: Fraction) -> list[Enclosure] | None:
        """Return by how much each group's surplus changes; None if a rule picks nothing.

        Once for each equilibrium picked before with each that is picked after.
        """
        before = self.setting.picked_before(self.rule)
        after = self.setting.picked(self.rule, strength)
        if not before or not after:
            return None
        zero = Enclosure.point(0)
        pairs = list(itertools.product(after, before))
        return [a.surplus.get(g, zero) - b.surplus.get(g, zero)
                for g in self.groups for a, b in pairs]  # fmt: skip

    def certain(self, strength: Fraction) -> bool:
        """Whether signs that stay settle it."""
        known = self.rule in (*_BY_WELFARE, "laplacian") and len(self._floors) == len(self.groups)
        return known and self.settled_by_pure(self.rule, strength)

    def sure_at(self, strength: Fraction) -> bool:
        """Whether the rule's answers with and without the reform are more than numerical."""
        said = self.setting.selected(self.rule, strength), self.setting.selected_before(self.rule)
        return all(one.grade not in (None, Grade.NUMERICAL) for one in said)

    @cached_property
    def _floors(self) -> dict[str, Fraction]:
        """The surplus that each group needs, where it is known exactly; the most of those tied."""
        before = self.setting.picked_before(self.rule)
        zero = Enclosure.point(0)
        had = {g: [one.surplus.get(g, zero) for one in before] for g in self.groups if before}
        return {
            g: max(s.lower for s in all_) + self.least
            for g, all_ in had.items()
            if all(s.is_exact for s in all_)
        }

    def more_polynomials(self, form: StrengthForm) -> Iterator[Any]:
        """Yield gains at pure profiles less what is asked for, and how pure profiles compare."""
        gap = form.laplacian_gap()
        if gap is not None:
            yield gap
        floors = self._floors
        for counts in self.setting.pure_profiles:
            for group, floor in floors.items():
                yield surplus(form, group, counts) - constant(floor)
        yield from compared(self.setting, form, self.setting.game.parties)
        yield from self.mixtures(form, floors)


class NoLosers(Gain):
    """No player and no bystander has less than without the reform.

    Examples
    --------
    >>> from pigou.design_families import from_reform
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> setting = Setting(model.game, from_reform(model.reform("uniform_subsidy")), {})
    >>> NoLosers(setting, "worst").holds(Fraction(0))
    True
    """

    name = "no-losers"

    def __init__(self, setting: Setting, rule: str):
        Goal.__init__(self, setting)
        self.groups = tuple(p for p in setting.game.parties if p != GOVERNMENT)
        self.least, self.rule = Fraction(0), rule

    @property
    def words(self) -> str:
        """The goal in words."""
        return f"no player and no bystander loses ({_comparing(self.rule)})"


def _comparing(rule: str) -> str:
    return f"comparing the equilibria selected by '{rule}' with and without the reform"


# -- polynomials at pure profiles -------------------------------------------------------------


def surplus(form: StrengthForm, party: str, counts: Counts) -> Any:
    """Return a party's total at a pure profile as a polynomial in the strength."""
    groups = [i for i, g in enumerate(form.groups) if g.player == party]
    if not groups:
        return form.value(form.game.payoff(party), counts)
    total: Any = 0
    for index in groups:
        for action, number in enumerate(counts[index]):
            if number:
                total += number * form.payoff(index, action, counts)
    return total


def welfare(form: StrengthForm, counts: Counts, funds: Fraction = Fraction(1)) -> Any:
    """Return welfare at a pure profile, at a cost of public funds."""
    total = sum(surplus(form, party, counts) for party in form.game.parties)
    if funds == 1 or GOVERNMENT not in form.game.parties:
        return total
    return total + constant(funds - 1) * surplus(form, GOVERNMENT, counts)


def compared(
    setting: Setting, form: StrengthForm, parties: Iterable[str], funds: Fraction = Fraction(1)
) -> Iterator[Any]:
    """Yield the differences between pure profiles, of every party's surplus and of welfare."""
    profiles = setting.pure_profiles
    for place, one in enumerate(profiles):
        for other in profiles[:place]:
            yield welfare(form, one, funds) - welfare(form, other, funds)
            for party in parties:
                yield surplus(form, party, one) - surplus(form, party, other)


def profiles_at(form: StrengthForm, strength: Fraction) -> list[Counts]:
    """Return the pure equilibria at a strength."""
    here = form.form(strength)
    return [one.counts for one in pure_equilibria(here, form.everything)]


def _form(setting: Setting, strength: Fraction) -> FiniteForm:
    if setting.form is not None:
        return setting.form.form(strength)
    return finite_form(setting.game, setting.values(strength))


def _all(form: FiniteForm) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(range(len(g.actions))) for g in form.groups)
