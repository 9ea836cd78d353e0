from odoo import fields
from odoo.tests import tagged

from .program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestProgramStop(ProgramCommon):
    """Who is not touched, today or for good, and why."""

    def test_who_may_not_be_contacted_any_more_is_not_touched(self):
        customers = self._customers(3)
        program = self._running()
        customers[0].email = False
        self.env["mail.blacklist"].sudo()._add(customers[1].email)
        self._touch(program)
        blocked, refused, touched = (self._member(program, c) for c in customers)
        self.assertEqual(self._mails(program).recipient_ids, customers[2])
        self.assertRecordValues(
            blocked | refused | touched,
            [
                {"state": "enrolled", "blocked_on": fields.Date.today()},
                {"state": "stopped", "blocked_on": False},
                {"state": "touched", "blocked_on": False},
            ],
        )
        self.assertEqual(refused.stop_reason, "objected")
        # tried again the next day
        customers[0].email = "new@example.com"
        with self._later(1):
            self._touch(program)
        self.assertEqual(blocked.state, "touched")

    def test_complaint_stops_the_program_for_good(self):
        customers = self._customers(4)
        company, happy, early, quiet = customers
        contact = company.create({"name": "Eli", "parent_id": company.id})
        program = self._running()
        for partner, stars, days in ((early, 1, -1), (contact, 1, 1), (happy, 5, 1)):
            rated_on = fields.Datetime.add(fields.Datetime.now(), days=days)
            self.env["rating.rating"].create(
                {
                    "partner_id": partner.id,
                    "rating": stars,
                    "consumed": True,
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": partner.id,
                }
            ).rated_on = rated_on
        # answered later, an old complaint stays old
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE rating_rating SET write_date = %s WHERE partner_id = %s",
            [fields.Datetime.add(fields.Datetime.now(), days=1), early.id],
        )
        self._touch(program)
        stopped = self._member(program, company)
        self.assertEqual(
            (stopped.state, stopped.stop_reason), ("stopped", "complained")
        )
        touched = program.member_ids.filtered(lambda m: m.state == "touched")
        self.assertEqual(touched.partner_id, happy | early | quiet)

    def test_archived_customer_is_stopped(self):
        customers = self._customers(2)
        program = self._running()
        customers[0].active = False
        self._touch(program)
        self.assertEqual(self._member(program, customers[0]).state, "stopped")
