"""``make test-odoo`` and ``make smoke``: the add-ons under Odoo's own runner."""

import re

from . import addons, chromium, odoo, run
from .commands import Problem, log_file, step
from .database import ground
from .paths import ADDONS

RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
SKIPPED = re.compile(r": skipped (.+) : ")
TOURS = re.compile(r"^class (Test\w*Tour\w*)\(", re.M)
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
    names = ",".join(addons.names())
    tags = ",".join(tours() if smoke else [f"/{name}" for name in addons.names()])
    with ground() as server:
        server.env["CHROMIUM_FLAGS"] = chromium.QUIET
        with step("browser and template") as said:
            said(chromium.provide())
            make = addons.base_template if smoke else addons.suite_template
            template = make(server)
        if smoke:
            with server.copied("", "first") as database:
                run.fill(server, database)
                for table in DEMO:
                    if not server.query(f"SELECT 1 FROM {table} LIMIT 1", (), database):
                        raise Problem(f"a first run has nothing in {table}: see demo/")
        with server.copied(template, "odoo") as database:
            if smoke:
                with step("installation"):
                    odoo.install(server.env, "smoke", database, addons.names())
            with step("update and tours" if smoke else "tests"):
                text = odoo.batch(
                    *(server.env, "test-odoo", "-d", database, "-u", names),
                    *("--test-tags", tags, "--http-port", str(odoo.free_port())),
                    "--stop-after-init",
                )
    print(f"{read_result(text)} passed, 0 failed")
    return 0


def tours() -> list[str]:
    """The classes of browser tours, each by its file and name."""
    return [
        f"/{file.relative_to(ADDONS)}:{name}"
        for file in sorted(ADDONS.glob("*/tests/**/test_*.py"))
        for name in TOURS.findall(file.read_text("utf-8"))
    ]


def read_result(text: str) -> int:
    """How many tests Odoo ran, when all of them passed."""
    hint = f"see {log_file('test-odoo')}"
    if skipped := SKIPPED.findall(text):
        raise Problem(f"Odoo's runner skipped {', '.join(skipped)}: {hint}")
    result = RESULT.findall(text)
    if not result or result[-1][:2] != ("0", "0") or result[-1][2] == "0":
        raise Problem(f"Odoo's runner did not pass: {hint}")
    return int(result[-1][2])
