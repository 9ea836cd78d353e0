"""Which Odoo 19 to use: the user's own, or the one in the user's cache."""

import os
import re
from pathlib import Path

from .paths import cache
from .problem import Problem

SERIES = "19.0"
LIBRARIES = Path("usr/lib/python3/dist-packages")


def find() -> Path | None:
    """The folder that holds the ``odoo`` package; nothing when it must be fetched."""
    if own := os.environ.get("ODOO_HOME"):
        return accept(Path(own).expanduser().resolve())
    kept = cache() / "odoo" / LIBRARIES
    return kept if (kept / "odoo" / "release.py").is_file() else None


def accept(home: Path) -> Path:
    """A source checkout or an unpacked package, of the right series."""
    for folder in (home, home / LIBRARIES):
        release = folder / "odoo" / "release.py"
        if release.is_file():
            series = read_series(release)
            if series != SERIES:
                raise Problem(
                    f"{home} is Odoo {series}: set ODOO_HOME to Odoo {SERIES}, "
                    "or leave it out and it is fetched"
                )
            return folder
    raise Problem(
        f"no odoo/release.py below {home}: set ODOO_HOME to a source checkout or "
        f"an unpacked package of Odoo {SERIES}, or leave it out and it is fetched"
    )


def read_series(release: Path) -> str:
    text = release.read_text(encoding="utf-8")
    found = re.search(r"^version_info = \((\S+), (\d+),", text, re.M)
    if not found:
        return "of an unknown series"
    return ".".join(part.strip("'") for part in found.groups())


def addons_folders(libraries: Path) -> list[Path]:
    """Odoo's own add-ons: one folder in a package, two in a source checkout."""
    folders = (libraries / "odoo" / "addons", libraries / "addons")
    return [folder for folder in folders if folder.is_dir()]
