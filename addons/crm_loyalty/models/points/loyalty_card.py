from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.companies import check_links_of_company
from odoo.addons.crm_suite.tools.mark import Mark

from ...points import MOST_POINTS

# What the ledger alone sets.
LEDGER_FIELDS = {
    "points",
    "pending_points",
    "account_key",
    "account_card_id",
    "kept_apart",
    "provisional",
}
# Those of them that Odoo knows nothing of: nobody sets them on any card.
OWN_FIELDS = LEDGER_FIELDS - {"points"}
# What a card is born with; no screen of Odoo's changes it.
BIRTH_FIELDS = {"program_id", "company_id", "order_id"}
# What would bring a card to another customer or company.
MOVING_FIELDS = {"partner_id", "program_id", "company_id"}
# Whoever may open cards says these: a new card's code is his to choose anyway.
MANAGER_FIELDS = {"partner_id", "expiration_date", "code"}
# The caller posts the entries himself: the card then leaves its points to him. Put with
# his documents: what they once stated they take by entries after the ledger's end, too.
POSTED_BY_CALLER = Mark("points_posted")
# Whoever works on a quotation finds the cards that wait for it.
QUOTATION_AT_WORK = Mark("provisional_cards")
# One card takes another's place, whose customer takes his holder's place in a moment.
CARDS_MERGE = Mark("cards_merge")

QUOTED = ("draft", "sent")
IN_USE = Domain("active", "=", True)
PROVISIONAL = Domain("provisional", "=", True)


class LoyaltyCard(models.Model):
    """The one place through which points change: each change ends in entries.

    Where the program keeps a ledger. Then nobody changes points, or moves them to
    another customer, program or company, by writing on a card; managers, who may open
    cards and update balances, still say whose a card is, how long it is valid and what
    its code is. Cards of other programs are Odoo's, but that nobody moves one to a
    customer whom he may not see, or to another company.

    Odoo needs a card to note what an order would earn: nobody finds that of a
    quotation, not even among archived cards. The customer's quotations share it; it
    becomes a card when one of them is confirmed, and goes with the last of them.
    """

    _name = "loyalty.card"
    _inherit = ["loyalty.card", "suite.protected.mixin", "suite.number.mixin"]

    _protected_fields = LEDGER_FIELDS | BIRTH_FIELDS | MANAGER_FIELDS
    _number_limits = {"points": (-MOST_POINTS, MOST_POINTS)}

    pending_points = fields.Float(
        readonly=True, copy=False, help="Earned, but not yet to be spent."
    )
    entry_ids = fields.One2many("loyalty.point.entry", "card_id", readonly=True)
    lot_ids = fields.One2many("loyalty.point.lot", "card_id", readonly=True)
    account_card_id = fields.Many2one(
        "loyalty.card",
        "Account",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The card that holds this card's points: the company's, or the one that "
        "this card was merged into.",
    )
    account_key = fields.Char(
        readonly=True,
        copy=False,
        help="Makes sure that a customer's first orders open one card, not several.",
    )
    kept_apart = fields.Boolean(
        readonly=True,
        copy=False,
        help="It was there before the ledger and was not to be joined with the "
        "customer's other card.",
    )

    provisional = fields.Boolean(
        "Of a Quotation",
        readonly=True,
        copy=False,
        help="Opened by a quotation: no card before an order is confirmed.",
    )

    _account_key_uniq = models.UniqueIndex(
        "(account_key)", "This customer has a card in this program already."
    )

    _provisional_range = models.Constraint(
        "CHECK (provisional IS NOT TRUE OR active IS NOT TRUE)",
        "A quotation's card is not in use yet.",
    )
    _provisional_idx = models.Index("(id) WHERE provisional")

    @api.depends("account_card_id.points")
    @api.depends_context("uid")
    def _compute_points_display(self):
        res = super()._compute_points_display()
        user = self.env.user
        for card in self.filtered("account_card_id"):
            # sudo: a card of a program that he may not read says what Odoo says
            if not card.sudo().program_id.keep_ledger:
                continue
            # sudo: who sees a member's card sees what may be spent with it, and who
            # may not spend the company's points learns no more than that
            account = card.sudo()._account()
            spends = not user.share or user.partner_id._may_use_points_of(
                account.partner_id
            )
            card.points_display = card._format_points(account.points if spends else 0)
        return res

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(
            vals.get(n) for vals in vals_list for n in OWN_FIELDS
        ):
            raise self._protected_error(OWN_FIELDS)
        cards = super().create(self._mark_provisional(vals_list))
        if not self.env.su:
            cards._check_holders()
        if ledger := cards._of_ledger():
            ledger._link_accounts()
            ledger.filtered("points")._post_first_points()
            ledger._hand_points_to_accounts()
        return cards

    def write(self, vals):
        self._check_number_limits(vals)
        ledger = self._of_ledger()
        if others := self - ledger:
            res = others._write_as_odoo(vals)
            return (self - others).write(vals) if ledger else res
        if "points" in vals:
            points = vals["points"]
            vals = {name: value for name, value in vals.items() if name != "points"}
            if POSTED_BY_CALLER.on(self) is None:
                self._check_protected({"points": points})
                if self._is_by_system():
                    changes = {card: points - card.points for card in self}
                    self._post_adjustments(changes)
        vals = self._write_form(vals)
        res = super().write(vals) if vals else True
        if {"partner_id", "program_id", "active"}.intersection(vals):
            # sudo: the ledger is written by the card alone
            self.sudo()._join_accounts()
        return res

    def _of_ledger(self):
        """Those whose points the ledger keeps now, in superuser mode."""
        # sudo: the ledger is written by the card alone
        cards = self.sudo()
        if not self.env["loyalty.program"]._any_ledger():
            return cards.browse()
        return cards.filtered("program_id.keep_ledger")

    def _stated_by_caller(self):
        """Those whose points the documents at work once stated in a ledger."""
        # sudo: whoever writes the document need not read programs
        cards = self.sudo()
        programs = cards.program_id
        stated = programs.browse()
        for document in POSTED_BY_CALLER.on(self) or ():
            stated |= document._by_ledger(programs)
        return self & cards.filtered(lambda card: card.program_id in stated)

    def _write_as_odoo(self, vals):
        """No ledger keeps these; where one did, it still takes what it has stated."""
        system = self._is_by_system()
        if not system and (own := OWN_FIELDS & vals.keys()):
            self.check_access("write")
            self._refuse_change({name: vals[name] for name in own})
        moving = not system and not MOVING_FIELDS.isdisjoint(vals)
        companies = {card: card.company_id for card in self} if moving else {}
        stated = self._stated_by_caller() if "points" in vals else self.browse()
        if stated:
            rest = {name: value for name, value in vals.items() if name != "points"}
            # pylint: disable-next=super-method-mismatch
            super(LoyaltyCard, stated).write(rest)
        # past our own write
        super(LoyaltyCard, self - stated).write(vals)  # pylint: disable=super-method-mismatch
        if moving:
            self._check_holders()
            if any(card.company_id != company for card, company in companies.items()):
                raise self._protected_error(["company_id"])
        return True

    def unlink(self):
        """A card with entries is put away empty: its ledger stays."""
        self.check_access("unlink")
        # sudo: who may delete a card need not read the ledger
        kept = self.sudo().filtered("entry_ids")
        emptied = kept
        if QUOTATION_AT_WORK.on(self):
            # an order that drops its promise leaves the customer's other points alone
            emptied -= kept.filtered("program_id.is_nominative")
        if emptied:
            if ledger := emptied._of_ledger():
                ledger._post_adjustments({card: -card.points for card in ledger})
            (emptied - ledger).write({"points": 0})
            emptied.active = False
            # sudo: a card takes these with it, whoever deletes it
            promised = self.env["sale.order.coupon.points"].sudo()
            promised.search([("coupon_id", "in", emptied.ids)]).unlink()
        return super(LoyaltyCard, self - self.browse(kept.ids)).unlink()

    def _drop_unused(self):
        """Delete what an order opened and nobody used; a past keeps a customer's."""
        needed = self.env["sale.order.coupon.points"].search_fetch(
            [("coupon_id", "in", self.ids)], ["coupon_id"]
        )
        idle = self - needed.coupon_id
        if not idle:
            return
        unused = idle.exists().filtered(
            lambda card: (
                not card.use_count
                and not (card.program_id.is_nominative and card.entry_ids)
            )
        )
        members = self._with_provisional().search(
            [("account_card_id", "in", unused.ids)]
        )
        members -= unused
        (unused - members.account_card_id).unlink()

    def _write_form(self, vals: dict) -> dict:
        """Whoever may open cards says whose they are; the rest is left."""
        form = {name: vals[name] for name in MANAGER_FIELDS & vals.keys()}
        if not form or self._is_by_system() or not self.has_access("create"):
            return vals
        self.check_access("write")
        self._as_system().write(form)
        if "partner_id" in form:
            self._check_holders()
        return {name: value for name, value in vals.items() if name not in form}

    def _check_holders(self) -> None:
        """For what a user says: the customer is one he sees, and the company's own."""
        self.partner_id.check_access("read")
        of_company = self.filtered("company_id")
        check_links_of_company(of_company, ["partner_id"])

    def _refuse_given(self, given):
        """Whoever may open cards at all (managers, by *Generate*) says what is on them,
        but for what the ledger works with."""
        kept = LEDGER_FIELDS - {"points", "provisional"}
        return super()._refuse_given(
            [{n: v for n, v in values.items() if n in kept} for values in given]
        )

    def _protected_error(self, names):
        if "points" not in names:
            return super()._protected_error(names)
        return AccessError(
            self.env._(
                "Points change by orders, or by a manager with 'Update Balance'."
            )
        )

    def _send_points_reach_communication(self, points_changes):
        """Odoo looks each program's mails up; mostly there are none anywhere."""
        if not self.env["loyalty.mail"]._any_milestone():
            return None
        return super()._send_points_reach_communication(points_changes)

    def _keep_balance(self, points: float, pending: float) -> bool:
        """Only the ledger calls this: it has posted the entries."""
        values = {"points": points, "pending_points": pending}
        if (self.points, self.pending_points) == (points, pending):
            return True
        if self.provisional:
            values |= {"provisional": False, "active": True}
        # past our own write, which would post it once more
        return super().write(values)  # pylint: disable=super-method-mismatch

    def _is_protected(self) -> bool:
        return self.program_id.keep_ledger

    def _may_be_spent_by(self, customer) -> bool:
        """In the ledger a customer's points are spent by himself; else Odoo decides."""
        return not self.program_id.keep_ledger or self._is_kept_for(customer)

    def _is_kept_for(self, customer) -> bool:
        """Points kept for somebody are his, or his company's where it holds them.

        A card of any other program belongs to whoever brings its code.
        """
        program, holder = self.program_id, self.partner_id
        if not program.is_nominative or not holder or holder == customer:
            return True
        if holder.is_public:
            return True
        if program.point_holder == "company":
            return holder == customer.commercial_partner_id
        return False

    def _account(self):
        """The card that holds this card's points."""
        card = self
        while card.account_card_id:
            card = card.account_card_id
        return card

    def _join_accounts(self):
        self._link_accounts()
        self._hand_points_to_accounts()

    def _hand_points_to_accounts(self):
        """Who shares an account holds no points himself."""
        for account, members in self.grouped("account_card_id").items():
            if account:
                members._hand_points_over(account)

    def _link_accounts(self):
        """Give each customer one account in each program that keeps points for him."""
        holders = {card: card._holder() for card in self}
        members = self.filtered(lambda c: holders[c] and holders[c] != c.partner_id)
        for card in members:
            card.account_card_id = card._company_account(holders[card])
        own = self - members
        alone = own.filtered(lambda c: c.account_card_id and c._is_kept())
        alone.account_card_id = False
        keys = {
            card: f"{card.program_id.id},{holders[card].id}"
            for card in own
            if holders[card]
        }
        everywhere = self._with_provisional().with_context(active_test=False)
        found = everywhere.search_fetch(
            [("account_key", "in", list(keys.values()))], ["account_key"]
        )
        owner = {card.account_key: card for card in found}
        for card in own.sorted(lambda card: (card.provisional, card.id)):
            if card in keys:
                former = owner.setdefault(keys[card], card)
                if former.provisional and not card.provisional:
                    owner[keys[card]] = card
                    former._yield_to(card)
                elif former != card and not card.provisional:
                    # a second card shows what the first one holds
                    card.account_card_id = former
        wanted = {card: keys[card] for card in keys if owner[keys[card]] == card}
        stale = self.filtered(
            lambda card: card.account_key and card.account_key != wanted.get(card)
        )
        stale.account_key = False
        if stale:
            # the second card of who put the first one away is the first
            freed = everywhere.search([("account_card_id", "in", stale.ids)])
            (freed - self)._link_accounts()
        self._claim_keys(
            {card: key for card, key in wanted.items() if card.account_key != key}
        )

    def _claim_keys(self, keys: dict) -> None:
        """
        :raise ConcurrencyError: another transaction claimed one, so that the server
            tries again and finds its card
        """
        if not keys:
            return
        self.flush_recordset(["account_key"])
        rows = [SQL("(%s, %s)", card.id, key) for card, key in keys.items()]
        try:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE loyalty_card SET account_key = claim.key
                      FROM (VALUES %s) AS claim(id, key)
                     WHERE loyalty_card.id = claim.id
                    """,
                    SQL(", ").join(rows),
                ),
                # losing a race is no error
                log_exceptions=False,
            )
        except UniqueViolation as error:
            raise ConcurrencyError("The customer's card was just opened") from error
        self.invalidate_recordset(["account_key"], flush=False)

    def _holder(self):
        """Whose account this card belongs to; nobody's if it keeps no account."""
        if self.kept_apart or not self.program_id.keep_ledger:
            return self.env["res.partner"]
        return self._account_holder()

    def _account_holder(self):
        """Whose account it would belong to in a ledger that joins it."""
        program, partner = self.program_id, self.partner_id
        kept = program.is_nominative and partner and self._is_kept()
        if not kept or partner.is_public:
            return self.env["res.partner"]
        if program.point_holder == "company":
            return partner.commercial_partner_id
        return partner

    def _is_kept(self) -> bool:
        """Not put away: in use, or waiting for its order."""
        return self.active or self.provisional

    def _company_account(self, company):
        """The company's card in this card's program, opened if there is none."""
        accounts = QUOTATION_AT_WORK.take_off(self.with_context(active_test=True))
        if self.provisional:
            accounts = accounts._with_provisional()
        account = accounts.search(
            [("program_id", "=", self.program_id.id), ("partner_id", "=", company.id)],
            order="account_key, id",
            limit=1,
        )
        return account or self.with_context(loyalty_no_mail=True).create(
            {
                "program_id": self.program_id.id,
                "partner_id": company.id,
                "order_id": self.order_id.id,
            }
        )

    @api.model
    def _search(self, domain, *args, active_test=True, **kwargs):
        """Leave out quotations' cards, from searches and so from counts and groups.

        A record that is known already is read without this test, as archived ones are.
        """
        domain = Domain(domain)
        named = {leaf.field_expr for leaf in domain.iter_conditions()}
        tested = active_test and not (self.env.su and "provisional" in named)
        at_work = QUOTATION_AT_WORK.on(self)
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
        return QUOTATION_AT_WORK.put(self)

    @api.model
    def _mark_provisional(self, vals_list) -> list:
        """What a quotation opens is no card yet."""
        births = [vals for vals in vals_list if vals.get("order_id")]
        if not births or not self.env["loyalty.program"]._any_ledger():
            return vals_list
        # sudo: whoever opens the card need not see the order or the program
        inside = self.sudo().env
        orders = inside["sale.order"].browse({vals["order_id"] for vals in births})
        quoted = set(orders.filtered(lambda order: order.state in QUOTED).ids)
        programs = {vals.get("program_id") for vals in births}
        programs = inside["loyalty.program"].browse(filter(None, programs))
        ledgers = set(programs.filtered("keep_ledger").ids)
        return [
            {**vals, "provisional": True, "active": False}
            if vals.get("order_id") in quoted
            and vals.get("program_id") in ledgers
            and not vals.get("points")
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
            holder = card.program_id, card.partner_id
            if card in nominative and card.partner_id and holder in known:
                card._yield_to(known[holder])
            else:
                born |= card
                known[holder] = card
        born.write({"provisional": False, "active": True})

    def _put_away(self):
        """Their holder has left whose points they show: quotations begin anew."""
        quoted = [("order_id.state", "in", QUOTED), ("coupon_id", "in", self.ids)]
        self.env["sale.order.coupon.points"].search(quoted).unlink()
        rewards = self.env["sale.order.line"].search(quoted)
        orders = rewards.order_id | self.env["sale.order"].search(
            [("state", "in", QUOTED), ("applied_coupon_ids", "in", self.ids)]
        )
        rewards.unlink()
        for order in orders:
            order.applied_coupon_ids -= self
        self.filtered("provisional").unlink()
        self.exists().active = False

    def _yield_to(self, card):
        """Quotations that counted on these cards count on this one."""
        self._hand_orders_over(card)
        self.unlink()

    def _hand_orders_over(self, card):
        """What counted on these cards counts on this one."""
        Promise = CARDS_MERGE.put(self.env["sale.order.coupon.points"])
        promised = Promise.search([("coupon_id", "in", (self | card).ids)])
        has_one = promised.filtered(lambda line: line.coupon_id == card).order_id
        moving = promised.filtered(lambda line: line.coupon_id != card)
        moving.filtered(lambda line: line.order_id in has_one).unlink()
        moving.exists().coupon_id = card
        Line = CARDS_MERGE.put(self.env["sale.order.line"])
        Line.search([("coupon_id", "in", self.ids)]).coupon_id = card
        self.env["loyalty.history"].search([("card_id", "in", self.ids)]).card_id = card
        members = self._with_provisional().search([("account_card_id", "in", self.ids)])
        members.account_card_id = card

    @api.autovacuum
    def _gc_provisional(self):
        """An offer that has run out keeps no card, unless it spends from it."""
        Promise = self.env["sale.order.coupon.points"]
        ran_out = self.env["res.company"]._domain_by_day(
            lambda day: Domain("order_id.validity_date", "<", day),
            company="order_id.company_id",
        )
        over = Promise.search(
            Domain("coupon_id.provisional", "=", True)
            & (Domain("order_id.state", "=", "cancel") | ran_out)
        )
        spent = over.order_id.order_line.coupon_id
        over.filtered(lambda line: line.coupon_id not in spent).unlink()
        waiting = self.with_context(active_test=False)
        waiting.search([("provisional", "=", True)])._drop_unused()
