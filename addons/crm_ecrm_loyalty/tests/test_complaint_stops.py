from odoo import fields
from odoo.tests import tagged

from odoo.addons.crm_loyalty.tests.program.program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestComplaintStops(ProgramCommon):
    """Nobody is sold anything while a serious complaint of his waits for us."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["ecrm.team"].create(
            {"name": "Support", "sequence": -1, "assigns": False}
        )

    def _complain(self, partner, severity="serious", kind="complaint", days_ago=0):
        values = {
            "name": "It leaks",
            "kind": kind,
            "severity": severity,
            "team_id": self.team.id,
        }
        at = fields.Datetime.subtract(fields.Datetime.now(), days=days_ago)
        return self.env["ecrm.case"]._receive(values, by=partner, medium="api", at=at)

    def _states(self, program, partners):
        return [self._member(program, partner).state for partner in partners]

    def test_who_waits_for_us_is_in_no_campaign(self):
        """Neither the company whose contact complained; others are touched."""
        waits, company, calm, asks = customers = self._customers(4)
        contact = company.create({"name": "Eli", "parent_id": company.id})
        case = self._complain(waits)
        self._complain(contact)
        self._complain(calm, "normal")
        self._complain(asks, kind="question")
        program = self._running()
        self.assertEqual(program.member_ids.partner_id, calm | asks)
        self._touch(program)
        self.assertEqual(self._mails(program).recipient_ids, calm | asks)
        # once it is solved, the next night finds him
        case._solve(self.env.user)
        self.env.flush_all()
        candidates = self.env["res.partner"].search(program._candidates_domain())
        self.assertEqual(candidates & customers, waits)

    def test_a_complaint_in_the_campaign_ends_it_however_it_comes(self):
        serious, mild, low, happy = customers = self._customers(4)
        program = self._running()
        self._complain(serious)
        self._complain(mild, "low")
        touchpoint = self.env["ecrm.touchpoint"].create(
            {"name": "How was it?", "metric": "nps", "low_score": 6}
        )
        now = fields.Datetime.now()
        for partner, score in ((low, 2), (happy, 10)):
            asked = (
                self.env["ecrm.feedback"]
                .sudo()
                .create(
                    {
                        "name": "How was it?",
                        "touchpoint_id": touchpoint.id,
                        "metric": "nps",
                        "company_id": self.company.id,
                        "partner_id": partner.id,
                        "res_model": "res.partner",
                        "res_id": partner.id,
                        "asked_on": now,
                        "valid_until": fields.Datetime.add(now, days=9),
                    }
                )
            )
            asked._accept({"score": score, "medium": "link"})
        self.env.flush_all()
        self._touch(program)
        self.assertEqual(
            self._states(program, customers),
            ["stopped", "touched", "stopped", "touched"],
        )
        stopped = (serious | low).mapped(
            lambda one: self._member(program, one).stop_reason
        )
        self.assertEqual(stopped, ["complained"] * 2)

    def test_what_becomes_serious_holds_back_and_is_tried_again(self):
        (customer,) = self._customers(1)
        case = self._complain(customer, "normal", days_ago=1)
        program = self._running()
        case.severity = "serious"
        self.env.flush_all()
        self._touch(program)
        self.assertEqual(self._states(program, customer), ["enrolled"])
        case._solve(self.env.user)
        with self._later(1):
            self._touch(program)
        self.assertEqual(self._states(program, customer), ["touched"])
