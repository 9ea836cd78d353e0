from odoo import api, fields, models
from odoo.exceptions import AccessError

from .ecrm_case import ENTERED


class EcrmCase(models.Model):
    """What a customer said stays as he said it; what we make of it stands beside it."""

    _inherit = "ecrm.case"

    summary = fields.Text(
        "Our Summary",
        help="What it is about, in our own words. The customer does not see it.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever enters a case by hand says so: nobody makes up what was sent."""
        if not self._is_by_system():
            usual = self.default_get(["medium"]).get("medium")
            if {vals.get("medium") or usual for vals in vals_list} - {*ENTERED}:
                raise AccessError(self._entered_words())
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_by_system():
            self._refuse_other_words(vals)
        return super().write(vals)

    def _refuse_other_words(self, vals) -> None:
        if not {"description", "medium"} & vals.keys():
            return
        # first of all: "unchanged" would tell of cases to those who may not see them
        self.check_access("write")
        for case in self:
            if "description" in vals and case._differs(
                "description", vals["description"]
            ):
                raise AccessError(
                    self.env._(
                        "%s: what the customer said stays as he said it. Write a "
                        "summary of your own beside it.",
                        case.number,
                    )
                )
            # sudo: to compare, not to show
            media = {case.sudo().medium, vals.get("medium", case.sudo().medium)}
            if len(media) > 1 and media - {*ENTERED}:
                raise AccessError(self._entered_words())

    def _entered_words(self) -> str:
        return self.env._(
            "By hand a case comes in by phone, by an interface or by the staff alone: "
            "the other media are those by which customers write."
        )
