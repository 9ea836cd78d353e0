from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day

RECENT = 40


class DistributionClaimCorrection(models.Model):
    """How a debt ends that no further claim gives back: written off, or billed.

    Each is an entry over all that is open of an intermediary, and an opposite entry
    takes it back. A write-off of what turns out to be no debt is taken back by itself:
    else it would be paid out as deducted too much.
    """

    _name = "distribution.claim.correction"
    _inherit = ["distribution.claim.correction", "distribution.own.mixin"]

    reopens_id = fields.Many2one(
        "distribution.claim.correction",
        "Takes Back",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    reopened_ids = fields.One2many(
        "distribution.claim.correction", "reopens_id", readonly=True
    )
    standing = fields.Monetary(
        "Still Holds",
        compute="_compute_standing",
        help="How much of a write-off or a bill was not taken back.",
    )
    move_ids = fields.One2many(
        "account.move",
        "distribution_correction_id",
        "Invoices",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    @api.depends("amount", "reason", "reopened_ids.amount")
    def _compute_standing(self):
        for one in self:
            is_end = one.reason in ("written_off", "billed")
            left = -one.amount - sum(one.reopened_ids.mapped("amount"))
            one.standing = one.currency_id.round(left) if is_end else 0.0

    def action_take_back(self):
        """The debt is open again; a bill is cancelled instead."""
        self.env["distribution.claim"]._require_manager()
        self.check_access("read")
        for one in self:
            if one.reason != "written_off":
                raise UserError(
                    self.env._(
                        "%(day)s, %(partner)s: only a write-off is taken back here. "
                        "What was billed is open again once its invoice is cancelled.",
                        day=one.day,
                        partner=one.partner_id.name,
                    )
                )
        # sudo: nobody writes entries by hand; the right was asked
        self.sudo()._take_back()

    def action_open_bills(self):
        self.env["distribution.claim"]._check_may_credit()
        self.check_access("read")
        return self.move_ids._get_records_action() if self.move_ids else None

    def _write_off(self, reason: str) -> None:
        """All that is open of the intermediaries of these entries; once, however often
        it is asked for."""
        self.env["distribution.claim"]._require_manager()
        self.check_access("read")
        entries = []
        for company, partner, owed in self._take_open():
            if owed < 0:
                raise UserError(
                    self.env._(
                        "%s owes nothing: too much was deducted. The next claim gives "
                        "it back, or a credit note.",
                        partner.name,
                    )
                )
            entry = self._prepare_entry(company, partner, "written_off", -owed)
            entries.append({**entry, "note": reason})
        # sudo: as above
        self.sudo().create(entries)

    def _bill(self):
        """Draft an invoice of all that is open, or a credit note where it is below
        zero; those that are drafted already are kept.

        :return: the drafts
        """
        self.env["distribution.claim"]._check_may_credit()
        self.check_access("read")
        # sudo: as above
        entries = self.sudo()
        entries = entries.create(
            [
                self._prepare_entry(company, partner, "billed", -owed)
                for company, partner, owed in self._take_open()
            ]
        )
        # the bills themselves by the rights of whoever invoices
        moves = self.env["account.move"]
        moves._as_system().create([entry._prepare_bill_values() for entry in entries])
        return moves.search(
            Domain("distribution_correction_id.company_id", "in", self.company_id.ids)
            & Domain("distribution_correction_id.partner_id", "in", self.partner_id.ids)
            & Domain("state", "=", "draft")
        )

    def _take_open(self) -> list[tuple]:
        """Company, intermediary and what it owes, where that is not nothing; in turn.

        Two at one moment: the second one finds nothing left.
        """
        whose = {(one.company_id, one.partner_id): None for one in self}
        self._take_turn(whose)
        owed = self._balances(self.company_id, self.partner_id)
        return [
            (company, partner, amount)
            for company, partner in whose
            if (amount := owed.get((company.id, partner.id), 0.0))
        ]

    def _prepare_bill_values(self) -> dict[str, Any]:
        self.ensure_one()
        owed = -self.amount
        moves = self.env["account.move"]
        values = moves._prepare_channel_values(
            "out_invoice" if owed > 0 else "out_refund",
            self,
            self.env._("Claims through %s", written_day(self.env, self.day)),
            [(self.env._("Corrections of earlier claims"), abs(owed))],
        )
        return {**values, "distribution_correction_id": self.id}

    def _take_back(self) -> None:
        """What these ended is open again, as far as it is not yet.

        :param self: in superuser mode
        """
        self._take_turn((one.company_id, one.partner_id) for one in self)
        self.create(
            [one._prepare_taking_back(one.standing) for one in self if one.standing]
        )

    def _prepare_taking_back(self, amount: float) -> dict[str, Any]:
        company, partner = self.company_id, self.partner_id
        entry = self._prepare_entry(company, partner, "reopened", amount)
        return {**entry, "reopens_id": self.id}

    @api.model
    def _take_back_too_much(self, company, partner) -> None:
        super()._take_back_too_much(company, partner)
        owed = self._balances(company, partner).get((company.id, partner.id), 0.0)
        if owed >= 0:
            return
        written_off = self.search(
            Domain("company_id", "=", company.id)
            & Domain("partner_id", "=", partner.id)
            & Domain("reason", "=", "written_off")
        )
        new = []
        for one in written_off:
            back = min(one.standing, -owed)
            if company.currency_id.compare_amounts(back, 0) > 0:
                new.append(one._prepare_taking_back(back))
                owed += back
        self.create(new)

    @api.model
    def _portal_debts(self, partner) -> list[dict[str, Any]]:
        """What an intermediary owes of claims, by company."""
        entries, own = self._portal_own(partner)
        groups = entries._read_group(own, ["company_id"], ["amount:sum"])
        return [
            {
                "company": company.name,
                "amount": company.currency_id.round(amount),
                "currency": company.currency_id,
            }
            for company, amount in groups
        ]

    @api.model
    def _portal_entries(self, partner) -> list[dict[str, Any]]:
        """The latest, without a word of what was said of it in the house."""
        entries, own = self._portal_own(partner)
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        return [
            {
                "day": written_day(self.env, one.day),
                "reason": reasons[one.reason],
                "product": one.product_id.display_name or "",
                "quantity": one.quantity,
                "amount": one.amount,
                "currency": one.currency_id,
            }
            for one in entries.search(own, limit=RECENT)
        ]
