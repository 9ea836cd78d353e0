"""The terms that Odoo exports now are those kept here, in Persian too."""

import shutil

import polib
import pytest

from dev import addons, i18n


def test_templates_are_up_to_date(server, suite, tmp_path):
    files = {name: tmp_path / f"{name}.pot" for name in addons.names()}
    i18n.export(server, suite, files)
    for name, fresh in files.items():
        found, known = (
            {entry.msgid for entry in polib.pofile(str(file))}
            for file in (fresh, i18n.template(name))
        )
        assert found ^ known == set(), f"new in {name}, or gone: make i18n"


@pytest.mark.parametrize("name", addons.names())
def test_persian_is_whole(tmp_path, name):
    terms = i18n.template(name)
    persian = shutil.copy(terms.with_name("fa.po"), tmp_path)
    assert i18n.merge(terms, tmp_path / persian) == []


def test_what_is_not_translated_is_listed(tmp_path):
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    days = 'msgid "%(n)s days"\nmsgstr "{}"\n'
    template, translation = tmp_path / "sample.pot", tmp_path / "fa.po"
    template.write_text(head + 'msgid "New"\nmsgstr ""\n\n' + days.format(""))
    gone = 'msgid "Gone"\nmsgstr "رفته"\n\n'
    translation.write_text(head + gone + days.format("روز"))
    assert i18n.merge(template, translation) == ["%(n)s days", "New"]
    assert "Gone" not in translation.read_text()
