from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.dates import written_day

from .act_words import KINDS, REASONS, what_was_done


class CrmCustomerAct(models.Model):
    """What somebody did, or put off, about a customer who was leaving.

    It belongs to the customer and not to his value, which every night writes anew. As
    long as it counts he is not in the list of those to contact: until its last day,
    or until he has bought and falls silent once more.
    """

    _name = "crm.customer.act"
    _description = "Act on a Leaving Customer"
    _inherit = [
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.customer.data.mixin",
    ]
    _order = "done_on desc, id desc"
    _rec_name = "partner_id"
    # written by the wizard and by undoing alone
    _protected_fields = {
        "partner_id",
        "company_id",
        "user_id",
        "kind",
        "done_on",
        "until",
        "subject",
        "reason",
        "activity_id",
        "lead_id",
        "program_id",
        "undone",
    }
    _company_links = {"lead_id", "program_id"}

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    user_id = fields.Many2one("res.users", "By", readonly=True)
    kind = fields.Selection(KINDS, "What", required=True, readonly=True)
    done_on = fields.Date("On", required=True, readonly=True)
    until = fields.Date(
        "Back in the List After",
        required=True,
        readonly=True,
        help="If the customer is still leaving then.",
    )
    subject = fields.Char(readonly=True)
    reason = fields.Selection(REASONS, "Because", readonly=True)
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )
    lead_id = fields.Many2one(
        "crm.lead",
        "Opportunity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    program_id = fields.Many2one(
        "crm.customer.program",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    undone = fields.Boolean(readonly=True)
    words = fields.Char("Done", compute="_compute_words")

    # what counts for a customer is looked for by both
    _partner_idx = models.Index("(partner_id, company_id) WHERE undone IS NOT TRUE")
    _until_range = models.Constraint(
        "CHECK (until >= done_on)", "Nobody comes back before he has left the list."
    )

    @api.depends_context("lang")
    @api.depends("kind", "subject", "reason", "user_id", "done_on", "until")
    def _compute_words(self):
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        for act in self:
            subject = act.subject or ""
            if act.reason:
                subject = ", ".join(filter(None, (reasons[act.reason], subject)))
            act.words = what_was_done(
                act.env,
                act.kind or "call",
                subject=subject,
                user=act.user_id.name or "",
                day=written_day(act.env, act.done_on),
                until=written_day(act.env, act.until),
            )

    def action_undo(self):
        """Back to the list; what was planned and not begun yet is taken away."""
        self.check_access("read")
        if any(act.undone for act in self):
            raise UserError(self.env._("This was undone already."))
        kept = [words for act in self if (words := act._take_back())]
        # sudo: written by the system alone
        self.sudo().undone = True
        if not kept:
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": " ".join(dict.fromkeys(kept)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _take_back(self) -> str:
        """Withdraw what was planned, by the user's own rights; else what stays."""
        self.ensure_one()
        if self.kind == "call" and self.activity_id.active:
            self.activity_id.unlink()
        elif self.kind == "opportunity" and self.lead_id:
            lead = self.lead_id
            if not lead._is_untouched():
                return self.env._(
                    "The opportunity “%s” has been worked on and stays.", lead.name
                )
            lead.action_archive()
        elif self.kind == "email":
            return self.env._("What has been sent cannot be taken back.")
        elif self.kind == "campaign":
            return self.env._("Who is in a campaign stays in it.")
        return ""

    @api.model
    def _counting_sql(self, customer: SQL, company: SQL, bought: SQL) -> SQL:
        """The acts that count today for a customer, by whom and since when he bought.

        Which day it is is asked of each company that is open.
        """
        self.flush_model()
        # sudo: which day it is there is no secret
        companies = self.env["res.company"].sudo().browse(self.env.companies.ids)
        return SQL(
            """
            SELECT act.id
              FROM crm_customer_act act
              JOIN unnest(%(companies)s::int[], %(days)s::date[])
                   AS local (company_id, today) ON local.company_id = act.company_id
             WHERE act.partner_id = %(customer)s
               AND act.company_id = %(company)s
               AND act.undone IS NOT TRUE
               AND act.until >= local.today
               AND act.done_on >= coalesce(%(bought)s, act.done_on)
            """,
            companies=companies.ids,
            days=[company._today() for company in companies],
            customer=customer,
            company=company,
            bought=bought,
        )

    @api.model
    def _merge_customers(self, sources, target) -> None:
        """What was done about a customer is done about whom he becomes."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_customer_act SET partner_id = %s WHERE partner_id IN %s",
                target.commercial_partner_id.id,
                tuple({*sources.ids, target.id}),
            )
        )
        self.invalidate_model()
