import re
from unittest.mock import patch

from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from .point_common import PointCommon

# The most queries of a door that ask tables of ours, by whether a ledger is kept.
# A form shows the customer's value and who overruled an advice.
UNUSED = {"form": 3, "new": 1, "create": 1, "confirm": 0, "programs": 0, "cancel": 0}
IN_USE = {"form": 3, "new": 1, "create": 1, "confirm": 5, "programs": 0, "cancel": 6}


@tagged("post_install", "-at_install")
class TestPointDoors(PointCommon):
    """What an order asks our tables on its way, as a manager of sales goes it.

    Odoo lets no other salesperson cancel an order that promised points.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tables = {
            model._table
            for model in cls.env.values()
            if (model._original_module or "").startswith("crm_loyalty")
            and not model._abstract
        }
        cls.tables = re.compile(rf"\b({'|'.join(sorted(tables))})\b")
        cls.seller = new_test_user(
            cls.env,
            "door_seller",
            "sales_team.group_sale_manager",
            company_id=cls.company.id,
        )
        cls.program.sudo()._switch_off()
        # as if there never had been one
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE loyalty_program SET ledger_ended = NULL")
        cls.env.invalidate_all()
        cls.env.registry.clear_cache()
        cls._order()

    def _ours(self, work) -> list[str]:
        """What was asked of our tables meanwhile."""
        self.env.flush_all()
        self.env.invalidate_all()
        seen, kind = [], type(self.env.cr)
        execute = kind.execute

        def listen(cr, query, *args, **kwargs):
            seen.append(query.code if isinstance(query, SQL) else query)
            return execute(cr, query, *args, **kwargs)

        with patch.object(kind, "execute", listen):
            work()
            self.env.flush_all()
        return [query for query in seen if self.tables.search(query)]

    def _go(self) -> dict[str, list[str]]:
        """Through one door after the other."""
        orders = self.env["sale.order"].with_user(self.seller)
        forms = []

        def new():
            forms.append(Form(orders))
            forms[0].partner_id = self.customer
            with forms[0].order_line.new() as line:
                line.product_id = self.product

        found = {"new": self._ours(new), "create": self._ours(lambda: forms[0].save())}
        order = orders.browse(forms[0].id)
        found["programs"] = self._ours(order._update_programs_and_rewards)
        found["form"] = self._ours(lambda: Form(order))
        found["confirm"] = self._ours(order.action_confirm)
        found["cancel"] = self._ours(order._action_cancel)
        return found

    def _check(self, most):
        self._go()  # fills Odoo's caches
        for door, queries in self._go().items():
            with self.subTest(door):
                self.assertLessEqual(len(queries), most[door], "\n".join(queries))

    def test_where_no_program_is_managed_nothing_of_ours_is_asked(self):
        self._check(UNUSED)

    def test_a_ledger_asks_a_few_things(self):
        self.program._switch_on()
        self._check(IN_USE)
