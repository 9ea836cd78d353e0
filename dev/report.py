"""What tests did, from their reports and from Odoo's log."""

import os
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .addons import names
from .odoo import FAILURES, read_log
from .paths import ROOT
from .suites import Piece, part_of


@dataclass(frozen=True)
class Outcome:
    """How one test went, or one line of a log; a remark is neither good nor bad."""

    part: str
    kind: str  # passed, failed, skipped or remark
    name: str
    file: str = ""
    seconds: float = 0.0

    @property
    def remarkable(self) -> bool:
        return self.kind != "passed"

    def __str__(self) -> str:
        return self.name if self.kind == "remark" else f"{self.kind}: {self.name}"


@dataclass(frozen=True)
class Count:
    passed: int
    failed: int
    skipped: int

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> "Count":
        kinds = Counter(outcome.kind for outcome in outcomes)
        return cls(kinds["passed"], kinds["failed"], kinds["skipped"])

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    @property
    def good(self) -> bool:
        """Everything ran and passed; a skipped test is a hole, not a success."""
        return self.passed > 0 and not (self.failed or self.skipped)


def read_piece(piece: Piece, code: int) -> list[Outcome]:
    """All about a piece that ended with this code."""
    if not piece.files:
        return [Outcome(piece.name, "failed" if code else "passed", piece.name)]
    part = part_of(piece.files[0])
    found = [
        *read_report(piece.kept(".xml"), piece.files),
        *read_odoo_log(piece.kept("-odoo.log"), part),
    ]
    if code and not Count.of(found).failed:
        found.append(Outcome(part, "failed", f"{piece.name}: pytest ended with {code}"))
    return found


def read_report(report: Path, files: Iterable[Path]) -> Iterator[Outcome]:
    """What a JUnit file says of each test; it names their files as if to import."""
    inner = [file.relative_to(ROOT) for file in files]
    modules = {".".join(file.with_suffix("").parts) + ".": file for file in inner}
    for case in ET.parse(report).iter("testcase") if report.is_file() else ():
        name = f"{case.get('classname')}.{case.get('name')}".strip(".")
        module = next((m for m in modules if f"{name}.".startswith(m)), None)
        file = modules.get(module, inner[0])
        results = {child.tag: child.get("message") for child in case}
        kind = "passed"
        if "failure" in results or "error" in results:
            kind = "failed"
        elif "skipped" in results:
            kind = "skipped"
            name += f": {results['skipped']}"
        seconds = float(case.get("time", 0))
        yield Outcome(part_of(ROOT / file), kind, name, os.fspath(file), seconds)


def read_odoo_log(log: Path, part: str) -> Iterator[Outcome]:
    """Errors in Odoo's log that no test expected, and warnings about our add-ons.

    A test that expects one catches it (`assertLogs`, `mute_logger`), so it never
    reaches the log.
    """
    ours = [mark for name in names() for mark in (f"addons.{name}", f"addons/{name}/")]
    others: Counter[str] = Counter()
    for line in read_log(log.read_text(errors="replace")) if log.is_file() else ():
        about_us = any(mark in f"{line['logger']} {line['text']}" for mark in ours)
        if line["level"] in FAILURES or (line["level"] == "WARNING" and about_us):
            told = f"{line['level']} {line['logger']}: {line['text']}"
            yield Outcome(part, "failed", told)
        elif line["level"] == "WARNING":
            others[line["logger"]] += 1
    for logger, number in others.most_common():
        told = f"WARNING of Odoo's own, {number} times: {logger}"
        yield Outcome(part, "remark", told)
