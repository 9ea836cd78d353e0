from odoo import models

from odoo.addons.crm_loyalty.models.value.signal_reading import Signal


class CrmValueRun(models.Model):
    """What customers told us may say who leaves: the back-test decides whether."""

    _inherit = "crm.value.run"

    def _signal_sources(self):
        signal = self.env["crm.customer.signal"]
        case, clock, feedback = "ecrm.case.", "ecrm.case.clock.", "ecrm.feedback."
        return [
            *super()._signal_sources(),
            Signal(
                "open_complaints",
                "amount",
                signal._read_open_complaints,
                (case + "opened_on", "ecrm.case.episode.solved_on"),
                missing=0.0,
            ),
            Signal(
                "complaints",
                "amount",
                signal._read_complaints,
                (case + "opened_on",),
                missing=0.0,
            ),
            Signal(
                "late_answers",
                "amount",
                signal._read_late_answers,
                (clock + "due_on", clock + "finished_on"),
            ),
            Signal(
                "satisfaction",
                "number",
                signal._read_satisfaction,
                (feedback + "score", feedback + "answered_on"),
            ),
            Signal(
                "unanswered",
                "amount",
                signal._read_unanswered,
                (feedback + "asked_on", feedback + "valid_until"),
            ),
        ]
