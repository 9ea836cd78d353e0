"""``make i18n``: Odoo exports the terms, the translations take them in."""

import re
from collections.abc import Mapping
from pathlib import Path

import polib

from . import addons, odoo
from .commands import step
from .database import Server, ground
from .paths import ADDONS, ROOT

VALUE = re.compile(r"%\(\w+\)[sd.\w]|%[sd]")
EXPORT = """
from odoo.tools.translate import trans_export
for name, file in {files!r}.items():
    with open(file, "wb") as output:
        trans_export(None, [name], output, "po", env)
"""


def i18n() -> int:
    files = {name: template(name) for name in addons.names()}
    with ground() as server, step("terms"):
        export(server, addons.suite_template(server), files)
    missing = []
    for terms in files.values():
        # Persian must be there and whole; other languages are welcome.
        for file in {*terms.parent.glob("*.po"), terms.with_name("fa.po")}:
            left = merge(terms, file)
            if file.stem == "fa":
                missing += [f"{file.relative_to(ROOT)}: {term!r}" for term in left]
    print("\n".join(missing) or "Every term is translated.")
    return 1 if missing else 0


def template(name: str) -> Path:
    return ADDONS / name / "i18n" / f"{name}.pot"


def export(server: Server, database: str, files: Mapping[str, Path]) -> None:
    """Have Odoo write each add-on's .pot, less the dates that change every time."""
    for file in files.values():
        file.parent.mkdir(exist_ok=True)
    script = EXPORT.format(files={name: str(file) for name, file in files.items()})
    odoo.shell(server.env, "i18n", database, script)
    for file in files.values():
        found = polib.pofile(str(file))
        for field in ("POT-Creation-Date", "PO-Revision-Date"):
            found.metadata.pop(field, None)
        found.save()


def merge(template: Path, file: Path) -> list[str]:
    """Bring a translation up to the .pot; the terms that it lacks then."""
    terms = polib.pofile(str(template))
    if file.is_file():
        translation = polib.pofile(str(file))
    else:
        translation = polib.POFile()
        translation.metadata = {**terms.metadata, "Language": file.stem}
    translation.merge(terms)
    for entry in translation.obsolete_entries():
        translation.remove(entry)
    translation.save(str(file))
    return [one.msgid for one in translation if not whole(one)]


def whole(entry: polib.POEntry) -> bool:
    """Translated, with the values that the term names."""
    term, said = map(VALUE.findall, (entry.msgid, entry.msgstr))
    return entry.translated() and not entry.fuzzy and sorted(term) == sorted(said)
