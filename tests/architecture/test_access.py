"""Nobody reads or writes a model that nobody was given, nor another company's."""

from pathlib import Path

import sources


def dotless(name: str) -> str:
    return name.replace(".", "_")


def without_access(addon: Path) -> list[str]:
    """Models that no row opens to a group (an abstract one holds no records)."""
    given = {
        row["model_id:id"].split(".")[-1].removeprefix("model_")
        for row in sources.access_rows(addon)
    }
    return sorted(
        name
        for name, model in sources.models(addon).items()
        if model.kind != "AbstractModel" and dotless(name) not in given
    )


def without_company_rule(addon: Path) -> list[str]:
    """Models with a company whose records any company would see."""
    ruled = {
        record.fields.get("model_id", "").split(".")[-1].removeprefix("model_")
        for record in sources.records(addon)
        if record.model == "ir.rule"
        and "company_ids" in record.fields.get("domain_force", "")
        and not record.fields.get("groups")
    }
    found = sources.models(addon)
    return sorted(
        name
        for name, model in found.items()
        if model.kind == "Model"
        and "company_id" in all_fields(model, found)
        and dotless(name) not in ruled
    )


def all_fields(model: sources.Model, found: dict[str, sources.Model]) -> set[str]:
    """Its own and those of the add-on's mixins in it."""
    mixed = (found[parent] for parent in model.parents if parent in found)
    return model.fields.union(*(all_fields(parent, found) for parent in mixed))


def rows_for_everybody(addon: Path) -> list[str]:
    """Rows without a group: they open the model to portal and public users."""
    return [
        row["id"]
        for row in sources.access_rows(addon)
        if not row["group_id:id"].strip()
    ]


def rows_of_nothing(addon: Path) -> list[str]:
    """Rows that name a model of ours that is not there."""
    known = {dotless(name) for name in sources.models(addon)}
    return [
        row["id"]
        for row in sources.access_rows(addon)
        if "." not in row["model_id:id"]
        and row["model_id:id"].removeprefix("model_") not in known
    ]


def test_models_have_access_rows(addon):
    assert without_access(addon) == []


def test_models_of_a_company_have_its_rule(addon):
    assert without_company_rule(addon) == []


def test_access_is_given_to_groups(addon):
    assert rows_for_everybody(addon) == []


def test_access_rows_name_models(addon):
    assert rows_of_nothing(addon) == []


MODEL = """
class {name}(models.{kind}):
    _name = "{model}"
    {body}
"""
HEAD = "id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink\n"
RULE = """
<odoo><record id="r" model="ir.rule">
    <field name="model_id" ref="model_a_b"/>
    <field name="domain_force">[("company_id", "in", {companies})]</field>
</record></odoo>
"""


def model(model: str, kind: str = "Model", body: str = "pass") -> str:
    return MODEL.format(name="A", model=model, kind=kind, body=body)


def test_missing_access_row_is_found(example):
    addon = example(
        {
            "models/a.py": model("a.b"),
            "models/c.py": model("a.mixin", "AbstractModel"),
            "wizard/d.py": model("a.wizard", "TransientModel"),
            "security/ir.model.access.csv": HEAD
            + "x,x,model_a_b,base.group_user,1,0,0,0",
        }
    )
    assert without_access(addon) == ["a.wizard"]


def test_missing_company_rule_is_found(example):
    company = 'company_id = fields.Many2one("res.company")'
    files = {
        "models/mixin.py": model("a.mixin", "AbstractModel", company),
        "models/a.py": model("a.b", body='_inherit = ["a.mixin"]'),
    }
    assert without_company_rule(example(files)) == ["a.b"]
    weak = {**files, "security/r.xml": RULE.format(companies="[1]")}
    assert without_company_rule(example(weak)) == ["a.b"]
    good = {**files, "security/r.xml": RULE.format(companies="company_ids")}
    assert without_company_rule(example(good)) == []


def test_row_for_everybody_and_row_of_nothing_are_found(example):
    addon = example(
        {
            "models/a.py": model("a.b"),
            "security/ir.model.access.csv": (
                HEAD + "x,x,model_a_b,,1,0,0,0\ny,y,model_a_c,base.group_user,1,0,0,0"
            ),
        }
    )
    assert rows_for_everybody(addon) == ["x"]
    assert rows_of_nothing(addon) == ["y"]
