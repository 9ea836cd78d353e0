"""The verbs that are a few lines each.

Those on a database import it where they begin: `clean` does without the libraries,
which it forgets.
"""

import shutil
import signal
import subprocess

from . import postgres
from .paths import ADDONS, DATA, PYTHON, ROOT, VENV, cache


def call(*command: str, env: dict[str, str] | None = None) -> int:
    """The code with which a Python program ends that speaks for itself."""
    return subprocess.run([PYTHON, *command], cwd=ROOT, env=env, check=False).returncode


def lint() -> int:
    """Layout and rules; no finding is let through."""
    addons = [str(file.parent) for file in sorted(ADDONS.glob("*/__manifest__.py"))]
    ruff = ("-m", "ruff")
    codes = {
        "ruff check": call(*ruff, "check", "--quiet", "."),
        "ruff format": call(*ruff, "format", "--check", "--quiet", "--diff", "."),
        "pylint-odoo": call("-m", "pylint", "--rcfile=pyproject.toml", *addons),
    }
    failed = [name for name, code in codes.items() if code]
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: no finding")
    return 1 if failed else 0


def format() -> int:
    """Have ruff lay out the code and put imports in order."""
    call("-m", "ruff", "check", "--fix", "--quiet", ".")
    return call("-m", "ruff", "format", ".")


def bench(*arguments: str) -> int:
    """What tests/bench measures, one JSON line a measure."""
    from .database import ground

    with ground() as server:
        return call("tests/bench", *arguments, env=server.env)


def odoo(*arguments: str) -> int:
    """Odoo's own command line, on our ground."""
    from .database import ground

    with ground() as server:
        database = {"PGDATABASE": server.env.get("DB") or "crm"}
        return call("-m", "odoo", *arguments, env={**database, **server.env})


def keep_postgres() -> int:
    """The server alone, until Ctrl-C, and how to find it."""
    from .database import ground

    with ground() as server:
        for name in ("PGHOST", "PGPORT", "PGUSER", "ODOO_RC", "ODOO_DATA_DIR"):
            print(f"export {name}={server.env.get(name, '')}")
        print(f"export ODOO_ADDONS_PATH={server.env['ODOO_ADDONS_PATH']}", flush=True)
        signal.pause()
    return 0


def clean() -> int:
    """Forget what the checkout made, keep what it fetched."""
    postgres.forget()
    for folder in (DATA, VENV):
        shutil.rmtree(folder, ignore_errors=True)
    print(f"Forgot the environment and the databases; Odoo stays in {cache()}")
    return 0
