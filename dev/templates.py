"""Prepared databases to copy from, remade when what they hold has changed."""

from collections.abc import Mapping

from . import addons, odoo
from .database import Server

# A tour whose first page had to wait for them on a busy machine would give up.
PAGES = "env['ir.qweb']._pregenerate_assets_bundles()\nenv.cr.commit()\n"


def base(server: Server, env: Mapping[str, str]) -> str:
    """Odoo with the modules that our add-ons stand on, without demo data."""
    name = f"template-base-{addons.foundation()}"
    if name not in server.names():
        forget("template-base-", server)
        modules = addons.foreign_depends()
        server.make(name, lambda part: odoo.install(env, "template", part, modules))
    return name


def suite(server: Server, env: Mapping[str, str]) -> str:
    """The same with our add-ons, and with the scripts and styles of their pages."""

    def fill(part: str) -> None:
        odoo.install(env, "template", part, addons.names())
        shell = ("shell", "-d", part, "--no-http")
        odoo.batch(env, "template-pages", *shell, input=PAGES, text=True)

    name = f"template-suite-{addons.fingerprint()}"
    if name not in server.names():
        forget("template-suite-", server)
        server.make(name, fill, template=base(server, env))
    return name


def forget(prefix: str, server: Server) -> None:
    """Drop what was made before; who still uses one keeps it."""
    for name in server.names(prefix):
        server.drop(name, force=False)
