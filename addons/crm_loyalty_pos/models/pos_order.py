from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, float_round

from odoo.addons.crm_loyalty.models.points.loyalty_point_document_mixin import Effect
from odoo.addons.crm_loyalty.points import to_points, to_units
from odoo.addons.crm_suite.tools.mark import Mark

from .pos_coupon_claim import PosCouponClaim, read_claims

SOLD_STATES = ("paid", "done")
# whose points are posted just now
TILL_SALE = Mark("till_sale")


class TillSale:
    """A sale whose claims are worked on."""

    def __init__(self, order):
        self.order = order
        # what it had posted before, for the first claim that is posted
        self.posted = None
        self._bounds = {}

    def take_posted(self) -> tuple[dict, dict]:
        posted, self.posted = self.posted or self.order._posted_effects(), None
        return posted

    def bounds(self, program) -> tuple[float, float]:
        """Asked for claims, and again when they are posted."""
        if program not in self._bounds:
            self._bounds[program] = self.order._bounds(program)
        return self._bounds[program]


class PosOrder(models.Model):
    """A sale at the till earns and spends what its screen said, once; a refund takes
    its share of both back."""

    _name = "pos.order"
    _inherit = ["pos.order", "loyalty.point.document.mixin"]

    _point_field = "pos_order_id"

    purchaser_id = fields.Many2one(
        "res.partner",
        "Bought For",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=fields.NO_ACCESS,
        help="The company of the contact when he bought it, if he has left it since.",
    )
    brought_back_twice = fields.Boolean(
        compute="_compute_brought_back_twice",
        search="_search_brought_back_twice",
        help="More pieces came back than were sold, at two tills for example: points "
        "were taken once, and the money was given twice.",
    )

    def _compute_brought_back_twice(self):
        # the till reads every field of each of its sales
        refunds = self.filtered("lines.refunded_orderline_id")
        found = refunds and self.search(
            Domain("id", "in", refunds.ids) & Domain("brought_back_twice", "in", [True])
        )
        for order in self:
            order.brought_back_twice = order in found

    def _search_brought_back_twice(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["pos.order.line"].flush_model(["qty", "refunded_orderline_id"])
        self.env["pos.order"].flush_model(["state"])
        refunds = SQL(
            """(
            SELECT order_id
              FROM (SELECT part.order_id, sold.qty AS sold,
                           -sum(part.qty) OVER (PARTITION BY sold.id) AS back
                      FROM pos_order_line part
                      JOIN pos_order refund ON refund.id = part.order_id
                      JOIN pos_order_line sold ON sold.id = part.refunded_orderline_id
                     WHERE refund.state IN ('paid', 'done')) came
             WHERE back > sold + 0.00001
            )"""
        )
        return Domain("id", "in" if True in value else "not in", refunds)

    @api.constrains("partner_id", "state")
    def _check_cards(self):
        """A sale spends kept points of its customer, or of his company, only."""
        if not self.env["loyalty.program"]._any_ledger():
            return
        for order in self.filtered(lambda order: order.state in SOLD_STATES):
            # sudo: to find out whose cards they are, not to show it
            inside = order.sudo()
            for card in inside.lines.coupon_id:
                if not card._may_be_spent_by(inside.partner_id):
                    raise ValidationError(
                        self.env._(
                            "%s cannot spend these points: they are kept for another "
                            "customer.",
                            order.display_name,
                        )
                    )

    @api.model
    def _process_order(self, order, existing_order):
        """A screen sends every relation that it knows of, also whom a sale was for."""
        order.pop("purchaser_id", None)
        return super()._process_order(order, existing_order)

    def confirm_coupon_programs(self, coupon_data):
        """
        :raise AccessError: the caller may not write this sale, or names none; or he
            claims what the sale does not give and take
        """
        if len(self) != 1:
            raise AccessError(self.env._("Points belong to a sale: name one."))
        self.check_access("write")
        # sudo: the ledger is the same for every cashier
        order = TILL_SALE.put(self, TillSale(self.sudo()))
        return super(PosOrder, order).confirm_coupon_programs(
            read_claims(self.env, coupon_data)
        )

    def add_loyalty_history_lines(self, coupon_data, coupon_updates):
        """Odoo's history is written by a sale that is confirmed, never by itself."""
        if not (self.env.su or TILL_SALE.on(self)):
            raise AccessError(self.env._("Points belong to a sale: name one."))
        return super().add_loyalty_history_lines(coupon_data, coupon_updates)

    def _remove_duplicate_coupon_data(self, coupon_data):
        """What the ledger knows of this sale is known, whatever became of history."""
        res = super()._remove_duplicate_coupon_data(coupon_data)
        if not self.env["loyalty.program"]._any_ledger():
            return res
        # sudo: the ledger is the same for every cashier
        order = self.sudo()
        sale = TILL_SALE.on(self) or TillSale(order)
        sale.posted = order._posted_effects()
        known = {card.program_id.id for _order, card in sale.posted[0]}
        if any(key < 0 for key in coupon_data):
            cards = order.env["loyalty.card"].with_context(active_test=False)
            cards = cards.search([("source_pos_order_id", "in", self.ids)])
            known.update(cards._of_ledger().program_id.ids)
        for key in [key for key, v in coupon_data.items() if v["program_id"] in known]:
            del coupon_data[key]
        return res

    def _process_existing_gift_cards(self, coupon_data):
        """Odoo has put in order what the till sent, and has written nothing yet."""
        # sudo: what the till sends changes the card, not the cashier's own call
        till = self.sudo()
        if not self.env.su:
            till._check_claims(coupon_data, by=self.env.user)
        return super(PosOrder, till)._process_existing_gift_cards(coupon_data)

    def _check_claims(self, coupon_data: dict, by) -> None:
        """Only what this sale's programs give and take, on cards it may touch.

        How much that is the ledger knows; without one it is as Odoo's till says. Who
        may update balances by hand may give points here as well: they stand in the
        ledger as such.

        :param by: the user who sends the claims
        :raise AccessError: anything else
        """
        manager = self.env["loyalty.card.update.balance"].with_user(by)
        claims = [PosCouponClaim(self, *item) for item in coupon_data.items()]
        for claim in claims:
            claim.check_cards(by)
        if manager._may_update_balance():
            return
        if self.state not in SOLD_STATES:
            raise AccessError(self.env._("Points count when a sale is paid."))
        for program in {claim.program for claim in claims}:
            if not program.keep_ledger:
                continue
            self._check_amounts(
                program, [claim for claim in claims if claim.program == program]
            )

    def _check_amounts(self, program, claims) -> None:
        sale = TILL_SALE.on(self) or TillSale(self)
        least, most = sale.bounds(program)
        earned = [claim.earned for claim in claims]
        new = [claim for claim in claims if not claim.card]
        slack = self._slack(program, len(claims))
        if (
            sum(points for points in earned if points > 0) > most + slack
            or min(earned) < least - slack
            or len(new) > self._most_new_cards(program)
            or any(claim.is_empty() for claim in claims)
        ):
            raise AccessError(
                self.env._(
                    "%(sale)s does not give or take these points of %(program)s.",
                    sale=self.display_name,
                    program=program.name,
                )
            )

    @api.model
    def _get_invoice_lines_values(self, line_values, pos_line, move_type):
        values = super()._get_invoice_lines_values(line_values, pos_line, move_type)
        if "product_id" in values:
            values["pos_line_id"] = pos_line.id
        return values

    def write(self, vals):
        paid = vals.get("state") == "paid"
        paid = paid and self.env["loyalty.program"]._any_ledger()
        if paid:
            # sudo: a cashier need not read every card
            for line in self.sudo().lines.filtered("refunded_orderline_id"):
                sold = line.refunded_orderline_id
                if sold.reward_id and sold.coupon_id.program_id.is_payment_program:
                    sold.order_id._check_paid_back(sold.coupon_id, line.order_id)
        res = super().write(vals)
        if paid:
            for refund in self.filtered("lines.refunded_orderline_id"):
                sold = refund.lines.refunded_orderline_id
                sold.order_id._post_points(refund)
                sold._settled_orders()._post_points(refund)
        return res

    def _post_till_points(self, changes: dict, sale: TillSale) -> None:
        """Post what this sale does to cards.

        :param changes: by card, the points it earned less those it spent
        :param sale: the same, with what is known of it
        """
        posted, past = sale.take_posted()
        wanted = dict(posted)
        beyond, given = {}, {}
        factor = self._tier_point_factor()
        for card, change in changes.items():
            account = self, card._account()
            # what the till tells again is known
            if past[account].count:
                continue
            program = card.program_id
            back = self._told_too_little(program)
            told = self._till_effect(card, to_units(change), back)
            most = sale.bounds(program)[1]
            if told.earned > to_units(most + self._slack(program, 1)):
                beyond[card] = to_points(told.earned) - most
                told = told._replace(earned=to_units(most))
            if factor != 1 and program.program_type == "loyalty":
                # the screen knows no tiers; rounded as on orders
                points = float_round(to_points(told.earned) * factor, 2)
                told = told._replace(earned=to_units(points))
            wanted[account], given[card] = told, told.earned
        self._state_till_points(given, factor)
        self._post_effects(wanted, known=(posted, past))
        if self.lines.refund_orderline_ids or self.account_move.reversal_move_ids:
            # told late: goods have come back meanwhile
            self._post_points()
        if beyond:
            beyond_sale = self.env._(
                "Beyond what %(sale)s can earn, told by %(user)s",
                sale=self.display_name,
                user=self.env.user.name,
            )
            self.env["loyalty.card"]._post_adjustments(beyond, beyond_sale)

    def _bounds(self, program) -> tuple[float, float]:
        """The least and the most points that the rules can give for these goods.

        The till's screen knows more: which codes were named, what a free product is
        worth. It never gives more than this, nor less than what comes back.
        """
        goods = self._point_goods(program)
        lines = goods | self._lines_against_points(program)
        worth = lines._loyalty_worth()
        back = -sum(amount for amount in worth.values() if amount < 0)
        pieces = sum(
            abs(line.qty)
            for line in lines
            if line.reward_id.program_id == program
            or (line.qty < 0 and not line.reward_id)
        )
        bought = goods.filtered(lambda line: line.qty > 0)
        named = program._get_valid_products(goods.product_id)
        least = most = 0.0
        for rule in program.rule_ids:
            points, mode = rule.reward_point_amount, rule.reward_point_mode
            least -= points * {"order": 0.0, "money": back, "unit": pieces}[mode]
            products = named.get(rule, self.env["product.product"])
            valid = bought.filtered_domain([("product_id", "in", products.ids)])
            amount = sum(worth[line] for line in valid)
            quantity = sum(valid.mapped("qty"))
            enough = (
                self.currency_id.compare_amounts(amount, rule.minimum_amount) >= 0
                and quantity >= rule.minimum_qty
            )
            if enough:
                most += points * {"order": 1.0, "money": amount, "unit": quantity}[mode]
        return least, most

    def _point_goods(self, program):
        """The lines that count for points; a combo counts as a whole."""
        goods = self._goods().filtered(lambda line: not line.combo_parent_id)
        if program.is_payment_program:
            # money goes onto a gift card or a wallet by the product that sells it
            return goods.filtered_domain(
                [("product_id", "in", program.trigger_product_ids.ids)]
            )
        return goods

    def _lines_against_points(self, program):
        """Lines that lessen what a program gives: what is free earns nothing, what
        another program takes off the price earns less."""
        if program.is_payment_program:
            return self.lines.browse()
        rewards = self.lines.filtered("reward_id")
        own = rewards.filtered(lambda line: line.reward_id.program_id == program)
        others = (rewards - own).filtered(
            lambda line: not line.reward_id.program_id.is_payment_program
        )
        return others | own.filtered(
            lambda line: line.reward_id.reward_type == "product"
        )

    def _slack(self, program, count: int) -> float:
        """What rounding by line and by card may add up to."""
        digits = self.env["decimal.precision"].precision_get("Product Price")
        most = max(program.rule_ids.mapped("reward_point_amount"), default=0)
        return (len(self.lines) + count) * (
            10**-digits + self.currency_id.rounding * max(most, 1)
        )

    def _most_new_cards(self, program) -> float:
        """One, and one for each piece where the rules give a card for each."""
        if not any(program.rule_ids.mapped("reward_point_split")):
            return 1
        goods = self._point_goods(program)
        return 1 + sum(line.qty for line in goods if line.qty > 0)

    def _tier_point_factor(self) -> float:
        """By what the customer's tier multiplies points of loyalty programs."""
        granted = self.partner_id._tier_benefits("point_factor", self.company_id)
        benefit = granted.get(self.partner_id.commercial_partner_id)
        return benefit.point_factor if benefit else 1.0

    def _points_note(self, card, number, document):
        note = super()._points_note(card, number, document)
        if document and document._name == "account.move":
            note.values["move_id"] = document.id
        return note

    def _till_effect(self, card, net: int, back: int) -> Effect:
        """The till tells the sum only; what its rewards cost tells the parts.

        :param back: what it has taken off for goods that were sold before
        """
        rewards = self._reward_lines(card)
        spent = to_units(sum(max(line.points_cost, 0) for line in rewards))
        net += back
        if net + spent < 0:
            return Effect(0, -net)
        return Effect(net + spent, spent)

    def _reward_lines(self, card):
        """The rewards that this card paid for."""
        return self.lines.filtered(
            lambda line: (
                line.reward_id.program_id == card.program_id and line.coupon_id <= card
            )
        )

    def _goods(self):
        """What was bought here, without rewards; a sales order that is settled here
        earns by itself."""
        goods = self.lines.filtered(lambda line: not line.reward_id)
        return goods - self._settled_lines()

    def _settled_lines(self):
        """Lines that only collect the money of a sales order, or give it back."""
        if not self.lines._any_settled():
            return self.lines.browse()
        return self.lines.filtered(
            lambda line: (
                line.sale_order_origin_id
                or line.refunded_orderline_id.sale_order_origin_id
            )
        )

    def _sale_of_points(self, card, units, past) -> float:
        promised = past.gained or units
        if not promised:
            return 0.0
        untaxed = self.amount_total - self.amount_tax
        untaxed -= sum(self._settled_lines().mapped("price_subtotal"))
        return untaxed / (self.currency_rate or 1.0) * units / promised

    def _earn_points(self, card, book, points):
        """At the till all events are one; only days can be waited for."""
        program = card.program_id
        waits = program.is_nominative and program.keep_ledger
        days = program.point_vesting_days if waits else 0
        book.earn(
            points,
            origin=self._point_origin(),
            pending=days > 0,
            available_on=book.day + timedelta(days),
        )

    def _spend_points(self, card, book, points):
        """The sale is over: what is missing is owed."""
        book.spend(points, overdraw=True)
