"""Games from the literature that several tests use: they are declared in `pigou.papers`."""

from pigou.papers.bergstrom1986 import facility
from pigou.papers.brander1985 import export_subsidies, export_union
from pigou.papers.carlsson1993 import stag_hunt
from pigou.papers.daspremont1988 import (
    PROFITS,
    SURPLUS,
    research,
    research_and_output_decided_by,
    research_decided_by,
    subsidised_research,
)
from pigou.papers.dixit1980 import deterrence
from pigou.papers.greenhut1979 import chain
from pigou.papers.grossman1986 import ownership
from pigou.papers.hillman1989 import contest
from pigou.papers.kamien1992 import joint_spending, shared_spending, spending
from pigou.papers.mankiw1986 import entry, licensed_entry
from pigou.papers.morris2003 import critical_mass
from pigou.papers.vanhuyck1990 import weakest_link
from pigou.papers.winter2004 import team

__all__ = [
    "PROFITS",
    "SURPLUS",
    "chain",
    "contest",
    "critical_mass",
    "deterrence",
    "entry",
    "export_subsidies",
    "export_union",
    "facility",
    "joint_spending",
    "licensed_entry",
    "ownership",
    "research",
    "research_and_output_decided_by",
    "research_decided_by",
    "shared_spending",
    "spending",
    "stag_hunt",
    "subsidised_research",
    "team",
    "weakest_link",
]
