r"""What becomes of every equilibrium as a reform grows from nothing to its full strength.

At strength s in [0, 1] payoffs are :math:`(1 - s)\,u^{\text{before}} + s\,u^{\text{after}}`; for a
subsidy or tax that is s times its rate. An equilibrium *survives* if it can be followed to full
strength and is the same there, *moves* if what is played there differs, and *vanishes* at the
strength beyond which it cannot be followed; another *appears* at the strength to which it can be
followed back. Where it splits in two it is followed along the one that reaches further.

Steps
-----
1. *Finite games with simultaneous moves.* The game before is written with the groups of the game
   after, if the reform only brings payments (so that one that pays some members only can be
   followed, too). Pure profiles, whatever the number of members, mixtures that up to 5,000 members
   of one population share, and mixed equilibria of two players are followed exactly
   (`pigou.solvers.strengths`), and pure profiles of a continuum (`pigou.solvers.share_strengths`).
2. *Continuous games* of up to three moves without kinks are followed along the branches of
   `pigou.policy_range`: to full strength, to a fold, to a point at which another move does as well.
   The strength is that of an event that is certified there, or else the answer is numerical.
3. What is left on both sides is paired by likeness: the same moves or labels, the nearest first.
   That is no statement about the strengths between, and says so.

Sources: J. C. Harsanyi and R. Selten (1988), on following equilibria; the modules named.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from pigou.changes import Change
from pigou.check_smooth import has_interval
from pigou.equilibrium import Equilibrium, EquilibriumSet, Strategy
from pigou.errors import PigouError
from pigou.exact import Enclosure
from pigou.following import followed
from pigou.game import Game
from pigou.solvers.form import LARGEST_GROUP, Counts, FiniteForm, Group, finite_form
from pigou.solvers.mean_field import continuum_of
from pigou.solvers.population import MOST_MEMBERS, population
from pigou.solvers.share_strengths import Shares, share_span, shares_of
from pigou.solvers.strengths import Path, alike, pure_span, shared_paths, support_span
from pigou.solvers.typed_mean_field import masses_of
from pigou.stages import is_staged

if TYPE_CHECKING:
    from pigou.comparison import Scenario

__all__ = ["fates", "is_symmetric", "only_symmetric"]

_FULL = Enclosure.point(1)
MOST_WAYS = 6_000
"""Up to so many ways to tell members apart a profile is followed in all of them."""


def fates(before: Scenario, after: Scenario) -> tuple[Change, ...]:
    """Return what becomes of each equilibrium of the baseline, and which appear.

    Examples
    --------
    >>> from pigou import compare
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> found = compare(model.game, [model.reform("uniform_subsidy")])
    >>> for change in fates(found.baseline, found.reforms[0]):
    ...     print(f"{change}: {change.how}, {change.why or 'followed'}")
    E1 vanishes at strength 15/16: exact, another choice pays more
    E2 survives (as E1): exact, followed
    E3 vanishes at strength 15/16: exact, it becomes pure
    """
    matching = _Matching(before, after)
    if has_interval(before.game):
        matching.continuous()
    else:
        matching.finite()
    matching.by_likeness()
    return matching.result()


_Profiles = Callable[[Equilibrium], Iterator[Any]]
_Span = tuple[Fraction, Fraction] | None


class _Matching:
    """Collects what is known of the equilibria of the baseline, and of those after the reform."""

    def __init__(self, before: Scenario, after: Scenario):
        self.before, self.after = before, after
        self.old: dict[str, Change] = {}
        self.new: dict[str, Change] = {}
        self.taken: set[str] = set()

    # -- finite games ---------------------------------------------------------------------------

    def finite(self) -> None:
        """Follow the equilibria of a finite game with simultaneous moves."""
        try:
            shares = _shares(self.before, self.after)
            forms = _forms(self.before, self.after) if shares is None else None
        except PigouError:
            return
        if shares is not None:
            self._pure(partial(_takers, about=shares), partial(share_span, shares))
        if forms is None:
            return
        groups = forms[0].groups
        self._pure(partial(_profiles, groups=groups), partial(pure_span, *forms))
        if len(groups) == 1 and len(groups[0].actions) == 2 and groups[0].size > 1:
            self._shared(forms)
        elif len(groups) == 2 and all(g.size == 1 for g in groups):
            self._two_players(forms)
        if any(form.rounded for form in forms):  # known once the payoffs have been used
            for known in (self.old, self.new):
                known.update({name: replace(c, how="numerical") for name, c in known.items()})

    def _pure(self, profiles: _Profiles, span_at: Callable[[Any], _Span]) -> None:
        names = {}
        for one in self.after.found:
            for counts in profiles(one):
                names[counts] = one.name
        for one in self.before.found:
            spans = []
            for counts in profiles(one):
                span = span_at(counts)
                if span is not None and span[0] == 0:
                    spans.append((span[1], names.get(counts, "")))
            arrived = [name for high, name in spans if high == 1]
            if any(arrived):
                name = ", ".join(filter(None, arrived))
                self.old[one.name] = Change("survives", one.name, name, None, "exact")
                self.taken.update(filter(None, arrived))
            elif spans and not arrived:
                last = Enclosure.point(max(high for high, _ in spans))
                why = "another choice pays more"
                self.old[one.name] = Change("vanishes", one.name, "", last, "exact", why)
        for counts, name in names.items():
            span = span_at(counts)
            if name not in self.taken and span is not None and span[1] == 1:
                first = Enclosure.point(span[0])
                why = "no other choice pays more"
                self.new[name] = Change("appears", "", name, first, "exact", why)

    def _shared(self, forms: tuple[FiniteForm, FiniteForm]) -> None:
        large = forms[0].groups[0].size > LARGEST_GROUP
        paths = None if large or _is_ratio(self.before) else shared_paths(*forms)
        if paths is None:
            return
        label = ", ".join(forms[0].groups[0].actions[1])
        before, after = _mixed(self.before.found), _mixed(self.after.found)
        for old in before:
            leaving = [p for p in paths if _is_at(old, label, p.start)]
            if not leaving:
                continue
            path = max(leaving, key=_reach)  # several where mixtures meet at 0
            if path.end is None:
                why = _MEETS[path.meets[1]]
                self.old[old.name] = Change("vanishes", old.name, "", path.high, "exact", why)
            for new in after:
                if _is_at(new, label, path.end):
                    self._arrives(old, new)
        for new in after:
            arriving = [p for p in paths if _is_at(new, label, p.end)]
            if not arriving or new.name in self.taken:
                continue
            path = min(arriving, key=lambda p: p.low.lower)
            if path.start is None or any(_is_at(old, label, path.start) for old in before):
                why = _MEETS[path.meets[0] or "fold"]
                self.new[new.name] = Change("appears", "", new.name, path.low, "exact", why)

    def _arrives(self, old: Equilibrium, new: Equilibrium) -> None:
        what = "survives" if _same(_signature(old, True), _signature(new, True)) else "moves"
        self.old[old.name] = Change(what, old.name, new.name, None, "exact")
        self.taken.add(new.name)

    def _two_players(self, forms: tuple[FiniteForm, FiniteForm]) -> None:
        groups = forms[0].groups
        back = forms[1], forms[0]
        new = {_supports(one, groups): one for one in _mixed(self.after.found)}
        for one in _mixed(self.before.found):
            supports = _supports(one, groups)
            span = support_span(*forms, supports)
            if span is None:
                continue
            if span[1]:
                self.old[one.name] = Change("vanishes", one.name, "", span[0], "exact", span[1])
            elif supports in new and support_span(*back, supports) is not None:
                self._arrives(one, new[supports])
        for supports, one in new.items():
            span = support_span(*back, supports)
            if span is not None and span[1] and one.name not in self.taken:
                first = _FULL - span[0]
                self.new[one.name] = Change("appears", "", one.name, first, "exact", span[1])

    # -- continuous games -----------------------------------------------------------------------

    def continuous(self) -> None:
        """Follow the equilibria of a continuous game along its branches."""
        games = self.before.game, self.after.game
        for change in followed(*games, self.before.found, self.after.found):
            if change.before:
                self.old[change.before] = change
                self.taken.update(filter(None, [change.after]))
            else:
                self.new[change.after] = change

    # -- what is left ---------------------------------------------------------------------------

    def by_likeness(self) -> None:
        """Pair what was not followed: equal profiles first, then the nearest."""
        by_type = _kinds(self.before) == _kinds(self.after)
        old = {
            e.name: (e.kind, _signature(e, by_type))
            for e in self.before.found
            if e.name not in self.old
        }
        left = {
            e.name: (e.kind, _signature(e, by_type))
            for e in self.after.found
            if e.name not in self.taken and e.name not in self.new
        }
        for what, fits in (("survives", _stays), ("moves", _may_move)):
            for name in [n for n in old if n not in self.old]:
                near = [n for n in left if fits(old[name], left[n])]
                match = min(near, key=lambda n: _distance(old[name][1], left[n][1]), default="")
                if match:
                    left.pop(match)
                    self.taken.add(match)
                    self.old[name] = Change(what, name, match)

    def result(self) -> tuple[Change, ...]:
        """Return all changes: of the baseline's equilibria in order, then those that appear."""
        narrower = only_symmetric(self.after.found) and not only_symmetric(self.before.found)
        for one in self.before.found:
            lost = narrower and not is_symmetric(one)
            missing = Change("vanishes", one.name, "")
            missing = replace(missing, what="not searched", how="") if lost else missing
            self.old.setdefault(one.name, missing)
        appeared = [
            self.new.get(one.name, Change("appears", "", one.name))
            for one in self.after.found
            if one.name not in self.taken
        ]
        return (*(self.old[one.name] for one in self.before.found), *appeared)


_MEETS = {"fold": "it meets another mixture", "pure": "it becomes pure"}


# -- reading equilibria ---------------------------------------------------------------------------


def _forms(before: Scenario, after: Scenario) -> tuple[FiniteForm, FiniteForm] | None:
    """Return the game before and after in one form, if they can be written so."""
    if is_staged(before.game) or is_staged(after.game):
        return None
    last = finite_form(after.game, after.found.at, largest=MOST_MEMBERS)
    first = finite_form(before.game, before.found.at, largest=MOST_MEMBERS)
    if not alike(first, last) and _only_payments(before.game, after.game):
        unpaid = replace(after.game, transfers=before.game.transfers)
        first = finite_form(unpaid, after.found.at, largest=MOST_MEMBERS)
    return (first, last) if alike(first, last) else None


def _shares(before: Scenario, after: Scenario) -> Shares | None:
    """Return the continuum before and after, if it is one with two choices."""
    if is_staged(before.game) or is_staged(after.game):
        return None
    found = []
    for one in (before, after):
        at = one.game.values(one.found.at)
        found.append(continuum_of(one.game, at) or masses_of(one.game, at))
    first, last = found
    return None if first is None or last is None else shares_of(first, last)


def _takers(one: Equilibrium, about: Shares) -> Iterator[tuple[int, ...]]:
    """Yield a pure profile of a continuum: whether each type takes the second choice."""
    if one.kind == "pure":
        strategies = {s.type: s.probabilities for s in one.strategies}
        yield tuple(int(strategies[name][about.labels[1]].lower) for name in about.names)


def _is_ratio(before: Scenario) -> bool:
    """Whether payoffs in a large population are ratios of polynomials: of as many degrees."""
    crowd = population(before.game, before.game.values(before.found.at))
    return crowd is not None and not crowd.gain.is_polynomial


def _only_payments(before: Game, after: Game) -> bool:
    """Whether a reform brought payments, and at most told members apart to pay some of them."""
    names = [(p.name, before.size(p.name)) for p in before.players]
    return (
        before.moves == after.moves
        and before.payoffs == after.payoffs
        and before.chance == after.chance
        and names == [(p.name, after.size(p.name)) for p in after.players]
        and not any(p.types for p in before.players)
    )


def _profiles(one: Equilibrium, groups: Sequence[Group]) -> Iterator[Counts]:
    """Yield a pure profile as counts; where members are told apart now, every way to do so."""
    if one.kind != "pure":
        return
    strategies = {(s.player, s.type): s for s in one.strategies}
    parts: list[list[Counts]] = []
    for player, alike_ in itertools.groupby(groups, key=lambda group: group.player):
        members = list(alike_)
        labels = [", ".join(action) for action in members[0].actions]
        own = [strategies.get((player, group.type)) for group in members]
        whole = strategies.get((player, ""))
        if None not in own:
            parts.append([tuple(_row(s, labels) for s in own if s is not None)])
        elif whole is not None:
            ways = _divided([g.size for g in members], _row(whole, labels))
            parts.append(list(itertools.islice(ways, MOST_WAYS + 1)))
            if len(parts[-1]) > MOST_WAYS:
                return
        else:
            return
    for counts in itertools.product(*parts):
        yield tuple(itertools.chain.from_iterable(counts))


def _row(strategy: Strategy, labels: Sequence[str]) -> tuple[int, ...]:
    if strategy.counts is not None:
        return tuple(strategy.counts.get(label, 0) for label in labels)
    return tuple(
        int(strategy.probabilities[label].lower * strategy.members) for label in labels
    )  # fmt: skip


def _divided(sizes: Sequence[int], total: Sequence[int]) -> Iterator[Counts]:
    """Yield every way to divide those who take each action among groups of these sizes."""
    first, *others = sizes
    if not others:
        yield (tuple(total),)
        return
    for row in _within(first, total):
        rest = [all_ - mine for all_, mine in zip(total, row, strict=True)]
        for rows in _divided(others, rest):
            yield (row, *rows)


def _within(size: int, most: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield every way to write a size as a sum of terms, each with its largest value."""
    first, *others = most
    if not others:
        yield (size,)
        return
    for number in range(max(0, size - sum(others)), min(size, first) + 1):
        for rest in _within(size - number, others):
            yield (number, *rest)


def _mixed(found: EquilibriumSet) -> list[Equilibrium]:
    return [one for one in found if one.kind == "mixed"]


def _reach(path: Path) -> tuple[Fraction, bool]:
    return path.high.lower, path.end is not None


def _is_at(one: Equilibrium, label: str, share: Enclosure | None) -> bool:
    """Whether so many members take an action in a mixture that all share."""
    return share is not None and share.overlaps(one.strategies[0].probabilities[label])


def _supports(one: Equilibrium, groups: Sequence[Group]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the actions that two players use."""
    strategies = {(s.player, s.type): s for s in one.strategies}
    used = []
    for group in groups:
        labels = [", ".join(action) for action in group.actions]
        own = (group.player, group.type)  # or "", where only the reform tells members apart
        likely = strategies[own if own in strategies else (group.player, "")].probabilities
        used.append(tuple(k for k, label in enumerate(labels) if likely[label].upper > 0))
    return used[0], used[1]


def only_symmetric(found: EquilibriumSet) -> bool:
    """Whether only equilibria in which members alike act alike were looked for.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> only_symmetric(solve(load("coordination").game))
    False
    """
    return found.scope.startswith("symmetric")


def is_symmetric(equilibrium: Equilibrium) -> bool:
    """Whether members alike act alike.

    Examples
    --------
    >>> from pigou import solve
    >>> from pigou.models import load
    >>> [is_symmetric(one) for one in solve(load("coordination").game)]
    [True, True, True]
    """
    return all(
        s.counts is None or max(s.counts.values(), default=0) == s.members
        for s in equilibrium.strategies
    )


# -- likeness -------------------------------------------------------------------------------------


def _signature(equilibrium: Equilibrium, by_type: bool) -> dict[tuple[str, str], Enclosure]:
    """Return the share of members who take each label: of each type, or over all of a player's.

    In a game in stages, a player's decisions at different information sets are kept apart, and so
    are its moves next to continuous ones. Of a continuous move, return the value.
    """
    apart = bool(equilibrium.path) or any(s.value is not None for s in equilibrium.strategies)
    members: dict[str, int] = {}
    weighted: dict[tuple[str, str], Enclosure] = {}
    for strategy in equilibrium.strategies:
        who = f"{strategy.player}[{strategy.type}]" if by_type else strategy.player
        own = strategy.when or strategy.value is None
        who = f"{who}: {strategy.move} {dict(strategy.when)}" if apart and own else who
        members[who] = members.get(who, 0) + strategy.members
        if strategy.value is not None:
            weighted[f"{who}: {strategy.move}", ""] = strategy.value
            members[f"{who}: {strategy.move}"] = 1
        for label, share in strategy.probabilities.items():
            if share.upper > 0:
                weight = Enclosure.point(strategy.members)
                sofar = weighted.get((who, label), Enclosure.point(0))
                weighted[who, label] = sofar + weight * share
    return {
        (who, label): total / Enclosure.point(members[who])
        for (who, label), total in weighted.items()
    }


def _kinds(scenario: Scenario) -> set[tuple[str, str]]:
    return {(p.name, t.name) for p in scenario.game.players for t in p.types}


def _stays(one: Any, other: Any) -> bool:
    return one[0] == other[0] and _same(one[1], other[1])


def _may_move(one: Any, other: Any) -> bool:
    mixed = one[0] == other[0] == "mixed"
    return (mixed or any(not label for _, label in one[1])) and set(one[1]) == set(other[1])


def _distance(one: Mapping[Any, Enclosure], other: Mapping[Any, Enclosure]) -> Fraction:
    """Return how far two profiles of the same moves or labels are apart."""
    ends = ((one[key].lower, other[key].lower) for key in one)
    return sum((abs(a - b) for a, b in ends), Fraction(0))


def _same(one: Mapping[Any, Enclosure], other: Mapping[Any, Enclosure]) -> bool:
    return set(one) == set(other) and all(one[key].overlaps(other[key]) for key in one)
