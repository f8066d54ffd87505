"""Models about a state: numbers by a second route, what reforms change, what is refused."""

import json
import math
import random
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from scipy import integrate, stats

from pigou.adoption import Adoption
from pigou.bandit import Bandit
from pigou.certificates import Certificates
from pigou.cheap_talk import CheapTalk
from pigou.cli import cli
from pigou.errors import DeclarationError, ReformError
from pigou.exact import Enclosure
from pigou.game import Parameter
from pigou.measuring import measure
from pigou.models.states import load, names
from pigou.solvers.adopting import adoption_equilibria
from pigou.solvers.signalling_types import signalling_types
from pigou.state_catalogue import find_state_model, find_state_reforms
from pigou.state_model import StateModel, StateReform
from pigou.state_page import state_latex

COMPARED = [(name, reform.name) for name in names() for reform in load(name).reforms]


def run(*args: str):
    return CliRunner().invoke(cli, list(args))


def reformed(name: str, reform: str) -> StateModel:
    model = load(name)
    return model.reformed(model.reform(reform))


def only(model: StateModel, at=None, cost=1):
    (one,) = measure(model, at, cost).equilibria
    return one.quantities


def near(value, expected: float, within: float = 1e-9) -> bool:
    assert isinstance(value, Enclosure)
    return value.width < within and abs(value.value - expected) < within


# -- declarations -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_a_model_says_what_a_reader_has_to_know(name: str) -> None:
    model = load(name)
    assert model.name == name
    for part in (
        "**The game.**",
        "**What fails.**",
        "**Whom it hurts.**",
        "**Reforms it invites.**",
    ):
        assert part in model.about
    assert "**backfire" in model.about
    parameters = [*model.game.parameters, *(p for r in model.reforms for p in r.parameters)]
    assert all(p.meaning and p.source and p.tex and p.default is not None for p in parameters)
    assert all(r.label and r.source for r in model.reforms)
    assert len(model.reforms) >= 3


def test_what_cannot_be_declared_is_refused() -> None:
    talk = CheapTalk("talk", "b", parameters=[Parameter("b", "1/20")])
    with pytest.raises(ReformError, match=r"no formula 'bais' in 'talk'.*did you mean 'bias'"):
        StateModel(talk, [StateReform("nearer", {"bais": "b/2"})])
    with pytest.raises(ReformError, match="has a parameter 'b' already"):
        StateModel(talk, [StateReform("nearer", {"bias": "b/2"}, [Parameter("b", 1)])])
    with pytest.raises(DeclarationError, match="nothing starts in such a game"):
        StateModel(talk, start="b")
    with pytest.raises(DeclarationError, match="two reforms"):
        StateModel(talk, [StateReform("same"), StateReform("same")])
    pilot = Bandit("pilot", "1/5", "1/2", 3, "6/5", 3)
    with pytest.raises(DeclarationError, match="it needs a start"):
        StateModel(pilot)
    with pytest.raises(DeclarationError, match="belief to begin with lies between 0 and 1"):
        measure(StateModel(pilot, start=1))
    with pytest.raises(DeclarationError, match="cost of public funds is at least 0"):
        measure(StateModel(talk), cost_of_funds="-1")


# -- information policy -----------------------------------------------------------------------


@pytest.mark.parametrize("reform", [None, "cost_share", "market_study", "open_sourcing_plans"])
def test_expected_surplus_is_that_of_an_integral_over_states(reform: str | None) -> None:
    model = load("information_policy") if reform is None else reformed("information_policy", reform)
    cost = Fraction(6, 5)
    found = only(model, cost=cost)
    aid = 0.15 if reform == "cost_share" else 0.0  # a quarter of 0.6
    alpha = 4.0 if reform == "open_sourcing_plans" else 1.0
    beta = 16.0 if reform == "market_study" else 4.0
    critical = found["critical state"].value
    cutoff = found["in from the signal (suppliers)"].value
    prior = stats.norm(0.4, 1 / math.sqrt(alpha))

    def inside(state: float) -> float:
        return float(stats.norm.cdf(math.sqrt(beta) * (state - cutoff)))

    # the state at which exactly enough are in, and the signal at which one is indifferent
    assert inside(critical) == pytest.approx(1 - critical, abs=1e-9)
    posterior = stats.norm((alpha * 0.4 + beta * cutoff) / (alpha + beta), (alpha + beta) ** -0.5)
    assert posterior.sf(critical) == pytest.approx(0.6 - aid, abs=1e-9)

    def payoff(state: float) -> float:
        return inside(state) * ((state >= critical) - (0.6 - aid)) * prior.pdf(state)

    surplus = sum(integrate.quad(payoff, *ends, limit=200)[0]
                  for ends in ((-9, critical), (critical, 9)))  # fmt: skip
    outlay = integrate.quad(lambda s: aid * inside(s) * prior.pdf(s), -9, 9, limit=200)[0]
    assert near(found["expected surplus (suppliers)"], surplus, 1e-8)
    assert near(found["public outlay"], outlay, 1e-8)
    assert near(found["welfare"], surplus - 1.2 * outlay, 1e-8)
    assert near(found["chance of success"], prior.sf(critical))


def test_sharp_public_information_brings_several_equilibria_back() -> None:
    found = measure(load("information_policy"), {"public": 20, "prospects": "1/2"})
    assert [one.quantities["stable"] for one in found.equilibria] == ["yes", "no", "yes"]
    states = [one.quantities["critical state"].value for one in found.equilibria]
    assert states == sorted(states)
    printed = run("compare", "information_policy", "-r", "cost_share", "--set", "public=20")
    assert printed.exit_code == 0
    assert "worst equilibrium" in printed.stdout


def test_a_subsidy_is_neutral_for_welfare_where_it_changes_nothing() -> None:
    # with prospects so good that all are in anyway, only who pays is different
    certain = {"prospects": 40}
    plain = only(load("information_policy"), certain)["welfare"]
    helped = only(reformed("information_policy", "cost_share"), certain)
    assert near(helped["public outlay"], 0.15)
    assert near(helped["welfare"], plain.value)


# -- option value -----------------------------------------------------------------------------


def test_the_cost_share_makes_the_firm_invest_when_it_should() -> None:
    found = measure(reformed("option_value", "cost_share"))
    helped, best = found.outcomes
    assert best.benchmark
    for name in ("invested from the value", "welfare", "present value of 1 at investment"):
        assert near(helped.quantities[name], best.quantities[name].value)
    plain = only(load("option_value"))
    assert str(plain["invested from the value"]) == "2"  # beta = 2, cost 1
    assert near(plain["welfare"], (2 - 1 + 0.25 * 2) * (1 / 2) ** 2)


@pytest.mark.parametrize("trigger", [1.2, 1.6, 2.5])
def test_nothing_is_better_than_the_efficient_trigger(trigger: float) -> None:
    # beta = 2: investing from T on is worth (1.25 T - 1) / T**2 to all, largest at T = 1.6
    best = measure(load("option_value")).outcomes[1].quantities["welfare"]
    assert (1.25 * trigger - 1) / trigger**2 <= best.value + 1e-12


def test_a_share_that_is_too_large_costs_more_than_it_brings() -> None:
    plain = only(load("option_value"))["welfare"]
    assert only(reformed("option_value", "generous_cost_share"))["welfare"].upper < plain.lower
    late = only(load("option_value"), {"value": 3})
    assert late["invested at once"] == "yes"
    assert str(late["welfare"]) == str(Fraction(3) - 1 + Fraction(3, 4))


# -- pilots -----------------------------------------------------------------------------------


def test_pilots_end_where_one_alone_would_end_them() -> None:
    for firms in (1, 2, 5):
        found = only(load("pilots"), {"firms": firms})
        assert str(found["belief at which pilots end"]) == "4/25"
    together = only(reformed("pilots", "association"), {"firms": 5})["belief at which pilots end"]
    mu = Fraction(1, 5) / (5 * Fraction(1, 2))
    assert str(together) == str(
        mu * Fraction(6, 5) / ((mu + 1) * Fraction(9, 5) + mu * Fraction(6, 5))
    )


def test_the_chance_to_find_a_good_technology_follows_from_the_law_of_motion() -> None:
    found = only(load("pilots"))
    amount = found["pilots in all without a success"].value
    chance = found["chance that a good technology is found"]
    assert near(chance, 1 - math.exp(-0.5 * amount))


def test_secrecy_is_worth_what_a_firm_has_alone() -> None:
    alone = only(load("pilots"), {"firms": 1})["welfare per player"]
    secret = only(reformed("pilots", "secrecy"), {"firms": 3})["welfare per player"]
    seen = only(load("pilots"), {"firms": 3})["welfare per player"]
    assert near(secret, alone.value)
    assert seen.lower > secret.upper


# -- dialogue and expectations ----------------------------------------------------------------


def test_what_is_told_by_brute_force() -> None:
    found = measure(load("dialogue"))
    names_ = [one.name for one in found.outcomes]
    assert names_ == ["1 message", "2 messages", "delegation"]
    # two messages, cut at 3/10: actions 3/20 and 13/20
    loss = sum(
        integrate.quad(lambda t, y=y: (y - t) ** 2, *ends)[0]
        for y, ends in ((0.15, (0, 0.3)), (0.65, (0.3, 1)))
    )
    assert near(found.outcomes[1].quantities["utility (receiver)"], -loss)
    assert near(found.outcomes[1].quantities["utility (sender)"], -loss - 0.01)
    assert [len(measure(reformed("dialogue", r)).equilibria)
            for r in ("co_financing", "lobbies")] == [4, 1]  # fmt: skip


def test_a_first_cluster_lets_expectations_decide() -> None:
    before = only(load("expectations"))
    missing = before["share missing for the high end"]
    assert before["from the start can be reached"] == "the low end: history decides"
    assert near(missing, before["expectations decide from the share"].value - 0.25)
    just = str(Fraction(math.ceil(missing.value * 10**6), 10**6))
    model = load("expectations")
    (enough,) = find_state_reforms(model, [f"first_cluster:moved={just}"])
    (less,) = find_state_reforms(model, ["first_cluster:moved=0.15"])
    reached = [only(model.reformed(one))["from the start can be reached"] for one in (enough, less)]
    assert reached == ["both ends: expectations decide", "the low end: history decides"]
    saddle = only(reformed("expectations", "short_horizon"), {"hazard": 1})
    assert saddle["paths near the steady state"] == "node"


# -- certificates -----------------------------------------------------------------------------


@pytest.mark.parametrize(("power", "tax"), [(1, 0), (2, 0), (0.5, 0), (1, 0.25), (1.5, -0.1)])
def test_nobody_wants_the_certificate_of_another_type(power: float, tax: float) -> None:
    found = signalling_types(Certificates("c", 1, 2, "1/2", str(power), str(tax)))
    types = [Fraction(10 + step, 10) for step in range(11)]
    levels = [found.level(x).value for x in types]
    assert levels == sorted(levels)
    assert levels[0] == 0

    def price(x: float) -> float:
        return 0.5 * float(x) ** -power + tax

    for own in types:
        utilities = [float(x) - price(own) * e for x, e in zip(types, levels, strict=True)]
        assert max(utilities) == pytest.approx(found.utility(own).value, abs=1e-12)
    levels_at = [found.level(Fraction(1000 + s, 1000)).value for s in range(1001)]
    spent = [0.5 * (1 + s / 1000) ** -power * e for s, e in enumerate(levels_at)]
    assert found.waste.value == pytest.approx(integrate.simpson(spent, dx=1 / 1000), abs=1e-7)
    taken = tax * integrate.simpson(levels_at, dx=1 / 1000)
    assert found.revenue.value == pytest.approx(taken, abs=1e-7)


def test_what_is_wasted_does_not_depend_on_what_levels_cost() -> None:
    for cost in ("1/10", "1", "7"):
        found = measure(load("certificates"), {"cost": cost}).outcomes[0].quantities
        assert near(found["wasted on average"], 3 / 4 - math.log(2) / 2)
    taxed, plain, aided = (
        measure(model).outcomes[0].quantities["welfare"]
        for model in (reformed("certificates", "tax"), load("certificates"),
                      reformed("certificates", "subsidy"))
    )  # fmt: skip
    assert taxed.lower > plain.upper
    assert plain.lower > aided.upper
    with pytest.raises(DeclarationError, match="costs the highest type nothing"):
        measure(reformed("certificates", "subsidy"), {"support": "1/2"})


def test_pooling_and_the_type_that_does_not_care() -> None:
    found = signalling_types(Certificates("c", 1, 4, 1, 3))
    mean, type_ = 2.5, found.indifferent.value
    assert found.utility(Fraction(type_)).value == pytest.approx(mean, abs=1e-9)
    assert mean - found.pooling.value == pytest.approx(1)  # the lowest, for itself, has 1
    assert signalling_types(Certificates("c", 1, 2, 1)).indifferent is None


# -- timing of adoption -----------------------------------------------------------------------


def flows(at: dict[str, float], first: float, second: float) -> tuple[float, float]:
    """Return the present values of both firms, by adding up what they have in every bit of time."""
    r, fall = at["r"], at["r"] + at["alpha"]
    ends = (0.0, first, second, second + 600.0)
    one = sum(
        quad(lambda t, x=x: x * math.exp(-r * t), low, high)
        for x, low, high in zip((at["00"], at["10"], at["11"]), ends, ends[1:], strict=False)
    )
    two = sum(
        quad(lambda t, x=x: x * math.exp(-r * t), low, high)
        for x, low, high in zip((at["00"], at["01"], at["11"]), ends, ends[1:], strict=False)
    )
    costs = [at["K"] * math.exp(-fall * first), at["k"] * math.exp(-fall * second)]
    return one - costs[0], two - costs[1]  # fmt: skip


def quad(f, low: float, high: float) -> float:
    return integrate.quad(f, low, high, limit=400, epsabs=1e-12)[0]


WAITING = {"r": 0.1, "alpha": 0.1, "K": 20, "k": 10, "00": 1, "10": 2.25, "01": 0.75, "11": 1.75}
RACE = {"r": 0.1, "alpha": 0.05, "K": 40, "k": 40, "00": 1, "10": 4, "01": 0.5, "11": 2}


def declared(at: dict[str, float]) -> Adoption:
    names_ = ("r", "alpha", "K", "k", "00", "10", "01", "11")
    return Adoption("timing", *(str(at[name]) for name in names_))


def follower(at: dict[str, float], first: float) -> float:
    """Return the best time to follow, found on a fine grid."""
    grid = [first + 0.02 * step for step in range(3000)]
    values = [
        (at["01"] - at["11"]) * (math.exp(-at["r"] * first) - math.exp(-at["r"] * t)) / at["r"]
        - at["k"] * math.exp(-(at["r"] + at["alpha"]) * t)
        for t in grid
    ]
    return grid[max(range(3000), key=values.__getitem__)]


def test_in_a_race_being_first_is_worth_no_more_than_being_second() -> None:
    found = adoption_equilibria(declared(RACE))
    assert found.kind == "race"
    first, second = found.diffusion.first.value, found.diffusion.second.value
    assert follower(RACE, first) == pytest.approx(second, abs=0.02)
    one, two = flows(RACE, first, second)
    assert one == pytest.approx(two, abs=1e-6)
    assert found.diffusion.pioneer.value == pytest.approx(one, abs=1e-6)
    # before, being second is better; just after, being first
    for time, sign in ((first - 0.5, -1), (first + 0.5, 1)):
        lead = flows(RACE, time, second)
        assert sign * (lead[0] - lead[1]) > 0


def test_joint_adoption_needs_that_nobody_gains_by_going_ahead() -> None:
    at = RACE | {"10": 3, "01": 0.2}
    found = adoption_equilibria(declared(at))
    start, end = (time.value for time in found.joint)
    second = found.diffusion.second.value
    alone = max(flows(at, 0.01 * t, second)[0] for t in range(int(100 * second)))
    assert flows(at, start, start)[0] == pytest.approx(alone, abs=1e-4)
    latest = flows(at, end, end)[0]
    assert latest > alone
    assert all(flows(at, end + d, end + d)[0] < latest for d in (-0.5, 0.5))
    assert adoption_equilibria(declared(RACE)).joint is None
    together = max(flows(RACE, 0.05 * t, 0.05 * t)[0] for t in range(1200))
    assert together < max(flows(RACE, 0.05 * t, max(second, 0.05 * t))[0] for t in range(1200))


def test_in_a_waiting_game_waiting_is_worth_as_much_as_going_first() -> None:
    found = adoption_equilibria(declared(WAITING))
    assert found.kind == "waiting game"
    begin, each = found.diffusion.first.value, found.symmetric_value.value
    assert begin == pytest.approx(max(
        (0.02 * t for t in range(2000)),
        key=lambda t: flows(WAITING, t, max(t, 10 * math.log(0.2 * 10 / 1)))[0],
    ), abs=0.02)  # fmt: skip

    def rate(t: float) -> float:
        return found.rate(Fraction(t).limit_denominator(10**9)).value

    # against a rival who adopts at that rate, stopping at any time is worth the same
    for stop in (begin + 1.0, begin + 3.0):
        steps = 400
        size = (stop - begin) / steps
        survived, worth = 1.0, 0.0
        for step in range(steps):
            middle = begin + (step + 0.5) * size
            chance = survived * -math.expm1(-rate(middle + 1e-9) * size)
            worth += chance * flows(WAITING, middle, middle)[1]
            survived -= chance
        worth += survived * flows(WAITING, stop, stop)[0]
        assert worth == pytest.approx(each, abs=2e-4)


def test_what_a_grant_costs_if_both_wait_is_its_expected_present_value() -> None:
    found = adoption_equilibria(declared(WAITING))
    begin = found.diffusion.first.value
    rng = random.Random(7)
    total, draws = 0.0, 4000
    for _ in range(draws):
        time, added, target = begin, 0.0, rng.expovariate(1.0)
        while added < target:  # both rates add up to an exponential draw
            s = time - begin
            added += 2 * (4 * math.exp(0.1 * s) - 4) / 10 * 0.05
            time += 0.05
        total += math.exp(-0.2 * time)
    assert found.discounted().value == pytest.approx(total / draws, rel=0.02)


def test_protection_of_know_how_starts_a_race_and_backfires() -> None:
    model = load("adoption")
    (full,) = find_state_reforms(model, ["exclusive_know_how:secrecy=9/10"])
    before = [one.quantities["welfare"].value for one in measure(model).equilibria]
    found = measure(model.reformed(full))
    assert found.equilibria == () or min(before) > 0
    (some,) = find_state_reforms(model, ["exclusive_know_how:secrecy=1/2"])
    after = [one.quantities["welfare"].value for one in measure(model.reformed(some)).equilibria]
    assert max(after) < max(before)
    assert min(after) == pytest.approx(min(before))
    (helped,) = find_state_reforms(model, ["extension_services"])
    wait = [
        one for one in measure(model.reformed(helped)).equilibria if one.name.startswith("both")
    ]
    assert wait[0].quantities["welfare"].value == pytest.approx(min(before))


def test_efficient_times_are_best_on_a_grid() -> None:
    for at in (WAITING, RACE, RACE | {"10": 3, "01": 0.2}):
        best = adoption_equilibria(declared(at)).efficient
        value = best.pioneer.value + best.follower.value
        grid = [2.5 * t for t in range(30)]
        tried = max(sum(flows(at, a, b)) for a in grid for b in grid if a <= b)
        assert value >= tried - 1e-6
        assert value == pytest.approx(tried, rel=0.01)


def test_what_is_not_settled_is_said() -> None:
    rushed = adoption_equilibria(declared(RACE | {"K": 12, "k": 12}))
    assert rushed.kind == "not settled"
    printed = run("solve", "adoption", "--set", "second=18")
    assert printed.exit_code == 3
    assert "Not settled" in printed.stdout


# -- the command line -------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "reform"), COMPARED)
def test_every_reform_stands_beside_its_model(name: str, reform: str) -> None:
    printed = run("compare", name, "-r", reform, "--json")
    assert printed.exit_code == 0, printed.output
    said = json.loads(printed.stdout)
    assert said["schema"] == "pigou.state_compare/1"
    assert [one["reform"] for one in said["results"]] == ["baseline", reform]
    first, second = (one["outcomes"] for one in said["results"])
    assert first != second
    verdict = run("compare", name, "-r", reform).stdout.split("Verdict")[1]
    assert f"{reform}:" in verdict


@pytest.mark.parametrize("name", names())
def test_pages_and_files(name: str, tmp_path: Path) -> None:
    shown = run("show", name)
    assert shown.exit_code == 0
    assert "@" not in shown.stdout
    assert load(name).reforms[0].name in run("show", name, "--reforms").stdout
    solved = json.loads(run("solve", name, "--json").stdout)
    assert solved["complete"] is True
    assert solved["grade"] == "certified"
    assert json.loads(run("show", name, "--json").stdout)["parameters"]
    file = tmp_path / "out.csv"
    assert run("solve", name, "-o", str(file)).exit_code == 0
    assert file.read_text(encoding="utf-8").startswith("reform,outcome,quantity,value")


def test_the_list_of_models_has_them() -> None:
    listed = json.loads(run("models", "--json").stdout)["models"]
    about = {one["name"]: one["structure"] for one in listed}
    assert {name: about[name] for name in names()} == {
        "adoption": "timing of adoption",
        "certificates": "signalling by a continuum of types",
        "dialogue": "cheap talk",
        "expectations": "perfect foresight",
        "information_policy": "global game",
        "option_value": "investment under uncertainty",
        "pilots": "experimentation",
    }
    assert len(listed) > len(names())


REFUSED = [
    (["solve", "pilots", "--set", "firm=2"], "did you mean 'firms'"),
    (["solve", "pilots", "--set", "firms=0"], "outside its domain"),
    (["solve", "pilots", "--set", "firms=5/2"], "not a whole number"),
    (["solve", "pilots", "--set", "safe=4"], "good has to be above safe"),
    (["solve", "pilots", "--set", "belief=nan"], "not a number"),
    (["solve", "pilots", "--pure"], "--pure has no meaning"),
    (["solve", "pilot"], "did you mean 'pilots'"),
    (["regimes", "pilots"], "`pigou show`, `solve` and `compare` take"),
    (["prove", "dialogue"], "`pigou show`, `solve` and `compare` take"),
    (["show", "pilots", "--toml"], "--toml has no meaning"),
    (["compare", "pilots"], "name a reform with -r (reforms of 'pilots': association"),
    (["compare", "pilots", "-r", "asociation"], "did you mean 'association'"),
    (["compare", "pilots", "-r", "association", "-r", "association"], "given twice"),
    (["compare", "pilots", "-r", "association+secrecy"], "one at a time"),
    (["compare", "pilots", "-r", "technical_assistance:bost=1"], "did you mean 'boost'"),
    (["compare", "pilots", "-r", "technical_assistance:boost=-1"], "outside its domain"),
    (["compare", "pilots", "-r", "technical_assistance:boost"], "key=value"),
    (["compare", "pilots", "-r", "secrecy", "--mcpf", "1:2"], "one cost, not a range"),
    (["compare", "pilots", "-r", "secrecy", "--weight", "firms=2"], "--weight has no meaning"),
    (["solve", "option_value", "--set", "value=0"], "outside its domain"),
    (["solve", "information_policy", "--set", "cost=2"], "the cost below the benefit"),
]


@pytest.mark.parametrize(("args", "words"), REFUSED, ids=lambda x: x if isinstance(x, str) else "")
def test_what_makes_no_sense_is_refused_in_one_line(args: list[str], words: str) -> None:
    printed = run(*args)
    assert printed.exit_code == 2
    assert words in printed.stderr.replace("\n", " ")
    assert "Traceback" not in printed.output


def test_extreme_values_are_answered_or_refused() -> None:
    for name, values in (
        ("pilots", ["rate=1e-9"]), ("pilots", ["firms=1000000"]), ("pilots", ["belief=1e-12"]),
        ("option_value", ["volatility=1e-6"]), ("option_value", ["volatility=1000"]),
        ("expectations", ["speed=1e-12"]), ("expectations", ["impatience=0"]),
        ("information_policy", ["public=1e-9"]), ("information_policy", ["private=1e6"]),
        ("dialogue", ["bias=0"]), ("dialogue", ["bias=-1/1000"]),
    ):  # fmt: skip
        printed = run("solve", name, *(word for v in values for word in ("--set", v)))
        assert printed.exit_code in (0, 2, 3), (name, values, printed.output)
        assert "defect" not in printed.output, (name, values, printed.output)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex")
def test_every_section_compiles(tmp_path: Path) -> None:
    pages = "\n\\clearpage\n".join(state_latex(find_state_model(name)) for name in names())
    document = (
        rf"\documentclass{{article}}\usepackage{{amsmath}}\begin{{document}}{pages}\end{{document}}"
    )
    (tmp_path / "paper.tex").write_text(document, encoding="ascii")
    said = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=200, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout[-2000:]
    wide = [line for line in said.stdout.splitlines() if "Overfull" in line]
    assert not wide, wide
