"""Every rule holds in each add-on, and is itself tried on planted faults."""

import inspect

import pytest
import rules
from addon import ADDONS, Addon
from faults import FAULTS, GOOD

CHECKS = [rule for _, rule in inspect.getmembers(rules, inspect.isgeneratorfunction)]
RULES = [rule for rule in CHECKS if rule.__module__ == rules.__name__]
HELD = [(rule, addon) for rule in RULES for addon in ADDONS]
PLANTED = [(rule, fault) for rule, faults in FAULTS.items() for fault in faults]


def name(value) -> str:
    return getattr(value, "__name__", None) or getattr(value, "name", "")


@pytest.mark.parametrize(("rule", "addon"), HELD, ids=name)
def test_rule_holds(rule, addon):
    findings = list(rule(addon))
    assert not findings, "\n".join([rule.__doc__ or "", *findings])


@pytest.mark.parametrize(("rule", "fault"), PLANTED, ids=name)
def test_fault_is_found(rule, fault):
    assert len(list(rule(Addon("sample", GOOD | fault)))) == 1


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_good_is_let_through(rule):
    assert list(rule(Addon("sample", GOOD))) == []


def test_each_rule_is_tried():
    assert ADDONS and {*RULES} == FAULTS.keys()
