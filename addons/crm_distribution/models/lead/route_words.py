"""Why a lead went where it went, in sentences."""

from datetime import datetime, timedelta

import pytz

from odoo.tools import LazyTranslate

from odoo.addons.crm_suite.tools.dates import written_day

_lt = LazyTranslate(__name__)

LEAD_STATES = [
    ("none", "Not Routed"),
    ("offered", "Offered"),
    ("accepted", "Accepted"),
    ("waiting", "No Room"),
    ("gap", "Nobody in Scope"),
    ("refused", "Nobody Left"),
]
ROUTE_STATES = [
    ("offered", "Offered"),
    ("accepted", "Accepted"),
    ("declined", "Declined"),
    ("returned", "Given Back"),
    ("expired", "Ran Out"),
    ("withdrawn", "Withdrawn"),
    ("waiting", "No Room"),
    ("gap", "Nobody in Scope"),
    ("refused", "Nobody Left"),
]
WITHDRAWALS = [
    ("moved", "Address or goods changed"),
    ("closed", "Lead closed"),
    ("merged", "Leads merged"),
    ("uncovered", "No policy any more"),
    ("manual", "By hand"),
]
CRITERIA = [
    ("alone", "The Only One"),
    ("lapses", "Others Did Not Answer"),
    ("scope", "Closer Agreement"),
    ("open", "Fewer Open"),
    ("recent", "Fewer Offers Lately"),
    ("record", "Better Record"),
    ("distance", "Nearer"),
    ("grade", "Level"),
    ("mark", "Fixed Sequence"),
]
# why the first goes before the second
DECIDED = {
    "alone": lambda words: _lt(
        "Offered to %(partner)s: nobody else in scope can take it.", **words
    ),
    "lapses": lambda words: _lt(
        "Offered to %(partner)s: %(next)s has already let an offer of this lead run "
        "out.",
        **words,
    ),
    "scope": lambda words: _lt(
        "Offered to %(partner)s: the agreement is closer to this lead than that of "
        "%(next)s.",
        **words,
    ),
    "open": lambda words: _lt(
        "Offered to %(partner)s: %(open)s open offers and leads, %(next)s has "
        "%(next_open)s.",
        **words,
    ),
    "recent": lambda words: _lt(
        "Offered to %(partner)s: as many open as %(next)s, but fewer offers lately "
        "(%(recent)s and %(next_recent)s).",
        **words,
    ),
    "record": lambda words: _lt(
        "Offered to %(partner)s: as many offers as %(next)s, but more of them accepted "
        "(%(accepted)s of %(answered)s, and %(next_accepted)s of %(next_answered)s).",
        **words,
    ),
    "distance": lambda words: _lt(
        "Offered to %(partner)s: equal to %(next)s otherwise, but nearer "
        "(%(distance)s).",
        **words,
    ),
    "grade": lambda words: _lt(
        "Offered to %(partner)s: equal to %(next)s otherwise, but of a higher level.",
        **words,
    ),
    "mark": lambda words: _lt(
        "Offered to %(partner)s: equal to %(next)s in everything; a fixed sequence "
        "made from reference, VAT, name and address decides.",
        **words,
    ),
}
# why nobody got it
NOBODY = {
    "waiting": lambda count: _lt(
        "No room: everybody who could take this lead has as many open ones as he may "
        "(%s looked at).",
        count,
    ),
    "gap": lambda count: _lt(
        "Nobody in scope: no active agreement covers these goods in this place. The "
        "salesperson takes care of it."
    ),
    "refused": lambda count: _lt(
        "Nobody left: of %s in scope, each has declined, did not answer, or may not "
        "have it now. The salesperson takes care of it.",
        count,
    ),
}


def written_moment(env, moment: datetime, zone: str | None) -> str:
    """A moment in UTC as a day and an hour where somebody is."""
    local = pytz.utc.localize(moment).astimezone(pytz.timezone(zone or "UTC"))
    return env._(
        "%(day)s, %(time)s", day=written_day(env, local.date()), time=f"{local:%H:%M}"
    )


def time_left(env, left: timedelta) -> str:
    hours, minutes = divmod(max(int(left.total_seconds()), 0) // 60, 60)
    if hours >= 48:
        return env._("%s days left", hours // 24)
    if hours >= 2:
        return env._("%s hours left", hours)
    return env._("%s minutes left", 60 * hours + minutes)
