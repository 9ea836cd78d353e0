from odoo import api, models


class ProductPricelist(models.Model):
    """A partner level that an agreement grants ends with it, its pricelist too.

    Odoo writes a level's pricelist onto the partner and leaves it there. What an
    agreement grants is looked up by date instead; a pricelist that somebody set on the
    partner by himself was agreed with him and stays.
    """

    _inherit = "product.pricelist"

    @api.model
    def _get_partner_pricelist_multi(self, partner_ids):
        result = super()._get_partner_pricelist_multi(partner_ids)
        if not self.env["res.groups"]._is_feature_enabled(
            "product.group_product_pricelist"
        ):
            return result
        partners = self.env["res.partner"].with_context(active_test=False)
        partners = partners.browse(partner_ids)
        granted, lapsed = self.env["distribution.agreement"]._grade_pricelists(
            partners.commercial_partner_id, self.env.company
        )
        if not (granted or lapsed):
            return result
        general = self._get_country_pricelist_multi(partners.country_id.ids)
        nothing = self.browse()
        for partner in partners:
            company = partner.commercial_partner_id.id
            ours = granted.get(company, nothing).filtered("active").sudo(False)
            over = lapsed.get(company, nothing).sudo(False)
            own = partner.specific_property_product_pricelist.filtered("active")
            if ours and (not own or own in ours | over):
                result[partner.id] = ours
            elif own and own in over:
                result[partner.id] = general[partner.country_id.id]
        return result
