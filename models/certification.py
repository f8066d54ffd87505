r"""Certification: a signal of ability that is also an entry ticket, and keeps small suppliers out.

**The game.** A supplier is large and able (with probability :math:`q_l`), small and able
(:math:`q_s`), or unable (:math:`1 - q_l - q_s`). It knows its kind; a lead firm does not.

1. The supplier acquires no certificate, a basic one or a full one. A basic one costs a supplier
   of kind t the amount :math:`c_t`, a full one r times as much: :math:`c_l < c_s < c_u`.
2. The lead firm sees the certificate, not the kind, and contracts at the price p, or does not.

Goods of an able supplier are worth :math:`v > p` to the lead firm; those of an unable one do it the
harm h. With :math:`y = 1` for a contract and :math:`m \in \{0, 1, r\}` for the certificate,

.. math::
   \pi_{supplier} = p \, y - m \, c_t , \qquad
   \pi_{lead} = \begin{cases} (v - p) \, y & t \text{ able} \\
   -(h + p) \, y & t \text{ unable, } m \ne r \\
   (w - p) \, y & t \text{ unable, } m = r \end{cases}

A basic certificate does nothing for the goods: it is a signal (Spence 1973), and whoever lacks it
is taken for unable. With a full one every shipment is inspected, so that goods are worth
:math:`w > p` even from an unable supplier, which can hardly afford it.

**What fails.** Where contracts do not pay for the lead firm with a supplier of unknown kind,
uncertified suppliers get none, and what certificates cost is lost. Which certificate is asked
for is a convention. If it is the full one, small able suppliers, for whom :math:`r c_s > p`, are
shut out with the unable: no lead firm trusts a basic one, as no able supplier has it. Where
:math:`c_u > p` the intuitive criterion removes this convention, since an unable supplier could only
lose by a basic certificate; lead firms need not reason so far.

**Whom it hurts.** Small able suppliers first, then all who pay for certificates, and the lead firm
that goes without good suppliers.

**Reforms it invites.** A *public laboratory* halves the cost of certificates: small suppliers can
afford full ones, and less is lost. (What it costs is left out: what is gained is the most that it
may cost.) A *grant for full certificates of small suppliers* brings them in; as an agency sees
who is large, and not who is able, all others may have it. A *tax on full certificates* makes the
demanding convention unattractive, but does not make lead firms trust basic ones: it **backfires**
where nobody is certified after it (which the intuitive criterion removes as well, where
:math:`c_u > p > c_s`). A *grant for any certificate* **backfires** too: it brings in the unable, or
pays for a certificate that says nothing. A *minimum standard* that recognises full certificates
only **backfires** where basic ones were enough.

Sources
-------
@spence1973job; @riley1979informational; @cho1987signaling on beliefs; @leland1979quacks on minimum
standards. Three kinds of suppliers and two levels are pigou's own.
"""

from __future__ import annotations

from pigou.game import Chance, Game, Move, Parameter, Player, Transfer
from pigou.model import Model
from pigou.proposition import Profile, Proposition
from pigou.reform import Reform, pay, remove_choice, set_parameters


def model() -> Model:
    """Return certification with its reforms."""
    return Model(
        game=certification(),
        reforms=(
            public_laboratory(), small_supplier_grant(), signal_tax(), certification_grant(),
            minimum_standard(),
        ),
        mechanism="private information: certificates as signals and entry tickets",
        about=__doc__ or "",
        propositions=propositions(),
    )  # fmt: skip


def certification() -> Game:
    """Return the game."""
    cost = "if(kind == large, cost_large, if(kind == small, cost_small, cost_unable))"
    level = "if(certificate == full, full_ratio, if(certificate == basic, 1, 0))"
    return Game(
        "certification",
        players=[Player("supplier", "Supplier"), Player("lead", "Lead firm")],
        moves=[
            Move("certificate", "supplier", {"none": 0, "basic": 1, "full": 2},
                 label="Acquire a certificate", tex="m"),
            Move("contract", "lead", {"no": 0, "yes": 1}, stage=2, observes=("certificate",),
                 label="Contract", tex="y"),
        ],
        chance=[
            Chance("kind",
                   {"large": (1, "share_large"), "small": (2, "share_small"),
                    "unable": (3, "1 - share_large - share_small")}, seen_by=("supplier",)),
        ],
        payoffs={
            "supplier": f"-{level}*lab*{cost}",
            "lead": "contract*if(kind == unable, if(certificate == full, inspected, -harm), value)",
        },
        transfers=[Transfer("lead", "supplier", "price*contract", "price of the goods")],
        parameters=[
            Parameter(
                "share_large", "1/5", "0 < share_large < 1", "probability",
                "share of large able suppliers", "q_l", source="illustration",
            ),
            Parameter(
                "share_small", "3/10", "0 < share_small < 1", "probability",
                "share of small able suppliers", "q_s", source="illustration",
            ),
            Parameter(
                "value", 4, "value > 0", "USD thousand",
                "what goods of an able supplier are worth", "v", source="illustration",
            ),
            Parameter(
                "harm", 2, "harm >= 0", "USD thousand",
                "what goods of an unable supplier cost the lead firm", "h", source="illustration",
            ),
            Parameter(
                "inspected", "5/2", "inspected > 0", "USD thousand",
                "what goods of an unable supplier are worth if every shipment is inspected", "w",
                source="illustration",
            ),
            Parameter(
                "price", 2, "price > 0", "USD thousand", "price of the goods", "p",
                source="illustration",
            ),
            Parameter(
                "cost_large", "1/2", "cost_large > 0", "USD thousand",
                "cost of a basic certificate to a large able supplier", "c_l",
                source="illustration",
            ),
            Parameter(
                "cost_small", "3/2", "cost_small > 0", "USD thousand",
                "cost of a basic certificate to a small able supplier", "c_s",
                source="illustration",
            ),
            Parameter(
                "cost_unable", 5, "cost_unable > 0", "USD thousand",
                "cost of a basic certificate to an unable supplier", "c_u",
                source="illustration",
            ),
            Parameter(
                "full_ratio", 2, "full_ratio > 1", "ratio",
                "cost of a full certificate over that of a basic one", "r",
                source="illustration",
            ),
            Parameter(
                "lab", 1, "0 < lab <= 1", "share",
                "part of the cost of certificates that is left with a public laboratory",
                r"\lambda", source="1 is none",
            ),
        ],
        assumptions=[
            "share_large + share_small < 1", "price < inspected", "inspected <= value",
            "cost_large < cost_small", "cost_small < cost_unable",
        ],
        source="@spence1973job; own form with three kinds",
    )  # fmt: skip


def public_laboratory() -> Reform:
    """Halve the cost of certificates."""
    return set_parameters(
        {"lab": "1/2"}, "public_laboratory", label="Public laboratory",
        source="own",
    )  # fmt: skip


def small_supplier_grant() -> Reform:
    """Pay suppliers that acquire a full certificate and are not large."""
    return pay(
        "government", "supplier", "small_grant*(certificate == full)*(kind != large)",
        "small_supplier_grant", purpose="grant for small suppliers",
        parameters=(
            Parameter("small_grant", "3/2", "small_grant >= 0", "USD thousand",
                      "payment to a small supplier with a full certificate", "z"),
        ),
        label="Grant for full certificates of small suppliers",
        source="own",
    )  # fmt: skip


def signal_tax() -> Reform:
    """Tax full certificates: backfires where basic ones are not trusted afterwards."""
    return pay(
        "supplier", "government", "levy*(certificate == full)", "signal_tax",
        purpose="tax on full certificates",
        parameters=(
            Parameter("levy", "3/2", "levy >= 0", "USD thousand", "tax on a full certificate",
                      r"\tau"),
        ),
        label="Tax on full certificates",
        source="own; compare @spence1973job",
    )  # fmt: skip


def certification_grant() -> Reform:
    """Pay whoever is certified: backfires, as the unable are certified too."""
    return pay(
        "government", "supplier", "grant*(certificate != none)", "certification_grant",
        purpose="grant for certificates",
        parameters=(
            Parameter("grant", 4, "grant >= 0", "USD thousand", "payment for a certificate", "g"),
        ),
        label="Grant for certificates",
        source="own",
    )  # fmt: skip


def minimum_standard() -> Reform:
    """Recognise full certificates only: backfires, as small suppliers cannot afford them."""
    return remove_choice(
        "certificate", "basic", "minimum_standard", label="Only full certificates are recognised",
        source="@leland1979quacks",
    )  # fmt: skip


def propositions() -> tuple[Proposition, ...]:
    """State what holds for all parameter values, and what does not."""
    basic = (
        "certificate (large): basic; contract (large): yes; certificate (small): basic; "
        "contract (small): yes; certificate (unable): none; contract (unable): no"
    )
    full = (
        "certificate (large): full; contract (large): yes; certificate (small): none; "
        "contract (small): no; certificate (unable): none; contract (unable): no"
    )
    nobody = (
        "certificate (large): none; contract (large): no; certificate (small): none; "
        "contract (small): no; certificate (unable): none; contract (unable): no"
    )
    everybody = nobody.replace("no;", "yes;").removesuffix("no") + "yes"
    refused = "share_small*(value - price) < (1 - share_large - share_small)*(harm + price)"
    return (
        Proposition(
            "entry_ticket",
            "Basic certificates tell the able from the unable exactly if the price covers their "
            "cost to a small able supplier, and is not above that to an unable one.",
            "(basic_holds == 1) == (lab*cost_small <= price and price <= lab*cost_unable)",
            {"basic": Profile(basic)},
            stronger="(basic_holds == 1) == (lab*cost_small < price and price <= lab*cost_unable)",
            source="@spence1973job; @riley1979informational; own form",
        ),
        Proposition(
            "small_suppliers_shut_out",
            "Where the lead firm takes no uncertified supplier, a convention that asks for full "
            "certificates and shuts small suppliers out holds exactly if full certificates pay for "
            "large suppliers only.",
            "(full_holds == 1) == (lab*full_ratio*cost_large <= price and "
            "price <= lab*full_ratio*cost_small)",
            {"full": Profile(full)}, (refused,),
            stronger="(full_holds == 1) == (lab*full_ratio*cost_large <= price and "
            "price <= lab*cost_unable)",
            source="own",
        ),
        Proposition(
            "conventions_ranked",
            "Where both conventions hold, the basic one is better for the chain.",
            "basic_welfare > full_welfare",
            {"basic": Profile(basic), "full": Profile(full)},
            ("basic_holds == 1", "full_holds == 1"),
            stronger="basic_welfare > full_welfare + share_small*(value - price)"
            " + share_large*lab*full_ratio*cost_large",
            source="@spence1973job, on conventions that are equilibria and differ in what is lost",
        ),
        Proposition(
            "tax_ends_the_convention",
            "A tax on full certificates ends the demanding convention exactly if it exceeds what "
            "a large supplier gains by one.",
            "(taxed_holds == 0) == (levy > price - lab*full_ratio*cost_large)",
            {"full": Profile(full), "taxed": Profile(full, "signal_tax")},
            ("full_holds == 1",),
            stronger="(taxed_holds == 0) == (levy >= price - lab*full_ratio*cost_large)",
            source="own; compare @spence1973job",
        ),
        Proposition(
            "grant_ends_the_ticket",
            "A grant leaves basic certificates without a meaning exactly if it brings their cost "
            "to unable suppliers below the price.",
            "(paid_holds == 0) == (grant > lab*cost_unable - price)",
            {"basic": Profile(basic), "paid": Profile(basic, "certification_grant")},
            ("basic_holds == 1",),
            stronger="(paid_holds == 0) == (grant >= lab*cost_unable - price)",
            source="own",
        ),
        Proposition(
            "certificates_are_worth_their_cost",
            "If certificates tell the able from the unable, the chain is better off with them than "
            "with contracts for everybody.",
            "basic_welfare >= everybody_welfare",
            {"basic": Profile(basic), "everybody": Profile(everybody)},
            ("basic_holds == 1",), false=True,
            lesson="Certificates cost what they cost for every able supplier; where few suppliers "
            "are unable, or do little harm, it is cheaper to bear the harm. Each able supplier "
            "acquires one all the same, so as not to be taken for unable.",
            source="a plausible claim",
        ),
        Proposition(
            "laboratory_always_helps",
            "Halving the cost of certificates keeps a convention that told the able from the "
            "unable.",
            "cheap_holds == 1",
            {"basic": Profile(basic), "cheap": Profile(basic, "public_laboratory")},
            ("basic_holds == 1",), false=True,
            lesson="A signal works because it is too dear for the unable; where half of that cost "
            "is below the price, they acquire it as well.",
            source="a plausible claim",
        ),
    )  # fmt: skip
