"""Private methods of Odoo's that the add-ons override, and how Odoo defines them."""

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sources

from dev import odoo_home

DEFINED = re.compile(r"def (_\w+)\(|_name = ['\"]([\w.]+)['\"]|class (\w+)\(")
ORM = Path("odoo") / "orm" / "models.py"
# | `sale.order._action_confirm(self)` | sale | why | what breaks |
ROW = re.compile(r"\| `([\w.]+)\.(_\w+)(\(.*?\))` \| (\w+) \| ([^|]+) \| ([^|]+) \|")


@dataclass(frozen=True)
class Class:
    """A model's class by the model's name, a controller by its own."""

    name: str
    parents: tuple[str, ...]
    methods: dict[str, ast.FunctionDef]


@functools.cache
def classes(text: str) -> list[Class]:
    return list(read_classes(text))


def read_classes(text: str) -> Iterator[Class]:
    for node in sources.parsed(text).body:
        if not isinstance(node, ast.ClassDef):
            continue
        methods = {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}
        if kind := sources.model_kind(node):
            model = sources.read_class(Path(), node, kind)
            yield Class(model.name, (*model.parents, "BaseModel"), methods)
        else:
            bases = (ast.unparse(base).split(".")[-1] for base in node.bases)
            yield Class(node.name, tuple(bases), methods)


@dataclass
class Odoo:
    """Odoo's source below a folder, as far as our add-ons stand on it."""

    home: Path
    addons: list[Path]

    @functools.cached_property
    def files(self) -> list[tuple[str, str]]:
        """The module and text of each file; first what others stand on."""
        files = [("orm", self.home / ORM)]
        for module, folder in self.modules.items():
            files += [(module, file) for file in sources.python_files(folder)]
        return [(module, file.read_text(encoding="utf-8")) for module, file in files]

    @functools.cached_property
    def index(self) -> dict[str, list[tuple[str, str]]]:
        """The files in which a method, a model or a class is defined, by its name."""
        index = defaultdict(list)
        for module, text in self.files:
            for name in {name for names in DEFINED.findall(text) for name in names}:
                index[name].append((module, text))
        return index

    @functools.cached_property
    def modules(self) -> dict[str, Path]:
        ours = {addon.name: addon for addon in self.addons}
        found: dict[str, Path] = {}

        def add(name: str) -> None:
            places = [folder / name for folder in odoo_home.addons_folders(self.home)]
            folder = ours.get(name) or next(path for path in places if path.is_dir())
            default = [] if name == "base" else ["base"]
            for other in sources.manifest(folder).get("depends", default):
                if other not in found:
                    add(other)
            found[name] = folder

        for name in ours:
            add(name)
        return {name: found[name] for name in found if name not in ours}

    def ancestors(self, parents: tuple[str, ...]) -> set[str]:
        found, ahead = set(), {*parents}
        while ahead:
            name = ahead.pop()
            found.add(name)
            for _module, text in self.index.get(name, ()):
                same = (item for item in classes(text) if item.name == name)
                ahead |= {parent for item in same for parent in item.parents}
            ahead -= found
        return found

    def original(self, parents: tuple[str, ...], method: str) -> tuple[str, str] | None:
        """The module that defines the method first, and the signature there."""
        places = self.index.get(method, ())
        above = self.ancestors(parents) if places else ()
        for module, text in places:
            for item in classes(text):
                if item.name in above and method in item.methods:
                    return module, signature(item.methods[method])
        return None


def signature(method: ast.FunctionDef) -> str:
    """Names and defaults; annotations bind nobody."""
    arguments = ast.parse(ast.unparse(method)).body[0].args
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return f"({ast.unparse(arguments)})"


def overrides(odoo: Odoo) -> dict[tuple[str, str], tuple[str, str] | None]:
    """Each private method that stands in for one of Odoo's, with Odoo's definition.

    Without one where ours goes on to a method that Odoo no longer has.
    """
    ours = [
        item
        for addon in odoo.addons
        for file in sources.python_files(addon)
        for item in classes(file.read_text(encoding="utf-8"))
    ]
    begun = {
        name
        for item in ours
        for name, m in item.methods.items()
        if not sources.goes_on(m)
    }
    found = {}
    for item in ours:
        known = [other.parents for other in ours if other.name == item.name]
        parents = tuple({item.name, *(name for names in known for name in names)})
        for name, method in item.methods.items():
            if name.startswith("_") and not name.startswith("__"):
                # a controller is known by the class of Odoo's that it extends
                model = "BaseModel" in item.parents
                key = (
                    item.name if model or not item.parents else item.parents[0],
                    name,
                )
                original = odoo.original(parents, name)
                if original or (sources.goes_on(method) and name not in begun):
                    found[key] = original
    return found


def table(text: str) -> dict[tuple[str, str], tuple[str, str]]:
    """The rows of the table in the documentation; its last columns are for people."""
    rows = map(ROW.fullmatch, text.splitlines())
    return {(row[1], row[2]): (row[4], row[3]) for row in rows if row}
