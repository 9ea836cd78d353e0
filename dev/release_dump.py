"""``make release-dump``: the shop that the tests of the next release upgrade."""

import json
import lzma
from pathlib import Path
from tempfile import TemporaryDirectory

from . import addons, odoo
from .commands import run, step
from .database import Server, ground
from .paths import ROOT

HERE = ROOT / "tests" / "end_to_end" / "release"
DUMP, SUMS = HERE / "shop.dump.xz", HERE / "shop.json"
# What Odoo makes anew, or nobody would miss.
LEFT_OUT = ("ir_attachment", "message_attachment_rel", "bus_bus", "ir_logging")


def release_dump() -> int:
    with ground() as server, server.copied("", "release") as name:
        with step("a shop"):
            wanted = addons.wanted()
            odoo.install(server.env, "release", name, wanted, "--skip-auto-install")
            odoo.shell(server.env, "release", name, (HERE / "shop.py").read_text())
        with step("its dump") as said:
            dump(server, name)
            known = {"version": version(server, name), "sums": sums(server, name)}
            SUMS.write_text(json.dumps(known, indent=1) + "\n")
            said(f"{DUMP.stat().st_size / 1e6:.1f} MB, of {known['version']}")
    return 0


def dump(server: Server, name: str) -> None:
    """A quarter of what pg_dump's own compression, table by table, comes to."""
    without = [f"--exclude-table-data={table}" for table in LEFT_OUT]
    how = ("-Fc", "-Z0", "--no-owner", "--no-privileges", *without)
    with TemporaryDirectory() as folder:
        plain = Path(folder, "plain")
        call(server, "pg_dump", *how, "-f", plain, name)
        DUMP.write_bytes(lzma.compress(plain.read_bytes(), preset=9))


def restore(server: Server, name: str) -> None:
    plain = lzma.decompress(DUMP.read_bytes())
    call(server, "pg_restore", "--no-owner", "-d", name, input=plain)


def call(server: Server, program: str, *arguments: str | Path, **options) -> None:
    run(program, [program, *arguments], "see the log", server.env, **options)


def version(server: Server, name: str) -> str:
    query = "SELECT latest_version FROM ir_module_module WHERE name = 'crm_loyalty'"
    ((found,),) = server.query(query, database=name)
    return found


def sums(server: Server, name: str) -> dict[str, float]:
    rows = server.query((HERE / "sums.sql").read_text("utf-8"), database=name)
    return {label: float(figure or 0) for label, figure in rows}
