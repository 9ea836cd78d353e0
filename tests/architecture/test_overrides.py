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


def made(place: str, base: type = object, name: str = "", inherit=(), **methods):
    told = {"__module__": f"odoo.{place}", "_name": name, "_inherit": inherit}
    return type("Portal", (base,), told | methods)


# Odoo as far as the tries need it.
ORM = made("orm.models", _search=lambda self, domain, *, limit=0: domain)
POST = {"_post": lambda self, body="", **kw: body}
THREAD = made("addons.mail.models.a", ORM, "mail.thread", **POST)
CONFIRM = {"_confirm": lambda self: self}
ORDER = made("addons.sale.models.a", ORM, "sale.order", ["mail.thread"], **CONFIRM)
PORTAL = made("addons.portal.controllers.a", _values=lambda self, counters: counters)
EXTENDED = (ORM, "sale.order", ["sale.order"])


@pytest.mark.parametrize(
    ("extended", "name", "method", "expected"),
    [
        (EXTENDED, "_confirm", lambda self: self, ("sale", "(self)")),
        (EXTENDED, "_post", lambda self: self, ("mail", "(self, body='', **kw)")),
        (EXTENDED, "_search", lambda self: 0, ("orm", "(self, domain, *, limit=0)")),
        ((PORTAL,), "_values", lambda self: self, ("portal", "(self, counters)")),
        (EXTENDED, "_gone", lambda self: super()._gone(), None),
        (EXTENDED, "_ours", lambda self: self, "none"),
        (EXTENDED, "write", lambda self: super().write(), "none"),
    ],
)
def test_override_is_found(extended, name, method, expected):
    cls = made("addons.sample.models.value.a", *extended, **{name: method})
    found = overrides.overrides([THREAD, ORDER, cls], {"sample"})
    owner = "Portal" if extended == (PORTAL,) else "sale.order"
    assert found == ({} if expected == "none" else {f"{owner}.{name}": expected})


def test_table_is_read():
    text = "| `a.b._c(self, d=1)` | sale | why | what |\n| `a.b._e(self)` | sale | | |"
    assert overrides.table(text) == {"a.b._c": ("sale", "(self, d=1)")}
