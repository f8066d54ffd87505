"""Beliefs in words: what may be believed at each information set, and what falls by it."""

from __future__ import annotations

from typing import Any

from pigou.equilibrium import EquilibriumSet
from pigou.tables import Block, Words

__all__ = ["belief_blocks"]

MOST_LINES = 24


def belief_blocks(found: EquilibriumSet, names: Any) -> list[Block]:
    """Say what may be believed, and which equilibria do not survive refinements by beliefs.

    Parameters
    ----------
    found : EquilibriumSet
    names : callable
        Abbreviates a list of names of equilibria.
    """
    if not any(one.beliefs for one in found):
        return []
    lines: dict[str, dict[str, list[str]]] = {}
    for one in found:
        for belief in one.beliefs:
            where = "on the path, by Bayes' rule" if belief.reached else "off the path"
            of = lines.setdefault(belief.name, {})
            of.setdefault(f"{belief.words} ({where})", []).append(one.name)
    blocks: list[Block] = [Words("Beliefs", "heading")]
    said = [
        f"{name}: {words} in {names(which)}"
        for name, of in lines.items()
        for words, which in of.items()
    ]
    blocks += [Words(f"{line}.", under=1) for line in said[:MOST_LINES]]
    more = len(said) - MOST_LINES
    blocks += [Words(f"... and {more} more; --json has them all.", "note", 1)] * (more > 0)
    return [*blocks, *_objections(found, names)]


def _objections(found: EquilibriumSet, names: Any) -> list[Block]:
    """Say which equilibria a criterion removes, why, and which ones survive all."""
    blocks: list[Block] = []
    said: dict[str, list[str]] = {}
    for one in found:
        for objection in one.objections:
            article = "the " if " " in objection.criterion else ""
            said.setdefault(f"{article}{objection}", []).append(one.name)
    lines = [f"Against {names(which)}, {text}." for text, which in said.items()]
    judged = [one for one in found if {"D1", "not D1"} & set(one.marks)]
    if not judged:
        return []
    left = [one.name for one in judged if not one.objections]
    if left:
        lines.append(f"The intuitive criterion and D1 leave {names(left)}.")
    blocks.append(Words("Refinements by beliefs", "heading"))
    blocks += [Words(line, under=1) for line in lines[:MOST_LINES]]
    more = len(lines) - MOST_LINES
    return [*blocks, *[Words(f"... and {more} more.", "note", 1)] * (more > 0)]
