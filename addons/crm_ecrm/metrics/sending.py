"""When a question may be sent: hours and weekdays of where the person is."""

from datetime import datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo


class SendWindow(NamedTuple):
    """From an hour until another, such as 8.5 until 18, on some weekdays (Monday 0)."""

    start: float
    end: float
    weekdays: frozenset[int]

    def next(self, moment: datetime, zone: str) -> datetime:
        """The moment itself (naive UTC) within the window, or when it opens next."""
        place = ZoneInfo(zone)
        local = moment.replace(tzinfo=timezone.utc).astimezone(place)
        for ahead in range(15):
            day = local.date() + timedelta(days=ahead)
            if day.weekday() not in self.weekdays:
                continue
            opens, closes = (_at(day, hour, place) for hour in (self.start, self.end))
            if local < closes:
                return _naive(max(local, opens))
        raise ValueError("a window that never opens")


def _at(day, hour: float, zone: ZoneInfo) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    # by the clock on the wall, whatever it did that night
    return midnight + timedelta(minutes=round(hour * 60))


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc).replace(tzinfo=None)
