from ast import literal_eval

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .segment_common import SegmentCommon


@tagged("post_install", "-at_install")
class TestSegmentActions(SegmentCommon):
    """From a product to a segment, and from a segment to work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.manager = (
            new_test_user(cls.env(su=True), login, groups, company_id=cls.company.id)
            for login, groups in (
                ("act_seller", "sales_team.group_sale_salesman"),
                (
                    "act_boss",
                    "sales_team.group_sale_manager,"
                    "mass_mailing.group_mass_mailing_user",
                ),
            )
        )
        for partner in cls.people:
            cls._buy(partner)
        cls.people.email = "someone@example.com"
        cls.segment = cls._segment({})

    def _new_segment(self, action, user):
        self.assertEqual(action["res_model"], "crm.customer.segment")
        segments = self.env["crm.customer.segment"].with_user(user)
        return segments.with_context(**action["context"]).create({})

    def test_product_prefills_a_segment_of_its_buyers(self):
        kit = self._make_product("Kit", price=40, cost=20)
        self._buy(self.buyer, product=kit)
        for product in (kit, kit.product_tmpl_id):
            action = product.with_user(self.manager).action_who_bought()
            segment = self._new_segment(action, self.manager)
            self.assertEqual(segment.name, "Bought Kit")
            self.assertEqual(self._members(segment), self.buyer)

    def test_salesperson_gets_the_customers_themselves(self):
        self.buyer.user_id = self.seller
        self.returner.user_id = self.manager
        action = self.machine.with_user(self.seller).action_who_bought()
        self.assertEqual(action["res_model"], "res.partner")
        found = self.partners.with_user(self.seller).search(action["domain"])
        self.assertEqual(
            found.with_env(self.env) & self.people, self.buyer | self.passer_by
        )

    def test_members_open_as_customers(self):
        action = self.segment.action_open_members()
        self.assertEqual(action["res_model"], "res.partner")
        self.assertEqual(
            self.partners.search(action["domain"]) & self.people, self.people
        )

    def test_mailing_goes_to_whoever_may_be_mailed_when_it_goes(self):
        action = self.segment.with_user(self.manager).action_create_mailing()
        mailing = self.env["mailing.mailing"].with_user(self.manager)
        mailing = Form(mailing.with_context(**action["context"])).save()
        self.assertEqual(mailing.mailing_model_real, "res.partner")
        self.assertEqual(mailing.subject, "Test")
        self.assertEqual(
            literal_eval(mailing.mailing_domain)[0],
            ("customer_segment_ids", "in", self.segment.ids),
        )
        self.assertEqual({*mailing._get_recipients()}, {*self.people.ids})
        self.buyer.email = False
        self._refund(self.returner.sale_order_ids)
        self.assertEqual(mailing._get_recipients(), self.passer_by.ids)
        # the scheduler sends as superuser
        sender = mailing.with_user(self.env.ref("base.user_root")).sudo()
        self.assertEqual(sender._get_recipients(), self.passer_by.ids)

    def test_who_comes_into_a_segment_left_out_is_not_mailed(self):
        """L124 segments of segments"""
        tag = self.env["res.partner.category"].create({"name": "Complains"})
        left_out = self.env["crm.customer.segment"].create(
            {"name": "Left out", "tag_ids": tag.ids}
        )
        self.segment.domain = repr([("customer_segment_ids", "not in", left_out.ids)])
        action = self.segment.with_user(self.manager).action_create_mailing()
        mailing = self.env["mailing.mailing"].with_user(self.manager)
        mailing = Form(mailing.with_context(**action["context"])).save()
        self.assertEqual({*mailing._get_recipients()}, {*self.people.ids})
        self.buyer.category_id = tag
        self.assertNotIn(self.buyer.id, mailing._get_recipients())
        self.assertEqual(len(mailing._get_recipients()), len(self.people) - 1)

    def test_mailing_takes_the_right_to_mail(self):
        with self.assertRaises(AccessError):
            self.segment.with_user(self.seller).action_create_mailing()

    def _wizard(self, user=None, **context):
        wizards = self.env["crm.segment.opportunity"].with_user(user or self.env.user)
        return Form(wizards.with_context(**context))

    def test_opportunities_for_a_segment(self):
        self.buyer.user_id = self.seller
        action = self.segment.action_create_opportunities()
        with self._wizard(**action["context"]) as form:
            self.assertEqual(form.customer_count, 3)
            form.name = "Service contract"
        result = form.record.action_create()
        leads = self.env["crm.lead"].search(result["domain"])
        self.assertEqual(leads.partner_id, self.people)
        self.assertEqual(set(leads.mapped("type")), {"opportunity"})
        self.assertEqual(
            leads.filtered(lambda one: one.partner_id == self.buyer).user_id,
            self.seller,
        )
        self.assertIn("Service contract", leads[0].name)
        self.assertEqual(set(leads.company_id.ids), {self.company.id})

    def test_chosen_members_and_one_owner(self):
        chosen = self.buyer | self.returner
        with self._wizard(
            active_model="res.partner", active_ids=chosen.ids, default_name="Call"
        ) as form:
            form.user_id = self.seller
            form.type = "lead"
        leads = self.env["crm.lead"].search(form.record.action_create()["domain"])
        self.assertEqual(leads.partner_id, chosen)
        self.assertEqual(leads.user_id, self.seller)
        self.assertEqual(set(leads.mapped("type")), {"lead"})

    def test_rows_of_needs_to_pursue_are_their_customers(self):
        need = self.env["crm.need"].create({"name": "Coffee"})
        stated = self.env["crm.partner.need"].create(
            {"partner_id": self.buyer.id, "need_id": need.id}
        )
        self.env.flush_all()
        form = self._wizard(
            active_model="crm.need.prospect",
            active_ids=stated.ids,
            default_name="Coffee",
        )
        self.assertEqual(form.customer_count, 1)
        leads = self.env["crm.lead"].search(form.save().action_create()["domain"])
        self.assertEqual(leads.partner_id, self.buyer)

    def test_who_has_an_opportunity_gets_no_second(self):
        context = {"default_segment_id": self.segment.id, "default_name": "Call"}
        self._wizard(**context).save().action_create()
        again = self._wizard(**context)
        self.assertEqual(again.customer_count, 0)
        wizard = again.save()
        with self.assertRaises(UserError):
            wizard.action_create()
        again.skip_pursued = False
        self.assertEqual(again.customer_count, 3)

    def test_best_customers_first_when_there_are_too_many(self):
        self._buy(self.returner, day=100, quantity=20)
        self._buy(self.returner, day=65, quantity=20)
        self.runs._refresh_now(self.company)
        with self._wizard(
            default_segment_id=self.segment.id, default_name="Call"
        ) as form:
            form.most = 1
        leads = self.env["crm.lead"].search(form.record.action_create()["domain"])
        self.assertEqual(leads.partner_id, self.returner)

    def test_salesperson_creates_for_own_customers_only(self):
        self.buyer.user_id = self.seller
        self.returner.user_id = self.manager
        form = self._wizard(
            self.seller,
            active_model="res.partner",
            active_ids=self.people.ids,
            default_name="Call",
        )
        self.assertEqual(form.customer_count, 2)
        result = form.save().action_create()
        leads = self.env["crm.lead"].search(result["domain"])
        self.assertEqual(leads.partner_id, self.buyer | self.passer_by)

    def test_batch_costs_few_queries_for_each_customer(self):
        many = self.partners.create([{"name": str(n)} for n in range(60)])

        def queries(customers):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["crm.lead"]._create_for_customers(
                customers, {"name": "Call", "type": "opportunity"}, self.seller
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(many[:1])
        few, more = queries(many[:10]), queries(many[10:60])
        self.assertLess((more - few) / 40, 5, (few, more))
