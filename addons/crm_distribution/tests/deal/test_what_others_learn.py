import re
from contextlib import suppress
from urllib.parse import urlsplit

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_suite.tests.refusals import RefusalMixin

from .deal_common import DealPages, without_token

PICTURE = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    b"awAAAABJRU5ErkJggg=="
)
# ends the session, or belongs to Odoo alone
LEFT_OUT = ("/web/session/logout", "/odoo", "/website/social")


@tagged("post_install", "-at_install")
class TestWhatOthersLearn(RefusalMixin, DealPages):
    """Each sees what is his, in every page, mail and call, and nothing of others."""

    def test_an_end_customer_sees_no_intermediary(self):
        """C134: neither in page, PDF, mail nor RPC, and without an access error."""
        customer = self.nobody.partner_id.parent_id
        customer.email = "office@end.example"
        self._agreement(self.z, self.north)
        self._protected(self.y, "End Customer", customer_email="buy@end.example")
        lead = self.env["crm.lead"].create(
            {
                "name": "Pumps",
                "type": "opportunity",
                "partner_id": customer.id,
                "partner_assigned_id": self.x.id,
            }
        )
        order = self._order(
            customer,
            opportunity_id=lead.id,
            distribution_evidence="Brought by Xenon Trade",
        )
        order.action_ask_channel()
        self.assertEqual(len(self._found(order_id=order)), 2)
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        pages = [
            self._get(f"/my/{kind}/{record.id}{view}", self.nobody).text
            for kind, record in (("orders", order), ("invoices", invoice))
            for view in ("", "?report_type=html")
        ]
        mail = self.env.ref("sale.mail_template_sale_confirmation")
        pages.append(mail._render_field("body_html", order.ids)[order.id])
        messages = order.message_ids.filtered(lambda one: not one.is_internal)
        pages.append(str(messages.mapped("body")))
        own = order.with_user(self.nobody)
        readable = [
            name
            for name, field in own._fields.items()
            if own._has_field_access(field, "read")
        ]
        for name in readable:
            # some of Odoo's own lead to what customers may not read
            with suppress(AccessError):
                pages.append(str(own.read([name])))
        self.assertFalse([name for name in readable if "distribution" in name])
        for page in pages:
            for name in ("Xenon", "Ymir", "Zamin"):
                self.assertNotIn(name, page)
        for name in ("distribution_evidence", "distribution_conflict_ids"):
            for ask in (
                lambda name=name: own.read([name]),
                lambda name=name: own.search([(name, "!=", False)]),
                lambda name=name: own.search([], order=name),
                lambda name=name: own._read_group([], [name]),
            ):
                with self.subTest(name), self.assertRaises(AccessError):
                    ask()

    def test_of_three_who_claim_one_customer_none_learns_of_the_others(self):
        """C135: no followers, no line of addressees, no count, no series of numbers."""
        third = self._login("deal_third", self.z)
        logins = {self.x: self.first, self.y: self.rival, self.z: third}
        deals = {
            partner: self._submit(partner, customer_email=f"{login.id}@kaveh.example")
            for partner, login in logins.items()
        }
        for deal in deals.values():
            deal._compare()
            deal.with_user(self.user)._reject("Three at once")
        names = {"Xenon", "Ymir", "Zamin"}
        for partner, login in logins.items():
            deal = deals[partner]
            self.assertEqual(deal.number, 1)
            self.assertFalse(deal.message_partner_ids & (self.x | self.y | self.z))
            mail = self._mails_to(partner)
            self.assertEqual(
                mail.email_to, f'"{partner.name}" <{partner.email}>', partner.name
            )
            self.assertFalse(mail.recipient_ids)
            # headers carry the model and number of what a mail is about
            self.assertFalse(mail.model or mail.res_id)
            self.assertNotIn("registration", mail.message_id)
            told = [
                f"{mail.subject} {mail.body_html} {mail.email_to} {mail.headers}",
                *(
                    self._get(url, login).text
                    for url in ("/my", "/my/channel/deals", "/my/channel/deal/1")
                ),
            ]
            for text in told:
                for other in names - {partner.name.split()[0]}:
                    self.assertNotIn(other, text)
            self.assertNotIn("Three at once", "".join(told))

    def test_a_user_of_one_company_sees_the_same_in_every_view(self):
        """C136, of companies: list, pivot, graph, export, dashboard, and sums."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        ours = self._submit(self.x, "Arad") | self._submit(self.y, "Behin")
        self.registrations.sudo()._submit(
            self.x, elsewhere, self._values("Caspian", amount_expected=5000), ()
        )
        before = self.registrations.search([]) - ours
        user = new_test_user(
            self.env,
            "deal_viewer",
            "crm_distribution.group_channel_user,base.group_allow_export",
        )
        deals = self.registrations.with_user(user)
        tracked = [("id", "not in", before.ids)]
        found = deals.search(tracked)
        self.assertEqual(found, ours)
        self.assertEqual(sum(found.mapped("amount_expected")), 2000)
        read = deals.formatted_read_group(
            tracked, ["partner_id"], ["__count", "amount_expected:sum"]
        )
        self.assertEqual(sum(row["__count"] for row in read), 2)
        self.assertEqual(sum(row["amount_expected:sum"] for row in read), 2000)
        rows = deals.search(tracked).export_data(["customer_name", "amount_expected"])
        self.assertEqual(len(rows["datas"]), 2)
        self.assertNotIn("Caspian", str(rows))
        tile = self.env["suite.tile"].with_user(user)
        for one in tile.search([("app", "=", "channel")]):
            action = one.action_open()
            if action["res_model"] == deals._name:
                self.assertEqual(deals.search_count(action["domain"]), one.count)

    def test_deals_of_two_companies_are_listed_with_their_amounts_apart(self):
        """C138: whoever logs in at one company sees those of the other too."""
        elsewhere = self.env["res.company"].create(
            {"name": "Second Supplier", "currency_id": self.env.ref("base.JPY").id}
        )
        self._submit(self.x, "Arad", amount_expected=1000)
        self.assertNotIn(">Company<", self._get("/my/channel/deals").text)
        self.registrations.sudo()._submit(
            self.x, elsewhere, self._values("Behin", amount_expected=5000), ()
        )
        values = self.registrations._portal_deals(self.x, 10, 0)
        self.assertEqual(
            [(one["name"], one["company"], one["amount"]) for one in values],
            [
                ("Behin", "Second Supplier", 5000),
                ("Arad", self.company.name, 1000),
            ],
        )
        page = self._get("/my/channel/deals").text
        self.assertIn("Arad", page)
        self.assertIn("Behin", page)
        self.assertNotIn("6,000", page)
        self.assertIn(">Company<", page)
        for company in ("Second Supplier", self.company.name):
            self.assertIn(f"<bdi>{company}</bdi></td>", page)

    def test_nothing_inside_a_page_is_forbidden(self):
        """C140: pictures and links of a page open for whoever may open the page."""
        customer = self._customer("Kaveh Steel", image_1920=PICTURE)
        deal = self._protected(
            self.x,
            files=[{"name": "letter.txt", "raw": b"We buy"}],
            end_customer_id=customer.id,
        )
        deal.with_user(self.user).action_create_opportunity()
        offer = self._accepted_lead(partner_id=customer.id).distribution_route_id
        with self.assertRaises(AccessError):
            customer.with_user(self.first).read(["name"])
        self.authenticate(self.first.login, self.first.login)
        seen = set()
        for url in (
            "/my",
            "/my/channel/deals",
            "/my/channel/deal/1",
            "/my/channel/leads",
            f"/my/channel/lead/{offer.key}",
        ):
            page = self.url_open(url)
            self.assertEqual(page.status_code, 200)
            for inside in re.findall(r'(?:src|href)="(/[^"#]*)', page.text):
                path = urlsplit(inside).path
                if path in seen or path.startswith(LEFT_OUT):
                    continue
                seen.add(path)
                answer = self.url_open(inside.replace("&amp;", "&"))
                with self.subTest(page=url, inside=inside):
                    self.assertLess(answer.status_code, 400)
        self.assertIn("/my/channel/deal/1/file/1", seen)
        self.assertIn(f"/my/channel/lead/{offer.key}", seen)

    def _accepted_lead(self, **values):
        """One that the first intermediary was offered, and took."""
        self._policy()
        self._agreement(self.x, self.north)
        lead = self.env["crm.lead"].create(
            {
                "name": "Wanted: pumps",
                "type": "lead",
                "user_id": False,
                "country_id": self.country.id,
                "zip": "15",
                "distribution_category_id": self.pumps.id,
                "expected_revenue": 12345.5,
                **values,
            }
        )
        self.assertEqual(lead.distribution_route_id.partner_id, self.x)
        lead.distribution_route_id._accept(self.first.partner_id)
        self.env.flush_all()
        return lead

    def test_digits_of_a_page_are_of_one_kind(self):
        """C141: Odoo writes Latin digits for Persian readers too, and so do we."""
        lang = self.env["res.lang"]._activate_lang("fa_IR")
        self.env.ref("base.module_crm_distribution")._update_translations(["fa_IR"])
        if "website" in self.env:
            self.env["website"].search([]).language_ids |= lang
        self.first.lang = "fa_IR"
        deal = self._protected(self.x, amount_expected=98765.5)
        deal._hear(self.first.partner_id, "Hello")
        self._submit(self.x, "Behin", customer_email="a@behin.example")
        offer = self._accepted_lead().distribution_route_id
        offer._hear(self.first.partner_id, "Hello")
        for url, *figures in (
            ("/my",),
            ("/my/channel/deals", "98,765.50", "1406"),
            ("/my/channel/deal/1", "98,765.50", "10 اسفند 1405"),
            ("/my/channel/deal/new", "1407-01-12"),
            ("/my/channel/leads",),
            (f"/my/channel/lead/{offer.key}", "12,345.50", "10 اسفند 1405"),
        ):
            page = self._get(url).text
            told = re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", " ", page)
            shown = " ".join([told, *re.findall(r'placeholder="([^"]*)"', page)])
            with self.subTest(url):
                self.assertRegex(told, "[آ-ی]")
                self.assertNotRegex(shown, "[۰-۹٠-٩]")
                for figure in figures:
                    self.assertIn(figure, shown)

    def test_anothers_is_refused_by_rpc_as_what_nobody_has(self):
        """C139: the same error, word for word."""
        deal = self._submit(self.x, "Arad")
        deal._hear(self.first.partner_id, "Hello")
        self.authenticate(self.rival.login, self.rival.login)
        for record in (deal, deal.talk_ids):
            self.assertRefusedAsAbsent(record, "action_approve", "action_done")

    def test_who_moves_to_another_company_leaves_its_deals_behind(self):
        self._submit(self.x, "Arad")
        self.assertIn("Arad", self._get("/my/channel/deal/1").text)
        self.first.partner_id.parent_id = self.y
        self._get("/my/channel/deal/1", self.first, 404)
        page = self._get("/my/channel/deals", self.first).text
        self.assertNotIn("Arad", page)

    def test_the_win_rate_is_for_the_approver_alone(self):
        deal = self._protected(self.x)
        deal.with_user(self.user)._end("won")
        self._submit(self.x, "Behin", customer_email="a@behin.example")
        second = self.registrations.search([("customer_name", "=", "Behin")])
        self.assertEqual(second.with_user(self.user).win_rate, "100.0 % (1 of 1)")
        for url in ("/my", "/my/channel/deals", "/my/channel/deal/2"):
            self.assertNotIn("100.0", self._get(url).text)

    def test_file_names_are_ones_own(self):
        """The number of a file is its place in one's own list."""
        mine, theirs = (
            self._submit(
                partner,
                customer_email=f"{name}@kaveh.example",
                files=[{"name": f"{name}.txt", "raw": name.encode()}],
            )
            for partner, name in ((self.x, "mine"), (self.y, "theirs"))
        )
        page = self._get("/my/channel/deal/1")
        self.assertIn("mine.txt", page.text)
        self.assertNotIn("theirs", page.text)
        self.assertEqual(self._get("/my/channel/deal/1/file/1").content, b"mine")
        there = self._get("/my/channel/deal/1/file/2", self.first, 404)
        nowhere = self._get("/my/channel/deal/9/file/1", self.first, 404)
        self.assertNotIn(b"theirs", there.content)
        self.assertEqual(
            re.sub(rb"deal/\d+/file/\d+", b"x", without_token(there.content)),
            re.sub(rb"deal/\d+/file/\d+", b"x", without_token(nowhere.content)),
        )
        for deal in (mine, theirs):
            with self.assertRaises(AccessError):
                deal.evidence_ids.with_user(self.rival).read(["name", "raw"])
        file = theirs.evidence_ids
        for url in (f"/web/content/{file.id}", f"/web/image/{file.id}"):
            self.assertNotIn(b"theirs", self._get_any(url).content)

    def _get_any(self, url):
        self.authenticate(self.first.login, self.first.login)
        return self.url_open(url)
