from odoo import api, fields, models


class EcrmCase(models.Model):
    """Somebody looks after a customer who gave a low score."""

    _inherit = "ecrm.case"
    _protected_fields = {"feedback_id"}

    feedback_id = fields.Many2one(
        "ecrm.feedback",
        "From Feedback",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The low score that it looks after",
    )

    @api.model
    def _receive_feedback(self, feedback):
        """The case that looks after a low score: one, however often it is answered.

        None where no team is there yet: what a customer said is not lost by that, and
        stands among the low scores that nobody follows up.
        """
        # sudo: whoever answers sees no teams
        if not self.env["ecrm.team"].sudo()._of_company(feedback.company_id):
            return self
        texts = (feedback.comment, feedback.answer_1, feedback.answer_2)
        values = {
            "name": self.env._(
                "Score %(score)s: %(subject)s",
                score=feedback.score,
                subject=feedback.name,
            )[:200],
            "description": "\n\n".join(filter(None, texts)),
            "kind": "question",
            "feedback_id": feedback.id,
            "visibility": feedback.visibility,
        }
        if feedback.res_model == "sale.order":
            values["order_id"] = feedback.res_id
        elif feedback.res_model == "account.move":
            values["invoice_id"] = feedback.res_id
        # in the language of those who work on it
        cases = self.with_company(feedback.company_id).with_context(
            lang=feedback.company_id.partner_id.lang
        )
        return cases._receive(
            values,
            by=feedback.partner_id,
            medium="portal",
            token=f"feedback-{feedback.id}",
        )
