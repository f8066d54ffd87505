r"""Signs of polynomials on a face of a simplex, and cases of them.

The signs of a polynomial on a face are bounded by its Bernstein coefficients: with all of them
non-negative and one positive it is positive inside (Farin 1986, Computer Aided Geometric Design
3:83-127).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx

from pigou.errors import DeclarationError, StructureError

__all__ = ["MOST_CASES", "Oracle", "bernstein", "cases", "face_ring", "signs_of"]

MOST_CASES = 250
_LARGEST_DEGREE = 16

Oracle = Callable[[Any], frozenset[int]]
"""Which signs (-1, 0, 1) a polynomial may have."""


@lru_cache(maxsize=16)
def face_ring(variables: int) -> Any:
    """Return the ring of polynomials on a face, with at least one variable.

    Examples
    --------
    >>> face_ring(2).gens()
    (x0, x1)
    """
    names = [f"x{k}" for k in range(max(1, variables))]
    return fmpq_mpoly_ctx.get(names, Ordering.degrevlex)


def signs_of(polynomial: Any, *, closed: bool) -> frozenset[int]:
    """Return the signs that a polynomial may have on the simplex, or inside it.

    Parameters
    ----------
    polynomial : fmpq_mpoly
        In the shares of a face, that of its first choice eliminated.
    closed : bool
        Whether the boundary counts.

    Examples
    --------
    >>> x, y = face_ring(2).gens()
    >>> [sorted(signs_of(x * y + y, closed=closed)) for closed in (True, False)]
    [[0, 1], [1]]
    >>> sorted(signs_of(x - y, closed=False))
    [-1, 0, 1]
    """
    found = bernstein(polynomial)
    if found is None:
        return frozenset({-1, 0, 1})
    signs = {int(c > 0) - int(c < 0) for c in found}
    if not {-1, 1} <= signs:
        return frozenset(signs - {0} if not closed and signs != {0} else signs)
    return frozenset({-1, 0, 1})


def bernstein(polynomial: Any) -> list[Any] | None:
    r"""Return the Bernstein coefficients, up to positive factors; None beyond degree 16.

    The coefficient of :math:`x^\beta` in :math:`\sum_\alpha c_\alpha x^\alpha
    (\sum_i x_i)^{d - |\alpha|}` is :math:`\sum_\alpha c_\alpha (d - |\alpha|)!
    / \prod_i (\beta_i - \alpha_i)!`.

    Examples
    --------
    >>> bernstein(face_ring(1).gens()[0] * 3 - 1)
    [-1, 2]
    """
    if polynomial.is_constant():
        return [polynomial.leading_coefficient() if polynomial else fmpq(0)]
    terms, degree = polynomial.to_dict(), int(polynomial.total_degree())
    if degree > _LARGEST_DEGREE:
        return None
    found = []
    for row in _rows(degree, len(next(iter(terms)))):
        total, rest = fmpq(0), degree - sum(row)
        for power, coefficient in terms.items():
            left = [b - int(a) for a, b in zip(power, row, strict=True)]
            if min(left) >= 0:
                ways = math.factorial(rest + sum(left))
                for n in (rest, *left):
                    ways //= math.factorial(n)
                total += coefficient * ways
        found.append(total)
    return found


@lru_cache(maxsize=64)
def _rows(degree: int, length: int) -> list[tuple[int, ...]]:
    return [r for r in itertools.product(range(degree + 1), repeat=length) if sum(r) <= degree]


class _Split(Exception):
    """The sign of a polynomial inside a face is open."""

    def __init__(self, polynomial: Any):
        super().__init__(polynomial)
        self.polynomial = polynomial


def cases(
    read: Callable[[Oracle], Any],
) -> Iterator[tuple[tuple[tuple[Any, int], ...], Any]]:
    """Yield what is read inside a face in each case, with the signs that make the case.

    Every point inside the face belongs to exactly one case; some cases may be empty.

    Parameters
    ----------
    read : callable
        From an oracle to what is read; or to an error of `DeclarationError`, which is yielded.

    Raises
    ------
    StructureError
        If there are more than 250 cases.

    Examples
    --------
    >>> x, y = face_ring(2).gens()
    >>> [(signs, found) for signs, found in cases(lambda oracle: sorted(oracle(y - x)))]
    [(((x0 - x1, -1),), [1]), (((x0 - x1, 1),), [-1]), (((x0 - x1, 0),), [0])]
    """
    stack: list[tuple[tuple[Any, int], ...]] = [()]
    number = 0
    while stack:
        signs = stack.pop()
        number += 1
        if number > MOST_CASES:
            raise StructureError(f"payoffs distinguish more than {MOST_CASES} cases")

        def oracle(f: Any, signs: tuple[tuple[Any, int], ...] = signs) -> frozenset[int]:
            found = signs_of(f, closed=False)
            if len(found) == 1:
                return found
            lead = f.leading_coefficient()
            for known, sign in signs:
                if known * lead == f:
                    return frozenset({sign if lead > 0 else -sign})
            raise _Split(f / lead)

        try:
            yield signs, read(oracle)
        except _Split as split:
            stack += [(*signs, (split.polynomial, sign)) for sign in (0, 1, -1)]
        except DeclarationError as error:
            yield signs, error
