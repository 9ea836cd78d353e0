"""``make lint``: layout and rules; no finding is let through."""

import subprocess

from .addons import names
from .paths import ADDONS, PYTHON, ROOT

COMMANDS = (
    ("ruff check", ["ruff", "check", "--quiet", "."]),
    ("ruff format", ["ruff", "format", "--check", "--quiet", "--diff", "."]),
    ("pylint-odoo", ["pylint", "--rcfile=pyproject.toml"]),
)


def lint() -> int:
    failed = [name for name, command in COMMANDS if not clean(command)]
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: no finding")
    return 1 if failed else 0


def clean(command: list[str]) -> bool:
    paths = [ADDONS / name for name in names()] if command[0] == "pylint" else []
    call = [PYTHON, "-m", *command, *paths]
    return subprocess.run(call, cwd=ROOT, check=False).returncode == 0
