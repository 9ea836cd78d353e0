from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

BATCH = 500


def migrate(cr, version):
    """Pending points keep what was promised; orders say which line earned what."""
    cr.execute(
        """
        UPDATE loyalty_point_lot lot
           SET valid_days = program.point_valid_days,
               vesting_event = CASE
                   WHEN lot.available_on IS NULL
                        AND program.point_vesting <> 'confirmation'
                   THEN program.point_vesting
               END,
               vesting_days = CASE
                   WHEN lot.available_on IS NULL THEN program.point_vesting_days
               END
          FROM loyalty_program program
         WHERE program.id = lot.program_id AND lot.pending
        """
    )
    # they waited for a confirmation that had been: the night would have let them go
    cr.execute(
        """
        UPDATE loyalty_point_lot
           SET available_on = current_date + coalesce(vesting_days, 0)
         WHERE pending AND available_on IS NULL AND vesting_event IS NULL
        """
    )
    cr.execute(
        """
        SELECT DISTINCT entry.order_id
          FROM loyalty_point_entry entry JOIN sale_order ON sale_order.id = order_id
         WHERE entry.key IS NOT NULL AND sale_order.state = 'sale'
         ORDER BY entry.order_id
        """
    )
    env = api.Environment(cr, SUPERUSER_ID, {})
    for ids in split_every(BATCH, [order for (order,) in cr.fetchall()]):
        env["sale.order"].browse(ids)._state_past()
        env.flush_all()
        env.invalidate_all()
