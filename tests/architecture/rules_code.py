"""Habits that the style guide forbids, found in the code."""

import ast
from pathlib import Path

import sources
from rules import each, rule
from sources import place

# calls its step between commits; whoever calls it must be a cron
CRON_LOOP = "work_through"
WRITES = ("INSERT ", "UPDATE ", "DELETE ", "TRUNCATE ", "ALTER ", "CREATE ", "DROP ")
SQL_CALLS = ("SQL", "execute", "execute_query", "execute_query_dict", "executemany")
# Whoever sends one of these changes what he sees, and no rule.
OPTIONS = {
    "active_ids": "a wizard's records, read with the user's rights",
    "active_model": "what the wizard was opened on",
    "active_test": "Odoo's own: whether archived records are shown",
    "cron_id": "the job that runs, which is asked to look again",
    "default_segment_id": "which of two lists of segments a new campaign shows first",
    "tier_with_program": "whether a tier's name says its program",
}
# These read keys by rule and not by name.
READERS = {
    "crm_suite/tools/mark.py": "asks whether the value is an object of its own",
    "crm_suite/tools/permit.py": "asks whether the value is an object of its own",
    "crm_suite/models/suite_number_mixin.py": "refuses numbers sent as defaults",
    "crm_suite/models/suite_protected_mixin.py": "drops defaults that were sent",
}


@rule(
    faults=each(
        "models/a.py",
        "def _cron_a(self):\n    self.env.cr.commit()",
        "def _refresh(self):\n    self.env['ir.cron']._commit_progress(1)",
        "def undo(cr):\n    cr.rollback()",
        "def _work(self):\n    done = self.env['ir.cron']._commit_progress",
        "def action_work(self):\n    work_through(self, [], print)",
        "def work_through(cr):\n    cr.commit()",
    ),
    passed=each(
        "models/a.py",
        "def _cron_a(self):\n    self.env['ir.cron']._commit_progress(1)",
        "def _cron_a(self):\n    work_through(self, [], print)",
        "def work_through(model):\n    _Run(model).go()\n"
        "class _Run:\n    def go(self):\n        self.commit()\n"
        "    def commit(self):\n        self.env['ir.cron']._commit_progress(1)",
    ),
)
def commits(addon: Path) -> list[str]:
    """Only a cron ends a transaction, itself or by the loop that crons share."""
    found = []
    for file in sources.python_files(addon):
        tree = sources.tree(file)
        functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        crons = [node for node in functions if node.name.startswith("_cron_")]
        loop = any(getattr(node, "name", "") == CRON_LOOP for node in tree.body)
        allowed = {
            node
            for part in (crons + [tree] if loop else crons)
            for node in attributes(part, "_commit_progress", "rollback")
        } | {call.func for cron in crons for call in sources.calls(cron, CRON_LOOP)}
        ending = attributes(tree, "commit", "rollback", "_commit_progress")
        ending += [call.func for call in sources.calls(tree, CRON_LOOP)]
        found += [
            f"{place(file, node.lineno)} {ast.unparse(node)}"
            for node in ending
            if node not in allowed and ast.unparse(node) != "self.commit"
        ]
    return found


def attributes(tree: ast.AST, *names: str) -> list[ast.Attribute]:
    nodes = ast.walk(tree)
    return [
        node for node in nodes if isinstance(node, ast.Attribute) and node.attr in names
    ]


@rule(
    faults=[
        {"controllers/a.py": "env.cr.execute('SELECT 1')"},
        {"wizard/deep/a.py": "SQL('SELECT 1')"},
    ]
)
def sql_outside_its_layers(addon: Path) -> list[str]:
    """Controllers and wizards carry; they do not ask the database in SQL."""
    return [
        f"{place(file, call.lineno)} calls {sources.called_name(call)}"
        for file in sources.python_files(addon, "controllers", "wizard")
        for call in sources.calls(sources.tree(file), *SQL_CALLS)
    ]


@rule(
    faults=each(
        "report/deep/a.py",
        "self.create({})",
        "SQL('  update res_partner set x=1')",
    )
)
def writing_reports(addon: Path) -> list[str]:
    """Code in `report/` reads and never writes."""
    found = []
    for file in sources.python_files(addon, "report"):
        tree = sources.tree(file)
        found += [
            f"{place(file, call.lineno)} calls {sources.called_name(call)}"
            for call in sources.calls(tree, "create", "write", "unlink")
        ]
        found += [
            f"{place(file, node.lineno)} writes by SQL"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.lstrip().upper().startswith(WRITES)
        ]
    return found


@rule(
    faults=each(
        "models/a.py",
        "a = 1\nb = c.sudo()",
        "# why\na = 1\nb = c.sudo()",
        "for x in y:\n    z = x.sudo()",
    ),
    passed=each(
        "models/a.py",
        "# why\na = c.sudo()",
        "# why\na = c.sudo()\nb = c.sudo().x",
        "b = (\n    c\n    # why\n    .sudo()\n)",
        "a = 1\nb = c.sudo(False)",
    ),
)
def silent_sudo(addon: Path) -> list[str]:
    """Each `sudo()` stands under a comment that says why."""
    found = []
    for file in sources.python_files(addon):
        lines = file.read_text(encoding="utf-8").splitlines()
        for statement in ast.walk(sources.tree(file)):
            if isinstance(statement, ast.stmt) and not hasattr(statement, "body"):
                for call in sources.calls(statement, "sudo"):
                    line = call.func.end_lineno
                    if not drops(call) and not explained(lines, statement.lineno, line):
                        found.append(f"{place(file, line)} sudo() without why")
    return found


def drops(call: ast.Call) -> bool:
    """`sudo(False)` gives rights back."""
    return bool(call.args) and ast.unparse(call.args[0]) == "False"


def explained(lines: list[str], first: int, line: int) -> bool:
    """A comment right above the call, its statement, or other sudo lines there."""
    if lines[line - 2].lstrip().startswith("#"):
        return True
    above = first - 2
    while above > 0 and "sudo()" in lines[above]:
        above -= 1
    return lines[above].lstrip().startswith("#")


@rule(
    faults=each(
        "models/a.py",
        "if self.env.context.get('free'):\n    pass",
        "if self.env.context['free']:\n    pass",
        "if 'free' in self.env.context:\n    pass",
        "a = self.env.context.get('free') is True",
        "a = self.env.context.get('free') == FREE",
        "context = self.env.context",
        "a = self._context.get(key)",
    ),
    passed=each(
        "models/a.py",
        "a = self.env.context.get('free') is FREE",
        "a = self.env.context.get('free') is not FREE",
        "a = self.env.context.get('active_ids')",
        "a = self.with_context(clean_context(self.env.context))",
        "@api.depends_context('lang')\ndef a(self):\n    pass",
    ),
)
def rules_behind_context_keys(addon: Path) -> list[str]:
    """Anybody may send a key: what it carries is an object of ours, or an option."""
    found = []
    for file in sources.python_files(addon):
        if f"{addon.name}/{file.relative_to(addon)}" in READERS:
            continue
        tree = sources.tree(file)
        parents = {
            child: node
            for node in ast.walk(tree)
            for child in ast.iter_child_nodes(node)
        }
        for node in attributes(tree, "context", "_context"):
            if ast.unparse(node).endswith(("env.context", "self._context")):
                key = read_key(node, parents)
                if key != "":
                    found.append(f"{place(file, node.lineno)} {key or 'all keys'}")
    return found


def read_key(context: ast.Attribute, parents: dict[ast.AST, ast.AST]) -> str | None:
    """The key that is read here; empty where that is good, none where all are read."""
    user = parents[context]
    if isinstance(user, ast.Call) and sources.called_name(user) == "clean_context":
        return ""
    key = None
    if isinstance(user, ast.Attribute) and user.attr == "get":
        user = parents[user]
        key = user.args[0]
    elif isinstance(user, ast.Subscript):
        key = user.slice
    elif isinstance(user, ast.Compare) and user.left is not context:
        key = user.left
    name = key.value if isinstance(key, ast.Constant) else None
    return "" if name in OPTIONS or is_sentinel(parents[user]) else name


def is_sentinel(use: ast.AST) -> bool:
    """Compared by identity with a constant of ours, which no call can carry."""
    return (
        isinstance(use, ast.Compare)
        and isinstance(use.ops[0], ast.Is | ast.IsNot)
        and isinstance(use.comparators[0], ast.Name)
        and use.comparators[0].id.isupper()
    )
