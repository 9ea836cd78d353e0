"""The virtual environment of the checkout."""

import hashlib
import os
import sys
import sysconfig
from pathlib import Path

from .commands import run
from .paths import PYTHON, ROOT, VENV

REQUIREMENTS = ROOT / "requirements-dev.txt"
STAMP = VENV / "requirements.sha256"


def inside() -> bool:
    """Whether this very process runs in the environment."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def wanted() -> str:
    """What the environment is made from; another value means make it anew."""
    digest = hashlib.sha256(str(sys.version_info[:2]).encode())
    for name in ("requirements.txt", "requirements-dev.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def ready() -> bool:
    return STAMP.is_file() and STAMP.read_text() == wanted()


def make() -> None:
    if not (inside() and PYTHON.exists()):
        run(
            "venv",
            [sys.executable, "-m", "venv", "--clear", VENV],
            "install python3-venv and run it again",
        )
    run(
        "pip",
        [
            *(PYTHON, "-m", "pip", "install", "--disable-pip-version-check"),
            # Python compiles what it imports: half of all this is never imported.
            "--no-compile",
            # A wheel for everything: no compiler is asked for. docopt alone has
            # none, and is plain Python.
            *("--only-binary", ":all:", "--no-binary", "docopt"),
            *("-r", REQUIREMENTS),
        ],
        "check the network to your package index, or take another Python "
        "(make PYTHON=…) that has a wheel for it, and run it again",
    )
    STAMP.write_text(wanted())


def link(libraries: Path) -> None:
    """Let the environment's Python, which runs this, import Odoo where it lies."""
    path = Path(sysconfig.get_path("purelib")) / "odoo-home.pth"
    line = os.fspath(libraries) + "\n"
    if not path.is_file() or path.read_text() != line:
        path.write_text(line)
