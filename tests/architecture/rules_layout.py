"""Rooms by theme: what changes together lives together."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import sources
from rules import each, rule
from sources import ModelClass, place

LONGEST = 600
LENGTH_COUNTS = {".py", ".js", ".scss", ".xml"}
ROOMS = {"models/__init__.py": "from . import value\nfrom . import tier\n"}
ROOMS |= {"models/value/__init__.py": "", "models/tier/__init__.py": ""}
OWN = "class A(models.Model):\n    _name = 'a.b'\n"
MORE = OWN.replace("_name", "_inherit")
WIZARD = OWN.replace("Model)", "TransientModel)")
SETTINGS = WIZARD.replace("_name = 'a.b'", "_inherit = 'res.config.settings'")
ORDER = MORE.replace("a.b", "sale.order")
HOOK = f"{ORDER}    def _action_confirm(self):\n        self._grant_tier()\n"
HOOK += "        return super()._action_confirm()\n"
OUR_HOOK = HOOK.replace("sale.order", "a.b")
STEP = f"{ORDER}    def _grant_tier(self):\n        pass\n"


def themes(addon: Path) -> list[str]:
    """The rooms of `models/`, in the sequence in which its `__init__` names them."""
    start = addon / "models" / "__init__.py"
    found = sources.imports(addon, start) if start.is_file() else ()
    names = [item.bound for item in sorted(found, key=lambda item: item.line)]
    return [name for name in names if (addon / "models" / name).is_dir()]


def room(addon: Path, file: Path) -> str:
    """The theme whose room the file is in; empty for files right in `models/`."""
    parts = file.relative_to(addon / "models").parts
    return parts[0] if len(parts) > 1 else ""


def below(addon: Path, here: str) -> set[str]:
    """The rooms that come after this one; none for what stands right in `models/`."""
    order = themes(addon)
    return {*order[order.index(here) + 1 :]} if here in order else set()


@rule(
    faults=[
        {**ROOMS, "models/value/a.py": "from ..tier.b import B"},
        {**ROOMS, "models/value/a.py": "from odoo.addons.sample.models import tier"},
        {**ROOMS, "models/value/a.py": "from ..order import B", "models/order.py": ""},
        {**ROOMS, "models/value/a.py": "def a():\n    from .. import tier"},
    ],
    passed=[
        {**ROOMS, "models/tier/a.py": "from ..value.b import B\nfrom .c import C"},
        {**ROOMS, "models/order.py": "from .value.b import B\nfrom .tier import C"},
    ],
)
def imports_from_below(addon: Path) -> list[str]:
    """From a room one reads the rooms above it, never below."""
    return [
        f"{place(file)} imports {place(other)}"
        for file in sources.python_files(addon, "models")
        if (here := room(addon, file))
        for other in sorted(sources.imported_files(addon, file))
        if addon / "models" in other.parents
        and other != addon / "models" / "__init__.py"
        and (not room(addon, other) or room(addon, other) in below(addon, here))
    ]


@rule(
    faults=[
        {**ROOMS, "models/value/a.py": "self.env['a.b']", "models/tier/a_b.py": OWN}
    ],
    passed=[
        {**ROOMS, "models/tier/a.py": "self.env['a.b']", "models/value/a_b.py": OWN},
        {**ROOMS, "models/a.py": "self.env['a.b']", "models/value/a_b.py": OWN},
    ],
)
def models_from_below(addon: Path) -> list[str]:
    """Nor does a room name the models of those below it."""
    classes = sources.model_classes(addon, "models")
    homes = {item.name: room(addon, item.file) for item in classes if item.defines}
    return [
        f"{place(file, node.lineno)} names {node.value}"
        for file in sources.python_files(addon, "models")
        if (lower := below(addon, room(addon, file)))
        for node in ast.walk(sources.tree(file))
        if isinstance(node, ast.Constant) and homes.get(node.value) in lower
    ]


@rule(
    faults=[
        {"models/value/a_b.py": OWN, "models/value/a_b_run.py": MORE},
        {"models/a_b.py": OWN, "models/a_b_run.py": MORE},
        {"models/value/a_b.py": OWN + MORE},
        # long enough, but without a subject of its own in its name
        {"models/value/a_b.py": OWN + "\n" * 600, "models/value/other.py": MORE},
        {"models/a_b.py": OWN + "\n" * 590, "models/a_b_x.py": MORE}
        | {"models/a_b_y.py": MORE},
    ],
    passed=[
        {"models/value/a_b.py": OWN, "models/tier/a_b.py": MORE},
        {"models/value/a_b.py": OWN + "\n" * 600, "models/value/a_b_run.py": MORE},
    ],
)
def cut_classes(addon: Path) -> list[str]:
    """One class a model and room, unless any two files together would be too long."""
    rooms = defaultdict(list)
    for item in sources.model_classes(addon):
        rooms[item.file.parent, item.name].append(item.file)
    found = []
    for (folder, name), files in rooms.items():
        stem = name.replace(".", "_")
        shortest = sum(sorted(map(length, files))[:2])
        named = all(f.stem == stem or f.stem.startswith(f"{stem}_") for f in files)
        apart = len({*files}) == len(files)
        if len(files) > 1 and not (shortest > LONGEST and named and apart):
            where = ", ".join(sorted(file.name for file in files))
            found.append(f"{place(folder)}/ {name} ({where})")
    return found


def length(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


@rule(
    faults=[
        {"models/other.py": OWN},
        {"models/value/a.py": OWN},
        {"wizard/a_b.py": f"{OWN}\n{OWN.replace('a.b', 'a.c')}"},
        {"models/a_b_run.py": MORE},
    ],
    passed=[
        {"models/value/a_b.py": OWN, "models/words.py": "x = 1"},
        {"models/a_b.py": OWN, "models/a_b_run.py": MORE},
    ],
)
def misnamed_files(addon: Path) -> list[str]:
    """A file is named after the one model it holds; a second one says its subject."""
    held = defaultdict(set)
    for item in sources.model_classes(addon, "models", "wizard", "report"):
        held[item.file].add(item.name)
    found = []
    for file, names in held.items():
        stem = next(iter(names)).replace(".", "_")
        second = file.stem.startswith(f"{stem}_") and (
            names == held.get(file.with_name(f"{stem}.py"))
        )
        if len(names) > 1 or not (file.stem == stem or second):
            found.append(f"{place(file)} holds {', '.join(sorted(names))}")
    return found


@rule(
    faults=[
        {"models/value/order.py": HOOK, "models/tier/order.py": HOOK},
        {"models/order.py": HOOK, "wizard/order.py": HOOK},
    ],
    passed=[
        {"models/value/order.py": HOOK, "models/tier/order.py": STEP},
        # ours: what one room defines, another may refine
        {"models/value/a_b.py": OWN, "models/points/a_b.py": OUR_HOOK}
        | {"models/tier/a_b.py": OUR_HOOK},
    ],
)
def hooks_in_several_places(addon: Path) -> list[str]:
    """What happens at a core hook is readable in one place."""
    places = defaultdict(list)
    for item, method in core_hooks(addon):
        places[item.name, method.name].append(place(item.file))
    return [
        f"{place(addon)}/ {model}.{name} ({', '.join(sorted(files))})"
        for (model, name), files in places.items()
        if len(files) > 1
    ]


@rule(
    faults=[{**ROOMS, "models/value/order.py": HOOK, "models/tier/order.py": STEP}],
    passed=[{**ROOMS, "models/order.py": HOOK, "models/tier/order.py": STEP}],
)
def hooks_that_call_below(addon: Path) -> list[str]:
    """A core hook with steps of several themes stands right in `models/`."""
    rooms = defaultdict(set)
    for item in sources.model_classes(addon, "models"):
        for method in item.methods:
            rooms[item.name, method.name].add(room(addon, item.file))
    found = []
    for item, method in core_hooks(addon):
        if addon / "models" not in item.file.parents:
            continue
        lower = below(addon, room(addon, item.file))
        calls = (node for node in ast.walk(method) if isinstance(node, ast.Call))
        steps = {sources.called_name(call) for call in calls}
        found += [
            f"{place(item.file)} {item.name}.{method.name} calls {step}"
            for step in sorted(steps)
            if rooms[item.name, step] and rooms[item.name, step] <= lower
        ]
    return found


def core_hooks(addon: Path) -> Iterator[tuple[ModelClass, ast.FunctionDef]]:
    """Methods on models that are not the add-on's own which go on to Odoo's."""
    own = sources.models(addon)
    for item in sources.model_classes(addon):
        if item.name not in own:
            for method in item.methods:
                if sources.goes_on(method):
                    yield item, method


@rule(
    faults=[{"models/a.py": WIZARD}, {"models/value/a.py": WIZARD}],
    passed=[{"wizard/a.py": WIZARD}, {"models/tier/a.py": SETTINGS}],
)
def wizards_in_models(addon: Path) -> list[str]:
    """pylint-odoo looks for them right in `models/` only."""
    return [
        f"{place(item.file)} {item.name}"
        for item in sources.model_classes(addon, "models")
        if item.kind == "TransientModel" and item.name != "res.config.settings"
    ]


@rule(
    faults=[*each("models/a.py", "\n" * 601), *each("views/deep/b.xml", "\n" * 601)],
    passed=[*each("models/a.py", "\n" * 600), *each("static/lib/b.js", "\n" * 601)],
)
def long_files(addon: Path) -> list[str]:
    """A ceiling, and a reason to think before it."""
    return [
        place(file)
        for file in sorted(addon.rglob("*"))
        if file.suffix in LENGTH_COUNTS
        and "lib" not in file.parts
        and length(file) > LONGEST
    ]
