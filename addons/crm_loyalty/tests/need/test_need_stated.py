from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import TODAY
from .need_common import NeedCommon


@tagged("post_install", "-at_install")
class TestStatedNeeds(NeedCommon):
    """What the customer said always wins."""

    def test_stated_need_is_not_overwritten_by_purchases(self):
        need = self._state(self.customer, self.coffee, 0.2, note="Mostly tea")
        self._buy(self.customer, self.beans)
        self._buy(self.customer, self.beans, day=10)
        self._read()
        self.assertRecordValues(
            need,
            [
                {
                    "evidence": "stated",
                    "strength": 0.2,
                    "note": "Mostly tea",
                    "reason": "Mostly tea",
                    "order_count": 2,
                    "bought_on": TODAY - timedelta(days=10),
                }
            ],
        )

    def test_stated_need_survives_the_return_of_its_goods(self):
        need = self._state(self.customer, self.coffee, 0.9)
        order = self._buy(self.customer, self.beans)
        self._read()
        self._refund(order)
        self._read()
        self.assertRecordValues(
            need, [{"strength": 0.9, "order_count": 0, "bought_on": False}]
        )

    def test_stating_takes_over_a_bought_need(self):
        self._buy(self.customer, self.beans)
        self._read()
        bought = self._need(self.customer, self.coffee)
        stated = self._state(self.customer, self.coffee, 1, note="Told Ann")
        self.assertEqual(stated, bought)
        self.assertRecordValues(
            stated, [{"evidence": "stated", "strength": 1, "order_count": 1}]
        )
        self._read()
        self.assertRecordValues(stated, [{"evidence": "stated", "note": "Told Ann"}])

    def test_editing_a_need_states_it(self):
        self._buy(self.customer, self.beans)
        self._read()
        need = self._need(self.customer, self.coffee)
        with Form(need) as form:
            form.strength = 0
        self.assertRecordValues(need, [{"evidence": "stated", "strength": 0}])
        self.assertEqual(need.date, date.today())

    def test_need_is_stated_from_the_customers_form(self):
        action = self.customer.action_open_needs()
        needs = self.env[action["res_model"]].with_context(**action["context"])
        with Form(needs) as form:
            form.need_id = self.coffee
            form.note = "At the fair"
        self.assertRecordValues(
            self.customer.customer_need_ids,
            [
                {
                    "evidence": "stated",
                    "strength": 1,
                    "company_id": self.company.id,
                    "partner_id": self.customer.id,
                }
            ],
        )

    def test_need_of_a_contact_is_its_companys(self):
        self.customer.is_company = True
        contact = self.env["res.partner"].create(
            {"name": "Dara", "parent_id": self.customer.id}
        )
        need = self._state(contact, self.coffee, 1)
        self.assertEqual(need.partner_id, self.customer)

    def test_need_follows_a_contact_under_its_company(self):
        need = self._state(self.other_customer, self.coffee, 0.7)
        self.customer.is_company = True
        self.other_customer.parent_id = self.customer
        self._read()
        self.assertEqual(need.partner_id, self.customer)

    def test_derived_needs_and_figures_are_not_written_by_hand(self):
        self._buy(self.customer, self.beans)
        self._read()
        bought = self._need(self.customer, self.coffee)
        for write in (
            lambda: bought.write({"revenue": 1e6}),
            lambda: bought.write({"evidence": "inferred"}),
            lambda: bought.copy({"need_id": self.drinking.id, "evidence": "bought"}),
            bought.unlink,
        ):
            with self.assertRaises(UserError):
                write()
        stated = self._state(self.other_customer, self.coffee, 1)
        with self.assertRaises(UserError):
            stated.write({"evidence": "bought"})
        stated.unlink()

    def test_strength_is_a_share_and_a_need_is_stated_once(self):
        need = self._state(self.customer, self.coffee, 1)
        for strength in (1.2, -0.1, float("nan"), 1e308):
            with self.assertRaises(ValidationError):
                self._state(self.customer, self.drinking, strength)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self._state(self.customer, self.coffee, 0.5)
            self.env.flush_all()
        self.assertEqual(need.strength, 1)

    def test_merging_keeps_every_stated_need(self):
        self._buy(self.customer, self.beans)
        self._buy(self.other_customer, self.cups)
        self._read()
        self._state(self.other_customer, self.coffee, 0.1, note="Only decaf")
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((self.customer | self.other_customer).ids, self.customer)
        self.assertRecordValues(
            self.customer.customer_need_ids.sorted("strength"),
            [
                {"need_id": self.coffee.id, "evidence": "stated", "strength": 0.1},
                {"need_id": self.drinking.id, "evidence": "bought", "strength": 0.5},
            ],
        )
        self._read()
        need = self._need(self.customer, self.coffee)
        self.assertRecordValues(need, [{"note": "Only decaf", "order_count": 1}])

    def test_merging_two_statements_keeps_the_newer(self):
        self._state(self.customer, self.coffee, 0.3, date="2025-01-01")
        self._state(self.other_customer, self.coffee, 0.8, date="2025-02-01")
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((self.customer | self.other_customer).ids, self.customer)
        self.assertEqual(self.customer.customer_need_ids.mapped("strength"), [0.8])

    def test_batch_of_statements_keeps_its_order(self):
        self._buy(self.customer, self.beans)
        self._read()
        needs = self.env["crm.partner.need"].create(
            [
                {"partner_id": self.customer.id, "need_id": need.id, "strength": 0.4}
                for need in (self.drinking, self.coffee)
            ]
        )
        self.assertEqual(needs.need_id.ids, [self.drinking.id, self.coffee.id])
        self.assertEqual(set(needs.mapped("evidence")), {"stated"})

    def test_inline_commands_state_too(self):
        self.customer.customer_need_ids = [
            Command.create({"need_id": self.coffee.id, "strength": 0.6})
        ]
        self.assertEqual(self.customer.customer_need_ids.evidence, "stated")
