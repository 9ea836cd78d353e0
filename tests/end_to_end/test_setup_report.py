"""``make test`` passes only when everything ran and nothing was wrong."""

import pytest

from dev import addons, chromium, suites, test, test_odoo
from dev.problem import Problem
from dev.report import Count, read_odoo_log, read_report

REPORT = """<testsuites><testsuite>
  <testcase classname="a" name="good"/>
  <testcase classname="a" name="bad"><failure message="no"/></testcase>
  <testcase classname="a" name="broken"><error message="no"/></testcase>
  <testcase classname="a" name="left_out"><skipped message="no browser"/></testcase>
</testsuite></testsuites>"""
LINE = "2026-01-01 10:00:00,123 77 {level} crm {logger}: {text}\n"


@pytest.fixture
def report(tmp_path):
    def write(text: str, exit_code: int = 0) -> Count:
        file = tmp_path / "report.xml"
        file.write_text(text)
        return read_report(file, exit_code)

    return write


@pytest.fixture
def log(tmp_path):
    def write(level: str, logger: str, text: str = "it went wrong") -> Count:
        file = tmp_path / "odoo.log"
        file.write_text(LINE.format(level=level, logger=logger, text=text))
        return read_odoo_log(file)

    return write


def test_outcomes_are_counted_and_named(report):
    count = report(REPORT, exit_code=1)
    assert str(count) == "1 passed, 2 failed, 1 skipped"
    assert count.remarks == [
        "failed: a.bad",
        "failed: a.broken",
        "skipped: a.left_out: no browser",
    ]


def test_run_that_broke_off_is_a_failure(report, tmp_path):
    assert read_report(tmp_path / "none.xml", 3).failed == 1
    assert report("<testsuite/>", exit_code=5).failed == 1


@pytest.mark.parametrize("level", ["ERROR", "CRITICAL"])
def test_unexpected_error_in_the_log_is_a_failure(log, level):
    count = log(level, "odoo.addons.sale.models.sale_order")
    assert count.failed == 1
    assert "it went wrong" in count.remarks[0]


def test_warning_about_our_addons_is_a_failure(log):
    name = addons.names()[0]
    assert log("WARNING", f"odoo.addons.{name}.models.x").failed == 1
    assert (
        log("WARNING", "py.warnings", f"/x/addons/{name}/models/x.py: old").failed == 1
    )


def test_other_warnings_are_told(log):
    count = log("WARNING", "odoo.addons.sale.models.sale_order")
    assert count.failed == 0
    assert count.remarks == [
        "WARNING of Odoo's own, 1 times: odoo.addons.sale.models.sale_order"
    ]


@pytest.mark.parametrize(
    ("counts", "linted", "code"),
    [
        ({"pure": Count(passed=3)}, True, 0),
        ({"pure": Count(passed=3)}, False, 1),
        ({"pure": Count(passed=3, failed=1)}, True, 1),
        ({"pure": Count(passed=3, skipped=1)}, True, 1),
        ({"pure": Count(passed=3), "addons": Count()}, True, 1),
        ({}, True, 1),
    ],
)
def test_closing_line_and_code(capsys, counts, linted, code):
    assert test.close(dict(counts), linted) == code
    last = capsys.readouterr().out.splitlines()[-1]
    total = sum(counts.values(), Count())
    failed = total.failed + (not linted)
    expected = f"{total.passed} passed, {failed} failed, {total.skipped} skipped"
    assert last == expected


def test_part_without_a_test_is_a_failure():
    assert test.run_one(suites.Suite("empty", [])).failed == 1


def test_unknown_part_is_named():
    with pytest.raises(Problem, match="no part tours: choose from pure, architecture"):
        test.test("tours")


def test_missing_browser_names_the_command(monkeypatch):
    monkeypatch.setattr(chromium, "find", lambda: None)
    monkeypatch.setattr(chromium, "as_root", lambda: None)
    monkeypatch.setattr(chromium.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(Problem, match="`sudo apt-get install -y .* chromium`"):
        chromium.provide()


def test_result_of_odoos_runner():
    good = "odoo.tests.result: 0 failed, 0 error(s) of 12 tests when loading database"
    assert test_odoo.read_result(good) == 12


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0 failed, 0 error(s) of 0 tests", "did not pass"),
        ("1 failed, 0 error(s) of 3 tests", "did not pass"),
        ("0 failed, 1 error(s) of 3 tests", "did not pass"),
        ("nothing of the kind", "did not pass"),
        (
            "INFO crm o.tests: skipped TestTour.test_tour : no chrome\n"
            "0 failed, 0 error(s) of 3 tests",
            "skipped TestTour.test_tour",
        ),
    ],
)
def test_odoos_runner_must_pass_all(text, reason):
    with pytest.raises(Problem, match=reason):
        test_odoo.read_result(text)
