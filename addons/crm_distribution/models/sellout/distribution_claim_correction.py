from collections.abc import Iterable

from odoo import api, fields, models
from odoo.fields import Domain

from ...channel.claims import (
    OnTheWay,
    Overpaid,
    PaidResale,
    Protection,
    deducted,
    protected_too_much,
    resold_too_much,
)
from ...channel.stock import Event
from .distribution_claim import APPROVED

REASONS = [
    ("gone", "Less in stock, or at less cost, when the price fell"),
    ("returned", "Came back to us for more than it cost by then"),
    ("undone", "Resale was corrected or came back"),
    ("deducted", "Deducted from a claim"),
    ("written_off", "Written off"),
    ("billed", "Billed"),
    ("reopened", "Write-off or bill was taken back"),
]


class DistributionClaimCorrection(models.Model):
    """What claims paid too much, as is known since, and what later claims gave of it.

    A claim that was approved is never calculated again. Each difference is an entry of
    its own, also back again, and an intermediary owes the sum of its entries. A
    write-off or a bill, which ends what is owed, is one, too. None is ever changed.
    """

    _name = "distribution.claim.correction"
    _description = "Claim Correction"
    _order = "id desc"
    _rec_name = "partner_id"

    claim_id = fields.Many2one(
        "distribution.claim",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
        help="The claim that paid too much, or that it was deducted from. None where "
        "all that was open was written off or billed.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Intermediary",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    product_id = fields.Many2one(related="claim_id.product_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(required=True, readonly=True)
    reason = fields.Selection(REASONS, required=True, readonly=True)
    quantity = fields.Float(readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Above zero: the intermediary owes it. Below: it was given."
    )
    note = fields.Text("Why", readonly=True, help="Intermediaries do not see it.")

    _claim_range = models.Constraint(
        "CHECK ((claim_id IS NULL)"
        " = (reason IN ('written_off', 'billed', 'reopened')))",
        "What claims paid too much, and what they gave, names its claim.",
    )

    @api.model
    def _take_turn(self, whose: Iterable[tuple]) -> None:
        """Nothing is deducted twice, nor said twice."""
        self.env["suite.turn"]._take(
            f"claim {company.id} {partner.id}" for company, partner in whose
        )

    @api.model
    def _follow(self, company, partner, histories: dict[int, list[Event]]) -> None:
        """Say what differs from what was said before; in superuser mode.

        :param histories: what happened to the stock, by product
        """
        claims = self.env["distribution.claim"].search(
            Domain("company_id", "=", company.id)
            & Domain("partner_id", "=", partner.id)
            & Domain("product_id", "in", [*histories])
            & Domain("state", "in", APPROVED)
        )
        found = {}
        for product, those in claims.grouped("product_id").items():
            found |= self._found(those, histories[product.id])
        said = self._said(claims)
        new = []
        for key, (quantity, amount) in found.items():
            quantity_before, before = said.get(key, (0.0, 0.0))
            if company.currency_id.compare_amounts(amount, before):
                claim, reason = key
                entry = self._prepare_entry(company, partner, reason, amount - before)
                pieces = quantity - quantity_before
                new.append({**entry, "claim_id": claim, "quantity": pieces})
        if new:
            self._take_turn([(company, partner)])
            self.create(new)
            self._take_back_too_much(company, partner)

    @api.model
    def _prepare_entry(self, company, partner, reason: str, amount: float) -> dict:
        return {
            "company_id": company.id,
            "partner_id": partner.id,
            "reason": reason,
            "day": company._today(),
            "amount": company.currency_id.round(amount),
        }

    @api.model
    def _take_back_too_much(self, company, partner) -> None:
        """Hook: what ended a debt that was none, as is known now."""

    def _found(self, claims, events: list[Event]) -> Overpaid:
        """What claims on one product paid too much by now."""
        rounded = claims.currency_id.round
        protections, resales = [], []
        for claim in claims:
            paid = claim.line_ids.filtered(lambda line: line.amount and not line.reason)
            if claim.kind == "protection":
                protections.append(self._protection(claim, paid))
            else:
                resales += [
                    PaidResale(
                        claim.id, -line.sellout_line_id.id, line.quantity, line.amount
                    )
                    for line in paid
                ]
        return {
            **protected_too_much(protections, events, rounded),
            **resold_too_much(resales, events, rounded),
        }

    @api.model
    def _protection(self, claim, paid) -> Protection:
        there = paid.filtered(lambda line: not line.in_transit)
        return Protection(
            claim.id,
            claim.day,
            sum(there.mapped("quantity")),
            sum(there.mapped("amount")),
            frozenset(line._bucket_key() for line in paid),
            tuple(
                OnTheWay(line._bucket_key(), line.quantity, line.amount)
                for line in paid - there
            ),
        )

    def _said(self, claims) -> Overpaid:
        groups = self._read_group(
            Domain("claim_id", "in", claims.ids) & Domain("reason", "!=", "deducted"),
            ["claim_id", "reason"],
            ["quantity:sum", "amount:sum"],
        )
        return {
            (claim.id, reason): (quantity, amount)
            for claim, reason, quantity, amount in groups
        }

    def _deduct(self, claim) -> float:
        """Take off a claim that is being approved what its intermediary owes.

        :param self: in superuser mode, in the intermediary's turn
        :return: how much
        """
        company, partner = claim.company_id, claim.partner_id
        owed = self._balances(company, partner).get((company.id, partner.id))
        less = claim.currency_id.round(deducted(claim.amount, owed or 0.0))
        if not claim.currency_id.is_zero(less):
            entry = self._prepare_entry(company, partner, "deducted", -less)
            self.create({**entry, "claim_id": claim.id})
        return less

    @api.model
    def _balances(self, companies, partners) -> dict[tuple[int, int], float]:
        """What intermediaries owe, by company and intermediary."""
        groups = self._read_group(
            Domain("company_id", "in", companies.ids)
            & Domain("partner_id", "in", partners.ids),
            ["company_id", "partner_id"],
            ["amount:sum"],
        )
        return {
            (company.id, partner.id): company.currency_id.round(amount)
            for company, partner, amount in groups
        }

    @api.model
    def _undone_by_claim(self, claims) -> dict[int, float]:
        """Of how many pieces a resale is undone."""
        groups = self._read_group(
            Domain("claim_id", "in", claims.ids) & Domain("reason", "=", "undone"),
            ["claim_id"],
            ["quantity:sum"],
        )
        return {claim.id: quantity for claim, quantity in groups}
