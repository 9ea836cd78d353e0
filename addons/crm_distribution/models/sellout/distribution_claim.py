from collections import defaultdict
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain

from ...channel.claims import Contract, Resale, protect, ship_and_debit
from ...channel.stock import Bucket, Event
from ..network.res_partner import GROUP_MANAGER

APPROVED = ("approved", "settled")


class DistributionClaim(models.Model):
    """What an intermediary is paid back for goods whose price fell, or for resales.

    Price protection pays the fall for what is in stock on the day of the cut, and
    lowers what its pieces cost from then on: a later resale under a contract is paid
    from the lower cost, so that nothing is paid twice. What is approved stays as it is;
    what turns out to be paid too much is a correction, which later claims give back.
    """

    _name = "distribution.claim"
    _description = "Claim"
    _inherit = [
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
        "mail.thread",
    ]
    _company_links = ("partner_id", "product_id")
    _number_limits = {"protected_days": (0, 3650)}
    _protected_fields = {
        "amount",
        "approved_by_id",
        "approved_on",
        "correction_ids",
        "deducted",
        "line_ids",
        "refused_quantity",
        "state",
    }
    _order = "id desc"

    name = fields.Char(compute="_compute_name", store=True)
    kind = fields.Selection(
        [("protection", "Price Protection"), ("ship_and_debit", "Ship and Debit")],
        required=True,
        default="protection",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", "Intermediary", required=True, index=True, ondelete="restrict"
    )
    product_id = fields.Many2one(
        "product.product", required=True, index=True, ondelete="restrict"
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("calculated", "Calculated"),
            ("approved", "Approved"),
            ("settled", "Settled"),
            ("refused", "Refused"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    day = fields.Date(
        "Price Falls On",
        help="Sales up to the day before are sold at the old price.",
    )
    price_before = fields.Float("List Price Before", digits="Product Price")
    price_after = fields.Float("List Price After", digits="Product Price")
    protected_days = fields.Integer(
        help="Deliveries older than so many days are not protected. 0: any age.",
    )
    covers_transit = fields.Boolean(
        "Covers Goods in Transit",
        help="Also what had left us before the cut and arrived on that day or later.",
    )
    special_price_id = fields.Many2one(
        "distribution.special.price", "Contract", index=True, ondelete="restrict"
    )
    date_from = fields.Date("Resales From")
    date_to = fields.Date("Resales To")
    line_ids = fields.One2many(
        "distribution.claim.line", "claim_id", readonly=True, copy=False
    )
    amount = fields.Monetary(readonly=True, copy=False, tracking=True)
    refused_quantity = fields.Float(readonly=True, copy=False)
    correction_ids = fields.One2many(
        "distribution.claim.correction", "claim_id", readonly=True, copy=False
    )
    overpaid = fields.Monetary(
        "Paid Too Much",
        compute="_compute_overpaid",
        help="By what is known since it was approved. Later claims are paid that much "
        "less.",
    )
    deducted = fields.Monetary(
        "Corrections Deducted",
        readonly=True,
        copy=False,
        help="What was paid too much by earlier claims. Below zero: what was deducted "
        "too much.",
    )
    payable = fields.Monetary(
        "To Pay", compute="_compute_payable", store=True, tracking=True
    )
    carried = fields.Monetary(
        "Corrections Carried",
        compute="_compute_carried",
        help="What this intermediary's earlier claims paid too much. It is deducted "
        "when this claim is approved, as far as the claim goes.",
    )
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)

    @api.depends("kind", "partner_id", "product_id")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for claim in self:
            claim.name = self.env._(
                "%(kind)s: %(partner)s, %(product)s",
                kind=kinds.get(claim.kind, ""),
                partner=claim.partner_id.name or "",
                product=claim.product_id.name or "",
            )

    @api.constrains(
        "kind", "partner_id", "product_id", "day", "price_before", "special_price_id"
    )
    def _check_claim(self):
        self.partner_id._check_is_company()
        for claim in self:
            contract = claim.special_price_id
            if claim.kind == "protection":
                falls = claim.price_before > claim.price_after >= 0
                if not (claim.day and falls):
                    raise ValidationError(
                        self.env._("Say on which day the price falls, and from what.")
                    )
            elif not (
                contract.partner_id == claim.partner_id
                and contract.product_id == claim.product_id
                and contract.company_id == claim.company_id
            ):
                raise ValidationError(
                    self.env._(
                        "Choose a contract of this intermediary and this product."
                    )
                )

    def write(self, vals):
        """What is decided stays as it was decided."""
        fixed = {
            "kind",
            "partner_id",
            "product_id",
            "day",
            "price_before",
            "price_after",
            "protected_days",
            "covers_transit",
            "special_price_id",
            "date_from",
            "date_to",
        }
        if fixed & vals.keys() and not self._is_by_system():
            self._require("draft", "calculated")
            # sudo: what was calculated goes, which nobody writes by hand
            self.sudo().write(
                {
                    "state": "draft",
                    "amount": 0.0,
                    "refused_quantity": 0.0,
                    "line_ids": [Command.clear()],
                }
            )
        return super().write(vals)

    @api.depends("correction_ids.amount")
    def _compute_overpaid(self):
        for claim in self:
            found = claim.correction_ids.filtered(lambda one: one.reason != "deducted")
            claim.overpaid = sum(found.mapped("amount"))

    @api.depends("amount", "deducted")
    def _compute_payable(self):
        for claim in self:
            claim.payable = claim.amount - claim.deducted

    @api.depends("state", "partner_id", "company_id")
    def _compute_carried(self):
        open_ones = self.filtered(lambda claim: claim.state in ("draft", "calculated"))
        owed = self.env["distribution.claim.correction"]._balances(
            open_ones.company_id, open_ones.partner_id
        )
        for claim in self:
            key = (claim.company_id.id, claim.partner_id.id)
            claim.carried = owed.get(key, 0.0) if claim in open_ones else 0.0

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        if any(claim.state in APPROVED for claim in self):
            raise UserError(self.env._("A claim that was approved is kept."))

    def action_calculate(self):
        """From the buckets and the accepted lines, as they are now."""
        self._require("draft", "calculated")
        for claim in self:
            # sudo: lines that nobody writes by hand
            claim.sudo()._calculate()

    def action_approve(self):
        """Calculated once more under the eyes of nobody else, and fixed."""
        self._require_manager()
        self._require("calculated")
        corrections = self.env["distribution.claim.correction"]
        corrections._take_turn((claim.company_id, claim.partner_id) for claim in self)
        for claim in self:
            # sudo: as above
            claim = claim.sudo()
            before = claim.amount
            claim._calculate()
            if claim.currency_id.compare_amounts(before, claim.amount):
                raise UserError(
                    self.env._(
                        "%(claim)s: it is %(now)s by now, not %(before)s. Calculate "
                        "it again.",
                        claim=claim.name,
                        now=claim.amount,
                        before=before,
                    )
                )
            less = claim.env[corrections._name]._deduct(claim)
            is_spent = less and not claim.currency_id.compare_amounts(
                claim.amount, less
            )
            claim.write(
                {
                    # nothing of it is left to pay
                    "state": "settled" if is_spent else "approved",
                    "deducted": less,
                    "approved_by_id": self.env.uid,
                    "approved_on": fields.Datetime.now(),
                }
            )
            if claim.kind == "protection":
                claim.env["distribution.stock"]._refresh(
                    claim.company_id, claim.partner_id, claim.product_id
                )

    def action_refuse(self):
        self._require_manager()
        self._require("draft", "calculated")
        self._as_system().write({"state": "refused"})

    def _require_manager(self) -> None:
        if not (self.env.su or self.env.user.has_group(GROUP_MANAGER)):
            raise AccessError(self.env._("Channel managers decide on claims."))

    def _require(self, *states: str) -> None:
        self.check_access("write")
        for claim in self:
            if claim.state not in states:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(claim)s is in the state “%(state)s”: this is not possible "
                        "now.",
                        claim=claim.name,
                        state=labels[claim.state],
                    )
                )

    def _calculate(self) -> None:
        lines = (
            self._protection_lines()
            if self.kind == "protection"
            else self._resale_lines()
        )
        self.line_ids.unlink()
        for line in lines:
            line["claim_id"] = self.id
            line["amount"] = self.currency_id.round(line["amount"])
        self.env["distribution.claim.line"].create(lines)
        paid = sum(line["amount"] for line in lines)
        self.write(
            {
                "state": "calculated",
                "amount": self.currency_id.round(paid),
                "refused_quantity": sum(
                    line["quantity"] for line in lines if line["reason"]
                ),
            }
        )

    def _protection_lines(self) -> list[dict]:
        stock = self.env["distribution.stock"]._walked(
            self.company_id, self.partner_id, self.product_id, before=self.day
        )
        moving = self._moving()
        found = protect(
            stock.buckets,
            moving,
            self.day,
            self.price_after,
            self.price_before,
            self.protected_days or None,
            self.covers_transit,
        )
        source = self.env["distribution.stock"]._source_of
        costs = {bucket.key: bucket for bucket in stock.buckets}
        costs |= {bucket.key: bucket for bucket in moving}
        return [
            {
                **source(one.bucket),
                "day": costs[one.bucket].day,
                "in_transit": one.in_transit,
                "quantity": one.quantity,
                "cost": costs[one.bucket].price or 0.0,
                "fall": 0.0 if one.reason else one.fall,
                "amount": one.amount,
                "reason": one.reason or False,
            }
            for one in found
        ]

    def _moving(self) -> list[Bucket]:
        """What had left us before the cut and arrived on its day or later."""
        stock = self.env["distribution.stock"]
        events = stock._history(self.company_id, self.partner_id, self.product_id)
        arriving = {
            event.key: event
            for event in events
            if event.kind == "receive"
            and event.day >= self.day
            and stock._source_of(event.key)["move_line_id"]
        }
        lines = self.env["account.move.line"].browse(arriving)
        return [
            Bucket(
                line.id,
                line.move_id.invoice_date,
                arriving[line.id].price,
                arriving[line.id].quantity,
                arriving[line.id].quantity,
            )
            for line in lines
            if line.move_id.invoice_date < self.day
        ]

    def _resale_lines(self) -> list[dict]:
        contract = self.special_price_id
        resales = self.env["distribution.sellout.line"].search(
            self._resale_domain(), order="day, id"
        )
        stock = self.env["distribution.stock"]._walked(
            self.company_id, self.partner_id, self.product_id
        )
        pieces = defaultdict(list)
        for use in stock.uses:
            if use.quantity:
                pieces[-use.sale].append((use.quantity, use.price))
        for sale, owed in stock.debts:
            pieces[-sale].append((owed, None))
        claimed = self._claimed(resales)
        found = ship_and_debit(
            Contract(
                contract.price,
                contract.quantity,
                contract.customer,
                contract.date_from,
                contract.date_to,
                contract.window_days,
            ),
            [
                Resale(
                    line.id,
                    line.day,
                    self._reported_day(line),
                    line.customer or "",
                    tuple(pieces[line.id]),
                    line.id in claimed,
                )
                for line in resales
            ],
            contract.used_quantity,
        )
        days = {line.id: line.day for line in resales}
        return [
            {
                "sellout_line_id": one.key,
                "day": days[one.key],
                "quantity": one.quantity,
                "cost": one.cost,
                "fall": one.amount / one.quantity if one.amount else 0.0,
                "amount": one.amount,
                "reason": one.reason or False,
            }
            for one in found
        ]

    def _resale_domain(self) -> Domain:
        """Resales that name the contract, or were sold to its customer."""
        contract = self.special_price_id
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("partner_id", "=", self.partner_id.id)
            & Domain("product_id", "=", self.product_id.id)
            & Domain("type", "=", "sale")
            & Domain("state", "=", "accepted")
            & (
                Domain("contract", "=", contract.name)
                | Domain("customer", "=", contract.customer)
            )
        )
        if self.date_from:
            domain &= Domain("day", ">=", self.date_from)
        if self.date_to:
            domain &= Domain("day", "<=", self.date_to)
        return domain

    def _reported_day(self, line) -> date:
        """When it was reported, by the company's calendar."""
        return self.company_id._day_of(line.report_id.reported_on)

    def _claimed(self, resales) -> set[int]:
        """Resales that a claim has been approved for: a line is claimed once."""
        lines = self.env["distribution.claim.line"].search_fetch(
            [
                ("sellout_line_id", "in", resales.ids),
                ("claim_id", "!=", self.id),
                ("state", "in", APPROVED),
                ("reason", "=", False),
            ],
            ["sellout_line_id"],
        )
        return {line.sellout_line_id.id for line in lines}

    def _cut_event(self) -> Event:
        """From the day of the cut on the pieces cost less."""
        return Event(
            self.day,
            "cut",
            price=self.price_after,
            former=self.price_before,
            days=self.protected_days or None,
            key=self.id,
        )
