from odoo import fields, models


class DistributionMessage(models.Model):
    _inherit = "distribution.message"
    _protected_fields = {"registration_id"}

    registration_id = fields.Many2one(
        "distribution.registration",
        "Deal",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )

    _one_subject = models.Constraint(
        "CHECK (num_nonnulls(route_id, registration_id) = 1)",
        "A message is about one lead or one deal.",
    )

    def _subject(self):
        return self.registration_id or super()._subject()
