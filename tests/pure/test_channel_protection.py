"""How long a deal is protected."""

from datetime import date

from channel.protection import ends_on, extended_until, protected_until


def test_ninety_days_and_sixty_more_from_the_old_end():
    """C040: from the old end, whenever it is granted."""
    until = protected_until(date(2027, 3, 1), 90)
    assert until == date(2027, 5, 30)
    assert extended_until(until, 60) == date(2027, 7, 29)


def test_without_news_it_ends_before():
    until = date(2027, 5, 30)
    assert ends_on(until, date(2027, 3, 1), 30) == date(2027, 3, 31)
    assert ends_on(until, date(2027, 5, 20), 30) == until
    assert ends_on(until, date(2027, 3, 1), 0) == until
