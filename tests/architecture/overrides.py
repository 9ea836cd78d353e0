"""Private methods of Odoo's that the add-ons override, and how Odoo defines them."""

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from types import FunctionType

from addon import ADDONS, ROOT, together

from dev import odoo_home

Found = dict[str, tuple[str, str] | None]
# | `sale.order._action_confirm(self)` | sale | why | what breaks |
ROW = re.compile(r"\| `([\w.]+\._\w+)(\(.*?\))` \| (\w+) \| [^|]+ \| [^|]+ \|")


def table(text: str) -> Found:
    """The rows of the documentation's table; the last columns are for people."""
    rows = map(ROW.fullmatch, text.splitlines())
    return {row[1]: (row[3], row[2]) for row in rows if row}


def load() -> list[type]:
    """Models and controllers of ours and below ours, what others stand on first."""
    sys.path.insert(0, str(odoo_home.find()))
    modules = together([addon.name for addon in ADDONS])
    importlib.import_module("odoo.init")
    folders = [*odoo_home.addons_folders(odoo_home.find()), ROOT / "addons"]
    importlib.import_module("odoo.addons").__path__ = list(map(str, folders))
    for name in modules:
        importlib.import_module(f"odoo.addons.{name}")

    from odoo.http import Controller
    from odoo.models import MetaModel

    models = [cls for name in modules for cls in MetaModel._module_to_models__[name]]
    return [*models, *below(Controller)]


def below(cls: type) -> list[type]:
    children = cls.__subclasses__()
    return children + [deep for child in children for deep in below(child)]


def overrides(classes: list[type], ours: set[str]) -> Found:
    """Each private method that stands in for one of Odoo's, with Odoo's definition.

    Without one where ours goes on to a method that Odoo no longer has.
    """
    mine = [cls for cls in classes if module(cls) in ours]
    begun = {n for cls in mine for n, m in private(cls) if not goes_on(n, m)}
    found: Found = {}
    for cls in mine:
        above = [*reversed(cls.__mro__), *ancestors(cls, classes)]
        above = [other for other in above if module(other) not in ours]
        for name, method in private(cls):
            first = next((other for other in above if name in vars(other)), None)
            if first:
                original = module(first), signature(vars(first)[name])
            if first or (goes_on(name, method) and name not in begun):
                # a controller is known by the class of Odoo's that it extends
                owner = model(cls) or cls.__bases__[0].__name__
                found[f"{owner}.{name}"] = original if first else None
    return found


def module(cls: type) -> str:
    return re.sub(r"^odoo\.(addons\.)?", "", cls.__module__).split(".")[0]


def model(cls: type) -> str:
    return getattr(cls, "_name", None) or ""


def private(cls: type) -> Iterator[tuple[str, FunctionType]]:
    for name, method in vars(cls).items():
        if isinstance(method, FunctionType) and re.match("_[^_]", name):
            yield name, method


def goes_on(name: str, method: FunctionType) -> bool:
    return {"super", name} <= {*inspect.unwrap(method).__code__.co_names}


def ancestors(cls: type, classes: list[type]) -> list[type]:
    """All classes of the model and of what they inherit from."""
    names, ahead = set(), {model(cls)} - {""}
    while ahead:
        names |= ahead
        known = [other for other in classes if model(other) in ahead]
        ahead = {name for other in known for name in other._inherit} - names
    return [other for other in classes if model(other) in names]


def signature(method: Callable) -> str:
    """Names and defaults; annotations bind nobody."""
    arguments = inspect.signature(method).parameters.values()
    bare = [argument.replace(annotation=argument.empty) for argument in arguments]
    return str(inspect.Signature(bare))
