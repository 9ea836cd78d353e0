from datetime import date

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import new_test_user

from ..deal.deal_common import DealCommon

DAY = date(2027, 3, 1)


class TermCommon(DealCommon):
    """Buyers and agents with terms; invoices, credit notes, orders and payments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls.env["distribution.term"]
        cls.entries = cls.env["distribution.accrual"]
        cls.settlements = cls.env["distribution.settlement"]
        cls.buyer = cls._customer()
        cls.accountant = new_test_user(
            cls.env, "term_accountant", "account.group_account_user"
        )

    @classmethod
    def _term(cls, partner=None, rate=10.0, tiers=(), **values):
        """A rebate for what X buys, of 10 % of what was invoiced."""
        values.setdefault("kind", "rebate")
        values.setdefault("name", "Rebate")
        values.setdefault("date_from", date(2027, 1, 1))
        if not {"grade_id", "agreement_id"} & values.keys():
            values["partner_id"] = (partner or cls.x).id
        term = cls.terms.create(
            {
                "rate": rate,
                "tier_ids": [
                    Command.create({"turnover_from": start, "rate": tier})
                    for start, tier in tiers
                ],
                **values,
            }
        )
        term.action_activate()
        term.is_walked = True
        return term

    @classmethod
    def _invoice(cls, *amounts, partner=None, day=DAY, post=True, **values):
        """A line of the pump for each amount; a pair names the product too."""
        lines = []
        for amount in amounts:
            product, price, quantity = cls.pump, amount, 1
            if isinstance(amount, tuple):
                product, price, quantity = (*amount, 1)[:3]
            lines.append(
                Command.create(
                    {
                        "product_id": product.id,
                        "price_unit": price,
                        "quantity": quantity,
                        "tax_ids": [Command.clear()],
                    }
                )
            )
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or cls.x).id,
                "invoice_date": day,
                "invoice_line_ids": lines,
                **values,
            }
        )
        if post:
            invoice.action_post()
        return invoice

    def _credit(self, invoice, day=DAY, amount=None, quantity=None):
        credit = invoice._reverse_moves(
            [{"invoice_date": day, "date": day}], cancel=False
        )
        if amount is not None:
            credit.invoice_line_ids.price_unit = amount
        if quantity is not None:
            credit.invoice_line_ids.quantity = quantity
        credit.action_post()
        return credit

    def _settle_with(self, invoice, credit):
        lines = (invoice | credit).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        # Odoo does it by itself where the credit note names the invoice
        lines.filtered(lambda line: not line.reconciled).reconcile()

    def _pay(self, invoice, amount=None, day=DAY, **values):
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard = register.create({"payment_date": day})
        if amount is not None:
            wizard.amount = amount
        wizard.write(values)
        return wizard._create_payments()

    def _order(self, *amounts, partner=None, quantity=1, confirm=True, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.buyer).id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.pump.id,
                            "product_uom_qty": quantity,
                            "price_unit": amount,
                        }
                    )
                    for amount in amounts
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def _shares(self, **percents):
        return {
            "distribution_share_ids": [
                Command.create({"partner_id": getattr(self, name).id, "percent": share})
                for name, share in percents.items()
            ]
        }

    def _bill(self, order, day=DAY):
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def _sums(self, partner=None, term=None, **domain):
        """Earned, payable and closed."""
        self.env.flush_all()
        found = [("partner_id", "=", (partner or self.x).id)]
        found += [("term_id", "=", term.id)] if term else []
        found += [(name, "=", value) for name, value in domain.items()]
        ((earned, payable, closed),) = self.entries._read_group(
            found, [], ["earned:sum", "payable:sum", "closed:sum"]
        )
        return tuple(round(value or 0.0, 6) for value in (earned, payable, closed))

    def _projected(self, partner=None):
        self.env.flush_all()
        ((projected,),) = self.entries._read_group(
            [("partner_id", "=", (partner or self.x).id)], [], ["projected:sum"]
        )
        return round(projected or 0.0, 6)

    def _run(self, through=date(2027, 12, 31), minimum=0.0):
        return self.settlements.sudo()._run(self.company, through, minimum)

    def _on(self, day):
        clock = freeze_time(day)
        clock.start()
        self.addCleanup(clock.stop)
