"""``make test``: lint and every test, shared by as many workers as processors."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from . import addons, chromium
from .commands import Problem, chosen, die_with_parent, log_file, step
from .database import ground
from .paths import ADDONS, CONFIG, PYTHON, ROOT

PARTS = ("pure", "architecture", "setup", "addons", "end_to_end")
MOST_WORKERS = 4
# `conftest.py` says what fails a test besides its assertions, and which come first.
PYTEST = (PYTHON, "-m", "pytest", "-q", "--durations=20")


def test(*parts: str) -> int:
    if unknown := set(parts) - set(PARTS):
        raise Problem(f"no part {unknown.pop()}: choose from {', '.join(PARTS)}")
    wanted = parts or ("lint", *PARTS)
    plain, in_odoo = (
        [file for part in some if part in wanted for file in files(part)]
        for some in (PARTS[:2], PARTS[2:])
    )
    workers = how_many_workers()
    with ground() as server, ExitStack() as stack:
        begun = {}

        def begin(name: str, *command: str | Path, **options) -> None:
            process = beside(name, command, server.env, **options)
            begun[name] = stack.enter_context(process)

        # What needs no database goes on while one is made.
        if "lint" in wanted:
            begin("lint", PYTHON, "-m", "dev", "lint")
        if plain:
            begin("without-odoo", *PYTEST, "-p", "no:odoo", *plain)
        if in_odoo:
            with step("browser and template") as said:
                said(chromium.provide())
                template = addons.suite_template(server)
            database = stack.enter_context(server.copied(template, "odoo"))
            shared = ("-n", str(workers), "--dist=loadfile", "--no-loadscope-reorder")
            known = (f"--odoo-config={CONFIG}", f"--odoo-database={database}")
            flags = (*shared, *known, "--odoo-http", "--odoo-log-level=warn")
            begin("in-odoo", *PYTEST, *flags, *in_odoo, shown=True)
        return close({name: process.wait() for name, process in begun.items()})


def files(part: str) -> list[Path]:
    """A part's files of tests; what tests the set-up is a part of its own."""
    if part == "addons":
        return sorted(ADDONS.glob("*/tests/**/test_*.py"))
    folder = "end_to_end" if part == "setup" else part
    found = sorted(ROOT.glob(f"tests/{folder}/test_*.py"))
    is_setup = part == "setup"
    return [file for file in found if file.name.startswith("test_setup_") == is_setup]


def how_many_workers() -> int:
    return chosen("WORKERS", min(len(os.sched_getaffinity(0)), MOST_WORKERS), 99)


@contextmanager
def beside(
    name: str, command: tuple, env: Mapping[str, str], shown: bool = False
) -> Iterator[subprocess.Popen]:
    """A process that ends with the block; unless it is shown, its output is kept."""
    with log_file(name).open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**env, "CHROMIUM_FLAGS": chromium.QUIET},
            stdin=subprocess.DEVNULL,
            stdout=None if shown else output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def close(codes: Mapping[str, int]) -> int:
    """What was not shown, and the closing line."""
    for name in codes:
        said = log_file(name).read_text(errors="replace").strip()
        print(f"\n== {name}", said, sep="\n")
    bad = [name for name, code in codes.items() if code]
    print(f"failed: {', '.join(bad)}: see above" if bad else "Everything passed.")
    return 1 if bad else 0
