"""Running other programs: quiet when they work, one line when they do not."""

import ctypes
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .paths import data
from .problem import Problem

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Called in a child: end it even if this process is killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def log_file(name: str) -> Path:
    folder = data() / "log" / os.environ.get("DEV_LOGS", "")
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
    if "input" not in options:
        options["stdin"] = subprocess.DEVNULL
    try:
        with log.open("w+", encoding="utf-8", errors="replace") as output:
            done = subprocess.run(
                [str(part) for part in command],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                check=False,
                preexec_fn=die_with_parent,
                **options,
            )
            output.seek(0)
            text = output.read()
    except FileNotFoundError as error:
        raise Problem(f"{command[0]} is not installed: {hint}") from error
    if done.returncode:
        raise Problem(explain(text, hint, log))
    return text


def explain(text: str, hint: str, log: Path) -> str:
    """The one line for a failed command."""
    if os.strerror(errno.ENOSPC) in text:
        return f"the disk is full: free some space and run it again (log: {log})"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1].rstrip(".") if lines else "it said nothing"
    return f"{last[:200]}: {hint} (log: {log})"
