"""The parts of ``make test``, cut into pieces that several workers share, and what
their reports and Odoo's logs say afterwards."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .addons import names
from .chromium import QUIET
from .odoo import FAILURES, read_log
from .paths import ADDONS, CONFIG, DATA, PYTHON, ROOT, cache

PARTS = ("pure", "architecture", "setup", "addons", "end_to_end")
IN_ODOO = {"addons", "end_to_end"}
# A test of a file that has never been timed counts for so long.
SECONDS_A_TEST = 1.5


@dataclass(frozen=True)
class Outcome:
    """How one test went; a line of a log that none expected is a failure, too."""

    part: str
    kind: str  # passed, failed or skipped
    name: str
    seconds: float = 0.0


def count(outcomes: Iterable[Outcome]) -> str:
    kinds = Counter(outcome.kind for outcome in outcomes)
    return "{passed} passed, {failed} failed, {skipped} skipped".format_map(kinds)


def good(outcomes: Iterable[Outcome]) -> bool:
    """Everything ran and passed; a skipped test is a hole, not a success."""
    return {outcome.kind for outcome in outcomes} == {"passed"}


@dataclass(frozen=True)
class Piece:
    """One process: a call of pytest on some files, or of the linters on all."""

    name: str
    files: tuple[Path, ...] = ()

    @property
    def parts(self) -> set[str]:
        return set(map(part_of, self.files))

    @property
    def in_odoo(self) -> bool:
        return bool(self.parts & IN_ODOO)

    def kept(self, kind: str) -> Path:
        """Where its report and its logs are."""
        return DATA / "log" / f"test-{self.name}{kind}"

    def command(self, database: str) -> list[str | Path]:
        if not self.files:
            return [PYTHON, "-m", "dev", self.name]
        command = [PYTHON, "-m", "pytest", "-q"]
        if not self.in_odoo:
            return [*command, "-p", "no:odoo", *self.files]
        flags = ("--odoo-log-level=warn", "--odoo-http", f"--odoo-config={CONFIG}")
        return [*command, *flags, f"--odoo-database={database}", *self.files]

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        # Beside others: what it starts must not write into their logs.
        env = {**env, "CHROMIUM_FLAGS": QUIET, "DEV_LOGS": self.kept("").name}
        env["TEST_REPORT"] = os.fspath(self.kept(".jsonl"))
        if self.in_odoo:
            env["ODOO_LOGFILE"] = os.fspath(self.kept("-odoo.log"))
        return env

    def read(self, code: int) -> list[Outcome]:
        """What is known of it after it ended with this code.

        A test that expects an error in Odoo's log catches it (`assertLogs`,
        `mute_logger`), so that it never reaches the log.
        """
        if not self.files:
            return [Outcome(self.name, "failed" if code else "passed", self.name)]
        lines = read(self.kept(".jsonl")).splitlines()
        found = [
            Outcome(part_of(ROOT / file_of(name)), kind, name, seconds)
            for name, kind, seconds in map(json.loads, lines)
        ]
        complaints = []
        ours = [mark for one in names() for mark in (f"addons.{one}", f"addons/{one}/")]
        for line in read_log(read(self.kept("-odoo.log"))):
            told = f"{line['level']} {line['logger']}: {line['text']}"
            about_us = any(mark in told for mark in ours)
            if line["level"] in FAILURES or (line["level"] == "WARNING" and about_us):
                complaints.append(told)
        if code and all(outcome.kind != "failed" for outcome in found):
            complaints.append(f"{self.name}: pytest ended with {code}")
        part = part_of(self.files[0])
        return [*found, *(Outcome(part, "failed", told) for told in complaints)]


def read(file: Path) -> str:
    return file.read_text("utf-8", "replace") if file.is_file() else ""


def file_of(test: str) -> str:
    return test.partition("::")[0]


def part_of(file: Path) -> str:
    if ADDONS in file.parents:
        return "addons"
    return "setup" if file.name.startswith("test_setup_") else file.parent.name


def files_of(parts: Iterable[str]) -> list[Path]:
    found = [*ADDONS.glob("*/tests/**/test_*.py"), *ROOT.glob("tests/*/test_*.py")]
    return sorted(file for file in found if part_of(file) in parts)


def cut(parts: Iterable[str], workers: int) -> list[Piece]:
    """The pieces of some parts, in the sequence in which to begin them.

    What runs in Odoo is dealt out once, a share to each worker, because the registry
    takes as long to load as ten tests. The rest goes to whoever is idle, the longest
    first, so that all end together.
    """
    whole = [part for part in ("pure", "architecture") if part in parts]
    shares = deal(files_of(IN_ODOO.intersection(parts)), workers)
    alone = seconds_of(files_of({"setup"}.intersection(parts)))
    return [
        *(Piece(part, tuple(files_of({part}))) for part in whole),
        *(Piece(f"odoo-{place}", tuple(share)) for place, share in enumerate(shares)),
        *(Piece(file.stem.removeprefix("test_"), (file,)) for file in alone),
    ]


def deal(files: Iterable[Path], hands: int) -> list[list[Path]]:
    """Deal the files out so that every hand takes about as long."""
    seconds = seconds_of(files)
    shares: list[list[Path]] = [[] for _hand in range(hands)]
    for file in seconds:
        min(shares, key=lambda share: sum(map(seconds.get, share))).append(file)
    return [sorted(share) for share in shares if share]


def seconds_of(files: Iterable[Path]) -> dict[Path, float]:
    """What each file took when it last ran, or by its tests; the longest first."""
    known = durations()
    seconds = {}
    for file in files:
        guess = SECONDS_A_TEST * file.read_text("utf-8").count("def test_")
        seconds[file] = known.get(os.fspath(file.relative_to(ROOT)), guess)
    return dict(sorted(seconds.items(), key=lambda pair: -pair[1]))


def durations() -> dict[str, float]:
    try:
        return json.loads((cache() / "durations.json").read_text())
    except (OSError, ValueError):
        return {}


def keep_durations(outcomes: Iterable[Outcome]) -> None:
    files: Counter[str] = Counter()
    for outcome in outcomes:
        if outcome.seconds:
            files[file_of(outcome.name)] += outcome.seconds
    cache().mkdir(parents=True, exist_ok=True)
    text = json.dumps(durations() | files, indent=0, sort_keys=True)
    (cache() / "durations.json").write_text(text)
