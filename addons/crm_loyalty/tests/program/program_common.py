from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import ValueCommon


class ProgramCommon(ValueCommon):
    """Customers with an e-mail and a tag, and short words for programs with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.value_cutoff = False
        cls.tag = cls.env["res.partner.category"].create({"name": "Of the test"})
        cls.segment = cls.env["crm.customer.segment"].create(
            {"name": "Tagged", "tag_ids": cls.tag.ids}
        )
        cls.programs = cls.env["crm.customer.program"].sudo()
        cls.members = cls.env["crm.customer.program.member"].sudo()

    @classmethod
    def _customers(cls, count, **values):
        start = cls.env["res.partner"].search_count([])
        return cls.env["res.partner"].create(
            [
                {
                    "name": f"Customer {start + number}",
                    "email": f"customer{start + number}@example.com",
                    "phone": f"+1 212 555 {start + number:04}",
                    "category_id": [Command.link(cls.tag.id)],
                    **values,
                }
                for number in range(count)
            ]
        )

    @classmethod
    def _program(cls, **values):
        return cls.programs.create(
            {
                "name": "Test",
                "segment_id": cls.segment.id,
                "subject": "Hello",
                "message": "<p>How are you?</p>",
                "medium": "email",
                "control_share": 0,
                **values,
            }
        )

    @classmethod
    def _running(cls, **values):
        program = cls._program(**values)
        program.action_start()
        return program

    @classmethod
    def _make_user(cls, login, groups):
        return new_test_user(cls.env(su=True), login, groups, company_id=cls.company.id)

    def _later(self, days):
        return freeze_time(fields.Datetime.add(fields.Datetime.now(), days=days))

    def _touch(self, program):
        program._touch_step(1000)
        self.env.flush_all()

    def _cron(self, name):
        """A job as the scheduler runs it, where commits end no test."""
        with self.enter_registry_test_mode():
            self.env.ref(f"crm_loyalty.cron_{name}").sudo().method_direct_trigger()
        self.env.invalidate_all()

    def _buy(self, partner, quantity=1, product=None, when=None):
        """A confirmed order of this moment; price 100, cost 60."""
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or self.product).id,
                            "product_uom_qty": quantity,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        if when:
            order.date_order = when
        return order

    def _buy_all(self, quantities):
        """Orders made at once, for tests that need many: a quantity by partner."""
        return self.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "state": "sale",
                    "order_line": [
                        Command.create(
                            {
                                "product_id": self.product.id,
                                "product_uom_qty": quantity,
                            }
                        )
                    ],
                }
                for partner, quantity in quantities.items()
            ]
        )

    def _measure_at_end(self, program):
        """The figures once the last member's window is over."""
        with freeze_time(max(program.member_ids.mapped("observed_until"))):
            program.action_measure()

    def _member(self, program, partner):
        return program.member_ids.filtered(lambda m: m.partner_id == partner)

    def _mails(self, program):
        return (
            self.env["mail.mail"]
            .sudo()
            .search([("mailing_id", "=", program.mailing_id.id)])
        )
