"""Division of a surplus: closed forms against brute force, the axioms, and the error messages."""

import itertools
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import assume, given, settings, strategies as st

from pigou.bargaining import Nash, TakeItOrLeaveIt, formula
from pigou.coalitions import CoalitionalGame, Shapley
from pigou.errors import DeclarationError, ExpressionError, PigouError, StructureError
from pigou.expression import If, symbol
from pigou.game import Game, Move, Player
from pigou.nash_in_nash import Bargain, NashInNash
from pigou.renegotiation import StoleZwiebel

numbers = st.fractions(-5, 5, max_denominator=6)
positive = st.fractions(Fraction(1, 6), 5, max_denominator=6)
few = settings(max_examples=max(12, settings().max_examples // 4))


def value(formula_, at):
    found = formula_.xreplace({symbol(k): sp.Rational(v) for k, v in at.items()})
    assert found.is_Rational
    return Fraction(int(found.p), int(found.q))


def number(x):
    return Fraction(int(x.p), int(x.q))


# -- Nash, take it or leave it --------------------------------------------------------------------


def nash_on_a_grid(surplus, outside, weights, steps=2_000):
    """Maximise the Nash product of two parties over a grid of divisions, in floats."""
    best, found = -1.0, None
    (d1, d2), (a1, a2) = map(float, outside), map(float, weights)
    for k in range(steps + 1):
        x1 = d1 + (float(surplus) - d1 - d2) * k / steps
        x2 = float(surplus) - x1
        product = max(x1 - d1, 0) ** a1 * max(x2 - d2, 0) ** a2
        if product > best:
            best, found = product, x1
    return found


@settings(max_examples=25)
@given(numbers, numbers, positive, positive, positive)
def test_nash_maximises_the_product_of_gains(d1, d2, gain, a1, a2):
    surplus = d1 + d2 + gain
    got = Nash({"a": d1, "b": d2}, {"a": a1, "b": a2}).divide(surplus)
    expected = nash_on_a_grid(surplus, (d1, d2), (a1, a2))
    assert float(got["a"]) == pytest.approx(expected, abs=float(gain) / 1_500)


@given(st.lists(numbers, min_size=2, max_size=3), numbers, st.data())
def test_nobody_gets_less_than_outside_and_all_of_the_surplus_is_divided(outside, surplus, data):
    names = "abcd"[: len(outside)]
    weights = {n: data.draw(positive) for n in names}
    parties = dict(zip(names, outside, strict=True))
    rules = [
        Nash(parties, weights),
        Nash(parties, weights, outside_as="constraint"),
        TakeItOrLeaveIt("a", parties),
    ]
    for rule in rules:
        got = rule.divide(surplus)
        assert all(got[n] >= sp.Rational(parties[n]) for n in names)
        divided = max(surplus, sum(outside))
        if rule == rules[1] and max(outside) <= 0:  # nobody leaves, and nobody has to agree
            divided = max(surplus, 0)
        assert sum(got.values()) == sp.Rational(divided)


@given(numbers, numbers, numbers, positive, positive, positive, numbers)
def test_a_change_of_units_and_of_origin_changes_the_division_likewise(
    d1, d2, surplus, a1, a2, scale, shift
):
    weights = {"a": a1, "b": a2}
    got = Nash({"a": d1, "b": d2}, weights).divide(surplus)
    other = Nash({"a": scale * d1 + shift, "b": scale * d2}, weights).divide(
        scale * surplus + shift
    )
    assert other["a"] == sp.Rational(scale) * got["a"] + sp.Rational(shift)
    assert other["b"] == sp.Rational(scale) * got["b"]


@given(numbers, numbers, numbers, positive, positive, st.sampled_from(["threat", "constraint"]))
def test_names_and_their_order_do_not_matter(d1, d2, surplus, a1, a2, role):
    one = Nash({"a": d1, "b": d2}, {"a": a1, "b": a2}, outside_as=role).divide(surplus)
    two = Nash({"b": d2, "a": d1}, {"b": a2, "a": a1}, outside_as=role).divide(surplus)
    three = Nash({"y": d1, "x": d2}, {"y": a1, "x": a2}, outside_as=role).divide(surplus)
    assert one == two
    assert (one["a"], one["b"]) == (three["y"], three["x"])


def deal_me_out(surplus, outside, weights, impasse):
    """Find the level t at which max(d, b + a t) sum to the surplus, by bisection in fractions."""
    total = sum(weights)
    shares = [a / total for a in weights]

    def at(level):
        return [max(d, b + a * level) for d, b, a in zip(outside, impasse, shares, strict=True)]

    low, high = Fraction(-10_000), Fraction(10_000)
    for _ in range(120):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(at(middle)) <= surplus else (low, middle)
    return at(low)


@few
@given(
    st.lists(st.tuples(numbers, positive, numbers), min_size=2, max_size=3),
    st.fractions(0, 10, max_denominator=6),
)
def test_outside_options_as_constraints_are_the_deal_me_out_rule(parties, gain):
    outside, weights, impasse = zip(*parties, strict=True)
    surplus = sum(outside) + gain
    names = "abcd"[: len(outside)]
    rule = Nash(
        dict(zip(names, outside, strict=True)),
        dict(zip(names, weights, strict=True)),
        outside_as="constraint",
        impasse=dict(zip(names, impasse, strict=True)),
    )
    got = rule.divide(surplus)
    stuck = surplus < sum(impasse) and all(d <= b for d, b in zip(outside, impasse, strict=True))
    shares = impasse if stuck else deal_me_out(surplus, outside, weights, impasse)
    for name, expected in zip(names, shares, strict=True):
        assert abs(number(got[name]) - expected) < Fraction(1, 10**20)


def test_nobody_agrees_to_less_than_to_go_on_negotiating():
    """Where nobody would leave either, all keep what they have at the impasse."""
    talks, role = {"a": 2, "b": 1}, "constraint"
    rule = Nash({"a": 1, "b": "w"}, outside_as=role, impasse=talks)
    got = rule.divide("v")
    for w, v, expected in [
        (0, 2, (2, 1)),  # less than they have while they talk
        (0, 4, (Fraction(5, 2), Fraction(3, 2))),
        (Fraction(3, 2), Fraction(11, 4), (Fraction(5, 4), Fraction(3, 2))),  # b would leave
        (3, 2, (1, 3)),  # b leaves
    ]:
        assert (value(got["a"], {"w": w, "v": v}), value(got["b"], {"w": w, "v": v})) == expected
    assert dict(Nash({"a": -1, "b": -1}, outside_as=role).divide(-1)) == {"a": 0, "b": 0}
    shorter = Nash({"a": 1, "b": "w"}, outside_as=role, impasse=talks, always_trade=True)
    assert not shorter.divide("v")["a"].has(If)


def test_an_option_below_half_matters_as_a_threat_and_not_as_a_constraint():
    """Binmore, Shaked and Sutton (1989): split the difference against deal me out."""
    parties = {"one": 0, "two": "w"}
    split = Nash(parties).divide(100)
    dealt = Nash(parties, outside_as="constraint").divide(100)
    for w, split_two, dealt_two in [(0, 50, 50), (36, 68, 50), (64, 82, 64), (110, 110, 110)]:
        assert value(split["two"], {"w": w}) == split_two
        assert value(dealt["two"], {"w": w}) == dealt_two
        assert value(dealt["one"], {"w": w}) == max(100 - dealt_two, 0)


def test_the_proposer_keeps_what_the_others_do_not_have_elsewhere():
    got = TakeItOrLeaveIt("lead", {"lead": 1, "a": 2, "b": 3}).divide(10)
    assert dict(got) == {"lead": 5, "a": 2, "b": 3}
    assert dict(TakeItOrLeaveIt("lead", {"lead": 1, "a": 2}).divide(2)) == {"lead": 1, "a": 2}


def test_a_division_is_a_payoff_of_a_game_and_reads_its_labels():
    players = [Player("lead"), Player("supplier")]
    moves = [
        Move("train", "lead", {"no": 0, "yes": 1}),
        Move("upgrade", "supplier", {"no": 0, "yes": 1}),
    ]
    frame = Game("frame", players, moves, {"lead": 0, "supplier": 0})
    rule = Nash({"lead": 0, "supplier": "if(upgrade == yes, 1, 0)"}, scope=frame.scope)
    has = rule.divide("if(train == yes and upgrade == yes, 4, 0)")
    game = Game("deal", players, moves, has)
    both = {symbol("train"): sp.Integer(1), symbol("upgrade"): sp.Integer(1)}
    assert game.payoffs["supplier"].xreplace(both) == sp.Rational(5, 2)
    alone = {symbol("train"): sp.Integer(0), symbol("upgrade"): sp.Integer(1)}
    assert game.payoffs["supplier"].xreplace(alone) == 1  # no trade: it walks away
    assert game.payoffs["lead"].xreplace(alone) == 0


# -- Shapley and Myerson --------------------------------------------------------------------------


def by_orders(game):
    """Average marginal contributions over all orders of arrival."""
    orders = list(itertools.permutations(game.players))
    total = dict.fromkeys(game.players, sp.S.Zero)
    for order in orders:
        before = sp.S.Zero
        for k, player in enumerate(order):
            after = game.worth_of(order[: k + 1])
            total[player] += after - before
            before = after
    return {p: t / len(orders) for p, t in total.items()}


@st.composite
def coalitional(draw, most=4, least=2):
    names = "abcd"[: draw(st.integers(least, most))]
    game = CoalitionalGame(names, {})
    return CoalitionalGame(names, {c: draw(numbers) for c in game.coalitions})


@st.composite
def linked(draw):
    game = draw(coalitional(least=3))
    pairs = list(itertools.combinations(game.players, 2))
    return game.linked([pair for pair in pairs if draw(st.booleans())])


@few
@given(st.one_of(coalitional(), linked()))
def test_the_shapley_value_is_the_average_over_orders(game):
    assert dict(Shapley(game).divide()) == by_orders(game)


@few
@given(coalitional())
def test_the_shapley_value_is_efficient(game):
    assert sum(Shapley(game).divide().values()) == game.worth_of(game.players)


@few
@given(coalitional(least=3, most=3), st.permutations("abc"))
def test_the_shapley_value_goes_along_with_a_change_of_names(game, order):
    swap = dict(zip("abc", order, strict=True))
    renamed = {"+".join(swap[p] for p in c.split("+")): w for c, w in game.worth.items()}
    got = Shapley(CoalitionalGame("abc", renamed)).divide()
    assert all(got[swap[p]] == x for p, x in Shapley(game).divide().items())


@few
@given(coalitional(least=3, most=3), coalitional(least=3, most=3), numbers, numbers)
def test_the_shapley_value_adds_up_and_scales(one, two, a, b):
    a, b = sp.Rational(a), sp.Rational(b)
    joint = CoalitionalGame("abc", {c: a * one.worth[c] + b * two.worth[c] for c in one.coalitions})
    x, y, z = (Shapley(g).divide() for g in (one, two, joint))
    assert all(z[p] == a * x[p] + b * y[p] for p in "abc")


@few
@given(coalitional(least=2, most=3))
def test_who_adds_nothing_gets_nothing(game):
    players = [*game.players, "dummy"]

    def worth(members):
        others = members - {"dummy"}
        return game.worth_of(others) if others else 0

    assert Shapley(CoalitionalGame.of(players, worth)).divide()["dummy"] == 0


@few
@given(linked())
def test_a_link_is_worth_the_same_to_both_of_its_ends(game):
    """Myerson (1977): fairness, with efficiency in every component, characterises the value."""
    assume(game.links)
    whole = Shapley(game).divide()
    for link in game.links:
        less = Shapley(game.linked([other for other in game.links if other != link])).divide()
        one, other = link
        assert whole[one] - less[one] == whole[other] - less[other]
    alone = [p for p in game.players if not any(p in link for link in game.links)]
    assert all(whole[p] == game.worth[p] for p in alone)


def test_with_symbols_the_value_is_the_value_at_every_number():
    game = CoalitionalGame(["l", "a", "b"], {"l": "m", "l+a": "v + x", "l+b": "v", "l+a+b": "w"})
    got = Shapley(game).divide()
    for m, v, x, w in [(1, 3, 2, 9), (0, 1, 0, 1), (4, 2, 1, 7)]:
        at = {"m": m, "v": v, "x": x, "w": w}
        plain = CoalitionalGame(["l", "a", "b"], {"l": m, "l+a": v + x, "l+b": v, "l+a+b": w})
        assert {p: value(f, at) for p, f in got.items()} == by_orders(plain)


def partitions(members):
    if not members:
        yield []
        return
    first, *rest = members
    for size in range(len(rest) + 1):
        for mates in itertools.combinations(rest, size):
            left = [p for p in rest if p not in mates]
            yield from ([(first, *mates), *more] for more in partitions(left))


@settings(max_examples=30)
@given(coalitional())
def test_a_coalition_that_may_split_is_worth_its_best_partition(game):
    free = CoalitionalGame(game.players, game.worth, may_split=True)
    for coalition in game.coalitions:
        best = max(
            sum(game.worth_of(part) for part in split) for split in partitions(coalition.split("+"))
        )
        assert free.worth_of(coalition) == best


@given(numbers, numbers, numbers)
def test_two_who_may_part_share_like_nash(d1, d2, v):
    game = CoalitionalGame("ab", {"a": d1, "b": d2, "a+b": v}, may_split=True)
    assert Shapley(game).divide() == Nash({"a": d1, "b": d2}).divide(v)


def test_who_bargains_as_one_is_linked_to_whom_its_members_were():
    game = CoalitionalGame.of("labm", lambda s: int("l" in s and "a" in s and "m" in s))
    line = game.linked([("l", "a"), ("b", "m")])
    assert line.merged(["a", "b"], "both").worth_of("l+both+m") == 1
    assert line.worth_of("l+a+b+m") == 0


# -- Stole and Zwiebel ----------------------------------------------------------------------------

POLYNOMIALS = ["12*n - n**2", "n**3 - n", "5", "3 + n/2", "20*n - 2*n**2 - 1"]


@pytest.mark.parametrize("output", POLYNOMIALS)
@pytest.mark.parametrize("outside", [0, Fraction(2), Fraction(7, 3)])
def test_payments_split_the_gain_from_one_more_supplier(output, outside):
    rule = StoleZwiebel(output, outside)
    profit = rule.made(0)  # π(0) = F(0), then w - w0 = π(n) - π(n - 1) with π(n) = F(n) - n w
    for n in range(1, 9):
        paid = (rule.made(n) - profit + sp.Rational(outside)) / (n + 1)
        assert rule.payment(n) == paid
        profit = rule.made(n) - n * paid
        assert rule.profit(n) == profit
        assert rule.profit("k").xreplace({symbol("k"): sp.Integer(n)}) == profit
        assert rule.payment("k").xreplace({symbol("k"): sp.Integer(n)}) == paid


@pytest.mark.parametrize("output", POLYNOMIALS[:3])
def test_the_profit_is_the_shapley_value_of_a_firm_nothing_is_made_without(output):
    rule = StoleZwiebel(output, 2)
    suppliers = ["a", "b", "c"]

    def worth(members):
        count = sum(s in members for s in suppliers)
        return rule.made(count) - 2 * count if "firm" in members else 0

    got = Shapley(CoalitionalGame.of(["firm", *suppliers], worth)).divide()
    assert got["firm"] == rule.profit(3)
    assert got["a"] == rule.payment(3) - 2


def test_many_small_suppliers_are_the_limit_of_few_large_ones():
    rule = StoleZwiebel("10*sqrt(n)", 1, continuous=True)
    fine = 4_000  # suppliers of size 1/100: forty in all
    total = sum(10 * (i / 100) ** 0.5 - i / 100 for i in range(fine + 1)) / (fine + 1)
    assert float(rule.profit(40)) == pytest.approx(total, rel=1e-3)


@few
@given(st.lists(numbers, min_size=2, max_size=7), st.fractions(0, 3, max_denominator=4))
def test_who_would_lose_walks_away(steps, outside):
    made = list(itertools.accumulate([Fraction(0), *steps]))
    pieces = " + ".join(f"if(n == {i}, {f}, 0)" for i, f in enumerate(made))
    rule = StoleZwiebel(pieces, outside)
    staying, profit = 0, made[0]
    for n in range(1, len(made)):
        # together they would make F(n); if one leaves, what the firm has with those before
        paid = (made[n] - profit + outside) / (n + 1)
        if paid >= outside:
            staying, profit = n, made[n] - n * paid
        got = rule.outcome(n)
        assert (got.staying, number(got.profit)) == (staying, profit)
        assert number(got.payment) >= outside


def test_a_supplier_leaves_exactly_where_the_firm_would_let_it_go():
    rule = StoleZwiebel("12*n - n**2", 2)
    for n in range(1, 12):
        assert bool(rule.stays(n)) == (rule.profit(n) >= rule.profit(n - 1)) == (n <= 7)
        assert rule.outcome(n).staying == min(n, 7)


# -- Nash-in-Nash ---------------------------------------------------------------------------------


def test_several_solutions_are_all_listed():
    first = Bargain("p", {"a": "p", "b": "2*(q**2 - 2*q + 2) - p"})
    second = Bargain("q", {"a": "q", "c": "2*p - q"})
    assert set(NashInNash([first, second]).solve()) == {
        _record(p=1, q=1),
        _record(p=2, q=2),
    }


def _record(**items):
    from pigou.exact import Record

    return Record({k: sp.Integer(v) for k, v in items.items()})


def test_a_local_maximum_of_the_nash_product_is_no_bargain():
    sale = Bargain("w", {"a": "w", "b": "(w - 1)**2*(3 - w)"})
    (found,) = NashInNash([sale]).solve()
    grid = [3 * k / 100_000 for k in range(100_001)]
    best = max(grid, key=lambda w: w * (w - 1) ** 2 * (3 - w))
    assert float(found["w"]) == pytest.approx(best, abs=1e-4)


def test_no_bargain_is_struck_where_nothing_lets_both_gain():
    sale = Bargain("p", {"seller": "p - 4", "buyer": "3 - p"})
    other = Bargain("q", {"seller": "q", "buyer": "2 - q"})
    assert NashInNash([sale, other]).solve() == ()
    assert NashInNash([other]).solve() == (_record(q=1),)


def test_a_term_that_both_want_higher_without_end_is_no_bargain():
    assert NashInNash([Bargain("p", {"a": "p**2 + 1 - p", "b": "p**2 + 2"})]).solve() == ()


@settings(max_examples=20)
@given(positive, positive, positive, positive)
def test_independent_bargains_are_single_bargains(cost, gain, a, b):
    sale = Bargain("p", {"s": f"p - {cost}", "t": f"{cost + gain} - p"}, {}, {"s": a, "t": b})
    other = Bargain("q", {"s": "q", "t": "1 - q"})
    (found,) = NashInNash([sale, other]).solve()
    alone = Nash({"s": 0, "t": 0}, {"s": a, "t": b}).divide(gain)
    assert found["p"] - sp.Rational(cost) == alone["s"]
    assert found["q"] == sp.Rational(1, 2)


@pytest.mark.parametrize(
    ("seller", "price"), [(1, 4), (0, 1), ("w", Fraction(5, 2))], ids=["all", "none", "half"]
)
def test_who_has_no_weight_takes_an_offer_or_leaves_it(seller, price):
    weights = {"seller": seller, "buyer": "1 - w" if seller == "w" else 1 - seller}
    sale = Bargain("p", {"seller": "p - 1", "buyer": "4 - p"}, weights=weights)
    (found,) = NashInNash([sale]).solve({"w": Fraction(1, 2)} if seller == "w" else None)
    assert found["p"] == sp.Rational(price)
    if seller == "w":
        (offer,) = NashInNash([sale]).solve({"w": 1})
        assert offer["p"] == 4


def test_an_offer_need_not_take_all_where_that_is_not_best():
    """A monopolist's input price: the buyer without weight keeps what the quantity leaves it."""
    sale = Bargain(
        "p", {"seller": "p*(4 - 2*p)", "buyer": "(4 - 2*p)**2"}, weights={"seller": 1, "buyer": 0}
    )
    assert NashInNash([sale]).solve() == (_record(p=1),)
    both = Bargain("p", {"s": "p", "t": "(2 - p)*(p - 3)**2"}, weights={"s": 1, "t": 0})
    assert NashInNash([both]).solve() == (_record(p=3),)  # the last term that costs t nothing


# -- what is refused ------------------------------------------------------------------------------

TWO = {"lead": 0, "supplier": 0}
SALE = Bargain("p", {"s": "p", "t": "1 - p"}, weights={"s": "w", "t": "1 - w"})
WRONG = [
    (lambda: Nash({"lead": 0}), "two parties or more"),
    (lambda: Nash(TWO, {"lead": 1}), "none is given for party 'supplier'"),
    (lambda: Nash(TWO, {"lead": 1, "suplier": 1}), "did you mean 'supplier'?"),
    (lambda: Nash(TWO, {"lead": -1, "supplier": 2}), "is -1, below 0"),
    (lambda: Nash(TWO, {"lead": 0, "supplier": 0}).divide(1), "all 0"),
    (lambda: Nash(TWO, outside_as="threats"), "did you mean 'threat'?"),
    (lambda: Nash(TWO, impasse={"lead": 1}), "threat points are the impasse"),
    (lambda: Nash(TWO, {"lead": 0, "supplier": 1}, outside_as="constraint"), "above 0"),
    (lambda: Nash(dict.fromkeys("abcd", 0), outside_as="constraint"), "at most 3 parties, not 4"),
    (lambda: Nash({"lead": "1 +", "supplier": 0}), "'1 +'"),
    (lambda: Nash(TWO).divide("open('x')"), "no function 'open'"),
    (lambda: TakeItOrLeaveIt("leed", TWO), "did you mean 'lead'?"),
    (lambda: CoalitionalGame(["a", "b"], {"a+c": 1}), "no player 'c'"),
    (lambda: CoalitionalGame(["a", "b"], {"a+b": 1, "b+a": 2}), "given twice"),
    (lambda: CoalitionalGame(["a", "a"], {}), "listed twice"),
    (lambda: CoalitionalGame(["a", "b"], {}, links=[("a", "a")]), "two different players"),
    (lambda: CoalitionalGame(map("p{}".format, range(11)), {}), "1 to 10 players, not 11"),
    (lambda: StoleZwiebel("n", "n/2"), "depends on 'n'"),
    (lambda: StoleZwiebel("n").profit("3/2"), "0, 1, ..., 1000, not 3/2"),
    (lambda: StoleZwiebel("n").payment(0), "without a supplier"),
    (lambda: StoleZwiebel("a*n").outcome(2), "depends on ['a']"),
    (lambda: StoleZwiebel("sqrt(n)").profit("k"), "no closed form"),
    (lambda: StoleZwiebel("1/n").profit(3), "no finite number"),
    (lambda: StoleZwiebel("1/n", continuous=True).profit("k"), "no closed form"),
    (lambda: StoleZwiebel("if(n >= 2, 1, 0)", continuous=True).profit("k"), "no closed form"),
    (lambda: Bargain("p", {"a": "p"}), "1 parties, not two"),
    (lambda: Bargain("p", {"a": "p", "b": "1 - p"}, {"c": 1}), "no party 'c'"),
    (lambda: NashInNash([]), "needs a bargain"),
    (lambda: NashInNash([SALE]).solve({"w": 2}), "at least 0 and not all 0"),
    (lambda: NashInNash([Bargain("p", {"a": "p", "b": "v - p"})]).solve(), "give a value for v"),
    (lambda: NashInNash([Bargain("p", {"a": "1/p", "b": "1 - p"})]).solve(), "no polynomial"),
    (lambda: NashInNash([Bargain("p", {"a": "1", "b": "2"})]).solve(), "does not depend on it"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG, ids=[w for _, w in WRONG])
def test_what_is_wrong_is_named(wrong, words):
    with pytest.raises(PigouError) as error:
        wrong()
    assert words in str(error.value)
    assert isinstance(error.value, DeclarationError | ExpressionError | StructureError)


def test_names_of_a_formula_are_read_without_a_game():
    assert formula("if(x_1 >= 2e3, x_1*y, max(y, 1.5))").free_symbols == {
        symbol("x_1"),
        symbol("y"),
    }
