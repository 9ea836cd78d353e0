"""What holds for the add-ons together."""

import re

import pytest
import sources

REQUIREMENTS = sources.ROOT / "requirements.txt"


def required(text: str) -> set[str]:
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return {re.split(r"[<>=!~\[; ]", line)[0].lower() for line in lines if line}


def test_there_are_addons():
    assert sources.ADDONS


def test_server_requirements_are_those_of_the_manifests():
    manifests = map(sources.manifest, sources.ADDONS)
    outside = [item.get("external_dependencies", {}) for item in manifests]
    declared = {name.lower() for item in outside for name in item.get("python", [])}
    assert declared == required(REQUIREMENTS.read_text(encoding="utf-8"))


def test_requirements_are_read():
    assert required("# why\nnumpy>=1.2\nScipy[all]~=2 ; x\n") == {"numpy", "scipy"}


@pytest.mark.parametrize("name", [addon.name for addon in sources.ADDONS])
def test_deprecations_in_our_code_are_errors(pytestconfig, name):
    """The last filter that matches decides: ours, and nobody else's."""
    filters = [line.split(":", 3) for line in pytestconfig.getini("filterwarnings")]
    (pattern,) = (parts[3] for parts in filters if parts[0] == "error")
    assert filters[-1][3] == pattern
    assert re.match(pattern, f"odoo.addons.{name}.models.value.crm_value_run")
    assert not re.match(pattern, "odoo.addons.crm.models.crm_lead")
    assert not re.match(pattern, "odoo.addons.crm_iap_enrich.models.crm_lead")
