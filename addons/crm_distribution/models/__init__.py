from . import network, policy, lead, deal  # noqa: I001
