from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain


class LoyaltyPointLiability(models.Model):
    """Proposes the month's journal entry: a draft, which an accountant posts."""

    _inherit = "loyalty.point.liability"

    def action_propose_entry(self):
        """Book the difference to what the books say of this program's points."""
        self.ensure_one()
        self.check_access("create")
        self.env["account.move"].check_access("create")
        # two clicks at once: the second waits and finds the first one's entry
        self.lock_for_update()
        self._check_proposal()
        change = self._change_to_book()
        if self.currency_id.is_zero(change):
            raise UserError(
                self.env._("Nothing to book: the books hold this liability already.")
            )
        move = self.env["account.move"].create(self._prepare_move_values(change))
        # sudo: nobody writes a valuation but itself
        self.sudo().write(
            {
                "move_id": move.id,
                "liability_account_id": self.company_id.point_liability_account_id.id,
            }
        )
        return self.action_open_entry()

    def action_open_entry(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    def _check_proposal(self):
        company = self.company_id
        if self.move_id:
            raise UserError(
                self.env._(
                    "An entry was proposed for this month already: %s.",
                    self.move_id.display_name,
                )
            )
        if self.problem:
            raise UserError(self.problem)
        places = ("liability_account", "deferral_account", "journal")
        for name in (f"point_{place}_id" for place in places):
            if not company[name]:
                raise UserError(
                    self.env._(
                        "Set '%(field)s' of %(company)s in the settings of Invoicing "
                        "first.",
                        field=company._fields[name]._description_string(self.env),
                        company=company.name,
                    )
                )
        accounts = (
            company.point_liability_account_id | company.point_deferral_account_id
        )
        for account in accounts:
            if company.root_id not in account.company_ids.root_id or not account.active:
                raise UserError(
                    self.env._(
                        "The account %(account)s is not in use at %(company)s.",
                        account=account.display_name,
                        company=company.name,
                    )
                )
        locks = company._get_violated_lock_dates(
            self.date, False, company.point_journal_id
        )
        if locks:
            raise UserError(
                self.env._(
                    "The books of %(company)s are locked up to %(day)s.",
                    company=company.name,
                    day=self._say(locks[-1][0]),
                )
            )

    def _change_to_book(self) -> float:
        return self.currency_id.round(self.liability - self._booked())

    def _booked(self) -> float:
        """What the proposed entries of this program, and their reversals, add up to.

        Drafts count: they were proposed. Deleted and cancelled ones do not.
        """
        valuations = self.search(
            self._pool_domain(self.program_id, self.company_id)
            & Domain("liability_account_id", "!=", False)
        )
        # sudo: an accountant sees these; what is booked does not depend on who asks
        Line = self.env["account.move.line"].sudo()
        ours = Domain("move_id.point_liability_id", "in", valuations.ids)
        reversals = Domain(
            "move_id.reversed_entry_id.point_liability_id", "in", valuations.ids
        )
        ((booked,),) = Line._read_group(
            (ours | reversals)
            & Domain("account_id", "in", valuations.liability_account_id.ids)
            & Domain("parent_state", "!=", "cancel")
            & Domain("date", "<=", self.date),
            [],
            ["balance:sum"],
        )
        return -booked

    def _prepare_move_values(self, change) -> dict:
        company = self.company_id
        label = self.env._(
            "Points of %(program)s, %(day)s",
            program=self.program_id.display_name,
            day=self._say(self.date),
        )
        lines = (
            (company.point_deferral_account_id, change),
            (company.point_liability_account_id, -change),
        )
        return {
            "move_type": "entry",
            "date": self.date,
            "ref": label,
            "journal_id": company.point_journal_id.id,
            "company_id": company.id,
            "point_liability_id": self.id,
            "line_ids": [
                Command.create(
                    {
                        "name": label,
                        "account_id": account.id,
                        "debit": max(balance, 0.0),
                        "credit": max(-balance, 0.0),
                    }
                )
                for account, balance in lines
            ],
        }
