"""When a question may be sent."""

from datetime import datetime

import pytest
from metrics.sending import SendWindow

WORKDAYS = SendWindow(9, 17.5, frozenset(range(5)))
TEHRAN = SendWindow(8, 16, frozenset({5, 6, 0, 1, 2}))


@pytest.mark.parametrize(
    ("window", "zone", "moment", "sent"),
    [
        # a Monday
        (WORKDAYS, "UTC", "2027-03-01 10:00", "2027-03-01 10:00"),
        (WORKDAYS, "UTC", "2027-03-01 08:59", "2027-03-01 09:00"),
        (WORKDAYS, "UTC", "2027-03-01 17:30", "2027-03-02 09:00"),
        (WORKDAYS, "UTC", "2027-03-05 18:00", "2027-03-08 09:00"),
        # Berlin: the clocks go forward on Sunday 28 March
        (WORKDAYS, "Europe/Berlin", "2027-03-26 17:00", "2027-03-29 07:00"),
        (WORKDAYS, "Europe/Berlin", "2027-03-26 08:00", "2027-03-26 08:00"),
        # Thursday and Friday are free in Tehran, half an hour beside the hour
        (TEHRAN, "Asia/Tehran", "2027-07-07 13:00", "2027-07-10 04:30"),
        (SendWindow(0, 24, frozenset(range(7))), "UTC", "2027-03-01", "2027-03-01"),
    ],
)
def test_waits_until_the_window_opens(window, zone, moment, sent):
    found = window.next(datetime.fromisoformat(moment), zone)
    assert found == datetime.fromisoformat(sent)


def test_a_window_without_a_day_never_opens():
    with pytest.raises(ValueError, match="never"):
        SendWindow(9, 17, frozenset()).next(datetime(2027, 3, 1), "UTC")
