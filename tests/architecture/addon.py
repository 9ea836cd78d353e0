"""An add-on as text: its Python, its models, its XML."""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import resolve_name
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from dev import odoo_home

ROOT = Path(__file__).resolve().parents[2]
READ = {".csv", ".py", ".xml"}
KINDS = ("models.Model", "models.TransientModel", "models.AbstractModel")
# The folders that Odoo gives a meaning to; all other code of ours is pure.
ODOO_FOLDERS = {
    *("__init__", "__manifest__", "controllers", "data", "demo", "i18n", "migrations"),
    *("models", "report", "security", "static", "tests", "tools", "views", "wizard"),
}


class Import(NamedTuple):
    name: str  # from the root: `odoo.addons.sample.models.a.B`
    bound: str
    line: int


@dataclass
class ModelClass:
    """One class of a model: what it defines or extends, and where."""

    path: str
    node: ast.ClassDef
    kind: str

    def __post_init__(self):
        assigned = [node for node in self.node.body if isinstance(node, ast.Assign)]
        values = {ast.unparse(node.targets[0]): node.value for node in assigned}
        parents = ast.literal_eval(values.get("_inherit", ast.List([])))
        self.parents = [parents] if isinstance(parents, str) else [*parents]
        name = values.get("_name")
        self.name = ast.literal_eval(name) if name else self.parents[0]
        self.defines = self.name not in self.parents
        texts = {name: ast.unparse(value) for name, value in values.items()}
        self.fields = {name for name in texts if texts[name].startswith("fields.")}
        self.methods = functions(self.node)


@dataclass
class Addon:
    name: str
    # by the path inside the add-on
    texts: dict[str, str] = field(repr=False)

    @functools.cached_property
    def manifest(self) -> dict:
        return ast.literal_eval(self.texts["__manifest__.py"])

    @functools.cached_property
    def trees(self) -> dict[str, ast.Module]:
        texts = self.texts.items()
        return {path: ast.parse(text) for path, text in texts if path.endswith(".py")}

    @functools.cached_property
    def pure(self) -> set[str]:
        """The packages and modules that know nothing of Odoo."""
        return {top(path) for path in self.trees} - ODOO_FOLDERS

    def code(self, *folders: str) -> Iterator[tuple[str, ast.Module]]:
        for path, tree in self.trees.items():
            if top(path) in folders:
                yield path, tree

    @property
    def own_code(self) -> Iterator[tuple[str, ast.Module]]:
        """All of it but the tests."""
        return self.code(*({top(path) for path in self.trees} - {"tests"}))

    def imports(self, path: str) -> Iterator[Import]:
        package = ".".join(["odoo.addons", self.name, *path.split("/")[:-1]])
        for node in ast.walk(self.trees.get(path, ast.Module([], []))):
            base = ""
            if isinstance(node, ast.ImportFrom):
                start = "." * node.level + (node.module or "")
                base = resolve_name(start, package) + "."
            if isinstance(node, ast.Import | ast.ImportFrom):
                for item in node.names:
                    bound = item.asname or item.name
                    yield Import(base + item.name, bound, node.lineno)

    def files(self, name: str) -> list[str]:
        """The add-on's files that such an import runs, packages on the way first."""
        start = f"odoo.addons.{self.name}."
        parts = name.removeprefix(start).split(".") if name.startswith(start) else []
        stems = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        found = (f"{stem}{end}" for stem in stems for end in (".py", "/__init__.py"))
        return [path for path in found if path in self.trees]

    @functools.cached_property
    def rooms(self) -> list[str]:
        """The themes, in the sequence in which `models/__init__.py` names them."""
        found = sorted(self.imports("models/__init__.py"), key=lambda item: item.line)
        folders = {room(path) for path in self.trees}
        return [item.bound for item in found if item.bound in folders]

    def below(self, path: str) -> set[str]:
        """The rooms after this file's; none for what stands right in `models/`."""
        here, rooms = room(path), self.rooms
        return {*rooms[rooms.index(here) + 1 :]} if here in rooms else set()

    @functools.cached_property
    def classes(self) -> list[ModelClass]:
        return [
            ModelClass(path, node, kind)
            for path, tree in self.own_code
            for node in ast.walk(tree)
            for kind in map(ast.unparse, getattr(node, "bases", ()))
            if kind in KINDS
        ]

    @functools.cached_property
    def own(self) -> set[str]:
        """The models that the add-on defines."""
        return {item.name for item in self.classes if item.defines}

    @functools.cached_property
    def xml(self) -> dict[str, etree._Element]:
        return {
            path: etree.fromstring(text.encode())
            for path, text in self.texts.items()
            if path.endswith(".xml") and top(path) != "static"
        }


def top(path: str) -> str:
    return path.split("/", 1)[0].removesuffix(".py")


def room(path: str) -> str:
    """The theme whose room the file is in; empty for files right in `models/`."""
    parts = path.split("/")
    return parts[1] if parts[0] == "models" and len(parts) > 2 else ""


def calls(node: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of functions or methods of these names, or of any."""
    found = (call for call in ast.walk(node) if isinstance(call, ast.Call))
    return (call for call in found if not names or name_of(call.func) in names)


def name_of(node: ast.AST | None) -> str:
    return getattr(node, "attr", "") or getattr(node, "id", "")


def functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def named(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Each name that is used, with the one before it: `cr.commit`."""
    for node in ast.walk(tree):
        if name := name_of(node):
            yield node, f"{name_of(getattr(node, 'value', None))}.{name}"


def goes_on(method: ast.FunctionDef) -> bool:
    """Whether it goes on to what it overrides."""
    found = (ast.unparse(call.func) for call in calls(method, method.name))
    return any(name.startswith("super(") for name in found)


def read(folder: Path) -> Addon:
    files = [file for file in folder.rglob("*") if file.suffix in READ]
    texts = {str(file.relative_to(folder)): file.read_text("utf-8") for file in files}
    return Addon(folder.name, texts)


ADDONS = [read(file.parent) for file in sorted(ROOT.glob("addons/*/__manifest__.py"))]


@functools.cache
def stands_on(name: str) -> set[str]:
    """An add-on and all that it depends on."""
    home = odoo_home.find()
    assert home, "there is no Odoo to compare with: make test fetches it"
    places = [ROOT / "addons", *odoo_home.addons_folders(home)]
    file = next(f for p in places if (f := p / name / "__manifest__.py").is_file())
    said = ast.literal_eval(file.read_text("utf-8"))
    depends = said.get("depends", [] if name == "base" else ["base"])
    return {name}.union(*map(stands_on, depends))
