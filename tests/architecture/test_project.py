"""What holds for the add-ons together."""

import re

import pytest
from addon import ADDONS, ROOT, together

from dev import addons


def test_server_requirements_are_those_of_the_manifests():
    outside = [addon.manifest.get("external_dependencies", {}) for addon in ADDONS]
    declared = {name.lower() for item in outside for name in item.get("python", [])}
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert declared == {name.lower() for name in re.findall(r"(?m)^[\w.-]+", text)}


@pytest.mark.parametrize("name", [addon.name for addon in ADDONS])
def test_deprecations_in_our_code_are_errors(pytestconfig, name):
    """The last filter that matches decides: ours, and nobody else's."""
    filters = [line.split(":", 3) for line in pytestconfig.getini("filterwarnings")]
    (pattern,) = (parts[3] for parts in filters if parts[0] == "error")
    assert filters[-1][3] == pattern
    assert re.match(pattern, f"odoo.addons.{name}.models.value.crm_value_run")
    assert not re.match(pattern, "odoo.addons.crm.models.crm_lead")
    assert not re.match(pattern, "odoo.addons.crm_iap_enrich.models.crm_lead")


@pytest.mark.parametrize("name", addons.wanted())
def test_each_stands_alone(name):
    """It needs no website, and no other add-on of the suite but the common ground."""
    below = {*together([name])} - {name}
    assert "website" not in below
    assert below & {addon.name for addon in ADDONS} <= {"crm_suite"}
