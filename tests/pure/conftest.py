"""Pure tests import the package by itself, outside Odoo."""

import sys
from pathlib import Path

ADDON = Path(__file__).resolve().parents[2] / "addons" / "crm_loyalty"
sys.path.insert(0, str(ADDON))
