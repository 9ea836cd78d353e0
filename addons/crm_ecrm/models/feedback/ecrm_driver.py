from odoo import fields, models

QUADRANTS = [
    ("improve", "Improve First"),
    ("keep", "Keep Up"),
    ("later", "Low Priority"),
    ("relax", "Possible Overkill"),
]


class EcrmDriver(models.Model):
    """How much of the score hangs on a dimension, and how well that is done.

    Written as a whole by its touchpoint.
    """

    _name = "ecrm.driver"
    _description = "Driver of Satisfaction"
    _inherit = ["suite.company.mixin"]
    _order = "share desc, id"
    _rec_name = "dimension_id"

    touchpoint_id = fields.Many2one(
        "ecrm.touchpoint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="touchpoint_id.company_id", store=True, index=True
    )
    dimension_id = fields.Many2one(
        "ecrm.dimension", required=True, readonly=True, ondelete="cascade"
    )
    share = fields.Float(
        "Importance",
        readonly=True,
        help="What it explains of the differences between scores (Shapley value of R²)",
    )
    share_low = fields.Float("Importance, at Least", readonly=True)
    share_high = fields.Float("Importance, at Most", readonly=True)
    performance = fields.Float(readonly=True, help="Mean of the marks, from 1 to 5")
    performance_low = fields.Float("Performance, at Least", readonly=True)
    performance_high = fields.Float("Performance, at Most", readonly=True)
    quadrant = fields.Selection(QUADRANTS, "What to Do", readonly=True)

    def action_open_feedback(self):
        """The answers that judge this dimension, worst marks first."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_ecrm.ecrm_feedback_mark_action"
        )
        domain = [
            ("is_current", "=", True),
            ("dimension_id", "=", self.dimension_id.id),
            ("feedback_id.touchpoint_id", "=", self.touchpoint_id.id),
        ]
        name = self.dimension_id.name
        return {
            **action,
            "name": name,
            "display_name": name,
            "domain": domain,
            "context": {},
        }
