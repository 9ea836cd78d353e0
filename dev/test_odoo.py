"""``make test-odoo`` and ``make smoke``: the add-ons under Odoo's own runner."""

import re
from collections.abc import Mapping

from . import addons, chromium, odoo, run, templates
from .commands import log_file
from .database import Server, free_port
from .paths import ADDONS
from .problem import Problem
from .setup import ground
from .steps import step

RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
SKIPPED = re.compile(r": skipped (.+) : ")


# What a first `make run` has to look at.
DEMO = (
    *("crm_need", "crm_customer_segment", "loyalty_tier", "loyalty_point_entry"),
    *("crm_customer_value", "crm_purchase_import_line"),
)


def test_odoo(extent: str = "all") -> int:
    """Have Odoo update the add-ons and test them meanwhile.

    The smoke makes a database as a first `make run` does, and another by installing the
    add-ons on what they stand on; in that one it updates, and runs the tours only.
    """
    smoke = extent == "smoke"
    with ground() as (env, server):
        env["CHROMIUM_FLAGS"] = chromium.QUIET
        with step("browser and template") as said:
            said(chromium.provide())
            template = (templates.base if smoke else templates.suite)(server, env)
        if smoke:
            check_first_run(env, server)
        with server.copied(template, "odoo") as database:
            if smoke:
                with step("installation"):
                    odoo.install(env, "smoke", database, addons.names())
            with step("update and tours" if smoke else "tests") as said:
                count = read_result(
                    update(env, database, tours() if smoke else whole())
                )
                said("passed")
    print(f"{count} passed, 0 failed")
    return 0


def check_first_run(env: Mapping[str, str], server: Server) -> None:
    with server.copied("", "first") as database:
        run.fill(env, server, database, "smoke")
        for table in DEMO:
            if not server.query(f"SELECT 1 FROM {table} LIMIT 1", database=database):
                raise Problem(f"a first run has nothing in {table}: see demo/")


def whole() -> list[str]:
    return [f"/{name}" for name in addons.names()]


def tours() -> list[str]:
    """The classes of browser tours, each by its file and name."""
    return [
        f"/{file.relative_to(ADDONS)}:{name}"
        for file in sorted(ADDONS.glob("*/tests/**/test_*.py"))
        for name in re.findall(
            r"^class (Test\w*Tour\w*)\(", file.read_text("utf-8"), re.M
        )
    ]


def update(env: Mapping[str, str], database: str, tags: list[str]) -> str:
    """Its log."""
    return odoo.batch(
        *(env, "test-odoo", "-d", database, "-u", ",".join(addons.names())),
        *("--test-tags", ",".join(tags), "--stop-after-init"),
        *("--http-port", str(free_port())),
    )


def read_result(text: str) -> int:
    """How many tests Odoo ran, when all of them passed."""
    log = log_file("test-odoo")
    if skipped := SKIPPED.findall(text):
        raise Problem(f"Odoo's runner skipped {', '.join(skipped)}: see {log}")
    results = RESULT.findall(text)
    if not results or results[-1][:2] != ("0", "0") or results[-1][2] == "0":
        raise Problem(f"Odoo's runner did not pass: see {log}")
    return int(results[-1][2])
