from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .case_common import CaseCommon, utc


@tagged("post_install", "-at_install")
class TestCommonCauses(CaseCommon):
    """A fault that several customers met: what is said for all, is said to each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.opened_at = utc("2027-01-11 10:00")
        with freeze_time(cls.opened_at):
            cls.fault = cls.env["ecrm.case"].create(
                {"name": "Pumps of March leak", "team_id": cls.team.id}
            )
            cls.of_ada = cls._case_of(cls.customer)
            cls.of_eve = cls._case_of(cls.stranger)

    @classmethod
    def _case_of(cls, partner, **values):
        case = cls.env["ecrm.case"]._receive(
            {"name": "It leaks", "team_id": cls.team.id, **values},
            by=partner,
            medium="portal",
        )
        case.parent_id = cls.fault
        return case

    def _answer(self, text="We send a new seal.", case=None, user=None, **values):
        with freeze_time(self.opened_at + timedelta(minutes=30)):
            self.env["ecrm.case.answer"].with_user(user or self.agent).create(
                {
                    "case_id": (case or self.fault).id,
                    "text": text,
                    "scope": "both",
                    **values,
                }
            ).action_send()
        return self.env["ecrm.case.shared.answer"].search([])

    def _run_job(self, at=None):
        self.env.flush_all()
        later = at or self.opened_at + timedelta(minutes=90)
        with freeze_time(later), self.enter_registry_test_mode():
            self.env.ref("crm_ecrm.cron_share_answers").method_direct_trigger()
        self.env.invalidate_all()

    def _heard(self, case):
        return case._portal_public().filtered(
            lambda one: one.author_id == self.agent.partner_id
        )

    def test_each_customer_hears_in_his_own_thread_and_the_clocks_are_met(self):
        self._answer()
        self._run_job()
        for case in self.of_ada | self.of_eve:
            with self.subTest(case.partner_id.name):
                self.assertEqual(len(self._heard(case)), 1)
                self.assertIn("new seal", self._heard(case).body)
                first = self._clock(case, "first")
                # promised within an hour, said after half of it, sent after it
                self.assertEqual((first.state, first.user_id), ("met", self.agent))
                self.assertEqual(first.used_minutes, 30)
        for address in ("ada@steel.example", "eve@elsewhere.example"):
            self.assertEqual(len(self._mails(address)), 1)
        # at the cause itself there is nobody to write to
        self.assertEqual(len(self._heard(self.fault)), 1)

    def test_nobody_learns_of_the_others(self):
        self._answer()
        self._run_job()
        for mine, other in (
            (self.of_ada, self.of_eve),
            (self.of_eve, self.of_ada),
        ):
            page = str(mine._portal_values(mine.partner_id))
            mail = self._mails(mine.partner_id.email)
            for secret in (
                *(other.number, other.partner_id.name, other.partner_id.email),
                *(self.fault.number, self.fault.name),
            ):
                with self.subTest(secret):
                    self.assertNotIn(secret, page)
                    self.assertNotIn(secret, mail.body_html + mail.subject)
            self.assertNotIn(other.partner_id, mine.message_partner_ids)

    def test_a_text_that_names_one_of_them_is_refused_whole(self):
        for text in (
            "Dear Ada, we send a new seal.",
            f"As in {self.of_eve.number}.",
            "Write as steel  WORKS did.",
            "See ada@steel.example",
        ):
            with self.subTest(text), self.assertRaises(UserError):
                self._answer(text)
        self.assertFalse(self.env["ecrm.case.shared.answer"].search([]))
        self.assertFalse(self._heard(self.fault))
        self.assertTrue(self._answer("The Adapter is on its way."))

    def test_a_job_that_runs_twice_says_it_once(self):
        answers = self._answer()
        self._run_job()
        answers.sudo().filtered(lambda one: one.case_id == self.of_eve).unlink()
        self._run_job()
        self.assertEqual(len(self._heard(self.of_ada)), 1)
        self.assertEqual(set(answers.exists().mapped("state")), {"said"})

    def test_a_customer_with_two_of_the_cases_gets_one_mail(self):
        with freeze_time(self.opened_at):
            second = self._case_of(self.customer, name="The other pump")
        self._answer()
        self._run_job()
        self.assertEqual(len(self._mails("ada@steel.example")), 1)
        self.assertEqual(len(self._heard(second)), 1)
        self.assertEqual(self._clock(second, "first").state, "met")

    def test_ended_cases_are_left_alone(self):
        self.of_ada._solve(self.agent)
        wizard = self.env["ecrm.case.answer"].with_user(self.agent)
        preview = wizard.new({"case_id": self.fault.id, "scope": "both"})
        self.assertEqual(preview.child_count, 1)
        answers = self._answer()
        self.assertEqual(answers.case_id, self.of_eve)
        # what ends before the job comes to it hears nothing, too
        self.of_eve._close(None)
        self._run_job()
        self.assertEqual(answers.state, "left_out")
        self.assertFalse(self._heard(self.of_eve))

    def test_who_is_not_proven_to_be_the_sender_gets_no_mail_of_it(self):
        with freeze_time(self.opened_at):
            forged = self._case_of(
                self.env["res.partner"],
                email_from="eve@elsewhere.example",
                sender="failed",
            )
        self.of_eve.parent_id = False
        self._answer()
        self._run_job()
        self.assertEqual(len(self._heard(forged)), 1)
        self.assertFalse(self._mails("eve@elsewhere.example"))

    def test_the_cause_is_solved_and_so_are_its_cases(self):
        self.fault.with_user(self.agent).action_solve()
        action = self.fault.with_user(self.agent).action_answer_children()
        context = action["context"]
        self.assertEqual(context["default_then"], "solved")
        self.assertEqual(self.fault.open_child_count, 2)
        said = len(self.fault._portal_public())
        self._answer(then="solved", scope=context["default_scope"])
        self._run_job()
        self.assertEqual(set((self.of_ada | self.of_eve).mapped("state")), {"solved"})
        self.assertEqual(self.fault.open_child_count, 0)
        self.assertEqual(len(self.fault._portal_public()), said)
        self.assertIn("Tell us whether it is solved", self._mails("eve@else").body_html)

    def test_its_own_customer_hears_it_too_where_he_is_meant(self):
        with freeze_time(self.opened_at):
            self._case_of(self.colleague).write({"parent_id": self.of_ada.id})
        self._answer(case=self.of_ada, scope="both")
        self._run_job()
        self.assertEqual(len(self._mails("ada@steel.example")), 1)
        self.assertEqual(len(self._mails("bob@steel.example")), 1)

    def test_files_go_along(self):
        files = self.env["ir.attachment"].with_user(self.agent)
        file = files.create(
            {"name": "seal.txt", "raw": b"seal", "res_model": "ecrm.case.answer"}
        )
        self._answer(attachment_ids=[Command.set(file.ids)])
        self._run_job()
        files = self._heard(self.of_eve).attachment_ids
        self.assertEqual((files.name, files.raw), ("seal.txt", b"seal"))
        self.assertNotEqual(files, file)

    def test_cases_of_a_merged_cause_go_on_under_the_other(self):
        other = self.env["ecrm.case"].create(
            {"name": "Seals", "team_id": self.team.id, "email_from": "a@us.example"}
        )
        self.fault.email_from = "a@us.example"
        self.fault.with_user(self.leader)._merge_into(other)
        self.assertEqual((self.of_ada | self.of_eve).parent_id, other)

    def test_a_cause_merged_into_one_of_its_cases_makes_no_circle(self):
        self.of_ada.write({"email_from": "x@y.example", "partner_id": False})
        self.fault.email_from = "x@y.example"
        self.fault.with_user(self.leader)._merge_into(self.of_ada)
        self.assertFalse(self.of_ada.parent_id)
        self.assertEqual(self.of_eve.parent_id, self.of_ada)

    def test_without_the_right_nobody_answers_for_all(self):
        employee = new_test_user(self.env, "nobody_there", "base.group_user")
        with self.assertRaises(AccessError):
            self._answer(user=employee)
        answers = self._answer()
        with self.assertRaises(AccessError):
            answers.with_user(self.leader).write({"state": "waiting"})

    def test_nobody_waits(self):
        (self.of_ada | self.of_eve).parent_id = False
        with self.assertRaises(UserError):
            self._answer()

    def test_hundred_cases_are_put_on_their_way_in_few_queries(self):
        def queries(count):
            with freeze_time(self.opened_at):
                for number in range(count):
                    self._case_of(
                        self.env["res.partner"], email_from=f"c{number}@many.example"
                    )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._answer()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few = queries(5)
        self.assertLess(queries(20), few + 25)
