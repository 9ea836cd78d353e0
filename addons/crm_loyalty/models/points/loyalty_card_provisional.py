from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

QUOTED = ("draft", "sent")
# Whoever works on a quotation asks for its cards by this very object, which no call
# from outside can carry.
QUOTATION_AT_WORK = object()
IN_USE = Domain("active", "=", True)
PROVISIONAL = Domain("provisional", "=", True)


class LoyaltyCard(models.Model):
    """Cards of quotations: Odoo needs a card to note what an order would earn.

    Nobody finds one, not even among archived cards. The customer's quotations share it;
    it becomes a card when one of them is confirmed, and goes with the last of them.
    """

    _inherit = "loyalty.card"

    provisional = fields.Boolean(
        "Of a Quotation",
        readonly=True,
        copy=False,
        help="Opened by a quotation: no card before an order is confirmed.",
    )

    _provisional_range = models.Constraint(
        "CHECK (provisional IS NOT TRUE OR active IS NOT TRUE)",
        "A quotation's card is not in use yet.",
    )
    _provisional_idx = models.Index("(id) WHERE provisional")

    @api.model
    def _search(self, domain, *args, active_test=True, **kwargs):
        """Leave out quotations' cards, from searches and so from counts and groups.

        A record that is known already is read without this test, as archived ones are.
        """
        domain = Domain(domain)
        named = {leaf.field_expr for leaf in domain.iter_conditions()}
        tested = active_test and not (self.env.su and "provisional" in named)
        at_work = self.env.context.get("provisional_cards") is QUOTATION_AT_WORK
        in_use = "active" not in named and self.env.context.get("active_test", True)
        if tested and at_work and in_use:
            domain &= IN_USE | PROVISIONAL
        query = super()._search(domain, *args, active_test=active_test, **kwargs)
        if tested and not at_work and not in_use:
            # those in use are none of these anyway
            provisional = self._field_to_sql(query.table, "provisional", query)
            query.add_where(SQL("%s IS NOT TRUE", provisional))
        return query

    def _with_provisional(self):
        return self.with_context(provisional_cards=QUOTATION_AT_WORK)

    @api.model
    def _mark_provisional(self, vals_list) -> list:
        """What a quotation opens is no card yet."""
        births = [vals.get("order_id") for vals in vals_list if not vals.get("points")]
        # sudo: whoever opens the card need not see the order
        orders = self.env["sale.order"].sudo().browse(filter(None, births))
        quoted = set(orders.filtered(lambda order: order.state in QUOTED).ids)
        return [
            {**vals, "provisional": True, "active": False}
            if vals.get("order_id") in quoted and not vals.get("points")
            else vals
            for vals in vals_list
        ]

    def _become_cards(self):
        """Their order is confirmed; a card that came meanwhile takes their place."""
        waiting = self | self.account_card_id
        waiting = waiting.filtered("provisional")
        if not waiting:
            return
        nominative = waiting.filtered("program_id.is_nominative")
        known = {
            (card.program_id, card.partner_id): card
            for card in self.search(
                [
                    ("program_id", "in", nominative.program_id.ids),
                    ("partner_id", "in", nominative.partner_id.ids),
                ]
            )
        }
        born = self.browse()
        for card in waiting:
            place = card.program_id, card.partner_id
            if card in nominative and card.partner_id and place in known:
                card._yield_to(known[place])
            else:
                born |= card
                known[place] = card
        born.write({"provisional": False, "active": True})

    def _yield_to(self, card):
        """Quotations that counted on these cards count on this one."""
        self._hand_orders_over(card)
        self.unlink()

    def _hand_orders_over(self, card):
        """What counted on these cards counts on this one."""
        Promise = self.env["sale.order.coupon.points"]
        promised = Promise.search([("coupon_id", "in", (self | card).ids)])
        has_one = promised.filtered(lambda line: line.coupon_id == card).order_id
        moving = promised.filtered(lambda line: line.coupon_id != card)
        moving.filtered(lambda line: line.order_id in has_one).unlink()
        moving.exists().coupon_id = card
        lines = self.env["sale.order.line"].search([("coupon_id", "in", self.ids)])
        lines.coupon_id = card
        self.env["loyalty.history"].search([("card_id", "in", self.ids)]).card_id = card
        members = self._with_provisional().search([("account_card_id", "in", self.ids)])
        members.account_card_id = card

    @api.model
    def _hide_quoted_cards(self):
        """Cards that quotations opened before there were provisional ones."""
        quoted = self.search(
            [
                ("order_id.state", "in", QUOTED),
                ("points", "=", 0),
                ("pending_points", "=", 0),
                ("entry_ids", "=", False),
            ]
        )
        lines = self.env["sale.order.line"].search(
            [("coupon_id", "in", quoted.ids), ("state", "not in", QUOTED)]
        )
        promised = self.env["sale.order.coupon.points"].search(
            [("coupon_id", "in", quoted.ids), ("order_id.state", "not in", QUOTED)]
        )
        accounts = self.search([("account_card_id", "in", quoted.ids)]).account_card_id
        hidden = quoted - lines.coupon_id - promised.coupon_id - accounts
        hidden.write({"provisional": True, "active": False})

    @api.autovacuum
    def _gc_provisional(self):
        """An offer that has run out keeps no card, unless it spends from it."""
        today = fields.Date.today()
        Promise = self.env["sale.order.coupon.points"]
        over = Promise.search(
            [
                ("coupon_id.provisional", "=", True),
                "|",
                ("order_id.state", "=", "cancel"),
                ("order_id.validity_date", "<", today),
            ]
        )
        spent = over.order_id.order_line.coupon_id
        over.filtered(lambda line: line.coupon_id not in spent).unlink()
        waiting = self.with_context(active_test=False)
        waiting.search([("provisional", "=", True)])._drop_unused()
