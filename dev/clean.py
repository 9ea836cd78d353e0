"""``make clean``: forget what the checkout made, keep what it fetched."""

import shutil

from . import postgres
from .paths import VENV, cache, data, postgres_home


def clean() -> int:
    home = postgres_home()
    if data().is_dir():
        postgres.end_unused()
    for folder in (home, home.with_suffix(".programs"), data(), VENV):
        shutil.rmtree(folder, ignore_errors=True)
    print(f"Forgot the environment and the databases; Odoo itself stays in {cache()}")
    return 0
