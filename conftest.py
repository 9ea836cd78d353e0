"""For every test, with Odoo or without."""

import json
import os

import freezegun
from _pytest.subtests import SubtestReport
from hypothesis import HealthCheck, settings

# How fast a machine is, decides about no test.
settings.register_profile(
    "here",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=1000 if os.environ.get("DEEP") else 100,
)
settings.load_profile("here")
# A test that freezes time leaves the clock by which pytest times it.
freezegun.configure(extend_ignore_list=["_pytest.timing"])


def pytest_configure(config):
    """Let the system give Odoo's server a port, which nobody can take in between."""
    if with_odoo := config.pluginmanager.get_plugin("odoo"):
        with_odoo._get_available_random_port = lambda: 0


def pytest_runtest_logreport(report):
    """Tell `make test` how each test went, and which of its sub-tests failed."""
    counts = report.when == "call" and not isinstance(report, SubtestReport)
    if (file := os.environ.get("TEST_REPORT")) and (counts or not report.passed):
        with open(file, "a", encoding="utf-8") as lines:
            line = (report.nodeid, report.outcome, report.duration)
            lines.write(json.dumps(line) + "\n")
