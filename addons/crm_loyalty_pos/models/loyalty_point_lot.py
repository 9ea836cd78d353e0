from odoo import api, fields, models
from odoo.tools import SQL


class LoyaltyPointLot(models.Model):
    """Points may reward a sale at the till instead of a sales order."""

    _inherit = "loyalty.point.lot"

    _protected_fields = {"pos_order_id"}

    pos_order_id = fields.Many2one(
        "pos.order",
        "Rewarded Sale at the Till",
        readonly=True,
        groups=fields.NO_ACCESS,
        index="btree_not_null",
        ondelete="set null",
    )

    def _rewarded_document(self):
        if self.pos_order_id:
            return "pos_order_id", self.pos_order_id.id
        return super()._rewarded_document()

    @api.model
    def _purchases_sql(self, rewards):
        self.env["pos.order"].flush_model(["date_order", "company_id"])
        found = super()._purchases_sql(rewards)
        return found._replace(
            joins=SQL(
                "%s LEFT JOIN pos_order till ON till.id = %s.pos_order_id",
                found.joins,
                rewards,
            ),
            time=SQL("coalesce(%s, till.date_order)", found.time),
            company=SQL("coalesce(%s, till.company_id)", found.company),
        )
