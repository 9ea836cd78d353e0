"""The table of overridden private methods in docs/deploy.md is whole and true."""

import overrides
import pytest
import sources

from dev import odoo_home

TABLE = sources.ROOT / "docs" / "deploy.md"
ROWS = overrides.table(TABLE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found():
    home = odoo_home.find()
    assert home, "there is no Odoo to compare with: make test fetches it"
    return overrides.overrides(overrides.Odoo(home, sources.ADDONS))


def named(keys) -> list[str]:
    return sorted(".".join(key) for key in keys)


def test_table_names_each_override(found):
    assert named(found.keys() - ROWS.keys()) == [], "not in docs/deploy.md"
    assert named(ROWS.keys() - found.keys()) == [], "no longer overridden"


@pytest.mark.parametrize("key", ROWS, ids=".".join)
def test_odoo_defines_it_so(found, key):
    assert found.get(key) == ROWS[key], "module and signature of Odoo's method"


BASE = (
    "class BaseModel:\n    def _search(self, domain: list, *, limit: int = 0): pass\n"
)
MIXIN = "class Thread(models.AbstractModel):\n    _name = 'mail.thread'\n"
ORDER = "class Order(models.Model):\n    _name = 'sale.order'\n"
CONTROLLER = "class Portal(Controller):\n    def _values(self, counters): pass\n"


def method(name: str, arguments: str = "self", goes_on: bool = False) -> str:
    body = f"return super().{name}()" if goes_on else "pass"
    return f"    def {name}({arguments}): {body}\n"


@pytest.fixture
def read(tmp_path, example):
    """What is found in a sample add-on on a small Odoo."""
    odoo = {
        "odoo/orm/models.py": BASE,
        "odoo/addons/base/__manifest__.py": "{}",
        "odoo/addons/mail/__manifest__.py": "{}",
        "odoo/addons/mail/models/a.py": MIXIN + method("_post", "self, body='', **kw"),
        "odoo/addons/sale/__manifest__.py": "{'depends': ['mail']}",
        "odoo/addons/sale/models/a.py": (
            f"{ORDER}    _inherit = ['mail.thread']\n{method('_confirm')}"
        ),
        "odoo/addons/sale/controllers/a.py": CONTROLLER,
    }
    for name, text in odoo.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def write(code: str, file: str = "models/value/a.py"):
        addon = example({"__manifest__.py": "{'depends': ['sale']}", file: code})
        return overrides.overrides(overrides.Odoo(tmp_path, [addon]))

    return write


EXTENSION = "class A(models.Model):\n    _inherit = 'sale.order'\n"


@pytest.mark.parametrize(
    ("name", "original"),
    [
        ("_confirm", ("sale", "(self)")),
        ("_post", ("mail", "(self, body='', **kw)")),
        ("_search", ("orm", "(self, domain, *, limit=0)")),
    ],
)
def test_override_is_found(read, name, original):
    assert read(EXTENSION + method(name)) == {("sale.order", name): original}


def test_override_of_a_controller_is_found(read):
    code = f"class A(Portal):\n{method('_values')}"
    found = {("Portal", "_values"): ("sale", "(self, counters)")}
    assert read(code, "controllers/a.py") == found


def test_method_that_odoo_dropped_is_found(read):
    code = EXTENSION + method("_dropped", goes_on=True)
    assert read(code) == {("sale.order", "_dropped"): None}


def test_methods_of_our_own_are_none(read):
    ours = EXTENSION + method("_ours") + EXTENSION + method("_ours", goes_on=True)
    assert read(ours + EXTENSION + method("write")) == {}


def test_table_is_read():
    text = (
        "| `a.b._c(self, d=1)` | sale | why | what |\n| `a.b._e(self)` | sale | | x |"
    )
    assert overrides.table(text) == {("a.b", "_c"): ("sale", "(self, d=1)")}
