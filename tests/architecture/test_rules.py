"""Every rule holds in each add-on, and is itself tried on planted faults."""

import pytest
import rules_access
import rules_code
import rules_data
import rules_imports
import rules_layout
import rules_tests
import rules_translations
import sources
from known import KNOWN
from rules import RULES, subject

MODULES = (
    *(rules_access, rules_code, rules_data, rules_imports, rules_layout),
    *(rules_tests, rules_translations),
)


def tries(kind: str):
    return [
        pytest.param(rule, files, id=f"{rule.name}-{number}")
        for rule in RULES
        for number, files in enumerate(getattr(rule, kind))
    ]


@pytest.mark.parametrize("addon", sources.ADDONS, ids=lambda addon: addon.name)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_holds(rule, addon):
    found = {subject(finding): finding for finding in rule.check(addon)}
    mine = f"addons/{addon.name}/"
    known = {line for line in KNOWN.get(rule.name, ()) if line.startswith(mine)}
    new = [found[line] for line in sorted(found.keys() - known)]
    assert not new, "\n".join([rule.check.__doc__ or rule.name, *new])
    gone = sorted(known - found.keys())
    assert not gone, "\n".join(["mended: take it off known.py", *gone])


@pytest.mark.parametrize(("rule", "files"), tries("faults"))
def test_fault_is_found(rule, files, example):
    assert len(rule.check(example(files))) == 1


@pytest.mark.parametrize(("rule", "files"), tries("passed"))
def test_good_is_let_through(rule, files, example):
    assert rule.check(example(files)) == []


def test_each_rule_has_a_fault():
    assert all(rule.faults for rule in RULES)
    assert {rule.check.__module__ for rule in RULES} == {m.__name__ for m in MODULES}


def test_what_is_known_belongs_to_a_rule_and_an_addon():
    assert set(KNOWN) <= {rule.name for rule in RULES}
    starts = tuple(f"addons/{addon.name}/" for addon in sources.ADDONS)
    lines = [line for lines in KNOWN.values() for line in lines]
    assert [line for line in lines if not line.startswith(starts)] == []
