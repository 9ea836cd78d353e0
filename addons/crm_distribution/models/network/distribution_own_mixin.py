from odoo import api, models
from odoo.fields import Domain


class DistributionOwnMixin(models.AbstractModel):
    """What an intermediary finds of its own on its pages.

    It has no access to the models: nothing can be read, searched, sorted or grouped by
    what belongs to others.
    """

    _name = "distribution.own.mixin"
    _description = "Records of an Intermediary on Its Pages"

    # by which field its pages name a record
    _portal_key = "id"

    @api.model
    def _portal_own(self, partner):
        """Hook: the model in superuser mode, and which are the intermediary's."""
        # sudo: whoever asks acts for this company
        return self.sudo(), Domain("partner_id", "=", partner.id)

    @api.model
    def _portal_count(self, partner) -> int:
        records, own = self._portal_own(partner)
        return records.search_count(own)

    @api.model
    def _portal_one(self, partner, number: int):
        """The intermediary's of this number, in superuser mode."""
        records, own = self._portal_own(partner)
        # a number that no column holds is nobody's
        if not 0 < number < 2**31:
            return records.browse()
        return records.search(own & Domain(self._portal_key, "=", number), limit=1)
