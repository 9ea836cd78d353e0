"""What looking at a page leaves behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from odoo import SUPERUSER_ID
from odoo.api import Environment


@contextmanager
def written_aside(env: Environment) -> Iterator[Environment]:
    """The superuser's environment, by a cursor of its own, for a page that only reads.

    To be entered when the page has read: what it has seen until then is over.
    """
    if env.cr.readonly:
        # as for Odoo's devices: it has read, and nothing else begins before
        env.cr.rollback()
    with env.registry.cursor(readonly=False) as cursor:
        yield Environment(cursor, SUPERUSER_ID, {})
