"""The table of overridden private methods in docs/deploy.md is whole and true."""

import inspect
import re
from types import FunctionType

from odoo.http import Controller
from odoo.tests import TransactionCase, tagged

from dev import addons
from dev.paths import ROOT

# | `sale.order._action_confirm(self)` | sale | why | what breaks |
ROW = re.compile(
    r"^\| `([\w.]+\._\w+)(\(.*?\))` \| (\w+) \| [^|]+ \| [^|]+ \|$", re.MULTILINE
)
OURS = set(addons.names())


def module(cls):
    return re.sub(r"^odoo\.(addons\.)?", "", cls.__module__).split(".")[0]


def below(cls):
    for child in cls.__subclasses__():
        yield child
        yield from below(child)


def signature(method):
    """Names and defaults; annotations bind nobody."""
    arguments = inspect.signature(method).parameters.values()
    bare = [argument.replace(annotation=argument.empty) for argument in arguments]
    return str(inspect.Signature(bare))


@tagged("post_install", "-at_install")
class TestOverrides(TransactionCase):
    def _classes(self):
        """Those of our add-ons, by what they extend, and what they stand on."""
        for name, model in self.env.items():
            for cls in type(model).__mro__:
                if module(cls) in OURS and cls._name == name:
                    yield name, cls, type(model).__mro__
        for cls in below(Controller):
            if module(cls) in OURS:
                yield cls.__bases__[0].__name__, cls, cls.__mro__

    def test_table_names_each_override_as_odoo_defines_it(self):
        found = {}
        for owner, cls, order in self._classes():
            theirs = [other for other in reversed(order) if module(other) not in OURS]
            for name, method in vars(cls).items():
                first = next((other for other in theirs if name in vars(other)), None)
                private = isinstance(method, FunctionType) and re.match("_[^_]", name)
                if first and private:
                    original = signature(vars(first)[name])
                    found[f"{owner}.{name}"] = (module(first), original)
        text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
        table = {row[1]: (row[3], row[2]) for row in ROW.finditer(text)}
        self.maxDiff = None
        self.assertTrue(table)
        self.assertEqual(found, table)
