"""What an add-on says of itself is true and whole."""

import re
from pathlib import Path

import pytest
import sources

REQUIREMENTS = sources.ROOT / "requirements.txt"
LOADED = ("security", "data", "wizard", "report", "views")
# Groups and access first, menus last: each line needs what stands above it.
ORDER = ("security", "data", "wizard", "report", "views")


def wrong_version(addon: Path) -> bool:
    version = sources.manifest(addon).get("version", "")
    return not re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", version)


def listed(addon: Path) -> set[str]:
    read = sources.manifest(addon)
    return {*read.get("data", ()), *read.get("demo", ())}


def present(addon: Path) -> set[str]:
    files = [file for name in (*LOADED, "demo") for file in (addon / name).rglob("*")]
    return {
        str(file.relative_to(addon))
        for file in files
        if file.suffix in (".xml", ".csv") and file.is_file()
    }


def empty_assets(addon: Path) -> list[str]:
    """Asset patterns that match no file."""
    bundles = sources.manifest(addon).get("assets", {}).values()
    lines = [line for bundle in bundles for line in bundle if isinstance(line, str)]
    prefix = f"{addon.name}/"
    return [
        line
        for line in lines
        if line.startswith(prefix) and not any(addon.glob(line.removeprefix(prefix)))
    ]


def out_of_order(addon: Path) -> list[str]:
    """Data files that stand below a file that may need them."""
    data = sources.manifest(addon).get("data", [])
    ranks = [ORDER.index(name.split("/")[0]) for name in data]
    found = [name for i, name in enumerate(data) if ranks[i] < max(ranks[: i + 1])]
    if "views/menus.xml" in data and data[-1] != "views/menus.xml":
        found.append("views/menus.xml")
    return found


def unimported(addon: Path) -> list[str]:
    """Python files that nothing imports: Odoo would never run them."""
    found = []
    for package in ("models", "report", "wizard", "controllers", "tests"):
        files = set((addon / package).glob("*.py"))
        # Odoo's runner finds tests through their `__init__` alone.
        readers = files if package != "tests" else {addon / "tests" / "__init__.py"}
        imported = {
            part
            for reader in readers & files
            for item in sources.imports(reader)
            for part in item.module.split(".")
        }
        names = {file.stem for file in files} - {"__init__"} - imported
        # What tests share is imported by them, and holds no test itself.
        names = {name for name in names if not name.endswith("common")}
        found += [f"{package}/{name}" for name in sorted(names)]
    return found


def required(text: str) -> set[str]:
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return {re.split(r"[<>=!~\[; ]", line)[0].lower() for line in lines if line}


def test_version_and_licence(addon):
    assert not wrong_version(addon)
    assert sources.manifest(addon)["license"] == "LGPL-3"


def test_readme_and_tests(addon):
    assert (addon / "README.md").read_text(encoding="utf-8").strip()
    assert any((addon / "tests").glob("test_*.py"))


def test_files_are_listed_and_there(addon):
    assert listed(addon) - present(addon) == set(), "listed but not there"
    assert present(addon) - listed(addon) == set(), "there but not listed"


def test_assets_match_files(addon):
    assert empty_assets(addon) == []


def test_data_is_loaded_in_order(addon):
    assert out_of_order(addon) == []


def test_every_python_file_is_imported(addon):
    assert unimported(addon) == []


def test_server_requirements_are_those_of_the_manifests():
    declared = {
        name.lower()
        for addon in sources.ADDONS
        for name in sources.manifest(addon)
        .get("external_dependencies", {})
        .get("python", [])
    }
    assert declared == required(REQUIREMENTS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("version", ["19.0.1.0", "18.0.1.0.0", "1.0.0", "19.0.1.0.x"])
def test_wrong_version_is_found(example, version):
    assert wrong_version(example({"__manifest__.py": f"{{'version': '{version}'}}"}))


def test_stray_and_missing_files_are_found(example):
    manifest = "{'data': ['views/a.xml'], 'demo': ['demo/b.csv']}"
    addon = example(
        {"__manifest__.py": manifest, "demo/b.csv": "", "security/c.xml": ""}
    )
    assert listed(addon) - present(addon) == {"views/a.xml"}
    assert present(addon) - listed(addon) == {"security/c.xml"}


def test_assets_without_a_file_are_found(example):
    lines = ["sample/static/src/**/*.js", "sample/static/src/b.scss", "web/x.js"]
    addon = example(
        {"__manifest__.py": f"{{'assets': {{'a': {lines}}}}}", "static/src/b.scss": ""}
    )
    assert empty_assets(addon) == ["sample/static/src/**/*.js"]


def test_wrong_order_is_found(example):
    files = ["views/menus.xml", "security/a.csv", "views/b.xml"]
    addon = example({"__manifest__.py": f"{{'data': {files}}}"})
    assert out_of_order(addon) == ["security/a.csv", "views/menus.xml"]


def test_forgotten_python_file_is_found(example):
    addon = example(
        {
            "tests/__init__.py": "from . import test_a\n",
            "tests/test_a.py": "",
            "tests/test_b.py": "",
            "tests/common.py": "",
            "models/__init__.py": "from . import a\n",
            "models/a.py": "from .words import tell\n",
            "models/words.py": "",
            "models/b.py": "",
        }
    )
    assert unimported(addon) == ["models/b", "tests/test_b"]


def test_requirements_are_read():
    assert required("# why\nnumpy>=1.2\nScipy[all]~=2 ; x\n") == {"numpy", "scipy"}
