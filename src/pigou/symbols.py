r"""Names and words in LaTeX: the symbol of a name, and the escaping of what users write.

Names and texts come from game files of unknown origin, so nothing of them reaches LaTeX or
MathJax as it is: a `tex` field is used only if it is plainly a symbol (commands such as ``\input``
read files, ``\href`` runs scripts in a browser), and every other text is escaped.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

__all__ = [
    "Letter",
    "clean",
    "in_ascii",
    "letter_of",
    "letters_of",
    "number_text",
    "prose",
    "read_letter",
    "words",
]

_GREEK = (
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|"
    "upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega"
)
_MORE = "varepsilon|vartheta|varphi|varrho|varsigma|varpi|ell|hbar|max|min|ast|star|prime"

# A symbol in LaTeX: a letter, perhaps dressed, with an index and an exponent or primes.
_COMMAND = rf"\\(?:{_GREEK}|{_MORE})(?![A-Za-z])"
_BASE = (
    rf"(?:[A-Za-z]|{_COMMAND}"
    rf"|\\(?:hat|bar|tilde|dot|ddot|vec|widehat|widetilde|overline|underline)"
    rf"\{{(?:[A-Za-z]|{_COMMAND})\}}"
    rf"|\\(?:mathrm|mathit|mathbf|mathsf|mathcal|text)\{{[A-Za-z0-9 ]+\}})"
)
_SMALL = rf"(?:[A-Za-z0-9*]|{_COMMAND}|\{{(?:{_BASE}|[0-9,+* -])+\}})"
_SYMBOL = re.compile(rf"({_BASE})('+|\^{_SMALL})?(?:_({_SMALL}))?('+|\^{_SMALL})?")

_IN_BOTH = {letter: rf"\{letter}" for letter in "{}$&#_%"}
_IN_MATHS = {
    **_IN_BOTH, "\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim ", "<": "<", ">": ">", "|": "|",
}  # fmt: skip
_IN_ASCII = {
    "–": "--", "—": "---", "‘": "`", "’": "'", "“": "``", "”": "''", "…": r"\dots{}",
    "€": "EUR", "£": r"\pounds{}", "§": r"\S{}", "ß": r"\ss{}", "ø": r"\o{}", "Ø": r"\O{}",
    "æ": r"\ae{}", "Æ": r"\AE{}", "ł": r"\l{}", "×": r"\ensuremath{\times}",
    "≤": r"\ensuremath{\leq}", "≥": r"\ensuremath{\geq}", "−": r"\ensuremath{-}",
}  # fmt: skip
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u030a": "r ",
    "\u030b": "H ", "\u030c": "v ", "\u0327": "c ",
}  # fmt: skip


@dataclass(frozen=True)
class Letter:
    """A symbol in LaTeX: a base, what stands below, what stands above."""

    base: str
    below: tuple[str, ...] = ()
    above: str = ""

    @property
    def latex(self) -> str:
        """The symbol in LaTeX."""
        return self.base + (f"_{{{','.join(self.below)}}}" if self.below else "") + self.above

    def indexed(self, index: str) -> Letter:
        """Return the symbol with one more index."""
        return replace(self, below=(*self.below, index))


def letters_of(declared: Mapping[str, str]) -> dict[str, Letter]:
    r"""Give each name its symbol, by the user's own LaTeX if any; look-alikes are spelled out.

    Examples
    --------
    >>> [letter.latex for letter in letters_of({"q1": "", "cost": r"\kappa", "n": "$x$"}).values()]
    ['q_{1}', '\\kappa', 'n']
    """
    letters = {name: read_letter(tex) or letter_of(name) for name, tex in declared.items()}
    seen = Counter(letters.values())
    return {n: letter if seen[letter] == 1 else _spelled(n) for n, letter in letters.items()}


def read_letter(tex: str) -> Letter | None:
    r"""Read the LaTeX of a symbol; nothing if it is not plainly one.

    Examples
    --------
    >>> read_letter(r"\bar{q}_0^*").latex, read_letter(r"\input{secrets}")
    ('\\bar{q}_{0}^*', None)
    """
    match = _SYMBOL.fullmatch(tex.strip())
    if match is None or (match[2] and match[4]):
        return None
    below = (match[3].removeprefix("{").removesuffix("}"),) if match[3] else ()
    return Letter(match[1], below, match[2] or match[4] or "")


def letter_of(name: str) -> Letter:
    r"""Write a name: ``q1`` as ``q_{1}``, ``unit_cost`` as a word with an index, ``pi`` as π.

    Examples
    --------
    >>> print(letter_of("unit_cost").indexed("i").latex)
    \mathit{unit}_{\text{cost},i}
    """
    parts = [part for part in name.split("_") if part]
    if not parts:
        return _spelled(name)
    numbered = re.fullmatch(r"(\D+)(\d+)", parts[0])
    base, *below = [*numbered.groups(), *parts[1:]] if numbered else parts
    return Letter(_part(base, "mathit"), tuple(_part(part, "text") for part in below))


def _part(word: str, font: str) -> str:
    if greek := _greek(word):
        return rf"\{greek}"
    if not word.isascii():
        return rf"\textit{{{word}}}"
    return word if len(word) == 1 or word.isdigit() else rf"\{font}{{{word}}}"


def _greek(word: str) -> str:
    """Return the command of a Greek letter, or of its name, without the backslash; or nothing."""
    name = unicodedata.name(word, "") if len(word) == 1 else ""
    letter = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", name)
    if letter:
        word = letter[2].lower().replace("lamda", "lambda")
        word = word if letter[1] == "SMALL" else word.capitalize()
    return word if re.fullmatch(_GREEK, word) else ""


def _spelled(name: str) -> Letter:
    """Write a name as it is spelled, in italics."""
    parts = (
        rf"\{'mathit' if part.isascii() else 'textit'}{{{part}}}" if part else ""
        for part in name.split("_")
    )
    return Letter("{" + r"\_".join(parts) + "}")


def clean(text: object) -> str:
    """Bring a text of a user into one line of printable characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def prose(text: str) -> str:
    r"""Escape a text for the running text of LaTeX.

    Examples
    --------
    >>> prose("50% of R&D")
    '50\\% of R\\&D'
    """
    return "".join(
        _IN_BOTH.get(c) or (rf"\ensuremath{{{_IN_MATHS[c]}}}" if c in _IN_MATHS else c)
        for c in text
    )


def words(text: str) -> str:
    r"""Write a text inside mathematics.

    MathJax keeps the backslash of ``\text{a\_b}``, so special characters stand outside ``\text``.

    Examples
    --------
    >>> words("50% of it")
    '\\text{50}\\%\\text{ of it}'
    """
    out = []
    for special, letters in itertools.groupby(text, lambda c: c in _IN_MATHS):
        part = "".join(letters)
        out.append("".join(_IN_MATHS[c] for c in part) if special else rf"\text{{{part}}}")
    return "".join(out)


def in_ascii(latex: str) -> str:
    r"""Replace what is not ASCII by commands that stock pdflatex knows, or by its code.

    Examples
    --------
    >>> in_ascii("Müller 名")
    'M\\"{u}ller [U+540D]'
    """
    return "".join(c if c.isascii() else _ascii(c) for c in latex)


def _ascii(letter: str) -> str:
    if letter in _IN_ASCII:
        return _IN_ASCII[letter]
    if greek := _greek(letter):
        return rf"\ensuremath{{\{greek}}}"
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if base.isascii() and len(marks) == 1 and marks[0] in _ACCENTS:
        return rf"\{_ACCENTS[marks[0]]}{{{base}}}"
    return f"[U+{ord(letter):04X}]"


def number_text(value: Fraction) -> str:
    """Write a number as a decimal where four digits are exact, else as a fraction.

    Examples
    --------
    >>> number_text(Fraction(-5, 4)), number_text(Fraction(1, 3)), number_text(Fraction(2))
    ('-1.25', '1/3', '2')
    """
    scaled = value * 10_000
    if value.denominator == 1 or scaled.denominator != 1:
        return str(value)
    whole, rest = divmod(abs(scaled.numerator), 10_000)
    return f"{'-' if value < 0 else ''}{whole}.{rest:04d}".rstrip("0")
