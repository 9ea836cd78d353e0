from . import network, policy, lead, deal
