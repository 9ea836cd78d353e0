"""The Python libraries, in the virtual environment of the checkout."""

import os
import sys
import sysconfig
from pathlib import Path

from .commands import run, step
from .paths import PYTHON, ROOT, VENV

REQUIREMENTS = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]
# What the environment was made from; something else means make it anew.
STAMP = VENV / "made-from.txt"


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
    texts = [file.read_text("utf-8") for file in REQUIREMENTS]
    return "\n".join([sysconfig.get_python_version(), *texts])


def ready() -> bool:
    return STAMP.is_file() and STAMP.read_text("utf-8") == wanted()


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
    STAMP.write_text(wanted(), "utf-8")


def link(libraries: Path) -> None:
    """Let the environment's Python, which runs this, import Odoo where it lies."""
    path = Path(sysconfig.get_path("purelib"), "odoo-home.pth")
    if not path.is_file() or path.read_text() != f"{libraries}\n":
        path.write_text(f"{libraries}\n")
