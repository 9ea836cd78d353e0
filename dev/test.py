"""``make test``: lint and every test, with one closing line."""

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from . import addons, chromium, suites
from .commands import Problem, die_with_parent, step
from .database import Server, ground
from .paths import ROOT
from .suites import IN_ODOO, PARTS, Outcome, Piece

MOST_WORKERS = 4
SLOWEST = 20


def test(*parts: str) -> int:
    if unknown := set(parts) - set(PARTS):
        raise Problem(f"no part {unknown.pop()}: choose from {', '.join(PARTS)}")
    wanted = parts or ("lint", *PARTS)
    number = how_many_workers()
    pieces = [Piece("lint")] if "lint" in wanted else []
    pieces += suites.cut(wanted, number)
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
    named = os.environ.get("WORKERS") or str(len(os.sched_getaffinity(0)))
    if not named.isdecimal() or int(named) < 1:
        raise Problem(f"WORKERS is {named}: make it a number, such as 2")
    return min(int(named), MOST_WORKERS)


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

    def begin(self, piece: Piece):
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
                env=piece.environment(self.server.env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent,
            )
            self.processes.add(process)
            code = process.wait()
            self.processes.discard(process)
        outcomes = piece.read(code)
        if not suites.good(outcomes):
            print(piece.kept(".log").read_text(errors="replace"))
        took = time.monotonic() - started
        print(f"== {piece.name}: {suites.count(outcomes)}, {took:.0f} s", flush=True)
        return outcomes


def close(outcomes: list[Outcome], parts: tuple[str, ...]) -> int:
    """What took long, a line for each part, what to look at, and the closing line."""
    suites.keep_durations(outcomes)
    print("\nThe slowest tests:")
    slowest = sorted(outcomes, key=lambda outcome: -outcome.seconds)[:SLOWEST]
    print(*(f"{one.seconds:7.1f} s  {one.name}" for one in slowest), sep="\n")
    if in_addons := [one.seconds for one in outcomes if one.part == "addons"]:
        mean = sum(in_addons) / len(in_addons)
        print(f"{mean:7.2f} s an add-on test on the average of {len(in_addons)}")
    print()
    each = {part: [one for one in outcomes if one.part == part] for part in parts}
    for part, found in each.items():
        print(f"{part:14}{suites.count(found) if found else 'there is no test'}")
    for one in outcomes:
        if one.kind != "passed":
            print(f"  {one.kind}: {one.name}")
    print(suites.count(outcomes))
    return 0 if all(map(suites.good, each.values())) else 1
