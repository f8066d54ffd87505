"""What a reader sees of a game: LaTeX, HTML, plain text, and reforms in words."""
# ruff: noqa: E501 (one case a line)

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest
import sympy as sp

from pigou.errors import PigouError
from pigou.expression import Lookup, read_condition, read_expression
from pigou.game import Bystander, Chance, Game, Interval, Move, Parameter, Player, Transfer, Type
from pigou.notation import (
    display_maths,
    html,
    kinds_text,
    latex,
    latex_expression,
    reform_text,
    text,
    text_expression,
)
from pigou.reform import (
    KINDS,
    Reform,
    add_choice,
    mandate,
    pay,
    remove_choice,
    set_parameters,
    subsidy,
    tax,
)


def dilemma() -> Game:
    """A table with parameters."""
    actions = {"stay silent": 0, "confess": 1}
    axes = [[0, 1], [0, 1]]
    temptation, sucker = sp.symbols("temptation sucker", real=True)
    return Game(
        "Prisoners' dilemma",
        players=[Player("ann", "Ann"), Player("bob", "Bob")],
        moves=[Move("a", "ann", actions), Move("b", "bob", actions)],
        payoffs={
            "ann": Lookup.of("ab", axes, [3, sucker, temptation, 1]),
            "bob": Lookup.of("ab", axes, [3, temptation, sucker, 1]),
        },
        parameters=[Parameter("temptation", 5, "temptation > 3"), Parameter("sucker", 0)],
        assumptions=["2*3 > temptation + sucker"],
        source="Tucker (1950)",
    )


def three_players() -> Game:
    actions = {"C": 0, "D": 1}
    axes = [[0, 1]] * 3
    table = Lookup.of(["p1", "p2", "p3"], axes, [6, 3, 3, 0, 8, 5, 5, "1/3"])
    return Game(
        "three of them",
        players=[Player(f"player{n}") for n in (1, 2, 3)],
        moves=[Move(f"p{n}", f"player{n}", actions) for n in (1, 2, 3)],
        payoffs={f"player{n}": table for n in (1, 2, 3)},
    )


def population() -> Game:
    """Types, sums, a threshold, and a standing transfer."""
    return Game(
        "Weakest link & co.",
        players=[
            Player(
                "farmer",
                "Farmers",
                types=[
                    Type("small", "n - large", {"land": 1, "is_near": 0}),
                    Type("big", "large", {"land": "ratio", "is_near": 1}),
                ],
            ),
            Player("mill", "Mill"),
        ],
        moves=[
            Move("action", "farmer", {"shirk": 0, "contribute": 1}, tex="a"),
            Move("p", "mill", Interval(0, "beta_0"), stage=2),
        ],
        payoffs={
            "farmer": "if(sum(action) >= threshold and land > 1, p*land*mean(action), 0)"
            " - lambda_*action",
            "mill": "(pi - p)*sum(land*action)**2 - if(p > beta_0/2, p**2, p)",
        },
        bystanders=[Bystander("consumers", "sum(action)/10", "Consumers")],
        transfers=[Transfer("mill", "farmer", "action*land/20", "premium")],
        parameters=[
            Parameter("n", 30, "n >= 2", "farms", "number of farms", integer=True),
            Parameter("large", 5, "large >= 1", integer=True),
            Parameter("ratio", "2.5", meaning="land of a big farm, relative to a small one"),
            Parameter("threshold", 10, tex="T"),
            Parameter("lambda_", "1/3", "0 < lambda_ < 1", "EUR & more", "cost of 100% effort"),
            Parameter(
                "beta_0", 2, meaning="the highest price_cap", source="Smith & Jones_2 (1990)"
            ),
            Parameter("pi", 3, source="Smith & Jones_2 (1990)"),
        ],
        assumptions=["large <= n", "threshold <= n or lambda_ < 1/2"],
        source="own; see equation #3 in draft_2",
    )


def cournot() -> Game:
    return Game(
        "Leader and follower",
        players=[Player("leader", "Leader"), Player("follower", "Follower")],
        moves=[
            Move("q1", "leader", (0, "a"), label="output of the leader"),
            Move("q2", "follower", (0, "a"), stage=2),
            Move("visit", "leader", {"no": 0, "yes": 1}, stage=3, observes=["q2"]),
        ],
        payoffs={
            "leader": "q1*(a - c - q1 - q2) + visit/100",
            "follower": "max(q2*(a - c - q1 - q2), 0) + sqrt(q2)*exp(-c)*log(a) - abs(q1 - q2)",
        },
        parameters=[Parameter("a", 12, "a > 0", tex=r"\alpha"), Parameter("c", "1.25", "c >= 0")],
        source="von Stackelberg (1934)",
    )


def weather() -> Game:
    return Game(
        "Weather",
        players=[Player("grower", "Grower"), Player("insurer", "Insurer")],
        moves=[
            Move("irrigate", "grower", {"no": 0, "yes, fully": 1}),
            Move("premium", "insurer", (0, 1)),
        ],
        chance=[Chance("rain", {"dry": (0, "q"), "wet": ("3/2", "1 - q")}, seen_by=["grower"])],
        payoffs={
            "grower": "if(rain == dry, irrigate, 2) - premium",
            "insurer": "premium - if(rain == dry and irrigate < 1, 1, 0)",
        },
        parameters=[Parameter("q", "1/4", "0 <= q <= 1")],
    )


def strange_names() -> Game:
    return Game(
        'Straße {50%} $1 \\ "quoted" ~ <b>€ & 名_x',
        players=[
            Player("lead_firm", "Lead_firm <script>alert(1)</script>"),
            Player("β_bank", "Bänk ✓"),
        ],
        moves=[
            Move("unit_cost", "lead_firm", {"a_b & 50%": 0, "$x$ \\(y\\)": 1, "</td>": 2}),
            Move("û", "β_bank", (0, 1)),
            Move("名", "β_bank", (0, 1)),
        ],
        payoffs={
            "lead_firm": "unit_cost*β*x_1 - x1 + γ_max + __*û*名",
            "β_bank": "-û**2 - 名**2 + v*u*e*Gamma*i*pi*effort_level_2",
        },
        parameters=[
            Parameter(
                n, 1, unit="$ & $", meaning="50% of _ {x} $y$ ^ ~ \\ # — “é” ≤ 名", source="a_b"
            )
            for n in [
                "β",
                "x_1",
                "x1",
                "γ_max",
                "__",
                "v",
                "u",
                "e",
                "Gamma",
                "i",
                "pi",
                "effort_level_2",
            ]
        ],
    )


def continuum() -> Game:
    return Game(
        "Crowd",
        players=[Player("driver", size=sp.oo), Player("bank", size="m")],
        moves=[Move("x", "driver", {"road": 0, "rail": 1}), Move("y", "bank", (0, 1))],
        payoffs={"driver": "x*sum(x)", "bank": "y*(sum(y) - j)"},
        parameters=[Parameter("j", 1), Parameter("m", 4, integer=True)],
    )


def large_table() -> Game:
    sizes = list(range(9))
    return Game(
        "Nine by nine",
        players=[Player("A"), Player("B")],
        moves=[Move(m, m.upper(), {f"bid {k}": k for k in sizes}) for m in "ab"],
        payoffs={p: Lookup.of("ab", [sizes, sizes], [k % 7 for k in range(81)]) for p in "AB"},
    )


def wide_table() -> Game:
    sizes = list(range(16))
    options = {f"number {k}": k for k in sizes}
    return Game(
        "Wide",
        players=[Player("A"), Player("B")],
        moves=[Move("a", "A", {"up": 0, "down": 1}), Move("b", "B", options)],
        payoffs={p: Lookup.of("ab", [[0, 1], sizes], [k % 7 for k in range(32)]) for p in "AB"},
    )


def reformed() -> list[Game]:
    paid = subsidy("action", "s", members=4, when="sum(action) < 9", running_cost="1/7",
                   parameters=(Parameter("s", "1/5", tex="s^*"),))  # fmt: skip
    simple = Game(
        "public good",
        [Player("farmer", size=4)],
        [Move("a", "farmer", {"shirk": 0, "contribute": 1})],
        {"farmer": "3*sum(a)/4 - a"},
    )
    return [
        tax("action", 2, choice="shirk")(population()),
        paid(Game(
            "public good",
            [Player("farmer", size=12)],
            [Move("action", "farmer", {"shirk": 0, "contribute": 1})],
            {"farmer": "3*mean(action) - action"},
        )),
        subsidy("a", "1/2", choice="stay silent")(dilemma()),
        add_choice("a", "sign", 2, counts_as="if(sum(a == sign) >= 4, 1, 0)")(simple),
        add_choice("a", "leave", 2, pays="1/2", counts_as=0, exit=True)(simple),
    ]  # fmt: skip


def stages() -> Game:
    """Moves and draws under conditions, and somebody who sees a draw."""
    return Game(
        "Entry",
        [Player("entrant", "Entrant"), Player("incumbent", "Incumbent"), Player("bank")],
        [
            Move("enter", "entrant", {"no": 0, "yes": 1}),
            Move("fight", "incumbent", {"no": 1, "yes": 2}, 2, ["enter", "demand"], when="enter == yes"),
            Move("lend", "bank", {"no": 1, "yes": 2}, 2, [], when="enter == yes and demand > 2"),
            Move("leave", "entrant", {"no": 1, "yes": 2}, 3, when="fight == yes or lend == no"),
        ],
        dict.fromkeys(("entrant", "incumbent", "bank"), "enter*(demand - if(fight == yes, 2, if(leave == yes, 1, 0)))"),
        chance=[
            Chance("demand", {"low": (1, "q"), "high": (3, "1 - q")}, when="enter == yes"),
            Chance("luck", {"bad": (1, "1/2"), "good": (2, "1/2")}),
            Chance("signal", {"bad": (1, "1/2"), "good": (2, "1/2")}, ["bank"]),
        ],
        parameters=[Parameter("q", "1/4")],
    )  # fmt: skip


def many_moves(players: int) -> Game:
    """Players who move one after the other while all before said yes."""
    moves = [Move("m0", "p0", {"no": 1, "yes": 2})]
    formula = "0"
    for n in range(1, players):
        moves.append(
            Move(f"m{n}", f"p{n}", {"no": 1, "yes": 2}, n + 1, (), when=f"m{n - 1} == yes")
        )
    for n in reversed(range(min(players, 90))):
        formula = f"if(m{n} == yes, {formula}, {n + 1})"
    return Game(
        "In a row",
        [Player(f"p{n}") for n in range(players)],
        moves,
        {f"p{n}": formula for n in range(players)},
    )


GAMES = [
    stages(), many_moves(20), many_moves(36), dilemma(), three_players(), population(), cournot(), weather(), strange_names(), continuum(),
    large_table(), wide_table(), *reformed(),
]  # fmt: skip
games = pytest.mark.parametrize("game", GAMES, ids=lambda g: re.sub(r"\W+", "_", g.name))


# -- LaTeX ------------------------------------------------------------------------------------


def flat(written: str) -> str:
    return " ".join(written.split())


def assert_balanced(written: str) -> None:
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", written.replace(r"\\", "")):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert written.count(r"\left") == written.count(r"\right")
    stack: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{([a-z]+\*?)\}", written):
        if kind == "begin":
            stack.append(name)
        else:
            assert stack.pop() == name
    assert not stack


def outside_maths(written: str) -> str:
    """Drop displays, inline formulas and table columns: what is left is running text."""
    written = re.sub(r"\\begin\{align\*?\}.*?\\end\{align\*?\}", "", written, flags=re.S)
    written = re.sub(r"\\\[.*?\\\]", "", written, flags=re.S)
    return re.sub(r"(?<!\\)\$.*?(?<!\\)\$", "", written, flags=re.S)


@games
def test_latex_is_well_formed(game: Game) -> None:
    written = latex(game)
    assert written.isascii()
    assert_balanced(written)
    assert not re.search(r"(?<!\\)[_^#%]", outside_maths(written))
    assert_balanced(display_maths(game))


@games
def test_a_notebook_shows_maths_or_html(game: Game) -> None:
    assert game._repr_latex_() == display_maths(game)
    assert game._repr_latex_().startswith("$$")
    assert game._repr_html_() == html(game)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles_with_amsmath_alone(tmp_path) -> None:
    body = "\n\\clearpage\n".join(latex(game) for game in GAMES)
    body += "".join(
        f"\n\\clearpage\n{display_maths(g)}" for g in GAMES if display_maths(g).isascii()
    )
    document = "\n".join(
        [
            r"\documentclass{article}",
            r"\usepackage{amsmath}",
            r"\begin{document}",
            body,
            r"\end{document}",
        ]
    )
    (tmp_path / "games.tex").write_text(document, encoding="utf-8")
    run = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "games.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:]
    assert "Missing character" not in run.stdout


def test_a_table_is_a_bimatrix_of_labels() -> None:
    written = latex(dilemma())
    assert r"a \backslash b & \text{stay silent} & \text{confess}" in written
    assert r"\text{stay silent} & 3,\; 3 & \mathit{sucker},\; \mathit{temptation} \\" in written
    assert "Tucker (1950)" in written


def test_more_than_two_players_have_a_matrix_per_choice() -> None:
    written = latex(three_players())
    assert written.count(r"\begin{array}") == 2
    assert r"If $p_{3} = \text{C}$:" in written
    assert r"\frac{1}{3},\; \frac{1}{3},\; \frac{1}{3}" in written


def test_a_large_table_is_described_not_printed() -> None:
    for written in (latex(large_table()), text(large_table())):
        assert "81 entries and is not printed here" in written
    assert "9 x 9" in text(large_table())


def test_a_wide_table_is_cut_into_parts_that_fit() -> None:
    assert latex(wide_table()).count(r"\begin{array}") > 1
    assert all(len(line) <= 100 for line in text(wide_table()).splitlines())


def test_a_population_has_indices_types_and_sums() -> None:
    written = latex(population())
    assert r"$i = 1, \dots, n$" in written
    assert r"$n - \mathit{large}$ small ($\mathit{land}_{i} = 1$" in written
    assert r"\sum_{j=1}^{n} a_{j} \geq T" in written
    assert r"\sum_{j=1}^{n} a_{j} \, \mathit{land}_{j}" in written
    assert r"\underbrace{\frac{a_{i} \, \mathit{land}_{i}}{20}}_{\text{premium}}" in written
    assert r"$0 < \lambda < 1$" in written
    assert "having observed all earlier moves" in written


def test_names_become_symbols() -> None:
    game = population()
    shown = {n: latex_expression(sp.Symbol(n, real=True), game) for n in game.scope.names}
    assert shown["lambda_"] == r"\lambda"
    assert shown["beta_0"] == r"\beta_{0}"
    assert shown["pi"] == r"\pi"
    assert shown["is_near"] == r"\mathit{is}_{\text{near},i}"
    assert r"v_{i} ={}&" in latex(game)


def test_names_that_would_look_alike_are_spelled_out() -> None:
    game = strange_names()
    one, other = (latex_expression(sp.Symbol(n, real=True), game) for n in ("x1", "x_1"))
    assert one != other
    assert r"\_" in other
    assert "V_" in latex(game)  # v is taken by a parameter, and \pi too


def test_two_populations_have_indices_of_their_own() -> None:
    written = latex(continuum())
    assert r"$i \in [0, 1]$" in written
    assert r"\int_{0}^{1} x_{k} \, dk" in written  # j is a parameter
    assert r"\sum_{m=1}" not in written


def test_a_symbol_of_unknown_origin_cannot_smuggle_commands() -> None:
    for tex in (
        r"\input{/etc/passwd}",
        r"\href{javascript:alert(1)}{x}",
        "x}",
        "$x$",
        r"x\\y",
        "<b>",
        "x%",
        "é",
    ):
        game = Game("g", [Player("p")], [Move("q", "p", (0, 1), tex=tex)], {"p": "q"})
        assert "q \\in" in latex(game)
        assert tex not in html(game)


def test_stages_and_what_is_observed() -> None:
    written = text(cournot())
    assert "Stage 1: Leader chooses q1 in [0, a] (output of the leader)." in written
    assert "Stage 2: Follower chooses q2 in [0, a], having observed all earlier moves." in written
    assert "having observed q2" in written
    assert r"$q_{2} \in [0, \alpha]$" in latex(cournot())


def test_chance_names_probabilities_and_who_sees() -> None:
    written = flat(text(weather()))
    assert "rain = 0 (dry) with probability q; rain = 1.5 (wet) with probability 1 - q" in written
    assert "Grower sees the draw" in written
    assert r"$\mathit{rain} = 3/2$" in latex(weather()) or r"$\mathit{rain} = 1.5$" in latex(
        weather()
    )


def test_labels_stand_for_values() -> None:
    game = weather()
    condition = read_condition("rain == dry and irrigate != no", game.scope)
    assert latex_expression(condition, game) == (
        r"\mathit{rain} = \text{dry} \text{ and } \mathit{irrigate} \neq \text{no}"
    )
    assert text_expression(condition, game) == "rain == dry and irrigate != no"
    fully = sp.Eq(game.move("irrigate").symbol, 1)
    assert text_expression(fully, game) == 'irrigate == "yes, fully"'
    assert text_expression(sp.true, game) == "always"
    assert latex_expression(sp.false, game) == r"\text{never}"


def test_conditions_read_as_a_paper_writes_them() -> None:
    game = population()
    condition = read_condition(
        "0 < lambda_ <= 1 and (n > 2 or pi == 3)", [p.name for p in game.parameters]
    )
    assert text_expression(condition, game) == "0 < lambda_ <= 1 and (pi == 3 or n > 2)"
    assert latex_expression(condition, game) == (
        r"0 < \lambda \leq 1 \text{ and } \left(\pi = 3 \text{ or } n > 2\right)"
    )


def test_sums_and_cases_are_bracketed_where_they_must_be() -> None:
    game = population()
    shown = latex_expression(read_expression("2*if(p > 1, p, 1) - pi", game.scope), game)
    assert shown == (
        r"2 \, \left(\begin{cases} p & \text{if } p > 1 \\ "
        r"1 & \text{otherwise} \end{cases}\right) - \pi"
    )
    indicator = latex_expression(read_expression("pi*(p > 1)", game.scope), game)
    assert indicator == r"\pi \, \mathbf{1}[p > 1]"
    power = latex_expression(read_expression("sum(action)**2", game.scope), game)
    assert power == r"\left(\sum_{j=1}^{n} a_{j}\right)^{2}"
    assert latex_expression(read_expression("mean(action)", game.scope), game) == (
        r"\frac{\sum_{j=1}^{n} a_{j}}{n}"
    )


def test_text_formulas_can_be_read_again() -> None:
    game = population()
    for formula in (*game.payoffs.values(), game.transfers[0].amount):
        again = read_expression(text_expression(formula, game), game.scope)
        assert sp.simplify(again - formula) == 0


def test_an_exit_and_a_choice_that_counts_as_another_are_explained() -> None:
    signed, left = reformed()[-2:]
    assert "if(a == sign, if(sum(if(a == sign, 1, 0)) >= 4, 1, 0), a)" in flat(text(signed))
    assert "who chooses leave leaves the group" in flat(text(left))


def test_the_government_pays_what_the_others_get() -> None:
    game = reformed()[1]
    written = text(game)
    assert "government = -1/7" in written
    assert "[subsidy on action]" in written
    assert r"\underbrace" in latex(game)
    assert "s^*" in latex(game)


# -- HTML and text ----------------------------------------------------------------------------


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert {name for name, _ in attrs} <= {"class"}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@games
def test_html_is_closed_and_harmless(game: Game) -> None:
    parser = Tags()
    parser.feed(html(game))
    parser.close()
    assert not parser.open
    assert parser.seen <= {"div", "p", "strong", "br", "table", "tr", "th", "td", "span"}
    formulas = re.findall(r"\\\((.*?)\\\)", html(game), flags=re.S)
    assert formulas
    assert html(game).startswith('<div class="pigou-game">')


@games
def test_text_fits_a_terminal(game: Game) -> None:
    written = text(game)
    assert all(len(line) <= 100 for line in written.splitlines())
    assert "′" not in written
    for parameter in game.parameters:
        assert parameter.name in written
    assert "\\text" not in written


def test_every_part_of_a_game_is_shown() -> None:
    for written in (text(population()), latex(population()), html(population())):
        for part in (
            "Players",
            "Moves",
            "Payoffs",
            "Bystanders",
            "Parameters",
            "Assumptions",
            "Source",
        ):
            assert part in written
        assert "number of farms" in written


def test_dollars_of_a_user_are_no_formulas() -> None:
    assert '<span class="tex2jax_ignore mathjax_ignore">$ &amp; $</span>' in html(strange_names())


# -- reforms ----------------------------------------------------------------------------------


def test_reforms_in_words() -> None:
    package = (
        subsidy("action", "s", members=7, when="sum(action) < 9", running_cost="1/10",
                parameters=(Parameter("s", 0.2, unit="USD", meaning="rate"),))
        + tax("p", 2, name="levy")
        + pay("mill", "farmer", "action/3", purpose="premium")
        + set_parameters({"pi": "pi*2"})
        + mandate("action", "contribute")
        + remove_choice("action", "shirk")
        + add_choice("action", "leave", 2, pays=20, exit=True)
    )  # fmt: skip
    assert reform_text(package, population()) == [
        "the government pays s per unit of action to 7 members of farmer (group targeted), "
        "if sum(action) < 9",
        "running it costs the government 1/10",
        "the government collects 2 per unit of p",
        "mill pays action/3 to farmer as premium",
        "pi becomes pi*2",
        "action must be contribute",
        "shirk is no longer a choice of action",
        "action gets the choice leave (= 2), which pays 20 instead of the old payoff, "
        "and leaves the group",
        "with s = 0.2 USD (rate)",
    ]


def test_a_subsidy_for_a_choice() -> None:
    assert reform_text(subsidy("a", 1, choice="yes")) == [
        "the government pays 1 for the choice yes of a"
    ]


def test_a_reform_that_only_costs() -> None:
    assert reform_text(Reform("office", (), running_cost=2)) == [
        "running it costs the government 2"
    ]


def test_every_kind_is_listed_and_can_be_put_into_words() -> None:
    from pigou.reform_notation import _WORDS

    assert set(_WORDS) == set(KINDS)
    for name, kind in KINDS.items():
        assert name in kinds_text()
        assert kind.does in kinds_text()
        for key in kind.keys:
            assert key in kinds_text()


def test_errors_stay_errors() -> None:
    with pytest.raises(PigouError):
        Game("g", [Player("p")], [Move("q", "p", (0, 1), tex="q")], {"p": "nothing"})


def test_texts_are_never_evaluated_as_formulas() -> None:
    with pytest.raises(sp.SympifyError):
        latex_expression("__import__('os')", cournot())


# -- games in stages --------------------------------------------------------------------------


def test_who_is_asked_when_and_knowing_what() -> None:
    written = flat(text(stages()))
    for sentence in (
        "Stage 1: Entrant chooses enter in {no = 0, yes = 1}. ",
        "Stage 2: Incumbent chooses fight in {no, yes}, asked only if enter == yes, having observed enter and demand. ",
        "Stage 2: bank chooses lend in {no, yes}, asked only if enter == yes and demand > 2, knowing nothing else. ",
        "Stage 3: Entrant chooses leave in {no, yes}, asked only if fight == yes, or lend == no, having observed all earlier moves. ",
        "What is not asked for, or not drawn, counts as 0. ",
        "At the start of stage 2, if enter == yes, nature draws demand = 1 (low) with probability q; demand = 3 (high) with probability 1 - q. It is seen before fight. ",
        "After all moves, nature draws luck = bad with probability 1/2; luck = good with probability 1/2. Nobody sees the draw before moving. ",
        "At the start of stage 2, nature draws signal = bad with probability 1/2; signal = good with probability 1/2. bank sees the draw before moving. ",
    ):  # fmt: skip
        assert sentence in written
    assert r"asked only if $\mathit{enter} = \text{yes}$" in latex(stages())
    assert "asked only if" in html(stages())


def test_a_game_without_stages_says_nothing_of_them() -> None:
    for game in (dilemma(), large_table(), continuum()):
        assert "asked only" not in text(game)
        assert "counts as 0" not in text(game)


def test_many_moves_are_a_table_and_very_many_a_count() -> None:
    table, count = text(many_moves(20)), text(many_moves(70))
    assert "asked only if" in table
    assert re.search(r"^\s+17\s+p16\s+m16 in \{no, yes\}\s+m15 == yes$", table, re.M)
    assert "Stage 17: p16 has 1 move, m16." in count
    assert "[70 case distinctions, not printed here]" in count
    assert all(len(line) <= 100 for line in (table + count).splitlines())
