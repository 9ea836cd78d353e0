import pytest

from dev.database import Server
from dev.server import environment


@pytest.fixture(scope="module")
def env():
    """What Odoo's processes find in their environment, with PostgreSQL running."""
    with environment() as env:
        yield env


@pytest.fixture(scope="module")
def server(env):
    return Server(env)
