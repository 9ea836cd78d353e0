import re
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.sql_db import Cursor
from odoo.tests import tagged

from .deal_common import DealPages, without_token

# a savepoint is called differently each time
SAVEPOINT = re.compile(r'SAVEPOINT "[0-9a-f-]{36}"')


@tagged("post_install", "-at_install")
class TestPortalDeals(DealPages):
    def test_a_deal_is_registered_with_files(self):
        answer = self._post(
            files=[
                ("evidence", ("letter.txt", b"We want pumps", "text/plain")),
                ("evidence", ("plan.pdf", b"%PDF-1.4", "application/pdf")),
            ],
            customer_vat="10101234567",
            description="Forty pumps",
        )
        self.assertEqual(answer.status_code, 303)
        self.assertTrue(answer.headers["Location"].endswith("/my/channel/deal/1"))
        self.assertRecordValues(
            self._deals(),
            [
                {
                    "customer_name": "Kaveh Steel",
                    "customer_vat": "10101234567",
                    "category_id": self.pumps.id,
                    "amount_expected": 1000.0,
                    "submitted_by_id": self.first.partner_id.id,
                    "state": "submitted",
                }
            ],
        )
        page = self._get("/my/channel/deal/1", self.colleague).text
        self.assertIn("letter.txt", page)
        file = self._get("/my/channel/deal/1/file/1", self.colleague)
        self.assertEqual(file.content, b"We want pumps")
        self.assertIn("Kaveh Steel", self._get("/my/channel/deals").text)
        self.assertIn("Kaveh Steel", self._get("/my").text)

    def test_at_most_eight_fields_are_required(self):
        page = self._get("/my/channel/deal/new").text
        self.assertLessEqual(page.count(" required="), 8)

    def test_what_is_missing_or_wrong_is_said_and_what_was_typed_stays(self):
        for name, value in [
            ("customer_name", ""),
            ("customer_name", "Co. Ltd"),
            ("category_id", "999999999"),
            ("category_id", "1 OR 1=1"),
            ("customer_country_id", "²"),
            ("amount_expected", "many"),
            ("amount_expected", "-5"),
            ("amount_expected", "1e400"),
            ("date_close", "someday"),
            ("date_close", "2027-02-31"),
        ]:
            answer = self._post(**{name: value})
            with self.subTest(name, value=value):
                self.assertEqual(answer.status_code, 200)
                self.assertIn("buy@kaveh.example", answer.text)
                self.assertFalse(self._deals())

    def test_persian_digits_are_read(self):
        """C141: in the form."""
        self._post(
            amount_expected="۱۲٬۵۰۰",
            date_close="۱۴۰۶/۰۲/۱۱",
            customer_phone="۰۲۱۸۸۷۷۶۶۵۵",
        )
        deal = self._deals()
        self.assertEqual(deal.amount_expected, 12500)
        self.assertEqual(str(deal.date_close), "2027-05-01")

    def test_only_fields_of_the_form_are_written(self):
        self._post(state="approved", partner_id=self.y.id, number=77, user_id=1)
        self.assertRecordValues(
            self._deals(), [{"state": "submitted", "number": 1, "user_id": False}]
        )

    def test_a_double_click_gives_the_first_page(self):
        """C048: the second submission returns the first page."""
        answers = [self._post() for _click in range(2)]
        self.assertEqual(len({a.headers["Location"] for a in answers}), 1)
        self.assertEqual(len(self._deals()), 1)

    def test_the_page_and_the_statements_tell_nothing_of_a_hit(self):
        other = {
            "name": "Somebody Else",
            "email": "a@else.example",
            "phone": "021 11223355",
            "vat": "10109999999",
        }
        same = {
            "name": "Kaveh Steel",
            "email": "buy@kaveh.example",
            "phone": "021 88776655",
            "vat": "10101234567",
        }
        seen = {}
        for case, known, met, similar in [
            # the first time, caches are filled
            ("warm", other, 0, 0),
            ("nobody", other, 0, 0),
            ("all", same, 1, 0),
            ("mail", {**other, "email": same["email"]}, 1, 0),
            ("tax ID", {**other, "vat": same["vat"]}, 1, 0),
            ("name", {**other, "name": "Kaveh Steels Co"}, 0, 1),
        ]:
            name = known["name"]
            deal = self._protected(
                self.y,
                name,
                **{f"customer_{key}": known[key] for key in ("email", "phone", "vat")},
            )
            contact = self._customer(
                name, email=f"info@{known['email'][2:]}", vat=known["vat"]
            )
            seen[case] = self._what_is_seen()
            with self.subTest(case):
                # nobody sees the same because nothing was met
                ours = self._deals()
                self.assertEqual(len(self._found(other_registration_id=ours)), met)
                self.assertEqual(len(ours.similar_registration_ids), similar)
                self.assertEqual(len(ours.similar_partner_ids), similar)
            ours.unlink()
            deal._as_system().state = "submitted"
            deal.unlink()
            contact.unlink()
        without = seen.pop("nobody")
        del seen["warm"]
        for case, with_hit in seen.items():
            for step, (before, after) in enumerate(zip(without, with_hit, strict=True)):
                with self.subTest(case, step=step):
                    self.assertEqual(before[0], after[0])
                    self.assertEqual(before[1], after[1])

    def _what_is_seen(self):
        """Statements and bytes of the answer, and of the pages until the decision."""
        seen = []
        page = self._get("/my/channel/deal/new")
        with self._statements() as asked:
            answer = self._send(page, customer_vat="10101234567")
        seen.append((asked, (answer.status_code, answer.headers["Location"])))
        for compared in (False, True):
            if compared:
                self._deals()._compare()
            for url in ("/my/channel/deal/1", "/my/channel/deals", "/my"):
                # whoever logs in writes that down, which is not the page's
                self.authenticate(self.first.login, self.first.login)
                with self._statements() as asked:
                    page = self.url_open(url)
                seen.append((asked, without_token(page.content)))
        return seen

    @contextmanager
    def _statements(self):
        """Statements as they are sent, without the values."""
        asked = []
        execute = Cursor.execute

        def record(cursor, query, params=None, log_exceptions=True):
            asked.append(SAVEPOINT.sub("SAVEPOINT", str(getattr(query, "code", query))))
            return execute(cursor, query, params, log_exceptions)

        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(Cursor, "execute", record):
            yield asked

    def test_what_is_refused_late_leaves_nothing(self):
        """A page that shows the refusal has written nothing before it."""
        deal = self._protected(self.x)
        page = self._get("/my/channel/deal/1", self.colleague)
        token = re.search(r'csrf_token" value="([^"]+)"', page.text)[1]
        with patch.object(
            self.registry[deal._name],
            "_add_evidence",
            side_effect=UserError("Too late"),
        ):
            page = self.url_open(
                "/my/channel/deal/1/news",
                data={"csrf_token": token, "news": "They decide in May"},
            )
            self.assertIn("Too late", page.text)
            self.assertIn("They decide in May", page.text)
            page = self._post(customer_name="Arad", customer_email="arad@arad.example")
            self.assertIn("Too late", page.text)
        self.env.invalidate_all()
        self.assertEqual(self._deals(), deal)
        said = self.env["distribution.message"].search(
            [("text", "=", "They decide in May")]
        )
        self.assertFalse(said)

    def test_the_loser_never_learns_the_holder(self):
        self._protected(self.y)
        self._post()
        deal = self._deals()
        deal._compare()
        deal.with_user(self.user)._reject("Ymir Trade holds it")
        for url in ("/my/channel/deal/1", "/my/channel/deals", "/my"):
            page = self._get(url).text
            with self.subTest(url):
                self.assertNotIn("Ymir", page)
                self.assertNotIn("holds it", page)

    def test_another_ones_number_is_as_absent_as_none(self):
        """C139: the same answer for what exists and what does not."""
        self._submit(self.x, "Arad")
        self._submit(self.x, "Behin")
        self._submit(self.y, "Kaveh")
        answers = [
            self._get(f"/my/channel/deal/{number}{rest}", self.rival, 404)
            for number in (2, 99999, 2**40)
            for rest in ("", "/file/1")
        ]
        bodies = {
            re.sub(rb"deal/\d+(/file/1)?", b"deal/n", without_token(answer.content))
            for answer in answers
        }
        self.assertEqual(len(bodies), 1)
        self.assertNotIn("Behin", answers[0].text)
        self.assertIn("Kaveh", self._get("/my/channel/deal/1", self.rival).text)

    def test_who_is_no_intermediary_has_no_such_pages(self):
        for url in ("/my/channel/deals", "/my/channel/deal/new", "/my/channel/deal/1"):
            with self.subTest(url):
                self._get(url, self.nobody, 404)
        self.assertNotIn("channel/deal", self._get("/my", self.nobody).text)

    def test_an_archived_intermediary_sees_nothing(self):
        """C018: its contacts log in and see nothing of it."""
        self._submit(self.x)
        self.x.active = False
        self._get("/my/channel/deals", self.first, 404)

    def test_news_keep_it_alive_and_ask_for_an_extension(self):
        deal = self._protected(self.x)
        page = self._get("/my/channel/deal/1", self.colleague)
        token = re.search(r'csrf_token" value="([^"]+)"', page.text)[1]
        self.url_open(
            "/my/channel/deal/1/news",
            data={"csrf_token": token, "news": "They decide in May", "extension": "1"},
            files=[("evidence", ("offer.txt", b"Offer", "text/plain"))],
        )
        self.assertEqual(deal.extension_asked_on, deal.last_news_on)
        self.assertTrue(deal.extension_asked_on)
        self.assertEqual(deal.evidence_ids.name, "offer.txt")
        message = deal.message_ids.filtered(lambda m: "in May" in (m.body or ""))
        self.assertEqual(message.author_id, self.colleague.partner_id)
        self.assertFalse(deal.message_partner_ids & self.x.child_ids)

    def test_home_says_how_long_a_deal_is_protected(self):
        deal = self._protected(self.x)
        days = (deal.ends_on - date(2027, 3, 1)).days + 1
        self.assertGreater(days, 1)
        told = re.sub(r"<[^>]+>", "", self._get("/my").text)
        self.assertIn(f"Protected for {days} more days", told)

    def test_reading_changes_nothing(self):
        deal = self._protected(self.x)
        written = deal.write_date
        for url in ("/my/channel/deal/1", "/my/channel/deals"):
            self._get(url)
        self.assertEqual(deal.write_date, written)
        self._get("/my/channel/deal/1/news", status=405)
