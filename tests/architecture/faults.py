"""A small add-on in which all is well, and the faults that its rule must find."""

import rules

ROWS = "security/ir.model.access.csv"
HEAD = "id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink\n"
OWN = "class A(models.Model):\n    _name = 'a.b'\n"
MORE = "class A(models.Model):\n    _inherit = 'a.b'\n"
MIXIN = "class M(models.AbstractModel):\n    _name = 'a.mixin'\n"
COMPANY = "    company_id = fields.Many2one('res.company')\n"
WIZARD = "class W(models.TransientModel):\n    _name = 'a.wizard'\n"
SETTINGS = "class S(models.TransientModel):\n    _inherit = 'res.config.settings'\n"
ORDER = "class O(models.Model):\n    _inherit = 'sale.order'\n"
REFINED = "    def _action_confirm(self):\n        super()._action_confirm()\n"
HOOK = f"{ORDER}{REFINED}        self._rate()\n"
STEP = f"{ORDER}    def _grant(self): pass\n"
LOOP = """def work_through(model):
    _Run(model).go()
class _Run:
    def go(self):
        self.commit()
    def commit(self):
        self.env['ir.cron']._commit_progress(1)
        self.env.cr.rollback()
"""
GOOD_CODE = """
def _cron_a(self):
    self.env['ir.cron']._commit_progress(1)
    work_through(self, [], print)
def context(self):
    a = self.env.context.get('free') is FREE
    a = self.env.context.get('free') is not FREE
    a = self.env.context.get('active_ids')
    return self.with_context(clean_context(self.env.context))
def rights(self):
    # why
    a = c.sudo()
    b = c.sudo().x
    d = (c
        # why
        .sudo())
    return self.sudo(False)
"""
TEST = "class TestA(TransactionCase):\n    def test_a(self):\n        {}\n"
RULE = """<record id="r" model="ir.rule"><field name="model_id" ref="model_a_b"/>
    <field name="domain_force">[('company_id', 'in', {})]</field></record>"""
VIEW = '<odoo><record id="v" model="ir.ui.view">{}</record></odoo>'
BELOW = VIEW.format('<field name="inherit_id" ref="{}"/>')
COPY = '<field name="inherit_id" ref="w"/><field name="mode">primary</field>'
PO = 'msgid ""\nmsgstr ""\n\n'
POT = f'{PO}msgid "%(n)s days"\nmsgstr ""\n'
FA = f'{PO}msgid "%(n)s days"\nmsgstr "%(n)s روز"\n'
MANIFEST = {
    "depends": ["sale_crm"],
    "external_dependencies": {"python": ["numpy"]},
    "data": [ROWS, "security/deep/r.xml", "views/v.xml", "views/menus.xml"],
    "demo": ["demo/b.csv"],
}

GOOD = {
    "__init__.py": "from . import models, wizard, report, controllers, tools",
    "__manifest__.py": repr(MANIFEST),
    "migrations/19.0.1.1.0/post-a.py": "",
    "models/__init__.py": "from . import value, tier\nfrom . import sale_order",
    "models/sale_order.py": f"from .tier.words import w\n{HOOK}        self._grant()",
    "models/value/__init__.py": "from . import a_b, a_mixin, sale_order",
    "models/value/a_b.py": f"{OWN}    _inherit = ['a.mixin']\n{REFINED}",
    "models/value/a_mixin.py": MIXIN + COMPANY,
    "models/value/sale_order.py": STEP.replace("_grant", "_rate"),
    "models/tier/__init__.py": "from odoo.addons.sample.models.tier.a_b import A\n"
    "from . import res_config_settings, sale_order, tier_level, tier_level_run, words",
    "models/tier/a_b.py": "from ...clv import deep\n" + MORE + REFINED + GOOD_CODE,
    "models/tier/res_config_settings.py": SETTINGS,
    "models/tier/sale_order.py": STEP,
    "models/tier/tier_level.py": MIXIN.replace("a.mixin", "tier.level") + "\n" * 597,
    "models/tier/tier_level_run.py": MORE.replace("a.b", "tier.level"),
    "models/tier/words.py": "word = 'a.b'",
    "clv/__init__.py": "",
    "clv/deep.py": "import math\nimport numpy as np\nfrom . import more",
    "clv/more.py": "",
    "controllers/__init__.py": "from odoo.addons.portal.controllers import portal",
    "report/__init__.py": "",
    "tools/__init__.py": "from . import work",
    "tools/work.py": LOOP,
    "wizard/__init__.py": "from . import a_wizard",
    "wizard/a_wizard.py": WIZARD,
    "security/deep/r.xml": f'<odoo noupdate="1">{RULE.format("company_ids")}</odoo>',
    "views/v.xml": VIEW.format(COPY),
    "views/menus.xml": '<odoo><menuitem id="m"/></odoo>',
    "demo/b.csv": "",
    "static/lib/b.js": "\n" * 601,
    "tests/__init__.py": "from .a import test_x\nfrom .b import test_x as test_y",
    "tests/a/common.py": "",
    "tests/a/test_x.py": TEST.format("self.assertTrue(1)"),
    "tests/b/test_x.py": TEST.format("assert 1"),
    "i18n/sample.pot": POT,
    "i18n/fa.po": FA,
    ROWS: f"{HEAD}x,x,model_a_b,base.group_user,1,0,0,0\n"
    "y,y,sample.model_a_wizard,base.group_user,1,1,1,0",
}


def each(path: str, *texts: str) -> list[dict[str, str]]:
    """The file with each of these texts, in place of the good one's."""
    return [{path: text} for text in texts]


ROOM = "models/value/a_mixin.py"
CODE = "models/tier/words.py"
FAULTS = {
    rules.reads_from_below: [
        *each(ROOM, "from ..tier.words import A", "def a():\n    from .. import tier"),
        *each(ROOM, "from odoo.addons.sample.models import tier"),
        *each(ROOM, "from ..sale_order import O", "self.env['tier.level']"),
        {"models/value/sale_order.py": f"{HOOK}        self._grant()\n"},
    ],
    rules.scattered_models: [
        *each("models/value/a_b_run.py", MORE),
        *each("models/sale_order_run.py", STEP),
        *each("models/value/a_b.py", OWN + MORE, OWN + WIZARD),
        # long enough, but without a subject of its own in its name
        {"models/value/a_b.py": OWN + "\n" * 600, "models/value/other.py": MORE},
        {"models/tier/tier_level.py": GOOD["models/tier/tier_level.py"].rstrip()},
    ],
    rules.hooks_in_several_places: [
        {f"{folder}/sale_order.py": HOOK} for folder in ("models/tier", "wizard")
    ],
    rules.wizards_in_models: [*each(CODE, WIZARD), *each("models/a.py", WIZARD)],
    rules.long_files: [*each(CODE, "\n" * 601), *each("views/deep/v.xml", "\n" * 601)],
    rules.impure_code: [
        *each("clv/more.py", "from odoo import fields", "import odoo.tools"),
        *each("clv/more.py", "import pandas", "import logging", "import scipy"),
        *each("clv/more.py", "from time import monotonic", "from .. import models"),
        *each("clv/more.py", "from ..models.value.a_b import B", "d = date.today()"),
        *each("points.py", "import logging"),
    ],
    rules.wrong_way: [
        *each("wizard/deep/a.py", "from ...clv import A"),
        *each("wizard/a.py", "from odoo.addons.sample.clv import A"),
        *each("wizard/a.py", "from odoo.addons.crm_suite import tabular"),
        *each("controllers/a.py", "from .. import clv"),
        *each("report/a.py", "import odoo.addons.sample.models.value"),
        *each(CODE, "from ...wizard.a import A"),
        *each(CODE, "def a():\n    from odoo.addons.sample import wizard"),
        *each("tests/a/test_x.py", "from odoo.addons.survey.tests import common"),
        *each(CODE, "import odoo.addons.survey", "from odoo.addons import survey"),
    ],
    rules.circles: [
        *each("clv/more.py", "def a():\n    from .deep import A", "from . import deep"),
    ],
    rules.unimported: [*each("models/value/a.py", ""), *each("a/__init__.py", "")],
    rules.commits: [
        *each(CODE, "def _cron_a(self):\n    self.env.cr.commit()"),
        *each(CODE, "def a(cr):\n    cr.rollback()", "cr.commit()"),
        *each(CODE, "def a(self):\n    done = self.env['ir.cron']._commit_progress"),
        *each(CODE, "def action_a(self):\n    work_through(self, [], print)"),
        *each("tools/work.py", "def work_through(cr):\n    cr.commit()"),
    ],
    rules.deciding_layers: [
        *each("controllers/a.py", "env.cr.execute('SELECT 1')"),
        *each("wizard/deep/a.py", "SQL('SELECT 1')"),
        *each("report/deep/a.py", "self.create({})", "SQL('  update a set x=1')"),
    ],
    rules.silent_sudo: [
        *each(CODE, "a = 1\nb = c.sudo()", "# why\na = 1\nb = c.sudo()"),
        *each(CODE, "for x in y:\n    z = x.sudo()"),
    ],
    rules.rules_behind_context_keys: [
        *each(CODE, "self.env.context.get('free')", "self.env.context['free']"),
        *each(CODE, "'free' in self.env.context", "self.env.context.get('a') is True"),
        *each(CODE, "a = self.env.context.get('free') == FREE"),
        *each(CODE, "context = self.env.context", "a = self._context.get(key)"),
    ],
    rules.unguarded_models: [
        *each("models/a.py", OWN.replace("a.b", "a.c")),
        *each("wizard/a.py", WIZARD.replace("wizard", "other")),
        *each("security/deep/r.xml", "<odoo/>", f"<odoo>{RULE.format('[1]')}</odoo>"),
        {ROWS: f"{GOOD[ROWS]}\nz,z,other.model_a_b,,1,0,0,0"},
    ],
    rules.misplaced_data: [
        *each("views/v.xml", f"<odoo>{RULE}</odoo>", GOOD["views/menus.xml"]),
        *each("views/v.xml", BELOW.format("w"), BELOW.format("sample.w")),
    ],
    rules.unlisted_or_missing: [
        *each("security/deep/c.xml", "<odoo/>"),
        *each("__manifest__.py", repr(MANIFEST | {"demo": ["demo/b.csv", "c.csv"]})),
    ],
    rules.untranslated: [
        *each("i18n/fa.po", POT, PO, FA.replace("%(n)s روز", "روز")),
        *each("i18n/fa.po", FA.replace("msgid", "#, fuzzy\nmsgid")),
        *each("i18n/sample.pot", PO),
    ],
    rules.unrun_tests: [
        # the second hides the first
        *each("tests/__init__.py", "from .a import test_x\nfrom .b import test_x"),
        *each("tests/__init__.py", "from .a import test_x\nfrom . import b"),
        {"tests/b/common.py": TEST.format("assert 1")},
    ],
    rules.idle_tests: [
        *each("tests/a/test_x.py", TEST.format("self.env.flush_all()")),
        *each("tests/a/test_x.py", TEST.format("self.skipTest('b'); assert 1")),
        *each("tests/a/test_x.py", TEST.format("assert monotonic() < 1")),
    ],
}
