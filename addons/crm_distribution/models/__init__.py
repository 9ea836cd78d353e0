# Each theme builds on those before it; last, what happens at Odoo's hooks.
from . import (  # noqa: I001
    network,
    policy,
    lead,
    deal,
    target,
    sellout,
    term,
    price,
    account_move,
    digest_digest,
    sale_order_line,
    suite_trade,
)
