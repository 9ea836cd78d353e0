from . import distribution_share, distribution_target, sale_order
