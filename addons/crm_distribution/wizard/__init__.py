from . import distribution_decision
