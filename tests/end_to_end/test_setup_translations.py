"""The terms that Odoo exports now are those that the repository holds."""

import polib
import pytest

from dev import addons, i18n, templates


def terms(file) -> set[str]:
    return {entry.msgid for entry in polib.pofile(str(file))}


@pytest.mark.parametrize("name", addons.names())
def test_template_is_up_to_date(env, server, name, tmp_path):
    fresh = tmp_path / "fresh.pot"
    i18n.export(env, templates.suite(server, env), name, fresh)
    assert terms(fresh) - terms(i18n.template(name)) == set(), "new: make i18n"
    assert terms(i18n.template(name)) - terms(fresh) == set(), "gone: make i18n"


def test_untranslated_term_is_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(i18n, "ADDONS", tmp_path / "addons")
    (tmp_path / "addons" / "sample" / "i18n").mkdir(parents=True)
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    i18n.template("sample").write_text(head + 'msgid "New"\nmsgstr ""\n')
    old = head + 'msgid "Gone"\nmsgstr "رفته"\n'
    (i18n.folder("sample") / "fa.po").write_text(old)
    i18n.merge("sample", "fa")
    assert i18n.untranslated("sample") == ["addons/sample/i18n/fa.po: 'New'"]
    assert "Gone" not in (i18n.folder("sample") / "fa.po").read_text()
