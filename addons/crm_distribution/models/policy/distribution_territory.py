from odoo import models


class DistributionTerritory(models.Model):
    _inherit = "distribution.territory"

    def write(self, vals):
        """Elsewhere in the tree, agreements may meet that did not."""
        res = super().write(vals)
        if "parent_id" in vals:
            agreements = self.env["distribution.agreement"]
            agreements._of_tree("territory_id", self)._guard_exclusivity()
        return res
