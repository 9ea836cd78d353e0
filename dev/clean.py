"""``make clean``: forget what the checkout made, keep what it fetched."""

import shutil

from . import postgres
from .paths import VENV, cache, data, postgres_home
from .problem import Problem


def clean() -> int:
    home = postgres_home()
    if VENV.is_dir() and home.is_dir() and postgres.running():
        raise Problem("PostgreSQL still runs here: end `make run` or `make test` first")
    for folder in (home, home.with_suffix(".programs"), data(), VENV):
        shutil.rmtree(folder, ignore_errors=True)
    print(f"Forgot the environment and the databases; Odoo itself stays in {cache()}")
    return 0
