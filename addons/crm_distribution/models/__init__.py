# Each theme builds on those before it.
from . import network, policy, lead, deal, target, price  # noqa: I001
