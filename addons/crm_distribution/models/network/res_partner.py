from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ...channel.network import INTERMEDIARIES

GROUP_OWN = "crm_distribution.group_channel_own"
GROUP_USER = "crm_distribution.group_channel_user"
GROUP_MANAGER = "crm_distribution.group_channel_manager"
# what channel managers decide on intermediaries
MANAGED = {
    "distribution_capacity",
    "distribution_level_id",
    "distribution_paused",
    "distribution_paused_until",
}
# from which Odoo takes a contact's salesperson
GIVES_SALESPERSON = {"user_id", "parent_id", "company_type", "is_company"}


class ResPartner(models.Model):
    """A contact's place in the channel is that of its company."""

    _name = "res.partner"
    _inherit = ["res.partner", "suite.protected.mixin"]
    _protected_fields = MANAGED | {"distribution_supplier_id"}

    distribution_level_id = fields.Many2one(
        "distribution.level",
        "Channel Level",
        index="btree_not_null",
        copy=False,
        groups="base.group_user",
        ondelete="restrict",
    )
    distribution_supplier_id = fields.Many2one(
        "res.partner",
        "Main Supplier",
        company_dependent=True,
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Today's main supplier, by the supply links of this company.",
    )
    distribution_capacity = fields.Integer(
        "Capacity",
        copy=False,
        groups="base.group_user",
        help="How many open offers and leads at a time. 0: no limit.",
    )
    distribution_paused = fields.Boolean(
        "Paused", copy=False, groups="base.group_user", help="Is offered no leads."
    )
    distribution_paused_until = fields.Date(
        "Paused Until",
        copy=False,
        groups="base.group_user",
        help="The last day of the pause. Empty: until somebody ends it.",
    )
    distribution_territory_id = fields.Many2one(
        "distribution.territory",
        "Territory",
        compute="_compute_distribution_territory_id",
        search="_search_distribution_territory_id",
        groups="base.group_user",
        help="The deepest territory that holds the address.",
    )
    distribution_is_shown = fields.Boolean(
        "Shown in the Channel",
        compute="_compute_distribution_is_shown",
        search="_search_distribution_is_shown",
        groups="base.group_user",
        help="Has a level in the channel. Whoever works with own intermediaries alone "
        "is shown those whose salesperson he is.",
    )
    distribution_supply_ids = fields.One2many(
        "distribution.link", "buyer_id", "Suppliers", groups="base.group_user"
    )
    distribution_buyer_ids = fields.One2many(
        "distribution.link", "supplier_id", "Buyers", groups="base.group_user"
    )

    _distribution_capacity_range = models.Constraint(
        "CHECK (distribution_capacity >= 0)", "A capacity is not less than 0."
    )

    @api.depends("country_id", "state_id", "zip")
    @api.depends_context("company")
    def _compute_distribution_territory_id(self):
        territories = self._distribution_territories(self.env.company)
        for partner in self:
            partner.distribution_territory_id = territories[partner.id]

    def _search_distribution_territory_id(self, operator, value):
        return self.env["distribution.territory"]._search_placed(self, operator, value)

    @api.depends("distribution_level_id", "user_id")
    @api.depends_context("uid")
    def _compute_distribution_is_shown(self):
        shown = self.filtered_domain(self._distribution_shown_domain())
        for partner in self:
            partner.distribution_is_shown = partner in shown

    def _search_distribution_is_shown(self, operator, value):
        if operator != "in":
            return NotImplemented
        shown = self._distribution_shown_domain()
        domain = shown if True in value else Domain.FALSE
        return domain | ~shown if False in value else domain

    @api.model
    def _distribution_shown_domain(self) -> Domain:
        domain = Domain("distribution_level_id", "!=", False)
        user = self.env.user
        if user.has_group(GROUP_OWN) and not user.has_group(GROUP_USER):
            domain &= Domain("user_id", "=", user.id)
        return domain

    @api.constrains("distribution_capacity", "distribution_paused_until")
    def _check_distribution_capacity(self):
        for partner in self:
            if partner.distribution_capacity < 0:
                raise ValidationError(self.env._("A capacity is not less than 0."))

    def write(self, vals):
        others = self._held_by_others(vals)
        levels = self._agreed_levels(vals)
        res = super().write(vals)
        self._refuse_taken(others)
        self._take_pricelists(levels)
        return res

    def _held_by_others(self, vals) -> dict:
        """Intermediaries that are not the user's, and whose they are."""
        if not GIVES_SALESPERSON & vals.keys() or self._may_give_salesperson():
            return {}
        # sudo: to compare, not to show
        return {
            partner: partner.user_id
            for partner in self.sudo()
            if partner.user_id != self.env.user and partner._is_of_channel()
        }

    def _refuse_taken(self, others: dict) -> None:
        """Whose an intermediary is says who sees what concerns it: nobody takes one."""
        if any(partner.user_id != before for partner, before in others.items()):
            raise AccessError(
                self.env._(
                    "Who looks after an intermediary, say channel users, or who looks "
                    "after it now."
                )
            )

    def _agreed_levels(self, vals) -> dict:
        """Hook: Odoo's partner levels that agreements grant, and that may change."""
        return {}

    def _take_pricelists(self, levels: dict) -> None:
        """Hook: a level that was taken away takes its pricelist along."""

    @api.model
    def _may_give_salesperson(self) -> bool:
        return self.env.su or self.env.user.has_group(GROUP_USER)

    def _is_of_channel(self) -> bool:
        """Hook: whether anything of the channel concerns this company."""
        self.ensure_one()
        return bool(self.distribution_level_id)

    def _protected_names(self):
        """Channel managers decide; the main supplier follows from the links alone."""
        names = super()._protected_names()
        return names - MANAGED if self.env.user.has_group(GROUP_MANAGER) else names

    def _distribution_territories(self, company) -> dict:
        """The territory of each of these contacts on a company's map, by their ids."""
        Territory = self.env["distribution.territory"]
        found = Territory._of_places(
            [(p.country_id.id, p.state_id.id, p.zip) for p in self], company
        )
        return {
            partner.id: Territory.browse(territory or ())
            for partner, territory in zip(self, found, strict=True)
        }

    def _check_is_company(self) -> None:
        """
        :raise ValidationError: one of these is a contact, and names its company
        """
        for partner in self:
            company = partner.commercial_partner_id
            if partner != company:
                raise ValidationError(
                    self.env._(
                        "“%(contact)s” is a contact: choose “%(company)s”.",
                        contact=partner.display_name,
                        company=company.display_name,
                    )
                )

    def _is_intermediary(self) -> bool:
        """Whether this contact's company stands between producer and consumer."""
        self.ensure_one()
        # sudo: the company may be hidden from a contact of it
        company = self.commercial_partner_id.sudo()
        return company.active and company.distribution_level_id.kind in INTERMEDIARIES

    @api.model
    def _distribution_company_of(self, user):
        """The company that a user acts for; nobody's, where it is archived."""
        # sudo: its own company is no secret to a user
        company = user.sudo().partner_id.commercial_partner_id
        return company if company.active else company.browse()
