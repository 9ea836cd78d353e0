"""Reading add-ons as text: Python trees, models, XML records, CSV rows, manifests."""

import ast
import csv
import functools
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
    return parsed(file.read_text(encoding="utf-8"))


@functools.cache
def parsed(text: str) -> ast.Module:
    return ast.parse(text)


def place(file: Path, line: int = 0) -> str:
    """What the reader of a finding clicks on."""
    known = ROOT in file.parents
    parts = file.relative_to(ROOT).parts if known else file.parts
    shown = "/".join(parts if known else parts[parts.index("sample") :])
    return f"{shown}:{line}" if line else shown


def dotted(addon: Path, file: Path) -> str:
    """The name under which Odoo imports the file."""
    parts = file.relative_to(addon).with_suffix("").parts
    return ".".join(["odoo.addons", addon.name, *parts]).removesuffix(".__init__")


def module_file(addon: Path, name: str) -> Path | None:
    """The file of the add-on that has this name, if one has."""
    start = f"odoo.addons.{addon.name}"
    if name != start and not name.startswith(f"{start}."):
        return None
    path = addon.joinpath(*name.removeprefix(start).strip(".").split("."))
    found = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in found if file.is_file()), None)


@dataclass(frozen=True)
class Import:
    """One imported name, from the root: `odoo.addons.sample.models.a.B`."""

    name: str
    bound: str
    line: int


def imports(addon: Path, file: Path) -> Iterator[Import]:
    package = dotted(addon, file.parent / "__init__.py").split(".")
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, alias.asname or alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                # `from . import clv` imports a module as well.
                bound = alias.asname or alias.name
                yield Import(f"{base}.{alias.name}", bound, node.lineno)


def imported_files(addon: Path, file: Path) -> set[Path]:
    """Files of the add-on that this one imports, packages on the way included."""
    found = set()
    for item in imports(addon, file):
        parts = item.name.split(".")
        names = (".".join(parts[:end]) for end in range(3, len(parts) + 1))
        found |= {module_file(addon, name) for name in names}
    return found - {None, file}


def calls(node: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of functions or methods of these names."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and called_name(call) in names:
            yield call


def called_name(call: ast.Call) -> str:
    function = call.func
    return getattr(function, "attr", None) or getattr(function, "id", "")


def goes_on(method: ast.FunctionDef) -> bool:
    """Whether it goes on to what it overrides."""
    return any(
        isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func.value).startswith("super(")
        for call in calls(method, method.name)
    )


@dataclass
class ModelClass:
    """One class of a model: what it defines or extends, and where."""

    file: Path
    node: ast.ClassDef
    kind: str
    name: str = ""
    parents: list[str] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)

    @property
    def defines(self) -> bool:
        return self.name not in self.parents

    @property
    def methods(self) -> list[ast.FunctionDef]:
        return [n for n in self.node.body if isinstance(n, ast.FunctionDef)]


def model_classes(addon: Path, *folders: str) -> Iterator[ModelClass]:
    for file in python_files(addon, *folders):
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.ClassDef) and (kind := model_kind(node)):
                yield read_class(file, node, kind)


def model_kind(node: ast.ClassDef) -> str:
    for base in node.bases:
        text = ast.unparse(base)
        if text in ("models.Model", "models.TransientModel", "models.AbstractModel"):
            return text.removeprefix("models.")
    return ""


def read_class(file: Path, node: ast.ClassDef, kind: str) -> ModelClass:
    found = ModelClass(file, node, kind)
    for statement in node.body:
        if not isinstance(statement, ast.Assign):
            continue
        target, value = getattr(statement.targets[0], "id", ""), statement.value
        if target == "_name":
            found.name = ast.literal_eval(value)
        elif target == "_inherit":
            read = ast.literal_eval(value)
            found.parents = [read] if isinstance(read, str) else list(read)
        elif ast.unparse(value).startswith("fields."):
            found.fields.add(target)
    found.name = found.name or next(iter(found.parents), "")
    return found


@dataclass
class Model:
    """What the classes of one model say together."""

    name: str
    kind: str
    parents: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)


def models(addon: Path) -> dict[str, Model]:
    """The models that the add-on defines, by name; extensions are joined in."""
    classes = list(model_classes(addon))
    defined = {item.name for item in classes if item.defines}
    found: dict[str, Model] = {}
    for item in classes:
        if item.name in defined:
            model = found.setdefault(item.name, Model(item.name, item.kind))
            model.parents |= {*item.parents} - {item.name}
            model.fields |= item.fields
    return found


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
