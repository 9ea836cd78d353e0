from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestProgramControl(ProgramCommon):
    """Nothing reaches who is held back, and whoever deals with him does not know it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._customers(30)
        cls.program = cls._running(control_share=0.4)
        cls.control = cls.program.member_ids.filtered(lambda m: m.arm == "control")
        cls.treated = cls.program.member_ids - cls.control
        cls.held_back = set(cls.control.partner_id.mapped("email"))
        cls.mailing = cls.program.mailing_id
        cls.seller = cls._make_user(
            "c_seller",
            "sales_team.group_sale_salesman_all_leads,"
            "mass_mailing.group_mass_mailing_user,base.group_allow_export",
        )

    def _sent_to(self, mailing):
        mails = self.env["mail.mail"].sudo().search([("mailing_id", "=", mailing.id)])
        return {address for mail in mails for address in mail._addresses_sent_to()}

    def _queue(self, mailing):
        mailing.action_put_in_queue()
        job = self.env.ref("mass_mailing.ir_cron_mass_mailing_queue").sudo()
        with self.enter_registry_test_mode():
            job.method_direct_trigger()
        self.env.invalidate_all()
        return self._sent_to(mailing)

    def test_a_copy_reaches_no_control_by_the_queue(self):
        copied = self.mailing.copy()
        addresses = self._queue(copied.with_user(self.env.ref("base.user_admin")))
        self.assertEqual(addresses, set(self.treated.partner_id.mapped("email")))
        again = copied.copy()
        self.assertFalse(self._queue(again.sudo()) & self.held_back)

    def test_a_copy_for_other_lists_reaches_no_control(self):
        partners = self.program.member_ids.partner_id
        contact = self.env["res.partner"].create(
            {
                "name": "Buyer",
                "parent_id": self.control[0].partner_id.id,
                "email": "buyer@example.com",
            }
        )
        lists = self.env["mailing.list"].sudo().create({"name": "All"})
        self.env["mailing.contact"].sudo().create(
            [
                {"email": partner.email.upper(), "list_ids": [Command.link(lists.id)]}
                for partner in partners
            ]
        )
        model = self.env["ir.model"]._get_id
        for values in (
            {
                "mailing_model_id": model("res.partner"),
                "mailing_domain": repr([("id", "in", [*partners.ids, contact.id])]),
            },
            {
                "mailing_model_id": model("mailing.list"),
                "contact_list_ids": [Command.set(lists.ids)],
            },
        ):
            copied = self.mailing.sudo().copy()
            copied.write(values)
            # what follows from it is computed as whoever wrote it
            copied.flush_recordset()
            addresses = self._queue(copied)
            self.assertFalse(addresses & {*self.held_back, "buyer@example.com"})
            self.assertEqual(addresses, set(self.treated.partner_id.mapped("email")))

    def test_members_handed_over_one_by_one_are_filtered_too(self):
        for mailing in (self.mailing, self.mailing.copy()):
            mailing.sudo().action_send_mail(self.program.member_ids.ids)
            self.assertFalse(self._sent_to(mailing) & self.held_back)
            traces = self.env["mailing.trace"].sudo()
            told = traces.search([("mass_mailing_id", "=", mailing.id)])
            self.assertFalse({*told.mapped("email")} & self.held_back)

    def test_versions_of_a_test_reach_no_control(self):
        campaign = self.env["utm.campaign"].create({"name": "Two versions"})
        mailing = self.mailing.sudo().copy()
        mailing.write(
            {
                "ab_testing_enabled": True,
                "ab_testing_pc": 50,
                "campaign_id": campaign.id,
                "mailing_domain": "[]",
            }
        )
        self._queue(mailing)
        winner = mailing.browse(mailing.action_select_as_winner()["res_id"])
        self._queue(winner)
        self.assertTrue(self._sent_to(winner) | self._sent_to(mailing))
        self.assertFalse(
            (self._sent_to(winner) | self._sent_to(mailing)) & self.held_back
        )

    def test_what_waits_in_the_queue_is_asked_again_before_it_leaves(self):
        [late] = self._customers(1)
        copied = self.mailing.sudo().copy()
        copied.write(
            {
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "mailing_domain": repr([("id", "=", late.id)]),
            }
        )
        self.assertEqual(self._queue(copied), {late.email})
        mail = self.env["mail.mail"].sudo().search([("mailing_id", "=", copied.id)])
        # enrolled, and held back, between the making and the sending
        self.program.sudo()._enrol()
        member = self._member(self.program, late)
        self.env.cr.execute(
            "UPDATE crm_customer_program_member SET arm = 'control',"
            " next_touch_on = NULL WHERE id = %s",
            [member.id],
        )
        member.invalidate_recordset()
        mail.send()
        self.assertEqual(mail.state, "cancel")
        self.assertFalse(mail.mailing_trace_ids)
        # and tried again it leaves no more
        mail.state = "exception"
        mail.send()
        self.assertEqual(mail.state, "cancel")

    def test_an_address_of_two_customers_reaches_no_control(self):
        """Campaigns: two contacts with one address, where one is held back"""
        shared, later = self.treated[:2]
        held_back, other = self.control[:2]
        shared.partner_id.email = held_back.partner_id.email.upper()
        self.program.sudo()._touch_step(1_000)
        sent = self._sent_to(self.mailing)
        self.assertFalse(sent & self.held_back)
        self.assertEqual(len(sent), len(self.treated) - 1)
        # in his arm all the same: he was meant to be contacted
        self.assertEqual((shared.arm, shared.touch_count), ("treated", 0))
        self.assertTrue(shared.blocked_on)
        # and what waits in the queue is asked by address, too
        address = later.partner_id.email
        other.partner_id.email = address
        mails = self.env["mail.mail"].sudo()
        waiting = mails.search(
            [("mailing_id", "=", self.mailing.id), ("res_id", "=", later.id)]
        )
        self.assertEqual(waiting._addresses_sent_to(), {address})
        waiting.send()
        self.assertEqual(waiting.state, "cancel")

    def test_a_test_goes_to_no_member(self):
        test = self.env["mailing.mailing.test"].sudo()
        for address in (self.control[0].email, self.treated[0].email.upper()):
            for mailing in (self.mailing, self.mailing.copy()):
                wizard = test.create(
                    {"mass_mailing_id": mailing.id, "email_to": address}
                )
                with self.assertRaisesRegex(UserError, "goes to colleagues"):
                    wizard.send_mail_test()
        test.create(
            {"mass_mailing_id": self.mailing.id, "email_to": "me@colleague.example"}
        ).send_mail_test()

    def test_a_copy_stays_an_email(self):
        copied = self.mailing.copy()
        copied._check_stays_email()
        # as an add-on of Odoo's lets it be written
        self.env.cr.execute(
            "UPDATE mailing_mailing SET mailing_type = 'sms' WHERE id = %s", copied.ids
        )
        copied.invalidate_recordset()
        with self.assertRaises(ValidationError):
            copied._check_stays_email()

    def test_nobody_tells_a_copy_whose_it_is(self):
        copied = self.mailing.copy().with_user(self.seller)
        with self.assertRaises(AccessError):
            copied.read(["origin_program_id"])
        with self.assertRaises(AccessError):
            copied.write({"origin_program_id": False})
        self.assertEqual(copied.sudo().origin_program_id, self.program)

    def test_salespeople_learn_no_arm(self):
        self.program.sudo()._touch_step(5)
        members = self.env["crm.customer.program.member"].with_user(self.seller)
        mine = of_program(self.program)
        found = members.search(mine)
        self.assertEqual(len(found), 5)
        self.assertLessEqual(found.sudo(), self.treated)
        for attempt in (
            lambda: found.read(["arm"]),
            lambda: found.read(["draw"]),
            lambda: members.search([("arm", "=", "control")]),
            lambda: members.formatted_read_group(mine, ["arm"], ["__count"]),
            lambda: members.search(mine, order="draw"),
            lambda: found.export_data(["arm"]),
            lambda: self.program.with_user(self.seller).read(["draw_key"]),
            lambda: self.control[0].with_user(self.seller).read(["state"]),
            lambda: (
                self.env["res.partner"]
                .with_user(self.seller)
                .search([("program_member_ids.arm", "=", "control")])
            ),
        ):
            with self.assertRaises(AccessError):
                attempt()
        held_back = self.control[0].partner_id.with_user(self.seller)
        self.assertFalse(held_back.program_member_ids)
        self.assertNotIn("arm", members.fields_get())
        self.assertNotIn("draw_key", self.program.with_user(self.seller).fields_get())
        for kind in ("list", "form", "kanban", "pivot", "graph", "search"):
            arch = members.get_view(view_type=kind)["arch"]
            named = {node.get("name") for node in etree.fromstring(arch).iter("field")}
            self.assertNotIn("arm", named, kind)
            self.assertNotIn("'arm'", arch, kind)

    def test_a_segment_of_the_control_group_tells_salespeople_nothing(self):
        segment = self.env["crm.customer.segment"].create(
            {
                "name": "Held back",
                "domain": "[('program_member_ids.arm', '=', 'control')]",
            }
        )
        self.assertEqual(segment.member_count, len(self.control))
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(self.seller).search(
                [("customer_segment_ids", "in", segment.ids)]
            )

    def test_managers_see_both_arms(self):
        keeper = self._make_user("c_keeper", "crm_loyalty.group_loyalty_manager")
        members = self.env["crm.customer.program.member"].with_user(keeper)
        counts = members._read_group(of_program(self.program), ["arm"], ["__count"])
        self.assertEqual(dict(counts)["control"], len(self.control))


def of_program(program):
    return [("program_id", "=", program.id)]
