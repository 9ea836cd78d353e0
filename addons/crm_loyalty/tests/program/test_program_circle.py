from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestProgramCircle(ProgramCommon):
    """Programs and segments that lead back to themselves are refused."""

    def _asking(self, domain, name="Asks"):
        return self.env["crm.customer.segment"].create(
            {"name": name, "domain": repr(domain)}
        )

    def test_segment_of_the_programs_own_members(self):
        program = self._program()
        for domain in (
            [("program_member_ids.program_id", "in", program.ids)],
            [("program_member_ids.program_id", "not in", program.ids)],
            [("program_member_ids.program_id", "=", "Test")],
            [("program_member_ids.program_id.name", "ilike", "tes")],
            [("program_member_ids.arm", "=", "control")],
            [("program_member_ids", "!=", False)],
            [("program_member_ids", "any", [("program_id", "=", program.id)])],
            ["|", ("name", "=", "A"), ("program_member_ids.success", "=", 1)],
        ):
            segment = self._asking(domain)
            for name in ("segment_id", "exclude_segment_ids"):
                with (
                    self.subTest(domain=domain, name=name),
                    self.assertRaises(ValidationError),
                    self.env.cr.savepoint(),
                ):
                    program[name] = segment

    def test_through_other_segments(self):
        program = self._program()
        inner = self._asking([("program_member_ids.program_id", "=", program.id)], "In")
        self._asking([("customer_segment_ids", "in", inner.ids)], "Middle")
        outer = self._asking([("customer_segment_ids", "ilike", "Middle")], "Outer")
        with self.assertRaises(ValidationError):
            program.segment_id = outer

    def test_members_of_another_program_may_be_asked_for(self):
        other = self._program(name="Other")
        program = self._program(name="Follow-up")
        program.segment_id = self._asking(
            [("program_member_ids.program_id", "=", other.id)]
        )
        self.assertEqual(program._circular_problem(), "")

    def test_success_that_leads_back_through_a_second_program(self):
        first, second = self._program(name="First"), self._program(name="Second")
        second.segment_id = self._asking(
            [("program_member_ids.program_id", "=", first.id)], "Of the first"
        )
        with self.assertRaises(ValidationError):
            first.segment_id = self._asking(
                [("program_member_ids.program_id", "=", second.id)], "Of the second"
            )

    def test_segment_that_becomes_circular_later(self):
        program = self._program()
        with self.assertRaises(ValidationError):
            self.segment.domain = repr(
                [("program_member_ids.program_id", "=", program.id)]
            )

    def test_segments_in_a_circle(self):
        one = self._asking([("name", "=", "A")], "One")
        two = self._asking([("customer_segment_ids", "in", one.ids)], "Two")
        with self.assertRaises(ValidationError):
            one.domain = repr([("customer_segment_ids", "in", two.ids)])
