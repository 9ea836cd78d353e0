from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_suite.tests.accessibility import AccessibilityCase

from ..sellout.test_sellout_portal import BAD, PortalCommon

HOME = "/my/channel"


@tagged("post_install", "-at_install")
class TestMoneyPages(PortalCommon, AccessibilityCase):
    """What an intermediary reads of its business with us, on the real clock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._today()
        cls.start = cls.today.replace(day=1)
        cls.agreement = cls._agreed(cls.retailer, exclusive=True)
        cls._agreed(cls.other, note="Secret of Omid")
        cls.target = cls.env["distribution.target"].create(
            {
                "partner_id": cls.retailer.id,
                "date_from": cls.start,
                "date_to": cls.start + timedelta(days=100),
                "target": 4000,
            }
        )
        cls.term = cls.env["distribution.term"].create(
            {
                "name": "Bonus",
                "kind": "rebate",
                "partner_id": cls.retailer.id,
                "date_from": cls.start,
                "tier_ids": [
                    Command.create({"turnover_from": start, "rate": rate})
                    for start, rate in ((0, 5), (9000, 7))
                ],
            }
        )
        cls.term.action_activate()
        cls._invoice(cls.today, (cls.cup, 100, 10))

    @classmethod
    def _agreed(cls, partner, **values):
        agreement = cls.env["distribution.agreement"].create(
            {
                "partner_id": partner.id,
                "date_from": cls.start,
                "note": "Secret of ours",
                "term_ids": [Command.create({"name": "Net 30 days"})],
                "document_ids": [
                    Command.create(
                        {"name": f"Signed {partner.ref}.txt", "raw": partner.ref}
                    )
                ],
                **values,
            }
        )
        agreement.action_activate()
        return agreement

    def _page(self, address, login="roya-sells"):
        self.authenticate(login, login)
        return self.url_open(f"{HOME}/{address}")

    def test_rates_are_written_out(self):
        self.term.copy(
            {
                "name": "Each",
                "measure": "piece",
                "tier_ids": [Command.create({"turnover_from": 0, "rate": 1250000})],
            }
        ).action_activate()
        page = self._page("money").text
        self.assertRegex(page, r"Bonus</b>:\s+5\s+%\.")
        self.assertRegex(page, r"Each</b>:\s+1,250,000\s")

    def test_what_claims_paid_too_much_is_told_with_its_reason_to_whoever_owes_it(self):
        claim = self.env["distribution.claim"].create(
            {
                "partner_id": self.retailer.id,
                "product_id": self.cup.id,
                "day": self.today,
                "price_before": 10,
                "price_after": 8,
            }
        )
        entries = self.env["distribution.claim.correction"]
        owed = entries._prepare_entry(self.company, self.retailer, "returned", 61)
        entries.create({**owed, "claim_id": claim.id, "quantity": 5})
        page = self._page("money").text
        for shown in ("you owe", "61.00", "Came back to us", "Cup"):
            self.assertIn(shown, page)
        self.assertNotIn("61.00", self._page("money", "omid-sells").text)
        entries.search([("partner_id", "=", self.retailer.id)])._write_off("Too poor")
        page = self._page("money").text
        for shown in ("nothing is open", "Written off"):
            self.assertIn(shown, page)
        self.assertNotIn("Too poor", page)
        # also who is no intermediary any more
        self.retailer.distribution_level_id = False
        self.assertIn("Written off", self._page("money").text)

    def test_agreement_documents_and_targets_are_its_own(self):
        page = self._page("agreement").text
        for shown in ("Net 30 days", "Signed ROYA.txt"):
            self.assertIn(shown, page)
        targets = self._page("targets").text
        for shown in ("4,000", "1,000"):
            self.assertIn(shown, targets)
        for hidden in ("Secret", "OMID"):
            self.assertNotIn(hidden, page)
        address = f"agreement/{self.agreement.id}/document"
        answer = self._page(f"{address}/1")
        self.assertEqual(answer.text, "ROYA")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(self._page(f"{address}/2").status_code, 404)
        self.assertEqual(self._page(f"{address}/0").status_code, 404)
        stranger = "omid-sells"
        self.assertEqual(self._page(f"{address}/1", stranger).status_code, 404)
        self.assertNotIn("ROYA", self._page("agreement", stranger).text)
        self.agreement.action_end()
        self.assertEqual(self._page(f"{address}/1").status_code, 404)

    def test_nobody_hands_on_a_document_that_he_may_not_read(self):
        private = self.env["ir.attachment"].create({"name": "Salaries", "raw": b"x"})
        manager = new_test_user(
            self.env, "agreement-hand", "crm_distribution.group_channel_manager"
        )
        with self.assertRaises(AccessError):
            self.agreement.with_user(manager).document_ids = [Command.link(private.id)]

    def test_a_document_of_a_new_agreement_is_the_agreements(self):
        first, second = (
            new_test_user(self.env, login, "crm_distribution.group_channel_manager")
            for login in ("agreement-one", "agreement-two")
        )
        agreements = self.env["distribution.agreement"].with_user(first)
        # as a form uploads them before it is saved
        early, late = (
            self.env["ir.attachment"]
            .with_user(first)
            .create(
                [
                    {
                        "name": name,
                        "raw": b"x",
                        "res_model": agreements._name,
                        "res_id": 0,
                    }
                    for name in ("Early", "Late")
                ]
            )
        )
        agreement = agreements.create(
            {
                "partner_id": self.retailer.id,
                "date_from": self.start,
                "document_ids": [Command.link(early.id)],
            }
        )
        agreement.document_ids = [Command.link(late.id)]
        theirs = (early | late).with_user(second)
        self.env.invalidate_all()
        self.assertEqual(theirs.mapped("name"), ["Early", "Late"])
        agreement.with_user(second).document_ids = [Command.unlink(early.id)]
        self.assertEqual(agreement.document_ids, late)

    def _reports(self):
        """One with errors, one that asks, one that is accepted."""
        wrong = self._sent(BAD)
        asks = self._report("CUP,1.200,03/04/2026", head="product,quantity,date")
        self._accepted(f"CUP,20,{self.start}", f"POT,1,{self.start}")
        return wrong, asks

    def _prices(self):
        plan = self.env["distribution.price.plan"].create(
            {
                "name": "Now",
                "valid_from": self.today,
                "level_ids": [
                    Command.create(
                        {"level_id": self.retailer.distribution_level_id.id}
                        | {"percent": 10}
                    )
                ],
                "product_ids": [Command.create({"product_id": self.cup.id})],
            }
        )
        plan.action_publish()

    def _pages(self):
        self.cup.standard_price = 7
        self._prices()
        reports = self._reports()
        statement = (
            self.env["distribution.settlement"].sudo()._run(self.company, self.today)
        )
        line = statement.line_ids[:1]
        line._hold("Was it theirs?")
        self._stock()
        self.env.flush_all()
        return [
            *(
                f"{HOME}/{page}"
                for page in (
                    "agreement",
                    "targets",
                    "money",
                    "statements",
                    "prices",
                    "stock",
                )
            ),
            f"{HOME}/statement/{statement.id}",
            f"{HOME}/sellout",
            *(f"{HOME}/sellout/{report.id}" for report in reports),
            # a form that is refused
            (f"{HOME}/sellout", "form.o_sellout_upload", {}),
        ]

    def _missing(self):
        return [
            f"{HOME}/statement/77777",
            f"{HOME}/sellout/77777",
            f"{HOME}/agreement/77777/document/1",
        ]

    def test_axe_finds_nothing_serious(self):
        pages, missing = self._pages(), self._missing()
        self.assertAccessible(
            [*pages, *missing], "roya-sells", missing=missing, lang="en-US"
        )
        self._speak(self.user, "fa_IR")
        self.assertAccessible(
            [*pages, *missing], "roya-sells", missing=missing, lang="fa-IR"
        )

    def test_axe_finds_nothing_serious_where_there_is_nothing(self):
        pages = [
            f"{HOME}/{page}"
            for page in ("money", "statements", "prices", "stock", "sellout")
        ]
        self.assertAccessible(pages, "omid-sells", lang="en-US")
