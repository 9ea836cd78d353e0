"""The readers that the checks stand on."""

import sources


def test_there_are_addons():
    assert sources.ADDONS


def test_classes_of_one_model_are_joined(example):
    addon = example(
        {
            "models/a.py": (
                "class A(models.Model):\n"
                "    _name = 'a.b'\n"
                "    _inherit = ['mail.thread']\n"
                "    name = fields.Char()\n"
            ),
            "models/a_more.py": (
                "class More(models.Model):\n"
                "    _inherit = 'a.b'\n"
                "    company_id = fields.Many2one('res.company')\n"
            ),
            "models/partner.py": (
                "class Partner(models.Model):\n"
                "    _inherit = 'res.partner'\n"
                "    a_id = fields.Many2one('a.b')\n"
            ),
        }
    )
    (model,) = sources.models(addon).values()
    assert (model.name, model.kind) == ("a.b", "Model")
    assert model.parents == {"mail.thread"}
    assert model.fields == {"name", "company_id"}


def test_records_and_nested_menus_are_read(example):
    addon = example(
        {
            "views/a.xml": (
                "<odoo><data noupdate='1'><record id='a_rule' model='ir.rule'>"
                "<field name='name'>A</field></record></data>"
                "<menuitem id='menu_a'><menuitem id='menu_b'/></menuitem></odoo>"
            )
        }
    )
    found = {record.id: record for record in sources.records(addon)}
    assert set(found) == {"a_rule", "menu_a", "menu_b"}
    assert found["a_rule"].noupdate and not found["menu_a"].noupdate
    assert found["a_rule"].fields == {"name": "A"}
    assert found["menu_b"].model == "ir.ui.menu"


def test_pure_code_is_what_odoo_gives_no_meaning(example):
    addon = example(
        {
            "__init__.py": "",
            "__manifest__.py": "{}",
            "points.py": "",
            "clv/__init__.py": "",
            "clv/value.py": "",
            "models/__init__.py": "",
        }
    )
    names = {str(file.relative_to(addon)) for file in sources.pure_files(addon)}
    assert names == {"points.py", "clv/__init__.py", "clv/value.py"}


def test_addon_without_pure_code(example):
    addon = example({"__init__.py": "", "models/__init__.py": ""})
    assert sources.pure_files(addon) == []
