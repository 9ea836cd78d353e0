"""Databases: made whole or not at all, named by what they hold."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import errors, sql

from . import libraries, odoo_home
from .commands import Problem, step
from .paths import DATA
from .postgres import environment

NO_VACUUM = """DO $$ DECLARE each regclass; BEGIN
    FOR each IN SELECT oid FROM pg_class
                 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    LOOP EXECUTE 'ALTER TABLE ' || each || ' SET (autovacuum_enabled = off)';
    END LOOP; END $$"""

# of five seconds each
COPY_TRIES = 6


@contextmanager
def ground() -> Iterator["Server"]:
    """Odoo in place and a database server up."""
    with step("Odoo 19") as said:
        said("ready")
        if not odoo_home.find():
            odoo_home.fetch()
            said("fetched")
        libraries.link(odoo_home.find())
    with ExitStack() as stack:
        with step("PostgreSQL") as said:
            server = Server(stack.enter_context(environment()))
            said(f"{server.version} in {server.env['PGHOST']}")
        yield server


class Server:
    """A PostgreSQL server that holds Odoo's databases."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.version = self.check()

    def check(self) -> int:
        """Its version, when Odoo can work with it."""
        ((version, user, may_create),) = self.query(
            "SELECT current_setting('server_version_num')::int / 10000, rolname,"
            " rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        if version < 13:
            raise Problem(f"PostgreSQL {version} is too old: Odoo 19 takes 13 or later")
        if user == "postgres" or not may_create:
            raise Problem(
                f"Odoo cannot work as the role {user}: make one with "
                "`CREATE ROLE odoo LOGIN CREATEDB` and name it in PGUSER"
            )
        return version

    def query(self, statement, values=(), database: str = "postgres") -> list[tuple]:
        names = ("host", "port", "user", "password")
        known = {name: self.env.get(f"PG{name.upper()}") for name in names}
        try:
            connection = psycopg2.connect(dbname=database, **known)
        except psycopg2.OperationalError as error:
            reason = str(error).strip().splitlines()[-1]
            raise Problem(
                f"PostgreSQL refused: {reason}: check PGHOST, PGPORT, PGUSER and "
                "PGPASSWORD, or what odoo.conf says"
            ) from error
        connection.autocommit = True
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def run(self, statement: str, *names: str, values=()) -> None:
        """Run a statement with the names of databases in it."""
        self.query(sql.SQL(statement).format(*map(sql.Identifier, names)), values)

    def names(self, prefix: str = "") -> list[str]:
        rows = self.query("SELECT datname FROM pg_database ORDER BY datname")
        return [name for (name,) in rows if name.startswith(prefix)]

    def drop(self, name: str, force: bool = True) -> None:
        """Forget a database; without force, whoever uses it keeps it."""
        if force:
            ours = "datname = %s AND usename = current_user"
            end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
            self.query(end + ours, [name])
        try:
            # Without its own FORCE, PostgreSQL ends a vacuum that goes on there.
            self.run("DROP DATABASE IF EXISTS {}", name)
        except errors.ObjectInUse:
            if force:
                raise
        else:
            shutil.rmtree(filestore(name), ignore_errors=True)

    def make(self, name: str, fill: Callable[[str], None], template: str = "") -> None:
        """Make a database and fill it; it gets its name when all is done."""
        part = f"{name}.part"
        self.drop(part)
        self.create(part, template)
        fill(part)
        shutil.rmtree(filestore(name), ignore_errors=True)
        if filestore(part).is_dir():
            filestore(part).rename(filestore(name))
        self.run("ALTER DATABASE {} RENAME TO {}", part, name)

    def create(self, name: str, template: str = "") -> None:
        """A copy of the template, or an empty database as Odoo makes one."""
        if not template:
            how = " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
            self.run("CREATE DATABASE {}" + how, name)
            return
        self._copy(name, template)
        if filestore(template).is_dir():
            # Odoo names these files by their content and never changes one.
            shutil.copytree(filestore(template), filestore(name), copy_function=os.link)

    def _copy(self, name: str, template: str) -> None:
        """PostgreSQL copies only what nobody is at, and waits for five seconds."""
        for left in reversed(range(COPY_TRIES)):
            try:
                self.run("CREATE DATABASE {} TEMPLATE {}", name, template)
                break
            except errors.ObjectInUse:
                # whoever was just there, or a vacuum, is about to leave
                if not left:
                    raise

    def keep_statistics(self, name: str) -> None:
        """What tests roll back, a vacuum takes for tables that are empty, and plans
        made for empty ones take minutes."""
        self.query(NO_VACUUM, database=name)

    @contextmanager
    def copied(self, template: str, purpose: str) -> Iterator[str]:
        """A copy, or an empty one, for a while; what killed processes left goes."""
        for left in self.names("test-"):
            if not Path("/proc", left.split("-")[1]).exists():
                self.drop(left, force=False)
        name = f"test-{os.getpid()}-{purpose}"
        self.create(name, template)
        self.keep_statistics(name)
        try:
            yield name
        finally:
            self.drop(name)

    def note(self, name: str, text: str) -> None:
        self.run("COMMENT ON DATABASE {} IS %s", name, values=[text])

    def read_note(self, name: str) -> str:
        note = "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
        ((text,),) = self.query(f"{note} WHERE datname = %s", [name])
        return text or ""


def filestore(name: str) -> Path:
    return DATA / "odoo" / "filestore" / name
