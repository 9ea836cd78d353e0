from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.crm_suite.tools.mark import Mark
from odoo.addons.crm_suite.tools.permit import system_permit

from ...points import to_points
from .loyalty_card import POSTED_BY_CALLER, QUOTATION_AT_WORK, QUOTED

# In which currency this order reckons points just now.
POINT_CURRENCY = Mark("point_currency")
# That rules are asked as programs with a ledger mean them, and of which lines nothing.
BY_LEDGER = Mark("points_by_ledger")


class SaleOrder(models.Model):
    """What an order does to points, where Odoo would change the cards itself.

    Only for programs that keep a ledger: `_by_ledger` says of which this order moves
    the points by it; all others are left to Odoo.
    """

    _name = "sale.order"
    _inherit = ["sale.order", "loyalty.point.document.mixin"]

    _point_field = "order_id"

    @api.constrains("partner_id", "company_id", "applied_coupon_ids", "state")
    def _check_cards(self):
        """However a card came to an order: kept points are spent by whose they are.

        And an order knows cards of its own company, of one above it, or of none.
        """
        if not self.env["loyalty.program"]._any_ledger():
            return
        for order in self.filtered(lambda order: order.state != "cancel"):
            # sudo: to find out whose cards they are, not to show it
            inside = order.sudo()
            spent = inside.applied_coupon_ids | inside.order_line.coupon_id
            cards = spent | inside.coupon_point_ids.coupon_id
            if not cards._of_ledger():
                continue
            if not all(card._may_be_spent_by(inside.partner_id) for card in spent):
                raise ValidationError(
                    self.env._(
                        "%s cannot spend these points: they are kept for another "
                        "customer.",
                        order.display_name,
                    )
                )
            companies = cards._of_ledger().company_id
            if companies - inside.company_id.parent_ids:
                raise ValidationError(
                    self.env._(
                        "%s cannot take points of another company.", order.display_name
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_unused_cards(self):
        if self.env["loyalty.program"]._any_ledger():
            self._forget_promised_points()._drop_unused()

    def _by_ledger(self, programs):
        """Those of the programs whose points this order states in the ledger.

        The state of a program on the day of the order decides for ever: what the
        ledger has stated it takes back, also when it is switched off; what was sold
        before it was switched on it neither gives nor takes.
        """
        self.ensure_one()
        if not programs or not self.env["loyalty.program"]._any_ledger():
            return programs.browse()
        # sudo: the ledger is the same for everybody
        inside = programs.sudo()
        found = inside.filtered(
            lambda one: one.keep_ledger and not self._sold_before(one)
        )
        unsure = (inside - found).filtered(lambda p: p.keep_ledger or p.ledger_ended)
        if unsure and self._origin:
            # sudo: the ledger is the same for everybody
            groups = (
                self.env["loyalty.point.entry"]
                .sudo()
                ._read_group(
                    [
                        (self._point_field, "in", self._origin.ids),
                        ("program_id", "in", unsure.ids),
                        ("key", "!=", False),
                    ],
                    ["program_id"],
                )
            )
            found |= inside.browse(program.id for (program,) in groups)
        return programs.browse(found.ids)

    def _sold_before(self, program) -> bool:
        """Whether the order was confirmed before the program's ledger was switched on.

        Its date can be changed later; when its history was written cannot.
        """
        since, made = program.ledger_since, self.create_date
        if not (since and made and made < since and self.state in ("sale", "cancel")):
            return False
        if self.date_order < since:
            return True
        # sudo: of this very order
        history = self.env["loyalty.history"].sudo()
        return bool(
            history.search_count(
                [
                    ("order_model", "=", self._name),
                    ("order_id", "=", self._origin.id),
                    ("card_id.program_id", "=", program.id),
                    ("create_date", "<", since),
                ],
                limit=1,
            )
        )

    def _forget_promised_points(self):
        """Quotations wait for nothing any more; returns the cards they had opened."""
        # sudo: Odoo would delete these as the salesperson, who may not
        promised = self.env["sale.order.coupon.points"].sudo()
        promised = promised.search_fetch([("order_id", "in", self.ids)]).filtered(
            lambda line: (
                line.coupon_id.program_id.keep_ledger
                or line.order_id._by_ledger(line.coupon_id.program_id)
            )
        )
        cards = self._cards_born_here(promised)
        promised.unlink()
        return cards

    def _forget_what_was_asked(self):
        """Nothing was, for a cancelled order.

        Odoo's history of it goes as well: Odoo would delete it a moment later, and read
        everything anew after that.
        """
        # sudo: as Odoo does it
        history = self.env["loyalty.history"].sudo()
        history.search(
            [("order_model", "=", self._name), ("order_id", "in", self.ids)]
        ).unlink()
        # sudo: the ledger's own; last, to be written with the order's new state
        self.sudo().points_asked_for = False

    def _get_point_changes(self):
        """What Odoo adds to cards; an order posts its own to the ledger instead."""
        if not self.env["loyalty.program"]._any_ledger():
            return super()._get_point_changes()
        changes = defaultdict(float)
        for order in self:
            stated = order._by_ledger(order._point_programs())
            for card, points in super(SaleOrder, order)._get_point_changes().items():
                if not card.program_id.keep_ledger and card.program_id not in stated:
                    changes[card] += points
        return changes

    def _point_programs(self):
        """The programs whose points these orders promise or spend."""
        return (self.coupon_point_ids.coupon_id | self.order_line.coupon_id).program_id

    def _get_real_points_for_coupon(self, coupon, post_confirm=False):
        """Odoo's own sum, with the account's points and without pending ones."""
        points = super()._get_real_points_for_coupon(coupon, post_confirm)
        if not self._by_ledger(coupon.program_id):
            if self.state == "sale" and coupon.program_id.keep_ledger:
                points += self._spent_before_ledger(coupon)
            return points
        # sudo: a member may spend what the company's card holds
        account = coupon.sudo()._account()
        if account != coupon:
            points += account.points
        if self.state == "sale":
            points += self._unposted_points(account)
        elif not coupon.program_id._vests_at_confirmation() and (
            coupon.program_id.applies_on != "future"
        ):
            own = self.coupon_point_ids.filtered(lambda line: line.coupon_id == coupon)
            points -= sum(own.mapped("points"))
        # an old debt leaves nothing to spend, and refuses no sale
        spent = self.order_line.filtered(lambda line: line.coupon_id == coupon)
        points = max(points, -sum(spent.mapped("points_cost")))
        return coupon.currency_id.round(points)

    def _spent_before_ledger(self, coupon) -> float:
        """What a reward of an older order has taken already, while its line is edited.

        Odoo gives it back to the card meanwhile, and takes it anew.
        """
        # sudo: of this very order
        history = self.env["loyalty.history"].sudo()
        used = history._read_group(
            [
                ("order_model", "=", self._name),
                ("order_id", "=", self.id),
                ("card_id", "=", coupon.id),
            ],
            aggregates=["used:sum"],
        )[0][0]
        lines = self.order_line.filtered(lambda line: line.coupon_id == coupon)
        return (used or 0) - sum(lines.mapped("points_cost"))

    def _unposted_points(self, account) -> float:
        """What a confirmed order that is being edited will still add or take."""
        # sudo: the ledger is the same for everybody
        order = self.sudo()
        earned, spent = order._point_effects().get((order, account), (0, 0))
        posted, _counts = order._posted_effects()
        posted_earned, posted_spent = posted[order, account]
        change = posted_spent - spent
        if account.program_id._vests_at_confirmation():
            change += earned - posted_earned
        return to_points(change)

    def _add_points_for_coupon(self, coupon_points):
        if self.state != "sale":
            return super()._add_points_for_coupon(coupon_points)
        order = POSTED_BY_CALLER.put(self, self)
        # Odoo empties the dict it is given
        cards = {
            card.with_env(order.env): points for card, points in coupon_points.items()
        }
        res = super(SaleOrder, order)._add_points_for_coupon(cards)
        self._post_points_now()
        return res

    def _try_apply_program(self, program, coupon=None):
        order = QUOTATION_AT_WORK.put(self)
        return super(SaleOrder, order)._try_apply_program(program, coupon)

    def _apply_program_reward(self, reward, coupon, **kwargs):
        if self._may_claim_from(coupon):
            return super()._apply_program_reward(reward, coupon, **kwargs)
        return {
            "error": self.env._(
                "These points are your company's. Ask your contact person with us to "
                "be permitted to spend them."
            )
        }

    def _get_claimable_rewards(self, forced_coupons=None):
        rewards = super()._get_claimable_rewards(forced_coupons)
        for coupon in [card for card in rewards if not self._may_claim_from(card)]:
            del rewards[coupon]
        return rewards

    def _may_claim_from(self, coupon) -> bool:
        """Employees claim for any customer; a customer only with permission.

        What an employee has put on a quotation the customer may accept.
        """
        user = self.env.user
        # sudo: customers have no rights on cards
        account = coupon.sudo()._account()
        if not account.program_id.keep_ledger:
            return True
        if not user.share or account == coupon:
            return True
        return user.partner_id._may_use_points_of(account.partner_id)

    def _prepare_cards(self):
        """Before Odoo reckons anew: this order, for whom cards open as they must."""
        order = QUOTATION_AT_WORK.put(self)
        # Odoo gives a visitor's card to the customer he turns out to be, as the user
        order = order.with_context(**system_permit("loyalty.card"))
        order._join_company_accounts()
        if self.state == "sale":
            # sudo: statements are the ledger's own
            self.sudo()._state_past()
            return POSTED_BY_CALLER.put(order, self)
        order._leave_cards_behind(order.partner_id)
        order._forget_former_customer()
        return order

    def _settle_cards(self, before):
        """After it: what came of it, on the ledger or on the cards it waits for.

        :param before: the provisional cards that promised until then, as superuser
        """
        self._forget_expired_cards()
        if self.state == "sale":
            self._state_points()
            self._post_points_now()
        else:
            self._drop_provisional(before)

    def _post_points_now(self):
        """Post, unless a caller further out does so when all is done."""
        used = self and self.env["loyalty.program"]._any_ledger()
        if used and POSTED_BY_CALLER.on(self) is None:
            self._post_points()

    def _forget_expired_cards(self):
        """An expired card earns nothing; another one of the customer's does."""
        # sudo: Odoo lets salespeople only read these
        promised = self.sudo().coupon_point_ids
        expired = promised.filtered(
            lambda line: line.points and self._card_expired(line.coupon_id)
        )
        for line in expired:
            card = line.coupon_id
            if not self._by_ledger(card.program_id):
                continue
            others = card.search(
                [
                    ("program_id", "=", card.program_id.id),
                    ("partner_id", "=", card.partner_id.id),
                    ("id", "not in", promised.coupon_id.ids),
                ],
                order="id",
            )
            valid = others.filtered(lambda other: not self._card_expired(other))
            if card.program_id.is_nominative and card.partner_id and valid:
                line.coupon_id = valid[0]
            else:
                line.points = 0

    def _join_company_accounts(self):
        """A contact of a company whose account has points gets a card to spend them."""
        company = self.partner_id.commercial_partner_id
        if company == self.partner_id:
            return
        # sudo: salespeople may not create cards, orders do
        Card = self.env["loyalty.card"].sudo()
        accounts = Card.search(
            [
                ("partner_id", "=", company.id),
                ("points", ">", 0),
                ("program_id.point_holder", "=", "company"),
                ("program_id.keep_ledger", "=", True),
            ]
        )
        if not accounts:
            return
        own = Card._with_provisional().search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("program_id", "in", accounts.program_id.ids),
            ]
        )
        Card.with_context(loyalty_no_mail=True, tracking_disable=True).create(
            [
                {
                    "program_id": program.id,
                    "partner_id": self.partner_id.id,
                    "order_id": self.id,
                }
                for program in accounts.program_id - own.program_id
            ]
        )

    def _cards_born_here(self, promised):
        """Cards that these orders opened or wait for, and the accounts behind them."""
        cards = promised.coupon_id
        cards |= cards.account_card_id
        return cards.filtered(lambda card: card.order_id in self or card.provisional)

    def _open_cards(self):
        """What these orders earn or spend from is a card from now on."""
        # sudo: orders open cards for whoever may not
        orders = self.sudo()
        earning = orders.coupon_point_ids.filtered("points")
        (earning.coupon_id | orders.order_line.coupon_id)._become_cards()
        idle = orders.coupon_point_ids.filtered("coupon_id.provisional")
        cards = idle.coupon_id | idle.coupon_id.account_card_id
        idle.unlink()
        cards.filtered("provisional")._drop_unused()

    def _leave_cards_behind(self, customer):
        """A quotation that goes to another customer spends nothing of the former's."""
        # sudo: the cards may be seen by whoever may not see their holder
        for order in self.sudo().filtered(lambda order: order.state in QUOTED):
            spent = order.applied_coupon_ids | order.order_line.coupon_id
            cards = spent.filtered(lambda card: not card._may_be_spent_by(customer))
            if cards:
                kept = order.order_line.filtered_domain(
                    [("coupon_id", "not in", cards.ids)]
                )
                (order.order_line - kept).unlink()
                order.applied_coupon_ids -= cards

    def _forget_former_customer(self):
        """Odoo would give his points to a card that is nobody's."""
        # sudo: Odoo lets salespeople only read these
        self.sudo().coupon_point_ids.filtered(
            lambda line: (
                line.coupon_id.program_id.keep_ledger
                and line.coupon_id.program_id.is_nominative
                and line.coupon_id.partner_id
                and not line.coupon_id.partner_id.is_public
                and line.coupon_id.partner_id != self.partner_id
            )
        ).unlink()

    def _drop_provisional(self, before):
        """A quotation waits only for cards to which it would bring something.

        A contact's card brings the company's points, even where it earns none.
        """
        # sudo: quotations open and drop cards for whoever may not
        order = self.sudo()
        if before:
            before = before.exists().filtered("provisional")
        idle = order.coupon_point_ids.filtered(
            lambda line: (
                not line.points
                and line.coupon_id.provisional
                and not line.coupon_id.account_card_id
                and line.coupon_id not in order.order_line.coupon_id
            )
        )
        cards = (before - order.coupon_point_ids.coupon_id) | idle.coupon_id
        cards |= cards.account_card_id.filtered("provisional")
        if cards:
            idle.unlink()
            cards._drop_unused()

    def _by_point_currency(self, programs):
        """This order as it reckons the points of each of the programs."""
        foreign = programs.filtered(
            lambda one: one.keep_ledger and one.currency_id != self.currency_id
        )
        return [
            (self, programs - foreign),
            *(
                (POINT_CURRENCY.put(self, currency), group)
                for currency, group in foreign.grouped("currency_id").items()
            ),
        ]

    def _by_ledger_rules(self, programs):
        """This order as rules of programs with a ledger see it, and as all others do.

        A gift card or a top-up is money changed, a discount is no piece, and a minimum
        is compared as its currency is shown.
        """
        kept = programs.filtered(
            lambda one: one.keep_ledger and not one.is_payment_program
        )
        pairs = [(self, programs - kept)]
        if kept:
            lines = frozenset(self._money_changed()._ids)
            pairs.append((BY_LEDGER.put(self, lines), BY_LEDGER.put(kept)))
        return [pair for pair in pairs if pair[1]]

    def _money_changed(self):
        """The lines by which a gift card is bought or a wallet is topped up."""
        sold = self.env["loyalty.rule"]._money_products()
        return self.order_line.filtered(
            lambda line: line.product_id.id in sold and not line.reward_id
        )

    def _get_no_effect_on_threshold_lines(self):
        lines = super()._get_no_effect_on_threshold_lines()
        if changed := BY_LEDGER.on(self):
            lines |= self.order_line.filtered(lambda line: line.id in changed)
        return lines

    def _get_not_rewarded_order_lines(self):
        lines = super()._get_not_rewarded_order_lines()
        if (changed := BY_LEDGER.on(self)) is None:
            return lines
        return lines.filtered(lambda line: line.id not in changed and line._is_piece())

    def _get_order_line_price(self, order_line, price_type):
        price = super()._get_order_line_price(order_line, price_type)
        currency = POINT_CURRENCY.on(self)
        if price_type != "price_total" or not currency or currency == self.currency_id:
            return price
        return self.currency_id._convert(
            price, currency, self.company_id, self.date_order or fields.Date.today()
        )

    def _points_note(self, card, number, document):
        note = super()._points_note(card, number, document)
        if document and document._name == "account.move":
            note.values["move_id"] = document.id
        return note

    def _card_expired(self, card) -> bool:
        return bool(card.expiration_date) and (
            card.expiration_date < self.company_id._day_of(self.date_order)
        )
