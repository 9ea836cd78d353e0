"""Running other programs: quiet when they work, one line when they do not."""

import errno
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .paths import data
from .problem import Problem


def log_file(name: str) -> Path:
    folder = data() / "log"
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

    When it fails, the problem names its last line, the log and the hint.
    """
    log = log_file(name)
    try:
        with log.open("w+", encoding="utf-8", errors="replace") as output:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                check=False,
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
        return f"the disk is full: free some space and run it again ({log})"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1] if lines else "it said nothing"
    return f"{last[:200]}: {hint} (all of it: {log})"
