"""The add-ons of this checkout, and prepared databases that hold them."""

import ast
import hashlib

from . import odoo, odoo_home
from .database import Server
from .libraries import REQUIREMENTS
from .paths import ADDONS

# These change no database.
LEFT_OUT = {"__pycache__", "tests", "README.md", "description"}
# A tour whose first page had to wait for them on a busy machine would give up.
PAGES = """
for name in ("web", "frontend", "frontend_minimal", "frontend_lazy", "tests"):
    bundle = env["ir.qweb"]._get_asset_bundle(f"web.assets_{name}")
    bundle.js(), bundle.css()
env.cr.commit()
"""


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
    ours = manifests()
    return [name for name in ours if not ours[name].get("auto_install")]


def foreign_depends() -> list[str]:
    """Odoo's own modules that ours stand on."""
    ours = manifests()
    depends = {name for manifest in ours.values() for name in manifest["depends"]}
    return sorted(depends - set(ours))


def foundation() -> str:
    """Changes with Odoo, its libraries and the modules ours stand on."""
    release = odoo_home.find() / "odoo" / "release.py"
    digest = hashlib.sha256(" ".join(foreign_depends()).encode())
    for file in (release, *reversed(REQUIREMENTS)):
        digest.update(file.read_bytes())
    digest.update(str(release.stat().st_mtime_ns).encode())
    return digest.hexdigest()[:12]


def fingerprint() -> str:
    """Changes with anything that a database made from the add-ons would show."""
    digest = hashlib.sha256(foundation().encode())
    for file in sorted(ADDONS.rglob("*")):
        inner = file.relative_to(ADDONS)
        if file.is_file() and not LEFT_OUT.intersection(inner.parts):
            digest.update(str(inner).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def base_template(server: Server) -> str:
    """Odoo with the modules that our add-ons stand on, without demo data."""

    def fill(part: str) -> None:
        odoo.install(server.env, "template", part, foreign_depends())

    return kept(server, "template-base-", foundation(), fill)


def suite_template(server: Server) -> str:
    """The same with our add-ons, and with the scripts and styles of their pages."""

    def fill(part: str) -> None:
        odoo.install(server.env, "template", part, names())
        odoo.shell(server.env, "template-pages", part, PAGES)

    return kept(server, "template-suite-", fingerprint(), fill, base_template(server))


def kept(server: Server, kind: str, mark: str, fill, template: str = "") -> str:
    """A database of that kind and mark; who still uses an older one keeps it."""
    if kind + mark not in server.names():
        for older in server.names(kind):
            server.drop(older, force=False)
        server.make(kind + mark, fill, template)
    return kind + mark
