"""Days of a protection, and hours that run on working days only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

LONGEST_SEARCH = 400


def protected_until(approved: date, days: int) -> date:
    """The last day, which is included."""
    return approved + timedelta(days=days)


def extended_until(until: date, days: int) -> date:
    """Counted from the old end, whenever it is granted."""
    return until + timedelta(days=days)


def ends_on(until: date, last_activity: date, inactivity: int) -> date:
    """A deal on which nothing happens is lost before its end; 0 days: never."""
    if not inactivity:
        return until
    return min(until, last_activity + timedelta(days=inactivity))


def working_deadline(
    begin: datetime, hours: float, is_working: Callable[[date], bool]
) -> datetime:
    """``hours`` of working days later, at the company's own clock.

    A working day has 24 hours here, so that 48 hours are two working days; what is
    asked on a day off begins with the next working day.
    """
    left = timedelta(hours=hours)
    moment = begin
    for _day in range(LONGEST_SEARCH):
        midnight = datetime.combine(moment.date(), datetime.min.time())
        following = midnight + timedelta(days=1)
        if is_working(moment.date()):
            if moment + left <= following:
                return moment + left
            left -= following - moment
        moment = following
    return moment + left
