"""Tests that would pass because nobody runs them, or because they look elsewhere."""

import ast
import re
from pathlib import Path

import sources
from rules import each, rule
from sources import place

INIT = "tests/__init__.py"
FILES = {"tests/a/test_x.py": "", "tests/b/test_x.py": "", "tests/a/common.py": ""}
TEST = "class A(TransactionCase):\n    def test_a(self):\n        pass\n"


@rule(
    faults=each(
        INIT,
        "from .a import test_x",
        "from . import a\nfrom .b import test_x",
        "from .a.test_x import TestX\nfrom .b import test_x",
        "from .a import test_x\nfrom .b import test_x",  # the second hides the first
        also=FILES,
    )
    + [{INIT: "from . import test_a", "tests/test_a.py": "", "tests/b/common.py": TEST}]
    + [{"tests/test_a.py": ""}, {"models/a.py": ""}],
    passed=each(
        INIT, "from .a import test_x\nfrom .b import test_x as test_y", also=FILES
    ),
)
def tests_that_nobody_runs(addon: Path) -> list[str]:
    """Odoo's runner takes the members of `tests` whose name begins with `test_`."""
    start = addon / INIT
    members = {
        item.bound: sources.module_file(addon, item.name)
        for item in (sources.imports(addon, start) if start.is_file() else ())
        if item.bound.startswith("test_")
    }
    files = [
        file
        for file in sources.python_files(addon, "tests")
        if file.name.startswith("test_") or "    def test_" in file.read_text("utf-8")
    ]
    return [place(file) for file in files or [start] if file not in members.values()]


@rule(
    faults=each(
        "tests/test_a.py",
        "LOGGER = 'odoo.addons.sample.models.a'",
        "with mute_logger('odoo.addons.sample.models.value.b'):\n    pass",
        "patch('odoo.addons.sample.models.value.a.LIMIT')",
        also={"models/__init__.py": "", "models/value/a.py": "LEAST = 1"},
    ),
    passed=each(
        "tests/test_a.py",
        "LOGGER = 'odoo.addons.sample.models.value.a'",
        "patch('odoo.addons.sample.models.value.a.LEAST')",
        "patch('odoo.addons.sample.models.value.a.A.method')",
        "LOGGER = 'odoo.addons.sale.models.a'",
        "words = 'odoo.addons.sample is a sample'",
        also={"models/value/a.py": "LEAST = 1\nclass A:\n    pass"},
    ),
)
def names_of_no_module(addon: Path) -> list[str]:
    """A logger's name that names no module is silent, and so is its test."""
    files = sources.python_files(addon, "tests")
    if addon.parent == sources.ROOT / "addons":
        files += sorted((sources.ROOT / "tests" / "end_to_end").rglob("*.py"))
    return [
        f"{place(file, node.lineno)} {node.value}"
        for file in files
        for node in ast.walk(sources.tree(file))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(rf"odoo\.addons\.{addon.name}(\.\w+)+", node.value)
        and not names_something(addon, node.value)
    ]


def names_something(addon: Path, name: str) -> bool:
    """A module of the add-on, or what the nearest one speaks of."""
    inner = ""
    while not (file := sources.module_file(addon, name)):
        if name == f"odoo.addons.{addon.name}":
            return False
        name, _, inner = name.rpartition(".")
    return bool(re.search(rf"\b{inner}\b", file.read_text(encoding="utf-8")))
