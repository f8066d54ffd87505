r"""What coalitions can make, links between their members, and the Shapley value.

A coalitional game gives every set S of players a worth v(S), what its members can make without
the others. The *Shapley value* pays everybody its marginal contribution, averaged over all orders
in which the players can arrive:

.. math::
   \phi_i(v) = \sum_{S \subseteq N \setminus i}
               \frac{|S|! \, (|N| - |S| - 1)!}{|N|!} \, \bigl(v(S \cup i) - v(S)\bigr) .

It is the only division that is efficient, treats those alike who contribute alike, gives
nothing to who contributes nothing, and adds up over games (Shapley 1953). With *links*, only
those work together who are connected: a coalition is worth what its connected components are
worth, :math:`v^g(S) = \sum_{C \in S/g} v(C)`, and the Shapley value of :math:`v^g` is the Myerson
value (Myerson 1977).

**Walking away.** By itself the Shapley value divides v(N) even where the players would make more
in separate groups. With ``may_split`` a coalition may always split, and is worth the best it can
do, :math:`\max \sum_{C} v(C)` over its partitions: then nobody trades at a loss, and the value
of a pair is :math:`\max(v(1, 2), v(1) + v(2))` as in `pigou.bargaining`.

Sources: @shapley1953value; @myerson1977graphs; on mergers of bargainers, @segal2003collusion.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import factorial
from typing import Any

import sympy as sp

from pigou.bargaining import check_parties, formula
from pigou.errors import DeclarationError, unknown
from pigou.exact import Record
from pigou.expression import Scope, valid_name

__all__ = ["CoalitionalGame", "Shapley"]

_MOST = 10
_MOST_SPLIT = 5

Coalition = frozenset[str]


@dataclass(frozen=True)
class CoalitionalGame:
    """Players, what each coalition can make, and who is linked to whom.

    Parameters
    ----------
    players : iterable of str
        At most 10.
    worth : mapping of coalition to formula
        A coalition is a text with ``+`` between names (``"lead+supplier"``) or an iterable of
        names. Coalitions that are not listed are worth 0.
    links : iterable of pairs of players, optional
        Who is linked to whom; without it, everybody to everybody.
    may_split : bool
        Whether a coalition may split into groups that are worth more; at most 5 players.
    scope : Scope, optional
        Names that the formulas may use; see `pigou.bargaining.formula`.

    Raises
    ------
    DeclarationError
        If a coalition or a link names nobody, a coalition is given twice, or there are too many
        players.

    Examples
    --------
    >>> gloves = CoalitionalGame(["lead", "a", "b"], {"lead+a": 1, "lead+b": 1, "lead+a+b": 1})
    >>> gloves.worth_of(["lead", "a"]), gloves.worth_of("a+b")
    (1, 0)
    >>> gloves.linked([("lead", "a")]).worth_of("lead+b")
    0
    """

    players: Sequence[str]
    worth: Mapping[Any, Any]
    links: Sequence[tuple[str, str]] | None = None
    may_split: bool = False
    scope: Scope | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        players = tuple(valid_name(p, "player") for p in self.players)
        most = _MOST_SPLIT if self.may_split else _MOST
        if len(set(players)) < len(players):
            twice = next(p for p in players if players.count(p) > 1)
            raise DeclarationError(f"player '{twice}' is listed twice in a coalitional game")
        if not 1 <= len(players) <= most:
            split = " that may split" if self.may_split else ""
            raise DeclarationError(
                f"a coalitional game{split} has 1 to {most} players, not {len(players)}"
            )
        object.__setattr__(self, "players", players)
        worth: dict[str, sp.Expr] = {}
        for key, value in self.worth.items():
            name = self._written(self._members(key))
            if name in worth:
                raise DeclarationError(f"the worth of coalition '{name}' is given twice")
            worth[name] = formula(value, self.scope)
        object.__setattr__(self, "worth", Record(worth))
        if self.links is not None:
            object.__setattr__(self, "links", tuple(self._link(link) for link in self.links))

    @classmethod
    def of(
        cls, players: Iterable[str], worth: Callable[[Coalition], Any], **keys: Any
    ) -> CoalitionalGame:
        """Make a game from a function of the set of players.

        Examples
        --------
        >>> pairs = CoalitionalGame.of("abc", lambda members: len(members) // 2)
        >>> pairs.worth_of("a+b+c")
        1
        """
        names = tuple(players)
        return cls(names, {"+".join(s): worth(frozenset(s)) for s in _subsets(names) if s}, **keys)

    def _members(self, coalition: Any) -> Coalition:
        names = coalition.split("+") if isinstance(coalition, str) else list(coalition)
        members = frozenset(str(name).strip() for name in names)
        for name in sorted(members):
            if name not in self.players:
                raise DeclarationError(
                    f"coalition '{'+'.join(map(str, names))}': "
                    + unknown("player", name, self.players)
                )
        if not members:
            raise DeclarationError("a coalition has at least one member; nobody is worth 0")
        return members

    def _written(self, members: Coalition) -> str:
        return "+".join(p for p in self.players if p in members)

    def _link(self, link: Any) -> tuple[str, str]:
        ends = tuple(link)
        check_parties(ends, self.players, f"link {ends}")
        if len(ends) != 2 or ends[0] == ends[1]:
            raise DeclarationError(f"link {ends}: a link joins two different players")
        return ends

    @property
    def coalitions(self) -> tuple[str, ...]:
        """All coalitions, the smaller first, written with ``+``."""
        return tuple("+".join(members) for members in _subsets(self.players) if members)

    def worth_of(self, coalition: Any) -> sp.Expr:
        """Return what a coalition can make, given the links and whether it may split.

        Raises
        ------
        DeclarationError
            If a name is no player.
        """
        members = self._members(coalition)
        return sp.Add(*(self._connected(part) for part in self._components(members)))

    def _connected(self, members: Coalition) -> sp.Expr:
        own = self.worth.get(self._written(members), sp.S.Zero)
        if not self.may_split or len(members) == 1:
            return own
        first, *others = sorted(members)
        splits = [
            self.worth_of([first, *some]) + self.worth_of(members - {first, *some})
            for some in _subsets(others)
            if len(some) < len(others)
        ]
        return sp.Max(own, *splits)

    def _components(self, members: Coalition) -> tuple[Coalition, ...]:
        if self.links is None:
            return (members,)
        parts = [{p} for p in sorted(members)]
        for one, other in self.links:
            if one in members and other in members:
                joined = [part for part in parts if one in part or other in part]
                parts = [part for part in parts if part not in joined]
                parts.append(set().union(*joined))
        return tuple(map(frozenset, parts))

    def linked(self, links: Iterable[tuple[str, str]]) -> CoalitionalGame:
        """Return the game with these links only."""
        return replace(self, links=tuple(links))

    def merged(self, players: Iterable[str], name: str) -> CoalitionalGame:
        """Return the game in which some players bargain as one: an association, or a merger.

        The one is linked to whomever one of its members was linked to, and its members to each
        other.

        Examples
        --------
        >>> gloves = CoalitionalGame(["lead", "a", "b"], {"lead+a": 1, "lead+b": 1, "lead+a+b": 1})
        >>> Shapley(gloves).divide()["lead"], Shapley(gloves.merged(["a", "b"], "both")).divide()
        (2/3, {'lead': 1/2, 'both': 1/2})
        """
        joined = self._members(players)
        inside = None
        if self.links is not None:
            inside = replace(self, links=(*self.links, *itertools.combinations(sorted(joined), 2)))
        game = inside or self
        left = tuple(p for p in self.players if p not in joined)

        def worth(members: Coalition) -> sp.Expr:
            return game.worth_of((members - {name}) | (joined if name in members else frozenset()))

        if name in left:
            raise DeclarationError(f"merged players cannot be called '{name}': somebody else is")
        return CoalitionalGame.of((*left, name), worth)


@dataclass(frozen=True)
class Shapley:
    """The Shapley value of a coalitional game; with links, the Myerson value.

    Parameters
    ----------
    game : CoalitionalGame

    Examples
    --------
    One lead firm needs one of two suppliers; then it needs both:

    >>> Shapley(CoalitionalGame(["lead", "a", "b"], {"lead+a": 1, "lead+b": 1, "lead+a+b": 1}))
    Shapley(lead: 2/3, a: 1/6, b: 1/6)
    >>> Shapley(CoalitionalGame(["lead", "a", "b"], {"lead+a+b": "v"}))
    Shapley(lead: v/3, a: v/3, b: v/3)
    """

    game: CoalitionalGame

    @cached_property
    def weights(self) -> tuple[sp.Rational, ...]:
        """The share of orders in which s given players, and no others, come before somebody."""
        n = len(self.game.players)
        return tuple(
            sp.Rational(factorial(s) * factorial(n - s - 1), factorial(n)) for s in range(n)
        )

    def divide(self) -> Record[sp.Expr]:
        """Return what each player gets."""
        game = self.game
        worth = {frozenset(c.split("+")): game.worth_of(c) for c in game.coalitions}
        worth[frozenset()] = sp.S.Zero
        return Record(
            {
                player: sp.expand(
                    sp.Add(
                        *(
                            self.weights[len(s)]
                            * (worth[frozenset({*s, player})] - worth[frozenset(s)])
                            for s in _subsets([p for p in game.players if p != player])
                        )
                    )
                )
                for player in game.players
            }
        )

    def __repr__(self) -> str:
        return f"Shapley({', '.join(f'{k}: {v}' for k, v in self.divide().items())})"


def _subsets(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return itertools.chain.from_iterable(
        itertools.combinations(names, count) for count in range(len(names) + 1)
    )
