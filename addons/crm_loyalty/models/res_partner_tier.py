from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .tier_words import SERVICE_LEVELS

# What lists show of every customer's tier.
TIER_COLUMNS = {
    "customer_tier_id": "tier_id",
    "customer_tier_until": "date_to",
}
GRANTED_FIELDS = ("service_level", "tier_contact_id", "tier_community_url")


class TierProgress(NamedTuple):
    """Where a customer stands in one tier program, in figures and in words."""

    program: models.BaseModel
    tier: models.BaseModel
    # the last day of the period for which the tier is kept, and with any grace
    kept_until: date | None
    last_day: date | None
    # what is missing to keep it, and by when
    missing_to_keep: float
    keep_by: date | None
    next_tier: models.BaseModel
    # what is missing to reach the next tier, and by when
    missing: float
    reach_by: date | None
    sentences: list[str]


class ResPartner(models.Model):
    """A contact shows the tier of its commercial entity with the current company.

    Looked up under the user's rights, never stored; what a tier gives is asked for
    by `_tier_benefits`, which looks at today's memberships.
    """

    _inherit = "res.partner"

    customer_tier_id = fields.Many2one(
        "loyalty.tier",
        "Tier",
        compute="_compute_customer_tier",
        search="_search_customer_tier_id",
        groups="sales_team.group_sale_salesman",
    )
    customer_tier_until = fields.Date(
        "Tier Until",
        compute="_compute_customer_tier",
        search="_search_customer_tier_until",
        groups="sales_team.group_sale_salesman",
    )
    customer_tier_progress = fields.Char(
        "Tier in Words",
        compute="_compute_customer_tier_progress",
        groups="sales_team.group_sale_salesman",
    )
    tier_membership_ids = fields.One2many(
        "loyalty.tier.membership",
        "partner_id",
        "Tier Memberships",
        readonly=True,
        groups="sales_team.group_sale_salesman",
    )
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

    @api.model
    def _tier_fields(self) -> list[str]:
        """What changes with a membership."""
        return [
            *TIER_COLUMNS,
            *GRANTED_FIELDS,
            "customer_tier_progress",
            "property_product_pricelist",
        ]

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_customer_tier(self):
        visible = self._visible_tiers(
            Domain("partner_id", "in", self.commercial_partner_id.ids)
        )
        rows = self.env.execute_query(visible) if visible else []
        found = {partner: (tier, until) for partner, tier, until in rows}
        for partner in self:
            tier, until = found.get(partner.commercial_partner_id.id, (False, False))
            partner.customer_tier_id = tier
            partner.customer_tier_until = until

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid", "lang")
    def _compute_customer_tier_progress(self):
        """For a form: a few queries for each customer."""
        readable = self.env["loyalty.tier.membership"].has_access("read")
        for partner in self:
            progress = readable and partner.id and partner._tier_progress()
            partner.customer_tier_progress = " ".join(
                sentence for step in progress or () for sentence in step.sentences
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

    def _search_customer_tier_id(self, operator, value):
        if operator in ("any", "any!"):
            tiers = self.env["loyalty.tier"]._search(Domain(value))
            return self._with_tier(Domain("tier_id", "in", tiers))
        if operator != "in":
            return NotImplemented
        wanted = [tier for tier in value if tier]
        found = self._with_tier(Domain("tier_id", "in", wanted))
        if False in value:
            found |= ~self._with_tier(Domain.TRUE)
        return found

    def _search_customer_tier_until(self, operator, value):
        if operator not in ("in", "<", "<=", ">", ">="):
            return NotImplemented
        return self._with_tier(Domain("date_to", operator, value))

    def _with_tier(self, domain: Domain) -> Domain:
        """Contacts whose commercial entity has such a membership now."""
        memberships = self.env["loyalty.tier.membership"]
        if not memberships.has_access("read"):
            return Domain.FALSE
        found = memberships._search(self._current_memberships_domain() & domain)
        return Domain("commercial_partner_id", "in", found.subselect("partner_id"))

    @api.model
    def _current_memberships_domain(self, company=None) -> Domain:
        company = company or self.env.company
        programs = self.env["loyalty.tier.program"]
        published = programs._published_ids(company.id)
        today = programs._company_today(company)
        return Domain("program_id", "in", published) & self.env[
            "loyalty.tier.membership"
        ]._current_domain(today)

    def _visible_tiers(self, domain: Domain) -> SQL | None:
        """Each customer's tier as the user sees it: the first program's that has one"""
        memberships = self.env["loyalty.tier.membership"]
        company = self.env.company
        if not self.env["loyalty.tier.program"]._published_ids(company.id):
            return None
        if not memberships.has_access("read"):
            return None
        memberships.flush_model()
        found = memberships._search(self._current_memberships_domain() & domain)
        return SQL(
            """
            SELECT DISTINCT ON (membership.partner_id)
                   membership.partner_id, membership.tier_id, membership.date_to
              FROM loyalty_tier_membership membership
              JOIN loyalty_tier_program program ON program.id = membership.program_id
             WHERE membership.id IN %s
             ORDER BY membership.partner_id, program.sequence, program.id
            """,
            found.subselect(),
        )

    def _field_to_sql(self, alias, field_expr, query=None) -> SQL:
        if field_expr in TIER_COLUMNS and query is not None:
            tier = self._join_customer_tier(alias, query)
            return SQL.identifier(tier, TIER_COLUMNS[field_expr])
        return super()._field_to_sql(alias, field_expr, query)

    def _join_customer_tier(self, alias: str, query) -> str:
        # the ORM joins the tier itself under the field's name
        tier_alias = query.make_alias(alias, "customer_tier_membership")
        nothing = SQL(
            "SELECT NULL::int AS partner_id, NULL::int AS tier_id,"
            " NULL::date AS date_to WHERE FALSE"
        )
        query.add_join(
            "LEFT JOIN",
            tier_alias,
            SQL("(%s)", self._visible_tiers(Domain.TRUE) or nothing),
            SQL(
                "%s = %s",
                SQL.identifier(alias, "commercial_partner_id"),
                SQL.identifier(tier_alias, "partner_id"),
            ),
        )
        return tier_alias

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

    def _tier_progress(self, company=None) -> list[TierProgress]:
        """Where a contact's customer stands in each published program, and what next.

        The caller decides who may know it.
        """
        self.ensure_one()
        company = company or self.env.company
        # sudo: figures of this one customer, for whoever may see them
        programs = self.env["loyalty.tier.program"].sudo()
        programs = programs.browse(programs._published_ids(company.id))
        customer = self.commercial_partner_id
        return [program._progress_of(customer) for program in programs]

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

    def action_open_tier_memberships(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tier Memberships"),
            "res_model": "loyalty.tier.membership",
            "view_mode": "list,form",
            "domain": [("partner_id", "=", self.commercial_partner_id.id)],
            "context": {"create": False},
        }
