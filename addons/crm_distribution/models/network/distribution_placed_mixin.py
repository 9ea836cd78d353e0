from odoo import api, fields, models

from ...channel.policy import own_id


class DistributionPlacedMixin(models.AbstractModel):
    """Records that keep where their territory lay when it was stated.

    A district that is moved below another province takes nothing along that happened in
    the first one. How it would look by today's map is asked apart, by another field.
    For models with fields that the system alone writes.
    """

    _name = "distribution.placed.mixin"
    _description = "Records That Keep Their Place on the Map"
    _protected_fields = {"territory_path", "territory_above_id"}

    territory_id = fields.Many2one("distribution.territory", readonly=True)
    territory_path = fields.Char(
        "Place on the Map",
        compute="_compute_territory_place",
        store=True,
        copy=False,
        help="The territories above, as they were then.",
    )
    territory_above_id = fields.Many2one(
        "distribution.territory",
        "Inside, as Stated",
        compute="_compute_territory_place",
        store=True,
        copy=False,
        help="What the territory lay in when this happened.",
    )
    territory_above_today_id = fields.Many2one(
        "distribution.territory",
        "Inside, by Today's Map",
        related="territory_id.parent_id",
    )
    territory_stated_id = fields.Many2one(
        "distribution.territory",
        "Territory, as Stated",
        compute="_compute_territory_stated_id",
        search="_search_territory_stated_id",
        help="Searched with what lay inside it when this happened.",
    )

    # not on its place in the tree: what is stated stays
    @api.depends("territory_id")
    def _compute_territory_place(self):
        for record in self:
            territory = record.territory_id
            if record.territory_path and territory.id == own_id(record.territory_path):
                # the same territory again is no new statement
                record.territory_path = record.territory_path
                record.territory_above_id = record.territory_above_id
                continue
            record.territory_path = territory.parent_path
            record.territory_above_id = territory.parent_id

    @api.depends("territory_id")
    def _compute_territory_stated_id(self):
        for record in self:
            record.territory_stated_id = record.territory_id

    def _search_territory_stated_id(self, operator, value):
        return self.env["distribution.territory"]._search_stated(operator, value)
