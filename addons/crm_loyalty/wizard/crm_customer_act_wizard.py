from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

from ..models.leaving.act_words import BACK_AFTER, KINDS, MOST_DAYS, REASONS
from ..models.program.program_words import CONTACT_MEDIA

MOST = 1000
# What each kind needs to be known and allowed of a customer.
MEDIA = {"call": CONTACT_MEDIA["call"], "email": CONTACT_MEDIA["email"]}


class CrmCustomerActWizard(models.TransientModel):
    """Act on customers who are leaving: one, or all that were ticked in the list."""

    _name = "crm.customer.act.wizard"
    _description = "Act on Leaving Customers"
    _inherit = "suite.number.mixin"

    kind = fields.Selection(KINDS, "What", required=True, default="call")
    value_ids = fields.Many2many(
        "crm.customer.value",
        string="Customers",
        default=lambda self: self._chosen_values(),
    )
    count = fields.Integer("Customers Chosen", compute="_compute_reach")
    left_out_words = fields.Char("Left Out", compute="_compute_reach")
    until = fields.Date(
        "Back in the List After",
        compute="_compute_until",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="Who is still leaving then is to be contacted again.",
    )

    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain=[("share", "=", False)],
        help="Empty: each customer's own salesperson, or else you.",
    )
    date_deadline = fields.Date("Call On", default=fields.Date.context_today)
    subject = fields.Char(
        compute="_compute_words",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    script = fields.Html(
        "What to Say",
        compute="_compute_words",
        store=True,
        precompute=True,
        readonly=False,
    )
    message = fields.Html(
        "What the Customer Reads",
        compute="_compute_words",
        store=True,
        precompute=True,
        readonly=False,
    )
    skip_pursued = fields.Boolean(
        "Leave Out Who Has One Open",
        default=True,
        help="Customers with an open opportunity get no second one.",
    )
    program_id = fields.Many2one(
        "crm.customer.program", domain="[('state', '=', 'running')]"
    )
    reason = fields.Selection(REASONS, "Because")
    note = fields.Char(help="For whoever looks at it later.")

    @api.model
    def _chosen_values(self):
        if self.env.context.get("active_model") != "crm.customer.value":
            return self.env["crm.customer.value"]
        chosen = self.env.context.get("active_ids") or []
        return self.env["crm.customer.value"].search([("id", "in", chosen)])

    @api.depends("kind")
    def _compute_until(self):
        for wizard in self:
            days = BACK_AFTER[wizard.kind or "call"]
            wizard.until = fields.Date.add(self.env.company._today(), days=days)

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_words(self):
        for wizard in self:
            wizard.subject = {
                "call": self.env._("We have not heard from you for a while"),
                "opportunity": self.env._("Win back"),
                "email": self.env._("How are you getting on?"),
            }.get(wizard.kind) or dict(KINDS).get(wizard.kind)
            wizard.script = self.env._(
                "Ask how things are going and whether anything went wrong. Do not sell."
            )
            wizard.message = self.env._(
                "You usually order about now. Is there anything we can do for you? "
                "Just reply to this message."
            )

    @api.depends("kind", "value_ids", "skip_pursued", "program_id")
    def _compute_reach(self):
        for wizard in self:
            customers = wizard.value_ids._origin.partner_id
            wizard.count = len(customers)
            left_out = len(customers - wizard._reachable(customers))
            wizard.left_out_words = wizard._left_out_in_words(left_out)

    def _reachable(self, customers):
        """Those with whom this can be done; a few queries for them all."""
        if medium := MEDIA.get(self.kind):
            return customers._may_contact(medium, "marketing")
        if self.kind == "opportunity":
            company = self.value_ids.company_id[:1] or self.env.company
            pursuable = self.env["res.partner"]._pursuable_domain(
                company,
                segment=self.env["crm.customer.segment"],
                chosen=customers,
                skip_pursued=self.skip_pursued,
            )
            return customers & self.env["res.partner"].search(pursuable)
        return customers

    def _left_out_in_words(self, count: int) -> str:
        if not count:
            return ""
        if self.kind == "call":
            return self.env._("%s have no phone number, or may not be called.", count)
        if self.kind == "email":
            return self.env._(
                "%s have no e-mail address, or want no more messages.", count
            )
        return self.env._("%s have an open opportunity already.", count)

    def action_do(self):
        """Do it for all who can be reached, and take them out of the list."""
        self.ensure_one()
        values = self._check_values()
        customers = self._reachable(values.partner_id)
        if not customers:
            raise UserError(
                self.left_out_words or self.env._("Choose customers in the list.")
            )
        done = getattr(self, f"_do_{self.kind}")(customers)
        self._note(values, done)
        if self.kind == "opportunity" and len(done) == 1:
            [facts] = done.values()
            return {
                "type": "ir.actions.act_window",
                "res_model": "crm.lead",
                "res_id": facts["lead_id"],
                "views": [(False, "form")],
            }
        return self._say(len(values), len(done))

    def _check_values(self):
        """The rows that were chosen, all of which this user may see."""
        values = self.value_ids
        values.check_access("read")
        if len(values.company_id) > 1:
            raise UserError(self.env._("Choose customers of one company at a time."))
        if len(values) > MOST:
            raise UserError(
                self.env._("Choose at most %s customers at a time.", f"{MOST:,}")
            )
        if not self.subject.strip():
            raise UserError(self.env._("Say what it is about."))
        today = (values.company_id or self.env.company)._today()
        if not today <= self.until <= fields.Date.add(today, days=MOST_DAYS):
            raise UserError(
                self.env._(
                    "The day after which customers come back lies in the next %s days.",
                    MOST_DAYS,
                )
            )
        return values

    def _note(self, values, done: dict) -> None:
        company = values.company_id
        # sudo: kept by the system, changed by nobody
        self.env["crm.customer.act"].sudo().create(
            [
                {
                    "partner_id": customer.id,
                    "company_id": company.id,
                    "user_id": self.env.uid,
                    "kind": self.kind,
                    "done_on": company._today(),
                    "until": self.until,
                    "subject": self.subject.strip(),
                    **facts,
                }
                for customer, facts in done.items()
            ]
        )

    def _say(self, chosen: int, done: int):
        message = self.env._("Done for %s.", done)
        if chosen > done:
            message = self.env._(
                "Done for %(done)s; left out: %(others)s.",
                done=done,
                others=chosen - done,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if chosen == done else "warning",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _owner_of(self, customer):
        owner = self.user_id or customer.user_id
        return owner if owner.active and not owner.share else self.env.user

    def _do_call(self, customers) -> dict:
        """A call with its script for each customer's salesperson."""
        call = self.env.ref("mail.mail_activity_data_call")
        # one message to a salesperson for each of hundreds helps nobody
        activities = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True
        )
        calls = activities.create(
            [
                {
                    "activity_type_id": call.id,
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": customer.id,
                    "user_id": self._owner_of(customer).id,
                    "summary": self.subject,
                    "note": self.script,
                    "date_deadline": self.date_deadline or self.until,
                }
                for customer in customers
            ]
        )
        return {
            customer: {"activity_id": call.id, "user_id": call.user_id.id}
            for customer, call in zip(customers, calls, strict=True)
        }

    def _do_opportunity(self, customers) -> dict:
        leads = self.env["crm.lead"]._create_for_customers(
            customers,
            {
                "name": self.subject,
                "type": "opportunity",
                "company_id": self.value_ids.company_id.id,
                "description": self.script,
            },
            self.user_id,
        )
        return {
            customer: {"lead_id": lead.id, "user_id": lead.user_id.id}
            for customer, lead in zip(customers, leads, strict=True)
        }

    def _do_email(self, customers) -> dict:
        """One e-mail to each, by Odoo's composer: in the queue, and in the chatter."""
        if is_html_empty(self.message):
            raise UserError(self.env._("Write what the customer reads."))
        composer = (
            self.env["mail.compose.message"]
            .with_context(active_ids=customers.ids)
            .create(
                {
                    "composition_mode": "mass_mail",
                    "model": "res.partner",
                    "res_ids": str(customers.ids),
                    "subject": self.subject,
                    "body": self.message,
                    "use_exclusion_list": True,
                    "force_send": False,
                }
            )
        )
        composer._action_send_mail()
        return dict.fromkeys(customers, {})

    def _do_campaign(self, customers) -> dict:
        """Into a program, by its own draw; who is in another one is cared for too."""
        program = self.program_id
        if not program:
            raise UserError(self.env._("Choose a campaign."))
        program._enrol_chosen(customers)
        # sudo: whether they are in a program; the arms are told to nobody
        inside = (
            self.env["crm.customer.program.member"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", customers.ids),
                    ("company_id", "=", program.company_id.id),
                    ("observed_until", ">", fields.Datetime.now()),
                ]
            )
        )
        facts = {"program_id": program.id, "subject": program.name}
        taken = customers & inside.partner_id.sudo(False)
        if not taken:
            raise UserError(
                self.env._(
                    "None of them could come in: they cannot be reached, or the "
                    "campaign leaves them out."
                )
            )
        return dict.fromkeys(taken, facts)

    def _do_not_now(self, customers) -> dict:
        if not self.reason:
            raise UserError(self.env._("Say why not now."))
        return dict.fromkeys(
            customers, {"reason": self.reason, "subject": (self.note or "").strip()}
        )
