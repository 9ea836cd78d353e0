from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.crm_loyalty.tests.points.point_common import PointCommon


class TillPointsCommon(PointCommon):
    """A till with its cashier; a point for each unit of money, 10 off for 100."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("point_of_sale.group_pos_manager")
        cls.cashier = new_test_user(
            cls.env,
            "cashier",
            "point_of_sale.group_pos_user",
            company_id=cls.company.id,
        )
        cls.till = cls.env["pos.config"].create({"name": "Till"})
        cls.till.open_ui()
        cls.sale = cls._ring_up()

    @classmethod
    def _ring_up(cls, quantity=1, reward=None, refunds=None, cost=100, **values):
        """An order as the till's screen sends it, with a reward taken if wanted.

        :param cost: the points that the reward takes
        :param refunds: the line of an earlier order whose goods come back, and perhaps
            that of its reward
        """
        goods_back = refunds and refunds.filtered(lambda line: not line.reward_id)
        lines = [
            {
                "product_id": cls.product.id,
                "qty": quantity,
                "price_unit": 100,
                "price_subtotal": 100 * quantity,
                "price_subtotal_incl": 100 * quantity,
                "refunded_orderline_id": goods_back and goods_back.id,
            }
        ]
        lines += [
            {
                "product_id": line.product_id.id,
                "qty": -1,
                "price_unit": line.price_unit,
                "price_subtotal": -line.price_subtotal,
                "price_subtotal_incl": -line.price_subtotal_incl,
                "refunded_orderline_id": line.id,
            }
            for line in (refunds - goods_back if refunds else ())
        ]
        if reward:
            lines.append(
                {
                    "product_id": reward.discount_line_product_id.id,
                    "qty": 1,
                    "price_unit": -10,
                    "price_subtotal": -10,
                    "price_subtotal_incl": -10,
                    "is_reward_line": True,
                    "reward_id": reward.id,
                    "reward_identifier_code": "claimed",
                    "points_cost": cost,
                }
            )
        total = sum(line["price_subtotal_incl"] for line in lines)
        return cls.env["pos.order"].create(
            {
                "session_id": cls.till.current_session_id.id,
                "partner_id": cls.customer.id,
                "amount_total": total,
                "amount_paid": total,
                "amount_tax": 0,
                "amount_return": 0,
                "is_refund": bool(refunds),
                "state": "draft" if refunds else "paid",
                "lines": [Command.create(line) for line in lines],
                **values,
            }
        )

    def _tell(self, program, points, card=None, sale=None, by=None, **claim):
        """As the till's screen reports what an order earned less what it spent."""
        sale = sale or self.sale
        return sale.with_user(by or self.cashier).confirm_coupon_programs(
            {
                str(card.id if card else -1): {
                    "points": points,
                    "program_id": program.id,
                    "partner_id": sale.partner_id.id,
                    "coupon_id": card.id if card else -1,
                    "code": card.code if card else "",
                    "line_codes": ["claimed"],
                    **claim,
                }
            }
        )

    def _bring_back(self, sale, quantity=1, *, reward=False):
        """Refund goods of a sale, up to the payment that makes it final.

        :param reward: what was taken off their price is taken back with them
        """
        lines = sale.lines if reward else sale.lines[0]
        refund = self._ring_up(-quantity, refunds=lines)
        refund.with_user(self.cashier).action_pos_order_paid()
        return refund
