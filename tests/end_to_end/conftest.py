from contextlib import ExitStack

import processes
import pytest

from dev import addons
from dev.database import Server
from dev.postgres import environment


@pytest.fixture(scope="session")
def env():
    """What Odoo's processes find in their environment, with PostgreSQL running."""
    with environment() as env:
        yield env


@pytest.fixture(scope="session")
def server(env):
    return Server(env)


@pytest.fixture(scope="session")
def suite(server):
    """The template that has all our add-ons."""
    return addons.suite_template(server)


@pytest.fixture(scope="module")
def world(env, server, suite, request, tmp_path_factory):
    """A copy of it with what the module's SHOP makes, for each test to have a copy."""
    shop = getattr(request.module, "SHOP", "")
    folder = tmp_path_factory.mktemp("shop")
    with ExitStack() as stack:
        stack.callback(processes.dismiss)
        with server.copied(suite, "hosts") as name:
            processes.preload(env, name)
            processes.run(name, shop, folder)
            world = stack.enter_context(server.copied(name, "world"))
        yield world


@pytest.fixture
def hosted(server, world):
    """The database of this test's processes, which is always of the same name."""
    with server.copied(world, "hosts") as name:
        yield name
