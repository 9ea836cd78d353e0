"""Habits that the style guide forbids, found in the code."""

import ast
from pathlib import Path

import pytest
import sources

LONGEST = 300
# calls its step between commits; whoever calls it must be a cron
CRON_LOOP = "work_through"
LENGTH_COUNTS = {".py", ".js", ".scss", ".xml"}
WRITES = ("INSERT ", "UPDATE ", "DELETE ", "TRUNCATE ", "ALTER ", "CREATE ", "DROP ")


def commits(addon: Path) -> list[str]:
    """Only a cron ends a transaction, itself or by the loop that crons share."""
    found = []
    for file in sources.python_files(addon):
        tree = sources.tree(file)
        functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        crons = [node for node in functions if node.name.startswith("_cron_")]
        loops = [node for node in functions if node.name == CRON_LOOP]
        allowed = {
            node
            for function in crons + loops
            for node in attributes(function, "_commit_progress", "rollback")
        } | {call.func for cron in crons for call in sources.calls(cron, CRON_LOOP)}
        ending = attributes(tree, "commit", "rollback", "_commit_progress")
        ending += [call.func for call in sources.calls(tree, CRON_LOOP)]
        found += [
            f"{sources.place(file, node.lineno)} {ast.unparse(node)}"
            for node in ending
            if node not in allowed
        ]
    return found


def attributes(tree: ast.AST, *names: str) -> list[ast.Attribute]:
    nodes = ast.walk(tree)
    return [
        node for node in nodes if isinstance(node, ast.Attribute) and node.attr in names
    ]


def sql_outside_its_layers(addon: Path) -> list[str]:
    """Controllers and wizards carry; they do not ask the database in SQL."""
    found = []
    for file in sources.python_files(addon, "controllers", "wizard"):
        calls = ("SQL", "execute", "execute_query", "execute_query_dict", "executemany")
        found += [
            f"{sources.place(file, call.lineno)} calls {sources.called_name(call)}"
            for call in sources.calls(sources.tree(file), *calls)
        ]
    return found


def writing_reports(addon: Path) -> list[str]:
    """Code in `report/` reads and never writes."""
    found = []
    for file in sources.python_files(addon, "report"):
        tree = sources.tree(file)
        found += [
            f"{sources.place(file, call.lineno)} calls {sources.called_name(call)}"
            for call in sources.calls(tree, "create", "write", "unlink")
        ]
        found += [
            f"{sources.place(file, node.lineno)} writes by SQL"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.lstrip().upper().startswith(WRITES)
        ]
    return found


def silent_sudo(addon: Path) -> list[str]:
    """Each `sudo()` stands under a comment that says why."""
    found = []
    for file in sources.python_files(addon):
        lines = file.read_text(encoding="utf-8").splitlines()
        tree = sources.tree(file)
        for statement in ast.walk(tree):
            if isinstance(statement, ast.stmt) and not hasattr(statement, "body"):
                for call in sources.calls(statement, "sudo"):
                    line = call.func.end_lineno
                    if not drops(call) and not explained(lines, statement.lineno, line):
                        found.append(f"{sources.place(file, line)} sudo() without why")
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


def long_files(addon: Path) -> list[str]:
    files = [
        file
        for file in addon.rglob("*")
        if file.suffix in LENGTH_COUNTS and "lib" not in file.parts
    ]
    lengths = {
        str(file.relative_to(addon)): len(file.read_text("utf-8").splitlines())
        for file in files
    }
    return sorted(f"{name}: {n}" for name, n in lengths.items() if n > LONGEST)


def misnamed_models(addon: Path) -> list[str]:
    """A file in `models/` begins with the name of the one model it holds."""
    found = []
    for file in sources.python_files(addon, "models", "wizard"):
        names = set()
        for node in ast.walk(sources.tree(file)):
            if isinstance(node, ast.ClassDef) and sources.model_kind(node):
                name, parents, _fields = sources.read_class(node)
                names.add(name or next(iter(parents), ""))
        expected = {name.replace(".", "_") for name in names}
        if len(names) > 1 or any(not file.stem.startswith(name) for name in expected):
            found.append(f"{file.name} holds {', '.join(sorted(names))}")
    return found


def test_only_crons_commit(addon):
    assert commits(addon) == []


def test_controllers_and_wizards_hold_no_sql(addon):
    assert sql_outside_its_layers(addon) == []


def test_reports_only_read(addon):
    assert writing_reports(addon) == []


def test_sudo_says_why(addon):
    assert silent_sudo(addon) == []


def test_files_are_short(addon):
    assert long_files(addon) == []


def test_files_are_named_after_their_model(addon):
    assert misnamed_models(addon) == []


@pytest.mark.parametrize(
    "code",
    [
        "def _cron_a(self):\n    self.env.cr.commit()",
        "def _refresh(self):\n    self.env['ir.cron']._commit_progress(1)",
        "def undo(cr):\n    cr.rollback()",
        "def _work(self):\n    done = self.env['ir.cron']._commit_progress",
        "def action_work(self):\n    work_through(self, [], print)",
        "def work_through(cr):\n    cr.commit()",
    ],
)
def test_stray_commit_is_found(example, code):
    assert len(commits(example({"models/a.py": code}))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "def _cron_a(self):\n    self.env['ir.cron']._commit_progress(1)",
        "def _cron_a(self):\n    work_through(self, [], print)",
        "def work_through(model):\n    model.env['ir.cron']._commit_progress(1)",
    ],
)
def test_cron_may_commit(example, code):
    assert commits(example({"models/a.py": code})) == []


@pytest.mark.parametrize("layer", ["controllers", "wizard"])
def test_sql_in_the_wrong_layer_is_found(example, layer):
    code = "def a(env):\n    env.cr.execute(SQL('SELECT 1'))"
    assert len(sql_outside_its_layers(example({f"{layer}/a.py": code}))) == 2


def test_writing_report_is_found(example):
    code = "def a(self):\n    self.create({})\n    SQL('  update res_partner set x=1')"
    assert len(writing_reports(example({"report/a.py": code}))) == 2


@pytest.mark.parametrize(
    ("code", "findings"),
    [
        ("a = 1\nb = c.sudo()", 1),
        ("# why\na = c.sudo()", 0),
        ("# why\na = c.sudo()\nb = c.sudo().x", 0),
        ("# why\na = 1\nb = c.sudo()", 1),
        ("b = (\n    c\n    # why\n    .sudo()\n)", 0),
        ("a = 1\nb = c.sudo(False)", 0),
        ("for x in y:\n    z = x.sudo()", 1),
    ],
)
def test_sudo_without_why_is_found(example, code, findings):
    assert len(silent_sudo(example({"models/a.py": code}))) == findings


def test_long_file_is_found(example):
    addon = example({"models/a.py": "\n" * 301, "views/b.xml": "\n" * 300})
    assert long_files(addon) == ["models/a.py: 301"]


def test_misnamed_model_is_found(example):
    code = "class A(models.Model):\n    _name = 'a.b'\n"
    addon = example(
        {
            "models/a_b.py": code,
            "models/a_b_run.py": code.replace("_name", "_inherit"),
            "models/other.py": code,
            "models/words.py": "x = 1",
        }
    )
    assert misnamed_models(addon) == ["other.py holds a.b"]
