"""Reading add-ons as text: Python trees, XML records, CSV rows, manifests."""

import ast
import csv
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDONS = sorted(file.parent for file in (ROOT / "addons").glob("*/__manifest__.py"))

# The folders that Odoo gives a meaning to; any other package of ours is pure.
ODOO_FOLDERS = {
    *("controllers", "data", "demo", "i18n", "migrations", "models", "populate"),
    *("report", "security", "static", "tests", "tools", "views", "wizard"),
}


def manifest(addon: Path) -> dict:
    return ast.literal_eval((addon / "__manifest__.py").read_text(encoding="utf-8"))


def python_files(addon: Path, *folders: str) -> list[Path]:
    """The add-on's own code; all of it but the tests where no folder is named."""
    if folders:
        found = [file for name in folders for file in (addon / name).rglob("*.py")]
    else:
        tests = addon / "tests"
        found = [file for file in addon.rglob("*.py") if tests not in file.parents]
    return sorted(found)


def pure_files(addon: Path) -> list[Path]:
    """The add-on's code that knows nothing of Odoo."""
    packages = {file.parent for file in addon.glob("*/__init__.py")}
    pure = [folder for folder in packages if folder.name not in ODOO_FOLDERS]
    modules = [file for file in addon.glob("*.py") if not file.name.startswith("__")]
    return sorted(
        [*modules, *(file for folder in pure for file in folder.rglob("*.py"))]
    )


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def place(file: Path, line: int) -> str:
    """What the reader of a finding clicks on."""
    base = ROOT if ROOT in file.parents else file.parents[1]
    return f"{file.relative_to(base)}:{line}"


@dataclass(frozen=True)
class Import:
    """One imported module; `level` counts the leading dots."""

    module: str
    level: int
    line: int


def imports(file: Path) -> Iterator[Import]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, 0, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                # `from . import clv` imports a module as well.
                module = f"{node.module or ''}.{alias.name}".strip(".")
                yield Import(module, node.level, node.lineno)


def calls(node: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of functions or methods of these names."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and called_name(call) in names:
            yield call


def called_name(call: ast.Call) -> str:
    function = call.func
    return getattr(function, "attr", None) or getattr(function, "id", "")


@dataclass
class Model:
    """What the classes of one model say together."""

    name: str
    kind: str = ""
    parents: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)


def models(addon: Path) -> dict[str, Model]:
    """The models that the add-on defines, by name; extensions are joined in."""
    found: dict[str, Model] = {}
    defined = set()
    for file in python_files(addon):
        for node in ast.walk(tree(file)):
            if not isinstance(node, ast.ClassDef) or not (kind := model_kind(node)):
                continue
            name, parents, names = read_class(node)
            if name and name not in parents:
                defined.add(name)
            name = name or next(iter(parents), "")
            model = found.setdefault(name, Model(name))
            model.kind = model.kind or kind
            model.parents |= parents - {name}
            model.fields |= names
    return {name: model for name, model in found.items() if name in defined}


def model_kind(node: ast.ClassDef) -> str:
    for base in node.bases:
        text = ast.unparse(base)
        if text in ("models.Model", "models.TransientModel", "models.AbstractModel"):
            return text.removeprefix("models.")
    return ""


def read_class(node: ast.ClassDef) -> tuple[str, set[str], set[str]]:
    """`_name`, `_inherit` and the fields of a model's class."""
    name, parents, names = "", set(), set()
    for statement in node.body:
        if not isinstance(statement, ast.Assign):
            continue
        (target,) = (getattr(goal, "id", "") for goal in statement.targets[:1])
        value = statement.value
        if target == "_name":
            name = ast.literal_eval(value)
        elif target == "_inherit":
            read = ast.literal_eval(value)
            parents = {read} if isinstance(read, str) else set(read)
        elif isinstance(value, ast.Call):
            function = ast.unparse(value.func)
            if function.startswith("fields."):
                names.add(target)
    return name, parents, names


def xml_files(addon: Path) -> list[Path]:
    return sorted(
        file for file in addon.rglob("*.xml") if addon / "static" not in file.parents
    )


@dataclass(frozen=True)
class Record:
    """An XML record with its plain fields."""

    file: Path
    id: str
    model: str
    fields: dict[str, str]
    noupdate: bool


def records(addon: Path) -> Iterator[Record]:
    for file in xml_files(addon):
        root = ET.parse(file).getroot()
        for top in (root, *root.iter("data")):
            noupdate = "1" in (root.get("noupdate"), top.get("noupdate"))
            for element in top:
                if element.tag in ("record", "menuitem"):
                    yield from read_record(file, element, noupdate)


def read_record(file: Path, element: ET.Element, noupdate: bool) -> Iterator[Record]:
    values = {
        child.get("name"): child.get("ref") or child.get("eval") or child.text or ""
        for child in element.iter("field")
    }
    menu = element.tag == "menuitem"
    model = "ir.ui.menu" if menu else element.get("model", "")
    yield Record(file, element.get("id", ""), model, values, noupdate)
    for child in element.iterfind("menuitem") if menu else ():
        yield from read_record(file, child, noupdate)


def access_rows(addon: Path) -> list[dict[str, str]]:
    file = addon / "security" / "ir.model.access.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
