"""Databases: made whole or not at all, named by what they hold."""

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import errors, sql

from .paths import data
from .problem import Problem

OLDEST_POSTGRES = 13
# How long a database that is being vacuumed may keep others waiting.
VACUUM_SECONDS = 60


class Server:
    """A PostgreSQL server that holds Odoo's databases."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.version = self.check()

    def connect(self, database: str = "postgres"):
        env = self.env
        try:
            connection = psycopg2.connect(
                dbname=database,
                host=env["PGHOST"],
                port=env.get("PGPORT"),
                user=env.get("PGUSER"),
                password=env.get("PGPASSWORD"),
            )
        except psycopg2.OperationalError as error:
            reason = str(error).strip().splitlines()[-1]
            raise Problem(
                f"PostgreSQL refused: {reason}: check PGHOST, PGPORT, PGUSER and "
                "PGPASSWORD, or what odoo.conf says"
            ) from error
        connection.autocommit = True
        return connection

    def check(self) -> int:
        with closing(self.connect()) as connection:
            version = connection.server_version // 10000
            if version < OLDEST_POSTGRES:
                raise Problem(
                    f"PostgreSQL {version} is too old: Odoo 19 takes "
                    f"{OLDEST_POSTGRES} or later"
                )
        ((user, may_create),) = self.query(
            "SELECT rolname, rolcreatedb OR rolsuper"
            " FROM pg_roles WHERE rolname = current_user"
        )
        if user == "postgres" or not may_create:
            raise Problem(
                f"Odoo cannot work as the role {user}: make one with "
                "`CREATE ROLE odoo LOGIN CREATEDB` and name it in PGUSER"
            )
        return version

    def query(self, statement, values=(), database: str = "postgres") -> list[tuple]:
        with (
            closing(self.connect(database)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def run(self, statement: str, **names: str) -> None:
        """Run a statement with the names of databases in it."""
        identifiers = {key: sql.Identifier(name) for key, name in names.items()}
        self.query(sql.SQL(statement).format(**identifiers))

    def names(self, prefix: str = "") -> list[str]:
        rows = self.query("SELECT datname FROM pg_database ORDER BY datname")
        return [name for (name,) in rows if name.startswith(prefix)]

    def drop(self, name: str, force: bool = True) -> bool:
        """Forget a database; whether it went (without force, users keep it)."""
        end = " WITH (FORCE)" if force else ""
        deadline = time.monotonic() + VACUUM_SECONDS
        while True:
            try:
                self.run("DROP DATABASE IF EXISTS {name}" + end, name=name)
                break
            except errors.ObjectInUse:
                return False
            except errors.InsufficientPrivilege:
                # PostgreSQL is vacuuming there, and nobody else may stop it
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        shutil.rmtree(filestore(name), ignore_errors=True)
        return True

    def make(self, name: str, fill: Callable[[str], None], template: str = "") -> None:
        """Make a database and fill it; it gets its name when all is done."""
        part = f"{name}.part"
        self.drop(part)
        self.copy(template, part) if template else self.create(part)
        fill(part)
        shutil.rmtree(filestore(name), ignore_errors=True)
        if filestore(part).is_dir():
            filestore(part).rename(filestore(name))
        self.run("ALTER DATABASE {part} RENAME TO {name}", part=part, name=name)

    def create(self, name: str) -> None:
        """An empty database, as Odoo makes one."""
        self.run(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'",
            name=name,
        )
        trigrams = "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"
        if self.query(trigrams):
            self.query("CREATE EXTENSION IF NOT EXISTS pg_trgm", database=name)

    def copy(self, template: str, name: str) -> None:
        self.run("CREATE DATABASE {name} TEMPLATE {old}", name=name, old=template)
        if filestore(template).is_dir():
            # Odoo names these files by their content and never changes one.
            shutil.copytree(filestore(template), filestore(name), copy_function=os.link)

    @contextmanager
    def copied(self, template: str, purpose: str) -> Iterator[str]:
        """A copy, or an empty one, for a while; what killed processes left goes."""
        for left in self.names("test-"):
            if not Path("/proc", left.rpartition("-")[2]).exists():
                self.drop(left, force=False)
        name = f"test-{purpose}-{os.getpid()}"
        self.copy(template, name) if template else self.create(name)
        try:
            yield name
        finally:
            self.drop(name)

    def note(self, name: str, text: str) -> None:
        statement = sql.SQL("COMMENT ON DATABASE {} IS {}")
        self.query(statement.format(sql.Identifier(name), sql.Literal(text)))

    def read_note(self, name: str) -> str | None:
        ((text,),) = self.query(
            "SELECT shobj_description(oid, 'pg_database')"
            " FROM pg_database WHERE datname = %s",
            [name],
        )
        return text


def free_port() -> int:
    """A port for Odoo, which takes it seconds later.

    Not one of those that the system hands out, so that nobody has it by then; where
    to begin depends on the process, so that two at one time do not choose the same.
    """
    begin = 10_000 + os.getpid() * 7 % 20_000
    for port in range(begin, begin + 1000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise Problem(f"no port is free from {begin} on: end some servers")


def filestore(name: str) -> Path:
    return data() / "odoo" / "filestore" / name
