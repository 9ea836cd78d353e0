from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...channel import postal


class DistributionTerritoryArea(models.Model):
    """A country, a state or a range of postal codes that belongs to a territory."""

    _name = "distribution.territory.area"
    _description = "Territory Area"
    _inherit = ["suite.company.mixin", "suite.protected.mixin"]
    _order = "country_id, state_id, zip_shape, zip_low, id"

    territory_id = fields.Many2one(
        "distribution.territory", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="territory_id.company_id", store=True)
    country_id = fields.Many2one(
        "res.country", required=True, index=True, ondelete="restrict"
    )
    state_id = fields.Many2one(
        "res.country.state",
        domain="[('country_id', '=', country_id)]",
        ondelete="restrict",
        help="Empty: all of the country.",
    )
    zip_from = fields.Char("First Zip", help="Empty: all postal codes.")
    zip_to = fields.Char("Last Zip", help="Included. Empty: the first code alone.")
    # what addresses are compared with
    zip_shape = fields.Char(compute="_compute_zip_range", store=True)
    zip_low = fields.Char(compute="_compute_zip_range", store=True)
    zip_high = fields.Char(compute="_compute_zip_range", store=True)

    @api.depends("zip_from", "zip_to")
    def _compute_zip_range(self):
        for area in self:
            zips = area._zip_range()
            area.zip_shape, area.zip_low, area.zip_high = zips or (False,) * 3

    @api.depends("country_id", "state_id", "zip_from", "zip_to")
    def _compute_display_name(self):
        for area in self:
            zips = " – ".join(filter(None, (area.zip_from, area.zip_to)))
            place = (area.state_id or area.country_id).name
            area.display_name = f"{place} {zips}".strip()

    # before the one of overlaps, which compares what this one lets pass
    @api.constrains("country_id", "state_id", "zip_from", "zip_to", "territory_id")
    def _check_area(self):
        for area in self:
            if area.state_id and area.state_id.country_id != area.country_id:
                raise ValidationError(
                    self.env._(
                        "%(state)s does not lie in %(country)s.",
                        state=area.state_id.name,
                        country=area.country_id.name,
                    )
                )
            typed = (area.zip_from or "").strip() or (area.zip_to or "").strip()
            if typed and not area.zip_shape:
                raise ValidationError(
                    self.env._(
                        "From “%(first)s” to “%(last)s” is no range of postal codes: "
                        "both must be written in the same way, and the first one "
                        "comes first.",
                        first=area.zip_from or "",
                        last=area.zip_to or area.zip_from or "",
                    )
                )
        self.territory_id._check_overlap()

    @api.model_create_multi
    def create(self, vals_list):
        self.env["distribution.territory"]._map_changed()
        return super().create(vals_list)

    def write(self, vals):
        self.env["distribution.territory"]._map_changed()
        return super().write(vals)

    def unlink(self):
        self.env["distribution.territory"]._map_changed()
        return super().unlink()

    def _zip_range(self) -> postal.ZipRange | None:
        self.ensure_one()
        try:
            return postal.zip_range(self.zip_from, self.zip_to)
        except ValueError:
            return None

    def _shared_with(self, other) -> str | None:
        """What this area and another one both hold, in words; None if nothing."""
        self.ensure_one()
        place = (self.state_id or other.state_id or self.country_id).name
        mine, theirs = self._zip_range(), other._zip_range()
        if mine and theirs:
            shared = postal.zip_overlap(mine, theirs)
            return f"{place} {_dash(*shared)}" if shared else None
        one = self if mine else other
        zips = _dash(one.zip_from, one.zip_to or one.zip_from) if mine or theirs else ""
        return f"{place} {zips}".strip()


def _dash(first: str, last: str) -> str:
    return first if first == last else f"{first}–{last}"
