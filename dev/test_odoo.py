"""``make test-odoo`` and ``make smoke``: the add-ons under Odoo's own runner."""

import re

from . import addons, chromium, odoo, templates
from .commands import log_file
from .database import free_port
from .paths import ADDONS
from .problem import Problem
from .setup import ground
from .steps import step

RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
SKIPPED = re.compile(r": skipped (.+) : ")


def test_odoo(extent: str = "all") -> int:
    """Have Odoo update the add-ons and test them meanwhile.

    The smoke installs them first, on an empty database and with demo data as `make run`
    does, where the other takes one that has them; and it runs the browser tours only.
    """
    smoke = extent == "smoke"
    with ground() as (env, server):
        env["CHROMIUM_FLAGS"] = chromium.QUIET
        with step("browser and template") as said:
            said(chromium.provide())
            template = "" if smoke else templates.suite(server, env)
        with server.copied(template, "odoo") as database:
            if smoke:
                with step("installation with demo data"):
                    odoo.install(env, "smoke", database, addons.names(), "--with-demo")
            with step("update and tours" if smoke else "tests") as said:
                count = read_result(run(env, database, tours() if smoke else whole()))
                said("passed")
    print(f"{count} passed, 0 failed")
    return 0


def whole() -> list[str]:
    return [f"/{name}" for name in addons.names()]


def tours() -> list[str]:
    files = sorted(ADDONS.glob("*/tests/**/test_*.py"))
    return [
        f"/{file.relative_to(ADDONS)}"
        for file in files
        if "start_tour(" in file.read_text("utf-8")
    ]


def run(env: dict[str, str], database: str, tags: list[str]) -> str:
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
