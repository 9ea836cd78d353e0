from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .program_words import KINDS, MEDIUMS, OFFERS, STATES

# Written by the program's own actions and jobs alone.
KEPT_FIELDS = {
    *("state", "halt_reason", "draw_key", "spent", "enrolled_on", "measured_on"),
    *("enrolled_count", "control_count", "touched_count", "responded_count"),
    *("treated_rate", "control_rate", "rate_difference", "rate_low", "rate_high"),
    *("margin_difference", "margin_low", "margin_high", "enough", "more_needed"),
    *("extra_margin", "return_on_cost", "success_count", "success_cost"),
    *("rate_enough", "rate_more_needed", "interval_known"),
    *("margin_by_week", "mailing_id"),
}
# What the two arms are compared by: fixed as soon as there are members.
FIXED_FIELDS = {
    *("kind", "company_id", "control_share", "window_days"),
    *("target_product_ids", "target_categ_ids"),
}


class CrmCustomerProgram(models.Model):
    """Who shall be won, kept, won back or sold more to, how, and what it brought.

    A program enrols its segment's customers, holds a share of them back by a draw that
    is made once, touches the others, and compares what both buy in the same time.
    """

    _name = "crm.customer.program"
    _description = "Customer Program"
    _inherit = ["mail.thread"]
    _order = "state desc, date_start desc, id desc"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(KINDS, "Goal", required=True, default="retention")
    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", copy=False, tracking=True
    )
    halt_reason = fields.Char(
        readonly=True, copy=False, help="Why the program paused by itself."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Makes the calls for customers without a salesperson.",
    )

    segment_id = fields.Many2one(
        "crm.customer.segment", index="btree_not_null", ondelete="restrict"
    )
    exclude_segment_ids = fields.Many2many(
        "crm.customer.segment", string="Leave Out", ondelete="restrict"
    )
    leave_out_running = fields.Boolean(
        "Leave Out Members of Other Programs",
        default=True,
        help="Who is in another program now, held back or not: two programs at once "
        "spoil the comparison of both.",
    )
    lead_domain = fields.Char("Leads", help="Open leads that are enrolled too.")
    target_product_ids = fields.Many2many(
        "product.product",
        "crm_customer_program_product_rel",
        string="Products to Sell",
        ondelete="restrict",
    )
    target_categ_ids = fields.Many2many(
        "product.category",
        "crm_customer_program_category_rel",
        string="Categories to Sell",
        ondelete="restrict",
        help="With the categories below them.",
    )

    offer = fields.Selection(OFFERS, required=True, default="none")
    loyalty_program_id = fields.Many2one(
        "loyalty.program",
        "Coupon Program",
        domain="[('program_type', '=', 'coupons'),"
        " ('company_id', 'in', [False, company_id])]",
        ondelete="restrict",
        help="Each member who is touched gets a coupon of his own.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        domain="[('company_id', 'in', [False, company_id])]",
        ondelete="restrict",
        help="Quotations to a member have these terms until the offer ends.",
    )
    tier_id = fields.Many2one(
        "loyalty.tier",
        domain="[('company_id', 'in', [False, company_id])]",
        ondelete="restrict",
        help="Each member who is touched is invited to it until the offer ends.",
    )
    offer_days = fields.Integer("Offer Lasts (Days)", default=30)
    offer_cost = fields.Monetary(
        "Cost of an Offer",
        help="What it costs beyond the discount, which the margin of the orders bears "
        "already: a gift, the wait for the payment.",
    )

    medium = fields.Selection(MEDIUMS, required=True, default="email")
    subject = fields.Char(help="Of the e-mail, or what the call is about.")
    message = fields.Html(help="What the customer reads.")
    script = fields.Html(help="What to say, for the salesperson.")
    mailing_id = fields.Many2one(
        "mailing.mailing",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    touch_cost = fields.Monetary(
        "Cost of a Touch", help="Postage, or the time that a call takes."
    )
    reminder_days = fields.Integer(
        "Remind Once After (Days)",
        help="Who has not responded by then is touched a second time; 0 means never.",
    )

    date_start = fields.Date("From", required=True, default=fields.Date.context_today)
    date_end = fields.Date("To", help="Nobody is touched after this day.")
    recurring = fields.Boolean(
        "Enrol Every Night",
        default=True,
        help="Whoever comes into the segment later is enrolled too.",
    )
    budget = fields.Monetary(help="0 means no limit.")
    spent = fields.Monetary(readonly=True, copy=False)
    control_share = fields.Float(
        "Held Back",
        default=0.10,
        help="This share of the customers is not touched, to see what they do anyway.",
    )
    window_days = fields.Integer(
        "Observe (Days)",
        default=90,
        help="What a member buys in so many days from enrolment counts, touched or "
        "held back.",
    )
    draw_key = fields.Char(
        readonly=True, copy=False, required=True, default=lambda self: uuid4().hex
    )

    member_ids = fields.One2many("crm.customer.program.member", "program_id")
    enrolled_on = fields.Date(
        "Last Enrolment", readonly=True, copy=False, help="Day on which it was done."
    )
    problem = fields.Char(
        compute="_compute_problem", help="Why the program cannot run as it is."
    )

    _control_share_range = models.Constraint(
        "CHECK (control_share >= 0 AND control_share <= 0.5)",
        "Hold back between 0 and 50 %.",
    )
    _period_range = models.Constraint(
        "CHECK (date_start <= date_end)", "The program ends before it begins."
    )
    _days_range = models.Constraint(
        "CHECK (window_days BETWEEN 1 AND 1000 AND offer_days BETWEEN 1 AND 1000"
        " AND reminder_days BETWEEN 0 AND 1000)",
        "Observe and offer for 1 to 1,000 days; remind after at most 1,000.",
    )
    _costs_range = models.Constraint(
        "CHECK (touch_cost >= 0 AND offer_cost >= 0 AND budget >= 0)",
        "Costs and budget cannot be negative.",
    )
    _spent_range = models.Constraint(
        "CHECK (coalesce(budget, 0) = 0 OR coalesce(spent, 0) <= budget)",
        "More than that has been spent already.",
    )

    @api.depends(
        *("kind", "segment_id", "exclude_segment_ids", "lead_domain", "state"),
        *("segment_id.active", "target_product_ids", "target_categ_ids", "medium"),
        *("offer", "loyalty_program_id.active", "payment_term_id.active"),
        "tier_id.program_id.state",
        *("subject", "message", "mailing_id"),
    )
    def _compute_problem(self):
        for program in self:
            problem = ""
            if program.state in ("running", "paused"):
                problem = next(iter(program._problems()), "")
            program.problem = problem

    @api.constrains("segment_id", "exclude_segment_ids")
    def _check_circular(self):
        for program in self:
            if problem := program._circular_problem():
                raise ValidationError(problem)

    @api.constrains("subject")
    def _check_subject(self):
        """Odoo evaluates what stands in double braces; the jobs do so as superuser."""
        if any("{{" in (program.subject or "") for program in self):
            raise ValidationError(self.env._("A subject has no placeholders."))

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            self._check_kept(values)
        return super().create(vals_list)

    def write(self, vals):
        self._check_kept(vals)
        if FIXED_FIELDS.intersection(vals):
            self._check_fixed(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(program.state != "draft" for program in self):
            raise UserError(
                self.env._("A program that has run is archived, not deleted.")
            )

    def _check_kept(self, values: dict) -> None:
        if not self.env.su and KEPT_FIELDS.intersection(values):
            raise UserError(
                self.env._("State and results follow from what the program does.")
            )

    def _check_fixed(self, values: dict) -> None:
        """Members enrolled under another rule could not be compared with later ones."""
        # sudo: whoever may write the program need not see all its members
        enrolled = self.sudo().filtered("member_ids")
        for program in enrolled:
            for name in FIXED_FIELDS.intersection(values):
                field = self._fields[name]
                old = field.convert_to_write(program[name], program)
                new = field.convert_to_write(
                    field.convert_to_cache(values[name], program, validate=False),
                    program,
                )
                if field.type == "many2many" or old != new:
                    raise UserError(
                        self.env._(
                            "“%(field)s” cannot change once customers are enrolled: "
                            "make a copy of the program.",
                            field=field._description_string(self.env),
                        )
                    )
