from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

BATCH = 500


def migrate(cr, version):
    """Lines of sales at the till say what they earned, as those of orders do."""
    cr.execute(
        """
        SELECT DISTINCT pos_order_id FROM loyalty_point_entry
         WHERE pos_order_id IS NOT NULL AND key IS NOT NULL
         ORDER BY pos_order_id
        """
    )
    env = api.Environment(cr, SUPERUSER_ID, {})
    for ids in split_every(BATCH, [sale for (sale,) in cr.fetchall()]):
        env["pos.order"].browse(ids)._state_past()
        env.flush_all()
        env.invalidate_all()
