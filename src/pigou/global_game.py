r"""Global games: everybody sees the state with a little noise of its own, and chooses in or out.

The state :math:`\theta` is drawn from a normal prior with mean z and precision :math:`\alpha` (the
public information; precision 0 is the diffuse prior), a member of group g sees
:math:`x = \theta + \varepsilon`, with noise of precision :math:`\beta_g`. Two ways in which it
matters what others do:

* `RegimeChange`: being in costs :math:`c_g` and returns :math:`b_g` if the project succeeds, which
  it does where the weighted share of those who are in is at least :math:`1 - \theta`.
* `LinearGame`: being in pays :math:`\theta + s \ell - c`, where :math:`\ell` is the share of others
  who are in.

`pigou.solvers.global_games` finds all equilibria in switching strategies.

Sources
-------
Carlsson and van Damme (1993), Econometrica 61:989-1018; Morris and Shin (1998), American Economic
Review 88:587-597; Sakovics and Steiner (2012), American Economic Review 102:3439-3461.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from pigou.errors import DeclarationError
from pigou.expression import read_expression
from pigou.game import Parameter
from pigou.reading import check_formulas, number_reader

__all__ = ["Investors", "LinearGame", "RegimeChange"]


@dataclass(frozen=True)
class Investors:
    r"""A group of a continuum of investors, alike but for what they see.

    Parameters
    ----------
    name : str
    cost, benefit : number, str or sympy expression
        :math:`0 < c < b`: what being in costs, and what it returns if the project succeeds.
    mass, weight : number, str or sympy expression
        How many they are, and what each of them counts for success; both above 0.
    precision : number, str or sympy expression
        Of their noise, :math:`\beta > 0`.

    Examples
    --------
    >>> Investors("small", cost="3/10", mass="1/2", weight="4/5").benefit
    1
    """

    name: str
    cost: Any
    benefit: Any = 1
    mass: Any = 1
    weight: Any = 1
    precision: Any = 1


@dataclass(frozen=True)
class RegimeChange:
    r"""A project that succeeds where enough investors are in for the state.

    Parameters
    ----------
    name : str
    groups : iterable of Investors
    mean, precision : number, str or sympy expression
        Of the prior; precision 0 is the diffuse prior.
    noise : {"normal", "logistic"}
        With a proper prior it has to be normal.
    parameters : iterable of Parameter
    source : str

    Raises
    ------
    DeclarationError
        If there is no group, two share a name, the noise is not known, or is not normal with a
        proper prior.

    Examples
    --------
    >>> RegimeChange("project", [Investors("firms", "cost")], parameters=[Parameter("cost", "3/5")])
    RegimeChange('project': groups firms; parameters cost)
    """

    name: str
    groups: Sequence[Investors]
    mean: Any = 0
    precision: Any = 0
    noise: str = "normal"
    parameters: Sequence[Parameter] = ()
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", tuple(self.groups))
        object.__setattr__(self, "parameters", tuple(self.parameters))
        if not self.groups:
            raise DeclarationError(f"global game '{self.name}' has no group of investors")
        if self.noise not in ("normal", "logistic"):
            raise DeclarationError(
                f"global game '{self.name}': noise is 'normal' or 'logistic', not '{self.noise}'"
            )
        called = [group.name for group in self.groups]
        for name in called:
            if called.count(name) > 1:
                raise DeclarationError(
                    f"two groups of global game '{self.name}' are called '{name}'"
                )
        for group in self.groups:
            formulas = [getattr(group, one.name) for one in fields(Investors)[1:]]
            check_formulas(formulas, self.parameters)
        check_formulas([self.mean, self.precision], self.parameters)
        precision = read_expression(self.precision, [p.name for p in self.parameters])
        if self.noise != "normal" and precision.is_number and precision != 0:
            raise DeclarationError(
                f"global game '{self.name}': with a proper prior the noise has to be normal"
            )

    def __repr__(self) -> str:
        groups = ", ".join(group.name for group in self.groups)
        names = ", ".join(p.name for p in self.parameters)
        return f"RegimeChange({self.name!r}: groups {groups}; parameters {names or 'none'})"

    def at(self, values: Mapping[str, Any] | None = None) -> RegimeChange:
        """Return the game with numbers in the place of parameters.

        Raises
        ------
        DeclarationError
            If a value is outside its domain, a parameter has none, or a number is not allowed.
        """
        put = number_reader(f"global game '{self.name}'", self.parameters, values)
        groups = []
        for group in self.groups:
            numbers: dict[str, Any] = {
                f.name: put(getattr(group, f.name)) for f in fields(Investors)[1:]
            }
            wrong = [n for n, number in numbers.items() if number <= 0]
            if wrong or numbers["cost"] >= numbers["benefit"]:
                shown = ", ".join(f"{n} = {number}" for n, number in numbers.items())
                raise DeclarationError(
                    f"global game '{self.name}', group '{group.name}': all have to be above 0, and "
                    f"the cost below the benefit, not {shown}"
                )
            groups.append(replace(group, **numbers))
        precision = put(self.precision)
        if precision < 0:
            raise DeclarationError(
                f"global game '{self.name}': the precision of the prior is at least 0, not "
                f"{precision}"
            )
        return RegimeChange(
            self.name, groups, put(self.mean), precision, self.noise, source=self.source
        )


@dataclass(frozen=True)
class LinearGame:
    r"""A choice whose payoff rises with the state and with the share of others who make it.

    Parameters
    ----------
    name : str
    gain : number, str or sympy expression
        :math:`s > 0`: what it adds if all others are in, rather than none.
    cost : number, str or sympy expression
        c.
    mean, precision : number, str or sympy expression
        Of the prior; precision 0 is the diffuse prior.
    noise_precision : number, str or sympy expression
        Of everybody's noise, above 0.
    parameters : iterable of Parameter
    source : str

    Notes
    -----
    Whether others are one player or a continuum makes no difference: payoffs are linear in the
    share.

    Examples
    --------
    >>> LinearGame("pair", gain=1, cost=1).noise_precision
    1
    """

    name: str
    gain: Any
    cost: Any
    mean: Any = 0
    precision: Any = 0
    noise_precision: Any = 1
    parameters: Sequence[Parameter] = ()
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(self.parameters))
        names = ("gain", "cost", "mean", "precision", "noise_precision")
        check_formulas([getattr(self, name) for name in names], self.parameters)

    def at(self, values: Mapping[str, Any] | None = None) -> LinearGame:
        """Return the game with numbers in the place of parameters.

        Raises
        ------
        DeclarationError
            If a value is outside its domain, a parameter has none, or a number is not allowed.
        """
        put = number_reader(f"global game '{self.name}'", self.parameters, values)
        names = ("gain", "cost", "mean", "precision", "noise_precision")
        numbers: dict[str, Any] = {name: put(getattr(self, name)) for name in names}
        if numbers["gain"] <= 0 or numbers["noise_precision"] <= 0 or numbers["precision"] < 0:
            shown = ", ".join(f"{n} = {number}" for n, number in numbers.items())
            raise DeclarationError(
                f"global game '{self.name}': gain and noise_precision have to be above 0 and "
                f"precision at least 0, not {shown}"
            )
        return LinearGame(self.name, **numbers, source=self.source)
