from odoo import api, fields, models


class EcrmCase(models.Model):
    """A case has the service level of its customer's tier, from its first moment on.

    What the customer is worth is looked up, with the rights of whoever looks.
    """

    _inherit = "ecrm.case"

    customer_tier_id = fields.Many2one(
        "loyalty.tier",
        "Tier",
        compute="_compute_customer_standing",
        groups="sales_team.group_sale_salesman",
    )
    customer_value_class = fields.Selection(
        lambda self: self._choices_of("customer_value_class"),
        "Value Class",
        compute="_compute_customer_standing",
        groups="sales_team.group_sale_salesman",
    )
    customer_lifecycle = fields.Selection(
        lambda self: self._choices_of("customer_lifecycle"),
        "Lifecycle",
        compute="_compute_customer_standing",
        groups="sales_team.group_sale_salesman",
    )
    customer_lifetime_value = fields.Monetary(
        "Lifetime Value",
        compute="_compute_customer_standing",
        groups="sales_team.group_sale_salesman",
    )

    def _choices_of(self, name: str):
        return self.env["res.partner"]._fields[name]._description_selection(self.env)

    @api.depends("commercial_partner_id", "company_id")
    @api.depends_context("uid")
    def _compute_customer_standing(self):
        """With the company that the case is of; whoever may not know finds nothing."""
        names = (
            "customer_tier_id",
            "customer_value_class",
            "customer_lifecycle",
            "customer_lifetime_value",
        )
        for company, cases in self.grouped("company_id").items():
            visible = cases.commercial_partner_id._filtered_access("read")
            visible = visible.with_company(company)
            for case in cases:
                customer = visible.browse(case.commercial_partner_id.ids) & visible
                for name in names:
                    case[name] = customer[name]

    def _service_levels(self):
        levels = super()._service_levels()
        for company, cases in self.grouped("company_id").items():
            customers = cases.commercial_partner_id
            granted = customers._tier_benefits("service", company)
            levels |= {
                case: granted[case.commercial_partner_id].service_level
                for case in cases
                if case.commercial_partner_id in granted
            }
        return levels
