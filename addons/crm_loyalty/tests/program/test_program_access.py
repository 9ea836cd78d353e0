from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .program_common import ProgramCommon


@tagged("post_install", "-at_install")
class TestProgramAccess(ProgramCommon):
    """Loyalty managers run programs; salespeople see what concerns their customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.leader, cls.keeper = (
            cls._make_user(login, group)
            for login, group in (
                ("p_seller", "sales_team.group_sale_salesman"),
                ("p_leader", "sales_team.group_sale_salesman_all_leads"),
                ("p_keeper", "crm_loyalty.group_loyalty_manager"),
            )
        )
        cls.own, cls.nobodys, cls.others = cls._customers(3)
        cls.own.user_id = cls.seller
        cls.others.user_id = cls.leader
        cls.program = cls._running()

    def test_keeper_sets_up_and_runs_for_all_customers(self):
        programs = self.env["crm.customer.program"].with_user(self.keeper)
        self.program.action_finish()
        program = programs.create(
            {
                "name": "Mine",
                "segment_id": self.segment.id,
                "subject": "Hello",
                "message": "<p>Hello</p>",
                "control_share": 0,
            }
        )
        program.action_start()
        self.assertEqual(program.enrolled_count, 3)
        program.action_pause()
        program.action_resume()
        program.action_measure()
        program.action_finish()

    def test_salesperson_reads_programs_and_own_members(self):
        # before a touch nobody, or who is held back could be told from the rest
        everybody = self.members.with_user(self.leader)
        self.assertFalse(everybody.search([("program_id", "=", self.program.id)]))
        self._touch(self.program)
        program = self.program.with_user(self.seller)
        program.read(["name", "margin_words", "enrolled_count"])
        for user, customers in (
            (self.seller, self.own | self.nobodys),
            (self.leader, self.own | self.nobodys | self.others),
        ):
            found = self.members.with_user(user).search(
                [("program_id", "=", program.id)], order="id"
            )
            self.assertEqual(found.partner_id, customers)
        hidden = self._member(self.program, self.others)
        with self.assertRaises(AccessError):
            hidden.with_user(self.seller).read(["margin"])
        for attempt in (
            program.action_start,
            program.action_pause,
            program.action_measure,
            lambda: program.write({"name": "Mine"}),
            lambda: program.copy(),
            lambda: program.unlink(),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_nobody_writes_members_or_results(self):
        member = self.program.member_ids[0].with_user(self.keeper)
        for attempt in (
            lambda: member.write({"arm": "control"}),
            lambda: member.unlink(),
            lambda: member.create({"program_id": self.program.id, "arm": "treated"}),
        ):
            with self.assertRaises(AccessError):
                attempt()
        program = self.program.with_user(self.keeper)
        for values in (
            {"state": "draft"},
            {"spent": 5},
            {"draw_key": "a"},
            {"margin_difference": 1000},
            {"mailing_id": False},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                program.write(values)
        with self.assertRaises(AccessError):
            program.create({"name": "Done already", "state": "done"})

    def test_program_that_ran_is_not_deleted(self):
        with self.assertRaises(UserError):
            self.program.with_user(self.keeper).unlink()

    def test_other_companys_program_is_hidden(self):
        other = self.setup_other_company()["company"]
        stranger = self._make_user("p_stranger", "crm_loyalty.group_loyalty_manager")
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        with self.assertRaises(AccessError):
            self.program.with_user(stranger).read(["name"])
        self.assertFalse(self.program.with_user(stranger).search([]))

    def test_merging_customers_keeps_one_member_the_touched_one(self):
        self.program._touch_step(1)
        touched = self.program.member_ids.filtered("touched_at")
        target = (self.own | self.nobodys | self.others) - touched.partner_id
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        both = target[0] | touched.partner_id
        wizard._merge(both.ids, target[0], extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual(len(self.program.member_ids), 2)
        self.assertEqual(touched.exists().partner_id, target[0])
        self.assertEqual(touched.touch_count, 1)
