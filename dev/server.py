"""Which PostgreSQL and which Odoo: the user's own or ours, as environment."""

import configparser
import os
from collections.abc import Iterator
from contextlib import contextmanager

from . import odoo_fetch, postgres
from .paths import ADDONS, CONFIG, data, postgres_home


def own_postgres() -> bool:
    """Whether the user named a server, in the environment or in odoo.conf."""
    config = configparser.ConfigParser(interpolation=None)
    config.read(CONFIG)
    named = config.get("options", "db_host", fallback="")
    return bool(os.environ.get("PGHOST")) or named not in ("", "False")


@contextmanager
def environment() -> Iterator[dict[str, str]]:
    """What Odoo and PostgreSQL's clients need to know, while the server is up."""
    env = dict(os.environ)
    env["ODOO_ADDONS_PATH"] = addons_path()
    env["ODOO_RC"] = str(CONFIG)
    env["ODOO_DATA_DIR"] = str(data() / "odoo")
    if own_postgres():
        yield env
        return
    with postgres.served():
        env["PGHOST"] = str(postgres_home())
        env["PGUSER"] = postgres.ROLE
        env["PATH"] = f"{postgres.programs()}{os.pathsep}{env['PATH']}"
        yield env


def addons_path() -> str:
    odoo = odoo_fetch.find()
    folders = [ADDONS, odoo / "odoo" / "addons", odoo / "addons"]
    return ",".join(str(folder) for folder in folders if folder.is_dir())
