from collections import defaultdict
from collections.abc import Iterable, Iterator

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.prefetch import SELDOM_READ
from .loyalty_tier_program import TierProgress
from .tier_words import CODED, SERVICE_LEVELS

GRANTED_FIELDS = (
    "service_level",
    "tier_contact_id",
    "tier_community_url",
    "tier_codes",
)


class ResPartner(models.Model):
    """A contact shows the tier of its commercial entity with the current company.

    Looked up under the user's rights, never stored; so is what it is granted, of which
    nothing has to be taken away. Who may not know a customer's dealings reads and finds
    nothing of it, neither in what the contact shows nor by searching for it.
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
    # one look-up for all that a form or a list shows of tiers, with the day it is of;
    # who may know it is asked by whatever shows it
    tier_today_ids = fields.Many2many(
        "loyalty.tier.membership",
        compute="_compute_tier_today_ids",
        compute_sudo=True,
        groups=fields.NO_ACCESS,
    )
    tier_looked_up_on = fields.Date(
        compute="_compute_tier_today_ids", compute_sudo=True, groups=fields.NO_ACCESS
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
        prefetch=SELDOM_READ,
        help="For a gesture that the customer's tier grants.",
    )
    service_level = fields.Selection(
        SERVICE_LEVELS,
        compute="_compute_tier_grants",
        groups="sales_team.group_sale_salesman",
        help="By the customer's tier, as long as it lasts.",
    )
    tier_contact_id = fields.Many2one(
        "res.users",
        "Named Contact",
        compute="_compute_tier_grants",
        groups="sales_team.group_sale_salesman",
        help="By the customer's tier, as long as it lasts.",
    )
    tier_community_url = fields.Char(
        "Community",
        compute="_compute_tier_grants",
        groups="sales_team.group_sale_salesman",
    )
    tier_codes = fields.Char(
        compute="_compute_tier_codes",
        search="_search_tier_codes",
        groups="sales_team.group_sale_salesman",
        help="Of the portal functions and integrations that the customer's tier grants "
        "today, with a comma between them. Search for one with “=”.",
    )

    @api.model
    def _tier_fields(self) -> list[str]:
        """What changes with a membership."""
        return [
            "customer_tier_id",
            "tier_today_ids",
            "tier_looked_up_on",
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
        # sudo: see above
        memberships = self.env["loyalty.tier.membership"].sudo()
        if not self.env["loyalty.tier.program"]._published_ids(company.id):
            return memberships
        today = company._today()
        # sudo: see above
        customers = self.commercial_partner_id._origin.sudo().with_company(company)
        of_before = customers.filtered(lambda one: one.tier_looked_up_on != today)
        of_before.invalidate_recordset(
            ["tier_today_ids", "tier_looked_up_on"], flush=False
        )
        return memberships.browse(
            membership for one in customers for membership in one.tier_today_ids.ids
        )

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_tier_today_ids(self):
        company = self.env.company
        published = self.env["loyalty.tier.program"]._published_ids(company.id)
        memberships = self.env["loyalty.tier.membership"].search_fetch(
            self._current_memberships_domain(company)
            & Domain("partner_id", "in", self.commercial_partner_id.ids),
            ["partner_id", "tier_id", "program_id", "company_id"],
        )
        of_each = memberships.sorted(
            lambda one: published.index(one.program_id.id)
        ).grouped("partner_id")
        for partner in self:
            customer = partner.commercial_partner_id._origin
            partner.tier_today_ids = of_each.get(customer, memberships.browse())
            partner.tier_looked_up_on = company._today()

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid", "lang")
    def _compute_customer_tier_progress(self):
        """For a form: a few queries for each customer."""
        known = self._customers_with_known_tiers()
        for partner in self:
            progress = ()
            if partner.commercial_partner_id in known:
                progress = partner._tier_progress()
            partner.customer_tier_progress = " ".join(
                sentence for step in progress for sentence in step.sentences
            )

    def _customers_with_known_tiers(self):
        """Those of these contacts' customers whose tiers the user may know."""
        customers = self.commercial_partner_id.filtered("id")
        programs = self.env["loyalty.tier.program"]
        if self.env.su or not programs._published_ids(self.env.company.id):
            return customers
        if not self.env["loyalty.tier.membership"].has_access("read"):
            return customers.browse()
        return customers & customers.with_context(active_test=False).search(
            Domain("id", "in", customers.ids) & self._visible_customers_domain()
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

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_tier_codes(self):
        codes = self._customers_with_known_tiers()._tier_codes()
        for partner in self:
            granted = codes.get(partner.commercial_partner_id, ())
            partner.tier_codes = ",".join(sorted(granted))

    def _search_tier_codes(self, operator, value):
        """Customers who are granted one of the codes today, as far as visible."""
        if operator != "in":
            return NotImplemented
        # sudo: what tiers grant; who has them is asked with the user's rights
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
        granting = tiers.filtered(lambda tier: codes[tier].intersection(value))
        found = self._with_tier(Domain("tier_id", "in", granting.ids))
        if False in value:
            coded = tiers.filtered(lambda tier: codes[tier])
            found |= ~self._with_tier(Domain("tier_id", "in", coded.ids))
        return found

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_tier_grants(self):
        known = self._customers_with_known_tiers()
        levels, contacts, communities = (
            known._tier_benefits(kind) for kind in ("service", "contact", "community")
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

    def action_open_tier_memberships(self):
        self.ensure_one()
        self.check_access("read")
        self.env["loyalty.tier.membership"].check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "loyalty.tier.membership",
            "view_mode": "list,form",
            "domain": [("partner_id", "=", self.commercial_partner_id.id)],
            # after the tuple, which the export of terms would else take for a term
            "name": self.env._("Tier Memberships"),
            "context": {"create": False},
        }

    def _with_tier(self, domain: Domain, company=None) -> Domain:
        """Contacts whose customer has such a membership now, as far as visible."""
        memberships = self.env["loyalty.tier.membership"]
        if not memberships.has_access("read"):
            return Domain.FALSE
        found = memberships._search(self._current_memberships_domain(company) & domain)
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

    @api.model
    def _joined_fields(self):
        return {
            **super()._joined_fields(),
            "customer_tier_id": ("_join_customer_tier", "tier_id"),
        }

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

    def _portal_tiers(self, company) -> list[dict]:
        """Where the customer stands in each tier program, and what he gets there.

        Tiers count a company's purchases: its contacts see them as they see its points.
        """
        if not self._may_use_points_of(self.commercial_partner_id):
            return []
        standings = []
        for progress in self._tier_progress(company):
            target = progress.next_tier.threshold
            percent = None
            if target:
                reached = 1 - progress.missing / target
                percent = round(100 * min(max(reached, 0.0), 1.0))
            standings.append(
                {
                    "program": progress.program.name,
                    "tier": progress.tier.name or "",
                    "next": progress.next_tier.name or "",
                    "sentences": progress.sentences,
                    "percent": percent,
                    "benefits": self._portal_benefits(progress.tier),
                }
            )
        return [one for one in standings if one["sentences"] or one["benefits"]]

    def _portal_benefits(self, tier) -> list[dict]:
        """What a tier gives its members today, but for what other systems ask."""
        if not tier:
            return []
        granted = tier._granted_benefits(tier.program_id._today())
        return [
            {
                "name": benefit.name,
                "contact": benefit.kind == "contact" and benefit.user_id.name or "",
                "url": benefit._portal_url(),
            }
            for benefit in granted
            if benefit.kind != "integration"
        ]

    def _portal_function(self, code: str, company) -> str:
        """Where a portal function leads, for a customer who is granted it today."""
        if not self._may_use_points_of(self.commercial_partner_id):
            return ""
        return next(
            (
                benefit.url or ""
                for _customer, benefit in self._granted_today(("portal",), company)
                if benefit.code == code
            ),
            "",
        )
