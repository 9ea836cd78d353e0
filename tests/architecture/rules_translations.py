"""Persian is whole: every term that Odoo exports has its translation."""

import re
from pathlib import Path

import polib
from rules import each, rule
from sources import place

COMPLETE = ("fa",)
HEAD = 'msgid ""\nmsgstr ""\n\n'
POT = f'{HEAD}msgid "%(n)s days"\nmsgstr ""\n'
GOOD = f'{HEAD}msgid "%(n)s days"\nmsgstr "%(n)s روز"\n'


@rule(
    faults=[
        {"__init__.py": ""},
        {"i18n/sample.pot": POT},
        {"i18n/sample.pot": POT, "i18n/fa.po": POT},
        {"i18n/sample.pot": POT, "i18n/fa.po": HEAD},
        {"i18n/sample.pot": HEAD, "i18n/fa.po": GOOD},
        {
            "i18n/sample.pot": POT,
            "i18n/fa.po": GOOD.replace("msgid", "#, fuzzy\nmsgid"),
        },
    ],
    passed=[{"i18n/sample.pot": POT, "i18n/fa.po": GOOD}],
)
def untranslated(addon: Path) -> list[str]:
    """What the translations lack, what they have too much."""
    template = addon / "i18n" / f"{addon.name}.pot"
    files = [template, *(template.with_name(f"{name}.po") for name in COMPLETE)]
    if gone := [file for file in files if not file.is_file()]:
        return [f"{place(gone[0])} is missing: make i18n"]
    found = []
    for file in files[1:]:
        differing = terms(template) ^ terms(file)
        found += [f"{place(file)} not in both: {term}" for term in sorted(differing)]
        found += [
            f"{place(file)} {entry.msgid}"
            for entry in polib.pofile(str(file))
            if not entry.translated() or entry.fuzzy
        ]
    return found


def terms(file: Path) -> set[tuple[str, str]]:
    return {(entry.msgctxt or "", entry.msgid) for entry in polib.pofile(str(file))}


@rule(
    faults=each("i18n/fa.po", GOOD.replace("%(n)s روز", "روز")),
    passed=each("i18n/fa.po", GOOD, POT),
)
def lost_placeholders(addon: Path) -> list[str]:
    """Translations that name other values than the term does."""
    return [
        f"{place(file)} {entry.msgid}"
        for file in sorted((addon / "i18n").glob("*.po"))
        for entry in polib.pofile(str(file))
        if entry.msgstr and placeholders(entry.msgid) != placeholders(entry.msgstr)
    ]


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd.\w]|%[sd]", text))
