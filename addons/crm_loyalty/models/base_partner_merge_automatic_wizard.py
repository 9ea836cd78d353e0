from odoo import api, models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Needs first: where both have one, Odoo would delete all the source's."""
        target = dst_partner.commercial_partner_id.id
        self.env["crm.partner.need"]._gather(
            SQL(
                "SELECT unnest(%s) AS source, %s AS target",
                [*src_partners.ids, dst_partner.id],
                target,
            )
        )
        return super()._update_foreign_keys(src_partners, dst_partner)
