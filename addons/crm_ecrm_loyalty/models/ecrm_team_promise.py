from odoo import api, models


class EcrmTeamPromise(models.Model):
    """A team may promise more to those whose tier grants them a service level."""

    _inherit = "ecrm.team.promise"

    @api.model
    def _select_service_level(self):
        benefits = self.env["loyalty.tier.benefit"]
        return benefits._fields["service_level"]._description_selection(self.env)
