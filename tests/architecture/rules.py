"""What holds in every add-on: each generator here is a rule, which yields faults."""

import ast
import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterator

from addon import (
    ADDONS,
    Addon,
    calls,
    functions,
    goes_on,
    name_of,
    named,
    room,
    stands_on,
    top,
)

# A pure package has no clock, keeps no log and touches no machine.
IMPURE = {"logging", "os", "socket", "sqlite3", "subprocess", "threading", "time"}
# Odoo brings the first two, for spreadsheets and for months of the calendar.
PURE = {"openpyxl", "dateutil", *sys.stdlib_module_names} - IMPURE
NOT_READ_BY = {
    "report": {"models", "wizard", "controllers"},
    "models": {"wizard", "controllers"},
    "wizard": {"report", "controllers", "pure"},
    "controllers": {"report", "wizard", "pure"},
}
# What `whole_or_nothing` of the suite's pages catches.
REFUSALS = {"AccessError", "Exception", "UserError", "ValidationError"}
SQL_CALLS = ("SQL", "execute", "execute_query", "execute_query_dict", "executemany")
# Whoever sends one of these changes what he sees, and no rule.
OPTIONS = {
    "active_ids": "a wizard's records, read with the user's rights",
    "active_model": "what the wizard was opened on",
    "active_test": "Odoo's own: whether archived records are shown",
    "cron_id": "the job that runs, which is asked to look again",
    "default_segment_id": "which of two lists of segments a new campaign shows first",
    "search_default_to_contact": "which list says why it is empty",
    "tier_with_program": "whether a tier's name says its program",
}
# These read keys by rule and not by name.
READERS = {
    "crm_suite/tools/mark.py": "asks whether the value is an object of its own",
    "crm_suite/tools/permit.py": "asks whether the value is an object of its own",
    "crm_suite/models/suite_number_mixin.py": "refuses numbers sent as defaults",
    "crm_suite/models/suite_protected_mixin.py": "drops defaults that were sent",
}
# Also by identity with a constant of ours, which no call can carry.
GOOD_READ = re.compile(
    rf"""clean_context\([\w.]+\)|env\.context\.get\('({"|".join(OPTIONS)})'"""
    r"|env\.context\.get\([\w.']+\) is (not )?[A-Z_]+\b"
)
ADAPTED = """//record[@model = 'ir.rule' or @model = 'ir.cron'
    or @model = 'mail.template'][not(ancestor::*[@noupdate = '1'])]"""
COMPANY_RULES = """//record[@model = 'ir.rule'][not(field[@name = 'groups'])]
    [contains(field[@name = 'domain_force'], 'company_ids')]
    /field[@name = 'model_id']/@ref"""
LISTS = """//record[@model = 'ir.actions.act_window'][not(field[@name = 'help'])]
    [not(field[@name = 'target'][. = 'new'])]
    [contains(field[@name = 'view_mode'], 'list')]"""
UNTITLED = """//t[@t-call = 'portal.portal_layout'][not(t[@t-set = 'title'])]
    [not(t[@t-out = '0'])]/ancestor::template"""
DATA = {"security", "data", "wizard", "report", "views", "demo"}


def reads_from_below(addon: Addon) -> Iterator[str]:
    """From a room one imports, names and calls what is above it, never below."""
    homes = defaultdict(set)
    for item in addon.classes:
        steps = [f"{item.name}.{m.name}" for m in item.methods if not goes_on(m)]
        for name in [item.name] * item.defines + steps:
            homes[name].add(room(item.path))
    for path, tree in addon.code("models"):
        below = addon.below(path)
        for item in addon.imports(path) if room(path) else ():
            for other in addon.files(item.name)[-1:]:
                if top(other) == "models" and room(other) in {"", *below}:
                    yield f"{path}:{item.line} imports {other}"
        used = {str(n.value) for n in ast.walk(tree) if isinstance(n, ast.Constant)}
        mine = [item for item in addon.classes if item.path == path]
        for item in mine:
            used |= {f"{item.name}.{name_of(call.func)}" for call in calls(item.node)}
        for name in sorted(used & homes.keys()):
            if homes[name] <= below:
                yield f"{path} names {name}"


def scattered_models(addon: Addon) -> Iterator[str]:
    """A file holds one model and has its name; a second one adds a subject to it."""
    held = defaultdict(list)
    for item in addon.classes:
        held[item.path].append(item.name.replace(".", "_"))
    for path, (name, *more) in held.items():
        first = f"{path.rpartition('/')[0]}/{name}.py"
        second = first in held and path.startswith(f"{first[:-3]}_")
        if more or not (path == first or second):
            yield f"{path} holds {', '.join([name, *more])}"


def wizards_in_models(addon: Addon) -> Iterator[str]:
    for item in addon.classes:
        wizard = item.kind == "models.TransientModel"
        if top(item.path) == "models" and wizard and not item.name.startswith("res."):
            yield f"{item.path} {item.name}"


def hooks_in_several_places(addon: Addon) -> Iterator[str]:
    """What happens at a core hook is readable in one place."""
    places = defaultdict(list)
    for item in addon.classes:
        for method in item.methods if item.name not in addon.own else ():
            if goes_on(method):
                places[f"{item.name}.{method.name}"].append(item.path)
    for hook, paths in places.items():
        if len(paths) > 1:
            yield f"{hook} in {', '.join(paths)}"


def impure_code(addon: Addon) -> Iterator[str]:
    """Numbers come from arrays: no Odoo, no database, no clock, no log, no machine."""
    needs = addon.manifest.get("external_dependencies", {}).get("python", ())
    for path, tree in addon.code(*addon.pure):
        own = f"odoo.addons.{addon.name}.{top(path)}."
        for item in addon.imports(path):
            allowed = item.name.split(".")[0] in PURE.union(needs)
            if not allowed and not item.name.startswith(own):
                yield f"{path}:{item.line} imports {item.name}"
        for call in calls(tree, "now", "today", "utcnow"):
            yield f"{path}:{call.lineno} reads the clock"


def wrong_way(addon: Addon) -> Iterator[str]:
    """`report/` asks, pure packages think, `models/` decide; the others carry.

    What is imported from another add-on is declared among those it depends on.
    """
    pure = {ours.name: ours.pure for ours in (*ADDONS, addon)}
    allowed = {addon.name}.union(*map(stands_on, addon.manifest["depends"]))
    for path in addon.trees:
        for item in addon.imports(path):
            _, _, home, layer, *_ = f"{item.name}....".split(".")
            kind = "pure" if layer in pure.get(home, ()) else layer
            wrong = home in pure and kind in NOT_READ_BY.get(top(path), ())
            if wrong or (item.name.startswith("odoo.addons.") and home not in allowed):
                yield f"{path}:{item.line} imports {item.name}"


def commits(addon: Addon) -> Iterator[str]:
    """Only a cron ends a transaction, by the scheduler or the loop of all crons."""
    for path, tree in addon.own_code:
        crons = [f for f in functions(tree) if f.name.startswith("_cron_")]
        loop = any(f.name == "work_through" for f in functions(tree))
        # giving back what only read ends nothing
        tests = [part for part in ast.walk(tree) if isinstance(part, ast.If)]
        reads = [one for one in tests if ast.unparse(one.test).endswith("cr.readonly")]
        ended_by = crons + reads + [tree] * loop
        allowed = {node for part in ended_by for node in ast.walk(part)}
        for node, name in named(tree):
            end = name.split(".")[-1]
            ends = end in ("_commit_progress", "rollback", "work_through")
            if name.endswith("cr.commit") or (ends and node not in allowed):
                yield f"{path}:{node.lineno} {name}"


def deciding_layers(addon: Addon) -> Iterator[str]:
    """Controllers and wizards ask nothing in SQL."""
    for path, tree in addon.code("controllers", "wizard"):
        for call in calls(tree, *SQL_CALLS):
            yield f"{path}:{call.lineno} calls {name_of(call.func)}"


def half_written_pages(addon: Addon) -> Iterator[str]:
    """A page that shows a refusal takes back what was written before it."""
    for path, tree in addon.code("controllers"):
        for node in ast.walk(tree):
            caught = isinstance(node, ast.ExceptHandler) and node.type
            if not caught or any(isinstance(part, ast.Raise) for part in node.body):
                continue
            if REFUSALS.intersection(re.findall(r"\w+", ast.unparse(node.type))):
                yield f"{path}:{node.lineno}"


def silent_sudo(addon: Addon) -> Iterator[str]:
    """Each `sudo()` stands under a comment that says why."""
    for path, tree in addon.own_code:
        lines = addon.texts[path].splitlines()
        for statement in ast.walk(tree):
            simple = isinstance(statement, ast.stmt) and not hasattr(statement, "body")
            for call in calls(statement, "sudo") if simple else ():
                line, above = call.func.end_lineno, statement.lineno - 2
                while above > 0 and "sudo()" in lines[above]:
                    above -= 1
                told = any(lines[n].lstrip()[:1] == "#" for n in (line - 2, above))
                if not told and not ast.unparse(call).endswith("sudo(False)"):
                    yield f"{path}:{line}"


def rules_behind_context_keys(addon: Addon) -> Iterator[str]:
    """Anybody may send a key: what it carries is an object of ours, or an option."""
    for path, tree in addon.own_code:
        lines = ast.unparse(tree).splitlines()
        for line in lines if f"{addon.name}/{path}" not in READERS else ():
            if re.search(r"\benv\.context\b|\b_context\b", GOOD_READ.sub("", line)):
                yield f"{path} {line.strip()}"


def unguarded_models(addon: Addon) -> Iterator[str]:
    """A row opens a model to a group; what has a company has a rule for it."""

    def all_fields(name: str) -> set[str]:
        classes = [item for item in addon.classes if item.name == name]
        parents = {parent for item in classes for parent in item.parents} & addon.own
        mixed = map(all_fields, parents - {name})
        return set().union(*(item.fields for item in classes), *mixed)

    text = addon.texts.get("security/ir.model.access.csv", "")
    rows = list(csv.DictReader(text.splitlines()))
    opened = {row["model_id:id"].split("model_")[-1] for row in rows}
    refs = [ref for root in addon.xml.values() for ref in root.xpath(COMPANY_RULES)]
    ruled = {ref.split("model_")[-1] for ref in refs}
    for item in addon.classes:
        name = item.name.replace(".", "_")
        if not item.defines or item.kind == "models.AbstractModel":
            continue
        if name not in opened:
            yield f"{item.name} has no row"
        stored = item.kind == "models.Model" and "company_id" in all_fields(item.name)
        if stored and name not in ruled:
            yield f"{item.name} has no rule for companies"
    for row in rows:
        if not row["group_id:id"].strip():
            yield f"{row['id']} opens a model to everybody"


def reset_by_an_upgrade(addon: Addon) -> Iterator[str]:
    """What a company adapts stands where an upgrade leaves it alone."""
    for path, root in addon.xml.items():
        for record in root.xpath(ADAPTED):
            yield f"{path} {record.get('id')}"


def silent_lists(addon: Addon) -> Iterator[str]:
    """Where there is nothing yet, a list says what will be there and how."""
    for path, tree in addon.xml.items():
        for action in tree.xpath(LISTS):
            yield f"{path} {action.get('id')}"


def untitled_pages(addon: Addon) -> Iterator[str]:
    """A page of the portal has a title; in the browser all others are called Odoo."""
    for path, tree in addon.xml.items():
        for template in tree.xpath(UNTITLED):
            yield f"{path} {template.get('id')}"


def hidden_settings(addon: Addon) -> Iterator[str]:
    """What a company may set stands on a screen."""
    views = [root for path, root in addon.xml.items() if top(path) == "views"]
    shown = {name for root in views for name in root.xpath("//field/@name")}
    for item in addon.classes:
        for name in sorted(item.fields - shown) if item.name == "res.company" else ():
            yield f"{item.path} {name}"


def unlisted_or_missing(addon: Addon) -> Iterator[str]:
    """The manifest lists each file of data, and no other."""
    listed = {*addon.manifest.get("data", ()), *addon.manifest.get("demo", ())}
    kept = {path for path in addon.texts if path.endswith((".xml", ".csv"))}
    yield from listed ^ {path for path in kept if top(path) in DATA}


def unrun_tests(addon: Addon) -> Iterator[str]:
    """Odoo's runner takes the members of `tests` whose name begins with `test_`."""
    members = {item.bound: item.name for item in addon.imports("tests/__init__.py")}
    run = {addon.files(name)[-1] for bound, name in members.items() if "test_" in bound}
    tests = {
        path
        for path, tree in addon.code("tests")
        if any(item.name.startswith("test_") for item in functions(tree))
    }
    yield from tests - run if tests else ["there is no test"]
