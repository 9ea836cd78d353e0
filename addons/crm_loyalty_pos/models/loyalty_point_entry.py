from odoo import api, fields, models


class LoyaltyPointEntry(models.Model):
    _inherit = "loyalty.point.entry"

    _protected_fields = {"pos_order_id"}

    pos_order_id = fields.Many2one(
        "pos.order",
        readonly=True,
        groups=fields.NO_ACCESS,
        index="btree_not_null",
        ondelete="set null",
    )
    visible_pos_order_id = fields.Many2one(
        "pos.order",
        "Sale at the Till",
        compute="_compute_visible",
        search="_search_visible_pos_order",
    )

    @api.depends("pos_order_id")
    def _compute_visible(self):
        return super()._compute_visible()

    def _search_visible_pos_order(self, operator, value):
        return self._search_document("pos_order_id", operator, value)

    @api.model
    def _document_fields(self):
        return {**super()._document_fields(), "pos_order_id": "visible_pos_order_id"}
