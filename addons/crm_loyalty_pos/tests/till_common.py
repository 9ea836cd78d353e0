from datetime import datetime, timedelta

from odoo.fields import Command

from odoo.addons.crm_loyalty.tests.common import TODAY, ValueCommon


class TillCommon(ValueCommon):
    """A till that is open, and sales at it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        cls.till = cls.env["pos.config"].create({"name": "Till"})
        cls.till.open_ui()
        cls.session = cls.till.current_session_id

    @classmethod
    def _sale(
        cls,
        days_ago,
        quantity=1,
        price=100.0,
        state="paid",
        refunds=None,
        product=None,
        **vals,
    ):
        """An order of the till, as its screen sends it."""
        amount = quantity * price
        line = {
            "product_id": (product or cls.product).id,
            "qty": quantity,
            "price_unit": price,
            "price_subtotal": amount,
            "price_subtotal_incl": amount,
            "total_cost": quantity * 60.0,
            "is_total_cost_computed": True,
        }
        if refunds:
            line["refunded_orderline_id"] = refunds.lines[:1].id
        values = {
            "session_id": cls.session.id,
            "partner_id": cls.customer.id,
            "date_order": datetime(TODAY.year, TODAY.month, TODAY.day, 12)
            - timedelta(days=days_ago),
            "amount_total": amount,
            "amount_paid": amount,
            "amount_tax": 0,
            "amount_return": 0,
            "is_refund": bool(refunds),
            "state": state,
            "lines": [Command.create(line)],
            **vals,
        }
        return cls.env["pos.order"].create(values)
