"""Games in stages from the literature, declared as a user would declare them.

Firms that act alike are single players with moves of their own. Where a paper lets a cartel, a
consortium or a planner decide, a player of that name owns the moves; where a market clears, a
player who minimises the squared excess demand does. Planners and consortia choose the same amount
for all firms, as in the papers.
"""

from __future__ import annotations

from collections.abc import Sequence

from pigou import Bystander, Game, Move, Parameter, Player


def total(name: str, number: int) -> str:
    return "(" + " + ".join(f"{name}{i}" for i in range(1, number + 1)) + ")"


# -- d'Aspremont and Jacquemin (1988), AER 78: unit cost 100 - x_i - beta x_j, R&D costs 2 x_i^2 --

_BETA = (Parameter("beta", "1/5", "0 <= beta", source="illustrative"),)
_SALES = "q{0}*(160 - q1 - q2 - (100 - x{0} - beta*x{1}))"
_ALIKE = "q{0}*(160 - q1 - q2 - (100 - (1 + beta)*x))"


def research() -> Game:
    """R&D is chosen by each firm, then quantities."""
    return Game(
        "R&D, then quantities",
        [Player("one"), Player("two")],
        [
            Move("x1", "one", (0, 40)),
            Move("x2", "two", (0, 40)),
            Move("q1", "one", (0, 100), 2),
            Move("q2", "two", (0, 100), 2),
        ],
        {
            "one": _SALES.format(1, 2) + " - 2*x1**2",
            "two": _SALES.format(2, 1) + " - 2*x2**2",
        },
        [Bystander("consumers", "(q1 + q2)**2/2")],
        parameters=_BETA,
        source="d'Aspremont and Jacquemin (1988), AER 78:1133-37",
    )


def research_decided_by(who: str, objective: str) -> Game:
    """One player chooses the R&D of both firms, then these choose quantities."""
    return Game(
        f"R&D decided by a {who}",
        [Player(who), Player("one"), Player("two")],
        [
            Move("x", who, (0, 40)),
            Move("q1", "one", (0, 100), 2),
            Move("q2", "two", (0, 100), 2),
        ],
        {who: objective, "one": _ALIKE.format(1), "two": _ALIKE.format(2)},
        parameters=_BETA,
    )


PROFITS = f"{_ALIKE.format(1)} + {_ALIKE.format(2)} - 4*x**2"
SURPLUS = f"{PROFITS} + (q1 + q2)**2/2"


def research_and_output_decided_by(who: str, weight: int) -> Game:
    """One player decides everything; consumers count with a weight."""
    joint = f"2*q*(160 - 2*q - (100 - (1 + beta)*x)) - 4*x**2 + {weight}*(2*q)**2/2"
    moves = [Move("x", who, (0, 40)), Move("q", who, (0, 100), 2)]
    return Game(f"a {who}", [Player(who)], moves, {who: joint}, parameters=_BETA)


def subsidised_research() -> Game:
    """A regulator sets a subsidy on R&D first, and maximises total surplus."""
    base = research()
    surplus = f"{_SALES.format(1, 2)} + {_SALES.format(2, 1)} - 2*x1**2 - 2*x2**2 + (q1 + q2)**2/2"
    return Game(
        "an R&D subsidy, R&D, quantities",
        [Player("regulator"), *base.players],
        [
            Move("s", "regulator", (0, 60)),
            *(Move(m.name, m.player, m.domain, m.stage + 1) for m in base.moves),
        ],
        {
            "regulator": surplus,
            "one": _SALES.format(1, 2) + " - 2*x1**2 + s*x1",
            "two": _SALES.format(2, 1) + " - 2*x2**2 + s*x2",
        },
        parameters=_BETA,
    )


# -- Kamien, Muller and Zang (1992), AER 82: spending, cost falls by sqrt((X_i + beta X_j)/2) -----


def spending() -> Game:
    """Each firm spends on R&D, then quantities; a = 100, c = 40."""
    margin = "q{0}*(100 - q1 - q2 - (40 - sqrt((y{0} + beta*y{1})/2)))"
    return Game(
        "R&D spending, then quantities",
        [Player("one"), Player("two")],
        [
            Move("y1", "one", (1, 400)),
            Move("y2", "two", (1, 400)),
            Move("q1", "one", (0, 100), 2),
            Move("q2", "two", (0, 100), 2),
        ],
        {"one": margin.format(1, 2) + " - y1", "two": margin.format(2, 1) + " - y2"},
        parameters=[Parameter("beta", "3/10", "0 <= beta")],
        source="Kamien, Muller and Zang (1992), AER 82:1293-1306; quadratic form",
    )


def joint_spending() -> Game:
    """A cartel decides on the spending of each firm, then these choose quantities."""
    margin = "q{0}*(100 - q1 - q2 - (40 - sqrt((1 + beta)*y/2)))"
    return Game(
        "joint R&D spending, then quantities",
        [Player("cartel"), Player("one"), Player("two")],
        [
            Move("y", "cartel", (1, 400)),
            Move("q1", "one", (0, 100), 2),
            Move("q2", "two", (0, 100), 2),
        ],
        {
            "cartel": f"{margin.format(1)} + {margin.format(2)} - 2*y",
            "one": margin.format(1),
            "two": margin.format(2),
        },
        parameters=[Parameter("beta", "3/10", "0 <= beta")],
    )


def shared_spending() -> Game:
    """Full spillovers, no cartel: only the sum of spending counts, firm two spends 1.

    With beta = 1 every way to share the sum is an equilibrium of the game in which both spend.
    """
    margin = "q{0}*(100 - q1 - q2 - (40 - sqrt((y + 1)/2)))"
    return Game(
        "R&D spending in a joint venture without joint decisions",
        [Player("one"), Player("two")],
        [
            Move("y", "one", (1, 400)),
            Move("q1", "one", (0, 100), 2),
            Move("q2", "two", (0, 100), 2),
        ],
        {"one": margin.format(1) + " - y", "two": margin.format(2)},
    )


# -- Mankiw and Whinston (1986), RAND 17: entry, then quantities ----------------------------------


def entry(firms: int) -> Game:
    """Each firm decides whether to enter, then those inside choose quantities; a - c = 10."""
    numbers = range(1, firms + 1)
    price = f"(10 - {total('q', firms)})"
    inside = " + ".join(f"enter{i}" for i in numbers)
    return Game(
        "free entry",
        [Player(f"firm{i}") for i in numbers],
        [
            *(Move(f"enter{i}", f"firm{i}", {"out": 0, "in": 1}) for i in numbers),
            *(Move(f"q{i}", f"firm{i}", (0, 10), 2, when=f"enter{i} == 1") for i in numbers),
        ],
        {f"firm{i}": f"q{i}*{price} - (K + fee)*enter{i}" for i in numbers},
        [
            Bystander("consumers", f"{total('q', firms)}**2/2"),
            Bystander("treasury", f"fee*({inside})"),
        ],
        parameters=[Parameter("K", 1), Parameter("fee", 0)],
        source="Mankiw and Whinston (1986), RAND 17:48-58",
    )


def licensed_entry() -> Game:
    """A regulator decides on a number of firms, which need not be whole.

    One firm stands for all: it takes the output of all, `Q`, as the market has it, less its own
    share, as given; the market's output is n times that of the firm.
    """
    return Game(
        "a licensed number of firms",
        [Player("regulator"), Player("firm"), Player("market")],
        [
            Move("n", "regulator", (1, 20)),
            Move("q", "firm", (0, 10), 2),
            Move("Q", "market", (0, 20), 2),
        ],
        {
            "regulator": "10*Q - Q**2/2 - n",
            "firm": "q*(10 - q - (n - 1)/n*Q)",
            "market": "-(Q/n - q)**2",
        },
    )


# -- Dixit (1980), Economic Journal 90: capacity, entry, quantities -------------------------------


def deterrence() -> Game:
    """The incumbent installs capacity k, the entrant decides, then quantities; a - w = A."""
    return Game(
        "entry deterrence by capacity",
        [Player("incumbent"), Player("entrant")],
        [
            Move("k", "incumbent", (0, 10)),
            Move("enter", "entrant", {"out": 0, "in": 1}, 2),
            Move("q1", "incumbent", (0, 10), 3),
            Move("q2", "entrant", (0, 10), 3, when="enter == 1"),
        ],
        {
            "incumbent": "q1*(A - q1 - q2) - r*k - r*max(0, q1 - k)",
            "entrant": "q2*(A - q1 - q2) - r*q2 - f*enter",
        },
        [Bystander("consumers", "(q1 + q2)**2/2")],
        parameters=[Parameter("A", 10), Parameter("r", 3), Parameter("f", 2)],
        source="Dixit (1980), Economic Journal 90:95-106; linear form",
    )


# -- Brander and Spencer (1985), JIE 18: export subsidies, then exports ---------------------------


def export_subsidies(countries: int, active: Sequence[int], high: str = "5/2") -> Game:
    """Some governments set subsidies, then one firm of each country exports; a - c = 12."""
    numbers = range(1, countries + 1)
    price = f"(12 - {total('q', countries)})"
    firms = [Move(f"q{i}", f"firm{i}", (0, 12), 2 if active else 1) for i in numbers]
    payoffs = {f"government{i}": f"q{i}*{price}" for i in active}
    payoffs |= {
        f"firm{i}": f"q{i}*({price} + s{i})" if i in active else f"q{i}*{price}" for i in numbers
    }
    return Game(
        "export subsidies",
        [*(Player(f"government{i}") for i in active), *(Player(f"firm{i}") for i in numbers)],
        [*(Move(f"s{i}", f"government{i}", (0, high)) for i in active), *firms],
        payoffs,
        source="Brander and Spencer (1985), JIE 18:83-100",
    )


def export_union(countries: int) -> Game:
    """A union of the exporting countries sets one subsidy for all, a tax where it is negative."""
    numbers = range(1, countries + 1)
    quantity = total("q", countries)
    return Game(
        "an export union",
        [Player("union"), *(Player(f"firm{i}") for i in numbers)],
        [
            Move("s", "union", (-11, 4)),
            *(Move(f"q{i}", f"firm{i}", (0, 12), 2) for i in numbers),
        ],
        {
            "union": f"{quantity}*(12 - {quantity})",
            **{f"firm{i}": f"q{i}*(12 - {quantity} + s)" for i in numbers},
        },
    )


# -- Grossman and Hart (1986), JPE 94: ownership, investment, bargaining --------------------------


def ownership() -> Game:
    """Parties agree on who owns, then each invests, then a price is bargained over.

    An arbitrator chooses the price that maximises the product of gains from trade (Nash).
    """
    value = "(2*A_B*sqrt(i_B) + 2*A_S*sqrt(i_S))"
    outside_b = "2*if(owner == 1, 4/5, if(owner == 2, 1/10, 1/2))*A_B*sqrt(i_B)"
    outside_s = "2*if(owner == 2, 4/5, if(owner == 1, 1/10, 1/2))*A_S*sqrt(i_S)"
    return Game(
        "ownership and investment",
        [Player("parties"), Player("buyer"), Player("supplier"), Player("arbitrator")],
        [
            Move("owner", "parties", {"nobody": 0, "the_buyer": 1, "the_supplier": 2}),
            Move("i_B", "buyer", ("1/100", 4), 2),
            Move("i_S", "supplier", ("1/100", 4), 2),
            Move("price", "arbitrator", (-20, 20), 3),
        ],
        {
            "parties": f"{value} - i_B - i_S",
            "buyer": f"{value} - price - i_B",
            "supplier": "price - i_S",
            "arbitrator": f"({value} - price - {outside_b})*(price - {outside_s})",
        },
        parameters=[Parameter("A_B", 1), Parameter("A_S", "1/2")],
        source="Grossman and Hart (1986), JPE 94:691-719; square-root form",
    )


# -- Greenhut and Ohta (1979), AER 69: a chain of oligopolies -------------------------------------


def chain(tiers: Sequence[int], most: Sequence[int], price: int = 10) -> Game:
    """Each tier sells to the next: quantities, then the price at which these are bought.

    `most` is how much a firm of each tier can sell; final demand is 10 - Q, the first cost 1.
    """
    players, moves, payoffs = [], [], {}
    last = len(tiers)
    for t, number in enumerate(tiers, 1):
        firms = [f"{chr(96 + t)}{i}" for i in range(1, number + 1)]
        made = "(" + " + ".join(f"x_{f}" for f in firms) + ")"
        sold = f"(10 - {made})" if t == last else f"w{t}"
        cost = "1" if t == 1 else f"w{t - 1}"
        for f in firms:
            players.append(Player(f))
            moves.append(Move(f"x_{f}", f, (0, most[t - 1]), 2 * t - 1))
            payoffs[f] = f"x_{f}*({sold} - {cost})"
        if t < last:
            buyers = [f"x_{chr(97 + t)}{i}" for i in range(1, tiers[t] + 1)]
            players.append(Player(f"market{t}"))
            moves.append(Move(f"w{t}", f"market{t}", (0, price), 2 * t))
            payoffs[f"market{t}"] = f"-({made} - {' - '.join(buyers)})**2"
    source = "Greenhut and Ohta (1979), AER 69:137-41"
    return Game("a chain of oligopolies", players, moves, payoffs, source=source)


# -- Tullock (1980): contests ---------------------------------------------------------------------


def contest(prizes: Sequence[int], power: str = "1") -> Game:
    """Each spends effort; the prize is won with a probability in proportion to effort**power."""
    numbers = range(1, len(prizes) + 1)
    whole = " + ".join(f"x{i}**({power})" for i in numbers)
    return Game(
        "contest",
        [Player(f"p{i}") for i in numbers],
        [Move(f"x{i}", f"p{i}", (1, 60)) for i in numbers],
        {f"p{i}": f"{prizes[i - 1]}*x{i}**({power})/({whole}) - x{i}" for i in numbers},
        source="Tullock (1980); Hillman and Riley (1989), Economics & Politics 1:17-39",
    )


# -- Morris and Shin (2003), section 2.2: investment that needs a critical mass --------------------


def critical_mass(players: int = 10, needed: int = 7) -> Game:
    """Whoever invests pays `c`, and earns `b` if at least `needed` invest."""
    return Game(
        "critical mass",
        [Player("firm", size=players)],
        [Move("invest", "firm", {"wait": 0, "invest": 1})],
        {"firm": f"invest*(if(sum(invest) >= {needed}, b, 0) - c)"},
        parameters=[Parameter("b", 2), Parameter("c", 1)],
        source="Morris and Shin (2003), Global Games, section 2.2",
    )


def stag_hunt() -> Game:
    """Two players: 4 each if both hunt the stag, x for sure otherwise."""
    return Game(
        "stag hunt",
        [Player("hunter", size=2)],
        [Move("up", "hunter", {"stay": 0, "up": 1})],
        {"hunter": "if(up == 1, if(sum(up) == 2, 4, 0), x)"},
        parameters=[Parameter("x", 1)],
        source="Harsanyi and Selten (1988)",
    )


# -- Van Huyck, Battalio and Beil (1990), AER 80: minimum effort -----------------------------------


def weakest_link(players: int, levels: int = 7) -> Game:
    """Each is paid by the smallest effort of all, and bears the cost of its own."""
    numbers = range(1, players + 1)
    least = "min(" + ", ".join(f"e{i}" for i in numbers) + ")"
    return Game(
        "weakest link",
        [Player(f"p{i}") for i in numbers],
        [Move(f"e{i}", f"p{i}", {f"{e}": e for e in range(1, levels + 1)}) for i in numbers],
        {f"p{i}": f"c + a*{least} - b*e{i}" for i in numbers},
        parameters=[Parameter("a", "1/5"), Parameter("b", "1/10"), Parameter("c", "3/5")],
        source="Van Huyck, Battalio and Beil (1990), AER 80:234-248, treatment A",
    )


# -- Winter (2004), AER 94: a team whose success needs everybody's work ----------------------------


def team(agents: int) -> Game:
    """Work costs `c`; the project succeeds with a probability that each shirker multiplies by a.

    What the principal gains from success is not part of the question.
    """
    numbers = range(1, agents + 1)
    return Game(
        "team",
        [Player(f"agent{i}") for i in numbers],
        [Move(f"w{i}", f"agent{i}", {"shirk": 0, "work": 1}) for i in numbers],
        {f"agent{i}": f"-c*w{i}" for i in numbers},
        [Bystander("principal", 0)],
        parameters=[Parameter("a", "1/2"), Parameter("c", 1)],
        source="Winter (2004), AER 94:764-773",
    )


# -- Bergstrom, Blume and Varian (1986), JPubE 29: a collective facility ---------------------------


def facility(incomes: Sequence[int], least: str = "0") -> Game:
    """Each splits income between own use x and gifts to a facility G; utility is x G**taste.

    That is Cobb-Douglas, x**(1 - share) G**share with taste = share/(1 - share), raised to a power,
    which leaves equilibria as they are. Of every unit of a gift, `match` is paid by the government.
    """
    numbers = range(1, len(incomes) + 1)
    provided = f"(public + {' + '.join(f'g{i}' for i in numbers)})"
    return Game(
        "a collective facility",
        [Player(f"m{i}") for i in numbers],
        [Move(f"g{i}", f"m{i}", (least, f"w{i}")) for i in numbers],
        {f"m{i}": f"(w{i} - (1 - match)*g{i})*{provided}**taste" for i in numbers},
        parameters=[
            *(Parameter(f"w{i}", w, f"w{i} > 0") for i, w in zip(numbers, incomes, strict=True)),
            Parameter("public", 0, "public >= 0"),
            Parameter("match", 0, "0 <= match < 1"),
            Parameter("taste", 1, "taste > 0"),
        ],
        source="Bergstrom, Blume and Varian (1986), JPubE 29:25-49",
    )
