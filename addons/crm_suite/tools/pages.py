"""What pages for customers and intermediaries have in common."""

LONGEST = 9
# the address of a page by a link is its key: no other site learns or keeps it
NO_TRACES = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}


def leave_no_trace(response):
    """An answer by a link; it is private to whoever has the link."""
    response.headers.update(NO_TRACES)
    return response


def page_number(sent) -> int:
    """The page that is asked for; the first, where it is no number.

    Odoo's own pager takes "²" for one and breaks on it.
    """
    text = str(sent)
    return int(text[:LONGEST]) if text.isdecimal() else 1
