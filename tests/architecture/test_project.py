"""What holds for the add-ons together."""

import re

import pytest
from addon import ADDONS, ROOT, stands_on

from dev import addons


def test_server_requirements_are_those_of_the_manifests():
    outside = [addon.manifest.get("external_dependencies", {}) for addon in ADDONS]
    declared = {name.lower() for item in outside for name in item.get("python", [])}
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert declared == {name.lower() for name in re.findall(r"(?m)^[\w.-]+", text)}


def test_deprecations_in_our_code_are_errors(pytestconfig):
    """The last filter that matches decides."""
    kind, *_, pattern = pytestconfig.getini("filterwarnings")[-1].split(":")
    assert kind == "error"
    for addon in ADDONS:
        assert re.match(pattern, f"odoo.addons.{addon.name}.models.value.crm_value_run")
    assert not re.match(pattern, "odoo.addons.crm_iap_enrich.models.crm_lead")


@pytest.mark.parametrize("name", addons.names())
def test_each_has_a_page_in_the_list_of_apps(name):
    """Without one Odoo shows the README there, which it takes for another markup."""
    page = ROOT / "addons" / name / "static" / "description" / "index.html"
    assert page.is_file()


@pytest.mark.parametrize("name", addons.wanted())
def test_each_stands_alone(name):
    """It needs no website, and no other add-on of the suite but the common ground."""
    below = stands_on(name) - {name}
    assert "website" not in below
    assert below & {addon.name for addon in ADDONS} <= {"crm_suite"}
