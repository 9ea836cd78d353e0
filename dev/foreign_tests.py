"""``make test-odoo MODULES=crm,sale_loyalty``: Odoo's own tests, with and without ours.

Odoo runs many of its tests while a module loads, before later ones are there. Here all
run on the whole registry, those of at_install too, once with our add-ons and once
without, so that what fails on this machine anyway is no fault of ours. Modules that
ours do not stand on are installed beside them, as a shop would have them.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from xml.etree import ElementTree

from . import addons, chromium, odoo, odoo_home
from .commands import Problem, log_file, step
from .database import Server, ground
from .paths import CONFIG, PYTHON
from .test import beside

Outcomes = Mapping[str, bool]


def compare(modules: list[str]) -> int:
    with ground() as server, ExitStack() as stack:
        with step("browser and templates") as said:
            said(chromium.provide())
            templates = {
                "with": addons.suite_template(server),
                "without": addons.base_template(server),
            }
        folders = [folder(name) for name in modules]
        besides = missing(server, templates["without"], modules)
        begun = {}
        for kind, template in templates.items():
            database = stack.enter_context(server.copied(template, kind))
            if besides:
                odoo.install(server.env, f"besides-{kind}", database, besides)
            odoo.shell(server.env, f"pages-{kind}", database, addons.PAGES)
            command = (
                *(PYTHON, "-m", "pytest", "-q", "-c", "/dev/null", *folders),
                *("-p", "no:cacheprovider", f"--junit-xml={report(kind)}"),
                *(f"--odoo-config={CONFIG}", f"--odoo-database={database}"),
                *("--odoo-http", "--odoo-log-level=warn"),
            )
            report(kind).unlink(missing_ok=True)
            process = beside(f"test-odoo-{kind}", command, server.env)
            begun[kind] = stack.enter_context(process)
        for process in begun.values():
            process.wait()
    text, code = verdict(*(read(report(kind)) for kind in templates))
    print(text)
    return code


def folder(module: str) -> Path:
    """Where the tests of a module of Odoo's are."""
    found = odoo_home.find() / "odoo" / "addons" / module / "tests"
    if not found.is_dir():
        raise Problem(
            f"{module} is no module of Odoo's with tests: choose another, as in "
            "`make test-odoo MODULES=crm,sale_loyalty`"
        )
    return found


def missing(server: Server, template: str, modules: list[str]) -> list[str]:
    """Those that ours do not stand on."""
    installed = "SELECT name FROM ir_module_module WHERE state = 'installed'"
    found = {name for (name,) in server.query(installed, (), template)}
    return [name for name in modules if name not in found]


def report(kind: str) -> Path:
    return log_file(f"test-odoo-{kind}").with_suffix(".xml")


def read(file: Path) -> Outcomes:
    """Whether each test passed; skipped ones are not there."""
    if not file.is_file():
        raise Problem(f"the tests did not run: see {file.with_suffix('.log')}")
    outcomes = {}
    for case in ElementTree.parse(file).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("skipped") is None:
            bad = case.find("failure") is not None or case.find("error") is not None
            outcomes[name] = outcomes.get(name, True) and not bad
    return outcomes


def verdict(ours: Outcomes, plain: Outcomes) -> tuple[str, int]:
    """What fails with ours and passes without; anything else is Odoo's own matter."""
    failed = {name for name, passed in ours.items() if not passed}
    both = {name for name in failed if plain.get(name) is False}
    lines = [
        f"with our add-ons {len(ours)} tests, {len(failed)} failed; "
        f"without {len(plain)}, {sum(not passed for passed in plain.values())} failed"
    ]
    lines += [f"fails without ours too: {name}" for name in sorted(both)]
    lines += [f"FAILS WITH OURS ALONE: {name}" for name in sorted(failed - both)]
    if gone := {name for name in plain if name not in ours}:
        lines += [f"NOT RUN WITH OURS: {name}" for name in sorted(gone)]
    return "\n".join(lines), 1 if failed - both or gone or not ours else 0
