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


def test_odoo() -> int:
    steps = Steps(5, done=1)
    with ground(steps) as (env, server):
        with steps.step("browser and template") as said:
            said(chromium.provide())
            template = templates.suite(server, env)
        with copy_of(template, server) as database, steps.step("tests") as said:
            env = {**env, "CHROMIUM_FLAGS": QUIET}
            count = run(env, database)
            said("passed")
    print(f"{count} passed, 0 failed")
    return 0


def run(env: dict[str, str], database: str) -> int:
    """Have Odoo update the add-ons and test them meanwhile; how many it ran."""
    names = addons.names()
    tags = ",".join(f"/{name}" for name in names)
    text = odoo.batch(
        *(env, "test-odoo", "-d", database, "-u", ",".join(names)),
        *("--test-tags", tags, "--stop-after-init", "--http-port", str(free_port())),
    )
    results = RESULT.findall(text)
    if not results or results[-1][:2] != ("0", "0") or results[-1][2] == "0":
        raise Problem(f"Odoo's runner did not pass: see {log_file('test-odoo')}")
    if "skipped" in text and (
        skipped := re.findall(r"(\S+ \(\S+\)) \.\.\. skip", text)
    ):
        raise Problem(f"skipped: {', '.join(skipped)}")
    return int(results[-1][2])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
