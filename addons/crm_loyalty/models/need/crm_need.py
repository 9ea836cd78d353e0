from odoo import fields, models


class CrmNeed(models.Model):
    """Something customers need, and the product categories that serve it."""

    _name = "crm.need"
    _description = "Customer Need"
    _inherit = [
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
        "suite.job.mixin",
    ]
    _jobs = {"crm_loyalty.cron_refresh_needs"}
    _order = "sequence, name, id"
    # measured by ``crm.need.run``
    _protected_fields = {"typical_share"}

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: a need in every company."
    )
    category_ids = fields.Many2many(
        "product.category",
        string="Product Categories",
        help="Who buys from these, or from categories below them, has the need.",
    )
    typical_share = fields.Float(
        company_dependent=True,
        readonly=True,
        copy=False,
        help="Of all that its buyers spend with the company, the part that goes into "
        "this need.",
    )

    def action_open_customers(self):
        """The customers to pursue for this need."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.crm_need_prospect_action"
        )
        action["context"] = {"search_default_need_id": self.id}
        return action
