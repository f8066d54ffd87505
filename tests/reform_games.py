"""Random games of every structure and random reforms of every kind, for property tests."""

from __future__ import annotations

from dataclasses import replace
from functools import partial, reduce

import sympy as sp
from hypothesis import strategies as st

from games import named_games, population_games
from pigou import (
    Bystander,
    Chance,
    Choice,
    Game,
    If,
    Move,
    Parameter,
    Player,
    Reform,
    Step,
    Total,
    Transfer,
    symbol,
)
from pigou.reform_kinds import KEYS, KINDS

PARTIES = ("player", "players", "payer", "payee", "beside")
small = st.fractions(0, 3, max_denominator=6)


@st.composite
def quantity_games(draw):
    """Two or three sellers with linear demand, and a government that sells nothing."""
    firms = draw(st.integers(2, 3))
    total = " + ".join(f"q{i}" for i in range(firms))
    slopes = [draw(st.integers(1, 3)) for _ in range(firms)]
    return Game(
        "quantities",
        [Player(f"firm{i}") for i in range(firms)],
        [Move(f"q{i}", f"firm{i}", (0, "capacity")) for i in range(firms)],
        {f"firm{i}": f"q{i}*(size - {total}) - {slopes[i]}*q{i}**2/2" for i in range(firms)},
        [Bystander("consumers", f"({total})**2/2")],
        parameters=[Parameter("size", draw(st.integers(4, 9))), Parameter("capacity", 5)],
    )


@st.composite
def draws_games(draw):
    """Two who decide before a draw of chance, which one of them may see, at once or in turn."""
    a, b, c, d = (draw(st.integers(-3, 3)) for _ in range(4))
    return Game(
        "draws",
        [Player("grower"), Player("buyer")],
        [
            Move("plant", "grower", {"no": 0, "yes": 1}),
            Move("buy", "buyer", {"no": 0, "yes": 1}, stage=draw(st.integers(1, 2))),
        ],
        {
            "grower": f"plant*({a} + buy*demand) - plant*cost",
            "buyer": f"buy*({b} + {c}*plant*demand) + {d}*plant",
        },
        [Bystander("workers", "plant*demand/2")],
        [Chance("demand", {"low": (1, "1/4"), "high": (3, "3/4")})],
        parameters=[Parameter("cost", draw(st.integers(0, 4)))],
    )


@st.composite
def contribution_games(draw):
    """A population that contributes or not, to a sum or to a mean."""
    gain = draw(st.sampled_from(["sum(give)*worth", "sqrt(sum(give) + 1)", "mean(give)*worth"]))
    return Game(
        "contributions",
        [Player("citizen", size=draw(st.integers(2, 4)))],
        [Move("give", "citizen", {"no": 0, "yes": 1})],
        {"citizen": f"{gain} - give"},
        [Bystander("neighbours", "sum(give)/3")],
        parameters=[Parameter("worth", draw(st.fractions(0, 2, max_denominator=4)))],
    )


games = st.one_of(
    contribution_games(), population_games(), named_games(), quantity_games(), draws_games()
)


def keys_of(draw, kind: str, game: Game):
    """Draw the keys of a reform of a kind for a game; what does not fit raises a ReformError."""
    move = draw(st.sampled_from([m.name for m in game.moves]))
    labels = st.sampled_from(_labels(game.move(move)))
    player = draw(st.sampled_from([p.name for p in game.players]))
    party = st.sampled_from(["government", *(b.name for b in game.bystanders)])
    amount = small if not game.parameters else st.one_of(small, st.just(game.parameters[0].name))
    several = st.permutations([m.name for m in game.moves]).map(tuple)
    parameters = [p.name for p in game.parameters] or ["none"]
    when = draw(st.sampled_from([f"{move} >= 1", *(f"{c.name} == low" for c in game.chance)]))
    known = {
        "move": st.just(move),
        "moves": several,
        "choice": labels,
        "instead": labels,
        "player": st.just(player),
        "players": st.permutations([p.name for p in game.players]).map(lambda p: tuple(p)[:2]),
        "payer": party,
        "payee": party,
        "beside": st.sampled_from([p.name for p in game.players]),
        "called": st.just("newcomer"),
        "purpose": st.just("a purpose"),
        "group": st.just("chosen"),
        "when": st.just(when),
        "parameter": st.sampled_from(parameters),
        "share": st.fractions(0, 1, max_denominator=4),
        "factor": st.fractions(1, 3, max_denominator=2),
        "members": st.integers(1, 2),
        "value": st.integers(7, 9),
        "counts_as": st.integers(0, 1),
        "exit": st.just(False),
        "pays": st.just("1"),
        "set": st.just({parameters[0]: f"{parameters[0]} + 1"}),
        "stages": st.just({move: draw(st.integers(1, 2))}),
        "profile": st.just({move: draw(labels)}),
        "what": st.sampled_from([c.name for c in game.chance] or [game.moves[0].name]),
        "lowest": st.integers(0, 1),
        "highest": st.integers(0, 2),
    }
    special = {
        "add": {"choice": st.just("extra")},
        "ownership": {
            "player": st.sampled_from(
                [p.name for p in game.players if p.name != game.move(move).player] or ["nobody"]
            )
        },
    }
    known |= special.get(kind, {})
    if kind == "guarantee" and game.chance:
        known["when"] = st.just(f"{game.chance[0].name} == low")
    one = KINDS[kind]
    group = draw(st.sampled_from(one.either)) if one.either else ()
    optional = [key for key in one.optional if draw(st.booleans())]
    keys = {key: draw(known.get(key, amount)) for key in (*group, *one.required, *optional)}
    return _fitting(keys, game)


def _fitting(keys, game: Game):
    """Leave out what only populations take, and the choices of continuous moves."""
    crowds = [p.name for p in game.players if p.is_population]
    if not crowds:
        keys = {k: v for k, v in keys.items() if k not in ("members", "group")}
    if "group" in keys and "members" not in keys:
        del keys["group"]
    if "move" in keys and not isinstance(game.move(keys["move"]).domain, Choice):
        keys = {k: v for k, v in keys.items() if k != "choice"}
    if keys.get("payer") == keys.get("payee", 0):
        keys["payee"] = game.players[0].name
    return keys


def _labels(move: Move):
    return move.domain.labels if isinstance(move.domain, Choice) else ("none",)


@st.composite
def reforms(draw, game: Game, kinds=tuple(KINDS)):
    """Draw a reform of any kind; whether it fits the game is for its user to find out."""
    kind = draw(st.sampled_from(kinds))
    cost = draw(st.sampled_from([0, 0, "1/7"]))
    risk = draw(st.sampled_from([0, 0, "1/3"]))
    keys = keys_of(draw, kind, game)
    one = KINDS[kind]
    if any(keys.get(key) is None for key in one.required):
        keys |= {key: _labels(game.moves[0])[0] for key in one.required if key not in keys}
    if one.either and not any(all(k in keys for k in group) for group in one.either):
        keys = {**keys, "choice": "none"}
    return Reform(kind, (Step(kind, keys),), running_cost=cost, failure=risk)


# -- writing games in other names, and formulas in one form ----------------------------------------


def renamed(game: Game, names: dict[str, str]) -> Game:
    """Give players other names, everywhere."""

    def new(name: str) -> str:
        return names.get(name, name)

    def formula(text):
        return text.replace(Total, lambda f, who: Total(formula(f), symbol(new(str(who)))))

    return replace(
        game,
        players=tuple(
            replace(
                p,
                name=new(p.name),
                label=new(p.label),
                parties={new(n): formula(u) for n, u in p.parties.items()},
            )
            for p in game.players
        ),
        moves=tuple(replace(m, player=new(m.player)) for m in game.moves),
        payoffs={new(n): formula(u) for n, u in game.payoffs.items()},
        bystanders=tuple(
            replace(b, name=new(b.name), label=new(b.label), surplus=formula(b.surplus))
            for b in game.bystanders
        ),
        transfers=tuple(
            Transfer(new(t.payer), new(t.payee), formula(t.amount), t.purpose)
            for t in game.transfers
        ),
        chance=tuple(replace(c, seen_by=tuple(map(new, c.seen_by))) for c in game.chance),
    )


def reform_renamed(reform: Reform, names: dict[str, str]) -> Reform:
    """Give players other names in the keys of a reform."""

    def new(key, value):
        if key not in PARTIES:
            return value
        if KEYS[key].read == "names":
            return tuple(names.get(v, v) for v in value)
        return names.get(value, value)

    steps = tuple(Step(s.kind, {k: new(k, v) for k, v in s.keys.items()}) for s in reform.steps)
    return replace(reform, steps=steps)


def linear(formula):
    """Write a formula as a sum of terms in which sums and cases are linear in what they hold."""
    formula = sp.sympify(formula).replace(
        lambda part: isinstance(part, Total),
        lambda part: linear(part.args[0]) * sp.Symbol(f"all {part.args[1]}"),
    )
    formula = formula.replace(
        lambda part: isinstance(part, If),
        lambda part: part.args[2] + (part.args[1] - part.args[2]) * sp.Symbol(str(part.args[0])),
    )
    formula = formula.replace(
        lambda part: isinstance(part, sp.Min | sp.Max),
        lambda part: reduce(partial(_extreme, 1 if isinstance(part, sp.Max) else -1), part.args),
    )
    return sp.expand(formula)


def _extreme(sign, one, other):
    """Write the larger (1) or the smaller (-1) of two by their distance, factors taken out."""
    scale, rest = sp.expand(one - other).as_content_primitive()
    return (one + other + sign * scale * sp.Abs(rest)) / 2


def everybody(game: Game, payoff):
    """Sum what all parties and all their members have."""
    return sum(game.total(p, payoff(p)) if p in game.payoffs else payoff(p) for p in game.parties)
