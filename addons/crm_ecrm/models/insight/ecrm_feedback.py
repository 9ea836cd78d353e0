from odoo import models

from .ecrm_insight_evidence import LONGEST_QUOTE


class EcrmFeedback(models.Model):
    _inherit = "ecrm.feedback"

    def _after_answer(self):
        """What is said stands behind the insight that its touchpoint gathers for."""
        super()._after_answer()
        # sudo: who answers sees no insights
        insight = self.sudo().touchpoint_id.insight_id
        if not insight:
            return
        insight._add_evidence(self)
        evidence = insight.evidence_ids.filtered(
            lambda one: (one.res_model, one.res_id) == (self._name, self.id)
        )
        reasons = self._reasons_in_words()
        texts = (reasons, self.comment, self.answer_1, self.answer_2)
        evidence.quote = "\n\n".join(filter(None, texts))[:LONGEST_QUOTE]
