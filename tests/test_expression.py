"""Formulas: the grammar, what it refuses and how soon, and writing as the inverse of reading."""

import contextlib
import os
from decimal import Decimal
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, strategies as st

from patience import patience
from pigou.errors import ExpressionError
from pigou.exact import exact
from pigou.expression import (
    If,
    Lookup,
    Scope,
    Total,
    each,
    names_in,
    read_condition,
    read_expression,
    symbol,
    valid_name,
    write_expression,
)

NAMES = ["a", "b", "c", "d"]
A, B, C, D = map(symbol, NAMES)
SCOPE = Scope(
    ["a", "b", "c", "d", "move", "join", "size", "targeted"],
    {"move": {"no": Fraction(0), "yes": Fraction(1), "half": Fraction(1, 2), "a": Fraction(7)}},
    {"join": ("firm", symbol("size")), "targeted": ("firm", symbol("size"))},
)
MOVE = symbol("move")


# -- the grammar ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", sp.Integer(2)),
        ("0.1", sp.Rational(1, 10)),
        ("1e-3", sp.Rational(1, 1000)),
        ("1_000", sp.Integer(1000)),
        ("1/3 + 1/6", sp.Rational(1, 2)),
        ("a - b - c", A - B - C),
        ("a/b/c", A / (B * C)),
        ("a/b*c", A * C / B),
        ("-a**2", -(A**2)),
        ("(-a)**2", A**2),
        ("2**-1", sp.Rational(1, 2)),
        ("2**3**2", sp.Integer(512)),
        ("2*a*b**2", 2 * A * B**2),
        ("+a", A),
        ("a - (b - c)", A - B + C),
        ("min(a, b)", sp.Min(A, B)),
        ("max(a, b, 0)", sp.Max(A, B, 0)),
        ("abs(a)", sp.Abs(A)),
        ("sqrt(4)", sp.Integer(2)),
        ("exp(a) + log(b)", sp.exp(A) + sp.log(B)),
        ("if(a > b, c, d)", If(A > B, C, D)),
        ("if(1 > 2, c, d)", D),
        ("a >= b", If(A >= B, 1, 0)),
        ("3*(a != b)", 3 * If(sp.Ne(A, B), 1, 0)),
        ("a < b < c", If(sp.And(A < B, B < C), 1, 0)),
        ("a\n  + b", A + B),
        ("sum(a, b, c)", A + B + C),
        ("mean(a, b)", (A + B) / 2),
        ("ａ + 1", A + 1),
    ],
)
def test_text_means(text, expected):
    assert read_expression(text, NAMES) == expected


def test_sum_binds_the_members_own_symbols_and_only_those():
    total = read_expression("sum(a*join*targeted)", SCOPE)
    assert total == Total(A * each("join") * each("targeted"), symbol("firm"))
    assert read_expression("mean(join)", SCOPE) == Total(each("join"), symbol("firm")) / symbol(
        "size"
    )
    assert names_in(total) == {"a", "join", "targeted"}
    assert names_in(total + B, bound=False) == {"b"}


@pytest.mark.parametrize("text", ["sum(a)", "mean(a*b)", "sum(move)"])
def test_sum_needs_a_move_of_a_population(text):
    with pytest.raises(ExpressionError, match=r"moves of populations: join, targeted\)"):
        read_expression(text, SCOPE)


def test_a_sum_over_two_populations_is_refused():
    scope = Scope(["x", "y"], {}, {"x": ("firm", A), "y": ("worker", B)})
    with pytest.raises(ExpressionError, match="one population"):
        read_expression("sum(x*y)", scope)


def test_a_label_stands_for_its_value_on_either_side():
    assert read_condition("move == half", SCOPE) == sp.Eq(MOVE, sp.Rational(1, 2))
    assert read_condition("yes != move", SCOPE) == sp.Ne(1, MOVE)


def test_a_declared_name_goes_before_a_label():
    assert read_condition("move == a", SCOPE) == sp.Eq(MOVE, A)


def test_an_unknown_label_is_named_with_the_nearest():
    with pytest.raises(ExpressionError, match=r"no choice 'hlaf' in move 'move'.*mean 'half'"):
        read_expression("if(move == hlaf, 1, 0)", SCOPE)


def test_conditions_combine():
    assert read_condition("not (a > b) and (c == d or True)", NAMES) == sp.Le(A, B)
    assert read_condition("False", []) == sp.false


# -- refusals ---------------------------------------------------------------------------------

TOO_DEEP = "nested more than 100 deep|too deep"
HOSTILE = [
    ("__import__('os').system('true')", "function"),
    ("__import__('os')", "no function '__import__'"),
    ("().__class__", "an attribute"),
    ("a.real", "an attribute"),
    ("a[0]", "an index"),
    ("'a'", "a text in quotes"),
    ("b'a'", "a text in quotes"),
    ("f'{a}'", "not allowed"),
    ("lambda: 1", "a lambda is not allowed"),
    ("[a for a in b]", "a listcomp is not allowed"),
    ("(a, b)", "a tuple is not allowed"),
    ("{}", "a dict is not allowed"),
    ("a if b else c", "not a formula"),
    ("(a := 1)", "not allowed"),
    ("await a", "not allowed"),
    ("a @ b", "the operator MatMult"),
    ("a // b", "the operator FloorDiv"),
    ("a % b", "the operator Mod"),
    ("a ^ b", "the operator BitXor"),
    ("a << 2", "the operator LShift"),
    ("~a", "a unaryop is not allowed"),
    ("a is b", "'in' or 'is' is not allowed"),
    ("a in b", "'in' or 'is' is not allowed"),
    ("min(*a)", "plain arguments"),
    ("min(a, key=b)", "plain arguments"),
    ("min()", "an argument"),
    ("sqrt(a, b)", "one argument"),
    ("if(a > b, 1)", "three arguments"),
    ("if(a, 1, 0)", "not a condition"),
    ("a and b", "not a condition"),
    ("True", "not allowed"),
    ("None", "not allowed"),
    ("...", "not allowed"),
    ("1j", "not allowed"),
    ("", "not a formula"),
    (" ", "not a formula"),
    ("a b", "not a formula"),
    ("a +", "not a formula"),
    ("a = b", "not a formula"),
    ("a; b", "not a formula"),
    ("a # b", "characters # and"),
    ("a \\\n + b", "characters # and"),
    ("a\0", "not a formula"),
    ("nan", "no name 'nan'"),
    ("inf", "no name 'inf'"),
    ("NaN + oo", "no name 'oo'"),
    ("x", r"no name 'x' in 'x' \(names: a, b, c, d\)"),
    ("aa", "did you mean 'a'"),
    ("eval(a)", "no function 'eval'"),
    ("a(b)", "no function 'a'"),
    ("1/0", "division by zero"),
    ("a/(b - b)", "division by zero"),
    ("0**0", "power of zero"),
    ("0**-1", "power of zero"),
    ("log(0)", "not positive"),
    ("log(-1)", "not positive"),
    ("sqrt(-1)", "negative number"),
    ("(-1)**(1/2)", "root of a negative number"),
    ("log(1/3)**(-1/2)", "root of a negative number"),
    ("log(-1*exp(1))", "not positive"),
    ("log(-2*a**2) > 1", "not positive"),
    (
        "max(b, (a - 9)**(1/2), log(a)**(1/3), -(2 + exp(a))**(1/2)) > (-2 - a**2)**(1/3)",
        "not real",
    ),
    ("10**10**10", "exponent is at most 100"),
    ("a**101", "exponent is at most 100"),
    ("a**-101", "exponent is at most 100"),
    ("(a**60)**60", "exponent is at most 100"),
    ("a**60*a**60", "exponent is at most 100"),
    ("a**(1/101)", "exponent is at most 100"),
    ("((((9**99)**99)**99)**99)", "too large"),
    ("*".join(["9**99"] * 2000), "too large|at most 5,000 parts"),
    ("exp(1001)", "exp of a number above 1000"),
    ("exp(exp(exp(10)))", "exp of a number above 1000"),
    ("9" * 2_501, "too long"),
    ("9" * 2_000, "too long"),
    ("1e1001", "too long"),
    ("1e999999999", "too long"),
    ("1e9_999_999", "too long"),
    ("1e-99999999999999999999", "too long"),
    ("٣", "not allowed|not a formula|not a number"),
    ("a" + " " * 1, None),
    ("a+" * 10_001 + "a", "20,000 characters"),
    ("+".join(["a"] * 4_900), "at most 5,000 parts|too deep"),
    ("(" * 5_000 + "a" + ")" * 5_000, TOO_DEEP),
    ("(" * 101 + "a" + ")" * 101, TOO_DEEP),
    ("-" * 5_000 + "a", "too deep|levels deep"),
    ("-" * 150 + "a", "levels deep"),
    ("not " * 4_000 + "a > 1", "too deep"),
    ("a**" * 4_000 + "a", "too deep"),
    ("a**" * 150 + "a", "levels deep"),
    ("[" * 90 + "]" * 90, "not allowed"),
    ("(" * 20 + "sqrt(2)" + "+sqrt(3))**(1/3)" * 20 + " > sqrt(5)", "roots and powers"),
    ("max(" + ",".join(f"a*b+{n}" for n in range(13)) + ")", "at most 12 arguments"),
]


@pytest.mark.parametrize(("text", "why"), HOSTILE)
def test_refused_without_trying(text, why):
    with patience("reading"):
        if why is None:
            assert read_expression(text, NAMES) == A
            return
        with pytest.raises(ExpressionError, match=why) as caught:
            read_expression(text, NAMES)
    assert len(str(caught.value)) < 300


SLOW = [
    "+".join(f"max(a*{n}, b*{n}, c)" for n in range(1, 150)),
    "+".join(f"if(a > {n}, b*{n}, c)" for n in range(1, 200)),
    "*".join(f"abs(a - {n}*b)" for n in range(1, 200)),
    " + ".join(f"a**{n}*b**{m}" for n in range(2, 16) for m in range(2, 16)),
    "abs(" * 90 + "a - b" + ")" * 90,
    "exp(" * 90 + "a" + ")" * 90,
    "log(" * 40 + "a" + ")" * 40,
    "if(a > b, " * 40 + "a" + ", c)" * 40,
]


@pytest.mark.parametrize("text", SLOW)
def test_a_long_formula_is_read_in_time(text):
    with patience("reading"):
        read = read_expression(text, NAMES)
    assert A in read.free_symbols


def test_nothing_is_evaluated(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "system", lambda command: (tmp_path / "ran").touch())
    for text in ("__import__('os').system('x')", "exec('import os; os.system(1)')"):
        with pytest.raises(ExpressionError):
            read_expression(text, NAMES)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("text", ["a", "a + b", "1", "if(a > b, 1, 0)", "a < 'x'"])
def test_what_is_no_condition(text):
    with pytest.raises(ExpressionError):
        read_condition(text, NAMES)


def test_a_number_is_no_condition():
    with pytest.raises(ExpressionError, match="1 is not a condition; write one as in"):
        read_condition(1, NAMES)


# -- numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [True, "", "x", "nan", "inf", "-inf", float("nan"), float("inf"), "1/0", "1e²", "²", "1//2",
     "0x10", None, [], "1e9_999_999_999", "9" * 3000, sp.nan, sp.oo, sp.sqrt(2)],
)  # fmt: skip
def test_what_is_no_number(bad):
    with pytest.raises(ExpressionError):
        exact(bad)


def test_a_huge_decimal_is_refused_before_it_is_multiplied_out():
    with pytest.raises(ExpressionError, match="too long"):
        exact(Decimal("1e999999999"))


@given(st.integers(-(10**60), 10**60), st.integers(0, 60))
def test_decimals_are_exact(digits, places):
    text = f"{digits}e-{places}"
    assert exact(text) == Fraction(digits, 10**places)
    assert read_expression(text, []) == sp.Rational(digits, 10**places)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e100, max_value=1e100))
def test_a_float_is_its_shortest_decimal(number):
    assert exact(number) == Fraction(repr(number))


# -- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["", "1a", "lead firm", "a-b", "if", "lambda", "min", "sum", "ﬁrm", "a′", 3, None]
)
def test_what_is_no_name(name):
    with pytest.raises(ExpressionError, match="move"):
        valid_name(name, "move")


@pytest.mark.parametrize("name", ["a", "_a", "lead_firm", "θ", "größe", "x1"])
def test_what_is_a_name(name):
    assert valid_name(name, "move") == name
    assert read_expression(f"2*{name}", [name]) == 2 * symbol(name)


# -- adoption of sympy expressions ------------------------------------------------------------


def test_symbols_are_taken_over_by_name_and_floats_by_their_decimals():
    foreign = sp.Symbol("a", positive=True)
    assert read_expression(foreign * 0.1, NAMES) == A / 10


def test_a_piecewise_becomes_a_case_distinction():
    given_ = sp.Piecewise((1, A > B), (2, A > C), (3, True))
    assert read_expression(given_, NAMES) == If(A > B, 1, If(A > C, 2, 3))
    with pytest.raises(ExpressionError, match="no value where none"):
        read_expression(sp.Piecewise((1, A > B)), NAMES)


@pytest.mark.parametrize("bad", [sp.oo, sp.nan, sp.zoo, A + sp.oo, sp.Symbol("x")])
def test_what_is_not_adopted(bad):
    with pytest.raises(ExpressionError):
        read_expression(bad, NAMES)


def test_an_expression_is_no_condition():
    with pytest.raises(ExpressionError, match="not a condition"):
        read_condition(A + B, NAMES)


# -- tables -----------------------------------------------------------------------------------


def test_a_table_gives_the_entry_at_the_values_last_symbol_fastest():
    table = Lookup.of(["a", "b"], [[0, 1], [5, "1/2", 7]], range(6))
    for i, a in enumerate([0, 1]):
        for j, b in enumerate([sp.Integer(5), sp.Rational(1, 2), sp.Integer(7)]):
            assert table.xreplace({A: sp.Integer(a), B: b}) == 3 * i + j
    assert table.xreplace({A: sp.Integer(1)}).has(Lookup)


def test_a_table_has_no_entry_off_its_axes():
    with pytest.raises(ExpressionError, match="no entry for the value 3"):
        Lookup.of(["a"], [[0, 1]], [5, 6]).xreplace({A: sp.Integer(3)})


def test_a_table_cannot_be_written_in_a_formula():
    with pytest.raises(ExpressionError, match="table cannot be written"):
        write_expression(1 + Lookup.of(["a"], [[0, 1]], [5, 6]))


# -- writing is the inverse of reading ----------------------------------------------------------


LEAVES = [
    "a", "b", "c", "d", "move", "sum(join)", "mean(join*targeted)", "0", "1", "2", "12", "1/3",
    "0.25", "1e-3", "sqrt(2)", "exp(1)",
]  # fmt: skip
SHAPES = [
    "({0})+({1})", "({0})-({1})", "({0})*({1})", "({0})/({1})", "{0}*{1} + {2}", "{0} - {1}*{2}",
    "{0}/{1}*{2}", "2*({0} + {1})*({2})", "-({0})", "-{0}", "-({0} + {1})*{2}", "({0})**2",
    "({0})**3", "({0})**-1", "({0})**(1/2)", "({0})**(-1/2)", "({0})**a", "({0})**({1})",
    "min({0}, {1})", "max({0}, {1}, {2})", "abs({0})", "exp({0})", "sqrt({0})", "log({0})",
    "mean({0}, {1})", "({0})*({1} > {2})", "if({3}, {0}, {1})",
]  # fmt: skip
TRUTHS = [
    "({0}) < ({1})", "({0}) <= ({1})", "({0}) > ({1})", "({0}) >= ({1})", "({0}) == ({1})",
    "({0}) != ({1})", "{0} < {1} <= {2}", "move == yes", "move != half", "no == move", "move == a",
    "a == move", "True", "not ({3})", "({3}) and ({4})", "({3}) or ({4})",
]  # fmt: skip


@st.composite
def formulas(draw, size=3):
    if size == 0:
        return draw(st.sampled_from(LEAVES))
    shape = draw(st.sampled_from([*SHAPES, *LEAVES]))
    return shape.format(*parts(draw, shape, size))


@st.composite
def conditions(draw, size=3):
    shape = draw(st.sampled_from(TRUTHS if size else TRUTHS[:7]))
    return shape.format(*parts(draw, shape, max(size, 1)))


def parts(draw, shape, size):
    """Draw what stands for {0} to {2}, formulas, and for {3} and {4}, conditions."""
    kinds = [formulas, formulas, formulas, conditions, conditions]
    return [draw(kind(size - 1)) if f"{{{n}}}" in shape else "" for n, kind in enumerate(kinds)]


def read(text):
    """Read a formula; None if it is one of those that are refused, such as 1/(a - a)."""
    try:
        return read_expression(text, SCOPE)
    except ExpressionError:
        return None


@given(formulas())
def test_reading_what_was_written_gives_the_same_formula(text):
    first = read(text)
    if first is not None:
        assert read_expression(write_expression(first), SCOPE) == first
        assert read_expression(write_expression(first, SCOPE), SCOPE) == first


@given(conditions())
def test_reading_what_was_written_gives_the_same_condition(text):
    try:
        first = read_condition(text, SCOPE)
    except ExpressionError:
        return
    assert read_condition(write_expression(first, SCOPE), SCOPE) == first


@given(
    st.fractions().filter(lambda q: q.numerator.bit_length() + q.denominator.bit_length() < 4000)
)
def test_reading_what_was_written_gives_the_same_number(number):
    first = read_expression(number, [])
    assert read_expression(write_expression(first), []) == first


def test_the_longest_numbers_are_written_and_read():
    for text in ("1e1000", "1e-1000", "7**100*11**100*13**100*17**100*19**100*23**100"):
        first = read_expression(text, [])
        assert read_expression(write_expression(first), []) == first


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("if(move == 1, a, b)", "if(move == yes, a, b)"),
        ("if(move != half, a, b)", "if(move != half, a, b)"),
        ("sum(join)/size", "sum(join)/size"),
        ("(a + b)*c", "c*(a + b)"),
        ("1/(3*(a + b))", "1/(3*(a + b))"),
        ("abs(abs(a**3))", "a**2*abs(a)"),
        ("if((a == b) or ((b == a) or (a < b)), 1, 0)", "if((a == b) or (a < b), 1, 0)"),
        ("if(a > 1 and b > 1, max(a, b), abs(c))", "if((a > 1) and (b > 1), max(a, b), abs(c))"),
    ],
)
def test_a_formula_is_written_with_the_words_of_the_grammar(text, written):
    assert write_expression(read_expression(text, SCOPE), SCOPE) == written


@given(st.text(alphabet="ab12.+-*/()<>=!, eif_ndorstmaxlgpqu_\n'\"[]{}#\\:@%é²′", max_size=60))
def test_any_text_is_a_formula_or_refused(text):
    for reader in (read_expression, read_condition):
        with contextlib.suppress(ExpressionError):
            reader(text, SCOPE)
