"""The terms that Odoo exports now are those that the repository holds."""

import polib

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


def test_untranslated_term_is_listed(tmp_path):
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    template, translation = tmp_path / "sample.pot", tmp_path / "fa.po"
    template.write_text(head + 'msgid "New"\nmsgstr ""\n')
    translation.write_text(head + 'msgid "Gone"\nmsgstr "رفته"\n')
    assert i18n.merge(template, translation) == ["New"]
    assert "Gone" not in translation.read_text()
