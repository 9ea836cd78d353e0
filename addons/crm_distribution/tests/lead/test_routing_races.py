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
            partner = env["res.partner"].create(
                {
                    "name": "Racer",
                    "is_company": True,
                    "distribution_capacity": 1,
                }
            )
            agreement = env["distribution.agreement"].create(
                {
                    "partner_id": partner.id,
                    "category_id": self.goods.id,
                    "date_from": "2020-01-01",
                    "company_id": company.id,
                }
            )
            agreement.action_activate()
            self.made = {
                "distribution.agreement": agreement.ids,
                "distribution.policy": policy.ids,
                "res.partner": partner.ids,
                "product.category": self.goods.ids,
            }
            self.goods_id, self.partner_id = self.goods.id, partner.id
        self.addCleanup(self.forget)
        self.one, self.two = (
            self.enterContext(self.registry.cursor()) for _number in range(2)
        )
        # the second has its snapshot before the first decides
        for cr in (self.one, self.two):
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

    def test_two_leads_at_one_moment_and_room_for_one(self):
        first = self.lead(self.one)
        self.assertEqual(first.distribution_state, "offered")
        self.one.commit()
        with self.assertRaises(SerializationFailure):
            self.lead(self.two)
        self.two.rollback()
        # as the server tries it again
        second = self.lead(self.two)
        self.assertEqual(second.distribution_state, "waiting")
        self.two.commit()

    def test_accepted_and_run_out_at_one_moment(self):
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
        partner = accepting.env["res.partner"].browse(self.partner_id)
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
