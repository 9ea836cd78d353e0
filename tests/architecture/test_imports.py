"""Who may import whom: data flows one way."""

import sys
from pathlib import Path

import pytest
import sources

# Numbers need these; reading spreadsheets needs what Odoo brings for it.
NUMBERS = {"numpy", "scipy"}
ALSO = {"tabular": {"openpyxl"}}
# Every add-on of ours extends the CRM, which stands on these.
COME_ALONG = {"base", "crm", "mail", "product", "sale", "sales_team", "web"}
# `sale` and `sale_loyalty` bring these.
COME_ALONG |= {"loyalty", "portal"}
# A pure package has no clock, keeps no log and touches no machine.
IMPURE = {"logging", "os", "socket", "sqlite3", "subprocess", "threading", "time"}
CLOCK = ("now", "today", "utcnow")


def impure_code(addon: Path) -> list[str]:
    found = []
    for file in sources.pure_files(addon):
        package = file.relative_to(addon).parts[0]
        allowed = (set(sys.stdlib_module_names) - IMPURE) | NUMBERS
        allowed |= ALSO.get(package, set())
        for item in sources.imports(file):
            depth = len(file.relative_to(addon).parts) - 1
            outside = item.level > depth or (depth == 0 and item.level)
            top = item.module.split(".")[0]
            if outside or (not item.level and top not in allowed):
                found.append(f"{sources.place(file, item.line)} imports {item.module}")
        found += [
            f"{sources.place(file, call.lineno)} reads the clock"
            for call in sources.calls(sources.tree(file), *CLOCK)
        ]
    return found


def wrong_layer(addon: Path) -> list[str]:
    """`report/` asks, pure packages think, `models/` decide; the others carry."""
    pure = {
        file.relative_to(addon).parts[0].removesuffix(".py")
        for file in sources.pure_files(addon)
    }
    forbidden = {
        "report": {"models", "wizard", "controllers"},
        "controllers": pure | {"report", "wizard"},
        "wizard": pure | {"report", "controllers"},
        "models": {"wizard", "controllers"},
    }
    found = []
    for layer, others in forbidden.items():
        for file in sources.python_files(addon, layer):
            for item in sources.imports(file):
                top = item.module.split(".")[0]
                if item.level == 2 and top in others:
                    place = sources.place(file, item.line)
                    found.append(f"{place}: {layer}/ imports {top}")
    return found


def undeclared_addons(addon: Path) -> list[str]:
    """Code of another add-on is imported only by those that depend on it."""
    allowed = {addon.name, *sources.manifest(addon)["depends"], *COME_ALONG}
    found = []
    for file in sorted(addon.rglob("*.py")):
        for item in sources.imports(file):
            parts = item.module.split(".")
            foreign = parts[:2] == ["odoo", "addons"] and parts[2:3]
            if foreign and parts[2] not in allowed:
                place = sources.place(file, item.line)
                found.append(f"{place} imports {parts[2]}, not in depends")
    return found


def test_pure_packages_are_pure(addon):
    assert impure_code(addon) == []


def test_layers_import_downwards(addon):
    assert wrong_layer(addon) == []


def test_other_addons_are_declared(addon):
    assert undeclared_addons(addon) == []


def test_depends_have_no_circle():
    ours = {addon.name: sources.manifest(addon) for addon in sources.ADDONS}
    for name in ours:
        assert name not in below(name, ours)


def below(name: str, manifests: dict[str, dict]) -> set[str]:
    found, ahead = set(), [name]
    while ahead:
        for other in manifests.get(ahead.pop(), {}).get("depends", ()):
            if other not in found:
                found.add(other)
                ahead.append(other)
    return found


@pytest.mark.parametrize(
    "code",
    [
        "from odoo import fields",
        "import odoo.tools",
        "import pandas",
        "import logging",
        "from time import monotonic",
        "from .. import models",
        "from ..models.a import B",
        "import datetime\nd = datetime.date.today()",
    ],
)
def test_impure_code_is_found(example, code):
    addon = example({"clv/__init__.py": "", "clv/value.py": code})
    assert len(impure_code(addon)) == 1


def test_pure_code_is_let_through(example):
    code = "import math\nimport numpy as np\nfrom scipy import special\nfrom . import a"
    addon = example({"clv/__init__.py": "", "clv/value.py": code})
    assert impure_code(addon) == []


@pytest.mark.parametrize("layer", ["controllers", "wizard"])
def test_number_work_outside_models_is_found(example, layer):
    addon = example(
        {
            "clv/__init__.py": "",
            f"{layer}/a.py": "from ..clv import MbgCnbd",
            "models/b.py": "from .. import clv",
        }
    )
    assert [line.split(": ")[1] for line in wrong_layer(addon)] == [
        f"{layer}/ imports clv"
    ]


def test_undeclared_addon_is_found(example):
    addon = example(
        {
            "__manifest__.py": "{'depends': ['sale_crm']}",
            "models/a.py": "from odoo.addons.sale_crm import models",
            "tests/b.py": "from odoo.addons.survey.tests import common",
        }
    )
    (line,) = undeclared_addons(addon)
    assert line.endswith("imports survey, not in depends")


def test_circle_is_found():
    circle = {"a": {"depends": ["b"]}, "b": {"depends": ["a"]}}
    assert "a" in below("a", circle)
