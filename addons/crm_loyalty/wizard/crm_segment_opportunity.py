from odoo import api, fields, models
from odoo.exceptions import UserError

MOST = 1000


class CrmSegmentOpportunity(models.TransientModel):
    """Asks who shall pursue the chosen customers, and hands them over."""

    _name = "crm.segment.opportunity"
    _description = "Create Opportunities"
    _inherit = "suite.number.mixin"
    _number_limits = {"most": (1, MOST)}

    name = fields.Char("Opportunity", required=True)
    segment_id = fields.Many2one("crm.customer.segment")
    partner_ids = fields.Many2many(
        "res.partner", string="Customers", default=lambda self: self._chosen_customers()
    )
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        domain=[("share", "=", False)],
        help="Empty: each customer's own salesperson, or else you.",
    )
    team_id = fields.Many2one("crm.team", "Sales Team")
    type = fields.Selection(
        [("lead", "Leads"), ("opportunity", "Opportunities")],
        "Create",
        required=True,
        default="opportunity",
    )
    skip_pursued = fields.Boolean(
        "Leave Out Who Has One Open",
        default=True,
        help="Customers with an open opportunity get no second one.",
    )
    most = fields.Integer(
        "At Most", default=100, help="The customers of highest lifetime value first."
    )
    customer_count = fields.Integer(
        "Customers Found", compute="_compute_customer_count"
    )

    _most_range = models.Constraint(
        f"CHECK (most BETWEEN 1 AND {MOST})",
        f"Create between 1 and {MOST} opportunities at once.",
    )

    @api.model
    def _chosen_customers(self):
        """The rows chosen in a list of customers, or of needs to pursue."""
        model = self.env.context.get("active_model")
        chosen = self.env.context.get("active_ids")
        if not chosen or model not in ("res.partner", "crm.need.prospect"):
            return self.env["res.partner"]
        records = self.env[model].browse(chosen)
        customers = records if model == "res.partner" else records.partner_id
        return customers.commercial_partner_id

    @api.depends("segment_id", "partner_ids", "skip_pursued")
    def _compute_customer_count(self):
        for wizard in self:
            wizard.customer_count = self.env["res.partner"].search_count(
                wizard._customers_domain()
            )

    def _customers_domain(self):
        company = self.segment_id.company_id or self.env.company
        return self.env["res.partner"]._pursuable_domain(
            company,
            segment=self.segment_id,
            chosen=self.partner_ids,
            skip_pursued=self.skip_pursued,
        )

    def action_create(self):
        self.ensure_one()
        customers = self.env["res.partner"].search(
            self._customers_domain(),
            order="customer_lifetime_value desc nulls last, id",
            limit=self.most,
        )
        if not customers:
            raise UserError(
                self.env._("No customer is left to create an opportunity for.")
            )
        values = {"name": self.name, "type": self.type}
        if self.team_id:
            values["team_id"] = self.team_id.id
        if self.segment_id:
            values["company_id"] = self.segment_id.company_id.id
        leads = self.env["crm.lead"]._create_for_customers(
            customers, values, self.user_id
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "crm.lead",
            "view_mode": "list,kanban,form",
            "domain": [("id", "in", leads.ids)],
            "context": {"create": False},
        }
