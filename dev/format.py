"""``make format``: ruff lays out the code and puts imports in order."""

import subprocess

from .paths import PYTHON, ROOT


def format() -> int:
    for command in (["check", "--fix", "--quiet", "."], ["format", "."]):
        subprocess.run([PYTHON, "-m", "ruff", *command], cwd=ROOT, check=False)
    return 0
