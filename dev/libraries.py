"""The Python libraries, in the virtual environment of the checkout."""

import hashlib
import os
import sys
import sysconfig
from pathlib import Path

from .commands import run, step
from .paths import PYTHON, ROOT, VENV

REQUIREMENTS = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]
STAMP = VENV / "requirements.sha256"


def enter(*arguments: str) -> None:
    """Go on in the virtual environment, made first where it lacks."""
    if ready() and Path(sys.prefix).resolve() == VENV.resolve():
        return
    with step("Python libraries") as said:
        said("ready")
        if not ready():
            make()
            said("installed")
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "dev", *arguments])


def wanted() -> str:
    """What the environment is made from; another value means make it anew."""
    digest = hashlib.sha256(str(sys.version_info[:2]).encode())
    for file in REQUIREMENTS:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def ready() -> bool:
    return STAMP.is_file() and STAMP.read_text() == wanted()


def make() -> None:
    # Not the environment's own Python, which goes now.
    python = Path(sys.executable).resolve()
    hint = "install python3-venv and run it again"
    run("venv", [python, "-m", "venv", "--clear", VENV], hint)
    run(
        "pip",
        [
            *(PYTHON, "-m", "pip", "install", "--disable-pip-version-check"),
            # Python compiles what it imports: half of all this is never imported.
            "--no-compile",
            # A wheel for everything: no compiler is asked for. docopt alone has
            # none, and is plain Python.
            *("--only-binary", ":all:", "--no-binary", "docopt"),
            *("-r", REQUIREMENTS[-1]),
        ],
        "check the network to your package index, or take another Python "
        "(make PYTHON=…) that has a wheel for it, and run it again",
    )
    STAMP.write_text(wanted())


def link(libraries: Path) -> None:
    """Let the environment's Python, which runs this, import Odoo where it lies."""
    path = Path(sysconfig.get_path("purelib"), "odoo-home.pth")
    if not path.is_file() or path.read_text() != f"{libraries}\n":
        path.write_text(f"{libraries}\n")
