"""Nobody reads or writes a model that nobody was given, nor another company's."""

from pathlib import Path

import sources
from rules import rule
from sources import place

ROWS = "security/ir.model.access.csv"
HEAD = "id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink\n"
MODEL = 'class A(models.Model):\n    _name = "a.b"\n'
MORE = 'class A(models.Model):\n    _inherit = "a.b"\n'
WIZARD = 'class A(models.TransientModel):\n    _name = "a.wizard"\n'
MIXIN = 'class A(models.AbstractModel):\n    _name = "a.mixin"\n'
COMPANY = '    company_id = fields.Many2one("res.company")\n'
RULE = """<odoo><record id="r" model="ir.rule">
    <field name="model_id" ref="model_a_b"/>
    <field name="domain_force">[("company_id", "in", {})]</field>
</record></odoo>"""
MIXED = {"models/mixin.py": MIXIN + COMPANY}
MIXED |= {"models/a.py": f'{MODEL}    _inherit = ["a.mixin"]\n'}


def dotless(name: str) -> str:
    return name.replace(".", "_")


@rule(
    faults=[{"models/a.py": MODEL}, {"wizard/a.py": WIZARD}],
    passed=[
        {"models/a.py": MIXIN},
        {"models/a.py": MODEL, ROWS: f"{HEAD}x,x,model_a_b,base.group_user,1,0,0,0"},
    ],
)
def models_without_access(addon: Path) -> list[str]:
    """Models that no row opens to a group (an abstract one holds no records)."""
    given = {
        row["model_id:id"].split(".")[-1].removeprefix("model_")
        for row in sources.access_rows(addon)
    }
    return [
        f"{place(addon)}/ {name}"
        for name, model in sources.models(addon).items()
        if model.kind != "AbstractModel" and dotless(name) not in given
    ]


@rule(
    faults=[
        {**MIXED},
        {**MIXED, "security/r.xml": RULE.format("[1]")},
        {"models/a.py": MODEL, "models/tier/a.py": MORE + COMPANY},
    ],
    passed=[{**MIXED, "security/r.xml": RULE.format("company_ids")}],
)
def models_without_company_rule(addon: Path) -> list[str]:
    """Models with a company whose records any company would see."""
    ruled = {
        record.fields.get("model_id", "").split(".")[-1].removeprefix("model_")
        for record in sources.records(addon)
        if record.model == "ir.rule"
        and "company_ids" in record.fields.get("domain_force", "")
        and not record.fields.get("groups")
    }
    found = sources.models(addon)
    return [
        f"{place(addon)}/ {name}"
        for name, model in found.items()
        if model.kind == "Model"
        and "company_id" in all_fields(model, found)
        and dotless(name) not in ruled
    ]


def all_fields(model: sources.Model, found: dict[str, sources.Model]) -> set[str]:
    """Its own and those of the add-on's mixins in it."""
    mixed = (found[parent] for parent in model.parents if parent in found)
    return model.fields.union(*(all_fields(parent, found) for parent in mixed))


@rule(faults=[{ROWS: f"{HEAD}x,x,other.model_a_b,,1,0,0,0"}])
def access_for_everybody(addon: Path) -> list[str]:
    """Rows without a group: they open the model to portal and public users."""
    return [
        f"{place(addon / ROWS)} {row['id']}"
        for row in sources.access_rows(addon)
        if not row["group_id:id"].strip()
    ]
