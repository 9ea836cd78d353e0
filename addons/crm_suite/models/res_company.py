from odoo import api, fields, models, tools


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        """Another contact may be elsewhere, where it is another day."""
        res = super().write(vals)
        if "partner_id" in vals:
            self.env.registry.clear_cache()
        return res

    def _today(self):
        """The calendar day where this company is."""
        self.ensure_one()
        return fields.Date.context_today(self.with_context(tz=self._zone(self.id)))

    @api.model
    @tools.ormcache("company_id")
    def _zone(self, company_id: int) -> str:
        # sudo: where it is is no secret
        return self.sudo().browse(company_id).partner_id.tz or "UTC"
