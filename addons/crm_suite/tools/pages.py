"""What pages for customers and intermediaries have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from odoo.api import Environment
from odoo.exceptions import UserError

from odoo.addons.portal.controllers.portal import pager as portal_pager

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


@dataclass
class Attempt:
    """What a page was asked to do, and why it could not be, if so."""

    refusal: str = ""


@contextmanager
def whole_or_nothing(env: Environment) -> Iterator[Attempt]:
    """For a page that shows a refusal instead of ending with it.

    The request commits, so that whatever was written before the refusal would stay.
    """
    attempt = Attempt()
    try:
        with env.cr.savepoint():
            yield attempt
    except UserError as refusal:
        attempt.refusal = str(refusal)


def pager(url: str, total: int, page, step: int, **asked) -> dict:
    """Odoo's own, for the page that is asked for; the first, where it is no number.

    :param asked: what else stands in the addresses of the other pages
    """
    return portal_pager(
        url=url, total=total, page=page_number(page), step=step, url_args=asked
    )


def page_number(sent) -> int:
    """Odoo's own pager takes "²" for a number and breaks on it."""
    text = str(sent)
    return int(text[:LONGEST]) if text.isdecimal() else 1
