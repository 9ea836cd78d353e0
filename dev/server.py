"""Which PostgreSQL to use, the user's own or ours, told as environment variables."""

import configparser
import os
from collections.abc import Iterator
from contextlib import contextmanager

from . import odoo_home, postgres
from .paths import ADDONS, CONFIG, data, postgres_home

CONNECTION = {
    "PGHOST": "db_host",
    "PGPORT": "db_port",
    "PGUSER": "db_user",
    "PGPASSWORD": "db_password",
    "PGSSLMODE": "db_sslmode",
}


@contextmanager
def environment() -> Iterator[dict[str, str]]:
    """While a server is up, what Odoo and PostgreSQL's clients need to know."""
    env = {**os.environ, **configured_server()}
    folders = [ADDONS, *odoo_home.addons_folders(odoo_home.find())]
    env["ODOO_ADDONS_PATH"] = ",".join(map(str, folders))
    env["ODOO_RC"] = str(CONFIG)
    env["ODOO_DATA_DIR"] = str(data() / "odoo")
    if env.get("PGHOST"):
        yield env
        return
    with postgres.served():
        env["PGHOST"] = str(postgres_home())
        env["PGPORT"] = "5432"
        env["PGUSER"] = postgres.ROLE
        env["PATH"] = f"{postgres.programs()}{os.pathsep}{env['PATH']}"
        yield env


def configured_server() -> dict[str, str]:
    """The server that odoo.conf names, where the environment names none."""
    config = configparser.ConfigParser(interpolation=None)
    config.read(CONFIG)
    options = config["options"]
    if os.environ.get("PGHOST") or not options.get("db_host", "").strip():
        return {}
    return {
        name: options[option]
        for name, option in CONNECTION.items()
        if options.get(option)
    }
