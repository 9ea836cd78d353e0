"""``make bench``: what tests/bench measures, one JSON line a measure."""

import subprocess

from .paths import PYTHON, ROOT
from .setup import ground


def bench(*arguments: str) -> int:
    with ground() as (env, _server):
        command = [PYTHON, "tests/bench", *arguments]
        return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
