"""The bibliography: what the keys in sources stand for, as citations and as references.

A source is text in which ``@murphy1989industrialization`` stands for a publication. The entries
are in ``papers/references.bib``, which is read with pybtex when the first key is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from pigou.errors import DeclarationError, unknown
from pigou.exact import Record
from pigou.game import Game
from pigou.model import Model
from pigou.reform import Reform
from pigou.symbols import prose

__all__ = ["Entry", "author_year", "cite", "cited", "entries", "entry", "reference"]

_KEY = re.compile(r"(?<![\w.@])@([a-z]+[0-9]{4}[a-z]+)\b")
_MOST_AUTHORS = 4
"""Of more authors, a citation names the first."""


@dataclass(frozen=True)
class Entry:
    """A publication in the bibliography.

    Parameters
    ----------
    key : str
    kind : str
        ``article``, ``book``, ``incollection`` or ``inproceedings``.
    authors : tuple of (str, str)
        Family name, with its particles, and given names.
    fields : mapping of str to str
        Title, year, journal, volume, pages and so on, as plain text.

    Examples
    --------
    >>> one = entry("segal2003coordination")
    >>> one.kind, one.authors, one.fields["pages"]
    ('article', (('Segal', 'Ilya'),), '147-181')
    """

    key: str
    kind: str
    authors: tuple[tuple[str, str], ...]
    fields: Mapping[str, str]


@cache
def entries() -> Mapping[str, Entry]:
    """Return all publications by key.

    Examples
    --------
    >>> "murphy1989industrialization" in entries()
    True
    """
    from pybtex.database import parse_string

    text = files("pigou.papers").joinpath("references.bib").read_text(encoding="utf-8")
    known = parse_string(text, "bibtex").entries
    return Record({key: _read(key, one) for key, one in known.items()})


def _read(key: str, one: Any) -> Entry:
    authors = tuple(
        (
            _plain(" ".join([*person.prelast_names, *person.last_names])),
            _plain(" ".join([*person.first_names, *person.middle_names])),
        )
        for person in one.persons.get("author", ())
    )
    fields = {name.lower(): _plain(text) for name, text in one.fields.items()}
    return Entry(key, one.type, authors, Record(fields))


def _plain(text: str) -> str:
    """Read LaTeX as plain text: accents, braces, dashes."""
    from pybtex.richtext import Text

    return str(Text.from_latex(text)).replace("--", "-").replace("\N{EN DASH}", "-")


def entry(key: str) -> Entry:
    """Return a publication by its key, with or without the ``@``.

    Raises
    ------
    DeclarationError
        If the bibliography has no such key.

    Examples
    --------
    >>> entry("@hosios1990efficiency").fields["journal"]
    'Review of Economic Studies'
    >>> entry("hosios1990eficiency")
    Traceback (most recent call last):
    pigou.errors.DeclarationError: no key 'hosios1990eficiency' in the bibliography; did you ...
    """
    name = key.removeprefix("@")
    if name not in entries():
        raise DeclarationError(unknown("key", name, entries(), "the bibliography"))
    return entries()[name]


def author_year(key: str) -> str:
    """Cite a publication by authors and year.

    Examples
    --------
    >>> author_year("murphy1989industrialization")
    'Murphy, Shleifer and Vishny (1989)'
    >>> author_year("stackelberg1934marktform"), author_year("anshelevich2004price")
    ('von Stackelberg (1934)', 'Anshelevich et al. (2004)')
    """
    one = entry(key)
    return f"{_names([family for family, _ in one.authors])} ({one.fields['year']})"


def _names(names: list[str]) -> str:
    if len(names) > _MOST_AUTHORS:
        return f"{names[0]} et al."
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def reference(key: str, latex: bool = False) -> str:
    r"""State a publication in full, as text or in LaTeX.

    Examples
    --------
    >>> print(reference("segal2003coordination"))
    Segal, Ilya (2003). Coordination and Discrimination in Contracting with Externalities: Divide
    and Conquer? Journal of Economic Theory 113(2), 147-181.
    >>> print(reference("bain1956barriers", latex=True))
    Bain, Joe S. (1956). \emph{Barriers to New Competition}. Cambridge, Massachusetts: Harvard
    University Press.
    """
    one = entry(key)
    text = prose if latex else str

    def leaning(words: str) -> str:
        return rf"\emph{{{prose(words)}}}" if latex else words

    who = _all_names([f"{family}, {given}" for family, given in one.authors])
    title = leaning(one.fields["title"]) if one.kind == "book" else text(one.fields["title"])
    where = _where(one, leaning, text)
    stop = "" if one.fields["title"].endswith("?") else "."
    return f"{text(who)} ({one.fields['year']}). {title}{stop} {where}."


def _all_names(names: list[str]) -> str:
    return " and ".join(part for part in ("; ".join(names[:-1]), names[-1]) if part)


def _where(one: Entry, leaning: Any, text: Any) -> str:
    """Say where a publication appeared."""
    known = one.fields
    house = ": ".join(text(known[part]) for part in ("address", "publisher") if part in known)
    pages = text(known.get("pages") or known.get("eid", ""))
    if one.kind == "article":
        number = f"({known['number']})" if "number" in known else ""
        return f"{leaning(known['journal'])} {known['volume']}{number}, {pages}"
    if "booktitle" in known:
        series = f"{known.get('series', '')} {known.get('volume', '')}".strip()
        rest = [text(series), house, pages]
        return ", ".join([f"In: {leaning(known['booktitle'])}", *filter(None, rest)])
    return house


def cite(text: str) -> str:
    """Replace every key in a text by the citation; leave what is no key of ours alone.

    Examples
    --------
    >>> cite("@murphy1989industrialization, section IV; own form")
    'Murphy, Shleifer and Vishny (1989), section IV; own form'
    >>> cite("@nobody2020nothing; mail to us@lab2020x.org")
    '@nobody2020nothing; mail to us@lab2020x.org'
    """
    if "@" not in text:
        return text
    return _KEY.sub(lambda found: _cited_key(found[1], found[0]), text)


def _cited_key(key: str, written: str) -> str:
    return author_year(key) if key in entries() else written


def cited(model: Model) -> Model:
    """Return a model with the keys in all its sources replaced by citations.

    Examples
    --------
    >>> from pigou.models import load
    >>> cited(load("coordination")).game.source
    'Murphy, Shleifer and Vishny (1989), section IV; Rodrik (1996); own linear form'
    """
    return replace(
        model,
        game=_cited_game(model.game),
        reforms=tuple(map(_cited_reform, model.reforms)),
        about=cite(model.about),
        propositions=tuple(replace(p, source=cite(p.source)) for p in model.propositions),
    )


def _cited_game(game: Game) -> Game:
    if not any("@" in text for text in (game.source, *(p.source for p in game.parameters))):
        return game
    parameters = tuple(replace(p, source=cite(p.source)) for p in game.parameters)
    return replace(game, source=cite(game.source), parameters=parameters)


def _cited_reform(reform: Reform) -> Reform:
    return replace(
        reform,
        source=cite(reform.source),
        parameters=tuple(replace(p, source=cite(p.source)) for p in reform.parameters),
        parts=tuple(map(_cited_reform, reform.parts)),
    )
