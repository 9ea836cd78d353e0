import calendar
import re
from datetime import date, timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.dates import written_day
from odoo.addons.crm_suite.tools.text import check_link

from .tier_words import (
    BENEFITS,
    CODED,
    COSTS,
    DELIVERY_PRIORITIES,
    GESTURES,
    KINDS,
    NATURES,
    SERVICE_LEVELS,
)

# A part of an address by itself, so neither “.” nor “..”.
CODE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
# What each kind cannot do without.
NEEDED = {
    "payment_term": "payment_term_id",
    "pricelist": "pricelist_id",
    "point_factor": "point_factor",
    "credit_limit": "credit_limit",
    "contact": "user_id",
    "event": "event_date",
    "community": "url",
    "delivery": "delivery_priority",
    "service": "service_level",
    "portal": "code",
    "integration": "code",
}


class LoyaltyTierBenefit(models.Model):
    """What members of a tier get, and what it costs.

    It is never written onto the customer: whoever needs it looks it up, so that it is
    gone with the last day of the membership or of the benefit. The kinds are listed in
    ``tier_words.py``; each acts where its document is: ``account_payment_term.py``,
    ``product_pricelist.py``, ``sale_order.py`` and so on beside this file.
    """

    _name = "loyalty.tier.benefit"
    _description = "Tier Benefit"
    _inherit = ["suite.company.mixin", "suite.protected.mixin", "suite.number.mixin"]
    _order = "tier_id, sequence, id"
    _company_links = {"pricelist_id"}
    _number_limits = {
        "point_factor": (1, 1_000),
        "credit_limit": (0, 1e12),
        "unit_cost": (0, 1e12),
        "cost_share": (0, 1),
        "days_before": (0, 90),
    }

    name = fields.Char(required=True, translate=True, help="As members read it.")
    sequence = fields.Integer(default=10)
    tier_id = fields.Many2one(
        "loyalty.tier", required=True, index=True, ondelete="cascade"
    )
    program_id = fields.Many2one(related="tier_id.program_id", store=True, index=True)
    company_id = fields.Many2one(
        related="program_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(KINDS, required=True, default="payment_term")
    nature = fields.Selection(NATURES, compute="_compute_nature", store=True)
    and_above = fields.Boolean(
        "Higher Tiers Too",
        default=True,
        help="Members of higher tiers have it as well, unless they have their own.",
    )
    date_from = fields.Date("From", help="Empty: from the start.")
    date_to = fields.Date("To", help="The last day; empty: for good.")

    payment_term_id = fields.Many2one(
        "account.payment.term", check_company=True, ondelete="restrict"
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        domain="['|', ('company_id', '=', False),"
        " ('company_id', 'parent_of', company_id)]",
        ondelete="restrict",
    )
    point_factor = fields.Float(default=1.0)
    credit_limit = fields.Monetary()
    user_id = fields.Many2one(
        "res.users",
        "Contact",
        check_company=True,
        domain="[('share', '=', False)]",
        ondelete="restrict",
    )
    event_date = fields.Date("Day of the Event")
    url = fields.Char("Link", help="A web address, or a page of your site: /shop.")
    delivery_priority = fields.Selection(DELIVERY_PRIORITIES, default="1")
    service_level = fields.Selection(SERVICE_LEVELS, default="priority")
    code = fields.Char(help="The name by which other functions ask for it.")
    days_before = fields.Integer(
        "Prepare (Days Before)",
        default=7,
        help="When the activity appears with whoever makes the gesture.",
    )

    cost_by = fields.Selection(COSTS, "Costs", default="member", required=True)
    unit_cost = fields.Monetary("Cost")
    cost_share = fields.Float("Share", help="Of what members buy in a year.")

    _validity_range = models.Constraint(
        "CHECK (date_to >= date_from)", "A benefit ends before it begins."
    )
    _cost_range = models.Constraint(
        "CHECK (unit_cost >= 0 AND cost_share BETWEEN 0 AND 1)",
        "A cost cannot be negative, nor a share above 100 %.",
    )
    _values_range = models.Constraint(
        "CHECK (point_factor >= 1 AND credit_limit >= 0"
        " AND days_before BETWEEN 0 AND 90)",
        "A factor is at least 1, a limit not negative, and gestures are prepared 0 to "
        "90 days before.",
    )

    @api.depends("kind")
    def _compute_nature(self):
        for benefit in self:
            benefit.nature = BENEFITS[benefit.kind][0] if benefit.kind else False

    @api.constrains("kind", *NEEDED.values())
    def _check_complete(self):
        for benefit in self:
            needed = NEEDED.get(benefit.kind)
            if needed and not benefit[needed]:
                raise ValidationError(
                    self.env._(
                        "“%(benefit)s” needs: %(field)s.",
                        benefit=benefit.name,
                        field=self._fields[needed]._description_string(self.env),
                    )
                )

    @api.constrains("url", "code")
    def _check_link(self):
        for benefit in self:
            check_link(self.env, benefit.url or "")
            if benefit.code and not CODE.fullmatch(benefit.code):
                raise ValidationError(
                    self.env._(
                        "“%(code)s” is no code: up to 64 letters, digits, full stops, "
                        "hyphens and underscores, no full stop at the beginning.",
                        code=benefit.code,
                    )
                )

    @api.constrains("kind", "cost_by")
    def _check_cost(self):
        for benefit in self:
            if (benefit.cost_by == "points" and benefit.kind != "point_factor") or (
                benefit.cost_by == "gesture" and benefit.kind not in GESTURES
            ):
                raise ValidationError(
                    self.env._("“%s” cannot be counted that way.", benefit.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _portal_url(self) -> str:
        """What the benefit's name leads to on the member's own page."""
        if self.kind == "contact":
            return f"mailto:{self.user_id.email}" if self.user_id.email else ""
        if self.kind == "portal" and self.url:
            # asked again for the grant when it is followed
            return f"/my/benefits/{self.code}"
        return self.url or ""

    def _valid_on(self, day) -> bool:
        return (not self.date_from or self.date_from <= day) and (
            not self.date_to or self.date_to >= day
        )

    def _sameness(self) -> tuple:
        """Benefits with the same cannot be had twice."""
        if self.kind in CODED:
            return self.kind, self.code
        return self.kind, self.event_date if self.kind == "event" else None

    def _cost_for(self, figures: dict) -> float:
        """What it costs for so many members with such purchases in a year."""
        if self.cost_by == "member":
            return self.unit_cost * figures["members"]
        if self.cost_by == "revenue":
            return self.cost_share * max(figures["revenue"], 0)
        if self.cost_by == "points":
            given = figures.get("extra_points")
            if given is None:
                given = figures["points"] * (self.point_factor - 1)
            return self.unit_cost * given
        made = figures.get("gestures")
        if made is None:
            # one each a year
            return self.unit_cost * figures["members"]
        return made.get(self.id, 0.0)

    @api.model
    @tools.ormcache("company_id")
    def _published_kinds(self, company_id: int) -> frozenset[str]:
        """Kinds that some published program of the company gives, on whatever day."""
        programs = self.env["loyalty.tier.program"]._published_ids(company_id)
        # sudo: what members get is theirs, whoever sells to them
        benefits = self.sudo().search([("program_id", "in", programs)])
        return frozenset(benefits.mapped("kind"))

    @api.model
    def _with_occasions_domain(self) -> Domain:
        """Benefits of which an occasion comes near without a gesture."""
        gestures = self.search(
            Domain("kind", "in", GESTURES)
            & Domain("program_id.state", "=", "published")
            & Domain("program_id.active", "=", True)
        )
        near = gestures.filtered(lambda benefit: benefit._find_occasions(1))
        return Domain("id", "in", near.ids)

    def _find_occasions(self, limit: int) -> list[tuple[int, date, int]]:
        """Contact, day and membership of occasions that come near unprepared."""
        self.ensure_one()
        today = self.program_id._today()
        days = [today + timedelta(step) for step in range(self.days_before + 1)]
        days = [day for day in days if self._valid_on(day)]
        if self.kind == "event":
            days = [day for day in days if day == self.event_date]
        if not days:
            return []
        self.env["res.partner"].flush_model()
        self.env["loyalty.tier.membership"].flush_model()
        self.env["loyalty.tier.gesture"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT contact.id, occasion.day, member.id
                  FROM (VALUES %(days)s) occasion (day, yearly)
                  JOIN loyalty_tier_membership member
                    ON occasion.day BETWEEN member.date_from AND member.date_to
                   AND member.tier_id = ANY(%(tiers)s)
                  JOIN res_partner contact ON %(whom)s
                 WHERE contact.active
                   AND NOT EXISTS (
                       SELECT FROM loyalty_tier_gesture made
                        WHERE made.benefit_id = %(benefit)s
                          AND made.partner_id = contact.id
                          AND made.date = occasion.day)
                 ORDER BY occasion.day, contact.id
                 LIMIT %(limit)s
                """,
                days=SQL(", ").join(map(_yearly_rows, days)),
                tiers=self._tiers_that_grant().ids,
                whom=self._recipients_sql(),
                benefit=self.id,
                limit=limit,
            )
        )

    def _tiers_that_grant(self):
        """Its own tier, and higher ones that have it too."""
        today = self.program_id._today()
        return self.program_id.tier_ids.filtered(
            lambda tier: self in tier._granted_benefits(today)
        )

    def _recipients_sql(self) -> SQL:
        if self.kind == "birthday":
            return SQL(
                """
                contact.commercial_partner_id = member.partner_id
                AND to_char(contact.customer_birthday, 'MM-DD') = occasion.yearly
                """
            )
        if self.kind == "anniversary":
            return SQL(
                """
                contact.id = member.partner_id
                AND EXISTS (
                    SELECT FROM loyalty_tier_membership first
                     WHERE first.program_id = member.program_id
                       AND first.partner_id = member.partner_id
                    HAVING to_char(min(first.date_from), 'MM-DD') = occasion.yearly
                       AND min(first.date_from) < occasion.day)
                """
            )
        return SQL("contact.id = member.partner_id")

    def _maker(self):
        return self.user_id or self.program_id.responsible_id or self.env.user

    def _gesture_reason(self, day) -> str:
        names = {
            "tier": self.tier_id.name,
            "program": self.program_id.name,
            "day": written_day(self.env, day),
        }
        if self.kind == "birthday":
            return self.env._("%(tier)s of %(program)s: birthday on %(day)s.", **names)
        if self.kind == "anniversary":
            return self.env._(
                "%(tier)s of %(program)s: a member for years on %(day)s.", **names
            )
        return self.env._(
            "%(tier)s of %(program)s: invite to the event on %(day)s.", **names
        )


def _yearly_rows(day: date) -> SQL:
    """A day beside the day and month that come again each year."""
    row = SQL("(%s::date, %s)", day, day.strftime("%m-%d"))
    if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
        return SQL("%s, (%s::date, '02-29')", row, day)
    return row
