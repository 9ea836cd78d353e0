from odoo import api, fields, models


class DistributionPriceInputMixin(models.AbstractModel):
    """What a price plan is worked out from; it stays once prices are published."""

    _name = "distribution.price.input.mixin"
    _description = "Input of a Price Plan"
    _inherit = ["suite.company.mixin", "suite.protected.mixin", "suite.number.mixin"]

    plan_id = fields.Many2one(
        "distribution.price.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records.plan_id._check_open()
        records.plan_id._sync_prices()
        return records

    def write(self, vals):
        self.check_access("write")
        self.plan_id._check_open()
        res = super().write(vals)
        self.plan_id._check_open()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self.plan_id._check_open()
