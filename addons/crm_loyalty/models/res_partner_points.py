from odoo import fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """Whose points a customer may see and spend by himself."""

    _inherit = "res.partner"

    may_use_company_points = fields.Boolean(
        "May See and Spend the Company's Points",
        groups="sales_team.group_sale_salesman",
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

    def _point_accounts(self):
        """The accounts that this customer may see in the current companies."""
        self.ensure_one()
        company = self.commercial_partner_id
        mine = Domain("partner_id", "=", self.id)
        if self._may_use_points_of(company):
            mine |= Domain("partner_id", "=", company.id) & Domain(
                "program_id.point_holder", "=", "company"
            )
        today = fields.Date.today()
        # sudo: customers have no rights on cards; these are their own
        cards = self.env["loyalty.card"].sudo()
        return cards.search(
            mine
            & Domain("account_card_id", "=", False)
            & Domain("program_id.active", "=", True)
            & Domain("program_id.program_type", "in", ("loyalty", "ewallet"))
            & Domain("company_id", "in", [False, *self.env.companies.ids])
            & (
                Domain("expiration_date", "=", False)
                | Domain("expiration_date", ">=", today)
            ),
            order="program_id, id",
        )

    def _portal_tiers(self, company) -> list[dict]:
        """Where the customer stands in each tier program, in plain values.

        Tiers count a company's purchases: its contacts see them as they see its points.
        """
        if not self._may_use_points_of(self.commercial_partner_id):
            return []
        told = []
        for progress in self._tier_progress(company):
            target = progress.next_tier.threshold
            percent = None
            if target:
                reached = 1 - progress.missing / target
                percent = round(100 * min(max(reached, 0.0), 1.0))
            told.append(
                {
                    "program": progress.program.name,
                    "tier": progress.tier.name or "",
                    "next": progress.next_tier.name or "",
                    "sentences": progress.sentences,
                    "percent": percent,
                }
            )
        return [each for each in told if each["sentences"]]
