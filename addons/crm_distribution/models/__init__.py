# Each theme builds on those before it.
from . import network, policy, lead, deal, target  # noqa: I001
