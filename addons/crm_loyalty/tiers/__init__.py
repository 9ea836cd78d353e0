"""Tiers: who climbs, who stays, who gets time, and who lands softly one level below.

A customer reaches a tier on the day on which the amount of a period gets to its
threshold, and keeps it for a period. What is bought then decides whether it is kept for
another one; a grace period may make up for what is missing. After that the customer
lands one level below, whatever was bought. A tier whose purchases were returned was
never earned: the customer goes back to what he would have without it.

Every decision depends on days and amounts alone, never on when it is made: a night that
was missed is made up for later, with the same result.
"""

from .judge import Judge, invite
from .rules import Ladder, Rules, Tier, add_months
from .standing import Change, Ending, Figures, Reason, Standing, Window

__all__ = [
    "Change",
    "Ending",
    "Figures",
    "Judge",
    "Ladder",
    "Reason",
    "Rules",
    "Standing",
    "Tier",
    "Window",
    "add_months",
    "invite",
]
