from odoo import api, models
from odoo.tools import ormcache


class LoyaltyMail(models.Model):
    _inherit = "loyalty.mail"

    @api.model
    @ormcache()
    def _any_milestone(self) -> bool:
        """Whether any card's customer is told when it reaches a number of points."""
        # sudo: of any program; it only spares everybody work
        mails = self.sudo().with_context(active_test=False)
        return bool(mails.search_count([("trigger", "=", "points_reach")], limit=1))

    @api.model_create_multi
    def create(self, vals_list):
        mails = super().create(vals_list)
        self.env["loyalty.program"]._forget_answers()
        return mails

    def write(self, vals):
        res = super().write(vals)
        if "trigger" in vals:
            self.env["loyalty.program"]._forget_answers()
        return res
