from . import (
    loyalty_card,
    loyalty_point_entry,
    loyalty_point_lot,
    pos_order,
    pos_order_line,
)
