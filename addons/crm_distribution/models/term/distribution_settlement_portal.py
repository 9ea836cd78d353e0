from typing import Any

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day

RECENT = 40
ACCOUNT = ["company_id", "kind", "currency_id"]


class DistributionSettlement(models.Model):
    """What an intermediary sees of its own money, as values by name."""

    _name = "distribution.settlement"
    _inherit = ["distribution.settlement", "distribution.own.mixin"]

    @api.model
    def _portal_own(self, partner):
        settlements, own = super()._portal_own(partner)
        return settlements, own & Domain("is_cancelled", "=", False)

    @api.model
    def _portal_statements(self, partner, limit: int, offset: int) -> list[dict]:
        settlements, own = self._portal_own(partner)
        found = settlements.search(own, limit=limit, offset=offset)
        return [one._portal_values() for one in found]

    @api.model
    def _portal_has_money(self, partner) -> bool:
        entries, own = self._portal_entries(partner)
        return bool(entries.search_count(own, limit=1))

    @api.model
    def _portal_entries(self, partner):
        # sudo: whoever asks acts for this company
        return self.env["distribution.accrual"].sudo(), Domain(
            "partner_id", "=", partner.id
        )

    @api.model
    def _portal_balances(self, partner) -> list[dict[str, Any]]:
        """Earned, coming and payable, by company, kind and currency."""
        entries, own = self._portal_entries(partner)
        labels = dict(self._fields["kind"]._description_selection(self.env))
        settled = {
            tuple(key): amount
            for *key, amount in entries._read_group(
                own & Domain("state", "=", "settled"), ACCOUNT, ["payable:sum"]
            )
        }
        balances = []
        for company, kind, currency, *sums in entries._read_group(
            own,
            ACCOUNT,
            ["projected:sum", "earned:sum", "payable:sum", "closed:sum"],
        ):
            projected, earned, payable, closed = map(currency.round, sums)
            paid = settled.get((company, kind, currency), 0.0)
            balances.append(
                {
                    "company": company.name,
                    "kind": labels[kind],
                    "currency": currency,
                    "projected": projected,
                    "earned": currency.round(earned - closed),
                    "coming": currency.round(earned - payable - closed),
                    "payable": currency.round(payable - paid),
                    "settled": currency.round(paid),
                }
            )
        return balances

    @api.model
    def _portal_earned(self, partner) -> list[dict[str, Any]]:
        """The latest entries, without a word of the customer."""
        entries, own = self._portal_entries(partner)
        labels = dict(entries._fields["reason"]._description_selection(self.env))
        found = entries.search(own & Domain("reason", "!=", "projection"), limit=RECENT)
        return [
            {
                "day": written_day(self.env, entry.date),
                "term": entry.term_id.name,
                "reason": labels[entry.reason],
                "product": entry.product_id.display_name or "",
                "rate": entry.rate,
                "is_percent": entry.term_id.measure != "piece",
                "earned": entry.earned,
                "payable": entry.payable,
                "currency": entry.currency_id,
            }
            for entry in found
        ]

    @api.model
    def _portal_terms(self, partner) -> list[dict[str, Any]]:
        """What it may earn by, what is missing to the next tier, and until when."""
        # sudo: its own terms, whoever of its people asks
        terms = self.env["distribution.term"].sudo()
        # sudo: and its own level
        grade = partner.sudo().grade_id
        today = self.env.company._today()
        found = terms.search(
            Domain("state", "=", "active")
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", today))
            & (
                Domain("partner_id", "=", partner.id)
                | (
                    Domain("agreement_id.partner_id", "=", partner.id)
                    & Domain("agreement_id.state", "=", "active")
                )
                | Domain("grade_id", "in", grade.ids)
            )
        )
        return [term._portal_values(partner) for term in found]

    def _portal_values(self) -> dict[str, Any]:
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        states = dict(self._fields["state"]._description_selection(self.env))
        return {
            "number": self.id,
            "name": self.name,
            "kind": kinds[self.kind],
            "state": self.state,
            "state_name": self.env._("Paid") if self._is_paid() else states[self.state],
            "company": self.company_id.name,
            "day": written_day(self.env, self.date_to),
            "amount": self.amount,
            "billed": self.amount_billed,
            "disputed": self.amount_disputed,
            "currency": self.currency_id,
        }

    def _is_paid(self) -> bool:
        """Whether all that was billed is paid, and nothing else is left."""
        self.ensure_one()
        # sudo: that it is paid is said to whoever sees the statement, its bills are not
        bills = self.sudo().move_ids.filtered(lambda move: move.state == "posted")
        return (
            self.state == "billed"
            and bool(bills)
            and set(bills.mapped("payment_state")) <= {"paid", "in_payment"}
        )

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.name

    def _portal_page(self) -> dict[str, Any]:
        """
        :param self: in superuser mode, from `_portal_one`
        """
        return self._portal_values() | {"lines": self._statement_lines()}

    def _statement_lines(self) -> list[dict[str, Any]]:
        """As it stands on paper and in the portal: no customer, no other's name."""
        reasons = dict(
            self.env["distribution.accrual"]
            ._fields["reason"]
            ._description_selection(self.env)
        )
        states = dict(self.line_ids._fields["state"]._description_selection(self.env))
        return [
            {
                "day": written_day(self.env, line.date),
                "term": line.term_id.name,
                "reason": reasons[line.accrual_id.reason],
                "document": line.document_id.name or line.order_id.name or "",
                "product": line.product_id.display_name or "",
                "source": line.source_amount,
                "source_currency": line.source_currency_id,
                "rate": line.rate,
                "is_percent": line.term_id.measure != "piece",
                "amount": line.amount,
                "written_off": line.written_off,
                "state": line.state,
                "state_name": states[line.state],
                "outcome": line.outcome or line.dispute_reason or "",
            }
            for line in self.line_ids.sorted(lambda line: (line.date, line.id))
        ]
