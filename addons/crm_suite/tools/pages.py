"""Numbers of pages, as addresses say them."""

LONGEST = 9


def page_number(sent) -> int:
    """The page that is asked for; the first, where it is no number.

    Odoo's own pager takes "²" for one and breaks on it.
    """
    text = str(sent)
    return int(text[:LONGEST]) if text.isdecimal() else 1
