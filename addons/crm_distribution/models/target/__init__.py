from . import account_move, distribution_share, distribution_target, sale_order
