from odoo.tests import HttpCase, new_test_user, tagged

from ..portal_common import PortalCommon
from .point_common import PointCommon


@tagged("post_install", "-at_install")
class TestPointPortal(PortalCommon):
    """What a customer sees of his points, and who else sees them."""

    def test_account_shows_what_the_ledger_says(self):
        order = self._order(quantity=3)
        self._order(quantity=0.2, claim=True)
        self.program.write({"point_vesting": "payment", "point_vesting_days": 7})
        self._order()
        card = self._card()
        _answer, page = self._page("points_customer", f"/my/points/{card.id}")
        self.assertEqual(
            self._text(page, "//*[@id='points_available']"), ["200 Points"]
        )
        self.assertEqual(self._text(page, "//*[@id='points_pending']"), ["100 Points"])
        (waiting,) = self._text(
            page, "//section[@aria-labelledby='points_pending_title']//li"
        )
        self.assertEqual(waiting, "100 Points: Everything is paid, then 7 days")
        (expiring,) = self._text(page, "//*[@id='points_expiring']/li")
        self.assertTrue(expiring.startswith("200 Points on "), expiring)
        points = self._text(page, "//tr[contains(@class, 'o_points_line')]/td[last()]")
        self.assertEqual(
            points, ["+100 Points", "\N{MINUS SIGN}100 Points", "+300 Points"]
        )
        self.assertIn(f"/my/orders/{order.id}", page.xpath("//table//a/@href"))
        self.assertEqual(len(page.xpath("//h1")), 1)
        ids = page.xpath("//*[@id]/@id")
        ours = [name for name in ids if name.startswith("points_")]
        self.assertEqual(len(ours), len(set(ours)))

    def test_what_became_available_is_told_once(self):
        self.program.point_vesting = "invoice"
        order = self._order()
        order._create_invoices().action_post()
        self.env["loyalty.point.lot"].sudo()._vest_on_event(self._card().lot_ids)
        history = self._card().sudo()._portal_history(self.user, "date", 9, 0)
        self.assertEqual(
            [(line["kind"], line["points"], line["pending"]) for line in history],
            [
                ("Became Available", "+100 Points", False),
                ("Earned", "+100 Points", True),
            ],
        )

    def test_credit_note_is_the_document_of_what_it_took(self):
        order = self._order()
        refund = self._refund(order)
        line = self._card().sudo()._portal_history(self.user, "date", 1, 0)[0]
        self.assertEqual(line["document"], refund.name)
        self.assertEqual(line["url"], f"/my/invoices/{refund.id}")
        _answer, page = self._page("points_customer", line["url"])
        self.assertIn(refund.name, page.text_content())
        stranger = self._login("points_stranger")
        line = self._card().sudo()._portal_history(stranger, "date", 1, 0)[0]
        self.assertEqual(line["url"], "")

    def test_history_comes_in_pages(self):
        self._order()
        card = self._card().sudo()
        for _n in range(24):
            card.points += 1
        queries = []
        card._portal_history(self.user, "date", 2, 0)  # fills Odoo's caches
        for limit in (2, 20):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.assertEqual(
                len(card._portal_history(self.user, "date", limit, 0)), limit
            )
            queries.append(self.cr.sql_log_count - start)
        self.assertEqual(*queries)
        lines = "//tr[contains(@class, 'o_points_line')]"
        for url, count in (
            ("", 20),
            ("/page/2", 5),
            ("/page/99999999999999999999", 5),
            ("?page=nonsense&sortby=drop", 20),
            ("?sortby=points&page=0", 20),
        ):
            _answer, page = self._page("points_customer", f"/my/points/{card.id}{url}")
            self.assertEqual(len(page.xpath(lines)), count, url)

    def test_reading_changes_nothing(self):
        order = self._order()
        self._page("points_customer", f"/my/points/{self._card().id}")
        self._page("points_customer", "/my/points")
        self.env.invalidate_all()
        self.assertFalse(order.access_token)

    def test_other_customers_see_nothing(self):
        """L093 enumeration: as for a card that does not exist"""
        self._order()
        for number in (self._card().id, 2**30):
            answer, _page = self._page("points_contact", f"/my/points/{number}")
            self.assertTrue(
                answer.url.endswith("/my") or answer.url.endswith("/my/home"), number
            )
        _answer, page = self._page("points_contact", "/my/points")
        self.assertIn("You have no points yet", page.text_content())

    def _company_order(self):
        self.program.point_holder = "company"
        order = self._order(self.contact.partner_id, quantity=2)
        return order, self._card(self.company_customer)

    def test_company_account_is_seen_with_permission_only(self):
        _order, account = self._company_order()
        partner = self.contact.partner_id
        member = self._card(partner)
        url = f"/my/points/{account.id}"
        for permitted in (False, True, False):
            partner.may_use_company_points = permitted
            answer, page = self._page("points_contact", url)
            self.assertEqual(answer.url.endswith(url), permitted)
            for path in ("/my/points", "/my"):
                _answer, page = self._page("points_contact", path)
                self.assertEqual("200 Points" in page.text_content(), permitted, path)
            answer = self.make_jsonrpc_request(
                f"/my/loyalty_card/{member.id}/values", {}
            )
            self.assertEqual(
                answer["card"]["points_display"],
                "200 Points" if permitted else "0 Points",
            )

    def test_who_leaves_the_company_loses_its_points(self):
        self._company_order()
        partner = self.contact.partner_id
        partner.may_use_company_points = True
        self.assertTrue(partner._point_accounts())
        partner.parent_id = self.env["res.partner"].create(
            {"name": "Elsewhere", "is_company": True}
        )
        self.assertFalse(partner._point_accounts())

    def test_company_points_are_spent_with_permission_only(self):
        self._company_order()
        partner = self.contact.partner_id
        offered = self._quote(partner, quantity=0.2, claim=True)
        order = self._quote(partner, quantity=0.2)
        card = order.coupon_point_ids.coupon_id | order.applied_coupon_ids
        card = card.filtered(lambda card: card.program_id == self.program)
        cart = order.with_user(self.contact).sudo()
        card = card.with_env(cart.env)
        self.assertFalse(cart._get_claimable_rewards())
        status = cart._apply_program_reward(self.program.reward_ids, card)
        self.assertIn("your company's", status["error"])
        partner.may_use_company_points = True
        self.assertTrue(cart._get_claimable_rewards())
        self.assertFalse(cart._apply_program_reward(self.program.reward_ids, card))
        # what a salesperson offered the contact may accept without it
        partner.may_use_company_points = False
        offered.with_user(self.contact).sudo().action_confirm()
        self.assertTrue(offered.order_line.filtered("reward_id"))
        self.assertEqual(self._card(self.company_customer).points, 100)
        self.assertWhole()

    def test_another_companys_program_is_left_out(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        program = self._make_program(company_id=elsewhere.id)
        card = self.env["loyalty.card"].sudo()
        card.create(
            {"program_id": program.id, "partner_id": self.customer.id, "points": 5}
        )
        self.env.flush_all()
        self.assertFalse(self.customer.with_user(self.user).sudo()._point_accounts())

    def test_salespeople_set_the_permission(self):
        seller = new_test_user(
            self.env,
            "points_seller",
            "sales_team.group_sale_salesman_all_leads,base.group_partner_manager",
        )
        clerk = new_test_user(
            self.env, "points_clerk", "base.group_user,base.group_partner_manager"
        )
        partner = self.contact.partner_id
        partner.with_user(seller).write({"may_use_company_points": True})
        with self.assertRaises(Exception) as refusal:
            partner.with_user(clerk).write({"may_use_company_points": False})
        self.assertEqual(type(refusal.exception).__name__, "AccessError")
        self.assertTrue(partner.may_use_company_points)

    def test_odoos_own_tile_and_page_lead_to_the_ledger(self):
        self._order()
        card = self._card()
        _answer, page = self._page("points_customer", "/my")
        self.assertTrue(page.xpath(f"//a[@href='/my/points/{card.id}']"))
        self.assertFalse(page.xpath("//div[@id='card_points']"))
        self.assertFalse(page.xpath("//p[@id='card_points']"))
        answer, _page = self._page(
            "points_customer", f"/my/loyalty_card/{card.id}/history"
        )
        self.assertTrue(answer.url.endswith(f"/my/points/{card.id}"))

    def test_a_right_to_left_language_shows_the_page(self):
        self.env["res.lang"]._activate_lang("fa_IR")
        self._order()
        self.customer.lang = "fa_IR"
        _answer, page = self._page("points_customer", f"/my/points/{self._card().id}")
        self.assertTrue(page.xpath("//table//tr"))


class PortalTour(PointCommon, HttpCase):
    """The pages by keyboard, on two sizes of screen."""

    def _walk(self):
        user = new_test_user(
            self.env, "points_walker", "base.group_portal", password="points_walker"
        )
        self.program.point_valid_days = 90
        self._order(user.partner_id, quantity=2)
        self.start_tour(
            "/my/points", "crm_loyalty_points_portal", login="points_walker"
        )


@tagged("post_install", "-at_install")
class TestPointPortalTour(PortalTour):
    def test_by_keyboard(self):
        self._walk()


@tagged("post_install", "-at_install")
class TestPointPortalPhoneTour(PortalTour):
    browser_size = "390x844"

    def test_by_keyboard_on_a_phone(self):
        self._walk()
