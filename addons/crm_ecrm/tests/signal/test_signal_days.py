from datetime import date, timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..case.case_common import utc
from ..voice_common import VoiceCommon

ZONES = ("Pacific/Auckland", "America/Los_Angeles", "Asia/Tehran")
DAY = date(2027, 5, 5)
# the last half hour of that day on its own clock, and the first of the next
NIGHT = (("2027-05-05 23:30", DAY), ("2027-05-06 00:30", DAY + timedelta(days=1)))


@tagged("post_install", "-at_install")
class TestSignalDays(VoiceCommon):
    """Everything happens on the day that it was where the company is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signals = cls.env["ecrm.signal"]
        cls.companies = cls.env["res.company"].create(
            [
                {"name": zone, "currency_id": cls.company.currency_id.id}
                for zone in ZONES
            ]
        )
        for company, zone in zip(cls.companies, ZONES, strict=True):
            company.partner_id.tz = zone
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": [cls.company.id, *cls.companies.ids],
            }
        )
        cls.teams = cls.env["ecrm.team"].create(
            [
                {
                    "name": one.name,
                    "company_id": one.id,
                    "calendar_id": False,
                    "assigns": False,
                }
                for one in cls.companies
            ]
        )

    def _happen(self, company, moment, customer):
        """One of each kind at a moment."""
        person = self.env["res.partner"].create(
            {"name": "Person", "parent_id": customer.id, "email": "p@there.example"}
        )
        lead = self.env["crm.lead"].create(
            {"name": "x", "partner_id": person.id, "company_id": company.id}
        )
        self.env["sale.order"].create(
            {
                "partner_id": person.id,
                "company_id": company.id,
                "state": "sale",
                "date_order": moment,
            }
        )
        team = self.teams.filtered(lambda one: one.company_id == company)
        case = self.env["ecrm.case"]._receive(
            {"name": "x", "description": "y", "kind": "complaint", "team_id": team.id},
            by=person,
            medium="portal",
            at=moment,
        )
        case._hear("And more.", by=person, medium="portal", at=moment)
        case._say("Soon.", user=self.agent, at=moment, by_mail=False)
        self.env["mail.message"].create(
            {
                "model": "crm.lead",
                "res_id": lead.id,
                "author_id": person.id,
                "message_type": "email",
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "record_company_id": company.id,
                "date": moment,
                "body": "x",
            }
        )
        self.env["calendar.event"].create(
            {
                "name": "x",
                "start": moment - timedelta(hours=1),
                "stop": moment,
                "opportunity_id": lead.id,
                "partner_ids": [Command.set(person.ids)],
            }
        )

    def test_what_happens_at_night_has_the_companys_own_day(self):
        told = {}
        for company in self.companies:
            for clock, day in NIGHT:
                customer = self.env["res.partner"].create(
                    {"name": f"{company.name} {clock}", "is_company": True}
                )
                self._happen(company, utc(clock, company.name), customer)
                told[customer] = company, day
        self.env.flush_all()
        sources = ("order", "case", "complaint", "case_message", "answer")
        sources += ("message", "meeting")
        with freeze_time("2027-05-08 12:00:00"):
            for reader in (self.company, *self.companies):
                # one look for all of them, whoever looks
                found = self.signals.with_company(reader).search(
                    [("partner_id", "in", [one.id for one in told])]
                )
                for customer, (company, day) in told.items():
                    rows = found.filtered(lambda one, c=customer: one.partner_id == c)
                    with self.subTest(f"{customer.name} from {reader.name}"):
                        rows = rows.filtered(lambda one: one.source in sources)
                        self.assertEqual(set(rows.mapped("source")), set(sources))
                        self.assertEqual(set(rows.mapped("day")), {day})
                        self.assertEqual(rows.company_id, company)

    def test_a_meeting_of_a_whole_day_is_on_that_day(self):
        """Odoo notes it from 8 to 18 UTC, which is the next day in Auckland."""
        company = self.companies[0]
        lead = self.env["crm.lead"].create(
            {
                "name": "x",
                "partner_id": self.harbour.id,
                "company_id": company.id,
            }
        )
        self.env["calendar.event"].create(
            {
                "name": "Fair",
                "allday": True,
                "start_date": DAY,
                "stop_date": DAY,
                "opportunity_id": lead.id,
                "partner_ids": [Command.set(self.harbour.ids)],
            }
        )
        self.env.flush_all()
        with freeze_time("2027-05-08 12:00:00"):
            found = self.signals.search(
                [("partner_id", "=", self.harbour.id), ("source", "=", "meeting")]
            )
            self.assertEqual(found.mapped("day"), [DAY])

    def test_silence_is_counted_in_the_companys_days(self):
        """Half an hour before and after midnight, in each zone at its own."""
        for company in self.companies:
            customer = self.env["res.partner"].create({"name": company.name})
            self.env["sale.order"].create(
                {
                    "partner_id": customer.id,
                    "company_id": company.id,
                    "state": "sale",
                    "date_order": utc("2027-05-05 12:00", company.name),
                }
            )
            self.env.flush_all()
            for clock, silent in (("2027-05-05 23:30", 0), ("2027-05-06 00:30", 1)):
                moment = utc(clock, company.name)
                with self.subTest(f"{company.name} {clock}"), freeze_time(moment):
                    self.env.invalidate_all()
                    one = self.env["ecrm.engagement"].search(
                        [("partner_id", "=", customer.id)]
                    )
                    self.assertEqual(one.silent_days, silent)
                    self.assertIn("Orders: 1", one.reasons)

    def test_the_ninety_days_end_with_the_companys_day(self):
        for company in self.companies:
            customer = self.env["res.partner"].create({"name": company.name})
            self.env["sale.order"].create(
                {
                    "partner_id": customer.id,
                    "company_id": company.id,
                    "state": "sale",
                    "date_order": utc("2027-05-05 00:30", company.name),
                }
            )
            self.env.flush_all()
            for clock, counts in (
                ("2027-08-02 23:30", True),
                ("2027-08-03 00:30", False),
            ):
                moment = utc(clock, company.name)
                with self.subTest(f"{company.name} {clock}"), freeze_time(moment):
                    self.env.invalidate_all()
                    one = self.env["ecrm.engagement"].search(
                        [("partner_id", "=", customer.id)]
                    )
                    self.assertEqual(
                        (one.score > 0, one.score_before > 0), (counts, not counts)
                    )
                    self.assertEqual("Orders: 1" in one.reasons, counts)

    def test_an_invoice_is_overdue_when_its_day_has_ended_here(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.harbour.id,
                "invoice_date": DAY - timedelta(days=9),
                "invoice_date_due": DAY,
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 10, "tax_ids": False})
                ],
            }
        )
        invoice.action_post()
        for zone in ZONES:
            self.company.partner_id.tz = zone
            self.env.flush_all()
            for (clock, day), late in zip(NIGHT, (0, 1), strict=True):
                with self.subTest(f"{zone} {clock}"), freeze_time(utc(clock, zone)):
                    self.assertEqual(self.company._today(), day)
                    found = self.signals.search_count(
                        [("partner_id", "=", self.harbour.id), ("source", "=", "late")]
                    )
                    self.assertEqual(found, late)

    def test_a_complaint_at_the_months_end_is_in_its_own_month(self):
        product = self.env["product.product"].create({"name": "Kettle"})
        cases = self.env["ecrm.case"]
        told = {}
        for company, team in zip(self.companies, self.teams, strict=True):
            for clock, month in (
                ("2027-04-30 23:30", date(2027, 4, 1)),
                ("2027-05-01 00:30", date(2027, 5, 1)),
            ):
                told[company, month] = cases._receive(
                    {
                        "name": f"{company.name} {clock}",
                        "kind": "complaint",
                        "team_id": team.id,
                        "product_id": product.id,
                    },
                    by=self.harbour,
                    medium="staff",
                    at=utc(clock, company.name),
                )
        self.env.flush_all()
        rows = self.env["ecrm.complaint.rate"].search([("product_id", "=", product.id)])
        self.assertEqual(len(rows), len(told), "a row for each cause that somebody has")
        self.assertEqual({(one.company_id, one.month) for one in rows}, {*told})
        for row in rows:
            found = cases.search(row.action_open_cases()["domain"])
            self.assertEqual(found, told[row.company_id, row.month].with_env(self.env))
