"""``make test``: lint and every test, with one closing line."""

import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from . import chromium, lint, templates
from .commands import die_with_parent
from .database import Server
from .paths import ROOT
from .problem import Problem
from .report import Count, read_odoo_log, read_report
from .setup import ground
from .steps import Steps
from .suites import NAMES, Suite, in_odoo, plain

IN_ODOO = {"addons", "end_to_end"}


def test(*parts: str) -> int:
    if unknown := set(parts) - set(NAMES):
        raise Problem(f"no part {unknown.pop()}: choose from {', '.join(NAMES)}")
    wanted = set(parts or NAMES)
    linted = bool(parts) or lint.lint() == 0
    steps = Steps(4, done=1)
    counts = {}
    with ground(steps) as (env, server):
        suites = plain(env)
        if wanted & IN_ODOO:
            with steps.step("browser and template") as said:
                said(chromium.provide())
                template = templates.suite(server, env)
            with copy_of(template, server) as database:
                suites += in_odoo(env, database)
                run_all(suites, wanted, counts)
        else:
            run_all(suites, wanted, counts)
    return close(counts, linted)


@contextmanager
def copy_of(template: str, server: Server) -> Iterator[str]:
    """A database for one run; what killed runs left behind goes first."""
    for name in server.names("test-run-"):
        server.drop(name, force=False)
    database = f"test-run-{os.getpid()}"
    server.copy(template, database)
    try:
        yield database
    finally:
        server.drop(database)


def run_all(suites: list[Suite], wanted: set[str], counts: dict[str, Count]) -> None:
    """Run the parts; one that makes its own databases runs beside the others."""
    chosen = [suite for suite in suites if suite.name in wanted]
    apart = [suite for suite in chosen if suite.apart and len(chosen) > 1]
    with ThreadPoolExecutor() as pool:
        beside = {suite.name: pool.submit(run_one, suite, True) for suite in apart}
        for suite in chosen:
            if suite not in apart:
                counts[suite.name] = run_one(suite)
        for name, count in beside.items():
            counts[name] = count.result()


def run_one(suite: Suite, quiet: bool = False) -> Count:
    """Run one part and say how it went; a quiet one says it all at its end."""
    if not suite.paths:
        return Count(failed=1, remarks=[f"{suite.name}: there is no test"])
    if not quiet:
        print(f"\n== {suite.name}", flush=True)
    for file in (suite.report, suite.log):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
    started = time.monotonic()
    done = subprocess.run(
        suite.command(),
        cwd=ROOT,
        env=suite.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        check=False,
        preexec_fn=die_with_parent,
    )
    count = read_report(suite.report, done.returncode) + read_odoo_log(suite.log)
    said = f"\n== {suite.name}\n{done.stdout}" if quiet else ""
    took = time.monotonic() - started
    print(f"{said}== {suite.name}: {count}, {took:.0f} s", flush=True)
    return count


def close(counts: dict[str, Count], linted: bool) -> int:
    """The summary: a line for each part, what to look at, and the closing line."""
    total = sum(counts.values(), Count())
    print()
    for name, count in counts.items():
        print(f"{name:14}{count}")
    print(*(f"  {remark}" for remark in total.remarks), sep="\n")
    if not linted:
        print("  failed: lint")
        total.failed += 1
    print(total)
    good = linted and counts and all(count.good for count in counts.values())
    return 0 if good else 1
