"""What there is to say about proofs: a page, JSON (schema ``pigou.prove/1``) and LaTeX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pigou.json_numbers import numbers
from pigou.proving import Proof
from pigou.tables import Block, Page, Table, Words, plain_latex, rounded

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


def prove_latex(proofs: Named) -> str:
    r"""Write proofs as LaTeX: theorem environments, with the outcome under each.

    Examples
    --------
    >>> print(prove_latex([]))
    % \usepackage{amsthm}, and \newtheorem for proposition, claim and conjecture
    <BLANKLINE>
    """
    parts = [r"% \usepackage{amsthm}, and \newtheorem for proposition, claim and conjecture"]
    for model, proof in proofs:
        one = proof.proposition
        kind = _ENVIRONMENTS[proof.outcome]
        title = plain_latex(f"{model}: {one.name}".replace("_", " "))
        assumed = f" Assumed: {'; '.join(proof.assumed)}." if proof.assumed else ""
        parts.append(
            f"\\begin{{{kind}}}[{title}]\n{plain_latex(one.statement)}\n\\end{{{kind}}}\n"
            f"\\noindent {plain_latex(_outcome(proof) + assumed)}"
        )
    return "\n\n".join(parts) + "\n"
