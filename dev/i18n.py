"""``make i18n``: Odoo exports the terms, the translations take them in."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import polib

from . import addons, odoo, templates
from .paths import ADDONS
from .setup import ground
from .steps import step

# The languages in which every term must be there.
COMPLETE = ("fa",)


def i18n() -> int:
    with ground() as (env, server), step("terms") as said:
        database = templates.suite(server, env)
        with TemporaryDirectory() as new:
            for name, file in export(env, database, Path(new)).items():
                template(name).parent.mkdir(exist_ok=True)
                shutil.copy(file, template(name))
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


def export(env: Mapping[str, str], database: str, folder: Path) -> dict[str, Path]:
    """Have Odoo write each add-on's .pot, less the dates that change every time."""
    files = {name: folder / f"{name}.pot" for name in addons.names()}
    script = "from odoo.tools.translate import trans_export\n" + "".join(
        f"with open({str(file)!r}, 'wb') as output:\n"
        f"    trans_export(None, [{name!r}], output, 'po', env)\n"
        for name, file in files.items()
    )
    odoo.batch(
        *(env, "i18n", "shell", "-d", database, "--no-http"), input=script, text=True
    )
    for file in files.values():
        found = polib.pofile(str(file))
        for field in ("POT-Creation-Date", "PO-Revision-Date"):
            found.metadata.pop(field, None)
        found.save(str(file))
    return files


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
