"""The first steps of everything: libraries, Odoo, PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from . import odoo_fetch, odoo_home, venv
from .paths import PYTHON, ROOT
from .steps import step


def enter_venv(arguments: list[str]) -> None:
    """Go on in the checkout's virtual environment, made first where it lacks."""
    if venv.inside() and venv.ready():
        return
    with step("Python libraries") as said:
        if venv.ready():
            said("ready")
        else:
            venv.make()
            said("installed")
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "dev", *arguments])


def find_odoo() -> None:
    with step("Odoo 19") as said:
        said("ready" if odoo_home.find() else odoo_fetch.fetch())
        venv.link(odoo_home.find())


@contextmanager
def ground() -> Iterator:
    """Odoo in place and a database server up: its environment and itself."""
    # These two need the environment that the step before has made.
    from .database import Server
    from .server import environment

    find_odoo()
    with ExitStack() as stack:
        with step("PostgreSQL") as said:
            env = stack.enter_context(environment())
            server = Server(env)
            said(f"{server.version} in {env['PGHOST']}")
        yield env, server
