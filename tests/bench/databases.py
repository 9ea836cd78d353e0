"""The made databases, kept between runs as long as what they are made from is the same.

Each carries a fingerprint of its ingredients as its comment:

- ``crm_bench_base``: Odoo with what the add-on needs of it,
- ``crm_bench_<n>_plain``: that with n customers and their orders,
- ``crm_bench_<n>``: that with the add-on installed on it, as a company would,
- ``crm_bench_bare``: the base with the add-on,
- ``crm_bench_doors_plain``: what the points' add-ons stand on, the till and the stock
  with it, and ``crm_bench_doors`` with them,
- ``crm_bench_channel``: the channel and its peer, Odoo's Resellers,
- ``crm_bench_voice``: what customers say, with people who have a login.
"""

import ast
import hashlib
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import psycopg2
from load import load
from population import Truth
from session import environment, in_fresh_process, say

HERE = Path(__file__).parent
ADDONS = HERE.parents[1] / "addons"
# with what it depends on of ours
LOYALTY = ("crm_suite", "crm_loyalty")
BASE = "crm_bench_base"
CHANNEL = (
    "crm_suite",
    "crm_distribution",
    # installs itself between the two
    "crm_distribution_resellers",
    "website_crm_partner_assign",
)
VOICE = ("crm_suite", "crm_ecrm")
# and what installs itself where the till, the stock and text messages are
POINTS = ("crm_loyalty", "crm_loyalty_pos", "crm_loyalty_stock", "crm_loyalty_sms")


def base() -> str:
    from odoo.release import version

    modules = sorted(
        {
            needed
            for name in LOYALTY
            for needed in ast.literal_eval(
                (ADDONS / name / "__manifest__.py").read_text()
            )["depends"]
        }.difference(LOYALTY)
    )
    fingerprint = _fingerprint(version, modules)
    if _kept(BASE) != fingerprint:
        _remake(BASE, "template0")
        _install(BASE, modules)
        _finish(BASE, fingerprint)
    return BASE


def plain(truth: Truth) -> str:
    """A database of the drawn customers without the add-on."""
    template = base()
    name = f"crm_bench_{truth.customers}_plain"
    recipe = [HERE / part for part in ("population.py", "load.py", "load.sql")]
    fingerprint = _fingerprint(_kept(template), truth, *map(Path.read_bytes, recipe))
    if _kept(name) != fingerprint:
        _remake(name, template)
        in_fresh_process(_fill, name, truth)
        _finish(name, fingerprint)
    return name


def installed(truth: Truth) -> str:
    """The same with the add-on, as its files are now."""
    return _with_addon(f"crm_bench_{truth.customers}", plain(truth))


def bare() -> str:
    """The add-on without customers."""
    return _with_addon("crm_bench_bare", base())


def doors_plain() -> str:
    """A shop with a till before anything of ours is there."""
    depends = {
        name
        for addon in POINTS
        for name in ast.literal_eval(
            (ADDONS / addon / "__manifest__.py").read_text(encoding="utf-8")
        )["depends"]
    }
    theirs = sorted(name for name in depends if not (ADDONS / name).is_dir())
    return _with_modules("crm_bench_doors_plain", "template0", theirs)


def doors() -> str:
    """The same with the points' add-ons."""
    return _with_modules("crm_bench_doors", doors_plain(), ("crm_suite", *POINTS))


def channel() -> str:
    """The channel beside Resellers, without records."""
    return _with_modules("crm_bench_channel", "template0", CHANNEL)


def voice() -> str:
    """Customer Voice with fifty people, their cases and orders."""
    from cases import voice

    template = _with_modules("crm_bench_voice_bare", "template0", VOICE)
    name = "crm_bench_voice"
    fingerprint = _fingerprint(_kept(template), Path(voice.__file__).read_bytes())
    if _kept(name) != fingerprint:
        _remake(name, template)
        in_fresh_process(voice.fill, name)
        _finish(name, fingerprint)
    return name


def copy(template: str, suffix: str) -> str:
    """A throw-away copy."""
    name = f"{template}_{suffix}"
    _remake(name, template)
    return name


def _with_addon(name: str, template: str) -> str:
    return _with_modules(name, template, LOYALTY)


def _with_modules(name: str, template: str, modules: Sequence[str]) -> str:
    """A copy of the template with these, anew once the code of ours has changed."""
    code = sorted(
        path
        for module in modules
        for path in (ADDONS / module).rglob("*")
        if path.suffix in (".py", ".xml", ".csv")
    )
    made_from = template if template == "template0" else _kept(template)
    fingerprint = _fingerprint(made_from, *modules, *map(Path.read_bytes, code))
    if _kept(name) != fingerprint:
        _remake(name, template)
        _install(name, modules)
        _finish(name, fingerprint)
    return name


def _fill(name: str, truth: Truth) -> None:
    with environment(name) as env:
        load(env, truth)


def _install(name: str, modules: Sequence[str]) -> None:
    wanted = ",".join(modules)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "odoo", "--database", name, "--init", wanted),
            *("--stop-after-init", "--no-http", "--log-level=error"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    # Odoo goes on without a module that it does not find on its path
    with closing(_connect(name)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        missing = set(modules).difference(name for (name,) in cursor.fetchall())
    if done.returncode or missing:
        sys.exit(f"{wanted} could not be installed:\n{done.stderr[-3000:]}")


def _fingerprint(*ingredients) -> str:
    digest = hashlib.sha256()
    for ingredient in ingredients:
        digest.update(
            ingredient if isinstance(ingredient, bytes) else repr(ingredient).encode()
        )
        digest.update(b"\0")
    return digest.hexdigest()


def _kept(name: str) -> str | None:
    """The fingerprint that a whole database was left with."""
    rows = _execute(
        """
        SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s
        """,
        [name],
    )
    return rows[0][0] if rows else None


def _remake(name: str, template: str) -> None:
    say(f"making {name} from {template}")
    drop(name)
    _execute(
        f'CREATE DATABASE "{name}" TEMPLATE "{template}" '
        "ENCODING UTF8 STRATEGY FILE_COPY"
    )
    _started[name] = time.monotonic()


def _finish(name: str, fingerprint: str) -> None:
    with closing(_connect(name)) as connection:
        connection.autocommit = True
        connection.cursor().execute("VACUUM ANALYZE")
    _execute(f"COMMENT ON DATABASE \"{name}\" IS '{fingerprint}'")
    say(f"made {name} in {time.monotonic() - _started.pop(name):.0f} s")


_started: dict[str, float] = {}


def drop(name: str) -> None:
    _execute(f'DROP DATABASE IF EXISTS "{name}"')


def drop_all() -> None:
    for [name] in _execute(
        r"SELECT datname FROM pg_database WHERE datname LIKE 'crm\_bench\_%'"
    ):
        drop(name)


def vacuum(name: str, *tables: str) -> None:
    with closing(_connect(name)) as connection:
        connection.autocommit = True
        connection.cursor().execute("VACUUM ANALYZE " + ", ".join(tables))


def count(name: str, query: str) -> int:
    """One figure from a database that another process works on."""
    with closing(_connect(name)) as connection:
        cursor = connection.cursor()
        cursor.execute(query)
        return cursor.fetchone()[0]


def _execute(query: str, parameters: list | None = None) -> list[tuple]:
    with closing(_connect("postgres")) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(query, parameters)
        return cursor.fetchall() if cursor.description else []


def _connect(database: str):
    """To the server that odoo.conf or the environment names."""
    from odoo.sql_db import connection_info_for

    _name, info = connection_info_for(database)
    return psycopg2.connect(**info)
