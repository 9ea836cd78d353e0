"""Data files: all are loaded, ids tell what they name, nothing of people's is reset."""

import re
from pathlib import Path

import sources
from rules import each, rule
from sources import place

KINDS = "list|form|kanban|search|pivot|graph|calendar|activity|hierarchy"
FOLDERS = ("security", "data", "wizard", "report", "views", "demo")
KEPT = {"ir.rule", "ir.cron", "mail.template"}
RECORD = '<odoo><record id="{}" model="{}"><field name="{}" {}</field></record></odoo>'
ACTION = "ir.actions.act_window"
RULE = '<record id="a_rule_b" model="ir.rule"/>'
BELOW = """<odoo><record id="a_b_view_form_more" model="ir.ui.view">
    <field name="inherit_id" ref="{}"/>{}
</record></odoo>"""


def view(id: str) -> str:
    return RECORD.format(id, "ir.ui.view", "model", ">a.b")


@rule(
    faults=each(
        "data/a.xml",
        view("view_a_b_list"),
        view("a_c_view_list"),
        view("a_b_view_tree"),
        RECORD.format("action_a_b", ACTION, "res_model", ">a.b"),
        RECORD.format("refresh_cron", "ir.cron", "name", ">A"),
        RECORD.format("rule_a_b", "ir.rule", "model_id", 'ref="model_a_b">'),
        RECORD.format("values_menu", "ir.ui.menu", "name", ">A"),
        '<odoo><menuitem id="menu_a"><menuitem id="b_menu"/></menuitem></odoo>',
    ),
    passed=each(
        "data/a.xml",
        view("a_b_view_list"),
        view("a_b_view_form_simple"),
        view("other_addon.a_view"),
        RECORD.format("a_b_action", ACTION, "res_model", ">a.b"),
        RECORD.format("cron_refresh_values", "ir.cron", "name", ">A"),
        RECORD.format("a_b_rule_company", "ir.rule", "model_id", 'ref="model_a_b">'),
        RECORD.format("menu_values", "ir.ui.menu", "name", ">A"),
    ),
)
def misnamed_records(addon: Path) -> list[str]:
    """Ids of our own records that do not follow the guide."""
    return [
        f"{place(record.file)} {record.id}"
        for record in sources.records(addon)
        if "." not in record.id and "demo" not in record.file.parts
        if (wanted := pattern(record)) and not re.fullmatch(wanted, record.id)
    ]


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


@rule(
    faults=each("security/a.xml", f"<odoo>{RULE}</odoo>"),
    passed=each(
        "security/a.xml",
        f'<odoo noupdate="1">{RULE}</odoo>',
        f'<odoo><data noupdate="1">{RULE}</data></odoo>',
    ),
)
def overwritten_records(addon: Path) -> list[str]:
    """Rules, crons and templates that an upgrade would reset."""
    return [
        f"{place(record.file)} {record.id}"
        for record in sources.records(addon)
        if record.model in KEPT and not record.noupdate
    ]


@rule(
    faults=each("views/a.xml", '<odoo><menuitem id="menu_a"/></odoo>'),
    passed=each("views/menus.xml", '<odoo><menuitem id="menu_a"/></odoo>'),
)
def misplaced_menus(addon: Path) -> list[str]:
    """Menus outside `views/menus.xml`, which loads last."""
    return [
        f"{place(record.file)} {record.id}"
        for record in sources.records(addon)
        if record.model == "ir.ui.menu" and record.file.name != "menus.xml"
    ]


@rule(
    faults=each(
        "views/a.xml",
        BELOW.format("a_b_view_form", ""),
        BELOW.format("sample.a_b_view_form", ""),
    ),
    passed=each(
        "views/a.xml",
        BELOW.format("other.a_b_view_form", ""),
        # a view of its own that begins as a copy
        BELOW.format("a_b_view_form", '<field name="mode">primary</field>'),
    ),
)
def views_on_own_views(addon: Path) -> list[str]:
    """Who wants to know what is on a screen reads one file."""
    found = []
    for record in sources.records(addon):
        parent = record.fields.get("inherit_id", "")
        ours = parent and ("." not in parent or parent.startswith(f"{addon.name}."))
        if ours and record.fields.get("mode") != "primary":
            found.append(f"{place(record.file)} {record.id}")
    return found


@rule(
    faults=[
        {"__manifest__.py": "{'data': ['views/a.xml']}"},
        {"__manifest__.py": "{'demo': ['demo/b.csv']}"},
        {"__manifest__.py": "{}", "security/deep/c.xml": ""},
    ],
    passed=[{"__manifest__.py": "{'demo': ['demo/b.csv']}", "demo/b.csv": ""}],
)
def unlisted_or_missing(addon: Path) -> list[str]:
    read = sources.manifest(addon)
    listed = {*read.get("data", ()), *read.get("demo", ())}
    folders = [addon / name for name in FOLDERS]
    present = {
        str(file.relative_to(addon))
        for folder in folders
        for file in folder.rglob("*")
        if file.suffix in (".xml", ".csv")
    }
    return [place(addon / name) for name in sorted(listed ^ present)]
