from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

VALUE_FIELDS = {
    "customer_value_class": "value_class",
    "customer_lifecycle": "lifecycle",
    "customer_contact_before": "contact_before",
    "customer_alive": "alive",
    "customer_lifetime_value": "lifetime_value",
}


class ResPartner(models.Model):
    """A contact shows the value of its commercial entity to the current company.

    Nothing is copied onto the contact: its fields look the value up under the user's
    own rights, and searches, sorting and grouping join to it.
    """

    _inherit = "res.partner"

    customer_value_id = fields.Many2one(
        "crm.customer.value",
        compute="_compute_customer_value_id",
        search="_search_customer_value_id",
        groups="sales_team.group_sale_salesman",
    )
    customer_value_currency_id = fields.Many2one(
        string="Currency of the Customer Value",
        related="customer_value_id.currency_id",
        related_sudo=False,
        groups="sales_team.group_sale_salesman",
    )
    customer_value_class = fields.Selection(
        related="customer_value_id.value_class",
        related_sudo=False,
        groups="sales_team.group_sale_salesman",
    )
    customer_lifecycle = fields.Selection(
        related="customer_value_id.lifecycle",
        related_sudo=False,
        groups="sales_team.group_sale_salesman",
    )
    customer_contact_before = fields.Date(
        related="customer_value_id.contact_before",
        related_sudo=False,
        groups="sales_team.group_sale_salesman",
    )
    customer_alive = fields.Float(
        related="customer_value_id.alive",
        related_sudo=False,
        groups="sales_team.group_sale_salesman",
    )
    customer_lifetime_value = fields.Monetary(
        related="customer_value_id.lifetime_value",
        currency_field="customer_value_currency_id",
        related_sudo=False,
        groups="sales_team.group_sale_salesman",
    )
    customer_reason = fields.Char(
        "Customer in a Sentence",
        related="customer_value_id.reason",
        related_sudo=False,
        groups="sales_team.group_sale_salesman",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_customer_value_id(self):
        values = self.env["crm.customer.value"].search_fetch(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
            ],
            ["partner_id", *VALUE_FIELDS.values()],
        )
        by_customer = {value.partner_id.id: value for value in values}
        for partner in self:
            partner.customer_value_id = by_customer.get(
                partner.commercial_partner_id.id, False
            )

    def _search_customer_value_id(self, operator, value):
        values = Domain("company_id", "=", self.env.company.id)
        if operator == "any":
            values &= Domain(value)
        elif operator == "in":
            values &= Domain("id", "in", [id_ for id_ in value if id_])
        else:
            return NotImplemented
        visible = self.env["crm.customer.value"]._search(values)
        found = Domain("commercial_partner_id", "in", visible.subselect("partner_id"))
        if operator == "in" and False in value:
            valued = self._search_customer_value_id("any", Domain.TRUE)
            return found | ~valued
        return found

    def _field_to_sql(self, alias, field_expr, query=None) -> SQL:
        if field_expr in VALUE_FIELDS and query is not None:
            self._check_field_access(self._fields[field_expr], "read")
            return SQL.identifier(
                self._join_customer_value(alias, query), VALUE_FIELDS[field_expr]
            )
        return super()._field_to_sql(alias, field_expr, query)

    def _join_customer_value(self, alias: str, query) -> str:
        """Join the values that the user may see; returns the alias of their table."""
        value_alias = query.make_alias(alias, "customer_value_id")
        visible = self.env["crm.customer.value"]._search(
            [("company_id", "=", self.env.company.id)]
        )
        columns = SQL(", ").join(
            SQL.identifier(visible.table, name)
            for name in ("partner_id", *VALUE_FIELDS.values())
        )
        query.add_join(
            "LEFT JOIN",
            value_alias,
            visible.subselect(columns),
            SQL(
                "%s = %s",
                SQL.identifier(alias, "commercial_partner_id"),
                SQL.identifier(value_alias, "partner_id"),
            ),
        )
        return value_alias

    def action_open_customer_value(self):
        """The smart button: this customer's value, or what is known without one."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer Value"),
            "res_model": "crm.customer.value",
            "res_id": self.customer_value_id.id,
            "view_mode": "form",
        }
