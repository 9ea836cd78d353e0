from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

GRANTED_FIELDS = (
    *("service_level", "tier_contact_id", "tier_community_url"),
    "tier_codes",
)


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

    Looked up under the user's rights, never stored.
    """

    _inherit = "res.partner"

    customer_tier_id = fields.Many2one(
        "loyalty.tier",
        "Tier",
        compute="_compute_customer_tier",
        search="_search_customer_tier_id",
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

    @api.model
    def _tier_fields(self) -> list[str]:
        """What changes with a membership."""
        return [
            "customer_tier_id",
            *GRANTED_FIELDS,
            "customer_tier_progress",
            "property_product_pricelist",
        ]

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_customer_tier(self):
        memberships = self._memberships_today(self.env.company)
        # the rights are asked of each: much faster for a form than in the query
        visible = memberships.sudo(False)._filtered_access("read")
        by_customer = visible.grouped("partner_id")
        for partner in self:
            found = by_customer.get(partner.commercial_partner_id, visible.browse())
            partner.customer_tier_id = found[:1].tier_id

    def _memberships_today(self, company):
        """What these contacts' customers are members of, in the order of programs.

        As superuser: the caller decides who may know it.
        """
        published = self.env["loyalty.tier.program"]._published_ids(company.id)
        # sudo: see above
        memberships = self.env["loyalty.tier.membership"].sudo()
        if not published:
            return memberships
        memberships = memberships.search_fetch(
            self._current_memberships_domain(company)
            & Domain("partner_id", "in", self.commercial_partner_id.ids),
            ["partner_id", "tier_id", "program_id", "company_id"],
        )
        return memberships.sorted(lambda one: published.index(one.program_id.id))

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

    def _with_tier(self, domain: Domain) -> Domain:
        """Contacts whose commercial entity has such a membership now."""
        memberships = self.env["loyalty.tier.membership"]
        if not memberships.has_access("read"):
            return Domain.FALSE
        return self._of_members(memberships, domain)

    def _of_members(self, memberships, domain: Domain) -> Domain:
        """Contacts of today's members, as far as the memberships' environment sees."""
        found = memberships._search(self._current_memberships_domain() & domain)
        return Domain("commercial_partner_id", "in", found.subselect("partner_id"))

    @api.model
    def _current_memberships_domain(self, company=None) -> Domain:
        company = company or self.env.company
        programs = self.env["loyalty.tier.program"]
        published = programs._published_ids(company.id)
        today = company._today()
        return Domain("program_id", "in", published) & self.env[
            "loyalty.tier.membership"
        ]._current_domain(today)

    def _visible_tiers(self) -> SQL | None:
        """Each customer's tier as the user sees it: the first program's that has one"""
        memberships = self.env["loyalty.tier.membership"]
        company = self.env.company
        if not self.env["loyalty.tier.program"]._published_ids(company.id):
            return None
        if not memberships.has_access("read"):
            return None
        memberships.flush_model()
        found = memberships._search(self._current_memberships_domain())
        return SQL(
            """
            SELECT DISTINCT ON (membership.partner_id)
                   membership.partner_id, membership.tier_id
              FROM loyalty_tier_membership membership
              JOIN loyalty_tier_program program ON program.id = membership.program_id
             WHERE membership.id IN %s
             ORDER BY membership.partner_id, program.sequence, program.id
            """,
            found.subselect(),
        )

    def _join_customer_tier(self, alias: str, query) -> str:
        # the ORM joins the tier itself under the field's name
        tier_alias = query.make_alias(alias, "customer_tier_membership")
        nothing = SQL(
            "SELECT NULL::int AS partner_id, NULL::int AS tier_id WHERE FALSE"
        )
        query.add_join(
            "LEFT JOIN",
            tier_alias,
            SQL("(%s)", self._visible_tiers() or nothing),
            SQL(
                "%s = %s",
                self._field_to_sql(alias, "commercial_partner_id", query),
                SQL.identifier(tier_alias, "partner_id"),
            ),
        )
        return tier_alias

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

    def action_open_tier_memberships(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "loyalty.tier.membership",
            "view_mode": "list,form",
            "domain": [("partner_id", "=", self.commercial_partner_id.id)],
            # after the tuple, which the export of terms would else take for a term
            "name": self.env._("Tier Memberships"),
            "context": {"create": False},
        }
