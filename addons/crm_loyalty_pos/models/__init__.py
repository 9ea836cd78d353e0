from . import (
    account_move,
    account_move_line,
    loyalty_card,
    loyalty_point_entry,
    loyalty_point_lot,
    loyalty_point_statement,
    pos_order,
    pos_order_line,
    pos_order_statement,
    res_partner,
    sale_order_line,
)
