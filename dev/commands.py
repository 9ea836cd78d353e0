"""Running other programs: quiet when they work, one line when they do not."""

import ctypes
import errno
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from .paths import DATA

PR_SET_PDEATHSIG = 1


class Problem(Exception):
    """A failure that the user can mend: it says what is wrong and what to do."""


@contextmanager
def step(title: str) -> Iterator[Callable[[str], None]]:
    """Show ``Odoo 19 … fetched, 14 s``; what is yielded takes words for a result."""
    started = time.monotonic()
    said = ["done"]
    print(f"{title} …", end="", flush=True)
    try:
        yield said.append
    except BaseException:
        print(flush=True)
        raise
    seconds = time.monotonic() - started
    print(f" {said[-1]}" + (f", {seconds:.0f} s" if seconds >= 1 else ""), flush=True)


def die_with_parent() -> None:
    """Called in a child: end it even if this process is killed outright."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def log_file(name: str) -> Path:
    # What tests do at one time, they write apart.
    folder = DATA / "log" / os.environ.get("PYTEST_XDIST_WORKER", "")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def run(
    name: str,
    command: Sequence[str | Path],
    hint: str,
    env: Mapping[str, str] | None = None,
    **options,
) -> str:
    """Run a command with its output in a log; return that output.

    When it fails, the problem names its last line, the hint and the log.
    """
    log = log_file(name)
    try:
        with log.open("w", encoding="utf-8") as output:
            done = subprocess.run(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                check=False,
                preexec_fn=die_with_parent,
                **{"input": b"", **options},
            )
    except FileNotFoundError as error:
        raise Problem(f"{command[0]} is not installed: {hint}") from error
    if done.returncode:
        raise explained(log, hint)
    return log.read_text("utf-8", errors="replace")


def explained(log: Path, hint: str) -> Problem:
    """The one line for a command that failed."""
    text = log.read_text("utf-8", errors="replace").strip() or "it said nothing"
    last = text.splitlines()[-1].strip().rstrip(".")[:200]
    if os.strerror(errno.ENOSPC) in text:
        last, hint = "the disk is full", "free some space and run it again"
    return Problem(f"{last}: {hint} (log: {log})")


def chosen(variable: str, default: int, most: int) -> int:
    """The number that the user chose by a variable of the environment."""
    named = os.environ.get(variable) or str(default)
    if not named.isdecimal() or not 0 < int(named) <= most:
        raise Problem(f"{variable} is {named}: make it a number, such as {default}")
    return int(named)
