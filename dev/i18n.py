"""``make i18n``: Odoo exports the terms, the translations take them in."""

from collections.abc import Mapping
from pathlib import Path

import polib

from . import addons, odoo, templates
from .paths import ADDONS
from .setup import ground
from .steps import Steps

# The languages in which every term must be there.
COMPLETE = ("fa",)


def i18n() -> int:
    steps = Steps(4, done=1)
    with ground(steps) as (env, server), steps.step("terms") as said:
        database = templates.suite(server, env)
        for name in addons.names():
            export(env, database, name, template(name))
            for language in languages(name):
                merge(name, language)
        said(", ".join(addons.names()))
    missing = [line for name in addons.names() for line in untranslated(name)]
    print("\n".join(missing) or "Every term is translated.")
    return 1 if missing else 0


def folder(name: str) -> Path:
    return ADDONS / name / "i18n"


def template(name: str) -> Path:
    return folder(name) / f"{name}.pot"


def languages(name: str) -> list[str]:
    """Those that the add-on has, and those that it must have."""
    found = {file.stem for file in folder(name).glob("*.po")}
    return sorted(found.union(COMPLETE))


def export(env: Mapping[str, str], database: str, name: str, file: Path) -> None:
    """Have Odoo write the .pot, without the dates that change at every export."""
    file.parent.mkdir(exist_ok=True)
    where = ("-d", database, "-o", str(file))
    odoo.batch(env, f"i18n-{name}", "i18n", "export", *where, name, "-l", "pot")
    terms = polib.pofile(str(file))
    for field in ("POT-Creation-Date", "PO-Revision-Date"):
        terms.metadata.pop(field, None)
    terms.save(str(file))


def merge(name: str, language: str) -> None:
    """Bring a translation up to the .pot: new terms come in, old ones go."""
    file = folder(name) / f"{language}.po"
    terms = polib.pofile(str(template(name)))
    if file.is_file():
        translation = polib.pofile(str(file))
    else:
        translation = polib.POFile()
        translation.metadata = {**terms.metadata, "Language": language}
    translation.merge(terms)
    for entry in translation.obsolete_entries():
        translation.remove(entry)
    translation.save(str(file))


def untranslated(name: str) -> list[str]:
    """One line for each term that a complete language lacks."""
    return [
        f"{file.relative_to(ADDONS.parent)}: {entry.msgid!r}"
        for file in (folder(name) / f"{language}.po" for language in COMPLETE)
        for entry in polib.pofile(str(file))
        if not entry.obsolete and (not entry.translated() or entry.fuzzy)
    ]
