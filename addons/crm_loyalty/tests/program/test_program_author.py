from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestProgramAuthor(ProgramCommon):
    """Jobs enrol whom the author of a program's conditions may find."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = cls._make_user("a_keeper", "crm_loyalty.group_loyalty_manager")
        cls.boss = cls._make_user(
            "a_boss",
            "sales_team.group_sale_manager,account.group_account_invoice,"
            "mass_mailing.group_mass_mailing_user",
        )
        cls.marketer = cls._make_user(
            "a_marketer", "base.group_user,mass_mailing.group_mass_mailing_user"
        )
        cls.hidden, cls.seen = cls._customers(2)
        group = cls.env["res.groups"].sudo().create({"name": "Hidden from"})
        cls.keeper.sudo().group_ids = [Command.link(group.id)]
        cls.env["ir.rule"].sudo().create(
            {
                "name": "Not the hidden one",
                "model_id": cls.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {cls.hidden.id})]",
                "groups": group.ids,
            }
        )

    def _program_of(self, user, **values):
        program = self._program().with_user(user)
        return program.create(
            {
                "name": "Mine",
                "segment_id": self.segment.id,
                "subject": "Hello",
                "message": "<p>Hello</p>",
                "control_share": 0,
                **values,
            }
        )

    def test_customers_hidden_from_the_author_are_not_enrolled(self):
        program = self._program_of(self.keeper)
        program.action_start()
        self.assertEqual(program.sudo().member_ids.partner_id, self.seen)
        self._cron("enrol_members")
        self.assertEqual(program.sudo().enrolled_count, 1)
        program.with_user(self.boss).exclude_segment_ids = self.env[
            "crm.customer.segment"
        ].create({"name": "Nobody"})
        self.assertEqual(program.condition_user_id, self.boss)
        program.sudo().enrolled_on = False
        self._cron("enrol_members")
        self.assertEqual(program.sudo().member_ids.partner_id, self.hidden | self.seen)

    def test_leads_are_asked_for_with_the_authors_rights(self):
        with self.assertRaises(UserError):
            self._program_of(
                self.keeper,
                kind="acquisition",
                lead_domain="[('partner_id.credit', '>=', 0)]",
            ).action_start()
        program = self._program_of(
            self.boss,
            kind="acquisition",
            segment_id=False,
            lead_domain="[('partner_id.credit', '>=', 0)]",
        )
        program.action_start()
        self.assertEqual(program.state, "running")
        # who may read less by now
        program.sudo().enrolled_on = False
        self.boss.sudo().group_ids -= self.env.ref("account.group_account_invoice")
        self._cron("enrol_members")
        self.assertEqual(program.state, "paused")
        self.assertIn("credit", program.halt_reason.lower())

    def test_segment_that_the_author_may_not_ask_does_not_start(self):
        segment = self.env["crm.customer.segment"].with_user(self.boss)
        owing = segment.create({"name": "Owing", "domain": "[('credit', '>=', 0)]"})
        program = self._program_of(self.keeper, segment_id=owing.id)
        with self.assertRaises(UserError):
            program.action_start()
        running = self._program_of(self.keeper)
        running.action_start()
        running.segment_id = owing.with_user(self.keeper)
        running.sudo().enrolled_on = False
        self._cron("enrol_members")
        self.assertEqual(running.state, "paused")
        self.assertEqual(running.sudo().member_ids.partner_id, self.seen)

    def test_archived_author_stops_the_program_until_somebody_takes_over(self):
        program = self._program_of(self.boss)
        program.action_start()
        self.boss.sudo().action_archive()
        program.sudo().enrolled_on = False
        self._cron("enrol_members")
        self.assertEqual(program.state, "paused")
        self.assertIn("archived", program.halt_reason)
        keepers = program.with_user(self.keeper)
        with self.assertRaises(UserError):
            keepers.action_resume()
        with self.assertRaises(AccessError):
            program.with_user(self.marketer).action_take_over_conditions()
        keepers.action_take_over_conditions()
        keepers.action_resume()
        self.assertEqual(program.state, "running")

    def test_nobody_names_the_author(self):
        program = self._program_of(self.keeper)
        with self.assertRaises(AccessError):
            program.condition_user_id = self.boss
        with self.assertRaises(AccessError):
            self._program_of(self.keeper, condition_user_id=self.boss.id)

    def test_system_fields_of_programs_are_refused_in_one_way(self):
        program = self._program_of(self.keeper)
        for values in (
            {"state": "done"},
            {"spent": 5},
            {"draw_key": "a"},
            {"enrolled_count": 9},
            {"margin_low": 1},
        ):
            with self.subTest(values):
                with self.assertRaises(AccessError):
                    program.write(values)
                with self.assertRaises(AccessError):
                    self._program_of(self.keeper, **values)
        sent = program.with_context(default_state="done", default_draw_key="a")
        made = sent.create({"name": "New"})
        self.assertEqual(made.state, "draft")
        self.assertNotEqual(made.draw_key, "a")
        program.action_start()
        with self.assertRaises(AccessError):
            program.control_share = 0.3

    def test_company_stays_and_what_is_linked_belongs_to_it(self):
        other = self.setup_other_company()["company"]
        program = self._program_of(self.boss)
        with self.assertRaises(AccessError):
            program.sudo(False).company_id = other
        abroad = {"company_id": other.id, "name": "Theirs"}
        coupons = (
            self.env["loyalty.program"]
            .sudo()
            .create({"program_type": "coupons", **abroad})
        )
        terms = self.env["account.payment.term"].sudo().create(abroad)
        segment = self.env["crm.customer.segment"].sudo().create(abroad)
        for values in (
            {"loyalty_program_id": coupons.id},
            {"payment_term_id": terms.id},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._program(**values)
        for values in (
            {"segment_id": segment.id},
            {"exclude_segment_ids": segment.ids},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                self._program(**values)

    def _queued(self, user, domain):
        mailing = (
            self.env["mailing.mailing"]
            .with_user(user)
            .create(
                {
                    "subject": "Hello",
                    "body_html": "<p>Hello</p>",
                    "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "mailing_domain": repr(domain),
                }
            )
        )
        mailing.action_put_in_queue()
        return mailing.sudo()

    def _recipients(self, mailing):
        """Whom the queue finds, which works as superuser."""
        root = mailing.with_user(self.env.ref("base.user_root"))
        return self.env["res.partner"].browse(root._get_recipients())

    def test_mailing_goes_to_whom_its_author_may_find(self):
        ours = [("customer_segment_ids", "in", self.segment.ids)]
        self.assertEqual(
            self._recipients(self._queued(self.boss, ours)), self.hidden | self.seen
        )
        self.keeper.sudo().group_ids += self.env.ref(
            "mass_mailing.group_mass_mailing_user"
        )
        mailing = self._queued(self.keeper, ours)
        self.assertEqual(self._recipients(mailing), self.seen)
        # nobody else's rights, whoever is named or sends
        mailing.user_id = self.boss
        mailing.with_user(self.boss).subject = "Hello again"
        self.assertEqual(self._recipients(mailing), self.seen)
        self.assertFalse(self._recipients(self._queued(self.marketer, ours)))

    def test_mailing_may_not_ask_what_its_author_may_not_read(self):
        self._buy(self.seen)
        self._running()
        for domain in (
            [("purchased_product_ids", "in", self.product.ids)],
            [("program_member_ids.arm", "=", "treated")],
        ):
            mailing = self._queued(self.marketer, domain)
            self.assertFalse(mailing.with_user(self.marketer)._get_recipients())
            self.assertFalse(self._recipients(mailing))
            self.assertIn("rights", mailing._recipients_problem())
            self.assertTrue(self._recipients(self._queued(self.boss, domain)))

    def test_mailing_that_nobody_answers_for_becomes_a_draft(self):
        ours = [("customer_segment_ids", "in", self.segment.ids)]
        stale, fresh = self._queued(self.boss, ours), self._queued(self.boss, ours)
        fresh.with_user(self.env.user).mailing_domain = repr(
            [*ours, ("email", "!=", False)]
        )
        self.boss.sudo().action_archive()
        with self.enter_registry_test_mode():
            self.env.ref(
                "mass_mailing.ir_cron_mass_mailing_queue"
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((stale.state, fresh.state), ("draft", "done"))
        self.assertIn("archived", "".join(stale.message_ids.mapped("body")))

    def test_mailing_that_asks_for_nothing_of_ours_is_odoos(self):
        self.keeper.sudo().group_ids += self.env.ref(
            "mass_mailing.group_mass_mailing_user"
        )
        mailing = self._queued(self.keeper, [("category_id", "in", self.tag.ids)])
        self.assertEqual(self._recipients(mailing), self.hidden | self.seen)
