"""A small add-on in which all is well, and the faults that its rule must find."""

import rules

ROWS = "security/ir.model.access.csv"
OWN = """class A(models.Model):
    _name = 'a.b'
    company_id = fields.Many2one('res.company')
"""
WIZARD = "class W(models.TransientModel):\n    _name = 'a.wizard'\n"
COMPANY = "class C(models.Model):\n    _inherit = 'res.company'\n"
ORDER = "class O(models.Model):\n    _inherit = 'sale.order'\n"
STEP = f"{ORDER}    def _grant(self): pass\n"
HOOK = f"""{ORDER}
    def _action_confirm(self):
        super()._action_confirm()
        self._grant()
"""
TEST = "class TestA(TransactionCase):\n    def test_a(self):\n        assert 1\n"
RULE = """<record id="r" model="ir.rule"><field name="model_id" ref="model_a_b"/>
    <field name="domain_force">[('company_id', 'in', {})]</field></record>"""
LIST = """<record id="a" model="ir.actions.act_window">
    <field name="view_mode">list,form</field></record>"""
PAGE = '<template id="a"><t t-call="portal.portal_layout"><h1>A</h1></t></template>'
MANIFEST = {
    "depends": ["sale_crm"],
    "external_dependencies": {"python": ["numpy"]},
    "data": [ROWS, "security/deep/r.xml", "views/v.xml"],
}
GOOD = {
    "__manifest__.py": repr(MANIFEST),
    "models/__init__.py": "from . import value, tier\nfrom . import sale_order",
    "models/sale_order.py": HOOK,
    "models/value/__init__.py": "",
    "models/value/a_b.py": OWN,
    "models/tier/__init__.py": "",
    "models/tier/sale_order.py": STEP,
    "models/tier/tier_level.py": OWN.replace("a.b", "tier.level"),
    "models/tier/words.py": "",
    "clv/__init__.py": "",
    "clv/more.py": "import math\nimport numpy as np\nfrom . import more",
    "wizard/a_wizard.py": WIZARD,
    "security/deep/r.xml": f'<odoo noupdate="1">{RULE.format("company_ids")}'
    f"{RULE.format('company_ids').replace('a_b', 'tier_level')}</odoo>",
    "views/v.xml": '<odoo><record id="v" model="ir.ui.view"/></odoo>',
    "tests/__init__.py": "from .a import test_x\nfrom .b import test_x as test_y",
    "tests/a/test_x.py": TEST,
    "tests/b/test_x.py": TEST,
    ROWS: "id,model_id:id,group_id:id\n"
    "a,model_a_b,base.group_user\n"
    "b,sample.model_a_wizard,base.group_user\n"
    "c,model_tier_level,base.group_user\n",
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
        {"models/value/sale_order.py": HOOK},
    ],
    rules.scattered_models: [
        *each("models/value/a_b_run.py", OWN.replace("a.b", "more.b")),
        *each("models/sale_order_run.py", OWN),
        *each("models/value/a_b.py", OWN + WIZARD, OWN + OWN),
    ],
    rules.wizards_in_models: each("models/tier/a_wizard.py", WIZARD),
    rules.hooks_in_several_places: [
        {f"{folder}/sale_order.py": HOOK} for folder in ("models/tier", "wizard")
    ],
    rules.impure_code: [
        *each("clv/more.py", "from odoo import fields", "import pandas", "import time"),
        *each("clv/more.py", "from ..models.value.a_b import B", "d = date.today()"),
        *each("points.py", "import logging"),
    ],
    rules.wrong_way: [
        *each("wizard/deep/a.py", "from ...clv import A"),
        *each("wizard/a.py", "from odoo.addons.crm_suite import tabular"),
        *each("controllers/a.py", "from .. import clv"),
        *each("report/a.py", "import odoo.addons.sample.models.value"),
        *each(CODE, "def a():\n    from odoo.addons.sample import wizard"),
        *each("tests/a/test_x.py", "from odoo.addons.survey.tests import common"),
    ],
    rules.commits: [
        *each(CODE, "def _cron_a(self):\n    self.env.cr.commit()"),
        *each(CODE, "def a(cr):\n    cr.rollback()"),
        *each(CODE, "def a(self):\n    done = self.env['ir.cron']._commit_progress"),
        *each(CODE, "def action_a(self):\n    work_through(self, [], print)"),
    ],
    rules.deciding_layers: [
        *each("controllers/a.py", "env.cr.execute('SELECT 1')"),
        *each("wizard/deep/a.py", "SQL('SELECT 1')"),
    ],
    rules.half_written_pages: [
        *each("controllers/a.py", "try:\n    a()\nexcept UserError as e:\n    b(e)"),
        *each("controllers/a.py", "try:\n    a()\nexcept (A, ValidationError):\n    b"),
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
        *each("models/a.py", "class C(models.Model):\n    _name = 'a.c'\n"),
        *each("wizard/a.py", WIZARD.replace("wizard", "other")),
        *each("security/deep/r.xml", GOOD["security/deep/r.xml"].replace("a_b", "x")),
        {ROWS: f"{GOOD[ROWS]}z,other.model_a_b,"},
    ],
    rules.reset_by_an_upgrade: each("views/v.xml", f"<odoo>{RULE}</odoo>"),
    rules.untitled_pages: each("views/v.xml", f"<odoo>{PAGE}</odoo>"),
    rules.silent_lists: each("views/v.xml", f"<odoo>{LIST}</odoo>"),
    rules.hidden_settings: each(
        "models/res_company.py", f"{COMPANY}    a_days = fields.Integer()\n"
    ),
    rules.unlisted_or_missing: [
        *each("security/deep/c.xml", "<odoo/>"),
        *each("__manifest__.py", repr(MANIFEST | {"demo": ["c.csv"]})),
    ],
    # the second hides the first
    rules.unrun_tests: each(
        "tests/__init__.py", "from .a import test_x\nfrom .b import test_x"
    ),
}
