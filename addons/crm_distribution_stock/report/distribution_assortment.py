from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.figures import open_counted

from ..keys import FIRST


class DistributionAssortment(models.Model):
    """What was delivered stands apart from what was invoiced, and opens deliveries."""

    _inherit = "distribution.assortment"

    way = fields.Selection(selection_add=[("delivered", "Deliveries"), ("sellout",)])

    @api.model
    def _sell_in_way_sql(self):
        return SQL(
            "CASE WHEN line.id > %s::int8 THEN 'delivered' ELSE 'sellin' END", FIRST
        )

    def action_open_records(self):
        self.ensure_one()
        self.check_access("read")
        if self.way != "delivered":
            return super().action_open_records()
        source = self.env["distribution.stock"]._source_of
        moves = [source(key)["stock_move_id"] for key in self._found()]
        view = self.env.ref("stock.view_move_tree")
        return open_counted(
            self.env["stock.move"],
            self.display_name,
            [("id", "in", moves)],
            views=[(view.id, "list")],
        )
