"""``make test``: lint and every test, with one closing line."""

import os
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from . import chromium, suites, templates
from .commands import die_with_parent
from .database import Server
from .paths import ROOT
from .problem import Problem
from .report import Count, Outcome, read_piece
from .setup import ground
from .steps import step
from .suites import PARTS, Durations, Piece

MOST_WORKERS = 4
SLOWEST = 20


def test(*parts: str) -> int:
    if unknown := set(parts) - set(PARTS):
        raise Problem(f"no part {unknown.pop()}: choose from {', '.join(PARTS)}")
    wanted = parts or PARTS
    number = how_many_workers()
    pieces = [*([] if parts else [Piece("lint")]), *suites.cut(wanted, number)]
    with ground() as (env, server), Workers(number, env, server) as workers:
        workers.alone = len(pieces) == 1
        # What needs no database begins while one is made.
        begun = [workers.begin(piece) for piece in pieces if not piece.on_database]
        if later := [piece for piece in pieces if piece.on_database]:
            with step("browser and template") as said:
                said(chromium.provide() if suites.IN_ODOO & set(wanted) else "ready")
                workers.template = templates.suite(server, env)
            begun += [workers.begin(piece) for piece in later]
        outcomes = [outcome for future in begun for outcome in future.result()]
    return close(outcomes, [*([] if parts else ["lint"]), *wanted])


def how_many_workers() -> int:
    """As many as there are processors, four at most."""
    named = os.environ.get("WORKERS") or str(len(os.sched_getaffinity(0)))
    if not named.isdecimal() or int(named) < 1:
        raise Problem(f"WORKERS is {named}: make it a number, such as 2")
    return min(int(named), MOST_WORKERS)


class Workers:
    """Run pieces at one time, each that needs one on its own copy of the template."""

    def __init__(self, number: int, env: Mapping[str, str], server: Server) -> None:
        self.env = env
        self.server = server
        self.template = ""
        self.alone = False
        self.pool = ThreadPoolExecutor(number)
        self.processes: set[subprocess.Popen] = set()

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, kind, *_error) -> None:
        if kind:
            self.pool.shutdown(wait=False, cancel_futures=True)
            for process in list(self.processes):
                process.terminate()
        self.pool.shutdown()

    def begin(self, piece: Piece) -> Future[list[Outcome]]:
        return self.pool.submit(self.run, piece)

    def run(self, piece: Piece) -> list[Outcome]:
        if not piece.in_odoo:
            return self.watch(piece)
        with self.server.copied(self.template, piece.name) as database:
            return self.watch(piece, database)

    def watch(self, piece: Piece, database: str = "") -> list[Outcome]:
        """Run one piece and say how it went, at length only what did not go well."""
        started = time.monotonic()
        piece.kept("").mkdir(parents=True, exist_ok=True)
        for kind in (".xml", "-odoo.log"):
            piece.kept(kind).unlink(missing_ok=True)
        with piece.kept(".log").open("w") as output:
            process = subprocess.Popen(
                piece.command(database),
                cwd=ROOT,
                env=piece.environment(self.env),
                stdin=subprocess.DEVNULL,
                stdout=None if self.alone else output,
                stderr=None if self.alone else subprocess.STDOUT,
                preexec_fn=die_with_parent,
            )
            self.processes.add(process)
            code = process.wait()
            self.processes.discard(process)
        outcomes = read_piece(piece, code)
        count = Count.of(outcomes)
        if not count.good:
            print(piece.kept(".log").read_text(errors="replace"))
        took = time.monotonic() - started
        print(f"== {piece.name}: {count}, {took:.0f} s", flush=True)
        return outcomes


def close(outcomes: list[Outcome], parts: list[str]) -> int:
    """The summary: what took long, a line for each part, what to look at, and the
    closing line."""
    print(*tell_times(outcomes), sep="\n")
    counts = {}
    for part in parts:
        of_part = [outcome for outcome in outcomes if outcome.part == part]
        counts[part] = Count.of(of_part)
        print(f"{part:14}{counts[part]}" if of_part else f"{part:14}there is no test")
    print(*(f"  {outcome}" for outcome in outcomes if outcome.remarkable), sep="\n")
    print(Count.of(outcomes))
    return 0 if all(count.good for count in counts.values()) else 1


def tell_times(outcomes: list[Outcome]) -> list[str]:
    """Keep the seconds of each file for the next run, and tell the longest ones."""
    timed = [outcome for outcome in outcomes if outcome.file]
    files: dict[str, float] = {}
    for outcome in timed:
        files[outcome.file] = files.get(outcome.file, 0) + outcome.seconds
    Durations(Durations.read() | files).keep()
    timed.sort(key=lambda outcome: outcome.seconds, reverse=True)
    said = [f"{one.seconds:7.1f} s  {one.name}" for one in timed[:SLOWEST]]
    in_addons = [one.seconds for one in timed if one.part == "addons"]
    if in_addons:
        mean = sum(in_addons) / len(in_addons)
        said.append(f"{mean:7.2f} s an add-on test on the average of {len(in_addons)}")
    return ["", "The slowest tests:", *said, ""]
