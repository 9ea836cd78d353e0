"""Points and tiers, attacked by everybody who has no business with them."""

from attack_case import AttackCase
from attack_rights import ACTORS

from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
class TestAttackPoints(AttackCase):
    def _log_in(self, actor):
        self.authenticate(
            *((None, None) if actor == "anonymous" else (actor, actor * 2))
        )

    def test_points_are_changed_by_nobody(self):
        card = self.records["loyalty.point.entry"].card_id
        for actor in ACTORS:
            for method, args in (
                ("write", [{"points": 5_000}]),
                ("web_save", [{"points": 5_000}, {}]),
                ("write", [{"pending_points": 5_000}]),
                ("write", [{"account_card_id": card.id}]),
            ):
                self.assertRefused(actor, "loyalty.card", method, card.ids, *args)
        self.assertEqual(card.points, 10)

    def test_pages_of_points(self):
        """Only its customer sees an account; nobody's odd address is an error."""
        card = self.records["loyalty.point.entry"].card_id
        page = f"/my/points/{card.id}"
        odd = (
            f"{page}?sortby=id;drop&page=-1",
            f"{page}/page/999999999999999999999",
            f"{page}?page=x&sortby=",
            f"{page}/page/-1",
            "/my/points/0",
            "/my/points/99999999999999999999",
            "/my/points?page=x",
            f"/my/loyalty_card/{card.id}/history?sortby=x",
        )
        for actor in ACTORS:
            self._log_in(actor)
            with self.subTest(actor=actor):
                answer = self.url_open(page)
                seen = "points_available" in answer.text
                self.assertEqual(seen, actor == "portal customer")
                for url in odd:
                    answer = self.url_open(url)
                    self.assertLess(answer.status_code, 500, url)
                    if actor != "portal customer":
                        self.assertNotIn("points_available", answer.text, url)
                for url in ("/my/points/x", f"{page}/page/x"):
                    self.assertEqual(self.url_open(url).status_code, 404, url)

    def test_page_of_a_companys_points(self):
        """A contact's permission is asked at every request, and of nobody else."""
        company = self.env["res.partner"].create({"name": "Co", "is_company": True})
        self.partner.parent_id = company
        program = self.records["loyalty.point.entry"].program_id
        program.write({"applies_on": "both", "point_holder": "company"})
        account = self.env["loyalty.card"].search([("partner_id", "=", company.id)])
        self.env.flush_all()
        self.authenticate("portal customer", "portal customer" * 2)
        for permitted in (False, True, False):
            self.partner.may_use_company_points = permitted
            self.env.flush_all()
            answer = self.url_open(f"/my/points/{account.id}")
            self.assertEqual("points_available" in answer.text, permitted)
        _result, error = self._call(
            "portal customer",
            "res.partner",
            "write",
            self.partner.ids,
            {"may_use_company_points": True},
        )
        self.assertEqual(error, "odoo.exceptions.AccessError")

    def test_administrators_change_no_entry(self):
        """Who may change everything else corrects by another entry, as all do."""
        entry = self.records["loyalty.point.entry"]
        lot = self.records["loyalty.point.lot"]
        before = entry.read(), lot.read()
        new_test_user(
            self.env,
            "administrator",
            "base.group_system,base.group_erp_manager,"
            "sales_team.group_sale_manager,account.group_account_manager",
            password="administrator" * 2,
        )
        self.env.flush_all()
        for record in (entry, lot):
            for method, args in (
                ("write", [record.ids, {"points": 5_000}]),
                ("web_save", [record.ids, {"points": 5_000}, {}]),
                ("unlink", [record.ids]),
                ("copy", [record.ids]),
                ("create", [[{"card_id": record.card_id.id, "points": 1}]]),
                ("load", [["id", "points"], [[str(record.id), "1"]]]),
            ):
                with self.subTest(model=record._name, method=method):
                    result, error = self._call(
                        "administrator", record._name, method, *args
                    )
                    # an import answers its errors
                    refused = error or (result or {}).get("messages")
                    self.assertTrue(refused, result)
        self.assertRefused(
            "administrator",
            "loyalty.card",
            "write",
            entry.card_id.ids,
            {"points": 5_000},
        )
        self.env.invalidate_all()
        self.assertEqual((entry.read(), lot.read()), before)

    def test_no_points_without_a_sale_at_the_till(self):
        """Odoo's cashier reports points with his sale; nobody else, and never none."""
        card = self.records["loyalty.point.entry"].card_id
        told = {
            str(card.id): {
                "points": 5_000,
                "program_id": card.program_id.id,
                "partner_id": self.partner.id,
            }
        }
        sale = self.records["pos.order"]
        new_test_user(
            self.env, "cashier", "point_of_sale.group_pos_user", password="cashier" * 2
        )
        self.env.flush_all()
        for actor in ACTORS:
            self.assertRefused(
                actor, "pos.order", "confirm_coupon_programs", sale.ids, told
            )
        for actor in (*ACTORS, "cashier"):
            for ids in ([], [sale.id, sale.id + 1]):
                self.assertRefused(
                    actor, "pos.order", "confirm_coupon_programs", ids, told
                )
        self.env.invalidate_all()
        self.assertEqual(card.points, 10)

    def test_portal_functions_are_for_members(self):
        """The link behind a benefit is told to nobody who is not granted it."""
        self.records["loyalty.tier.benefit"].write(
            {"kind": "portal", "code": "early", "url": "https://early.example/door"}
        )
        self.env.flush_all()
        odd = ("early%2F..", "%00", "EARLY", "early/x", "x" * 3000, "%E2%80%AE")
        for actor in ACTORS:
            self._log_in(actor)
            with self.subTest(actor=actor):
                answer = self.url_open("/my/benefits/early", allow_redirects=False)
                leads = answer.headers.get("Location", "")
                self.assertEqual("early.example" in leads, actor == "portal customer")
                for code in odd:
                    answer = self.url_open(
                        f"/my/benefits/{code}", allow_redirects=False
                    )
                    self.assertLess(answer.status_code, 500, code)
                    self.assertNotIn(
                        "early.example", answer.headers.get("Location", ""), code
                    )
