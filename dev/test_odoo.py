"""``make test-odoo``: the add-ons' tests under Odoo's own runner."""

import re
import socket

from . import addons, chromium, odoo, templates
from .chromium import QUIET
from .commands import log_file
from .problem import Problem
from .setup import ground
from .steps import Steps
from .test import copy_of

RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
SKIPPED = re.compile(r": skipped (.+) : ")


def test_odoo() -> int:
    steps = Steps(5, done=1)
    with ground(steps) as (env, server):
        with steps.step("browser and template") as said:
            said(chromium.provide())
            template = templates.suite(server, env)
        with copy_of(template, server) as database, steps.step("tests") as said:
            count = read_result(run({**env, "CHROMIUM_FLAGS": QUIET}, database))
            said("passed")
    print(f"{count} passed, 0 failed")
    return 0


def run(env: dict[str, str], database: str) -> str:
    """Have Odoo update the add-ons and test them meanwhile; its log."""
    names = addons.names()
    tags = ",".join(f"/{name}" for name in names)
    return odoo.batch(
        *(env, "test-odoo", "-d", database, "-u", ",".join(names)),
        *("--test-tags", tags, "--stop-after-init", "--http-port", str(free_port())),
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
