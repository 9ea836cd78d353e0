from odoo import models


class ProductCategory(models.Model):
    _inherit = "product.category"

    def write(self, vals):
        """Elsewhere in the tree, agreements may meet that did not."""
        res = super().write(vals)
        if "parent_id" in vals:
            moved = self.env["distribution.agreement"]._of_tree("category_id", self)
            moved._guard_exclusivity()
        return res
