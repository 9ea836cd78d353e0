from odoo import models


class ResPartner(models.Model):
    """What happens to a contact: each of Odoo's hooks that several themes need, once.

    The steps stand in the themes: ``purchase``, ``points``.
    """

    _inherit = "res.partner"

    def write(self, vals):
        if vals.keys().isdisjoint({"parent_id", "is_company"}):
            return super().write(vals)
        # sudo: whose purchases and points these are does not depend on who moves him
        moving = self.sudo().with_context(active_test=False)
        moving = moving.search([("id", "child_of", self.ids)])
        before = {one: one.commercial_partner_id for one in moving}
        res = super().write(vals)
        left = moving.filtered(
            lambda one: before[one] not in (one, one.commercial_partner_id)
        )
        for company, contacts in left.grouped(before.get).items():
            contacts._leave_purchases_behind(company)
            contacts._leave_points_behind()
        return res
