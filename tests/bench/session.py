"""Odoo in this process, without a server."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context

# one core per process, so that a ratio does not depend on how many cores are idle
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@cache
def configure() -> None:
    """Read odoo.conf and the environment, as a server would."""
    from odoo.tools import config

    config.parse_config(["--no-http", "--log-level=error"], setup_logging=True)


@contextmanager
def environment(database: str, login: str | None = None) -> Iterator:
    """An environment in a fresh transaction, of the superuser or of a user."""
    configure()
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        if login:
            user = env["res.users"].search([("login", "=", login)])
            env = api.Environment(cr, user.id, {})
        yield env


def in_fresh_process(function, *arguments):
    """Call a module's function where nothing is loaded, warm or left over yet."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def say(text: str) -> None:
    """Progress goes beside the measures, which alone are standard output."""
    print(text, file=sys.stderr, flush=True)
