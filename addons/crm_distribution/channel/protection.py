"""Days of a protection, of which the last one is included."""

from datetime import date, timedelta


def protected_until(approved: date, days: int) -> date:
    return approved + timedelta(days=days)


def extended_until(until: date, days: int) -> date:
    """Counted from the old end, whenever it is granted."""
    return until + timedelta(days=days)


def ends_on(until: date, last_news: date, inactivity: int) -> date:
    """A deal without news for so many days is lost before its end; 0: never."""
    if not inactivity:
        return until
    return min(until, last_news + timedelta(days=inactivity))
