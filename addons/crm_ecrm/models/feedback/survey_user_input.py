from odoo import fields, models


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    def _mark_done(self):
        res = super()._mark_done()
        self._give_feedback()
        return res

    def _give_feedback(self) -> None:
        """A survey that a touchpoint reads: its customers' scores are feedback."""
        # sudo: whoever answers a survey has no rights on touchpoints
        touchpoints = self.env["ecrm.touchpoint"].sudo()
        reading = touchpoints.search(
            [
                ("state", "=", "running"),
                ("trigger", "=", "survey"),
                ("survey_id", "in", self.survey_id.ids),
            ]
        )
        for touchpoint in reading:
            for given in self.sudo():
                if given.survey_id == touchpoint.survey_id:
                    given._give_feedback_to(touchpoint)

    def _give_feedback_to(self, touchpoint) -> None:
        """Once an answer, of a customer who is known, who is not staff."""
        person = self.partner_id
        line = self.user_input_line_ids.filtered(
            lambda one: (
                one.question_id == touchpoint.survey_question_id and not one.skipped
            )
        )[:1]
        if self.test_entry or not line or not person or not person.partner_share:
            return
        if person.company_id and person.company_id != touchpoint.company_id:
            return
        feedback = self.env["ecrm.feedback"]
        same = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        if feedback.search_count(
            [*same, ("touchpoint_id", "=", touchpoint.id)], limit=1
        ):
            return
        one = feedback.create(
            {
                "name": touchpoint.with_context(lang=person.lang).name,
                "touchpoint_id": touchpoint.id,
                "metric": touchpoint.metric,
                "company_id": touchpoint.company_id.id,
                "partner_id": person.id,
                "res_model": self._name,
                "res_id": self.id,
                "asked_on": self.create_date or fields.Datetime.now(),
                "valid_until": fields.Datetime.now(),
            }
        )
        one._accept(
            {
                "score": line.value_scale,
                "comment": "",
                "medium": "survey",
                "nonce": f"survey-{self.id}",
            }
        )
