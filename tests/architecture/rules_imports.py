"""Who may import whom: data flows one way."""

import sys
from pathlib import Path

import sources
from rules import each, rule
from sources import place

# Numbers need these; spreadsheets and calendar months need what Odoo brings for them.
NUMBERS = {"numpy", "scipy"}
ALSO = {"tabular": {"openpyxl"}, "tiers": {"dateutil"}}
# Every add-on of ours extends the CRM, which stands on these.
COME_ALONG = {"base", "crm", "mail", "product", "sale", "sales_team", "web"}
# `sale` and `sale_loyalty` bring these.
COME_ALONG |= {"loyalty", "portal"}
# A pure package has no clock, keeps no log and touches no machine.
IMPURE = {"logging", "os", "socket", "sqlite3", "subprocess", "threading", "time"}
CLOCK = ("now", "today", "utcnow")
PURE = {"clv/__init__.py": ""}


@rule(
    faults=each(
        "clv/value.py",
        "from odoo import fields",
        "import odoo.tools",
        "import pandas",
        "import logging",
        "from time import monotonic",
        "from .. import models",
        "from ..models.a import B",
        "from odoo.addons.sample.models.a import B",
        "import datetime\nd = datetime.date.today()",
        also=PURE,
    )
    + [{"points.py": "import logging"}],
    passed=each(
        "clv/value.py",
        "import math\nimport numpy as np\nfrom scipy import special\nfrom . import a",
        also=PURE,
    ),
)
def impure_code(addon: Path) -> list[str]:
    found = []
    for file in sources.pure_files(addon):
        package = file.relative_to(addon).parts[0].removesuffix(".py")
        own = f"odoo.addons.{addon.name}.{package}."
        allowed = (set(sys.stdlib_module_names) - IMPURE) | NUMBERS
        allowed |= ALSO.get(package, set())
        found += [
            f"{place(file, item.line)} imports {item.name}"
            for item in sources.imports(addon, file)
            if not item.name.startswith(own) and item.name.split(".")[0] not in allowed
        ]
        found += [
            f"{place(file, call.lineno)} reads the clock"
            for call in sources.calls(sources.tree(file), *CLOCK)
        ]
    return found


@rule(
    faults=[
        {**PURE, "wizard/a.py": "from ..clv import MbgCnbd"},
        {**PURE, "controllers/a.py": "from .. import clv"},
        {**PURE, "wizard/deep/a.py": "from ...clv import MbgCnbd"},
        {**PURE, "wizard/a.py": "from odoo.addons.sample.clv import MbgCnbd"},
        {"wizard/a.py": "from odoo.addons.crm_suite import tabular"},
        {"models/value/a.py": "from ...wizard.a import A"},
        {"models/value/a.py": "def a():\n    from odoo.addons.sample import wizard"},
        {"report/a.py": "import odoo.addons.sample.models.value"},
    ],
    passed=[
        {**PURE, "models/value/a.py": "from ... import clv\nfrom ...clv import a"},
        {**PURE, "models/controllers/a.py": "from .b import clv"},
    ],
)
def wrong_layer(addon: Path) -> list[str]:
    """`report/` asks, pure packages think, `models/` decide; the others carry."""
    carry = {"report", "controllers", "wizard"}
    forbidden = {
        "report": {"models", "wizard", "controllers"},
        "controllers": carry - {"controllers"},
        "wizard": carry - {"wizard"},
        "models": {"wizard", "controllers"},
    }
    ours = {folder.name: folder for folder in (*sources.ADDONS, addon)}
    found = []
    for layer, others in forbidden.items():
        for file in sources.python_files(addon, layer):
            for item in sources.imports(addon, file):
                _, _, home, top, *_ = f"{item.name}....".split(".")
                pure = layer in ("controllers", "wizard") and home in ours
                if home in ours and top in others | pure_names(ours[home], pure):
                    found.append(f"{place(file, item.line)} imports {home}.{top}")
    return found


def pure_names(addon: Path, wanted: bool) -> set[str]:
    files = sources.pure_files(addon) if wanted else ()
    return {file.relative_to(addon).parts[0].removesuffix(".py") for file in files}


@rule(
    faults=each(
        "tests/a/test_b.py",
        "from odoo.addons.survey.tests import common",
        "import odoo.addons.survey",
        "from odoo.addons import survey",
        also={"__manifest__.py": "{'depends': ['sale_crm']}"},
    ),
    passed=[
        {
            "__manifest__.py": "{'depends': ['sale_crm']}",
            "models/a.py": "from odoo.addons.sale_crm import models\nfrom . import b",
        }
    ],
)
def undeclared_addons(addon: Path) -> list[str]:
    """Code of another add-on is imported only by those that depend on it."""
    allowed = {addon.name, *sources.manifest(addon)["depends"], *COME_ALONG}
    return [
        f"{place(file, item.line)} imports {item.name}, not in depends"
        for file in sorted(addon.rglob("*.py"))
        for item in sources.imports(addon, file)
        if item.name.startswith("odoo.addons.")
        and item.name.split(".")[2] not in allowed
    ]


@rule(
    faults=[
        {
            "models/a.py": "from . import b",
            "models/b.py": "from ..clv.c import C",
            "clv/c.py": "def c():\n    from odoo.addons.sample.models.a import A",
        },
        {
            **PURE,
            "clv/a.py": "from .b import B",
            "clv/b.py": "if TYPE_CHECKING:\n    from .a import A",
        },
    ],
    passed=[
        {"models/__init__.py": "from . import a", "models/a.py": "from . import b"}
    ],
)
def circles(addon: Path) -> list[str]:
    """Files that import each other in a circle: none can be read first."""
    ahead = {
        file: sources.imported_files(addon, file)
        for file in addon.rglob("*.py")
        if file.name != "__init__.py"
    }
    above = {file: reached(file, ahead) for file in ahead}
    round = {file for file in ahead if file in above[file]}
    circles = {frozenset(f for f in above[file] if file in above[f]) for file in round}
    return [
        f"{place(min(circle))} ({', '.join(sorted(f.name for f in circle))})"
        for circle in circles
    ]


def reached(file: Path, ahead: dict[Path, set[Path]]) -> set[Path]:
    """All that the file imports, on whatever way."""
    found: set[Path] = set()
    stack = [file]
    while stack:
        new = ahead.get(stack.pop(), set()) & ahead.keys() - found
        found |= new
        stack += new
    return found


@rule(
    faults=[
        {
            "__init__.py": "from . import models",
            "models/__init__.py": "from . import value",
            "models/value/__init__.py": "",
            "models/value/forgotten.py": "",
        },
        {"__init__.py": "from . import models", "models/forgotten.py": ""},
        {"__init__.py": "", "clv/__init__.py": ""},
        {
            "__init__.py": "from . import models",
            "models/__init__.py": "from . import a",
            "models/a.py": "",
            "wizard/a.py": "",
        },
    ],
    passed=[
        {
            "__init__.py": "from . import models",
            "__manifest__.py": "{}",
            "migrations/19.0.1.1.0/post-a.py": "",
            "models/__init__.py": "from odoo.addons.sample.models import value",
            "models/value/__init__.py": "from .a import tell",
            "models/value/a.py": "from ...clv.deep import b",
            "clv/__init__.py": "",
            "clv/deep/__init__.py": "",
            "clv/deep/b.py": "",
        }
    ],
)
def unimported(addon: Path) -> list[str]:
    """Python files that nothing imports: Odoo would never run them."""
    started = {addon / "__init__.py", addon / "__manifest__.py"}
    ahead = {
        file: sources.imported_files(addon, file)
        for file in sources.python_files(addon)
        if not {"migrations", "static"}.intersection(file.relative_to(addon).parts)
    }
    run = started | reached(addon / "__init__.py", ahead)
    return [place(file) for file in ahead if file not in run]
