"""Prepared databases to copy from, remade when what they hold has changed."""

from collections.abc import Mapping

from . import addons, odoo
from .database import Server


def base(server: Server, env: Mapping[str, str]) -> str:
    """Odoo with the modules that our add-ons stand on, without demo data."""
    name = f"template-base-{addons.foundation()}"
    if name not in server.names():
        forget("template-base-", server)
        modules = addons.foreign_depends()
        server.make(name, lambda part: odoo.install(env, "template", part, modules))
    return name


def suite(server: Server, env: Mapping[str, str]) -> str:
    """The same with our add-ons."""
    name = f"template-suite-{addons.fingerprint()}"
    if name not in server.names():
        forget("template-suite-", server)
        server.make(
            name,
            lambda part: odoo.install(env, "template", part, addons.names()),
            template=base(server, env),
        )
    return name


def forget(prefix: str, server: Server) -> None:
    """Drop what was made before; who still uses one keeps it."""
    for name in server.names(prefix):
        server.drop(name, force=False)
