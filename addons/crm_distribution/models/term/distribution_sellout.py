from odoo import models


class DistributionSellout(models.Model):
    """What an accepted report earns its reporter."""

    _inherit = "distribution.sellout"

    def _on_accepted(self):
        res = super()._on_accepted()
        # sudo: entries are the system's, whoever accepts
        self.env["distribution.accrual"].sudo()._follow_sellout(self)
        return res
