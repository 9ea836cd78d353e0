"""The add-ons of this checkout and what a database with them depends on."""

import ast
import hashlib
from pathlib import Path

from . import odoo_home
from .paths import ADDONS, ROOT

# These change no database.
LEFT_OUT = {"__pycache__", "tests", "README.md", "description"}


def manifests() -> dict[str, dict]:
    """Each add-on's manifest by its name, in alphabetical order."""
    return {
        file.parent.name: ast.literal_eval(file.read_text(encoding="utf-8"))
        for file in sorted(ADDONS.glob("*/__manifest__.py"))
    }


def names() -> list[str]:
    return list(manifests())


def wanted() -> list[str]:
    """Those a person asks for; glue installs itself where its sides are."""
    return [
        name
        for name, manifest in manifests().items()
        if not manifest.get("auto_install")
    ]


def foreign_depends() -> list[str]:
    """Odoo's own modules that ours stand on."""
    ours = manifests()
    depends = {name for manifest in ours.values() for name in manifest["depends"]}
    return sorted(depends - set(ours))


def fingerprint() -> str:
    """Changes with anything that a database made from the add-ons would show."""
    digest = hashlib.sha256(foundation().encode())
    for file in sorted(ADDONS.rglob("*")):
        inner = file.relative_to(ADDONS)
        if file.is_file() and not LEFT_OUT.intersection(inner.parts):
            digest.update(str(inner).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def foundation() -> str:
    """Changes with Odoo, its libraries and the modules ours stand on."""
    release: Path = odoo_home.find() / "odoo" / "release.py"
    digest = hashlib.sha256(" ".join(foreign_depends()).encode())
    for file in (release, ROOT / "requirements-dev.txt", ROOT / "requirements.txt"):
        digest.update(file.read_bytes())
    digest.update(str(release.stat().st_mtime_ns).encode())
    return digest.hexdigest()[:12]
