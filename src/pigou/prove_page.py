"""What there is to say about proofs: a page, JSON (schema ``pigou.prove/1``) and LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pigou.bibliography import cite
from pigou.catalogue import split_at
from pigou.errors import DeclarationError, PigouError
from pigou.expression import read_condition, read_expression
from pigou.formulas import Notation
from pigou.json_numbers import numbers
from pigou.laying_out import in_text, with_stops
from pigou.model import Model
from pigou.model_notation import add_letters
from pigou.proposition import Allocation, Profile, Proposition, Term
from pigou.proving import Proof
from pigou.symbols import in_ascii, letter_of, number_text, prose
from pigou.tables import Block, Page, Table, Words, rounded

__all__ = ["prove_latex", "prove_page", "prove_result"]

_LOOKS = {"proved": "good", "refuted": "bad", "undecided": "warning"}
_ENVIRONMENTS = {"proved": "proposition", "refuted": "claim", "undecided": "conjecture"}

Named = Sequence[tuple[str, Proof]]


def prove_page(proofs: Named) -> Page:
    """Show every proposition with what became of it.

    Parameters
    ----------
    proofs : sequence of (str, Proof)
        The model's name, and the proof.

    Examples
    --------
    >>> from pigou.models import load
    >>> from pigou.proving import prove_all
    >>> page = prove_page([("coordination", p) for p in prove_all(load("coordination"))])
    >>> page.blocks[0].look
    'title'
    """
    table = Table(
        "",
        ("model", "proposition", "outcome", "seconds", "counterexample"),
        tuple(
            (model, p.proposition.name, p.outcome, f"{p.seconds:.2f}", _values(p))
            for model, p in proofs
        ),
    )
    blocks: list[Block] = [Words(_title(proofs), "title")]
    for model, proof in proofs:
        blocks += _one(model, proof)
    blocks += [Words("All of them", "heading"), table]
    blocks += [Words("What this rests on", "heading"), *_grounds()]
    return Page(tuple(blocks), table)


def _title(proofs: Named) -> str:
    outcomes = [proof.outcome for _, proof in proofs]
    counts = [(outcomes.count(kind), kind) for kind in ("proved", "refuted", "undecided")]
    return "Propositions: " + ", ".join(f"{n} {kind}" for n, kind in counts if n)


def _one(model: str, proof: Proof) -> Iterator[Words]:
    one = proof.proposition
    yield Words(f"{model}: {one.name}", "heading")
    yield Words(one.statement)
    yield Words(f"Claim: {one.claim}", under=1)
    if proof.assumed:
        yield Words(f"Assumed, next to the domains: {'; '.join(proof.assumed)}.", under=1)
    yield Words(_outcome(proof), _LOOKS[proof.outcome], 1)
    if proof.outcome == "refuted" and proof.numbers:
        yield Words(f"There: {_numbers(proof)}.", under=2)
    if proof.stronger is not None:
        yield Words(_sharp(proof.stronger, one.stronger), under=1)
    if one.lesson:
        yield Words(one.lesson, under=1)
    if one.source:
        yield Words(f"Source: {one.source}.", under=1)
    if not proof.as_expected:
        said = "false" if one.false else "true"
        yield Words(f"The model's author says that it is {said}.", "warning", 1)


def _outcome(proof: Proof) -> str:
    if proof.outcome == "proved":
        return f"PROVED for all values (z3, {proof.seconds:.2f} s)."
    if proof.outcome == "refuted":
        return f"REFUTED at {_values(proof)} ({proof.reason})."
    return f"UNDECIDED: {proof.reason}."


def _sharp(stronger: Proof, claim: str) -> str:
    if stronger.outcome == "refuted":
        return f"Sharp: the stronger claim {claim} is refuted at {_values(stronger)}."
    return f"The stronger claim {claim} is {stronger.outcome}."


def _values(proof: Proof) -> str:
    return ", ".join(f"{name} = {value}" for name, value in proof.counterexample.items())


def _numbers(proof: Proof) -> str:
    return ", ".join(f"{name} = {rounded(value)}" for name, value in proof.numbers.items())


def _grounds() -> list[Words]:
    sentences = (
        "Proved: no real values satisfy what is assumed and the necessary conditions of an "
        "equilibrium in pure strategies, and violate the claim (the SMT solver z3).",
        "Refuted: at exact parameter values every game named was solved again, its equilibria "
        "certified and re-checked by the independent checker, and one violates the claim.",
    )
    return [Words(sentence, under=1) for sentence in sentences]


def prove_result(proofs: Named) -> dict[str, Any]:
    """Write proofs as JSON: schema ``pigou.prove/1``.

    Examples
    --------
    >>> prove_result([])
    {'schema': 'pigou.prove/1', 'propositions': []}
    """
    return {
        "schema": "pigou.prove/1",
        "propositions": [
            {"model": model, "name": proof.proposition.name, **_record(proof)}
            for model, proof in proofs
        ],
    }


def _record(proof: Proof) -> dict[str, Any]:
    one = proof.proposition
    return {
        "statement": one.statement,
        "claim": one.claim,
        "assumed": list(proof.assumed),
        "outcome": proof.outcome,
        "counterexample": {n: str(v) for n, v in proof.counterexample.items()} or None,
        "numbers": numbers(proof.numbers),
        "reason": proof.reason,
        "seconds": round(proof.seconds, 4),
        "as_expected": proof.as_expected,
        "stronger": None
        if proof.stronger is None
        else {
            "claim": one.stronger,
            "outcome": proof.stronger.outcome,
            "counterexample": {n: str(v) for n, v in proof.stronger.counterexample.items()} or None,
        },
        "source": one.source,
    }


def prove_latex(proofs: Named, models: Mapping[str, Model] | None = None) -> str:
    r"""Write proofs as LaTeX: theorem environments, with what is assumed and the outcome in each.

    Parameters
    ----------
    proofs : sequence of (str, Proof)
        The model's name, and the proof.
    models : mapping of str to Model, optional
        The models by name: assumptions are then written in their symbols.

    Examples
    --------
    >>> print(prove_latex([]))
    % needs in the preamble:
    % \usepackage{amsmath,amsthm}
    % \newtheorem{proposition}{Proposition}
    % \theoremstyle{remark}\newtheorem{claim}{False claim}\newtheorem{conjecture}{Undecided claim}
    <BLANKLINE>
    """
    parts = [_PREAMBLE]
    for name, proof in proofs:
        one = proof.proposition
        kind = _ENVIRONMENTS[proof.outcome]
        model = (models or {}).get(name)
        title = one.name.replace("_", " ")
        source = f"; {cite(one.source)}" if one.source else ""
        lines = [
            rf"\begin{{{kind}}}[{prose(title[:1].upper() + title[1:] + source)}]",
            prose(one.statement),
            *([f"It is assumed that {_assumptions(proof, model)}."] if proof.assumed else []),
            rf"\end{{{kind}}}",
            rf"\noindent {_outcome_latex(proof, model)}",
        ]
        parts.append("\n".join(lines))
    return in_ascii(with_stops("\n\n".join(parts))) + "\n"


_PREAMBLE = r"""% needs in the preamble:
% \usepackage{amsmath,amsthm}
% \newtheorem{proposition}{Proposition}
% \theoremstyle{remark}\newtheorem{claim}{False claim}\newtheorem{conjecture}{Undecided claim}"""


def _outcome_latex(proof: Proof, model: Model | None) -> str:
    lesson = f" {prose(proof.proposition.lesson)}" if proof.proposition.lesson else ""
    if proof.outcome == "proved":
        return "Proved for all values of the parameters (z3)." + lesson
    if proof.outcome == "undecided":
        return prose(f"Undecided: {proof.reason}.") + lesson
    notation = _notation(model, proof.proposition)
    at = ", ".join(
        f"${_letter(name, notation)} = {number_text(value)}$"
        for name, value in proof.counterexample.items()
    )
    return f"Refuted at {at}." + lesson


def _assumptions(proof: Proof, model: Model | None) -> str:
    """Write what is assumed in symbols, and say what stands above them; profiles in words."""
    one = proof.proposition
    notation = _notation(model, one)
    written = "; ".join(_assumption(text, one, notation) for text in proof.assumed)
    tags = [tag for tag in one.where if rf"^{{\text{{{tag}}}}}" in written]
    meant = " and ".join(rf"$\text{{{tag}}}$ is {_meant(one.where[tag], notation)}" for tag in tags)
    return written + (f", where {meant}" if meant else "")


def _meant(term: Term, notation: Notation | None) -> str:
    """Say what an equilibrium of a proposition is."""
    reform = getattr(term, "reform", "")
    under = f" {_reformed(reform, notation)}" if reform else ""
    if isinstance(term, Profile):
        return prose(f"``{term.profile.replace('_', ' ')}''") + under
    planned = isinstance(term, Allocation) and term.planner
    return prose("the first best" if planned else "an equilibrium") + under


def _reformed(text: str, notation: Notation | None) -> str:
    """Say under which reforms, and with which parameters in the place of others."""
    named, values = [], []
    for part in split_at(text, "+"):
        name, _, keys = part.partition(":")
        pairs = [key.partition("=") for key in split_at(keys, ",")] if keys else []
        given = [f"${_letter(k, notation)} = {_value(v, notation)}$" for k, _, v in pairs]
        if name == "parameter":
            values += given
        else:
            named.append(
                prose(name.replace("_", " ")) + (f" ({', '.join(given)})" if given else "")
            )
    with_values = f"with {', '.join(values)}" if values else ""
    under = f"under {' and '.join(named)}" if named else ""
    return " ".join(part for part in (under, with_values) if part)


def _value(text: str, notation: Notation | None) -> str:
    """Write what takes a parameter's place."""
    if notation is None:
        return rf"\text{{{prose(text)}}}"
    try:
        return notation.latex(read_expression(text, notation.game.scope))
    except PigouError:
        return rf"\text{{{prose(text.replace('_', ' '))}}}"


def _assumption(text: str, one: Proposition, notation: Notation | None) -> str:
    def meant(tag: str) -> str:
        return _meant(one.where[tag], notation)

    found = re.fullmatch(r"(\w+)_holds == ([01])", text)
    if found:
        return f"{meant(found[1])} is {'not ' * (found[2] == '0')}an equilibrium"
    if re.fullmatch(r"\w+_holds( \+ \w+_holds)+ >= 1", text):
        either = " or ".join(meant(tag) for tag in re.findall(r"(\w+)_holds", text))
        return f"{either} is an equilibrium"
    names = set(re.findall(r"[A-Za-z_]\w*", text)) - {"and", "or", "not", "if"}
    try:
        if notation is None:
            raise DeclarationError("no model")
        condition = read_condition(text, sorted(names))
    except PigouError:
        return prose(text.replace("_", " "))
    for name in names:
        notation.symbols[name] = _letter(name, notation)
    return in_text(condition, notation.latex)


def _letter(name: str, notation: Notation | None) -> str:
    """Write a parameter, or what an equilibrium has of something: its name stands above."""
    if notation is None:
        return letter_of(name).latex
    if name in notation.symbols:
        return notation.symbols[name]
    tag, _, part = name.partition("_")
    if part in notation.game.parties:
        return rf"{notation.payoff_of(part).latex}^{{\text{{{tag}}}}}"
    if part == "welfare":
        return rf"W^{{\text{{{tag}}}}}"
    if part in notation.symbols:
        return rf"{notation.symbols[part]}^{{\text{{{tag}}}}}"
    return letter_of(name).latex


def _notation(model: Model | None, one: Proposition) -> Notation | None:
    """Return the letters of the model, and of the reforms that a proposition is about."""
    if model is None:
        return None
    notation = Notation(model.game)
    about = " ".join(getattr(term, "reform", "") for term in one.where.values())
    for reform in model.reforms:
        if re.search(rf"\b{reform.name}\b", about):
            add_letters(notation, reform)
    return notation
