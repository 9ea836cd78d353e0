from odoo import fields, models


class AccountMoveLine(models.Model):
    """An invoice of a sale at the till knows whose line each of its lines is.

    So do its credit notes, and what is invoiced anew, as with lines of sales orders.
    """

    _inherit = "account.move.line"

    pos_line_id = fields.Many2one(
        "pos.order.line",
        "Line at the Till",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def _copy_data_extend_business_fields(self, values):
        # as sales orders do it: reversals take the link along, other copies do not
        res = super()._copy_data_extend_business_fields(values)
        values["pos_line_id"] = self.pos_line_id.id
        return res
