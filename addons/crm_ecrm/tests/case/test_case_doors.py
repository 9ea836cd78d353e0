import random
from datetime import timedelta
from email.message import EmailMessage

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from .case_common import CaseCommon, utc

DOORS = ("portal", "form", "mail", "api")
# of three hundred, those that together have most kinds of steps in them
LIVES = (2, 182, 28, 147)
BEGIN = utc("2027-01-11 08:00")
# what happens next, and how often; what cannot happen then is left out
STEPS = ("writes", "writes", "answers", "asks", "solves", "notes", "away", "reopens")


@tagged("post_install", "-at_install")
class TestCaseDoors(CaseCommon):
    """Whichever door a customer takes, the same happens to him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._open_mailbox()
        cls.threads = cls.env["mail.thread"]

    def _mail(self, to, text, **headers):
        message = EmailMessage()
        message["From"], message["To"] = self.customer.email, to
        message["Subject"] = "Pump"
        message["Message-Id"] = f"<{self.env['ecrm.mail'].search_count([])}@door>"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        self.threads.message_process(None, message.as_bytes())
        mail = self.env["ecrm.mail"].search([], order="id desc", limit=1)
        mail._deliver_or_park()
        self.assertEqual(mail.state, "done", mail.reason)
        return mail.case_id

    def _open(self, door):
        values = {"name": "Pump", "description": "It leaks"}
        if door == "mail":
            return self._mail("service@us.test", "It leaks")
        if door == "api":
            values |= {"partner_id": self.customer.id, "medium": "api"}
            values |= {"team_id": self.team.id}
            case = self.env["ecrm.case"].with_user(self.agent).create([values])
            return case.with_env(self.env).sudo()
        by = self.customer if door == "portal" else self.env["res.partner"]
        more = {} if by else {"email_from": self.customer.email}
        return self._receive(by=by, medium=door, **values, **more)

    def _write(self, case, door, text):
        if door in ("mail", "api"):
            self._mail(case._reply_address(), text)
            return
        by = self.customer if door == "portal" else self.env["res.partner"]
        wrong = case._customer_says(text, by=by, medium=door)
        self.assertFalse(wrong)

    def _step(self, case, door, step, at):
        """Do it, if it can be done then."""
        says = {"answers": "open", "asks": "waiting", "solves": "solved"}
        with freeze_time(at):
            if step == "writes":
                self._write(case, door, f"More at {at}")
            elif step in says and case.state in ("new", "open", "waiting"):
                case._say(f"We, at {at}", user=self.agent, then=says[step])
            elif step == "notes":
                note = {"body": "Look at it", "subtype_xmlid": "mail.mt_note"}
                case.with_user(self.agent).message_post(**note)
            elif step == "away" and door == "mail":
                # a machine that only mails have
                absence = {"Auto_Submitted": "auto-replied"}
                self._mail(case._reply_address(), "I am away", **absence)
            elif step == "reopens" and case.state == "solved":
                case.with_user(self.agent).action_reopen()

    def _live(self, seed, door):
        """The same life by each door: its states, its clocks."""
        draw = random.Random(seed)
        at = BEGIN + timedelta(minutes=draw.randrange(3000))
        with freeze_time(at):
            case = self._open(door)
        states = [case.state]
        for _step in range(8):
            at += timedelta(minutes=draw.choice((3, 40, 200, 900, 4000)))
            self._step(case, door, draw.choice(STEPS), at)
            states.append(case.state)
        with freeze_time(at + timedelta(days=3)):
            case._refresh_clocks()
            self._watch()
        clocks = [
            (row.episode_id.number, row.kind, row.number, row.state)
            + (row.started_on, row.due_on, row.used_minutes)
            for row in case.clock_ids.sorted(
                lambda row: (row.episode_id.number, row.kind, row.number)
            )
        ]
        return states, clocks, case.unread

    def test_the_same_events_by_any_door_give_the_same_clocks(self):
        # one person has more lives here than a loop is allowed
        settings = self.env["ir.config_parameter"]
        settings.set_param("mail.gateway.loop.threshold", "1000")
        seen, settled = set(), set()
        for seed in LIVES:
            lives = {door: self._live(seed, door) for door in DOORS}
            first = lives["portal"]
            seen |= {*first[0]}
            settled |= {clock[3] for clock in first[1]}
            for door, life in lives.items():
                with self.subTest(seed=seed, door=door):
                    self.assertEqual(life, first)
        # lives that tell something
        self.assertEqual(seen, {"new", "open", "waiting", "solved"})
        self.assertLessEqual({"met", "missed"}, settled)

    def test_who_mails_without_end_is_told_and_opens_no_more(self):
        """Two programs that answer each other: Odoo finds it by the case's address."""
        settings = self.env["ir.config_parameter"]
        settings.set_param("mail.gateway.loop.threshold", "3")
        for _mail in range(3):
            self._mail("service@us.test", "It leaks")
        message = EmailMessage()
        message["From"], message["To"] = self.customer.email, "service@us.test"
        message["Subject"], message["Message-Id"] = "Pump", "<loop@door>"
        message.set_content("It leaks")
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.threads.message_process(None, message.as_bytes())
        mails = self.env["ecrm.mail"].search([("identity", "=", "<loop@door>")])
        self.assertFalse(mails)
        told = self.env["mail.mail"].search(
            [("email_to", "ilike", self.customer.email)]
        )
        self.assertIn("<loop@door>", told.sorted("id")[-1].references or "")
