from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..models.program.program_words import KINDS, MEDIUMS, NUMBER_LIMITS, OFFERS
from .program_templates import segment_values, template

STEPS = [("1", "Goal"), ("2", "Customers"), ("3", "Contact and Offer")]


class CrmCustomerProgramCreate(models.TransientModel):
    """Three steps from a goal to a running program, each filled in already."""

    _name = "crm.customer.program.create"
    _description = "New Campaign"
    _inherit = "suite.number.mixin"
    _number_limits = NUMBER_LIMITS

    step = fields.Selection(STEPS, required=True, default="1")
    kind = fields.Selection(KINDS, "Goal", required=True, default="retention")
    explanation = fields.Text(compute="_compute_explanation")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    audience = fields.Selection(
        [("ready", "Ready-Made"), ("segment", "A Segment of Yours")],
        required=True,
        default=lambda self: (
            "segment" if self.env.context.get("default_segment_id") else "ready"
        ),
    )
    audience_name = fields.Char("Customers", compute="_compute_explanation")
    segment_id = fields.Many2one("crm.customer.segment")
    bought_product_ids = fields.Many2many(
        "product.product", "crm_program_create_bought_rel", string="Who Bought"
    )
    target_product_ids = fields.Many2many(
        "product.product", "crm_program_create_target_rel", string="Products to Sell"
    )
    customer_count = fields.Integer("In It Now", compute="_compute_customer_count")
    reach_words = fields.Char("To Be Reached", compute="_compute_customer_count")
    preview = fields.Html(compute="_compute_preview")

    name = fields.Char(
        "Campaign", compute="_compute_template", store=True, readonly=False
    )
    medium = fields.Selection(
        MEDIUMS, compute="_compute_template", store=True, readonly=False
    )
    subject = fields.Char(compute="_compute_template", store=True, readonly=False)
    message = fields.Html(
        "What the Customer Reads",
        compute="_compute_template",
        store=True,
        readonly=False,
    )
    script = fields.Html(
        "What to Say", compute="_compute_template", store=True, readonly=False
    )
    offer = fields.Selection(OFFERS, required=True, default="none")
    loyalty_program_id = fields.Many2one(
        "loyalty.program",
        "Coupon Program",
        domain="[('program_type', '=', 'coupons'),"
        " '|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]",
    )
    payment_term_id = fields.Many2one("account.payment.term")
    tier_id = fields.Many2one(
        "loyalty.tier", domain="[('company_id', 'parent_of', company_id)]"
    )
    offer_days = fields.Integer("Offer Lasts (Days)", default=30)
    control_share = fields.Float("Control Group", default=0.10)
    touch_cost = fields.Monetary("Cost of a Contact")
    budget = fields.Monetary(help="0 means no limit.")
    date_end = fields.Date("Until")

    @api.depends_context("lang")
    @api.depends("kind")
    def _compute_explanation(self):
        for wizard in self:
            words = template(self.env, wizard.kind or "retention")
            wizard.explanation = words["explanation"]
            wizard.audience_name = words["audience_name"]

    @api.depends("kind")
    def _compute_template(self):
        for wizard in self:
            words = template(self.env, wizard.kind or "retention")
            for name in ("name", "medium", "subject", "message", "script"):
                wizard[name] = words[name]

    @api.depends(
        "kind",
        "audience",
        "segment_id",
        "bought_product_ids",
        "target_product_ids",
        "medium",
    )
    def _compute_customer_count(self):
        """Who is in it, and who of them can be reached: said from the first step on."""
        for wizard in self:
            recipients, domain = wizard._recipients()
            wizard.customer_count = recipients.search_count(domain)
            program = self.env["crm.customer.program"].new({"medium": wizard.medium})
            wizard.reach_words = not domain.is_false() and program._reach_in_words(
                recipients, domain
            )

    def _recipients(self) -> tuple:
        """The model of those whom the program is for, and which of them."""
        customers = self.env["res.partner"]
        if self.audience == "segment":
            segment = self.segment_id
        elif self.kind == "acquisition":
            program = self.env["crm.customer.program"].new(
                self._prepare_program_values()
            )
            return self.env["crm.lead"], program._leads_domain()
        elif self.kind == "cross_sell" and not (
            self.bought_product_ids and self.target_product_ids
        ):
            return customers, Domain.FALSE
        else:
            segment = self.env["crm.customer.segment"].new(self._segment_values())
        if not segment or segment.problem:
            return customers, Domain.FALSE
        return customers, segment._customers_domain()

    @api.depends_context("lang")
    @api.depends(
        "medium",
        "message",
        "offer",
        "loyalty_program_id",
        "tier_id",
        "payment_term_id",
        "offer_days",
    )
    def _compute_preview(self):
        for wizard in self:
            program = self.env["crm.customer.program"].new(
                wizard._prepare_program_values()
            )
            wizard.preview = wizard.medium == "email" and program._email_preview()

    def action_send_test(self):
        """The e-mail as a member would get it, to whoever writes it."""
        self.ensure_one()
        user = self.env.user
        if not user.email:
            raise UserError(self.env._("You have no e-mail address yourself."))
        if not (self.subject or "").strip():
            raise UserError(self.env._("Write a subject for the e-mail."))
        # sudo: one message to oneself
        self.env["mail.mail"].sudo().create(
            {
                "subject": self.env._("[TEST] %s", self.subject),
                "body_html": self.preview,
                "email_to": user.email_formatted,
                "email_from": user.email_formatted,
                "auto_delete": True,
            }
        )
        # sudo: whoever writes may have it sent
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("A test is on its way to %s.", user.email),
            },
        }

    def action_next(self):
        self.ensure_one()
        if self.step == "2":
            self._check_customers()
        self.step = str(min(int(self.step) + 1, len(STEPS)))
        return self._reopen()

    def action_back(self):
        self.ensure_one()
        self.step = str(max(int(self.step) - 1, 1))
        return self._reopen()

    def action_create_draft(self):
        return self._open(self._create_program())

    def action_create_and_start(self):
        program = self._create_program()
        program.action_start()
        return self._open(program)

    def _create_program(self):
        self.ensure_one()
        self._check_customers()
        values = self._prepare_program_values()
        if self.audience == "segment":
            values["segment_id"] = self.segment_id.id
        elif self.kind != "acquisition":
            values["segment_id"] = self._ready_segment().id
        return self.env["crm.customer.program"].create(values)

    def _prepare_program_values(self) -> dict:
        names = (
            "name",
            "kind",
            "medium",
            "subject",
            "message",
            "script",
            "offer",
            "offer_days",
            "control_share",
            "touch_cost",
            "budget",
            "date_end",
        )
        values = {name: self[name] for name in names}
        values["company_id"] = self.company_id.id
        if self.offer == "discount":
            values["loyalty_program_id"] = self.loyalty_program_id.id
        if self.offer == "tier":
            values["tier_id"] = self.tier_id.id
        if self.offer == "payment_term":
            values["payment_term_id"] = self.payment_term_id.id
        if self.kind == "cross_sell":
            values["target_product_ids"] = [Command.set(self.target_product_ids.ids)]
        if self.kind == "acquisition" and self.audience == "ready":
            values["lead_domain"] = "[('create_date', '>=', 'today -90d')]"
        return values

    def _segment_values(self) -> dict:
        return segment_values(
            self.kind,
            self.audience_name,
            self.company_id,
            bought=self.bought_product_ids.ids,
            target=self.target_product_ids.ids,
        )

    def _ready_segment(self):
        """The segment of this kind that was made before, or a new one."""
        segments = self.env["crm.customer.segment"]
        values = self._segment_values()
        if self.kind != "cross_sell":
            known = [(name, "=", value) for name, value in values.items()]
            for segment in segments.search(known):
                if not segment.problem:
                    return segment
        return segments.create(values)

    def _check_customers(self) -> None:
        if self.audience == "segment" and not self.segment_id:
            raise UserError(self.env._("Choose a segment."))
        if self.kind == "cross_sell":
            if not self.target_product_ids:
                raise UserError(self.env._("Choose the products to sell."))
            if self.audience == "ready" and not self.bought_product_ids:
                raise UserError(self.env._("Choose what the customers bought."))

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Campaign"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _open(self, program):
        return {
            "type": "ir.actions.act_window",
            "name": program.name,
            "res_model": "crm.customer.program",
            "res_id": program.id,
            "view_mode": "form",
        }
