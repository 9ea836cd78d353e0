"""Counting what tests did, from their reports and from Odoo's log."""

import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from .addons import names
from .odoo import FAILURES, read_log


@dataclass
class Count:
    """How a part of the tests went."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    remarks: list[str] = field(default_factory=list)

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            [*self.remarks, *other.remarks],
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    @property
    def good(self) -> bool:
        """Everything ran and passed; a skipped test is a hole, not a success."""
        return self.passed > 0 and not (self.failed or self.skipped)


def read_report(report: Path, exit_code: int) -> Count:
    """What a JUnit file says; a run that broke off counts as a failure."""
    count = Count()
    if report.is_file():
        for case in ET.parse(report).iter("testcase"):
            name = f"{case.get('classname')}.{case.get('name')}".strip(".")
            outcomes = {child.tag: child for child in case}
            if "failure" in outcomes or "error" in outcomes:
                count.failed += 1
                count.remarks.append(f"failed: {name}")
            elif "skipped" in outcomes:
                count.skipped += 1
                why = outcomes["skipped"].get("message")
                count.remarks.append(f"skipped: {name}: {why}")
            else:
                count.passed += 1
    if exit_code and not count.failed:
        count.failed += 1
        count.remarks.append(f"pytest ended with {exit_code}")
    return count


def read_odoo_log(log: Path) -> Count:
    """Errors in Odoo's log that no test expected, and warnings about our add-ons.

    A test that expects one catches it (`assertLogs`, `mute_logger`), so it never
    reaches the log.
    """
    count = Count()
    lines = read_log(log.read_text(errors="replace")) if log.is_file() else []
    ours = tuple(f"addons.{name}" for name in names())
    ours += tuple(f"addons/{name}/" for name in names())
    warnings: Counter[str] = Counter()
    for line in lines:
        about_us = any(mark in f"{line['logger']} {line['text']}" for mark in ours)
        if line["level"] in FAILURES or (line["level"] == "WARNING" and about_us):
            count.failed += 1
            count.remarks.append(f"{line['level']} {line['logger']}: {line['text']}")
        elif line["level"] == "WARNING":
            warnings[line["logger"]] += 1
    for logger, number in warnings.most_common():
        count.remarks.append(f"WARNING of Odoo's own, {number} times: {logger}")
    return count
