"""``make test`` passes only when everything ran and nothing was wrong."""

import pytest

from dev import addons, foreign_tests, test, test_odoo
from dev.commands import Problem
from dev.paths import ADDONS, ROOT

pytest_plugins = "pytester"

TRIES = f"""
import logging, pytest
log = logging.getLogger("odoo.addons.sale")
def test_good(): pass
def test_bad(): assert 0
def test_left_out(): pytest.skip()
def test_error(): log.error("it went wrong")
def test_warning(): log.warning("old: /addons/{addons.names()[0]}/x.py")
def test_warning_of_others(): log.warning("old")
def test_parts(subtests):
    for part in (1, 0):
        with subtests.test(): assert part
"""


def test_what_is_skipped_or_complained_of_is_a_failure(pytester, monkeypatch):
    folder = pytester.mkdir("addons")
    (folder / "test_tries.py").write_text(TRIES)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    done = pytester.runpytest_subprocess("-p", "no:odoo", "-p", "conftest")
    done.assert_outcomes(passed=4, failed=4, errors=2)
    done.stdout.fnmatch_lines(["* s an add-on test on the average of 4"])


def test_every_file_of_tests_has_a_part():
    files = [file for part in test.PARTS for file in test.files(part)]
    found = [*ROOT.glob("addons/**/test_*.py"), *ROOT.glob("tests/**/test_*.py")]
    assert sorted(files) == sorted(found)


def test_one_failure_fails_all(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(test, "log_file", tmp_path.joinpath)
    for name in ("in-odoo", "lint"):
        (tmp_path / name).write_text(f"{name} said so")
    assert test.close({"in-odoo": 0, "lint": 0}) == 0
    assert test.close({"in-odoo": 0, "lint": 1}) == 1
    assert capsys.readouterr().out.endswith("lint said so\nfailed: lint: see above\n")


def test_class_that_starts_a_tour_is_named_so_and_runs_in_the_smoke():
    starters = {
        words.split("(")[0]
        for file in ADDONS.glob("*/tests/**/*.py")
        for words in file.read_text("utf-8").split("\nclass ")[1:]
        if "start_tour(" in words
    }
    assert starters and not [name for name in starters if "Tour" not in name]
    in_smoke = {tag.partition(":")[2] for tag in test_odoo.tours()}
    assert {name for name in starters if name.startswith("Test")} <= in_smoke


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0 failed, 0 error(s) of 0 tests", "did not pass"),
        ("10 failed, 0 error(s) of 30 tests", "did not pass"),
        ("x: skipped TestTour.test : \n0 failed, 0 error(s) of 3 tests", "skipped T"),
    ],
)
def test_odoos_runner_must_run_all(text, reason):
    assert test_odoo.read_result("0 failed, 0 error(s) of 12 tests when loading") == 12
    with pytest.raises(Problem, match=reason):
        test_odoo.read_result(text)


CASES = """<testsuites><testsuite>
<testcase classname="odoo.addons.crm.tests.test_a.TestA" name="test_good"/>
<testcase classname="odoo.addons.crm.tests.test_a.TestA" name="test_parts"/>
<testcase classname="odoo.addons.crm.tests.test_a.TestA" name="test_parts">
<failure/></testcase>
<testcase classname="odoo.addons.crm.tests.test_a.TestA" name="test_setup">
<error/></testcase>
<testcase classname="odoo.addons.crm.tests.test_a.TestA" name="test_left_out">
<skipped/></testcase>
</testsuite></testsuites>"""


def test_of_odoos_tests_those_fail_that_pass_without_ours(tmp_path):
    file = tmp_path / "report.xml"
    with pytest.raises(Problem, match="did not run"):
        foreign_tests.read(file)
    file.write_text(CASES)
    ours = foreign_tests.read(file)
    a = "odoo.addons.crm.tests.test_a.TestA."
    good, parts, setup = (f"{a}test_{name}" for name in ("good", "parts", "setup"))
    assert ours == {good: True, parts: False, setup: False}
    text, code = foreign_tests.verdict(ours, {good: True, parts: True, setup: False})
    assert code == 1
    assert f"FAILS WITH OURS ALONE: {parts}" in text
    assert f"fails without ours too: {setup}" in text
    assert good not in text
    assert foreign_tests.verdict(ours, ours)[1] == 0
    # nothing ran, or less than without us
    assert foreign_tests.verdict({}, {})[1] == 1
    assert foreign_tests.verdict({good: True}, {good: True, parts: False})[1] == 1
