from odoo import fields, models
from odoo.fields import Domain

from ...tools.prefetch import SELDOM_READ


class ResPartner(models.Model):
    """Whose points a customer may see and spend by himself."""

    _inherit = "res.partner"

    may_use_company_points = fields.Boolean(
        "May See and Spend the Company's Points",
        groups="sales_team.group_sale_salesman",
        prefetch=SELDOM_READ,
        help="For this contact's own doings, in the portal and the shop. Salespeople "
        "spend the company's points for any of its contacts.",
    )

    def _may_use_points_of(self, holder) -> bool:
        """Everybody his own points; a company's only who is permitted to.

        A contact that has left the company has lost the permission with it.
        """
        self.ensure_one()
        if self == holder:
            return True
        # sudo: the permission counts for those who may not read it
        return (
            self.commercial_partner_id == holder and self.sudo().may_use_company_points
        )

    def _leave_points_behind(self) -> None:
        """Cards that showed a company's points are put away; what they earned stays."""
        if not self.env["loyalty.program"]._any_ledger():
            return
        # sudo: who moves a contact need not read cards
        cards = self.env["loyalty.card"].sudo()._with_provisional()
        cards.search(
            Domain("partner_id", "in", self.ids)
            & Domain("account_card_id", "!=", False)
            & Domain("program_id.point_holder", "=", "company")
            & Domain("program_id.keep_ledger", "=", True)
        )._put_away()

    def _point_accounts(self):
        """The accounts in ledgers that he may see in the current companies."""
        self.ensure_one()
        company = self.commercial_partner_id
        mine = Domain("partner_id", "=", self.id)
        if self._may_use_points_of(company):
            mine |= Domain("partner_id", "=", company.id) & Domain(
                "program_id.point_holder", "=", "company"
            )
        # sudo: customers have no rights on cards; these are their own
        cards = self.env["loyalty.card"].sudo()
        return cards.search(
            mine
            & Domain("account_card_id", "=", False)
            & Domain("program_id.active", "=", True)
            & Domain("program_id.keep_ledger", "=", True)
            & Domain("program_id.program_type", "in", ("loyalty", "ewallet"))
            & Domain("company_id", "in", [False, *self.env.companies.ids])
            & (
                Domain("expiration_date", "=", False)
                | self.env["res.company"]._domain_by_day(
                    lambda day: Domain("expiration_date", ">=", day)
                )
            ),
            order="program_id, id",
        )
