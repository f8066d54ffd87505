"""Random parameter draws at which a claim is evaluated in floats: nothing here knows z3.

Unknown moves are found by Newton's method from random starts on the first-order conditions, once
for each way in which moves may lie at an end of their interval.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import sympy as sp

from pigou.expression import If, symbol
from pigou.game import Choice

CLOSE = 1e-6


def value(formula: Any, at: dict[str, Any]) -> Any:
    """Evaluate a formula over arrays, without sympy's own numerics."""
    formula = sp.sympify(formula)
    if formula.is_number:
        return float(formula)
    if isinstance(formula, sp.Symbol):
        return at[formula.name]
    if isinstance(formula, If):
        condition, then, otherwise = formula.args
        return np.where(holds(condition, at), value(then, at), value(otherwise, at))
    parts = [value(a, at) for a in formula.args]
    if isinstance(formula, sp.Add):
        return sum(parts)
    if isinstance(formula, sp.Mul):
        return np.prod(np.broadcast_arrays(*parts), axis=0) if len(parts) > 1 else parts[0]
    if isinstance(formula, sp.Pow):
        return np.power(np.asarray(parts[0], dtype=float), parts[1])
    known = {sp.Max: np.maximum.reduce, sp.Min: np.minimum.reduce}
    if formula.func in known:
        return known[formula.func](np.broadcast_arrays(*parts))
    return {sp.exp: np.exp, sp.log: np.log, sp.Abs: np.abs}[formula.func](parts[0])


def holds(condition: Any, at: dict[str, Any], slack: float = 0.0) -> Any:
    """Evaluate a condition; near misses count as true with slack above 0, as false below."""
    if condition in (True, sp.true):
        return np.True_
    if condition in (False, sp.false):
        return np.False_
    if isinstance(condition, sp.Not):
        return ~holds(condition.args[0], at, -slack)
    if isinstance(condition, sp.And | sp.Or):
        join = np.logical_and if isinstance(condition, sp.And) else np.logical_or
        return join.reduce(np.broadcast_arrays(*(holds(a, at, slack) for a in condition.args)))
    left, right = value(condition.lhs, at), value(condition.rhs, at)
    room = slack * (1 + np.abs(left) + np.abs(right))
    gap = np.asarray(left - right, dtype=float)
    return {
        "<": gap < room,
        "<=": gap <= room,
        ">": gap > -room,
        ">=": gap >= -room,
        "==": np.abs(gap) <= np.maximum(room, 1e-9 * (1 + np.abs(left))),
        "!=": np.abs(gap) > 0,
    }[condition.rel_op]


def parameters(subject: Any, number: int, seed: int) -> dict[str, Any]:
    """Draw parameter values that satisfy what is assumed of parameters alone."""
    random = np.random.default_rng(seed)
    names = set(subject.parameters)
    about = [c for c in subject.given if {s.name for s in c.free_symbols} <= names]
    kept: list[dict[str, Any]] = []
    found = 0
    for _ in range(400):
        size = 4 * number
        at = {n: _drawn(p, size, random) for n, p in subject.parameters.items()}
        for _ in range(2):
            for c in about:
                _pin(c, at)
        with np.errstate(all="ignore"):  # a draw outside its domain may divide by 0
            checks = [np.broadcast_to(holds(c, at), size) for c in about]
        good = np.logical_and.reduce(checks or [True])
        good = np.broadcast_to(good, size)
        kept.append({n: np.broadcast_to(v, size)[good] for n, v in at.items()})
        found += int(good.sum())
        if found >= number:
            break
    return {n: np.concatenate([k[n] for k in kept])[:number] for n in subject.parameters}


def _drawn(parameter: Any, size: int, random: Any) -> Any:
    if parameter.integer:
        return random.integers(0, 9, size).astype(float)
    kind = random.integers(0, 4, size)
    near = float(parameter.default or 1) * random.uniform(0.5, 2, size)
    return np.choose(
        kind,
        [random.uniform(0, 1, size), random.uniform(0, 6, size), random.normal(0, 3, size), near],
    )


def _pin(condition: Any, at: dict[str, Any]) -> None:
    """Where a parameter is assumed to equal something, let it."""
    if isinstance(condition, sp.Eq):
        for one, other in ((condition.lhs, condition.rhs), (condition.rhs, condition.lhs)):
            if isinstance(one, sp.Symbol) and one not in other.free_symbols:
                at[one.name] = value(other, at) + 0 * at[one.name]
                return


def moves(subject: Any, at: dict[str, Any], seed: int) -> dict[str, Any]:
    """Return parameters with unknown moves that satisfy the first-order conditions."""
    rows = at
    for name, one in subject.situations.items():
        game = subject.games[name]
        continuous = [m for m in game.moves if m.name in one.moves]
        assert not any(isinstance(m.domain, Choice) for m in continuous)
        labels = [(0,)] * len(continuous) if one.interior else [(0, 1, 2)] * len(continuous)
        found = [
            _points(one, continuous, label, rows, seed) for label in itertools.product(*labels)
        ]
        rows = {n: np.concatenate([f[n] for f in found]) for n in found[0]}
    return rows


def _points(one: Any, continuous: Any, label: Any, rows: dict[str, Any], seed: int) -> Any:
    random = np.random.default_rng(seed)
    size = len(next(iter(rows.values())))
    here = dict(rows)
    ends = [(value(m.domain.lower, rows), value(m.domain.upper, rows)) for m in continuous]
    inner = []
    for move, where, (low, high) in zip(continuous, label, ends, strict=True):
        unknown = one.moves[move.name].name
        top = np.minimum(high, low + 20.0) if where == 0 else high
        start = low + random.uniform(0.02, 0.98, size) * (top - low)
        here[unknown] = np.broadcast_to((start, low, high)[where], size).astype(float).copy()
        if where == 0:
            inner.append(unknown)
    equations = [
        sp.fraction(sp.together(s))[0]
        for s, where in zip(one.slopes, label, strict=True)
        if where == 0
    ]
    _newton(equations, inner, here)
    return here


def _newton(equations: Any, inner: list[str], here: dict[str, Any]) -> None:
    """Follow Newton's method for all draws at once; draws that do not settle become nan."""
    if not inner:
        return
    names = sorted({s.name for e in equations for s in e.free_symbols})
    slopes = [sp.diff(e, symbol(x)) for e in equations for x in inner]
    both = _compiled([*equations, *slopes], names)
    size, width = len(here[inner[0]]), len(inner)
    with np.errstate(all="ignore"):
        for _ in range(60):
            numbers = [np.broadcast_to(v, size) for v in both(*(here[n] for n in names))]
            f = np.stack(numbers[:width], axis=-1)
            j = np.stack(numbers[width:], axis=-1).reshape(size, width, width)
            bad = ~np.isfinite(j).all(axis=(-1, -2)) | (np.abs(np.linalg.det(j)) < 1e-12)
            j = np.where(bad[:, None, None], np.eye(width), j)
            step = np.linalg.solve(j, f[..., None])[..., 0]
            for k, x in enumerate(inner):
                here[x] = np.where(bad, np.nan, here[x] - step[:, k])
            if np.nanmax(np.abs(step), initial=0) < 1e-13:
                return


def _compiled(formulas: Any, names: list[str]) -> Any:
    """Compile formulas, common parts once, unless they hold case distinctions."""
    if any(f.has(If) for f in formulas):
        return lambda *given: [value(f, dict(zip(names, given, strict=True))) for f in formulas]
    return sp.lambdify([symbol(n) for n in names], formulas, modules="numpy", cse=True)


def points(subject: Any, number: int, seed: int = 1) -> dict[str, Any]:
    """Return parameter draws, with moves, that satisfy all that is assumed."""
    at = moves(subject, parameters(subject, number, seed), seed)
    size = len(next(iter(at.values())))
    with np.errstate(all="ignore"):
        parts = [c for given in subject.given for c in sp.And.make_args(given)]
        checks = [np.broadcast_to(holds(c, at, _slack(c)), size) for c in parts]
    good = np.logical_and.reduce([*checks, np.ones(size, dtype=bool)])
    return {n: v[good] for n, v in at.items()}


def _slack(condition: Any) -> float:
    """Leave room where rounding matters: in conditions with an equality inside."""
    return CLOSE if condition.has(sp.Eq) else -CLOSE if condition.has(sp.Lt, sp.Gt) else CLOSE


def violations(subject: Any, claim: str, at: dict[str, Any], slack: float = CLOSE) -> Any:
    """Return where a claim is clearly false."""
    with np.errstate(all="ignore"):
        return ~np.broadcast_to(
            holds(subject.condition(claim), at, slack), len(next(iter(at.values())))
        )
