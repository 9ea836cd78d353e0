"""The verbs that are a few lines each."""

import signal
import subprocess

from .addons import names
from .database import ground
from .paths import ADDONS, PYTHON, ROOT


def call(*command: str, env: dict[str, str] | None = None) -> int:
    """The code with which a Python program ends that speaks for itself."""
    return subprocess.run([PYTHON, *command], cwd=ROOT, env=env, check=False).returncode


def lint() -> int:
    """Layout and rules; no finding is let through."""
    addons = [str(ADDONS / name) for name in names()]
    codes = [
        call("-m", "ruff", "check", "--quiet", "."),
        call("-m", "ruff", "format", "--check", "--quiet", "--diff", "."),
        call("-m", "pylint", "--rcfile=pyproject.toml", *addons),
    ]
    print("lint: see the findings above" if any(codes) else "lint: no finding")
    return max(codes)


def format() -> int:
    """Have ruff lay out the code and put imports in order."""
    call("-m", "ruff", "check", "--fix", "--quiet", ".")
    return call("-m", "ruff", "format", ".")


def bench(*arguments: str) -> int:
    """What tests/bench measures, one JSON line a measure."""
    with ground() as server:
        return call("tests/bench", *arguments, env=server.env)


def odoo(*arguments: str) -> int:
    """Odoo's own command line, on our ground."""
    with ground() as server:
        database = {"PGDATABASE": server.env.get("DB") or "crm"}
        return call("-m", "odoo", *arguments, env={**database, **server.env})


def keep_postgres() -> int:
    """The server alone, until Ctrl-C, and how Odoo finds it and our add-ons."""
    with ground() as server:
        for name in server.env:
            if name.startswith(("PGHOST", "PGPORT", "PGUSER", "ODOO_")):
                print(f"export {name}={server.env[name]}", flush=True)
        signal.pause()
    return 0
