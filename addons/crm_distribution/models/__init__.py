# Each theme builds on those before it.
from . import network, policy, lead, deal, target, sellout  # noqa: I001
