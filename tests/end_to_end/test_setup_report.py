"""``make test`` passes only when everything ran and nothing was wrong."""

import os
import subprocess

import pytest

from dev import addons, test, test_odoo
from dev.commands import Problem
from dev.paths import ADDONS, ROOT
from dev.test import Outcome, Piece

OURS = addons.names()[0]
FILE = ROOT / "tests" / "pure" / "test_value.py"
KINDS = """
import pytest
@pytest.fixture
def broken(): assert 0
def test_good(): pass
def test_bad(): assert 0
def test_broken(broken): pass
def test_left_out(): pytest.skip()
def test_parts(subtests):
    for part in (1, 0):
        with subtests.test(): assert part
"""


@pytest.fixture(autouse=True)
def apart(tmp_path, monkeypatch):
    """Leave the logs of this run alone."""
    monkeypatch.setattr(test, "DATA", tmp_path)
    (tmp_path / "log").mkdir()


def test_outcomes_are_those_of_pytest(tmp_path, monkeypatch):
    monkeypatch.setattr(test, "ROOT", tmp_path)
    piece = Piece("some", (tmp_path / "pure" / "test_kinds.py",))
    piece.files[0].parent.mkdir()
    piece.files[0].write_text(KINDS)
    command = [*piece.command(""), "-p", "conftest", "--rootdir", tmp_path]
    env = {**os.environ, **piece.environment(), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, check=False, capture_output=True)

    assert [(one.part, one.kind, one.name) for one in piece.read(done.returncode)] == [
        ("pure", "passed", "pure/test_kinds.py::test_good"),
        ("pure", "failed", "pure/test_kinds.py::test_bad"),
        ("pure", "failed", "pure/test_kinds.py::test_broken"),
        ("pure", "skipped", "pure/test_kinds.py::test_left_out"),
        ("pure", "failed", "pure/test_kinds.py::test_parts"),
        ("pure", "failed", "pure/test_kinds.py::test_parts"),
    ]


@pytest.mark.parametrize(
    ("files", "code", "level", "logger", "kinds"),
    [
        ((), 0, "INFO", "x", ["passed"]),
        ((), 1, "INFO", "x", ["failed"]),
        ((FILE,), 3, "INFO", "x", ["failed"]),
        ((FILE,), 0, "ERROR", "odoo.addons.sale", ["failed"]),
        ((FILE,), 0, "CRITICAL", "odoo.addons.sale", ["failed"]),
        ((FILE,), 0, "WARNING", f"odoo.addons.{OURS}", ["failed"]),
        ((FILE,), 0, "WARNING", f"py.warnings: addons/{OURS}/x.py", ["failed"]),
        ((FILE,), 0, "WARNING", "odoo.addons.sale", []),
    ],
)
def test_what_else_is_a_failure(files, code, level, logger, kinds):
    """A piece without files is the linters."""
    piece = Piece("some", files)
    line = f"2026-01-01 10:00:00,123 77 {level} crm {logger}: it went wrong\n"
    piece.kept("-odoo.log").write_text(line)
    assert [outcome.kind for outcome in piece.read(code)] == kinds


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        ({"pure": ["passed"]}, 0),
        ({"pure": ["passed", "failed"]}, 1),
        ({"pure": ["passed", "skipped"]}, 1),
        ({"pure": ["passed"], "addons": []}, 1),
        ({"pure": ["passed"], "lint": ["failed"]}, 1),
    ],
)
def test_closing_line_and_code(capsys, kinds, code):
    outcomes = [Outcome(part, kind, "a test") for part in kinds for kind in kinds[part]]
    assert test.close(outcomes, tuple(kinds)) == code
    assert capsys.readouterr().out.splitlines()[-1] == test.count(outcomes)


def test_slowest_tests_and_the_average_are_told(capsys):
    file = "addons/x/tests/test_x.py"
    times = [Outcome("addons", "passed", f"{file}::{n}", float(n)) for n in range(30)]
    test.close(times, ("addons",))
    said = capsys.readouterr().out
    assert f"29.0 s  {file}::29" in said and f"10.0 s  {file}::10" in said
    assert " 9.0 s" not in said
    assert "14.50 s an add-on test on the average of 30" in said


def test_every_file_of_tests_is_in_one_piece_and_work_in_odoo_is_shared_evenly():
    pieces = test.cut(test.PARTS, 2)
    found = {*ROOT.glob("addons/**/test_*.py"), *ROOT.glob("tests/**/test_*.py")}
    assert sorted(file for piece in pieces for file in piece.files) == sorted(found)
    one, two = (
        sum(file.stat().st_size for file in piece.files)
        for piece in pieces
        if piece.in_odoo
    )
    assert 0.9 < one / two < 1.1


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
        ("1 failed, 0 error(s) of 3 tests", "did not pass"),
        ("0 failed, 1 error(s) of 3 tests", "did not pass"),
        ("nothing of the kind", "did not pass"),
        (
            "x: skipped TestTour.test_tour : \n0 failed, 0 error(s) of 3 tests",
            "skipped T",
        ),
    ],
)
def test_odoos_runner_must_pass_all(text, reason):
    assert test_odoo.read_result("0 failed, 0 error(s) of 12 tests when loading") == 12
    with pytest.raises(Problem, match=reason):
        test_odoo.read_result(text)
