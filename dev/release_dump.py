"""``make release-dump``: the shop that the tests of the next release upgrade."""

import json
import lzma
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from . import addons, odoo
from .commands import run
from .database import Server
from .paths import ROOT
from .postgres import programs
from .setup import ground
from .steps import step

HERE = ROOT / "tests" / "end_to_end" / "release"
DUMP, SUMS = HERE / "shop.dump.xz", HERE / "shop.json"
# What Odoo makes anew, or nobody would miss.
LEFT_OUT = ("ir_attachment", "message_attachment_rel", "bus_bus", "ir_logging")


def release_dump() -> int:
    with ground() as (env, server), server.copied("", "release") as name:
        with step("a shop") as said:
            odoo.install(env, "release", name, addons.wanted(), "--skip-auto-install")
            script = (HERE / "shop.py").read_text("utf-8")
            shell = ("shell", "-d", name, "--no-http")
            odoo.batch(env, "release", *shell, input=script, text=True)
        with step("its dump") as said:
            dump(env, name)
            known = {"version": version(server, name), "sums": sums(server, name)}
            SUMS.write_text(json.dumps(known, indent=1) + "\n")
            said(f"{DUMP.stat().st_size / 1e6:.1f} MB, of {known['version']}")
    return 0


def dump(env: Mapping[str, str], name: str) -> None:
    """A quarter of what pg_dump's own compression, table by table, comes to."""
    without = [f"--exclude-table-data={table}" for table in LEFT_OUT]
    how = ("-Fc", "-Z0", "--no-owner", "--no-privileges", *without)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "plain")
        call_postgres(env, "pg_dump", *how, "-f", plain, name)
        DUMP.write_bytes(lzma.compress(plain.read_bytes(), preset=9))


def restore(env: Mapping[str, str], name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "plain")
        plain.write_bytes(lzma.decompress(DUMP.read_bytes()))
        call_postgres(env, "pg_restore", "--no-owner", "-d", name, plain)


def call_postgres(env: Mapping[str, str], program: str, *arguments) -> None:
    """One of the embedded PostgreSQL's programs, which knows every older server."""
    env = {**env, "PGUSER": env.get("PGUSER") or os.environ.get("USER", "")}
    run(program, [programs() / program, *arguments], "see the log", env)


def version(server: Server, name: str) -> str:
    query = "SELECT latest_version FROM ir_module_module WHERE name = 'crm_loyalty'"
    ((found,),) = server.query(query, database=name)
    return found


def sums(server: Server, name: str) -> dict[str, float]:
    rows = server.query((HERE / "sums.sql").read_text("utf-8"), database=name)
    return {label: float(figure or 0) for label, figure in rows}
