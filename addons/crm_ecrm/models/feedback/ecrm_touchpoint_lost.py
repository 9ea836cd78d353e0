from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .touchpoint_sources import Source


class EcrmTouchpoint(models.Model):
    """Who leaves is asked why: lost customers, and opportunities of customers."""

    _inherit = "ecrm.touchpoint"

    customers_only = fields.Boolean(
        "Existing Customers Only", help="Who bought from the company before"
    )

    def _customer_domain(self, source: Source) -> Domain:
        """Opportunities of those who bought before, where only they are asked."""
        if not (self.customers_only and self.trigger == "lost"):
            return Domain.TRUE
        # sudo: who is a customer follows from orders that few may read
        orders = self.env["sale.order"].sudo()
        bought = orders._search(
            [("state", "=", "sale"), ("company_id", "=", self.company_id.id)]
        )
        buyers = bought.subselect(SQL.identifier(bought.table, "partner_id"))
        # sudo: as above
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        companies = partners._search(Domain("id", "in", buyers))
        return Domain(
            f"{source.partner}.commercial_partner_id",
            "in",
            companies.subselect(
                SQL.identifier(companies.table, "commercial_partner_id")
            ),
        )

    @api.model
    def _of_departures(self, company):
        """By which lost customers of a company are asked, perhaps none."""
        ours = Domain("trigger", "=", "left") & Domain("company_id", "=", company.id)
        return self.search(ours, limit=1)

    def _script(self) -> tuple[str, str]:
        """What is asked beside the score; whoever is lost is asked why in any case."""
        first, second = self.question_1, self.question_2
        if self.trigger == "left":
            first = first or self.env._("What made you decide to leave us?")
            second = second or self.env._("What would have kept you?")
        return first or "", second or ""

    @api.model
    def _for_departures(self, company):
        """The same; one that asks nobody by itself where there is none."""
        if found := self._of_departures(company):
            return found
        self.env["suite.turn"]._take([f"ecrm.touchpoint.left {company.id}"])
        return self._of_departures(company) or self.create(
            {
                "name": self.env._("Why did you leave us?"),
                "trigger": "left",
                "company_id": company.id,
            }
        )
