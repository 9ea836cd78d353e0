from odoo import api, fields, models
from odoo.tools import SQL

from .program_words import ARMS, MEMBER_STATES, STOP_REASONS


class CrmCustomerProgramMember(models.Model):
    """A customer or lead in a program: drawn into an arm once, touched or held back.

    Nobody has the right to write this: members come in by the program's enrolment, and
    their outcome is read off orders and credit notes.
    """

    _name = "crm.customer.program.member"
    _description = "Member of a Customer Program"
    # a thread, since mailings go to threads only
    _inherit = ["mail.thread", "suite.customer.data.mixin"]
    _order = "id desc"
    _rec_name = "partner_id"
    # a hundred thousand at once; who enrolled them is the program
    _log_access = False

    program_id = fields.Many2one(
        "crm.customer.program", required=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(related="program_id.kind")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    lead_id = fields.Many2one(
        "crm.lead", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    arm = fields.Selection(ARMS, required=True, readonly=True)
    draw = fields.Float(
        readonly=True,
        required=True,
        aggregator=None,
        help="From 0 to 1, by program and customer; below the share, it is held back.",
    )
    state = fields.Selection(
        MEMBER_STATES, required=True, readonly=True, default="enrolled"
    )
    stop_reason = fields.Selection(STOP_REASONS, readonly=True)
    enrolled_at = fields.Datetime("Enrolled", required=True, readonly=True)
    observed_until = fields.Datetime(required=True, readonly=True)

    next_touch_on = fields.Date(readonly=True)
    blocked_on = fields.Date(
        "Not Contactable On",
        readonly=True,
        help="Last day on which the customer should have been touched but might not "
        "be contacted; tried again every day.",
    )
    touched_at = fields.Datetime("Touched", readonly=True)
    touch_count = fields.Integer("Touches", readonly=True, required=True, default=0)
    card_id = fields.Many2one("loyalty.card", "Coupon", readonly=True, index=True)
    offer_until = fields.Date(readonly=True)
    cost = fields.Monetary(readonly=True)

    responded_at = fields.Datetime(
        "Responded",
        readonly=True,
        help="First success after the touch; after enrolment for who was held back.",
    )
    succeeded_at = fields.Datetime(
        "Success",
        readonly=True,
        help="First purchase that the program is about, from enrolment on.",
    )
    success = fields.Float(
        "Success Rate", readonly=True, aggregator="avg", help="1 with a success, or 0."
    )
    revenue = fields.Monetary(readonly=True, help="From enrolment, while observed.")
    margin = fields.Monetary(readonly=True, help="From enrolment, while observed.")
    margin_before = fields.Monetary(
        readonly=True, help="In as many days before enrolment."
    )
    measured_on = fields.Date(readonly=True)

    _program_partner_uniq = models.UniqueIndex(
        "(program_id, partner_id)", "A customer is in a program once."
    )
    _program_lead_uniq = models.UniqueIndex(
        "(program_id, lead_id)", "A lead is in a program once."
    )
    _next_touch_idx = models.Index(
        "(program_id, next_touch_on) WHERE next_touch_on IS NOT NULL"
    )
    _who_range = models.Constraint(
        "CHECK (num_nonnulls(partner_id, lead_id) = 1)",
        "A member is a customer or a lead.",
    )
    _control_range = models.Constraint(
        "CHECK (arm <> 'control' OR (touch_count = 0 AND touched_at IS NULL"
        " AND next_touch_on IS NULL AND card_id IS NULL AND offer_until IS NULL"
        " AND coalesce(cost, 0) = 0))",
        "Who is held back is never touched.",
    )
    _draw_range = models.Constraint(
        "CHECK (draw >= 0 AND draw < 1)", "A draw lies between 0 and 1."
    )

    @api.depends("partner_id", "lead_id")
    def _compute_display_name(self):
        for member in self:
            who = member.partner_id or member.lead_id
            member.display_name = who.display_name

    def _visible_customers_sql(self, query) -> SQL:
        """A lead has no customer yet: the record rules decide by its salesperson."""
        visible = super()._visible_customers_sql(query)
        customer = self._field_to_sql(query.table, "partner_id", query)
        return SQL("(%s OR %s IS NULL)", visible, customer)

    def action_open_who(self):
        """The customer's or the lead's own page."""
        self.ensure_one()
        self.check_access("read")
        who = self.partner_id or self.lead_id
        return {
            "type": "ir.actions.act_window",
            "res_model": who._name,
            "res_id": who.id,
            "view_mode": "form",
        }

    @api.model
    def _merge_customers(self, sources, target) -> None:
        """Of members who become one the touched one stays, then the older one."""
        self._gather(
            "partner_id", [*sources.ids, target.id], target.commercial_partner_id.id
        )

    @api.model
    def _gather(self, column: str, ids: list[int], target: int) -> None:
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM crm_customer_program_member WHERE id IN (
                    SELECT id FROM (
                        SELECT id, row_number() OVER (
                                   PARTITION BY program_id
                                   ORDER BY touch_count DESC, enrolled_at, id) AS place
                          FROM crm_customer_program_member WHERE %(who)s IN %(ids)s
                    ) ranked WHERE place > 1)
                """,
                who=SQL.identifier(column),
                ids=tuple({*ids, target}),
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_program_member SET %(who)s = %(target)s
                 WHERE %(who)s IN %(ids)s
                """,
                who=SQL.identifier(column),
                ids=tuple(ids),
                target=target,
            )
        )
        self.invalidate_model()
