"""For every test, with Odoo or without."""

import logging
import os
import re
from pathlib import Path

import freezegun
import pytest
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
OURS = [file.parent.name for file in Path(__file__).parent.glob("addons/*/models")]


class Complaints(logging.Handler):
    """Errors in the log, and warnings about our add-ons.

    A test that expects one catches it before, by `assertLogs` or `mute_logger`.
    """

    about_us = re.compile(rf"addons[./]({'|'.join(OURS)})\b")
    told: list[str] = []

    def emit(self, record):
        told = f"{record.levelname} {record.name}: {record.getMessage()}"
        if record.levelno >= logging.ERROR or self.about_us.search(told):
            self.told.append(told)


def pytest_configure(config):
    logging.getLogger().addHandler(Complaints(logging.WARNING))
    # The system gives Odoo's server a port, which nobody can take in between.
    if with_odoo := config.pluginmanager.get_plugin("odoo"):
        with_odoo._get_available_random_port = lambda: 0


def pytest_collection_modifyitems(config, items):
    """Longest first, so that workers end about together: the set-up, then by size."""
    if config.pluginmanager.get_plugin("odoo"):
        from odoo.addons.base.models.ir_attachment import IrAttachment

        # Workers share the files of one database: none clears away another's.
        IrAttachment._gc_file_store_unsafe = lambda self: None

    def place(item):
        is_setup = item.path.name.startswith("test_setup_")
        return not is_setup, -item.path.stat().st_size

    items.sort(key=place)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """A skipped test is a hole, not a success."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown():
    """What the log complains of, fails the test that ends."""
    yield
    told, Complaints.told[:] = [*Complaints.told], []
    if told:
        pytest.fail("\n".join(told), pytrace=False)


def pytest_terminal_summary(terminalreporter):
    passed = terminalreporter.stats.get("passed", ())
    times = [one.duration for one in passed if one.nodeid.startswith("addons/")]
    if times:
        mean = sum(times) / len(times)
        told = f"{mean:.2f} s an add-on test on the average of {len(times)}"
        terminalreporter.write_line(told)
