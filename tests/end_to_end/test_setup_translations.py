"""The terms that Odoo exports now are those that the repository holds."""

import polib

from dev import i18n


def terms(file) -> set[str]:
    return {entry.msgid for entry in polib.pofile(str(file))}


def test_templates_are_up_to_date(env, suite, tmp_path):
    for name, fresh in i18n.export(env, suite, tmp_path).items():
        known = i18n.template(name)
        assert terms(fresh) - terms(known) == set(), f"new in {name}: make i18n"
        assert terms(known) - terms(fresh) == set(), f"gone from {name}: make i18n"


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
