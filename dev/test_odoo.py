"""``make test-odoo`` and ``make smoke``: the add-ons under Odoo's own runner."""

import re

from . import addons, chromium, foreign_tests, odoo, run
from .commands import Problem, log_file, step
from .database import ground
from .paths import ADDONS

PASSED = re.compile(r"\b0 failed, 0 error\(s\) of ([1-9]\d*) tests")
SKIPPED = re.compile(r": skipped (.+) : ")
TOURS = re.compile(r"^class (Test\w*Tour\w*)\(", re.M)
# What a first `make run` has to look at.
DEMO = (
    *("crm_need", "crm_customer_segment", "loyalty_tier", "loyalty_point_entry"),
    *("crm_customer_value", "crm_purchase_import_line"),
    *("distribution_policy", "distribution_outlet", "distribution_link"),
    *("distribution_route", "distribution_gap"),
    *("distribution_registration", "distribution_conflict"),
    *("distribution_target", "distribution_joint_plan", "account_move"),
    *("distribution_sellout_line", "distribution_claim", "distribution_accrual"),
    "distribution_claim_correction",
    *("distribution_price_plan", "distribution_stock"),
    *("ecrm_case", "ecrm_feedback", "ecrm_idea", "ecrm_insight"),
)


def test_odoo(extent: str = "all") -> int:
    """Have Odoo update the add-ons and test them meanwhile.

    The smoke runs the tours only, and makes a database as a first `make run` does.
    Names of Odoo's modules have those tested instead, with ours and without.
    """
    if extent not in ("all", "smoke"):
        return foreign_tests.compare(extent.split(","))
    smoke = extent == "smoke"
    what = "tours" if smoke else "tests"
    names = ",".join(addons.names())
    tags = ",".join(tours() if smoke else [f"/{name}" for name in addons.names()])
    with ground() as server:
        server.env["CHROMIUM_FLAGS"] = chromium.QUIET
        with step("browser and template") as said:
            said(chromium.provide())
            template = addons.suite_template(server)
        if smoke:
            with server.copied("", "first") as database:
                run.fill(server, database)
                for table in DEMO:
                    if not server.query(f"SELECT 1 FROM {table} LIMIT 1", (), database):
                        raise Problem(f"a first run has nothing in {table}: see demo/")
        with server.copied(template, "odoo") as database, step(f"update and {what}"):
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
    passed, skipped = PASSED.findall(text), SKIPPED.findall(text)
    if skipped or not passed:
        told = f"skipped {', '.join(skipped)}" if skipped else "did not pass"
        raise Problem(f"Odoo's runner {told}: see {log_file('test-odoo')}")
    return int(passed[-1])
