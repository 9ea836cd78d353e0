from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from .case_common import BERLIN, CaseCommon, utc


@tagged("post_install", "-at_install")
class TestCaseAbsences(CaseCommon):
    """Absences that Odoo knows count as those that a team notes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.assigns = True
        cls.agent_member, cls.other_member = cls.team.member_ids
        # as Time Off keeps it: the hours of work of each person
        cls.resources = cls.env["resource.resource"].create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "tz": BERLIN,
                    "calendar_id": cls.calendar.id,
                }
                for user in (cls.agent, cls.other)
            ]
        )

    def _leave(self, start, end, user=None, **values):
        resource = self.resources.filtered(
            lambda one: one.user_id == (user or self.agent)
        )
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "resource_id": resource.id,
                "calendar_id": self.calendar.id,
                "date_from": utc(start),
                "date_to": utc(end),
                **values,
            }
        )

    def _away_at(self, moment):
        with freeze_time(utc(moment)):
            return self.team._away(self.agent | self.other)

    def test_nobody_who_is_on_leave_is_given_a_case(self):
        self._leave("2027-01-11 09:00", "2027-01-15 17:00")
        with freeze_time(utc("2027-01-12 10:00")):
            cases = self.env["ecrm.case"]
            for number in range(3):
                cases |= self._receive(name=str(number))
        self.assertEqual(cases.user_id, self.other)

    def test_away_before_the_leave_begins_if_nobody_works_in_between(self):
        """A leave of whole days is kept as the hours of work of these days."""
        self._leave("2027-01-11 09:00", "2027-01-12 17:00")
        for moment, away in (
            ("2027-01-08 12:00", False),
            # after work on Friday, the whole weekend, early on Monday
            ("2027-01-08 18:00", True),
            ("2027-01-10 12:00", True),
            ("2027-01-11 07:30", True),
            ("2027-01-12 16:59", True),
            # the evening after: next he works, he is there
            ("2027-01-12 18:00", False),
            ("2027-01-13 09:00", False),
        ):
            with self.subTest(moment):
                self.assertEqual(bool(self._away_at(moment)), away)

    def test_half_a_day(self):
        self._leave("2027-01-11 13:00", "2027-01-11 17:00")
        self.assertFalse(self._away_at("2027-01-11 10:00"))
        self.assertEqual(self._away_at("2027-01-11 13:00"), self.agent)

    def test_work_from_elsewhere_is_no_absence(self):
        self._leave("2027-01-11 09:00", "2027-01-12 17:00", time_type="other")
        self.assertFalse(self._away_at("2027-01-11 10:00"))

    def test_who_left_the_list_of_employees_is_away_as_noted_then(self):
        self._leave("2027-01-11 09:00", "2027-01-12 17:00")
        self.resources.active = False
        self.assertEqual(self._away_at("2027-01-11 10:00"), self.agent)

    def test_a_chain_of_deputies_on_leave_ends_at_who_is_there(self):
        """V22, with absences of both kinds."""
        third = self.env["res.users"].create(
            {
                "name": "Third",
                "login": "third_deputy",
                "group_ids": [
                    Command.link(self.env.ref("crm_ecrm.group_voice_agent").id)
                ],
            }
        )
        self.agent_member.deputy_id = self.other
        self.other_member.write(
            {
                "deputy_id": third.id,
                "away_from": "2027-01-11",
                "away_until": "2027-01-12",
            }
        )
        self._leave("2027-01-11 09:00", "2027-01-12 17:00")
        with freeze_time(utc("2027-01-12 10:00")):
            self.assertEqual(self.team._stand_in(self.agent), third)
            third.active = False
            self.assertEqual(self.team._stand_in(self.agent), self.leader)
        with freeze_time(utc("2027-01-13 09:00")):
            self.assertEqual(self.team._stand_in(self.agent), self.agent)

    def test_each_others_deputies_both_on_leave(self):
        """V22: the circle ends at the team leader."""
        self.agent_member.deputy_id = self.other
        self.other_member.deputy_id = self.agent
        for user in (self.agent, self.other):
            self._leave("2027-01-11 09:00", "2027-01-12 17:00", user)
        with freeze_time(utc("2027-01-11 10:00")):
            self.assertEqual(self.team._stand_in(self.agent), self.leader)

    def test_warning_goes_to_who_is_there(self):
        with freeze_time(utc("2027-01-11 09:00")):
            case = self._receive()
            case.user_id = self.agent
        self.agent_member.deputy_id = self.other
        self._leave("2027-01-11 09:30", "2027-01-11 17:00")
        with freeze_time(utc("2027-01-11 09:50")):
            self._watch()
        self.assertEqual(case.activity_ids.user_id, self.other)

    def test_the_list_of_members_shows_who_is_away(self):
        self._leave("2027-01-11 09:00", "2027-01-12 17:00")
        with freeze_time(utc("2027-01-11 10:00")):
            members = self.team.member_ids.with_user(self.agent)
            self.assertEqual(members.filtered("is_away").user_id, self.agent)

    def test_one_look_for_the_whole_team(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.team._away(self.team.member_ids.user_id)
            return self.env.cr.sql_log_count - before

        self._leave("2020-01-06 09:00", "2100-01-12 17:00")
        queries()
        few = queries()
        users = self.env["res.users"].create(
            [{"name": f"M{n}", "login": f"member_{n}"} for n in range(10)]
        )
        self.team.member_ids = [Command.create({"user_id": one.id}) for one in users]
        self.assertEqual(queries(), few)
