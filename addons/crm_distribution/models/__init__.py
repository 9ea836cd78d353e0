from . import deal, lead, network, policy
