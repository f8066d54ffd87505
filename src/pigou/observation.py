r"""Observed choices held against the prediction: counts, best replies, dominance, efficiency.

A case names a table of choices, one row a choice. Every setting of the table (a value of one
parameter) is solved and compared, and every regime that was observed there yields a `Finding`:

- the observed share :math:`q_a` of every choice a, and for each equilibrium with shares
  :math:`p_a` the total variation :math:`\tfrac12 \sum_a |p_a - q_a|` between the two;
- how many choices are a best reply to the belief stated with them, in exact arithmetic. A belief
  that nobody stays in the group says nothing of the group, so there is nothing to reply to: it is
  counted as undefined and not judged;
- how many choices iterated strict dominance had ruled out, round by round;
- efficiency: total surplus before transfers over the first best of the *baseline*, predicted for
  each equilibrium, and observed: what the observed shares earn in groups drawn from them at
  random.

What does not fit is put into sentences (`Finding.remarks`, `Study.remarks`) by fixed rules.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import sympy as sp

from pigou.check import examine
from pigou.check_simultaneous import payoffs_by_action
from pigou.comparison import Comparison, Scenario, compare
from pigou.equilibrium import Strategy
from pigou.errors import (
    DeclarationError,
    ExpressionError,
    FileError,
    PigouError,
    StructureError,
    unknown,
)
from pigou.exact import Enclosure, Record, exact
from pigou.expression import symbol
from pigou.filetable import read_text
from pigou.game import Game, Move
from pigou.matching import is_symmetric
from pigou.model import Case, Model
from pigou.reform import Reform
from pigou.selection import Selection
from pigou.solving import Elimination, iterated_dominance
from pigou.weights import GREEN_BOOK

__all__ = ["Finding", "Prediction", "Study", "observed_counts", "study"]

BASELINE = "baseline"
CLOSE = Fraction(1, 20)
"""The total variation up to which an equilibrium counts as close to what was observed."""

ZERO, HALF = Enclosure.point(0), Enclosure.point("1/2")


@dataclass(frozen=True)
class Prediction:
    """One equilibrium as a prediction of what was observed.

    Parameters
    ----------
    name : str
        The equilibrium: ``E1``, ``E2``, ...
    shares : mapping of str to Enclosure
        The share of members who take each choice.
    distance : Enclosure
        The total variation between these shares and the observed ones.
    efficiency : Enclosure or None
        Total surplus over the first best of the baseline; None if the first best is not positive.
    marks : tuple of str
        What else is known of the equilibrium: ``"stable"``, ``"unstable"``, ...

    Examples
    --------
    >>> half = Enclosure.point("1/2")
    >>> Prediction("E1", Record({"no": half, "yes": half}), half, None).distance
    Enclosure(1/2)
    """

    name: str
    shares: Mapping[str, Enclosure]
    distance: Enclosure
    efficiency: Enclosure | None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What was observed under one regime at one setting, and how it fits the prediction.

    Parameters
    ----------
    setting : Fraction or None
        The value of the case's parameter; None for a case without settings.
    regime : str
        ``"baseline"`` or the name of a reform.
    counts : mapping of str to int
        How often each choice was made, in the order of the game; never chosen is 0.
    total : int
    best_replies, judged, undefined : int
        How many choices are a best reply to the belief stated with them (a tie counts), of how
        many that can be judged; and how many beliefs expect nobody to stay in the group.
    eliminations : tuple of Elimination
        What iterated strict dominance rules out.
    predictions : tuple of Prediction
        The equilibria.
    efficiency : Enclosure or None
        What the observed shares earn, over the first best of the baseline.
    remarks : tuple of str
        Where the theory fails.

    Examples
    --------
    >>> counts = Record({"contribute": 3, "free_ride": 1})
    >>> finding = Finding(None, "baseline", counts, 4, 1, 3, 1, (), (), None, ())
    >>> finding.shares["contribute"], finding.best_reply_share
    (Fraction(3, 4), Fraction(1, 3))
    """

    setting: Fraction | None
    regime: str
    counts: Mapping[str, int]
    total: int
    best_replies: int
    judged: int
    undefined: int
    eliminations: tuple[Elimination, ...]
    predictions: tuple[Prediction, ...]
    efficiency: Enclosure | None
    remarks: tuple[str, ...]

    @property
    def shares(self) -> Record[Fraction]:
        """The observed share of every choice."""
        return Record({label: Fraction(n, self.total) for label, n in self.counts.items()})

    @property
    def best_reply_share(self) -> Fraction | None:
        """Best replies per choice that was judged; None if none was."""
        return Fraction(self.best_replies, self.judged) if self.judged else None

    @property
    def ruled_out(self) -> tuple[tuple[Elimination, int], ...]:
        """Every elimination, with how often the choice was made nevertheless."""
        return tuple((e, self.counts[e.action]) for e in self.eliminations)

    @property
    def nearest(self) -> Prediction | None:
        """The equilibrium nearest to the observed shares; None if there is none."""
        return min(self.predictions, key=lambda p: p.distance.value, default=None)


@dataclass(frozen=True)
class Study:
    """A case: every setting compared, every regime observed held against the prediction.

    Parameters
    ----------
    case : Case
    settings : tuple of Fraction or None
        The settings observed, in order; one None for a case without settings.
    comparisons : tuple of Comparison
        One for each setting.
    findings : tuple of Finding
        By setting, the baseline first.
    remarks : tuple of str
        Where the theory fails: those of the findings with where they belong, and those that
        compare a reform with the baseline.

    Examples
    --------
    >>> Study(Case("A case", "choices.csv", "move", "choice", {}), (), (), (), ()).settings
    ()
    """

    case: Case
    settings: tuple[Fraction | None, ...]
    comparisons: tuple[Comparison, ...]
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]

    def comparison(self, setting: Any = None) -> Comparison:
        """Return the comparison at a setting."""
        value = None if setting is None else exact(setting)
        for known, comparison in zip(self.settings, self.comparisons, strict=True):
            if known == value:
                return comparison
        raise DeclarationError(unknown("setting", str(setting), map(str, self.settings)))

    def finding(self, setting: Any = None, regime: str = BASELINE) -> Finding:
        """Return what was found at a setting under a regime."""
        value = None if setting is None else exact(setting)
        here = [f for f in self.findings if f.setting == value]
        for finding in here:
            if finding.regime == regime:
                return finding
        if not here:
            raise DeclarationError(unknown("setting", str(setting), map(str, self.settings)))
        raise DeclarationError(unknown("regime", regime, (f.regime for f in here)))


def study(
    model: Model,
    reforms: Iterable[Reform] | None = None,
    at: Mapping[str, Any] | None = None,
    *,
    costs_of_funds: Sequence[Any] = (1,),
    weights: Mapping[str, Any] | None = None,
    incomes: Mapping[str, Any] | None = None,
    median: Any = None,
    elasticity: Any = GREEN_BOOK,
    select: Selection | str = "laplacian",
) -> Study:
    r"""Hold a model against the choices that its case observed.

    Parameters
    ----------
    model : Model
        With a case, of a game of one population (or one player) with one finite move.
    reforms : iterable of Reform, optional
        What to compare; the reforms that were observed by default. One with other values than the
        model's own was not observed.
    at : mapping of str to number, optional
        Parameter values. A value of the parameter that the settings vary picks that setting; a
        parameter with a default keeps it, since people chose under it.
    costs_of_funds, weights, incomes, median, elasticity, select
        As in `pigou.compare`.

    Raises
    ------
    DeclarationError
        If the model has no case, the case does not fit the model, or people chose at other values.
    StructureError
        If the game is not of one population with one finite move.
    FileError
        If the table cannot be read; the message gives file, row (the header is row 1) and column.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from pigou import Game, Move, Player
    >>> players, moves = [Player("firm", size=2)], [Move("filter", "firm", {"no": 0, "yes": 1})]
    >>> game = Game("clean water", players, moves, {"firm": "3*sum(filter) - 4*filter"})
    >>> case = Case("A survey", "survey.csv", "filter", "answer", {"y": "yes", "n": "no"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = Path(folder, "survey.csv").write_text("answer\ny\nn\nn\nn\n")
    ...     result = study(Model(game, case=case, folder=Path(folder)))
    >>> result.finding().counts, result.finding().efficiency
    ({'no': 3, 'yes': 1}, Enclosure(1/4))
    >>> for remark in result.remarks:
    ...     print(remark)
    baseline: no equilibrium is within 0.05 of the observed shares: the nearest, E1, predicts
    1.00 no, observed 0.75
    baseline: 1 of 4 choose yes, which round 1 of iterated dominance rules out
    """
    case = _case_of(model)
    chosen = observed_reforms(model, case) if reforms is None else tuple(reforms)
    for name, game in {BASELINE: model.game, **{r.name: r(model.game) for r in chosen}}.items():
        _check_structure(case, name, game)
    observed = [r for r in chosen if _is_observed(model, case, r)]
    games = {BASELINE: model.game, **{r.name: r(model.game) for r in observed}}
    _check_labels(case, games)
    _check_values(case, games, at or {})
    rows = list(_Sheet(model, case, games).rows())
    settings = _settings(case, rows, at or {})
    comparisons: list[Comparison] = []
    findings: list[Finding] = []
    remarks: list[str] = []
    for setting in settings:
        here = dict(at or {}) | ({} if setting is None else {case.parameter: setting})
        comparison = compare(
            model.game, chosen, here, costs_of_funds=costs_of_funds, weights=weights,
            incomes=incomes, median=median, elasticity=elasticity, select=select,
        )  # fmt: skip
        found = list(
            _findings(case, comparison, setting, [r for r in rows if r.setting == setting])
        )
        comparisons.append(comparison)
        findings += found
        remarks += _located_remarks(case, comparison, found)
    return Study(case, settings, tuple(comparisons), tuple(findings), tuple(remarks))


def observed_counts(model: Model) -> list[tuple[Fraction | None, str, Game, dict[str, int]]]:
    """Return what the table of choices of a case holds: setting, regime, its game, and counts.

    Parameters
    ----------
    model : Model
        With a case that holds a table of choices.

    Raises
    ------
    DeclarationError
        If the model has no such case.
    FileError
        If the table cannot be read.

    Examples
    --------
    >>> from pigou.models import load
    >>> observed_counts(load("coordination"))
    Traceback (most recent call last):
    pigou.errors.DeclarationError: 'coordination' has no case: there are no observations to hold ...
    """
    case = _case_of(model)
    if not case.file:
        raise DeclarationError(f"case '{case.title}' holds facts and no table of choices")
    games = {BASELINE: model.game}
    games |= {r.name: r(model.game) for r in observed_reforms(model, case)}
    for name, game in games.items():
        _check_structure(case, name, game)
    _check_labels(case, games)
    rows = list(_Sheet(model, case, games).rows())
    found = []
    for setting in _settings(case, rows, {}):
        for regime, game in games.items():
            here = [r.label for r in rows if (r.setting, r.regime) == (setting, regime)]
            labels = game.move(case.move).choice.labels
            if here:
                found.append((setting, regime, game, {k: here.count(k) for k in labels}))
    return found


# -- the case and the model -------------------------------------------------------------------


def _case_of(model: Model) -> Case:
    case = model.case
    if case is None:
        raise DeclarationError(
            f"'{model.name}' has no case: there are no observations to hold it against"
        )
    if bool(case.setting_column) != bool(case.parameter):
        raise DeclarationError(f"case '{case.title}': 'setting_column' and 'parameter' go together")
    if bool(case.regime_column) != bool(case.regimes):
        raise DeclarationError(f"case '{case.title}': 'regime_column' and 'regimes' go together")
    return case


def observed_reforms(model: Model, case: Case) -> tuple[Reform, ...]:
    """Return the reforms that the case names as regimes; ``a+b`` is a package.

    Examples
    --------
    >>> from pigou.models import load
    >>> model = load("coordination")
    >>> case = Case("Firms", "firms.csv", "upgrade", "choice", {}, regimes={"pay": "assurance"})
    >>> [reform.name for reform in observed_reforms(model, case)]
    ['assurance']
    """
    names = dict.fromkeys(name for name in case.regimes.values() if name != BASELINE)
    return tuple(_package(model, name) for name in names)


def _package(model: Model, name: str) -> Reform:
    if name in [r.name for r in model.reforms]:
        return model.reform(name)
    first, *others = [model.reform(part) for part in name.split("+")]
    for other in others:
        first = first + other
    return first


def _is_observed(model: Model, case: Case, reform: Reform) -> bool:
    """Whether a reform is one of the regimes, as the model declares it."""
    if reform.name not in case.regimes.values():
        return False
    own = _package(model, reform.name)
    return all(
        getattr(reform, part) == getattr(own, part)
        for part in ("steps", "parameters", "running_cost", "failure", "parts")
    )


def _check_values(case: Case, games: Mapping[str, Game], at: Mapping[str, Any]) -> None:
    """Refuse values other than those under which people chose."""
    declared = {p.name: p.default for game in games.values() for p in game.parameters}
    for name, value in at.items():
        own = declared.get(name)
        if name != case.parameter and own is not None and exact(value) != own:
            free = f"; only its setting, '{case.parameter}', can be set" if case.parameter else ""
            raise DeclarationError(
                f"case '{case.title}': what was observed holds only at the case's own values: "
                f"'{name}' is {own}, not {exact(value)}{free}"
            )


def _check_structure(case: Case, regime: str, game: Game) -> None:
    player = game.move(case.move).player
    if len(game.moves) > 1 or game.player(player).types:
        raise StructureError(
            f"case '{case.title}', regime '{regime}': observed choices are held against one "
            f"population alike with one move, and game '{game.name}' has "
            + ("members of several types" if len(game.moves) == 1 else f"{len(game.moves)} moves")
        )


def _check_labels(case: Case, games: Mapping[str, Game]) -> None:
    known = dict.fromkeys(
        label for game in games.values() for label in game.move(case.move).choice.labels
    )
    observed = set(case.regimes.values()) or {BASELINE}
    if not observed <= set(games):
        return  # labels may belong to a reform that is left out
    for label in (*case.labels.values(), *case.beliefs):
        if label not in known:
            raise DeclarationError(f"case '{case.title}': {unknown('choice', label, known)}")


# -- reading the table ------------------------------------------------------------------------

Belief = tuple[tuple[str, Fraction], ...]


class _Row(NamedTuple):
    """One observed choice; the belief is in shares, None where none was stated."""

    regime: str
    setting: Fraction | None
    label: str
    belief: Belief | None


class _Sheet:
    """The table of choices that a case names."""

    def __init__(self, model: Model, case: Case, games: Mapping[str, Game]):
        self.model, self.case, self.games = model, case, games
        self.path = (model.folder or Path()) / case.file

    def fault(self, why: str, row: int | None = None, column: str = "") -> FileError:
        parts = (str(self.path), row and f"row {row}", column and f"column '{column}'", why)
        return FileError(": ".join(part for part in parts if part))

    def rows(self) -> Iterator[_Row]:
        """Read the rows of the regimes that are compared.

        Raises
        ------
        FileError
            If the file is not a table, a column is missing, or a cell cannot be understood.
        """
        reader = csv.reader(io.StringIO(read_text(self.path), newline=""), strict=True)
        header: list[str] = []
        number = 0
        try:
            for cells in reader:
                if not cells:
                    continue
                if not header:
                    header = self._header(cells)
                    continue
                if len(cells) != len(header):
                    why = f"{len(cells)} cells, and the header has {len(header)}"
                    raise self.fault(why, reader.line_num)
                number += 1
                row = self._row(dict(zip(header, cells, strict=True)), reader.line_num)
                if row is not None:
                    yield row
        except csv.Error as error:
            raise self.fault(f"not a table in CSV: {error}", reader.line_num) from None
        if not number:
            raise self.fault("the table is empty" if header else "the file is empty")

    def _header(self, names: list[str]) -> list[str]:
        case = self.case
        needed = [case.column, case.regime_column, case.setting_column, *case.beliefs.values()]
        for name in [n for n in needed if n]:
            if name not in names:
                raise self.fault(unknown("column", name, names))
            if names.count(name) > 1:
                raise self.fault(f"the column '{name}' is there {names.count(name)} times")
        return names

    def _row(self, cells: Mapping[str, str], number: int) -> _Row | None:
        case = self.case
        regime = self._read(cells, number, case.regime_column, case.regimes, "regime") or BASELINE
        label = self._read(cells, number, case.column, case.labels, "choice")
        setting = self._setting(cells, number)
        if regime not in self.games:
            return None
        labels = self.games[regime].move(case.move).choice.labels
        if label not in labels:
            raise self.fault(_not_there(label, labels, regime), number, case.column)
        return _Row(regime, setting, label, self._belief(cells, number, regime, labels))

    def _read(
        self,
        cells: Mapping[str, str],
        number: int,
        column: str,
        words: Mapping[str, str],
        kind: str,
    ) -> str:
        if not column:
            return ""
        if cells[column] not in words:
            raise self.fault(unknown(kind, cells[column], words), number, column)
        return words[cells[column]]

    def _number(self, cells: Mapping[str, str], number: int, column: str) -> Fraction:
        try:
            return exact(cells[column])
        except ExpressionError as error:
            raise self.fault(str(error), number, column) from None

    def _setting(self, cells: Mapping[str, str], number: int) -> Fraction | None:
        column, name = self.case.setting_column, self.case.parameter
        if not column:
            return None
        value = self._number(cells, number, column)
        declared = [p for g in self.games.values() for p in g.parameters if p.name == name]
        try:
            return declared[0].check(value) if declared else value
        except PigouError as error:
            raise self.fault(str(error), number, column) from None

    def _belief(
        self, cells: Mapping[str, str], number: int, regime: str, labels: tuple[str, ...]
    ) -> Belief | None:
        """Return the stated belief in shares; None unless all of it is stated."""
        stated: dict[str, Fraction] = {}
        for label, column in self.case.beliefs.items():
            if not cells[column].strip():
                if label in labels:
                    return None
                continue
            stated[label] = self._number(cells, number, column)
            if stated[label] < 0:
                why = f"a number of others is at least 0, not {cells[column].strip()}"
                raise self.fault(why, number, column)
            if label not in labels and stated[label]:
                raise self.fault(_not_there(label, labels, regime), number, column)
        total = sum(stated.values())
        if stated and not total:
            columns = "', '".join(self.case.beliefs.values())
            raise self.fault("the stated belief sums to 0", number, columns)
        return tuple((k, n / total) for k, n in stated.items() if k in labels) if stated else None


def _not_there(label: str, labels: Iterable[str], regime: str) -> str:
    return unknown("choice", label, labels, f"regime '{regime}'")


def _settings(case: Case, rows: list[_Row], at: Mapping[str, Any]) -> tuple[Fraction | None, ...]:
    """Return the settings in order; the one that `at` picks, if it picks one."""
    if not case.parameter:
        return (None,)
    found = sorted({r.setting for r in rows if r.setting is not None})
    if case.parameter not in at:
        return tuple(found)
    value = exact(at[case.parameter])
    if value not in found:
        where = f"case '{case.title}': {case.parameter}"
        raise DeclarationError(f"{where}: {unknown('setting', str(value), map(str, found))}")
    return (value,)


# -- what was found ---------------------------------------------------------------------------


def _findings(
    case: Case, comparison: Comparison, setting: Fraction | None, rows: list[_Row]
) -> Iterator[Finding]:
    best = comparison.baseline.first_best.welfare
    for scenario in (comparison.baseline, *comparison.reforms):
        here = [r for r in rows if r.regime == scenario.name]
        if here:
            yield _finding(case, scenario, setting, here, best)


def _finding(
    case: Case,
    scenario: Scenario,
    setting: Fraction | None,
    rows: list[_Row],
    best: Enclosure | None,
) -> Finding:
    game, at = scenario.game, {k: exact(v) for k, v in scenario.found.at.items()}
    move = game.move(case.move)
    counts = Record({label: sum(r.label == label for r in rows) for label in move.choice.labels})
    shares = {label: Fraction(n, len(rows)) for label, n in counts.items()}
    replies, judged, undefined = _best_replies(game, at, move, rows)
    draft = Finding(
        setting,
        scenario.name,
        counts,
        len(rows),
        replies,
        judged,
        undefined,
        iterated_dominance(game, at),
        tuple(_predictions(scenario, move, shares, best)),
        _efficiency(_observed_surplus(game, at, move, shares), best),
        (),
    )
    return Finding(**{**vars(draft), "remarks": tuple(_remarks(draft))})


def _best_replies(
    game: Game, at: Mapping[str, Fraction], move: Move, rows: list[_Row]
) -> tuple[int, int, int]:
    """Count the choices that are best replies, those judged, and the undefined beliefs."""
    known: dict[Belief, frozenset[str]] = {}
    replies = judged = undefined = 0
    for row in rows:
        if row.belief is None:
            continue
        if row.belief not in known:
            known[row.belief] = _best_labels(game, at, move, dict(row.belief))
        judged += bool(known[row.belief])
        undefined += not known[row.belief]
        replies += row.label in known[row.belief]
    return replies, judged, undefined


def _best_labels(
    game: Game, at: Mapping[str, Fraction], move: Move, belief: Mapping[str, Fraction]
) -> frozenset[str]:
    """Return the best replies to a belief; none if it expects nobody to stay."""
    if belief.get(move.choice.exit or "") == 1:
        return frozenset()
    payoffs = payoffs_by_action(game, at, [_strategy(move, belief)], move.player)
    most = max(payoff.lower for payoff in payoffs.values())
    return frozenset(label for label, payoff in payoffs.items() if payoff.upper >= most)


def _strategy(
    move: Move, shares: Mapping[str, Fraction], belief: Mapping[str, int] | None = None
) -> Strategy:
    probabilities = Record({k: Enclosure.point(shares.get(k, 0)) for k in move.choice.labels})
    return Strategy(move.name, move.player, "", probabilities, belief=belief)


def _observed_surplus(
    game: Game, at: Mapping[str, Fraction], move: Move, shares: Mapping[str, Fraction]
) -> Enclosure:
    """Return the total surplus that the observed shares earn in groups drawn from them."""
    belief = None
    if shares.get(move.choice.exit or "") == 1:  # whatever the group would do, nobody is there
        staying = next(label for label in move.choice.labels if label != move.choice.exit)
        values = {symbol(k): sp.Rational(v.numerator, v.denominator) for k, v in at.items()}
        belief = {staying: int(game.size(move.player).xreplace(values)) - 1}
    exam = examine(game, at, [_strategy(move, shares, belief)])
    return sum((Enclosure.point(exam.sizes[p]) * u for p, u in exam.primitive.items()), ZERO)


def _efficiency(surplus: Enclosure, best: Enclosure | None) -> Enclosure | None:
    return surplus / best if best is not None and best.lower > 0 else None


def _predictions(
    scenario: Scenario, move: Move, observed: Mapping[str, Fraction], best: Enclosure | None
) -> Iterator[Prediction]:
    for assessment in scenario.assessments:
        equilibrium = assessment.equilibrium
        (strategy,) = equilibrium.strategies
        shares = Record({k: strategy.probabilities.get(k, ZERO) for k in move.choice.labels})
        gaps = [_distance(shares[k], Enclosure.point(q)) for k, q in observed.items()]
        distance, efficiency = HALF * sum(gaps, ZERO), _efficiency(assessment.welfare(), best)
        yield Prediction(equilibrium.name, shares, distance, efficiency, equilibrium.marks)


def _distance(one: Enclosure, other: Enclosure) -> Enclosure:
    gap = one - other
    near, far = sorted((abs(gap.lower), abs(gap.upper)))
    return Enclosure(Fraction(0) if gap.lower <= 0 <= gap.upper else near, far)


# -- in words ---------------------------------------------------------------------------------


def _remarks(finding: Finding) -> Iterator[str]:
    """Say where one regime at one setting does not fit."""
    yield from _shares_remarks(finding)
    wrong = finding.judged - finding.best_replies
    if wrong:
        yield (
            f"{wrong / finding.judged:.0%} of choices are not best replies to the stated belief "
            f"({wrong} of {finding.judged})"
        )
    if finding.undefined:
        yield (
            f"{finding.undefined} of {finding.total} beliefs expect nobody to stay, so that no "
            "reply can be judged"
        )
    for elimination, number in finding.ruled_out:
        if number:
            yield (
                f"{number} of {finding.total} choose {elimination.action}, which round "
                f"{elimination.round} of iterated dominance rules out"
            )


def _shares_remarks(finding: Finding) -> Iterator[str]:
    """Say how far the observed shares are from every equilibrium."""
    nearest, close = finding.nearest, f"{float(CLOSE):.2f}"
    if nearest is None:
        yield "no equilibrium was found"
        return
    gaps = {k: abs(nearest.shares[k].value - float(q)) for k, q in finding.shares.items()}
    label = max(gaps, key=lambda k: gaps[k])
    if nearest.distance.lower > CLOSE:
        yield (
            f"no equilibrium is within {close} of the observed shares: the nearest, "
            f"{nearest.name}, predicts {nearest.shares[label].value:.2f} {label}, observed "
            f"{float(finding.shares[label]):.2f}"
        )
    elif "unstable" in nearest.marks:
        yield (
            f"the equilibrium within {close} of the observed shares, {nearest.name}, is unstable: "
            "replies to a small step away from it lead further away"
        )


def _located_remarks(case: Case, comparison: Comparison, findings: list[Finding]) -> Iterator[str]:
    """Say where the findings at one setting do not fit, and whether the reforms' direction does."""
    baseline = next((f for f in findings if f.regime == BASELINE), None)
    for finding in findings:
        setting = "" if finding.setting is None else f"{case.parameter} = {finding.setting}, "
        yield from (f"{setting}{finding.regime}: {remark}" for remark in finding.remarks)
        if baseline is not None and finding is not baseline:
            remark = _direction(comparison, baseline, finding)
            yield from [f"{setting}{finding.regime}: {remark}"] * bool(remark)


def _direction(comparison: Comparison, before: Finding, after: Finding) -> str:
    """Compare the predicted change of efficiency with the observed one; empty if it cannot be told.

    Where the two games were searched for different kinds of equilibria, only the symmetric ones
    are compared.
    """
    scenarios = (comparison.baseline, comparison.reform(after.regime))
    narrow = len({s.found.scope for s in scenarios}) > 1
    ranges = []
    for scenario, finding in zip(scenarios, (before, after), strict=True):
        kept = [e.name for e in scenario.found if not narrow or is_symmetric(e)]
        values = [
            p.efficiency.value for p in finding.predictions if p.name in kept and p.efficiency
        ]
        ranges.append((min(values), max(values)) if values else None)
    if None in ranges or before.efficiency is None or after.efficiency is None:
        return ""
    (low, high), (new_low, new_high) = (r for r in ranges if r is not None)
    worst, best = _rounded(new_low - low), _rounded(new_high - high)
    observed = _rounded(after.efficiency.value - before.efficiency.value)
    agrees = observed * ((worst or best) if worst * best >= 0 else 0)
    fit = {1: " (as predicted in sign)", -1: " (against the prediction)"}
    return (
        f"efficiency is predicted to change by {_signed(worst)} in the worst "
        f"{'symmetric ' * narrow}equilibrium and {_signed(best)} in the best; observed "
        f"{_signed(observed)}, from {before.efficiency.value:.2f} to "
        f"{after.efficiency.value:.2f}{fit.get((agrees > 0) - (agrees < 0), '')}"
    )


def _rounded(number: float) -> float:
    return round(number, 9)


def _signed(number: float) -> str:
    return f"{number:+.2f}" if round(number, 2) else "0.00"
