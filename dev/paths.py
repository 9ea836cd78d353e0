"""Where everything lies."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
CONFIG = ROOT / "odoo.conf"
# What this checkout keeps between runs: databases, Odoo's files, logs.
DATA = ROOT / ".data"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

# A Unix socket's whole path fits in 107 bytes.
SOCKET_PATH_MAX = 107
SOCKET_NAME = ".s.PGSQL.5432"


def cache() -> Path:
    """The user's cache folder, shared by all checkouts."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "crm-suite"


def postgres_home(root: Path = ROOT) -> Path:
    """Where the embedded PostgreSQL keeps its data and its socket.

    Below the checkout, unless its socket's path would be too long there, or the
    ordinary user that must stand in for root could not enter.
    """
    home = root / ".data" / "postgres"
    too_long = len(os.fsencode(home / SOCKET_NAME)) > SOCKET_PATH_MAX
    user = os.geteuid()
    if not too_long and (user or open_to_all(root)):
        return home
    key = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    return Path("/var/tmp", f"crm-suite-{user}-{key}")


def open_to_all(folder: Path) -> bool:
    """Whether any user can walk into the folder."""
    return all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))
