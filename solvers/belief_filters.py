r"""The intuitive criterion and D1: which equilibria of a signalling game fall, and by whom.

Both look at one observation h off the path and at the payoffs :math:`u^*(t)` of the equilibrium.
BR(T, h) are the replies that are best at some belief over the origins T, MBR(T, h) the mixed ones.

**Intuitive criterion** (Cho and Kreps 1987). Excluded are the origins that can only lose,

.. math:: J = \{t : u^*(t) > \max_{a \in \mathrm{BR}(T(h), h)} u(t, h, a)\} .

The equilibrium falls if one of the others gains whatever the receiver does once it knows that:
:math:`u^*(t) < \min_{a \in \mathrm{BR}(T(h) \setminus J, h)} u(t, h, a)`.

**D1** (Cho and Kreps 1987; Cho and Sobel 1990). With the replies at which t gains, or ties,

.. math::
   D(t) = \{\rho \in \mathrm{MBR}(T(h), h) : u(t, h, \rho) > u^*(t)\}, \qquad
   D^0(t) = \{\rho : u(t, h, \rho) = u^*(t)\} ,

t is excluded if :math:`D(t) \cup D^0(t) \subseteq D(t')` for another t'. The equilibrium falls if
no reply in MBR of what is left deters everybody. Where all would be excluded, nobody is.

Inclusion holds iff no mixed best reply has both :math:`u(t, h, \rho) \ge u^*(t)` and
:math:`u(t', h, \rho) \le u^*(t')`: polytopes that are empty or not, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from pigou.solvers.bayesian import Profile, beliefs_at
from pigou.solvers.cutting import Polytope, simplices
from pigou.solvers.replies import admissible, maximal
from pigou.solvers.signalling_form import SignallingForm

__all__ = ["Fall", "falls", "type_payoffs"]


class Fall(NamedTuple):
    """Why an equilibrium does not survive a criterion.

    Attributes
    ----------
    criterion : str
        ``"intuitive criterion"`` or ``"D1"``.
    observation : int
    excluded : tuple of int
        Places, within the observation's origins, to which no belief should give weight.
    deviators : tuple of int
        Those who gain then, whatever the receiver replies; for D1 all that are left, where it
        takes different ones against different replies.
    """

    criterion: str
    observation: int
    excluded: tuple[int, ...]
    deviators: tuple[int, ...]


def type_payoffs(form: SignallingForm, profile: Profile) -> tuple[Fraction, ...]:
    """Return what each type gets.

    Parameters
    ----------
    form : SignallingForm
    profile : Profile
    """
    return tuple(
        sum(
            (
                share * _worth(form, profile, (t, m))
                for m, share in enumerate(profile.sender[t])
                if share
            ),
            Fraction(0),
        )
        for t in range(len(form.types))
    )


def _worth(form: SignallingForm, profile: Profile, origin: tuple[int, int]) -> Fraction:
    observation, paid = form.seen[origin], form.sender[origin]
    if observation is None:
        return paid[0]
    shares = profile.receiver[observation]
    return sum((r * u for r, u in zip(shares, paid, strict=True)), Fraction(0))


def falls(form: SignallingForm, profile: Profile) -> Iterator[Fall]:
    """Yield the criteria that an equilibrium does not survive, with where and by whom.

    Examples
    --------
    >>> from pigou import Chance, Game, Move, Player
    >>> from pigou.solvers.bayesian import perfect_bayesian
    >>> from pigou.solvers.signalling_form import signalling_form
    >>> game = Game(
    ...     "audit",
    ...     [Player("firm"), Player("buyer")],
    ...     [
    ...         Move("certify", "firm", {"no": 0, "yes": 1}),
    ...         Move("buy", "buyer", {"no": 0, "yes": 1}, 2, observes=["certify"]),
    ...     ],
    ...     {"firm": "buy - certify*(3/2 - quality)", "buyer": "buy*(quality - 3/4)"},
    ...     chance=[Chance("quality", {"low": (0, "1/2"), "high": (1, "1/2")}, ["firm"])],
    ... )
    >>> form = signalling_form(game, {})
    >>> pool = Profile(((1, 0), (1, 0)), ((1, 0), (1, 0)))  # nobody certifies or buys
    >>> [(fall.criterion, fall.excluded, fall.deviators) for fall in falls(form, pool)]
    [('intuitive criterion', (0,), (1,)), ('D1', (0,), (1,))]
    """
    earned = type_payoffs(form, profile)
    for number in range(len(form.observations)):
        if not beliefs_at(form, profile, number)[0]:
            yield from _View(form, earned, number).falls()


class _View:
    """An observation off the path, from the side of those who might cause it."""

    def __init__(self, form: SignallingForm, earned: Sequence[Fraction], number: int):
        self.form, self.number = form, number
        place = form.observations[number]
        self.paid = [form.sender[o] for o in place.origins]
        self.earned = [earned[t] for t, _ in place.origins]
        self.size = len(place.turn.actions)
        self.everybody = tuple(range(len(place.origins)))

    def falls(self) -> Iterator[Fall]:
        for criterion, check in (("intuitive criterion", self.intuitive), ("D1", self.divine)):
            found = check()
            if found is not None:
                yield Fall(criterion, self.number, *found)

    # -- the intuitive criterion ------------------------------------------------------------------

    def intuitive(self) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        replies = self._replies(self.everybody)
        excluded = tuple(
            k for k in self.everybody if max(self.paid[k][a] for a in replies) < self.earned[k]
        )
        left = tuple(k for k in self.everybody if k not in excluded)
        if not excluded or not left:
            return None
        after = self._replies(left)
        gaining = tuple(k for k in left if min(self.paid[k][a] for a in after) > self.earned[k])
        return (excluded, gaining) if gaining else None

    def _replies(self, origins: tuple[int, ...]) -> list[int]:
        """Return BR(T, h)."""
        return [r[0] for r in admissible(self.form, self.number, origins) if len(r) == 1]

    # -- D1 ---------------------------------------------------------------------------------------

    def divine(self) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        every = self._mixed(self.everybody)
        excluded = tuple(
            k
            for k in self.everybody
            if any(self._within(k, other, every) for other in self.everybody if other != k)
        )
        left = tuple(k for k in self.everybody if k not in excluded)
        if not excluded or not left:
            return None
        after = self._mixed(left)
        if not all(self._deterring(part).is_empty for part in after):
            return None
        always = tuple(k for k in left if all(self._not_gaining(k, p).is_empty for p in after))
        return excluded, always or left

    def _mixed(self, origins: tuple[int, ...]) -> list[Polytope]:
        """Return MBR(T, h), as the simplices over maximal admissible sets of replies."""
        sets = maximal(admissible(self.form, self.number, origins))
        return [simplices([replies], self.size) for replies in sets]

    def _within(self, one: int, other: int, every: Sequence[Polytope]) -> bool:
        """Tell whether `other` gains wherever `one` does not lose."""
        return all(
            self._not_gaining(other, part.cut(self.paid[one], -self.earned[one])).is_empty
            for part in every
        )

    def _not_gaining(self, one: int, part: Polytope) -> Polytope:
        return part.cut([-u for u in self.paid[one]], self.earned[one])

    def _deterring(self, part: Polytope) -> Polytope:
        for k in self.everybody:
            part = self._not_gaining(k, part)
        return part
