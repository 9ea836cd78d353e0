from odoo import api, fields, models
from odoo.exceptions import AccessError


class CrmNeed(models.Model):
    """Something customers need, and the product categories that serve it."""

    _name = "crm.need"
    _description = "Customer Need"
    _order = "sequence, name, id"

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

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            self._check_measured(values)
        return super().create(vals_list)

    def write(self, vals):
        self._check_measured(vals)
        return super().write(vals)

    def _check_measured(self, values: dict) -> None:
        """The share is measured by ``crm.need.run``, which is the superuser's."""
        if "typical_share" in values and not self.env.su:
            raise AccessError(self.env._("The typical share is measured, not set."))

    def action_open_customers(self):
        """The customers to pursue for this need."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.crm_need_prospect_action"
        )
        action["context"] = {"search_default_need_id": self.id}
        return action
