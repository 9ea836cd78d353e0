"""``make test``: lint and every test by several workers, with one closing line."""

import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import addons, chromium
from .commands import Problem, chosen, die_with_parent, step
from .database import Server, ground
from .odoo import FAILURES, read_log
from .paths import ADDONS, CONFIG, DATA, PYTHON, ROOT

PARTS = ("pure", "architecture", "setup", "addons", "end_to_end")
IN_ODOO = {"addons", "end_to_end"}
MOST_WORKERS = 4
SLOWEST = 20


def test(*parts: str) -> int:
    if unknown := set(parts) - set(PARTS):
        raise Problem(f"no part {unknown.pop()}: choose from {', '.join(PARTS)}")
    wanted = parts or ("lint", *PARTS)
    number = how_many_workers()
    pieces = [Piece("lint")] if "lint" in wanted else []
    pieces += cut(wanted, number)
    with ground() as server, Workers(number, server) as workers:
        # What needs no database begins while one is made.
        later = [piece for piece in pieces if piece.parts & {*IN_ODOO, "setup"}]
        begun = [workers.begin(piece) for piece in pieces if piece not in later]
        if later:
            with step("browser and template") as said:
                said(chromium.provide() if IN_ODOO & set(wanted) else "ready")
                workers.template = addons.suite_template(server)
            begun += map(workers.begin, later)
        outcomes = [outcome for future in begun for outcome in future.result()]
    return close(outcomes, wanted)


def how_many_workers() -> int:
    """As many as there are processors, four at most."""
    processors = len(os.sched_getaffinity(0))
    return min(chosen("WORKERS", processors, 99), MOST_WORKERS)


@dataclass(frozen=True)
class Outcome:
    """How one test went; a line of a log that none expected is a failure, too."""

    part: str
    kind: str  # passed, failed or skipped
    name: str
    seconds: float = 0.0


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
        flags = ["-p", "no:odoo"]
        if self.in_odoo:
            flags = ["--odoo-log-level=warn", "--odoo-http", f"--odoo-config={CONFIG}"]
            flags.append(f"--odoo-database={database}")
        return [PYTHON, "-m", "pytest", "-q", *flags, *self.files]

    def environment(self) -> dict[str, str]:
        # Beside others: what it starts must not write into their logs.
        env = {"DEV_LOGS": self.kept("").name, "CHROMIUM_FLAGS": chromium.QUIET}
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
            Outcome(part_of(ROOT / name.partition("::")[0]), kind, name, seconds)
            for name, kind, seconds in map(json.loads, lines)
        ]
        complaints = []
        ours = [mark for one in addons.names() for mark in (f".{one}", f"/{one}/")]
        for line in read_log(read(self.kept("-odoo.log"))):
            told = f"{line['level']} {line['logger']}: {line['text']}"
            about_us = any(f"addons{mark}" in told for mark in ours)
            if line["level"] in FAILURES or (line["level"] == "WARNING" and about_us):
                complaints.append(told)
        if code and all(outcome.kind != "failed" for outcome in found):
            complaints.append(f"{self.name}: pytest ended with {code}")
        part = part_of(self.files[0])
        return [*found, *(Outcome(part, "failed", told) for told in complaints)]


def read(file: Path) -> str:
    return file.read_text("utf-8", "replace") if file.is_file() else ""


def part_of(file: Path) -> str:
    if ADDONS in file.parents:
        return "addons"
    return "setup" if file.name.startswith("test_setup_") else file.parent.name


def cut(parts: Iterable[str], workers: int) -> list[Piece]:
    """The pieces of some parts, in the sequence in which to begin them.

    What runs in Odoo is dealt out once, a share to each worker, because the registry
    takes as long to load as ten tests. The rest goes to whoever is idle, the longest
    first, so that all end about together; nothing tells that better than their size.
    """

    def size(file: Path) -> int:
        return file.stat().st_size

    files = [*ADDONS.glob("*/tests/**/test_*.py"), *ROOT.glob("tests/*/test_*.py")]
    files.sort(key=size, reverse=True)
    shares: dict[str, list[Path]] = {part: [] for part in ("pure", "architecture")}
    in_odoo: list[list[Path]] = [[] for _worker in range(workers)]
    shares |= {f"odoo-{place}": share for place, share in enumerate(in_odoo)}
    for file in files:
        part = part_of(file)
        if part in IN_ODOO.intersection(parts):
            min(in_odoo, key=lambda share: sum(map(size, share))).append(file)
        elif part in parts:
            shares.setdefault(file.stem if part == "setup" else part, []).append(file)
    return [Piece(name, tuple(sorted(shares[name]))) for name in shares if shares[name]]


class Workers(ThreadPoolExecutor):
    """Run pieces at one time, each that needs one on its own copy of the template."""

    def __init__(self, number: int, server: Server) -> None:
        super().__init__(number)
        self.server = server
        self.template = ""
        self.processes: set[subprocess.Popen] = set()

    def __exit__(self, kind, *error) -> None:
        if kind:
            self.shutdown(wait=False, cancel_futures=True)
            for process in list(self.processes):
                process.terminate()
        super().__exit__(kind, *error)

    def begin(self, piece: Piece) -> Future[list[Outcome]]:
        return self.submit(self.run, piece)

    def run(self, piece: Piece) -> list[Outcome]:
        if not piece.in_odoo:
            return self.watch(piece)
        with self.server.copied(self.template, piece.name) as database:
            return self.watch(piece, database)

    def watch(self, piece: Piece, database: str = "") -> list[Outcome]:
        """Run one piece and say how it went, at length only what did not go well."""
        started = time.monotonic()
        piece.kept("").mkdir(parents=True, exist_ok=True)
        for kind in (".jsonl", "-odoo.log"):
            piece.kept(kind).unlink(missing_ok=True)
        with piece.kept(".log").open("w") as output:
            process = subprocess.Popen(
                piece.command(database),
                cwd=ROOT,
                env={**self.server.env, **piece.environment()},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent,
            )
            self.processes.add(process)
            code = process.wait()
            self.processes.discard(process)
        outcomes = piece.read(code)
        if not good(outcomes):
            print(piece.kept(".log").read_text(errors="replace"))
        took = time.monotonic() - started
        print(f"== {piece.name}: {count(outcomes)}, {took:.0f} s", flush=True)
        return outcomes


def close(outcomes: list[Outcome], parts: tuple[str, ...]) -> int:
    """What took long, a line for each part, what to look at, and the closing line."""
    print("\nThe slowest tests:")
    slowest = sorted(outcomes, key=lambda outcome: -outcome.seconds)[:SLOWEST]
    print(*(f"{one.seconds:7.1f} s  {one.name}" for one in slowest), sep="\n")
    if in_addons := [one.seconds for one in outcomes if one.part == "addons"]:
        mean = sum(in_addons) / len(in_addons)
        print(f"{mean:7.2f} s an add-on test on the average of {len(in_addons)}")
    each = {part: [one for one in outcomes if one.part == part] for part in parts}
    for part, found in each.items():
        print(f"{part:14}{count(found) if found else 'there is no test'}")
    bad = [f"  {one.kind}: {one.name}" for one in outcomes if one.kind != "passed"]
    print(*bad, count(outcomes), sep="\n")
    return 0 if all(map(good, each.values())) else 1


def count(outcomes: Iterable[Outcome]) -> str:
    kinds = Counter(outcome.kind for outcome in outcomes)
    return "{passed} passed, {failed} failed, {skipped} skipped".format_map(kinds)


def good(outcomes: Iterable[Outcome]) -> bool:
    """Everything ran and passed; a skipped test is a hole, not a success."""
    return {outcome.kind for outcome in outcomes} == {"passed"}
