"""Where everything lies."""

import hashlib
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
CONFIG = ROOT / "odoo.conf"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

# A Unix socket's whole path fits in 107 bytes.
SOCKET_PATH_MAX = 107
SOCKET_NAME = ".s.PGSQL.5432"


def cache() -> Path:
    """The user's cache folder, shared by all checkouts."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "crm-suite"


def data() -> Path:
    """What this checkout keeps between runs: Odoo's files, the logs."""
    return ROOT / ".data"


def postgres_home() -> Path:
    """Where the embedded PostgreSQL keeps its data and its socket.

    Below the checkout, unless its socket's path would be too long there, or the
    ordinary user that must stand in for root could not enter.
    """
    home = data() / "postgres"
    too_long = len(os.fsencode(home / SOCKET_NAME)) > SOCKET_PATH_MAX
    locked = os.geteuid() == 0 and not open_to_all(ROOT)
    if not (too_long or locked):
        return home
    key = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12]
    user = os.geteuid()
    return Path("/var/tmp" if os.path.isdir("/var/tmp") else tempfile.gettempdir()) / (
        f"crm-suite-{user}-{key}"
    )


def open_to_all(folder: Path) -> bool:
    """Whether any user can walk into the folder."""
    return all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents))
