"""``make test`` passes only when everything ran and nothing was wrong."""

import pytest

from dev import addons, chromium, suites, test, test_odoo
from dev.paths import ADDONS, ROOT
from dev.problem import Problem
from dev.report import Count, Outcome, read_odoo_log, read_piece, read_report
from dev.suites import Durations, Piece

OURS = addons.names()[0]
FILE = ROOT / "tests" / "pure" / "test_value.py"
REPORT = """<testsuites><testsuite>
  <testcase classname="tests.pure.test_value" name="good" time="2.5"/>
  <testcase classname="tests.pure.test_value" name="bad"><failure message="no"/></testcase>
  <testcase classname="tests.pure.test_value.A" name="broken"><error message="no"/></testcase>
  <testcase classname="tests.pure.test_value" name="left_out"><skipped message="no browser"/></testcase>
</testsuite></testsuites>"""  # noqa: E501
LINE = "2026-01-01 10:00:00,123 77 {level} crm {logger}: {text}\n"


@pytest.fixture(autouse=True)
def apart(tmp_path, monkeypatch):
    """Leave the logs and durations of this run alone."""
    monkeypatch.setattr(suites, "data", lambda: tmp_path)
    monkeypatch.setattr(suites, "cache", lambda: tmp_path)


def outcomes_of(text: str) -> list[Outcome]:
    piece = Piece("some", (FILE,))
    piece.kept("").parent.mkdir(exist_ok=True)
    piece.kept(".xml").write_text(text)
    return list(read_report(piece.kept(".xml"), piece.files))


def log_of(tmp_path, level: str, logger: str, text: str = "it went wrong"):
    file = tmp_path / "odoo.log"
    file.write_text(LINE.format(level=level, logger=logger, text=text))
    return list(read_odoo_log(file, "addons"))


def test_outcomes_are_counted_and_named():
    found = outcomes_of(REPORT)
    assert str(Count.of(found)) == "1 passed, 2 failed, 1 skipped"
    assert [str(outcome) for outcome in found if outcome.remarkable] == [
        "failed: tests.pure.test_value.bad",
        "failed: tests.pure.test_value.A.broken",
        "skipped: tests.pure.test_value.left_out: no browser",
    ]
    assert {outcome.part for outcome in found} == {"pure"}
    assert {outcome.file for outcome in found} == {"tests/pure/test_value.py"}


def test_run_that_broke_off_is_a_failure():
    assert [one.kind for one in read_piece(Piece("some", (FILE,)), 3)] == ["failed"]
    outcomes_of("<testsuite/>")
    assert [one.kind for one in read_piece(Piece("some", (FILE,)), 5)] == ["failed"]


def test_linters_fail_and_pass():
    assert [one.kind for one in read_piece(Piece("lint"), 1)] == ["failed"]
    assert [one.kind for one in read_piece(Piece("lint"), 0)] == ["passed"]


@pytest.mark.parametrize(
    ("level", "logger", "text", "kind"),
    [
        ("ERROR", "odoo.addons.sale.models.sale_order", "", "failed"),
        ("CRITICAL", "odoo.addons.sale.models.sale_order", "", "failed"),
        ("WARNING", f"odoo.addons.{addons.names()[0]}.models.x", "", "failed"),
        (
            "WARNING",
            "py.warnings",
            f"/x/addons/{addons.names()[0]}/x.py: old",
            "failed",
        ),
        ("WARNING", "odoo.addons.sale.models.sale_order", "", "remark"),
    ],
)
def test_log_that_no_test_expected(tmp_path, level, logger, text, kind):
    (found,) = log_of(tmp_path, level, logger, text)
    assert found.kind == kind
    assert logger in str(found)


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        ({"pure": ["passed"]}, 0),
        ({"pure": ["passed", "failed"]}, 1),
        ({"pure": ["passed", "skipped"]}, 1),
        ({"pure": ["passed"], "addons": []}, 1),
        ({"pure": ["passed"], "lint": ["failed"]}, 1),
        ({"pure": ["passed", "remark"]}, 0),
    ],
)
def test_closing_line_and_code(capsys, kinds, code):
    outcomes = [
        Outcome(part, kind, "a test", "tests/pure/test_value.py", 1.0)
        for part, of_part in kinds.items()
        for kind in of_part
    ]
    assert test.close(outcomes, list(kinds)) == code
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == str(Count.of(outcomes))


def test_slowest_tests_and_the_average_are_told(capsys):
    times = [
        Outcome("addons", "passed", f"test {n}", "addons/x/tests/test_x.py", float(n))
        for n in range(30)
    ]
    test.close(times, ["addons"])
    said = capsys.readouterr().out
    assert "29.0 s  test 29" in said and "10.0 s  test 10" in said
    assert " 9.0 s" not in said
    assert "14.50 s an add-on test on the average of 30" in said
    assert Durations.read() == {"addons/x/tests/test_x.py": 435.0}


def test_every_file_of_tests_is_in_one_piece():
    pieces = suites.cut(suites.PARTS, 2)
    files = [file for piece in pieces for file in piece.files]
    found = {*ROOT.glob("addons/**/test_*.py"), *ROOT.glob("tests/**/test_*.py")}
    assert sorted(files) == sorted(found)


def test_work_in_odoo_is_shared_evenly_by_what_it_took():
    files = suites.files_of({"addons"})
    seconds = Durations(
        (str(file.relative_to(ROOT)), 100.0 if n < 2 else 1.0)
        for n, file in enumerate(files)
    )
    shares = seconds.deal(files, 2)
    assert sorted(file for share in shares for file in share) == files
    one, two = (sum(map(seconds.of, share)) for share in shares)
    assert abs(one - two) <= 1
    # what was never timed counts by its tests
    assert Durations().of(files[0]) > 0
    assert all(file.is_relative_to(ADDONS) for share in shares for file in share)


def test_number_of_workers(monkeypatch):
    monkeypatch.setenv("WORKERS", "9")
    assert test.how_many_workers() == 4
    monkeypatch.setenv("WORKERS", "two")
    with pytest.raises(Problem, match="WORKERS is two: make it a number"):
        test.how_many_workers()


def test_unknown_part_is_named():
    with pytest.raises(Problem, match="no part tours: choose from pure, architecture"):
        test.test("tours")


def test_missing_browser_names_the_command(monkeypatch):
    monkeypatch.setattr(chromium, "find", lambda: None)
    monkeypatch.setattr(chromium, "as_root", lambda: None)
    monkeypatch.setattr(chromium.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(Problem, match="`sudo apt-get install -y .* chromium`"):
        chromium.provide()


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
