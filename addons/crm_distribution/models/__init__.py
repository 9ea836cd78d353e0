# Each theme builds on those before it.
from . import network, policy, lead, deal  # noqa: I001
