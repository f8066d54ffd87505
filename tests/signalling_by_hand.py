"""Signalling games at random, and their equilibria and refinements from the definitions.

Nothing here is shared with the solvers: polytopes are found by trying all sets of tight
inequalities, equilibria by trying all supports.
"""

import itertools
from fractions import Fraction

from pigou import Chance, Game, Lookup, Move, Player, Record
from pigou.solvers.signalling_form import Observation, SignallingForm
from pigou.stages import Turn


def actions(number):
    return tuple((str(k),) for k in range(number))


def form_of(prior, u, v):
    """Lay out a game by tables u[t][m][a] and v[t][m][a]."""
    types, messages, replies = len(u), len(u[0]), len(u[0][0])
    turns = tuple(Turn("s", ("m",), Record({"t": str(t)}), actions(messages)) for t in range(types))
    seen = tuple(
        Observation(
            Turn("r", ("a",), Record({"m": str(m)}), actions(replies)),
            tuple((t, m) for t in range(types)),
        )
        for m in range(messages)
    )
    pairs = list(itertools.product(range(types), range(messages)))
    tables = [{(t, m): tuple(map(Fraction, w[t][m])) for t, m in pairs} for w in (u, v)]
    return SignallingForm(turns, prior, seen, {(t, m): m for t, m in pairs}, *tables)


def drawn(rng, high=9, sizes=(2, 3)):
    types, messages, replies = (rng.choice(sizes) for _ in range(3))
    weights = [rng.randint(1, 5) for _ in range(types)]
    prior = tuple(Fraction(w, sum(weights)) for w in weights)
    u, v = (
        [[[rng.randint(0, high) for _ in range(replies)] for _ in range(messages)]
         for _ in range(types)]
        for _ in range(2)
    )  # fmt: skip
    return prior, u, v


def small(rng, high):
    """Draw until the game is solved in no time, mixtures included."""
    while True:
        tables = drawn(rng, high)
        if len(tables[1]) * len(tables[1][0]) * len(tables[1][0][0]) <= 12:
            return tables


def as_game(prior, u, v):
    """The same game in the language."""
    types, messages, replies = len(u), len(u[0]), len(u[0][0])
    axes = [tuple(range(1, n + 1)) for n in (types, messages, replies)]
    payoffs = {
        name: Lookup.of(["t", "m", "a"], axes, [x for by in w for row in by for x in row])
        for name, w in (("s", u), ("r", v))
    }
    outcomes = {f"t{k + 1}": (k + 1, p) for k, p in enumerate(prior)}
    labels = [{f"{c}{k}": k for k in axes[n]} for n, c in ((1, "m"), (2, "a"))]
    moves = [Move("m", "s", labels[0]), Move("a", "r", labels[1], 2, observes=["m"])]
    chance = [Chance("t", outcomes, seen_by=["s"])]
    return Game("random", [Player("s"), Player("r")], moves, payoffs, chance=chance)


def uneven(rng, high, most=4):
    """Draw a game in which types have different messages, which may share an observation or none.

    An observation has its own number of replies. At most so many numbers are free on either side.
    """
    while True:
        types, places = rng.choice((2, 2, 3)), rng.choice((1, 2, 2, 3))
        messages = [rng.choice((1, 2, 2, 3)) for _ in range(types)]
        replies = [rng.choice((1, 2, 2, 3)) for _ in range(places)]
        pooled = rng.random() < 0.5
        seen = {
            (t, m): rng.choice([None, *range(places), *range(places)])
            if pooled
            else (m if m < places else None)
            for t in range(types)
            for m in range(messages[t])
        }
        few = max(sum(messages) - types, sum(replies) - places) <= most
        if few and set(range(places)) <= set(seen.values()):
            break
    weights = [rng.randint(1, 4) for _ in range(types)]
    prior = tuple(Fraction(w, sum(weights)) for w in weights)
    u, v = (
        {o: tuple(Fraction(rng.randint(0, high)) for _ in range(1 if h is None else replies[h]))
         for o, h in seen.items()}
        for _ in range(2)
    )  # fmt: skip
    turns = tuple(
        Turn("s", ("m",), Record({"t": str(t)}), actions(messages[t])) for t in range(types)
    )
    found = tuple(
        Observation(
            Turn("r", ("a",), Record({"h": str(h)}), actions(replies[h])),
            tuple(o for o, place in seen.items() if place == h),
        )
        for h in range(places)
    )
    return SignallingForm(turns, prior, found, seen, u, v)


# -- polytopes ------------------------------------------------------------------------------------


def reduced(rows):
    """Bring rows into reduced echelon form; return them with the columns of their pivots."""
    rows, pivots = [list(row) for row in rows], []
    for column in range(len(rows[0]) if rows else 0):
        place = len(pivots)
        pivot = next((n for n in range(place, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[place], rows[pivot] = rows[pivot], rows[place]
        rows[place] = [x / rows[place][column] for x in rows[place]]
        for n, row in enumerate(rows):
            if n != place and row[column]:
                rows[n] = [x - row[column] * y for x, y in zip(row, rows[place], strict=True)]
        pivots.append(column)
    return rows[: len(pivots)], pivots


def vertices(size, equal, at_least):
    """Return the corners of all x with a @ x = b and a @ x >= b, of rows (*a, b)."""
    rows, pivots = reduced(equal)
    if size in pivots:
        return set()
    free = [k for k in range(size) if k not in pivots]
    limits = []
    for row in at_least:
        row = list(row)
        for solved, pivot in zip(rows, pivots, strict=True):
            row = [x - row[pivot] * y for x, y in zip(row, solved, strict=True)]
        limits.append((*(row[k] for k in free), row[size]))
    if any(row[-1] > 0 for row in limits if not any(row[:-1])):
        return set()
    limits = list(dict.fromkeys(row for row in limits if any(row[:-1])))
    found = set()
    for tight in itertools.combinations(limits, len(free)):
        solved, columns = reduced(tight)
        if columns != list(range(len(free))):
            continue
        point = [row[-1] for row in solved]
        if all(dot(row, point) >= row[-1] for row in limits):
            x = dict(zip(free, point, strict=True))
            x |= {p: r[size] - sum(r[k] * x[k] for k in free)
                  for r, p in zip(rows, pivots, strict=True)}  # fmt: skip
            found.add(tuple(x[k] for k in range(size)))
    return found


def dot(row, point):
    return sum((a * b for a, b in zip(row, point)), Fraction(0))  # noqa: B905


def subsets(number):
    return [c for k in range(number) for c in itertools.combinations(range(number), k + 1)]


# -- equilibria and refinements -------------------------------------------------------------------


class ByHand:
    """A signalling game, and what the definitions say of it."""

    def __init__(self, form):
        self.form, self.seen = form, form.seen
        self.u, self.v = form.sender, form.receiver
        self.messages, self.mixed = sorted(form.seen), {}
        self.sizes = [len(o.turn.actions) for o in form.observations]
        self.replies = [(h, a) for h, size in enumerate(self.sizes) for a in range(size)]

    def equilibria(self):
        """Return the corners, as pairs, of the equilibria with every support."""
        supports = itertools.product(
            itertools.product(*(subsets(len(turn.actions)) for turn in self.form.types)),
            itertools.product(*([r for r in subsets(n) if self.beliefs(h, r)]
                                for h, n in enumerate(self.sizes))),
        )  # fmt: skip
        found = set()
        for sent, replied in supports:
            senders = self.senders(sent, replied)
            used = {o for o, *shares in zip(self.messages, *senders, strict=True) if any(shares)}
            if used == {(t, m) for t, chosen in enumerate(sent) for m in chosen}:
                found.update(itertools.product(senders, self.receivers(sent, replied)))
        return found

    def senders(self, sent, replied):
        """The strategies over some messages against which some replies are best."""
        equal, at_least = self._mixtures(self.messages, sent)
        for h, a in ((h, a) for h, chosen in enumerate(replied) for a in chosen):
            for b in range(self.sizes[h]):
                gains = {o: self.form.prior[o[0]] * (self.v[o][a] - self.v[o][b])
                         for o in self.form.observations[h].origins}  # fmt: skip
                at_least.append([*(gains.get(o, Fraction(0)) for o in self.messages), Fraction(0)])
        return vertices(len(self.messages), equal, at_least)

    def receivers(self, sent, replied):
        """The mixtures of some replies against which no type gains by another message."""
        equal, at_least = self._mixtures(self.replies, replied)

        def worth(origin):
            h, paid = self.seen[origin], self.u[origin]
            if h is None:
                return [*(Fraction(0) for _ in self.replies), -paid[0]]
            return [*(paid[a] if k == h else Fraction(0) for k, a in self.replies), Fraction(0)]

        for t, m in ((t, m) for t, chosen in enumerate(sent) for m in chosen):
            for other in range(len(self.form.types[t].actions)):
                pairs = zip(worth((t, m)), worth((t, other)), strict=True)
                at_least.append([x - y for x, y in pairs])
        return vertices(len(self.replies), equal, at_least)

    @staticmethod
    def _mixtures(names, supports):
        """Say that shares add up to 1, by the first number of each name."""
        unit = [[Fraction(int(k == n)) for k in range(len(names))] for n in range(len(names))]
        equal = [[*(Fraction(int(k == first)) for k, _ in names), Fraction(1)]
                 for first in range(len(supports))]  # fmt: skip
        at_least = []
        for row, (first, second) in zip(unit, names, strict=True):
            (at_least if second in supports[first] else equal).append([*row, Fraction(0)])
        return equal, at_least

    def beliefs(self, h, replies, among=None):
        """Return the extreme beliefs, over some of the origins, at which some replies are best."""
        origins = self.form.observations[h].origins
        places = range(len(origins)) if among is None else among
        names = [(0, k) for k in range(len(origins))]
        equal, at_least = self._mixtures(names, [tuple(places)])
        at_least += [
            [*(self.v[o][a] - self.v[o][b] for o in origins), Fraction(0)]
            for a in replies
            for b in range(self.sizes[h])
        ]
        return vertices(len(origins), equal, at_least)

    def mixed_replies(self, h, among):
        """Return MBR: the largest sets of replies that are all best at one belief."""
        where = h, tuple(among)
        if where not in self.mixed:
            found = [set(r) for r in subsets(self.sizes[h]) if self.beliefs(h, r, among)]
            self.mixed[where] = [sorted(r) for r in found if not any(r < q for q in found)]
        return self.mixed[where]

    def earned(self, shares, replies):
        """Return what each type gets, by shares of messages and replies in a row."""
        mixed = dict(zip(self.replies, replies, strict=True))
        got = [Fraction(0)] * len(self.form.types)
        for (t, m), share in zip(self.messages, shares, strict=True):
            h, paid = self.seen[t, m], self.u[t, m]
            worth = paid[0] if h is None else dot(paid, [mixed[h, a] for a in range(self.sizes[h])])
            got[t] += share * worth
        return got

    def unreached(self, shares):
        on_path = {self.seen[o] for o, s in zip(self.messages, shares, strict=True) if s}
        return [h for h in range(len(self.sizes)) if h not in on_path]

    def intuitive(self, h, earned):
        """Return whom the intuitive criterion excludes and who gains then; None if it holds."""
        paid, got = self._at(h, earned)
        every = range(len(paid))
        best = set().union(*self.mixed_replies(h, every))
        losing = tuple(k for k in every if all(paid[k][a] < got[k] for a in best))
        left = [k for k in every if k not in losing]
        if not left:
            return None
        best = set().union(*self.mixed_replies(h, left))
        gaining = tuple(k for k in left if all(paid[k][a] > got[k] for a in best))
        return (losing, gaining) if gaining else None

    def divine(self, h, earned):
        r"""The same for D1 (Cho and Kreps 1987, section IV.4; Banks and Sobel 1987).

        Within a simplex of best replies, those at which t gains or ties are a polytope. Its corners
        are pure, or ties on an edge. It lies in the open half-space D(t') iff its corners do.
        """
        paid, got = self._at(h, earned)
        every = range(len(paid))

        def gain(k, reply):
            return dot(paid[k], reply) - got[k]

        def gaining_or_tying(k):
            for chosen in simplices:
                corners = [self._pure(h, a) for a in chosen]
                yield from (x for x in corners if gain(k, x) >= 0)
                for x, y in itertools.permutations(corners, 2):
                    if gain(k, x) > 0 > gain(k, y):
                        share = gain(k, x) / (gain(k, x) - gain(k, y))
                        yield [a + share * (b - a) for a, b in zip(x, y, strict=True)]

        simplices = self.mixed_replies(h, every)
        ends = [list(gaining_or_tying(k)) for k in every]
        out = tuple(
            k for k in every if any(j != k and all(gain(j, x) > 0 for x in ends[k]) for j in every)
        )
        left = tuple(k for k in every if k not in out)
        if not out or not left:
            return None
        after = self.mixed_replies(h, left)
        for chosen in after:
            names = [(0, a) for a in range(self.sizes[h])]
            equal, at_least = self._mixtures(names, [tuple(chosen)])
            at_least += [[*(-x for x in paid[k]), -got[k]] for k in every]
            if vertices(len(names), equal, at_least):
                return None
        always = tuple(
            k for k in left if all(paid[k][a] > got[k] for chosen in after for a in chosen)
        )
        return out, always or left

    def _pure(self, h, reply):
        return [Fraction(int(a == reply)) for a in range(self.sizes[h])]

    def _at(self, h, earned):
        origins = self.form.observations[h].origins
        return [self.u[o] for o in origins], [earned[t] for t, _ in origins]

    def falls(self, shares, replies):
        """Return the criteria that an equilibrium fails, by observation, with who and by whom."""
        earned = self.earned(shares, replies)
        found = {
            (name, h): check(h, earned)
            for h in self.unreached(shares)
            for name, check in (("intuitive criterion", self.intuitive), ("D1", self.divine))
        }
        return {where: how for where, how in found.items() if how}


def in_a_row(profile):
    """Return the shares of messages, and of replies, in a row."""
    return tuple(tuple(x for row in side for x in row) for side in profile)
