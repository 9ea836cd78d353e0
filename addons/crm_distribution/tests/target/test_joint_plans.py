import re
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import formataddr

from odoo.addons.crm_suite.tools.links import sign_link

from ..deal.deal_common import DealPages

PAGE = "/my/channel/targets"


@tagged("post_install", "-at_install")
class TestJointPlans(DealPages):
    """A year that both sides agree on, quarter by quarter. It is 1 March 2027."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plans = cls.env["distribution.joint.plan"].with_user(cls.manager)

    @classmethod
    def _plan(cls, *lines, partner=None, **values):
        lines = lines or ({"category_id": cls.pumps.id, "target": 1000},)
        return cls.plans.create(
            {
                "partner_id": (partner or cls.x).id,
                "date_from": date(2027, 1, 1),
                "line_ids": [Command.create(line) for line in lines],
                **values,
            }
        )

    def _agreed(self, plan, by=None):
        if plan.state == "draft":
            plan.action_propose()
        plan.sudo()._agree((by or self.first).partner_id, plan.proposal)
        return plan

    def _quarters(self, line):
        return [line[f"quarter_{number}"] for number in (1, 2, 3, 4)]

    def _targets(self, plan):
        return [
            (target.quarter, target.date_from, target.date_to, target.target)
            for target in plan.target_ids.sorted("quarter")
        ]

    def _answer(self, plan, user=None, **data):
        page = self._get("/my/channel/deal/new", user)
        data["csrf_token"] = re.search(r'csrf_token" value="([^"]+)"', page.text)[1]
        return self.url_open(f"/my/channel/plan/{plan.id}/answer", data=data)

    def test_a_years_figure_is_proposed_in_quarters_that_add_up(self):
        for measure, year, parts in (
            ("amount", 1000, [250, 250, 250, 250]),
            ("amount", 100.01, [25, 25, 25, 25.01]),
            ("quantity", 10, [2, 2, 2, 4]),
            ("quantity", 3, [0.75] * 4),
        ):
            with self.subTest(measure=measure, year=year):
                line = self._plan({"measure": measure, "target": year}).line_ids
                for part, expected in zip(self._quarters(line), parts, strict=True):
                    self.assertAlmostEqual(part, expected)

    def test_quarters_are_edited_and_make_the_year(self):
        plan = self._plan()
        line = plan.line_ids
        line.write({"quarter_1": 100, "quarter_4": 400})
        self.assertEqual(self._quarters(line), [100, 250, 250, 400])
        with self.assertRaisesRegex(ValidationError, "make 1001"):
            line.quarter_2 = 251
        given = self._plan(
            {
                "target": 10,
                "quarter_1": 1,
                "quarter_2": 2,
                "quarter_3": 3,
                "quarter_4": 4,
            }
        )
        self.assertEqual(self._quarters(given.line_ids), [1, 2, 3, 4])

    def test_the_plans_year_begins_on_any_day(self):
        plan = self._plan(date_from=date(2027, 3, 21))
        self.assertEqual(plan.date_to, date(2028, 3, 20))
        self._agreed(plan)
        self.assertEqual(
            [target[1:3] for target in self._targets(plan)],
            [
                (date(2027, 3, 21), date(2027, 6, 20)),
                (date(2027, 6, 21), date(2027, 9, 20)),
                (date(2027, 9, 21), date(2027, 12, 20)),
                (date(2027, 12, 21), date(2028, 3, 20)),
            ],
        )

    def test_it_counts_once_both_sides_agreed(self):
        plan = self._plan()
        self.assertFalse(plan.target_ids)
        plan.action_propose()
        self.assertFalse(plan.target_ids)
        self._agreed(plan)
        self.assertRecordValues(
            plan, [{"state": "agreed", "agreed_by_id": self.first.partner_id.id}]
        )
        self.assertEqual(sum(target[3] for target in self._targets(plan)), 1000)
        order = self._order(self.x)
        order.order_line.write({"product_uom_qty": 3, "tax_ids": [Command.clear()]})
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.invoice_date = date(2027, 4, 2)
        invoice.action_post()
        self.env.flush_all()
        self.assertEqual(
            plan.target_ids.sorted("quarter").mapped("attained"), [0, 300, 0, 0]
        )
        cards = self.env["distribution.scorecard"].search(
            [("partner_id", "=", self.x.id), ("goal", ">", 0)]
        )
        self.assertEqual(len(cards), 12)
        self.assertAlmostEqual(sum(cards.mapped("goal")), 1000)
        april = cards.filtered(lambda card: card.month == date(2027, 4, 1))
        self.assertAlmostEqual(april.attained, 300)
        shown = april.action_open_targets()
        self.assertEqual(
            self.env["distribution.target"].search(shown["domain"]),
            plan.target_ids.filtered(lambda target: target.quarter == 2).sudo(),
        )

    def test_what_is_proposed_or_agreed_stays_as_it_is(self):
        plan = self._plan()
        plan.action_propose()
        for call in (
            lambda: plan.write({"note": "More"}),
            lambda: plan.line_ids.write({"target": 4000}),
            lambda: plan.write({"line_ids": [Command.clear()]}),
            lambda: plan.line_ids.create({"plan_id": plan.id, "target": 1}),
            lambda: plan.line_ids.unlink(),
            lambda: plan.unlink(),
        ):
            # nothing of it is left behind
            with (
                self.assertRaisesRegex(UserError, "take it back"),
                self.env.cr.savepoint(),
            ):
                call()
        self._agreed(plan)
        with self.assertRaisesRegex(UserError, "new version"):
            plan.line_ids.target = 4000
        plan.invalidate_recordset()
        target = plan.target_ids[:1]
        with self.assertRaises(AccessError):
            target.target = 1
        with self.assertRaisesRegex(UserError, "new version of the plan"):
            target.unlink()
        free = (
            self.env["distribution.target"]
            .with_user(self.manager)
            .create(
                {
                    "partner_id": self.x.id,
                    "date_from": date(2027, 1, 1),
                    "date_to": date(2027, 3, 31),
                    "target": 5,
                }
            )
        )
        with self.assertRaises(AccessError):
            free.joint_line_id = plan.line_ids
        free.target = 6
        free.unlink()

    def test_nobody_moves_a_target_into_a_plan_or_out_of_it(self):
        plan = self._agreed(self._plan())
        quarter = plan.target_ids.with_user(self.manager)[:1]
        # a copy of what is agreed is a target like any other
        free = quarter.copy()
        self.assertRecordValues(
            free,
            [
                {
                    "partner_id": self.x.id,
                    "category_id": self.pumps.id,
                    "date_from": quarter.date_from,
                    "target": 250,
                    "joint_line_id": False,
                    "joint_plan_id": False,
                    "quarter": 0,
                }
            ],
        )
        free.target = 300
        for target, value in ((quarter, False), (free, plan.id)):
            with (
                self.subTest(target=target.id),
                self.assertRaises(AccessError),
                self.env.cr.savepoint(),
            ):
                target.joint_plan_id = value
        self.assertFalse(free.copy({"joint_plan_id": plan.id}).joint_plan_id)
        self.env.invalidate_all()
        self._agreed(self.plans.browse(plan.action_new_version()["res_id"]))
        self.assertTrue(free.exists())

    def test_nobody_writes_that_it_is_agreed(self):
        plan = self._plan()
        for values in (
            {"state": "agreed"},
            {"agreed_by_id": self.first.partner_id.id},
            {"version": 7},
            {"asked": "Nothing"},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                plan.write(values)
        # AccessError, or that nothing may be added to what is agreed
        with self.assertRaises(UserError):
            self._plan(state="agreed")

    def test_a_new_version_takes_its_place_and_leaves_what_is_over(self):
        plan = self._agreed(
            self._plan(
                {"category_id": self.pumps.id, "target": 1000},
                {"category_id": self.valves.id, "target": 400},
                date_from=date(2026, 11, 1),
            )
        )
        pumps, valves = (
            plan.target_ids.filtered(lambda one, of=line: one.joint_line_id == of)
            for line in plan.line_ids
        )
        version = self.plans.browse(plan.action_new_version()["res_id"])
        self.assertEqual(plan.action_new_version()["res_id"], version.id)
        self.assertEqual((version.version, version.state), (2, "draft"))
        self.assertEqual(plan.state, "agreed")
        line = version.line_ids[0]
        self.assertEqual(self._quarters(line), [250] * 4)
        # November to January are over
        line.write({"target": 1100, "quarter_1": 350})
        line.write(
            {"quarter_1": 350, "quarter_2": 250, "quarter_3": 250, "quarter_4": 250}
        )
        with self.assertRaisesRegex(UserError, "quarter 1 is over"):
            version.action_propose()
        line.write({"quarter_1": 250, "quarter_2": 350})
        version.line_ids[1].unlink()
        with self.assertRaisesRegex(ValidationError, "year of the first"):
            version.date_from = date(2026, 12, 1)
        self._agreed(version, self.colleague)
        self.assertEqual((plan.state, version.state), ("replaced", "agreed"))
        self.assertEqual(version.target_ids, pumps)
        self.assertEqual(
            version.target_ids.sorted("quarter").mapped("target"), [250, 350, 250, 250]
        )
        # of the valves that are left out, what was over counts
        self.assertEqual(valves.exists().mapped("quarter"), [1])
        said = version.message_ids.filtered(lambda one: "agreed to" in one.body)
        self.assertIn("quarter 2: 250.0 → 350.0", said.body)
        self.assertIn("left out", said.body)
        self.assertEqual(said.author_id, self.colleague.partner_id)

    def test_two_plans_of_one_time_are_not_both_agreed(self):
        self._agreed(self._plan())
        other = self._plan(date_from=date(2027, 7, 1))
        other.action_propose()
        with self.assertRaisesRegex(UserError, "Another plan is agreed"):
            self._agreed(other)
        self._agreed(self._plan(partner=self.y), self.rival)
        self._agreed(self._plan(date_from=date(2028, 1, 1)))

    def test_the_intermediary_agrees_in_the_portal(self):
        self.assertIn("No plan and no target", self._get(PAGE).text)
        plan = self._plan(note="We train <b>your</b> people.")
        self.assertIn("No plan and no target", self._get(PAGE).text)
        plan.action_propose()
        page = self._get(PAGE).text
        for text in ("We propose this plan", "250.00", "1,000.00", "&lt;b&gt;your"):
            self.assertIn(text, page)
        self.assertIn("A plan waits for your answer", self._get("/my/home").text)
        # reading decides nothing, and neither does another's word
        self._get(f"/my/channel/plan/{plan.id}/answer?answer=agree", status=405)
        for user in (self.rival, self.nobody):
            with self.subTest(user.login):
                self.authenticate(user.login, user.login)
                if user == self.rival:
                    answer = self._answer(plan, user, answer="agree", proposal="1")
                    self.assertEqual(answer.status_code, 404)
                    self.assertNotIn("1,000.00", self._get(PAGE, user).text)
                else:
                    self._get(PAGE, user, status=404)
        self.assertEqual(plan.state, "proposed")
        for _twice in range(2):
            answer = self._answer(plan, answer="agree", proposal=str(plan.proposal))
        self.assertIn(f", <bdi>{self.first.partner_id.name}", answer.text)
        self.assertNotIn("alert-danger", answer.text)
        self.assertRecordValues(
            plan, [{"state": "agreed", "agreed_by_id": self.first.partner_id.id}]
        )
        self.assertEqual(len(plan.target_ids), 4)
        self.assertIn("Attained", self._get(PAGE).text)

    def test_nobody_agrees_to_what_he_has_not_seen(self):
        plan = self._plan()
        plan.action_propose()
        seen = str(plan.proposal)
        plan.action_take_back()
        self.assertNotIn("1,000.00", self._get(PAGE).text)
        plan.line_ids.target = 2000
        plan.action_propose()
        for proposal in (seen, "", "x", "9" * 30):
            answer = self._answer(plan, answer="agree", proposal=proposal)
            self.assertIn("The plan has changed meanwhile", answer.text)
        self.assertEqual(plan.state, "proposed")

    def test_nothing_is_agreed_where_a_target_is_refused(self):
        plan = self._agreed(self._plan())
        version = self.plans.browse(plan.action_new_version()["res_id"])
        version.action_propose()
        self.env.flush_all()

        def refuse(records):
            said = "Not this one"
            raise ValidationError(said)

        self.patch(self.env.registry[plan._name], "_set_targets", refuse)
        answer = self._answer(version, answer="agree", proposal=str(version.proposal))
        self.assertIn("Not this one", answer.text)
        self.env.invalidate_all()
        self.assertEqual((plan.state, version.state), ("agreed", "proposed"))

    def test_the_intermediary_asks_for_changes(self):
        plan = self._plan()
        plan.action_propose()
        sent = {"answer": "change", "proposal": str(plan.proposal)}
        answer = self._answer(plan, text="  ", **sent)
        self.assertIn("Say what should be different", answer.text)
        self._answer(plan, text="Less in <b>win\x00ter</b>", **sent)
        self.assertRecordValues(
            plan, [{"state": "draft", "asked": "Less in <b>winter</b>"}]
        )
        self.assertEqual(plan.activity_ids.user_id, self.manager)
        said = plan.message_ids.filtered(lambda one: "winter" in one.body)
        self.assertIn("&lt;b&gt;winter", said.body)
        self.assertEqual(said.author_id, self.first.partner_id)
        plan.action_propose()
        self.assertFalse(plan.asked)
        self.assertFalse(plan.activity_ids)

    def _link(self, plan, partner):
        """The address in the last mail to a company, without our own."""
        mail = self._mails_to(partner).sorted("id")[-1:]
        return re.search(r"/channel/plan/[^\"']+", mail.body_html)[0]

    def _by_link(self, link, **data):
        self.authenticate(None, None)
        page = self.url_open("/web/login")
        data["csrf_token"] = re.search(r'csrf_token" value="([^"]+)"', page.text)[1]
        return self.url_open(f"{link}/answer", data=data)

    def test_who_has_no_login_agrees_by_the_link_of_the_mail(self):
        plan = self._plan(partner=self.z)
        plan.action_propose()
        link = self._link(plan, self.z)
        self.authenticate(None, None)
        page = self.url_open(link)
        for text in ("We propose this plan", "250.00", "1,000.00"):
            self.assertIn(text, page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        # reading decides nothing
        self.url_open(f"{link}?answer=agree&proposal=1")
        self.assertEqual(self.url_open(f"{link}/answer").status_code, 405)
        self.assertEqual(plan.state, "proposed")
        for _twice in range(2):
            answer = self._by_link(link, answer="agree", proposal=str(plan.proposal))
            self.assertIn("the plan is agreed", answer.text)
            self.assertNotIn("alert-danger", answer.text)
        self.assertRecordValues(plan, [{"state": "agreed", "agreed_by_id": self.z.id}])
        self.assertEqual(len(plan.target_ids), 4)
        self.assertNotIn("250.00", self.url_open(link).text)

    def test_who_has_no_login_asks_for_changes_by_the_link_and_gets_another(self):
        plan = self._plan(partner=self.z)
        plan.action_propose()
        link, proposal = self._link(plan, self.z), str(plan.proposal)
        answer = self._by_link(link, answer="change", proposal=proposal, text=" ")
        self.assertIn("Say what should be different", answer.text)
        answer = self._by_link(link, answer="change", proposal=proposal, text="Less")
        self.assertIn("we look at what you ask for", answer.text)
        self.assertRecordValues(plan, [{"state": "draft", "asked": "Less"}])
        self.assertEqual(self.url_open(link).status_code, 404)
        plan.action_propose()
        # what was shown before is agreed by nobody
        self.assertEqual(self.url_open(link).status_code, 404)
        answer = self._by_link(link, answer="agree", proposal=str(plan.proposal))
        self.assertEqual((answer.status_code, plan.state), (404, "proposed"))
        self.assertEqual(self.url_open(self._link(plan, self.z)).status_code, 200)

    def test_a_link_is_of_one_version_company_and_time(self):
        plan = self._plan(partner=self.z)
        plan.action_propose()
        link = self._link(plan, self.z)
        token = link.removeprefix("/channel/plan/")
        found = self.plans._by_link(token)
        self.assertEqual(found, (plan.sudo(), self.z))
        theirs = self.plans._by_link(
            plan.sudo()._link_path(self.y).removeprefix("/channel/plan/")
        )
        other = sign_link(plan.sudo(), self.z, "answer", 1)
        for wrong in (f"{token}x", token[:-9], "", "1-0", "x\x00", other):
            self.assertFalse(self.plans._by_link(wrong)[0], wrong)
        self.assertFalse(theirs[0])
        with freeze_time("2027-04-02"):
            self.assertFalse(self.plans._by_link(token)[0])
        self._agreed(plan)
        self.assertTrue(self.plans._by_link(token)[0])
        version = self.plans.browse(plan.action_new_version()["res_id"])
        version.action_propose()
        self.assertFalse(self.plans._by_link(token)[0])

    def test_those_with_a_login_get_no_link_and_nobody_is_said_to_be_told(self):
        mails = self.env["mail.mail"].search([])
        self._plan().action_propose()
        mails = mails.search([]) - mails
        self.assertEqual(
            {*mails.mapped("email_to")},
            {
                formataddr((user.name, user.email_normalized))
                for user in (self.first, self.colleague)
            },
        )
        for mail in mails:
            self.assertIn(PAGE, mail.body_html)
            self.assertNotIn("/channel/plan/", mail.body_html)
        self.z.email = False
        plan = self._plan(partner=self.z)
        plan.action_propose()
        self.assertIn("Nobody is told", plan.message_ids[:1].body)

    def test_further_targets_stand_beside_the_plan(self):
        self.env["distribution.target"].create(
            {
                "partner_id": self.x.id,
                "category_id": self.valves.id,
                "date_from": date(2027, 2, 1),
                "date_to": date(2027, 4, 30),
                "measure": "quantity",
                "target": 1250000,
            }
        )
        page = self._get(PAGE).text
        self.assertIn("1,250,000<", page)
        self.assertIn("Valves", page)
        self.assertNotIn("Valves", self._get(PAGE, self.rival).text)

    def test_who_may_plan(self):
        plan = self._plan()
        own = new_test_user(self.env, "plan_own", "crm_distribution.group_channel_own")
        for user in (self.user, own, self.seller, self.first):
            with self.subTest(user.login), self.assertRaises(AccessError):
                plan.with_user(user).action_propose()
        self.assertTrue(plan.with_user(self.user).read(["state"]))
        for user in (own, self.seller, self.first):
            with self.subTest(user.login), self.assertRaises(AccessError):
                plan.with_user(user).read(["state"])
        self.x.user_id = own
        self.assertTrue(plan.with_user(own).line_ids.read(["target"]))

    def test_a_contact_is_no_intermediary(self):
        contact = self.env["res.partner"].create(
            {"name": "Dara", "parent_id": self.x.id}
        )
        with self.assertRaisesRegex(ValidationError, "Xenon"):
            self._plan(partner=contact)


@tagged("post_install", "-at_install")
class TestJointPlanTours(HttpCase):
    """On the real clock, which a browser needs."""

    def test_agreed_in_the_portal_and_seen_on_the_scorecard(self):
        partner = self.env["res.partner"].create(
            {
                "name": "Xenon Works",
                "is_company": True,
                "distribution_level_id": self.env.ref(
                    "crm_distribution.level_wholesaler"
                ).id,
            }
        )
        contact = new_test_user(self.env, "plan-agrees", "base.group_portal")
        contact.partner_id.parent_id = partner
        boss = new_test_user(
            self.env,
            "plan-boss",
            "crm_distribution.group_channel_manager,account.group_account_invoice",
        )
        today = self.env.company._today()
        plan = (
            self.env["distribution.joint.plan"]
            .with_user(boss)
            .create(
                {
                    "partner_id": partner.id,
                    "date_from": today.replace(day=1),
                    "note": "We train your people.",
                    "line_ids": [Command.create({"target": 1000})],
                }
            )
        )
        plan.action_propose()
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertIn(contact.partner_id.email, mail.email_to)
        self.assertIn("/my/channel/targets", mail.body_html)
        self.start_tour("/my", "crm_distribution_agree_plan", login=contact.login)
        self.assertRecordValues(
            plan, [{"state": "agreed", "agreed_by_id": contact.partner_id.id}]
        )
        product = self.env["product.product"].create(
            {"name": "Pump", "taxes_id": [Command.clear()]}
        )
        line = {"product_id": product.id, "quantity": 5, "price_unit": 100}
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": today,
                "invoice_line_ids": [Command.create(line)],
            }
        )
        invoice.action_post()
        self.env.flush_all()
        self.start_tour(
            "/odoo/action-crm_distribution.distribution_scorecard_action",
            "crm_distribution_scorecard",
            login=boss.login,
        )
