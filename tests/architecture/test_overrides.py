"""The table of overridden private methods in docs/deploy.md is whole and true."""

import overrides
import pytest
from addon import ADDONS, ROOT

ROWS = overrides.table((ROOT / "docs" / "deploy.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found():
    return overrides.overrides(overrides.load(), {addon.name for addon in ADDONS})


def test_table_names_each_override(found):
    assert sorted(found.keys() - ROWS.keys()) == [], "not in docs/deploy.md"
    assert sorted(ROWS.keys() - found.keys()) == [], "no longer overridden"


@pytest.mark.parametrize("name", ROWS)
def test_odoo_defines_it_so(found, name):
    assert found.get(name) == ROWS[name], "module and signature of Odoo's method"


# Odoo as far as the tries need it: the ORM, a mixin, a model, a controller.
class Base:
    __module__ = "odoo.orm.models"
    _inherit = ()

    def _search(self, domain: list, *, limit: int = 0) -> list: ...


class Thread(Base):
    __module__ = "odoo.addons.mail.models.mail_thread"
    _name = "mail.thread"

    def _post(self, body="", **kw): ...


class Order(Base):
    __module__ = "odoo.addons.sale.models.sale_order"
    _name = "sale.order"
    _inherit = ["mail.thread"]

    def _confirm(self): ...


class Portal:
    __module__ = "odoo.addons.portal.controllers.portal"

    def _values(self, counters): ...


def plain(self): ...


def on(name: str):
    """A method that goes on to the one that it overrides."""
    scope = {}
    exec(f"def {name}(self):\n    return super().{name}()", scope)
    return scope[name]


ORDER = {"_name": "sale.order", "_inherit": ["sale.order"]}


@pytest.mark.parametrize(
    ("base", "members", "expected"),
    [
        (Base, {"_confirm": plain}, {"_confirm": ("sale", "(self)")}),
        (Base, {"_post": plain}, {"_post": ("mail", "(self, body='', **kw)")}),
        (Base, {"_search": plain}, {"_search": ("orm", "(self, domain, *, limit=0)")}),
        (Portal, {"_values": plain}, {"_values": ("portal", "(self, counters)")}),
        (Base, {"_dropped": on("_dropped")}, {"_dropped": None}),
        (Base, {"_ours": plain, "write": on("write")}, {}),
    ],
)
def test_override_is_found(base, members, expected):
    place = {"__module__": "odoo.addons.sample.models.value.sale_order"}
    cls = type("Ours", (base,), place | members | (ORDER if base is Base else {}))
    owner = "sale.order" if base is Base else "Portal"
    found = overrides.overrides([Thread, Order, cls], {"sample"})
    assert found == {f"{owner}.{name}": given for name, given in expected.items()}


def test_table_is_read():
    text = (
        "| `a.b._c(self, d=1)` | sale | why | what |\n| `a.b._e(self)` | sale | | x |"
    )
    assert overrides.table(text) == {"a.b._c": ("sale", "(self, d=1)")}
