"""XML ids tell what they name, and what people may change is not overwritten."""

import re
from pathlib import Path

import pytest
import sources

KINDS = "list|form|kanban|search|pivot|graph|calendar|activity|hierarchy"
KEPT = {"ir.rule", "ir.cron", "mail.template"}
OLD_TAGS = {"tree", "openerp"}


def pattern(record: sources.Record) -> str:
    """What the id of such a record looks like; empty where all is free."""
    subject = record.fields.get("model") or record.fields.get("res_model") or ""
    ruled = record.fields.get("model_id", "").split(".")[-1].removeprefix("model_")
    prefix = re.escape(subject.replace(".", "_"))
    if record.model == "ir.ui.view" and record.fields.get("model"):
        return rf"{prefix}_view_({KINDS})(_\w+)?"
    return {
        "ir.actions.act_window": rf"{prefix}_action(_\w+)?",
        "ir.cron": r"cron_[a-z]+_\w+",
        "ir.rule": rf"{re.escape(ruled)}_rule_\w+",
        "ir.ui.menu": r"menu_\w+",
    }.get(record.model, "")


def misnamed(addon: Path) -> list[str]:
    """Ids of our own records that do not follow the guide."""
    return [
        f"{record.file.name}: {record.id}"
        for record in sources.records(addon)
        if "." not in record.id and "demo" not in record.file.parts
        if (wanted := pattern(record)) and not re.fullmatch(wanted, record.id)
    ]


def overwritten(addon: Path) -> list[str]:
    """Rules, crons and templates that an upgrade would reset."""
    return [
        record.id
        for record in sources.records(addon)
        if record.model in KEPT and not record.noupdate
    ]


def misplaced_menus(addon: Path) -> list[str]:
    """Menus outside `views/menus.xml`, which loads last."""
    return [
        record.id
        for record in sources.records(addon)
        if record.model == "ir.ui.menu" and record.file.name != "menus.xml"
    ]


def outdated_markup(addon: Path) -> list[str]:
    """What Odoo 19 still reads or no longer knows, but the guide forbids."""
    found = []
    for file in sources.xml_files(addon):
        text = file.read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            old = re.search(r"<(tree|openerp)\b|\b(attrs|states|groups_id)=", line)
            old = old or re.search(r"name=\"groups_id\"|kanban-box|\.sudo\(", line)
            if old:
                found.append(f"{sources.place(file, number)} {old.group()}")
    return found


def test_ids_follow_the_guide(addon):
    assert misnamed(addon) == []


def test_upgrades_keep_what_people_change(addon):
    assert overwritten(addon) == []


def test_menus_stand_together(addon):
    assert misplaced_menus(addon) == []


def test_markup_is_of_this_series(addon):
    assert outdated_markup(addon) == []


VIEW = """<odoo>
    <record id="{id}" model="ir.ui.view"><field name="model">a.b</field></record>
</odoo>"""
RECORD = """<odoo>
    <record id="{id}" model="{model}"><field name="{field}" {value}</field></record>
</odoo>"""


@pytest.mark.parametrize(
    ("id", "good"),
    [
        ("a_b_view_list", True),
        ("a_b_view_form_simple", True),
        ("view_a_b_list", False),
        ("a_c_view_list", False),
        ("a_b_view_tree", False),
        ("other_addon.a_view", True),
    ],
)
def test_id_of_a_view(example, id, good):
    assert (misnamed(example({"views/a.xml": VIEW.format(id=id)})) == []) is good


@pytest.mark.parametrize(
    ("model", "field", "value", "right", "wrong"),
    [
        ("ir.actions.act_window", "res_model", ">a.b", "a_b_action", "action_a_b"),
        ("ir.cron", "name", ">A", "cron_refresh_values", "refresh_cron"),
        ("ir.rule", "model_id", 'ref="model_a_b">', "a_b_rule_company", "rule_a_b"),
        ("ir.ui.menu", "name", ">A", "menu_values", "values_menu"),
    ],
)
def test_id_of_a_record(example, model, field, value, right, wrong):
    for id, findings in ((right, 0), (wrong, 1)):
        text = RECORD.format(id=id, model=model, field=field, value=value)
        assert len(misnamed(example({"data/a.xml": text}))) == findings


def test_record_that_an_upgrade_resets_is_found(example):
    rule = '<record id="a_rule_b" model="ir.rule"/>'
    addon = example(
        {
            "security/a.xml": f"<odoo>{rule}</odoo>",
            "security/b.xml": f'<odoo noupdate="1">{rule}</odoo>',
        }
    )
    assert overwritten(addon) == ["a_rule_b"]


def test_stray_menu_is_found(example):
    addon = example({"views/a.xml": '<odoo><menuitem id="menu_a"/></odoo>'})
    assert misplaced_menus(addon) == ["menu_a"]


@pytest.mark.parametrize(
    "line",
    [
        "<tree/>",
        "<field name='a' attrs=\"{}\"/>",
        '<field name="groups_id"/>',
        '<t t-name="kanban-box"/>',
        "<field name='code'>model.sudo().x()</field>",
    ],
)
def test_outdated_markup_is_found(example, line):
    assert len(outdated_markup(example({"views/a.xml": f"<odoo>{line}</odoo>"}))) == 1
