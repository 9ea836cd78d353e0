from odoo.tests import Form, tagged

from .program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestProgramWizard(ProgramCommon):
    """What is said before a program begins: who is reached, and what he reads."""

    def _wizard(self, **values):
        medium = values.pop("medium", "email")
        wizard = self.env["crm.customer.program.create"].create(
            {"audience": "segment", "segment_id": self.segment.id, **values}
        )
        # given at creation, it would keep the rest of the template away
        wizard.medium = medium
        return wizard

    def test_who_cannot_be_reached_is_said_from_the_first_step(self):
        customers = self._customers(6)
        customers[:2].email = False
        self.env["mail.blacklist"].sudo()._add(customers[2].email)
        wizard = self._wizard(medium="email")
        self.assertEqual((wizard.step, wizard.customer_count), ("1", 6))
        self.assertEqual(
            wizard.reach_words,
            "Of 6, 2 have no e-mail address, 1 may not be contacted: 3 can be reached.",
        )
        program = wizard._create_program()
        program.action_start()
        self.assertEqual(program.enrolled_count, 3)

    def test_each_medium_has_its_own_reach(self):
        customers = self._customers(3)
        customers[0].phone = False
        self.assertIn("1 have no phone number", self._wizard(medium="call").reach_words)
        self.assertEqual(
            self._wizard(medium="email").reach_words, "All 3 can be reached."
        )
        self.assertIn("3 have no access", self._wizard(medium="portal").reach_words)

    def test_leads_without_address_are_said_too(self):
        self.env["crm.lead"].search([]).active = False
        self.env["crm.lead"].create(
            [
                {"name": "With", "email_from": "with@example.com", "type": "lead"},
                {"name": "Without", "type": "lead"},
            ]
        )
        wizard = self.env["crm.customer.program.create"].create({"kind": "acquisition"})
        self.assertIn("Of 2, 1 have no e-mail address", wizard.reach_words)

    def test_form_says_it_while_it_is_filled_in(self):
        self._customers(2)[0].email = False
        wizard = self.env["crm.customer.program.create"].create({"step": "2"})
        with Form(wizard) as form:
            form.audience = "segment"
            form.segment_id = self.segment
            self.assertIn("1 have no e-mail address", form.reach_words)

    def test_preview_is_what_the_member_gets(self):
        offer = self.env["loyalty.program"].create(
            {"name": "Five Off", "program_type": "coupons"}
        )
        wizard = self._wizard(offer="discount", loyalty_program_id=offer.id)
        wizard.message = "<p>Come back</p>"
        for words in ("Come back", "Five Off: code", "Unsubscribe"):
            self.assertIn(words, wizard.preview)
        [customer] = self._customers(1)
        program = wizard._create_program()
        program.control_share = 0
        program.action_start()
        self._touch(program.sudo())
        body = self._mails(program).body_html
        for words in ("Come back", "Five Off: code", customer.name):
            self.assertIn(words, body)

    def test_a_test_goes_to_whoever_writes_it_and_to_nobody_else(self):
        self._customers(2)
        keeper = self._make_user("w_keeper", "crm_loyalty.group_loyalty_manager")
        keeper.email = "keeper@example.com"
        wizard = (
            self.env["crm.customer.program.create"]
            .with_user(keeper)
            .create(
                {
                    "audience": "segment",
                    "segment_id": self.segment.id,
                }
            )
        )
        wizard.message = "<p>Come back</p>"
        mails = self.env["mail.mail"].sudo()
        before = mails.search([])
        wizard.action_send_test()
        sent = mails.search([]) - before
        self.assertEqual(len(sent), 1)
        self.assertIn("keeper@example.com", sent.email_to)
        self.assertFalse(sent.recipient_ids)
        self.assertIn("Come back", sent.body_html)
        self.assertFalse(
            self.env["crm.customer.program.member"]
            .sudo()
            .search([("program_id.segment_id", "=", self.segment.id)])
        )
