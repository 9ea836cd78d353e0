from datetime import timedelta

from odoo import api, fields, models


class EcrmCase(models.Model):
    """Somebody looks after a customer who gave a low score."""

    _inherit = "ecrm.case"
    _protected_fields = {"feedback_id", "follow_up_until"}

    feedback_id = fields.Many2one(
        "ecrm.feedback",
        "From Feedback",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The low score that it looks after",
    )
    follow_up_until = fields.Datetime(
        readonly=True,
        copy=False,
        help="When somebody must have written to the customer with the low score",
    )

    @api.model
    def _receive_feedback(self, feedback):
        """The case that looks after a low score: one, however often it is answered.

        Somebody has it from the first moment on, and a time until when.
        """
        # in the language of those who work on it
        language = feedback.company_id.partner_id.lang
        reasons = feedback.with_context(lang=language)._reasons_in_words()
        texts = (reasons, feedback.comment, feedback.answer_1, feedback.answer_2)
        values = {
            "name": self.env._(
                "Score %(score)s: %(subject)s",
                score=feedback.score,
                subject=feedback.name,
            )[:200],
            "description": "\n\n".join(filter(None, texts)),
            "kind": "question",
            "feedback_id": feedback.id,
            "team_id": feedback.touchpoint_id._follow_up_team().id,
            "visibility": feedback.visibility,
        }
        if feedback.res_model == "sale.order":
            values["order_id"] = feedback.res_id
        elif feedback.res_model == "account.move":
            values["invoice_id"] = feedback.res_id
        cases = self.with_company(feedback.company_id).with_context(lang=language)
        case = cases._receive(
            values,
            by=feedback.partner_id,
            medium="portal",
            token=f"feedback-{feedback.id}",
        )
        if not case.follow_up_until:
            case._hand_over(feedback.touchpoint_id.follow_up_days)
        return case

    def _hand_over(self, days: int) -> None:
        """An owner and a deadline, also where a team assigns or promises nothing.

        :param self: in superuser mode
        """
        team = self.team_id
        if not self.user_id:
            self.user_id = team._stand_in(team.leader_id)
        until = self.promised_on
        if not until:
            last_day = self.company_id._today() + timedelta(days=days)
            until = self.company_id._start_of_day(last_day + timedelta(days=1))
            owner = self.with_context(lang=self.user_id.lang)
            owner.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=self.user_id.id,
                date_deadline=last_day,
                summary=owner.env._("Write to the customer who gave a low score"),
            )
        self.follow_up_until = until
