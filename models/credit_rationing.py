r"""Credit rationing: a bank that cannot tell good borrowers from bad ones lends to too few or many.

**The game.** First a bank sets its terms: it does not lend, or asks for the low or the high
repayment D of a loan of 1. Then both types of borrowers see them and apply or not. A share m of
borrowers is safe, the rest risky. A project of type i needs a loan of 1, succeeds with probability
:math:`p_i`, and then yields :math:`R_i`; otherwise nothing, and nothing is repaid. Who succeeds
must be left the stake :math:`\delta`, so that the low repayment is :math:`R_s - \delta`, the most
that the safe accept, and the high one :math:`R_r - \delta \ge R_s - \delta`. (Any other repayment
brings the bank less from the same applicants. There is one bank. Where several compete, as in the
papers, they keep less of a loan, and lend to all at terms at which they break even, even if one
bank alone would earn more from the risky.) Funds cost the bank c. It
recognises the share :math:`\sigma` of the risky (none, at the default) and turns them away. With
:math:`a_i = 1` if type i applies, and the shares :math:`m_s = m`,
:math:`m_r = (1 - m)(1 - \sigma)`,

.. math::
   \pi_B = m_s a_s (p_s D - c) + m_r a_r (p_r D - c) , \qquad
   \pi_i = m_i \, a_i \, p_i (R_i - D) .

**What fails.** The bank sees types only in who applies. Where the projects of both are worth the
same, :math:`p_s R_s = p_r R_r`, a higher repayment drives away the safe first: either they get no
loan, or nobody does, though their projects are worth it (Stiglitz and Weiss 1981). Where types
differ in how likely they succeed and not in what success yields, :math:`R_s = R_r`, the bad are
carried by the good: loans go to projects that are not worth what they cost (de Meza and Webb
1987). At the defaults it is both: safe projects are worth more than they cost and risky ones less;
the bank lends to nobody.

**Whom it hurts.** The safe above all: small firms with sound projects that look like any other.

**Reforms it invites.** A *partial guarantee* of loans brings lending back; more than it costs is
gained, even if public funds are dear. *Refinancing* at less than funds cost does the same, without
paying for defaults. *Lead-firm finance*: a lead firm knows its suppliers, and vouches for them. A
*large guarantee* **backfires** with one bank: the more of a default others pay, the better is a
high repayment for it, at which only the risky apply.

Sources
-------
@stiglitz1981credit; @demeza1987too. The two-type form is pigou's own specialisation, and its
numbers are an illustration.
"""

from __future__ import annotations

from pigou.game import Game, Move, Parameter, Player, Transfer
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, pay, set_parameters

SAFE, RISKY = "safe_share*safe", "(1 - safe_share)*(1 - recognised)*risky"
REPAYMENT = "if(terms == low, yield_safe - stake, if(terms == high, yield_risky - stake, 0))"
DEFAULTS = f"({SAFE}*(1 - p_safe) + {RISKY}*(1 - p_risky))*{REPAYMENT}"


def model() -> Model:
    """Return lending to hidden types with its reforms."""
    return Model(
        game=credit_rationing(),
        reforms=(guarantee(), refinancing(), lead_firm_finance(), large_guarantee()),
        mechanism="hidden types: credit for those who are not worth it, or for nobody",
        about=__doc__ or "",
        propositions=propositions(),
    )


def credit_rationing() -> Game:
    """Return the game."""
    apply = {"no": 0, "apply": 1}
    return Game(
        "credit_rationing",
        players=[
            Player("bank", "Bank"),
            Player("safe_firms", "Safe borrowers"),
            Player("risky_firms", "Risky borrowers"),
        ],
        moves=[
            Move("terms", "bank", {"none": 0, "low": 1, "high": 2}, label="Terms of a loan",
                 tex="d"),
            Move("safe", "safe_firms", apply, 2, when="terms != none", label="Safe apply",
                 tex="a_s"),
            Move("risky", "risky_firms", apply, 2, when="terms != none", label="Risky apply",
                 tex="a_r"),
        ],
        payoffs={
            "bank": f"-cost*({SAFE} + {RISKY})",
            "safe_firms": f"{SAFE}*p_safe*yield_safe",
            "risky_firms": f"{RISKY}*p_risky*yield_risky",
        },
        transfers=[
            Transfer("safe_firms", "bank", f"{SAFE}*p_safe*{REPAYMENT}", "repayment"),
            Transfer("risky_firms", "bank", f"{RISKY}*p_risky*{REPAYMENT}", "repayment"),
        ],
        parameters=[
            Parameter(
                "safe_share", "3/5", "0 < safe_share < 1", "share",
                "part of borrowers who are safe", "m", source="illustration",
            ),
            Parameter(
                "p_safe", "9/10", "0 < p_safe <= 1", "probability",
                "probability that a safe project succeeds", "p_s", source="illustration",
            ),
            Parameter(
                "p_risky", "1/2", "0 < p_risky < 1", "probability",
                "probability that a risky project succeeds", "p_r", source="illustration",
            ),
            Parameter(
                "yield_safe", "13/9", "yield_safe > 0", "loans",
                "what a safe project yields if it succeeds", "R_s", source="illustration",
            ),
            Parameter(
                "yield_risky", 2, "yield_risky > 0", "loans",
                "what a risky project yields if it succeeds", "R_r", source="illustration",
            ),
            Parameter(
                "cost", "11/10", "cost > 0", "loans", "what the funds for a loan cost", "c",
                source="illustration",
            ),
            Parameter(
                "stake", "1/100", "stake > 0", "loans",
                "what is left to a borrower who succeeds", r"\delta", source="illustration",
            ),
            Parameter(
                "recognised", 0, "0 <= recognised <= 1", "share",
                "part of the risky whom the bank recognises", r"\sigma",
                source="0: types are hidden",
            ),
        ],
        assumptions=[
            "p_risky < p_safe", "yield_safe <= yield_risky", "stake < yield_safe",
        ],
        source="@stiglitz1981credit; @demeza1987too; own two-type form",
    )  # fmt: skip


def guarantee() -> Reform:
    """Pay the bank a part of what is not repaid."""
    return pay(
        "government", "bank", f"guaranteed*{DEFAULTS}", "guarantee", purpose="guarantee",
        parameters=(
            Parameter(
                "guaranteed", "11/100", "0 <= guaranteed <= 1", "share",
                "part of a default that the government pays", "g",
            ),
        ),
        label="Partial guarantee",
        source="@stiglitz1981credit, for the failure; own",
    )  # fmt: skip


def large_guarantee() -> Reform:
    """Pay the bank a large part of what is not repaid."""
    return pay(
        "government", "bank", f"large*{DEFAULTS}", "large_guarantee", purpose="guarantee",
        parameters=(
            Parameter(
                "large", "1/2", "0 <= large <= 1", "share",
                "part of a default that the government pays", "G",
            ),
        ),
        label="Large guarantee",
        source="@demeza1987too, on too much lending; own",
    )  # fmt: skip


def refinancing() -> Reform:
    """Pay the bank a part of what the funds for a loan cost."""
    return pay(
        "government", "bank", f"relief*({SAFE} + {RISKY})", "refinancing",
        purpose="refinancing below cost",
        parameters=(
            Parameter(
                "relief", "1/20", "relief >= 0", "loans", "by how much funds are cheaper", "z",
            ),
        ),
        label="Cheaper refinancing",
        source="own",
    )  # fmt: skip


def lead_firm_finance() -> Reform:
    """Let a lead firm, which knows its suppliers, vouch for those it buys from."""
    return set_parameters(
        {"recognised": "known"}, "lead_firm_finance",
        running_cost="contact",
        parameters=(
            Parameter(
                "known", "4/5", "0 <= known <= 1", "share",
                "part of the risky for whom no lead firm vouches", "v",
            ),
            Parameter(
                "contact", "1/100", "contact >= 0", "loans",
                "what it costs to bring bank and lead firms together", "k",
            ),
        ),
        label="Finance through lead firms",
        source="own",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    low, high = "terms: low; safe: apply; risky: apply", "terms: high; safe: no; risky: apply"
    hidden = "recognised == 0"
    mean = "(safe_share*p_safe + (1 - safe_share)*p_risky)"
    at_low = f"({mean}*(yield_safe - stake) - cost)"
    at_high = "((1 - safe_share)*(p_risky*(yield_risky - stake) - cost))"
    insured = (
        f"(({mean} + (1 - {mean})*guaranteed)*(yield_safe - stake) - cost)",
        "((1 - safe_share)*((p_risky + (1 - p_risky)*guaranteed)*(yield_risky - stake) - cost))",
    )
    apart = "yield_risky - yield_safe > stake"
    return (
        Proposition(
            "too_few",
            "Where both kinds of projects are worth the same, and more than they cost, the bank "
            "shuts out the safe exactly if it breaks even, and earns no less, with the risky "
            "alone; then too few get a loan.",
            f"(high_holds == 1) == ({at_high} >= 0 and {at_high} >= {at_low}) and "
            "low_welfare > high_welfare",
            {"low": Profile(low), "high": Profile(high)},
            (hidden, apart, "yield_safe == p_risky*yield_risky/p_safe",
             "p_risky*yield_risky > cost"),
            stronger=f"(high_holds == 1) == ({at_high} >= 0) and low_welfare > high_welfare",
            source="@stiglitz1981credit",
        ),
        Proposition(
            "too_many",
            "Where both kinds of projects yield the same if they succeed, all get a loan if the "
            "bank lends at all; where the risky are not worth it, that is too many.",
            f"(low_holds == 1) == ({at_low} >= 0) and good_welfare > low_welfare",
            {"low": Profile(low), "good": Profile("terms: low; safe: apply; risky: no")},
            (hidden, "yield_safe == yield_risky", "p_risky*yield_risky < cost"),
            stronger=f"(low_holds == 1) == ({at_low} > 0) and good_welfare > low_welfare",
            source="@demeza1987too",
        ),
        Proposition(
            "guarantee",
            "A guarantee gets all of them loans exactly if the bank then breaks even, and earns no "
            "more from the risky alone.",
            f"(low_holds == 1) == ({insured[0]} >= 0 and {insured[0]} >= {insured[1]})",
            {"low": Profile(low, "guarantee")}, (hidden, apart),
            stronger=f"(low_holds == 1) == ({insured[0]} >= 0)",
            source="own; compare @stiglitz1981credit",
        ),
        Proposition(
            "refinancing",
            "Cheaper refinancing never shuts out the safe where they get loans without it.",
            "low_holds == 0 or paid_holds == 1",
            {"low": Profile(low), "paid": Profile(low, "refinancing")}, (hidden, apart),
            stronger="paid_holds == 1",
            source="own",
        ),
        Proposition(
            "more_is_better",
            "Whoever gets a loan with a guarantee gets one with a larger guarantee.",
            "low_holds == 0 or more_holds == 1",
            {"low": Profile(low, "guarantee"), "more": Profile(low, "large_guarantee")},
            (hidden, apart, "large >= guaranteed"), false=True,
            lesson="A guarantee pays for defaults, and so for the terms at which only those apply "
            "who default often.",
            source="a plausible claim; compare @demeza1987too",
        ),
    )  # fmt: skip
