from odoo import api, fields, models


class DistributionMessageWrite(models.TransientModel):
    """What one of us writes to an intermediary about its lead or deal."""

    _name = "distribution.message.write"
    _description = "Write to an Intermediary"

    route_id = fields.Many2one("distribution.route", "Lead")
    registration_id = fields.Many2one("distribution.registration", "Deal")
    partner_id = fields.Many2one(
        "res.partner", "Intermediary", compute="_compute_partner_id"
    )
    text = fields.Text("Message", required=True)

    @api.depends("route_id", "registration_id")
    def _compute_partner_id(self):
        for wizard in self:
            wizard.partner_id = (wizard.registration_id or wizard.route_id).partner_id

    def action_send(self):
        self.ensure_one()
        subject = self.registration_id or self.route_id
        subject._write_to_intermediary(self.text)
