"""Exact algebra next to the numerical engine: the same points, and what it alone settles."""

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings, strategies as st

from pigou import smoothing
from pigou.equilibrium import Grade
from pigou.exact import Enclosure
from pigou.game import Game, Move, Player
from pigou.pages import solve_page
from pigou.results import solve_result
from pigou.screen import as_text
from pigou.solvers.algebraic import algebraic_points, algebraic_system
from pigou.solvers.algebraic_games import exact_form, settle
from pigou.solvers.branch_and_prune import explore
from pigou.solvers.first_order import INTERIOR, LOWER, UPPER, FirstOrder
from pigou.solvers.refine import refined
from pigou.solvers.smooth_form import smooth_form
from pigou.solvers.smooth_games import smooth_equilibria
from pigou.solvers.variety import Ring, minimal_polynomial, solve_system
from pigou.solving import solve

X, Y, Z = sp.symbols("x y z", real=True)


def pair(a, b, x=(0, 1), y=(0, 1), **more):
    """Two players with one continuous move each."""
    moves = [Move("x", "ann", x), Move("y", "bob", y)]
    return Game("pair", [Player("ann"), Player("bob")], moves, {"ann": a, "bob": b}, **more)


def exactly(found):
    """The moves of each equilibrium, as they are written exactly."""
    return [tuple(s.exact for s in e.strategies) for e in found]


def settled(game):
    found = solve(game)
    assert found.complete, found.unresolved
    assert all(e.evidence.grade is Grade.CERTIFIED for e in found)
    return found


# -- polynomial systems -------------------------------------------------------------------------


def system(variables, *formulas):
    ring = Ring(variables)
    return ring, [ring.quotient(sp.sympify(f))[0] for f in formulas]


def real_solutions(variables, *formulas):
    found = solve_system(*system(variables, *formulas))
    assert found.finite and not found.refused
    return sorted(tuple(v.value for v in p.enclosures()) for p in found.points)


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_a_system_made_from_its_roots_has_these_roots(seed):
    rng = random.Random(seed)
    xs = sorted({Fraction(rng.randint(-5, 5), rng.randint(1, 3)) for _ in range(3)})
    # y is a polynomial in x, then all is sheared so that no coordinate separates by itself
    ys = {x: x * x - 1 + Fraction(rng.randint(-2, 2)) for x in xs}
    through = sp.interpolate([(sp.Rational(str(x)), sp.Rational(str(y))) for x, y in ys.items()], X)
    line = sp.prod(X - sp.Rational(str(x)) for x in xs)
    formulas = [sp.expand(f.xreplace({X: X + 2 * Y})) for f in (line**2, Y - through)]
    ring, polynomials = system([X, Y], *formulas)
    points = solve_system(ring, polynomials).points
    expected = {(u - 2 * v, v) for u, v in ys.items()}  # X + 2 Y = u, Y = through(u)
    assert {tuple(e.lower for e in p.enclosures()) for p in points} == expected
    assert all(p.sign(f) == 0 for p in points for f in polynomials)


def test_circles_meet_lines_where_they_should():
    half = 2**-0.5
    found = real_solutions([X, Y], X**2 + Y**2 - 1, X - Y)
    assert np.allclose(found, [(-half, -half), (half, half)], rtol=0, atol=1e-15)
    assert real_solutions([X, Y], X**2 + Y**2 + 1, X - Y) == []
    assert real_solutions([X, Y], X**2 + Y**2 - 1, Y - 1) == [(0.0, 1.0)]  # a tangent
    assert not solve_system(*system([X, Y], X * Y, X**2 * Y)).finite
    assert solve_system(*system([X, Y], X, X - 1, Y)).points == ()


def test_too_many_solutions_are_refused_in_words():
    found = solve_system(*system([X, Y], X**12 - Y - 1, Y**12 - X - 3))
    assert found.points == () and "144" not in found.refused and "complex" in found.refused


def test_signs_at_a_solution_are_exact():
    ring, polynomials = system([X, Y], X**2 - 2, Y**2 - X - 1)
    for point in solve_system(ring, polynomials).points:
        zero = ring.quotient((Y**2 - 1) ** 2 - 2)[0]
        assert point.sign(zero) == 0
        tiny = ring.quotient((Y**2 - 1) ** 2 - 2 + sp.Rational(1, 10**200))[0]
        assert point.sign(tiny) == 1
        x = point.coordinates[0]
        assert str(point.minimal(x)) == "x^2 + (-2)"
        assert point.sign_of(x) == (1 if point.enclosures()[0].lower > 0 else -1)


def test_the_minimal_polynomial_is_the_resultant_without_what_is_superfluous():
    f, g = X**3 - Y * X - 1, Y**2 - 3 * X + 1
    ring, polynomials = system([X, Y], f, g)
    found = minimal_polynomial(ring, polynomials, 1)
    expected = sp.Poly(sp.resultant(f, g, X), Y).monic()
    assert [sp.Rational(str(c)) for c in reversed(found.coeffs())] == expected.all_coeffs()


@pytest.mark.parametrize(
    ("formula", "form"),
    [
        (3 * X - 2, "2/3"),
        (X**2 - 2, "sqrt(2)"),
        (2 * X**2 - 2 * X - 1, "1/2 + sqrt(3)/2"),
        (X**5 - 7, "7**(1/5)"),
        (X**4 - 10 * X**2 + 1, "sqrt(2*sqrt(6) + 5)"),
        (X**5 - X - 1, "root of x**5 - x - 1 in [11/10, 6/5]"),
    ],
)
def test_numbers_are_written_exactly(formula, form):
    ring, polynomials = system([X], formula)
    point = solve_system(ring, polynomials).points[-1]
    assert exact_form(point, point.coordinates[0]) == form
    if "root of" not in form:
        value = sp.sympify(form)
        assert formula.xreplace({X: value}).equals(0)
        assert abs(point.enclosures()[0].value - float(value)) < 1e-12


# -- the same points as the numerical engine -----------------------------------------------------


def random_game(rng, number, degree, whole):
    """One move each; coefficients in tenths, or small whole ones (many degenerate points)."""
    names = ["x", "y", "z"][:number]
    payoffs = {}
    for i, name in enumerate(names):
        terms = [f"-{name}**2"]
        for powers in itertools.product(range(degree + 1), repeat=number):
            if sum(powers) <= degree and powers[i] and rng.random() < 0.6:
                c = rng.randint(-4, 4) if whole else rng.randint(-40, 40) / 10
                terms.append("*".join([f"({c})", *map("{}**{}".format, names, powers)]))
        payoffs[f"p{i}"] = " + ".join(terms)
    moves = [Move(name, f"p{i}", (0, 1)) for i, name in enumerate(names)]
    return Game("random", [Player(p) for p in payoffs], moves, payoffs)


def points_of_explore(form):
    """First-order points by the numerical search, once each; None if it left something open."""
    everybody = range(len(form.variables))
    first = FirstOrder(form.variables, everybody, [form.payoffs[w] for w in form.owners], False)
    found = explore(first)
    refinements = [refined(first, root) for root in found.roots]
    vague = any(p is None or p.inside is None or p.signs is None for p in refinements)
    if found.open.number or vague:
        return None
    return {
        tuple(round(float(v.value), 9) + 0.0 for v in p.enclosures)
        for p in refinements
        if p.inside and p.signs
    }


def exact_points(form):
    """Exact first-order points, but for those at a minimum of a mover's payoff in its own move."""
    found = algebraic_points(algebraic_system(form))
    assert not found.open
    kept = set()
    for one in found.points:
        place = [v.value for v in one.point.enclosures()]
        at = dict(zip(form.variables, place, strict=True))
        bends = [
            float(sp.diff(form.payoffs[who], t, 2).xreplace(at))
            for who, t, where in zip(form.owners, form.variables, one.label, strict=True)
            if where == INTERIOR
        ]
        assert all(abs(b) > 1e-6 for b in bends)
        if all(b < 0 for b in bends):
            kept.add(tuple(round(v, 9) + 0.0 for v in place))
    return kept


def agree(seed, number, degree, whole):
    form = smooth_form(random_game(random.Random(seed), number, degree, whole))
    numerical = points_of_explore(form)
    if numerical is None:
        return False
    # a point on the edge of convexity may be kept by one of the two alone: compare within 1e-8
    exact = exact_points(form)
    for one, other in ((numerical, exact), (exact, numerical)):
        for point in one:
            assert any(np.abs(np.subtract(point, q)).max() < 1e-8 for q in other), (seed, point)
    return True


@pytest.mark.parametrize(
    ("number", "degree", "seeds"), [(2, 3, range(8)), (2, 4, range(3)), (3, 2, range(4))]
)
def test_random_polynomial_games_have_the_points_that_the_numerical_search_finds(
    number, degree, seeds
):
    assert sum(agree(seed, number, degree, False) for seed in seeds) >= len(seeds) - 1


@pytest.mark.long
@pytest.mark.parametrize(("number", "degree"), [(2, 3), (2, 4), (3, 2), (3, 3)])
@pytest.mark.parametrize("whole", [False, True])
def test_many_random_games_agree_and_none_is_called_a_disagreement(number, degree, whole):
    compared = 0
    for seed in range(60):
        form = smooth_form(random_game(random.Random(seed), number, degree, whole))
        if algebraic_system(form) is None:
            continue
        found = smooth_equilibria(form)
        result = settle(form, found)
        assert not result.disagreement, (seed, result.disagreement)
        compared += not found.unresolved
    assert compared > 20


# -- what the numerical engine leaves open -------------------------------------------------------


def regret(game, point, steps=2001):
    """How much somebody gains by a deviation on a fine grid."""
    names = [m.name for m in game.moves]
    worst = 0.0
    for move in game.moves:
        payoff = sp.lambdify([sp.Symbol(n, real=True) for n in names], game.payoff(move.player))
        low, high = (float(end) for end in (move.domain.lower, move.domain.upper))
        own = payoff(*point)
        for t in np.linspace(low, high, steps):
            moved = [t if n == move.name else v for n, v in zip(names, point, strict=True)]
            worst = max(worst, float(payoff(*moved) - own))
    return worst


@pytest.mark.parametrize(
    ("a", "b", "moves"),
    [
        ("-(x - 1/2)**4", "-(y - 1/3)**2", [("1/2", "1/3")]),  # a triple root
        ("-(x**2 - 1/2)**4", "x*y - y**2", [("sqrt(2)/2", "sqrt(2)/4")]),  # an irrational one
        ("x*y - x**3/3", "x*y - y**2/3", [("0", "0"), ("1", "1")]),  # derivative 0 at a corner
        ("x**2*(y - 1/2) - x**4/4", "-(y - 1/2)**2", [("0", "1/2")]),  # an inflection
        ("-x**3/3 + x**2/2 - x/4 - x", "-y", [("0", "0")]),  # a saddle elsewhere
    ],
)
def test_degenerate_points_are_settled(a, b, moves):
    game = pair(a, b)
    found = settled(game)
    assert exactly(found) == moves
    for one in found:
        point = [s.value.value for s in one.strategies]
        assert regret(game, point) < 1e-12
        assert one.evidence.max_gain.upper <= 0


def test_best_replies_that_tie_at_irrational_numbers_are_told():
    found = settled(pair("-(x**2 - 1/2)**2", "x*y - y**2", (-1, 1), (-1, 1)))
    assert exactly(found) == [("-sqrt(2)/2", "-sqrt(2)/4"), ("sqrt(2)/2", "sqrt(2)/4")]


def test_a_degenerate_point_that_is_beaten_is_refuted():
    # u' = (x - 1/4)**2 (1 - 2x)/... : an inflection at 1/4, the maximum at 1
    found = settled(pair("(x - 1/4)**3", "-(y - 1/2)**2"))
    assert exactly(found) == [("1", "1/2")]
    (refuted,) = found.refuted
    assert refuted.strategies[0].value == Enclosure.point("1/4")
    assert refuted.player == "ann" and refuted.gain.lower > 0
    better = refuted.deviation["x"]
    assert (better - Fraction(1, 4)) ** 3 == pytest.approx(refuted.gain.value)


@pytest.mark.parametrize(
    ("a", "b", "box", "points", "ends"),
    [
        ("-(x + y - 1)**2", "-(x + y - 1)**2", ((0, 1), (0, 1)), "x + y == 1",
         [(("0", "1"), ("1", "0"))]),
        ("-(x + y - 1)**2", "-(x + y - 1)**2", ((0, 3), (0, "1/2")), "x + y == 1",
         [(("1/2", "1/2"), ("1", "0"))]),
        ("-(x*y - 1/4)**2", "-(x*y - 1/4)**2", ((0, 1), (0, 1)), "4*x*y == 1",
         [(("1/4", "1"), ("1", "1/4"))]),
        ("x*y", "-y", ((0, 1), (0, 1)), "y == 0, any x", [(("0", "0"), ("1", "0"))]),
        ("4*x**2*y - x**2 - 2*x", "-4*x**2*y", ((0, 1), (0, 1)), "x == 0, any y",
         [(("0", "0"), ("0", "3/4"))]),
    ],
)  # fmt: skip
def test_continua_are_recognised_with_their_ends(a, b, box, points, ends):
    game = pair(a, b, *box)
    found = settled(game)
    (component,) = found.components
    assert component.points == points and component.dimension == 1
    named = [tuple(exactly([found[n]])[0] for n in span) for span in component.subsets]
    assert named == ends
    for span in component.subsets:
        start, stop = (np.array([float(Fraction(v)) for v in exactly([found[n]])[0]]) for n in span)
        for share in (0.1, 0.5, 0.83):
            x, y = start + share * (stop - start)
            y = 1 / (4 * x) if "*x*y" in points else y
            assert regret(game, (x, y)) < 1e-12
            assert regret(game, (min(x + 0.03, 1), y + 0.02)) > 1e-9 or "any" in points
    assert all(found[n].component == "C1" for span in component.subsets for n in span)
    assert f"every point with {points} from" in " ".join(as_text(solve_page(game, found)).split())


def test_a_curve_of_first_order_points_that_are_beaten_is_no_continuum():
    # along x + y = 1/2 both are at a minimum; against 0 both ends are as good
    found = settled(pair("(2*x + 2*y - 1)**2", "(2*x + 2*y - 1)**2"))
    assert not found.components
    assert exactly(found) == [("0", "0"), ("1", "1")]


def test_infinitely_many_complex_solutions_outside_the_box_do_not_matter():
    found = settled(pair("-(x + y + 1)**2", "-(x + y + 1)**2"))
    assert exactly(found) == [("0", "0")]


@pytest.mark.parametrize(
    ("a", "b", "points"),
    [
        ("x*y", "y*(x - 1/2)**2 - y**2", [("1/2", "0"), ("1", "1/8")]),
        ("-x*y", "y*(x - 1/3)**2 - y**2", [("0", "1/18"), ("1/3", "0")]),
        ("(x - 1)*(1 - y)", "(1 - y)*(x - 1/2)**2 - (1 - y)**2", [("1/2", "1"), ("1", "7/8")]),
    ],
)
def test_a_point_at_which_a_derivative_touches_0_on_a_flat_edge_is_not_lost(a, b, points):
    assert exactly(settled(pair(a, b))) == points


def test_a_continuum_of_two_dimensions_stays_unresolved():
    moves = [Move(n, p, (0, 1)) for n, p in (("x", "a"), ("y", "b"), ("z", "c"))]
    same = dict.fromkeys("abc", "-(x + y + z - 1)**2")
    found = solve(Game("shares", [Player(p) for p in "abc"], moves, same))
    assert not found.complete and found.unresolved


# -- agreement ----------------------------------------------------------------------------------


def corrupted(change):
    game = pair("-(x - 1/4)**2*(x - 3/4)**2", "x*y - y**2")
    form = smooth_form(game)
    found = smooth_equilibria(form)
    assert not settle(form, found).disagreement
    return settle(form, change(found)).disagreement


def test_a_point_that_one_route_misses_is_a_disagreement():
    assert "missing" in corrupted(lambda f: f._replace(equilibria=f.equilibria[1:]))


def test_a_point_that_one_route_makes_up_is_a_disagreement():
    def moved(found):
        first, *rest = found.equilibria
        x, y = first.values
        near = Enclosure(x.lower + Fraction(1, 10**20), x.upper + Fraction(1, 10**20))
        return found._replace(equilibria=(first._replace(values=(near, y)), *rest))

    assert "no exact solutions" in corrupted(moved)


def test_a_point_found_twice_is_a_disagreement():
    assert "one exact solution" in corrupted(
        lambda f: f._replace(equilibria=(f.equilibria[0]._replace(), *f.equilibria))
    )


def test_after_a_disagreement_nothing_is_certified(monkeypatch):
    def lossy(form):
        found = smooth_equilibria(form)
        return found._replace(equilibria=found.equilibria[1:])

    monkeypatch.setattr(smoothing, "equilibria_of_continuous", lossy)
    found = solve(pair("-(x - 1/4)**2*(x - 3/4)**2", "x*y - y**2"))
    assert not found.complete
    assert any("missing from those of the numerical engine" in note for note in found.unresolved)
    assert all(e.evidence.grade is Grade.NUMERICAL for e in found)


def test_where_a_payoff_has_a_pole_in_the_box_the_route_is_not_taken():
    # cleared of denominators, (0, 0) would solve the first-order conditions
    assert algebraic_system(smooth_form(pair("x/(x + y) - x", "y/(x + y) - y"))) is None
    assert algebraic_system(smooth_form(pair("x/(x - 2) - x", "y/(x + y + 1) - y"))) is not None


def test_labels_are_exclusive_so_that_a_corner_with_derivative_0_is_found_once():
    form = smooth_form(pair("-(x - 1)**2", "-y**2"))
    (one,) = algebraic_points(algebraic_system(form)).points
    assert one.label == (UPPER, LOWER)
    assert [v.lower for v in one.point.enclosures()] == [1, 0]


# -- published closed forms ---------------------------------------------------------------------


@pytest.mark.parametrize(("one", "two"), [(100, 50), (7, 3)])
def test_asymmetric_contests_as_in_hillman_and_riley_1989(one, two):
    game = pair(f"{one}*x/(x + y) - x", f"{two}*y/(x + y) - y", ("1/10", 100), ("1/10", 100))
    (found,) = exactly(settled(game))
    total = (one + two) ** 2
    assert found == (str(Fraction(one**2 * two, total)), str(Fraction(one * two**2, total)))


def test_quadratic_costs_of_a_contest_give_a_closed_form():
    # V/(4 x) = 2 x at x = y, so that x = sqrt(V/8)
    game = pair("x/(x + y) - x**2", "y/(x + y) - y**2", ("1/10", 1), ("1/10", 1))
    assert exactly(settled(game)) == [("sqrt(2)/4", "sqrt(2)/4")]


def test_asymmetric_cournot_is_rational_whatever_the_costs():
    game = pair("x*(10 - x - y) - x", "y*(10 - x - y) - 5/2*y", (0, 10), (0, 10))
    assert exactly(settled(game)) == [("7/2", "2")]  # (a - 2 c_i + c_j)/3


# -- results ------------------------------------------------------------------------------------


def test_results_hold_the_exact_number_next_to_its_enclosure():
    found = solve(pair("x - x**3", "x*y - y**2"))
    entry = solve_result(found)["equilibria"][0]["strategies"]["x"]
    assert entry["exact"] == "sqrt(3)/3"
    assert entry["lower"] <= 3**-0.5 <= entry["upper"]
    fine = solve_result(solve(pair("x - x**2", "y - y**2")))["equilibria"][0]["strategies"]["x"]
    assert fine == {"value": 0.5, "exact": "1/2"}


def test_the_algebraic_number_is_the_move():
    found = solve(pair("x*y - x**4 + x/10", "x*y - y**3 + y/10"))
    for one in found:
        for s in one.strategies:
            text = s.exact.removeprefix("root of ")
            assert s.exact.startswith("root of ")
            formula, ends = text.split(" in ")
            polynomial = sp.Poly(sp.sympify(formula), sp.Symbol("x"))
            low, high = sp.sympify(ends)
            assert polynomial.count_roots(low, high) == 1
            assert polynomial.is_irreducible
            assert low <= s.value.lower and s.value.upper <= high
            sides = [polynomial.eval(sp.Rational(str(e))) for e in (s.value.lower, s.value.upper)]
            assert sides[0] * sides[1] <= 0


def test_the_ring_reads_fractions_and_refuses_the_rest():
    ring = Ring([X, Y])
    top, bottom = ring.quotient(X / (2 * Y) - sp.Rational(1, 3))
    assert str(top) == "3*x0 - 2*x1" and str(bottom) == "6*x1"
    for formula in (sp.exp(X), sp.sqrt(X), X**Y, sp.sqrt(2) * X, Z * X):
        assert ring.quotient(formula) is None
