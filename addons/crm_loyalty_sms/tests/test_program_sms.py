from odoo.tests import tagged

from odoo.addons.crm_loyalty.tests.program.program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestProgramSms(ProgramCommon):
    def test_members_get_one_text_message_and_blacklisted_ones_none(self):
        customers = self._customers(20)
        program = self._running(medium="sms", control_share=0.5)
        treated = program.member_ids.filtered(lambda m: m.arm == "treated").partner_id
        self.env["phone.blacklist"].sudo().add(treated[0].phone_sanitized)
        for _round in range(2):
            self._touch(program)
        messages = (
            self.env["sms.sms"].sudo().search([("partner_id", "in", customers.ids)])
        )
        self.assertEqual(messages.partner_id, treated[1:])
        self.assertEqual(len(messages), len(treated) - 1)
        self.assertEqual(set(messages.mapped("body")), {"How are you?"})
        self.assertEqual(set(messages.mapped("state")), {"outgoing"})

    def test_a_number_of_two_customers_reaches_no_control(self):
        """As an e-mail address of two, where one is held back"""
        customers = self._customers(20)
        program = self._running(medium="sms", control_share=0.5)
        treated, control = (
            program.member_ids.filtered(lambda m, arm=arm: m.arm == arm)
            for arm in ("treated", "control")
        )
        shared = treated[0]
        shared.partner_id.phone = control[0].partner_id.phone
        self._touch(program)
        messages = (
            self.env["sms.sms"].sudo().search([("partner_id", "in", customers.ids)])
        )
        self.assertEqual(messages.partner_id, (treated - shared).partner_id)
        self.assertEqual((shared.arm, shared.touch_count), ("treated", 0))
        self.assertTrue(shared.blocked_on)

    def test_nothing_to_say_does_not_start(self):
        self._customers(1)
        program = self._program(medium="sms", message=False)
        with self.assertRaisesRegex(Exception, "text message"):
            program.action_start()
