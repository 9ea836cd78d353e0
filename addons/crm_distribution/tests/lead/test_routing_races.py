from psycopg2.errors import SerializationFailure

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestRoutingRaces(TransactionCase):
    """Real transactions beside each other; what they leave is removed."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = self.env(cr=cr)
            company = env.company
            self.goods = env["product.category"].create({"name": "Race Goods"})
            policy = env["distribution.policy"].create(
                {
                    "name": "Race",
                    "company_id": company.id,
                    "category_id": self.goods.id,
                    "kind": "intensive",
                    "date_from": "2020-01-01",
                }
            )
            policy.action_activate()
            self.made = {
                "distribution.agreement": [],
                "distribution.policy": policy.ids,
                "res.partner": [],
                "product.category": self.goods.ids,
            }
            self.goods_id = self.goods.id
        self.addCleanup(self.forget)
        self.one, self.two = (
            self.enterContext(self.registry.cursor()) for _number in range(2)
        )

    def partner(self, name, capacity=0, category=True):
        """
        :param category: whether its agreement is for these goods, or for all
        """
        with self.registry.cursor() as cr:
            env = self.env(cr=cr)
            partner = env["res.partner"].create(
                {"name": name, "is_company": True, "distribution_capacity": capacity}
            )
            agreement = env["distribution.agreement"].create(
                {
                    "partner_id": partner.id,
                    "category_id": category and self.goods_id,
                    "date_from": "2020-01-01",
                    "company_id": env.company.id,
                }
            )
            agreement.action_activate()
            self.made["res.partner"] += partner.ids
            self.made["distribution.agreement"] += agreement.ids
        return partner.id

    def begin(self):
        """The second has its snapshot before the first decides."""
        for cr in (self.one, self.two):
            cr.rollback()
            cr.execute("SELECT 1")

    def forget(self):
        for cr in (self.one, self.two):
            cr.rollback()
        with self.registry.cursor() as cr:
            env = self.env(cr=cr)
            goods = [("distribution_category_id", "=", self.goods_id)]
            env["crm.lead"].with_context(active_test=False).search(goods).unlink()
            env["distribution.gap"].search(
                [("category_id", "=", self.goods_id)]
            ).unlink()
            for model in ("distribution_agreement", "distribution_policy"):
                cr.execute(
                    f"UPDATE {model} SET state = 'draft' WHERE id = ANY(%s)",
                    [self.made[model.replace("_", ".")]],
                )
            env.invalidate_all()
            for model, ids in self.made.items():
                env[model].browse(ids).unlink()

    def lead(self, cr):
        return self.env(cr=cr)["crm.lead"].create(
            {"name": "Race", "distribution_category_id": self.goods_id}
        )

    def holder(self, lead):
        return lead.distribution_route_id.partner_id.id

    def lead_after_one_of(self, racer):
        """A lead of the same moment as one that this partner gets."""
        self.begin()
        first = self.lead(self.one)
        self.assertEqual(self.holder(first), racer)
        self.one.commit()
        with self.assertRaises(SerializationFailure):
            self.lead(self.two)
        self.two.rollback()
        # as the server tries it again
        return self.lead(self.two)

    def test_two_leads_at_one_moment_and_room_for_one(self):
        """C021: one goes to P, the other waits for room; never two to P."""
        racer = self.partner("Racer", capacity=1)
        second = self.lead_after_one_of(racer)
        self.assertEqual(second.distribution_state, "waiting")
        self.assertIn("No room", second.distribution_reason)
        self.two.commit()

    def test_two_leads_at_one_moment_and_a_next_candidate(self):
        """C021: one goes to P, the other to the next candidate; never two to P."""
        racer = self.partner("Racer", capacity=1)
        wider = self.partner("Wider", category=False)
        second = self.lead_after_one_of(racer)
        self.assertEqual(self.holder(second), wider)
        self.two.commit()

    def test_two_leads_at_one_moment_are_shared_by_two_without_a_limit(self):
        """C022: who has fewest is asked of the present, not of a moment ago."""
        partners = {self.partner("Racer"), self.partner("Runner")}
        self.begin()
        first = self.lead(self.one)
        self.one.commit()
        with self.assertRaises(SerializationFailure):
            self.lead(self.two)
        self.two.rollback()
        second = self.lead(self.two)
        self.assertEqual({self.holder(first), self.holder(second)}, partners)
        self.two.commit()

    def test_nobody_waits_where_no_figure_decides(self):
        """The closer one of two, with room without end, gets both at one moment."""
        closer = self.partner("Racer")
        self.partner("Wider", category=False)
        self.begin()
        leads = [self.lead(cr) for cr in (self.one, self.two)]
        self.assertEqual([self.holder(lead) for lead in leads], [closer, closer])
        self.one.commit()
        self.two.commit()

    def test_offered_and_closed_at_one_moment(self):
        """Nothing lost stays with an intermediary: the second is tried again."""
        lead_id = self.lead(self.one).id
        self.one.commit()
        racer = self.partner("Racer")
        self.begin()
        offered, closed = (
            self.env(cr=cr)["crm.lead"].browse(lead_id) for cr in (self.one, self.two)
        )
        offered._route()
        self.assertEqual(self.holder(offered), racer)
        self.one.commit()
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            closed.action_set_lost()
            closed.env.flush_all()
        self.two.rollback()

    def test_accepted_and_run_out_at_one_moment(self):
        racer = self.partner("Racer")
        first = self.lead(self.one)
        self.one.commit()
        route_id = first.distribution_route_id.id
        self.one.commit()
        self.two.rollback()
        accepting, running = (
            self.env(cr=cr)["distribution.route"].browse(route_id)
            for cr in (self.one, self.two)
        )
        self.assertEqual(running.state, "offered")
        partner = accepting.env["res.partner"].browse(racer)
        accepting._accept(partner)
        accepting.env.flush_all()
        self.one.commit()
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            running._expire()
            running.env.flush_all()
        self.two.rollback()
        self.assertEqual(
            self.env(cr=self.two)["distribution.route"].browse(route_id).state,
            "accepted",
        )
