from freezegun import freeze_time
from markupsafe import Markup

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .case_common import CaseCommon, utc


@tagged("post_install", "-at_install")
class TestCaseClocks(CaseCommon):
    def test_holiday_entered_later_moves_only_what_runs(self):
        """V08: a clock that was met keeps its deadline."""
        with freeze_time(utc("2027-05-05 15:00")):
            running, met = self._receive(), self._receive(name="Another")
            self.assertEqual(running.due_on, utc("2027-05-05 16:00"))
            met._say("Done", user=self.agent, then="solved")
        with freeze_time(utc("2027-05-05 18:00")):
            before = self._clock(met, "solution").due_on
            self.assertEqual(before, utc("2027-05-06 15:00"))
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Holiday",
                    "calendar_id": self.calendar.id,
                    "company_id": self.company.id,
                    "date_from": utc("2027-05-06 00:00"),
                    "date_to": utc("2027-05-07 00:00"),
                }
            )
            self._watch()
            self.assertEqual(
                self._clock(running, "solution").due_on, utc("2027-05-07 15:00")
            )
            self.assertEqual(self._clock(met, "solution").due_on, before)

    def test_other_promise_moves_only_what_runs(self):
        with freeze_time(utc("2027-05-05 10:00")):
            case = self._receive()
            promise = self.team.promise_ids.filtered(
                lambda one: one.severity == "normal"
            )
            promise.first_hours = 3
            self._watch()
            self.assertEqual(case.due_on, utc("2027-05-05 13:00"))
            case._say("Hello", user=self.agent)
            promise.first_hours = 1
            self._watch()
            self.assertEqual(self._clock(case, "first").due_on, utc("2027-05-05 13:00"))

    def test_team_without_hours_promises_nothing(self):
        """V10: the case is accepted, and stands in a queue of its own."""
        self.calendar.active = False
        with freeze_time(utc("2027-05-05 15:00")):
            case = self._receive()
            self.assertRecordValues(
                case,
                [{"clock_state": "no_calendar", "due_on": False, "promised_on": False}],
            )
            self.assertNotIn("1970", case._acknowledgement())

    def test_waiting_pauses_and_nothing_is_missed(self):
        """V11, V13: one hour used, seven left; the watcher finds nothing meanwhile."""
        with freeze_time(utc("2027-01-08 15:00")):
            case = self._receive()
        with freeze_time(utc("2027-01-08 16:00")):
            case._say("Which pump?", user=self.agent, then="waiting")
        with freeze_time(utc("2027-01-11 16:30")):
            self._watch()
            self.assertEqual(self._clock(case, "solution").state, "paused")
            self.assertFalse(case.activity_ids)
        with freeze_time(utc("2027-01-12 11:00")):
            case._hear("The blue one.", by=self.customer, medium="portal")
            self.assertEqual(case.state, "open")
            solution = self._clock(case, "solution")
            self.assertEqual(solution.due_on, utc("2027-01-13 10:00"))

    def test_answer_and_wait_in_one_save(self):
        """V14: the first answer is met, then the solution waits."""
        with freeze_time(utc("2027-01-11 10:00")):
            case = self._receive()
        with freeze_time(utc("2027-01-11 10:30")):
            wizard = Form(
                self.env["ecrm.case.answer"]
                .with_user(self.agent)
                .with_context(default_case_id=case.id)
            )
            wizard.text = "Which pump is it?"
            wizard.then = "waiting"
            wizard.save().action_send()
        first = self._clock(case, "first")
        self.assertRecordValues(
            first,
            [
                {
                    "state": "met",
                    "finished_on": utc("2027-01-11 10:30"),
                    "user_id": self.agent.id,
                }
            ],
        )
        self.assertEqual(self._clock(case, "solution").state, "paused")
        self.assertEqual(case.state, "waiting")

    def test_machines_and_notes_are_no_answer(self):
        """V15: 90 minutes, credited to who wrote it, whoever has the case."""
        with freeze_time(utc("2027-01-11 10:00")):
            case = self._receive(
                self.env["res.partner"], "form", email_from="z@z.example"
            )
            case.user_id = self.other
        with freeze_time(utc("2027-01-11 10:10")):
            case.with_user(self.agent).message_post(
                body=Markup("Look"), subtype_xmlid="mail.mt_note"
            )
            self.assertEqual(self._clock(case, "first").state, "running")
        with freeze_time(utc("2027-01-11 11:30")):
            case.with_user(self.agent).message_post(
                body=Markup("Hello"),
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        first = self._clock(case, "first")
        self.assertEqual((first.used_minutes, first.user_id), (90, self.agent))

    def test_next_answer_counts_from_the_first_unanswered_message(self):
        """V16: through the nights and days of a team that never sleeps."""
        self.team.calendar_id = self._hours((0, 24), days="0123456")
        with freeze_time(utc("2026-12-12 16:20")):
            case = self._receive()
        with freeze_time(utc("2026-12-12 16:30")):
            case._say("Yes?", user=self.agent)
        for moment in ("22:25", "22:35", "23:05"):
            with freeze_time(utc(f"2026-12-26 {moment}")):
                case._hear("And now?", by=self.customer, medium="portal")
        with freeze_time(utc("2026-12-27 07:36")):
            case._say("Here we are", user=self.agent)
        self.assertEqual(self._clock(case, "next").used_minutes, 9 * 60 + 11)

    def test_each_episode_has_its_own_clocks(self):
        """V17: met with five minutes, answered in ten; days between do not count."""
        with freeze_time(utc("2027-01-11 10:00")):
            case = self._receive()
        with freeze_time(utc("2027-01-11 10:05")):
            case._say("Solved", user=self.agent, then="solved")
            first_episode = case.episode_id
        with freeze_time(utc("2027-01-13 14:00")):
            case._customer_reopens("No!", by=self.customer, medium="portal")
        with freeze_time(utc("2027-01-13 14:10")):
            case._say("Sorry", user=self.agent)
        self.assertEqual(len(case.episode_ids), 2)
        before = self._clock(case, "solution", first_episode)
        self.assertEqual((before.state, before.used_minutes), ("met", 5))
        self.assertEqual(self._clock(case, "first").used_minutes, 10)
        due = self._clock(case, "solution").due_on
        self.assertEqual(due, utc("2027-01-14 14:00"))

    def test_team_that_promises_less(self):
        """V19: the next answer is no longer promised; the first keeps its start."""
        sales = self._team(promise=(4, 0, 0), name="Sales")
        with freeze_time(utc("2027-01-11 10:00")):
            fresh, talked = self._receive(), self._receive(name="Other")
        with freeze_time(utc("2027-01-11 10:30")):
            talked._say("Hello", user=self.agent)
            talked._hear("Well?", by=self.customer, medium="portal")
        with freeze_time(utc("2027-01-11 10:45")):
            (fresh | talked).with_user(self.agent).write({"team_id": sales.id})
        self.assertEqual(self._clock(talked, "next").state, "ended")
        first = self._clock(fresh, "first")
        self.assertEqual(first.started_on, utc("2027-01-11 10:00"))
        self.assertEqual(first.due_on, utc("2027-01-11 14:00"))

    def test_one_notice_a_level(self):
        """V21: Friday when it is missed, Monday to the second level, none between."""
        self.team.write({"second_hours": 2, "warn_percent": 0})
        with freeze_time(utc("2027-01-08 15:58")):
            case = self._receive()
            case.user_id = self.agent
        told = []
        for moment in (
            *("2027-01-08 16:57", "2027-01-08 16:59", "2027-01-08 17:10"),
            *("2027-01-09 12:00", "2027-01-10 12:00", "2027-01-11 10:57"),
            *("2027-01-11 10:59", "2027-01-11 11:30"),
        ):
            with freeze_time(utc(moment)):
                self._watch()
                told.append(case.activity_ids.user_id.mapped("login"))
        self.assertEqual(
            told,
            [[], *[["agent"]] * 5, *[["agent", "leader"]] * 2],
        )
        self.assertEqual(len(case.activity_ids), 2)

    def test_warned_before(self):
        with freeze_time(utc("2027-01-11 10:00")):
            case = self._receive()
        with freeze_time(utc("2027-01-11 10:46")):
            self._watch()
            self._watch()
        self.assertEqual(case.clock_state, "warned")
        self.assertEqual(len(case.activity_ids), 1)
        self.assertEqual(case.activity_ids.user_id, self.leader)

    def test_deputies_hear_of_it(self):
        """V22: the deputy's deputy, the leader at the end of a circle."""
        c = self.env["res.users"].create({"name": "C", "login": "c@us.example"})
        a, b = self.team.member_ids
        with freeze_time(utc("2027-01-11 10:00")):
            case = self._receive()
            case.user_id = a.user_id
            away = {"away_from": "2027-01-04", "away_until": "2027-01-12"}
            a.write({"deputy_id": b.user_id.id, **away})
            b.write({"deputy_id": c.id, **away})
            self.assertEqual(case._responsible_today(), c)
            b.deputy_id = a.user_id
            self.assertEqual(case._responsible_today(), self.leader)
        with freeze_time(utc("2027-01-13 00:10")):
            self.assertEqual(case._responsible_today(), a.user_id)

    def test_same_events_by_any_medium_give_the_same_clock(self):
        """The kind of medium tells nothing in the clocks."""
        found = set()
        for medium in ("portal", "mail", "form", "api"):
            with freeze_time(utc("2027-01-11 10:00")):
                case = self._receive(medium=medium, name=f"By {medium}")
            with freeze_time(utc("2027-01-11 10:20")):
                case._say("Yes?", user=self.agent, then="waiting")
            with freeze_time(utc("2027-01-11 11:00")):
                case._hear("So", by=self.customer, medium=medium)
            with freeze_time(utc("2027-01-11 11:30")):
                case._say("There", user=self.agent, then="solved")
                case._hear("Thanks", by=self.customer, medium=medium)
            self.assertTrue(case.unread)
            rows = case.clock_ids.sorted("id")
            found.add(tuple((r.kind, r.state, r.used_minutes, r.due_on) for r in rows))
        self.assertEqual(len(found), 1)
        self.assertEqual({row[1] for row in found.pop()}, {"met"})

    def test_thanks_after_the_end_starts_nothing(self):
        with freeze_time(utc("2027-01-11 10:00")):
            case = self._receive()
            case._say("Done", user=self.agent, then="solved")
            case._hear("Thanks!", by=self.customer, medium="mail")
        self.assertRecordValues(case, [{"state": "solved", "unread": True}])
        with freeze_time(utc("2027-01-25 10:00")):
            self._watch()
            self.assertFalse(case.search(case._silent_domain()) & case)
            case.with_user(self.agent).action_mark_read()
            self.assertTrue(case.search(case._silent_domain()) & case)
        self.assertFalse(case.activity_ids)

    def test_reopened_from_the_message_that_nobody_read(self):
        with freeze_time(utc("2027-01-11 10:00")):
            case = self._receive()
            case._say("Done", user=self.agent, then="solved")
        with freeze_time(utc("2027-01-12 10:00")):
            case._hear("It leaks again", by=self.customer, medium="mail")
        with freeze_time(utc("2027-01-12 12:00")):
            case.with_user(self.agent).action_reopen()
            first = self._clock(case, "first")
            self.assertEqual(first.started_on, utc("2027-01-12 10:00"))
            self.assertEqual(first.state, "missed")

    def test_merged_case_ends_and_its_promise_survives(self):
        with freeze_time(utc("2027-01-11 10:00")):
            old = self._receive()
            old._say("Yes?", user=self.agent)
        with freeze_time(utc("2027-01-12 10:00")):
            new = self._receive()
            self.assertEqual(new.similar_id, old)
            with self.assertRaises(AccessError):
                old.with_user(self.agent)._merge_into(new)
            old.with_user(self.leader)._merge_into(new)
        self.assertEqual(old.state, "merged")
        self.assertEqual(self._clock(old, "solution").state, "ended")
        self.assertEqual(self._clock(new, "solution").due_on, utc("2027-01-12 10:00"))
        with freeze_time(utc("2027-01-12 10:30")):
            heard = old._hear("Hello?", by=self.customer, medium="mail")
        self.assertEqual(heard, new)

    def test_different_customers_are_not_merged(self):
        one, other = self._receive(), self._receive(by=self.stranger)
        with self.assertRaises(UserError):
            one.with_user(self.leader)._merge_into(other)

    def test_nothing_is_waited_for_before_anything_was_asked(self):
        case = self._receive()
        with self.assertRaises(UserError):
            case.with_user(self.agent).action_wait()

    def test_states_and_clocks_are_written_by_nobody(self):
        case = self._receive().with_user(self.agent)
        for values in (
            {"state": "closed"},
            {"due_on": "2030-01-01"},
            {"opened_on": "2030-01-01"},
            {"visibility": "company"},
            {"merged_into_id": case.id},
            {"clock_ids": [Command.clear()]},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                case.write(values)
        with self.assertRaises(AccessError):
            case.event_ids.write({"at": "2030-01-01"})
        with self.assertRaises(AccessError):
            case.sudo().event_ids.write({"at": "2030-01-01"})

    def test_assigned_to_the_least_loaded_who_is_there(self):
        self.team.assigns = True
        first, second, third = (self._receive(name=str(n)) for n in range(3))
        users = (first | second).user_id
        self.assertEqual(users, self.agent | self.other)
        self.team.member_ids[0].write(
            {"away_from": "2020-01-01", "away_until": "2100-01-01"}
        )
        self.assertEqual(self._receive(name="4").user_id, self.other)
        self.assertTrue(third.user_id)

    def test_silence_confirms(self):
        with freeze_time(utc("2027-01-11 10:00")):
            case = self._receive()
            case._say("Done", user=self.agent, then="solved")
        with freeze_time(utc("2027-01-17 10:00")):
            self.assertFalse(case.search(case._silent_domain()) & case)
        with freeze_time(utc("2027-01-18 10:01")):
            case.search(case._silent_domain())._close("silence")
        self.assertRecordValues(case, [{"state": "closed", "confirmed": "silence"}])

    def test_jobs_watch_and_close(self):
        """As the scheduler runs them."""
        with freeze_time(utc("2027-01-11 10:00")):
            late, solved = self._receive(), self._receive(name="Another")
            solved._say("Done", user=self.agent, then="solved")
        self.env["ecrm.case"].flush_model()
        with freeze_time(utc("2027-01-20 10:00")), self.enter_registry_test_mode():
            self.env.ref("crm_ecrm.cron_watch_cases").method_direct_trigger()
            self.env.ref("crm_ecrm.cron_confirm_cases").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(late.clock_state, "missed")
        self.assertEqual(self._clock(late, "first").level, 2)
        self.assertRecordValues(solved, [{"state": "closed", "confirmed": "silence"}])
