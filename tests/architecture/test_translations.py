"""Persian is whole: every term that Odoo exports has its translation."""

import re
from pathlib import Path

import polib

COMPLETE = ("fa",)


def terms(file: Path) -> set[tuple[str, str]]:
    return {(entry.msgctxt or "", entry.msgid) for entry in polib.pofile(str(file))}


def missing(addon: Path) -> list[str]:
    """What the translations lack, what they have too much."""
    template = addon / "i18n" / f"{addon.name}.pot"
    if not template.is_file():
        return [f"{template.name} is missing: make i18n"]
    found = []
    for language in COMPLETE:
        file = template.with_name(f"{language}.po")
        if not file.is_file():
            found.append(f"{file.name} is missing: make i18n")
            continue
        entries = polib.pofile(str(file))
        found += [
            f"not in {file.name}: {term}" for term in terms(template) - terms(file)
        ]
        found += [
            f"only in {file.name}: {term}" for term in terms(file) - terms(template)
        ]
        found += [
            f"{language}: {entry.msgid}"
            for entry in entries
            if not entry.translated() or entry.fuzzy
        ]
    return found


def lost_placeholders(addon: Path) -> list[str]:
    """Translations that name other values than the term does."""
    found = []
    for file in sorted((addon / "i18n").glob("*.po")):
        for entry in polib.pofile(str(file)):
            named = [
                sorted(re.findall(r"%\(\w+\)[sd.\w]|%[sd]", text))
                for text in (entry.msgid, entry.msgstr)
            ]
            if entry.msgstr and named[0] != named[1]:
                found.append(f"{file.name}: {entry.msgid}")
    return found


def test_every_term_is_translated(addon):
    assert missing(addon) == []


def test_translations_keep_their_values(addon):
    assert lost_placeholders(addon) == []


POT = (
    'msgid ""\nmsgstr ""\n\nmsgid "Value"\nmsgstr ""\n\nmsgid "%(n)s days"\nmsgstr ""\n'
)


def test_gaps_are_found(example):
    po = POT.replace('"Value"\nmsgstr ""', '"Other"\nmsgstr "دیگر"')
    addon = example({"i18n/sample.pot": POT, "i18n/fa.po": po})
    assert missing(addon) == [
        "not in fa.po: ('', 'Value')",
        "only in fa.po: ('', 'Other')",
        "fa: %(n)s days",
    ]


def test_fuzzy_term_is_found(example):
    po = 'msgid ""\nmsgstr ""\n\n#, fuzzy\nmsgid "Value"\nmsgstr "ارزش"\n'
    pot = 'msgid ""\nmsgstr ""\n\nmsgid "Value"\nmsgstr ""\n'
    assert missing(example({"i18n/sample.pot": pot, "i18n/fa.po": po})) == ["fa: Value"]


def test_missing_files_are_found(example):
    assert missing(example({"__init__.py": ""})) == ["sample.pot is missing: make i18n"]
    assert missing(example({"i18n/sample.pot": POT})) == ["fa.po is missing: make i18n"]


def test_lost_value_is_found(example):
    po = POT.replace('days"\nmsgstr ""', 'days"\nmsgstr "روز"')
    assert lost_placeholders(example({"i18n/fa.po": po})) == ["fa.po: %(n)s days"]
