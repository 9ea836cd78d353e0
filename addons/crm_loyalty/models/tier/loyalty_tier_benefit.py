import re

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

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

LINK = re.compile(r"https?://[^\s/]|/(?!/)")
CODE = re.compile(r"[A-Za-z0-9._-]+")
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
    gone with the last day of the membership or of the benefit.
    """

    _name = "loyalty.tier.benefit"
    _description = "Tier Benefit"
    _order = "tier_id, sequence, id"

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
        "product.pricelist", check_company=True, ondelete="restrict"
    )
    point_factor = fields.Float(default=1.0)
    credit_limit = fields.Monetary()
    user_id = fields.Many2one(
        "res.users",
        "Contact",
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
            if benefit.url and not LINK.match(benefit.url):
                raise ValidationError(
                    self.env._(
                        "“%(link)s” is no link: it begins with https:// or, for a page "
                        "of your site, with /.",
                        link=benefit.url,
                    )
                )
            if benefit.code and not CODE.fullmatch(benefit.code):
                raise ValidationError(
                    self.env._(
                        "“%(code)s” is no code: letters, digits, full stop, hyphen and "
                        "underscore only.",
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
