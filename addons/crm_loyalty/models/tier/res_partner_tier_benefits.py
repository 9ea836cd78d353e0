from collections import defaultdict
from collections.abc import Iterable, Iterator

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.prefetch import SELDOM_READ
from .tier_words import CODED, SERVICE_LEVELS


class ResPartner(models.Model):
    """What a contact's customer is granted today, asked of today's memberships.

    Nothing of it is written onto the contact, so nothing has to be taken away.
    """

    _inherit = "res.partner"

    customer_birthday = fields.Date(
        "Birthday",
        groups="sales_team.group_sale_salesman",
        prefetch=SELDOM_READ,
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

    tier_codes = fields.Char(
        compute="_compute_tier_codes",
        search="_search_tier_codes",
        groups="base.group_user",
        help="Of the portal functions and integrations that the customer's tier grants "
        "today, with a comma between them. Search for one with “=”.",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_tier_codes(self):
        codes = self._tier_codes()
        for partner in self:
            granted = codes.get(partner.commercial_partner_id, ())
            partner.tier_codes = ",".join(sorted(granted))

    def _search_tier_codes(self, operator, value):
        """Customers who are granted one of the codes today."""
        if operator != "in":
            return NotImplemented
        # sudo: what a member is granted holds, whoever deals with him
        tiers = self.env["loyalty.tier"].sudo()
        tiers = tiers.search([("company_id", "=", self.env.company.id)])
        today = self.env.company._today()
        codes = {
            tier: {
                benefit.code
                for benefit in tier._granted_benefits(today)
                if benefit.kind in CODED
            }
            for tier in tiers
        }
        found = self._in_tiers(
            tier for tier in tiers if codes[tier].intersection(value)
        )
        if False in value:
            found |= ~self._in_tiers(tier for tier in tiers if codes[tier])
        return found

    def _in_tiers(self, tiers: Iterable) -> Domain:
        # sudo: as above
        memberships = self.env["loyalty.tier.membership"].sudo()
        wanted = Domain("tier_id", "in", [tier.id for tier in tiers])
        return self._of_members(memberships, wanted)

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

    def _granted_today(self, kinds: Iterable[str], company=None) -> Iterator[tuple]:
        """What these contacts' customers are granted today, of some kinds.

        :return: commercial partner and benefit, in the order of the programs
        """
        company = company or self.env.company
        # sudo: what a member is granted holds, whoever deals with him
        benefits = self.env["loyalty.tier.benefit"].sudo()
        kinds = benefits._published_kinds(company.id).intersection(kinds)
        if not kinds:
            return
        today = company._today()
        for membership in self._memberships_today(company):
            customer = membership.partner_id.with_env(self.env)
            for benefit in membership.tier_id._granted_benefits(today):
                if benefit.kind in kinds:
                    yield customer, benefit

    def _tier_benefits(self, kind: str, company=None) -> dict:
        """The benefit of a kind that these contacts' customers have today.

        :return: by commercial partner; who has none is not in it
        """
        found = {}
        for customer, benefit in self._granted_today((kind,), company):
            found.setdefault(customer, benefit)
        return found

    def _tier_codes(self, company=None) -> dict:
        """The codes granted today, by commercial partner."""
        codes = defaultdict(set)
        for customer, benefit in self._granted_today(CODED, company):
            codes[customer].add(benefit.code)
        return codes

    def _has_tier_benefit(self, code: str, company=None) -> bool:
        """Whether a portal function or an integration is granted to a contact today."""
        self.ensure_one()
        return code in self._tier_codes(company)[self.commercial_partner_id]

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
