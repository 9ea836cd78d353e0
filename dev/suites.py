"""The parts of ``make test``: what each one runs, and where."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .chromium import QUIET
from .paths import ADDONS, CONFIG, PYTHON, ROOT, data

TESTS = ROOT / "tests"


@dataclass(frozen=True)
class Suite:
    """One call of pytest."""

    name: str
    paths: list[Path]
    database: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    # It shares no database with the others, so that it may run beside them.
    apart: bool = False

    @property
    def report(self) -> Path:
        return data() / "log" / f"{self.name}.xml"

    @property
    def log(self) -> Path:
        """What Odoo wrote meanwhile."""
        return data() / "log" / f"{self.name}-odoo.log"

    def command(self) -> list[str | Path]:
        common = [PYTHON, "-m", "pytest", "-q", f"--junitxml={self.report}"]
        if not self.database:
            return [*common, "-p", "no:odoo", *self.paths]
        return [
            *common,
            f"--odoo-database={self.database}",
            f"--odoo-config={CONFIG}",
            "--odoo-log-level=warn",
            "--odoo-http",
            *self.paths,
        ]

    def environment(self) -> dict[str, str]:
        env = {**self.env, "CHROMIUM_FLAGS": QUIET}
        if self.database:
            env["ODOO_LOGFILE"] = os.fspath(self.log)
        return env


def plain(env: Mapping[str, str]) -> list[Suite]:
    """Those that need no Odoo in their own process."""
    set_up = sorted((TESTS / "end_to_end").glob("test_setup_*.py"))
    return [
        Suite("pure", [TESTS / "pure"], env=env),
        Suite("architecture", [TESTS / "architecture"], env=env),
        Suite("setup", set_up, env=env, apart=True),
    ]


def in_odoo(env: Mapping[str, str], database: str) -> list[Suite]:
    """Those that run inside Odoo, on a database with the add-ons."""
    files = (TESTS / "end_to_end").glob("test_*.py")
    end_to_end = [file for file in files if not file.name.startswith("test_setup_")]
    suites = [Suite("addons", sorted(ADDONS.glob("*/tests")), database, env)]
    if end_to_end:
        suites.append(Suite("end_to_end", sorted(end_to_end), database, env))
    return suites


NAMES = ("pure", "architecture", "setup", "addons", "end_to_end")
