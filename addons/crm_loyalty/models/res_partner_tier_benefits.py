from odoo import api, fields, models
from odoo.fields import Domain

from .tier_words import SERVICE_LEVELS


class ResPartner(models.Model):
    """What a contact's customer is granted today, asked of today's memberships.

    Nothing of it is written onto the contact, so nothing has to be taken away.
    """

    _inherit = "res.partner"

    customer_birthday = fields.Date(
        "Birthday",
        groups="sales_team.group_sale_salesman",
        help="For a gesture that the customer's tier grants.",
    )
    service_level = fields.Selection(
        SERVICE_LEVELS,
        compute="_compute_tier_grants",
        groups="base.group_user",
        help="By the customer's tier, as long as it lasts.",
    )
    tier_contact_id = fields.Many2one(
        "res.users",
        "Named Contact",
        compute="_compute_tier_grants",
        groups="base.group_user",
        help="By the customer's tier, as long as it lasts.",
    )
    tier_community_url = fields.Char(
        "Community", compute="_compute_tier_grants", groups="base.group_user"
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_tier_grants(self):
        levels, contacts, communities = (
            self._tier_benefits(kind) for kind in ("service", "contact", "community")
        )
        for partner in self:
            customer = partner.commercial_partner_id
            partner.service_level = (
                customer in levels and levels[customer].service_level
            )
            partner.tier_contact_id = (
                customer in contacts and contacts[customer].user_id
            )
            partner.tier_community_url = (
                customer in communities and communities[customer].url
            )

    def _tier_benefits(self, kind: str, company=None) -> dict:
        """The benefit of a kind that these contacts' customers have today.

        :return: by commercial partner; who has none is not in it
        """
        company = company or self.env.company
        # sudo: what a member is granted holds, whoever deals with him
        benefits = self.env["loyalty.tier.benefit"].sudo()
        if kind not in benefits._published_kinds(company.id):
            return {}
        today = self.env["loyalty.tier.program"]._company_today(company)
        memberships = self.env["loyalty.tier.membership"]
        # sudo: as above
        memberships = memberships.sudo().search_fetch(
            self._current_memberships_domain(company)
            & Domain("partner_id", "in", self.commercial_partner_id.ids),
            ["partner_id", "tier_id", "program_id"],
        )
        found = {}
        for membership in memberships.sorted(lambda one: one.program_id._place()):
            granted = membership.tier_id._granted_benefits(today)
            customer = membership.partner_id.with_env(self.env)
            for benefit in granted.filtered(lambda one: one.kind == kind):
                found.setdefault(customer, benefit)
        return found

    def _has_tier_benefit(self, code: str, company=None) -> bool:
        """Whether a portal function or an integration is granted to a contact today."""
        self.ensure_one()
        company = company or self.env.company
        today = self.env["loyalty.tier.program"]._company_today(company)
        # sudo: as for other benefits
        memberships = self.env["loyalty.tier.membership"].sudo()
        memberships = memberships.search(
            self._current_memberships_domain(company)
            & Domain("partner_id", "=", self.commercial_partner_id.id)
        )
        return any(
            benefit.code == code
            for membership in memberships
            for benefit in membership.tier_id._granted_benefits(today)
            if benefit.kind in ("portal", "integration")
        )

    def _inverse_product_pricelist(self):
        """A form may send back what it showed: the tier's pricelist is not kept."""
        granted = self._tier_benefits("pricelist")
        shown = self.filtered(
            lambda partner: (
                partner.commercial_partner_id in granted
                and partner.property_product_pricelist
                == granted[partner.commercial_partner_id].pricelist_id
            )
        )
        return super(ResPartner, self - shown)._inverse_product_pricelist()
