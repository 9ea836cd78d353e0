from odoo import api, models


class ProductPricelist(models.Model):
    """A tier's pricelist takes the place of the general one, never of a customer's own.

    A pricelist that somebody set on the customer, or that a partner level set there,
    was agreed with him and stays.
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
        granted = partners._tier_benefits("pricelist")
        for partner in partners if granted else ():
            own = partner.specific_property_product_pricelist
            benefit = granted.get(partner.commercial_partner_id)
            if benefit and benefit.pricelist_id.active and not own.filtered("active"):
                result[partner.id] = benefit.pricelist_id.with_env(self.env)
        return result
