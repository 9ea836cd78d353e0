"""Pure tests import the package by itself, outside Odoo, and allow no warning."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
for addon in ("crm_distribution", "crm_ecrm", "crm_loyalty", "crm_suite"):
    sys.path.insert(0, str(HERE.parents[1] / "addons" / addon))


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker(pytest.mark.filterwarnings("error"))
