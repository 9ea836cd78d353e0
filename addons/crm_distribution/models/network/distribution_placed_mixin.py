from odoo import api, fields, models
from odoo.fields import Domain

from ...channel.policy import own_id


class DistributionPlacedMixin(models.AbstractModel):
    """Records that keep where their territory and their goods stood when it was stated.

    A district that is moved below another province takes nothing along that happened in
    the first one, nor does a category that is moved below another one. How it would
    look by today's trees is asked apart, by other fields. For models with fields that
    the system alone writes.
    """

    _name = "distribution.placed.mixin"
    _description = "Records That Keep Their Place on the Map"
    _protected_fields = {
        "territory_path",
        "territory_above_id",
        "category_path",
        "category_above_id",
    }

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
    category_id = fields.Many2one("product.category", "Goods")
    category_path = fields.Char(
        "Place among Goods",
        compute="_compute_category_place",
        store=True,
        precompute=True,
        copy=False,
        help="The categories above, as they were then.",
    )
    category_above_id = fields.Many2one(
        "product.category",
        "Goods Above, as Stated",
        compute="_compute_category_place",
        store=True,
        precompute=True,
        copy=False,
        help="The category above when this happened.",
    )
    category_above_today_id = fields.Many2one(
        "product.category", "Goods Above, Today", related="category_id.parent_id"
    )
    category_stated_id = fields.Many2one(
        "product.category",
        "Goods, as Stated",
        compute="_compute_category_stated_id",
        search="_search_category_stated_id",
        help="Searched with the categories below it when this happened.",
    )

    # not on its place in the tree: what is stated stays
    @api.depends("territory_id")
    def _compute_territory_place(self):
        self._state_place("territory")

    @api.depends("category_id")
    def _compute_category_place(self):
        self._state_place("category")

    def _state_place(self, name: str) -> None:
        path, above, own = f"{name}_path", f"{name}_above_id", f"{name}_id"
        for record in self:
            node = record[own]
            if record[path] and node.id == own_id(record[path]):
                # the same one again is no new statement
                record[path] = record[path]
                record[above] = record[above]
                continue
            record[path] = node.parent_path
            record[above] = node.parent_id

    @api.depends("territory_id")
    def _compute_territory_stated_id(self):
        for record in self:
            record.territory_stated_id = record.territory_id

    def _search_territory_stated_id(self, operator, value):
        return self._search_stated("territory", operator, value)

    @api.depends("category_id")
    def _compute_category_stated_id(self):
        for record in self:
            record.category_stated_id = record.category_id

    def _search_category_stated_id(self, operator, value):
        return self._search_stated("category", operator, value)

    @api.model
    def _search_stated(self, name: str, operator, value):
        """Records that keep the path of what they name, for a search of the tree then.

        :param name: "territory" or "category"
        """
        if operator == "in":
            return Domain(f"{name}_id", "in", value)
        if operator != "child_of":
            return NotImplemented
        ids = [value] if isinstance(value, int) else value
        return Domain.OR(
            Domain(f"{name}_path", "=like", f"{id_}/%")
            | Domain(f"{name}_path", "like", f"/{id_}/")
            for id_ in ids
        )
