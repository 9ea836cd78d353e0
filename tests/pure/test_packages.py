"""The pure packages can be read from the bottom up: no module needs what needs it."""

import ast
import graphlib
from pathlib import Path

import pytest

ADDONS = Path(__file__).resolve().parents[2] / "addons"
PACKAGES = sorted(
    package.parent
    for package in ADDONS.glob("*/*/__init__.py")
    if package.parent.name in {"clv", "tiers", "tabular"}
)


def imports_of(package: Path) -> dict[str, set[str]]:
    """The siblings that each module imports, for type checking too: who names another's
    class cannot be understood without it."""
    modules = {path.stem: path for path in package.glob("*.py")}
    del modules["__init__"]
    graph = {}
    for name, path in modules.items():
        found = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 1:
                found |= {node.module} if node.module else {n.name for n in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                first, _dot, rest = (node.module or "").partition(".")
                found |= {rest} if first == package.name else set()
        graph[name] = found & modules.keys()
    return graph


def circle_in(package: Path) -> list[str]:
    try:
        graphlib.TopologicalSorter(imports_of(package)).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def test_packages_are_found():
    assert {"clv", "tiers"} <= {package.name for package in PACKAGES}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_imports_of_a_package_have_no_circle(package):
    assert circle_in(package) == []


@pytest.mark.parametrize(
    "way_back",
    [
        "from .top import Top",
        "from . import top",
        "from planted.top import Top",
        "if TYPE_CHECKING:\n    from .top import Top",
        "def late():\n    from .top import Top",
    ],
)
def test_a_circle_is_found(tmp_path, way_back):
    package = tmp_path / "planted"
    package.mkdir()
    (package / "__init__.py").write_text("from .top import Top\n")
    (package / "top.py").write_text("from .middle import Middle\n")
    (package / "middle.py").write_text("from .bottom import Bottom\n")
    (package / "bottom.py").write_text("import math\n")
    assert circle_in(package) == []
    (package / "bottom.py").write_text(f"{way_back}\n")
    assert set(circle_in(package)) == {"top", "middle", "bottom"}
