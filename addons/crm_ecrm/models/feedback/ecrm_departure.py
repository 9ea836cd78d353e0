from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# who was noted as gone so long ago may be asked again
AGAIN_AFTER = timedelta(days=180)
LONGEST_TEXT = 4000


class EcrmDeparture(models.Model):
    """A customer who is lost, to be asked why: by a touchpoint, or on the phone.

    What we note of a call is what he said and no score: nobody of ours rates in a
    customer's stead, and it stands in no figure.
    """

    _name = "ecrm.departure"
    _description = "Lost Customer"
    _inherit = ["suite.company.mixin", "suite.protected.mixin"]
    _order = "left_on desc, id desc"
    _rec_name = "partner_id"
    _company_links = {"partner_id", "lead_id"}
    _protected_fields = {"interviewed_on", "interviewed_by_id"}

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        ondelete="cascade",
        help="Who is asked",
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        "Company of the Customer",
        compute="_compute_commercial_partner_id",
        store=True,
        precompute=True,
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    lead_id = fields.Many2one("crm.lead", "Lost Opportunity", index="btree_not_null")
    user_id = fields.Many2one(
        "res.users",
        "Asked By",
        domain="[('share', '=', False)]",
        index="btree_not_null",
        help="Whoever calls the customer",
    )
    left_on = fields.Datetime("Lost On", required=True, default=fields.Datetime.now)
    reason_id = fields.Many2one(
        "crm.lost.reason", ondelete="restrict", index="btree_not_null"
    )
    question_1 = fields.Char("First Question", compute="_compute_script")
    question_2 = fields.Char("Second Question", compute="_compute_script")
    answer_1 = fields.Text("Answer to the First Question")
    answer_2 = fields.Text("Answer to the Second Question")
    comment = fields.Text("What Else the Customer Said")
    interviewed_on = fields.Datetime("Interviewed", readonly=True, copy=False)
    interviewed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    feedback_ids = fields.One2many(
        "ecrm.feedback",
        "res_id",
        domain=[("res_model", "=", "ecrm.departure")],
        readonly=True,
    )
    state = fields.Selection(
        [("open", "To Be Asked"), ("asked", "Asked by Mail"), ("told", "Told Us")],
        compute="_compute_state",
    )

    @api.depends("partner_id")
    def _compute_commercial_partner_id(self):
        """Not after the contact's company: it is the former that was lost."""
        for one in self:
            one.commercial_partner_id = one.partner_id.commercial_partner_id

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_script(self):
        for one in self:
            # sudo: what customers are asked is no secret
            touchpoints = self.env["ecrm.touchpoint"].sudo()
            touchpoint = touchpoints._of_departures(one.company_id)
            script = (touchpoint or touchpoints.new({"trigger": "left"}))._script()
            one.question_1, one.question_2 = script

    @api.depends("feedback_ids.state", "interviewed_on")
    def _compute_state(self):
        for one in self:
            states = set(one.feedback_ids.mapped("state"))
            told = one.interviewed_on or "answered" in states
            one.state = "told" if told else "asked" if states else "open"

    @api.constrains("answer_1", "answer_2", "comment")
    def _check_length(self):
        for one in self:
            texts = (one.answer_1, one.answer_2, one.comment)
            if any(len(text or "") > LONGEST_TEXT for text in texts):
                raise UserError(
                    self.env._("Please write at most %s characters.", LONGEST_TEXT)
                )

    @api.constrains("user_id")
    def _check_user(self):
        for one in self:
            # sudo: whether somebody is an employee is no secret
            if one.user_id.sudo().share:
                raise UserError(self.env._("Employees ask, nobody else."))

    def write(self, vals):
        # sudo: to count, not to show
        if {"partner_id", "lead_id"} & vals.keys() and self.sudo().feedback_ids:
            self.check_access("write")
            raise UserError(self.env._("The customer was asked already: it stays."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        """What a customer told leads here."""
        # sudo: to count, not to show
        if any(one.feedback_ids for one in self.sudo()):
            raise UserError(self.env._("The customer was asked already: it stays."))

    def action_record(self):
        """The call is over: what the customer said is feedback, without a score."""
        for one in self:
            one.check_access("write")
            if one.state == "told":
                raise UserError(self.env._("This customer has told us already."))
            texts = {
                name: (one[name] or "").strip()
                for name in ("answer_1", "answer_2", "comment")
            }
            if not one.reason_id or not any(texts.values()):
                raise UserError(
                    self.env._("Choose the reason, and write what the customer said.")
                )
            # sudo: nobody has the right to write feedback; who may write the record of
            # the customer may note what he said
            one.sudo()._record(texts)
        return self.action_open_feedback()

    def action_open_feedback(self):
        self.check_access("read")
        return self.feedback_ids._get_records_action(name=self.env._("Feedback"))

    def _record(self, texts: dict[str, str]) -> None:
        """
        :param self: in superuser mode
        """
        self.ensure_one()
        self.env["suite.turn"]._take([f"ecrm.departure {self.id}"])
        now = fields.Datetime.now()
        feedback = self.feedback_ids[:1]
        if not feedback:
            touchpoint = self.env["ecrm.touchpoint"]._for_departures(self.company_id)
            feedback = feedback.create(
                {
                    "name": touchpoint.name,
                    "touchpoint_id": touchpoint.id,
                    "metric": touchpoint.metric,
                    "company_id": self.company_id.id,
                    "partner_id": self.partner_id.id,
                    "agent_id": self.user_id.id,
                    "res_model": self._name,
                    "res_id": self.id,
                    "asked_on": now,
                    "valid_until": now,
                }
            )
        feedback._note_call({**texts, "nonce": f"call-{self.id}"})
        self.write({"interviewed_on": now, "interviewed_by_id": self.env.uid})

    @api.model
    def _note(self, partners, *, lead=None, reason=None, left_on=None):
        """Note that these customers are lost; each company once in half a year.

        :return: their records, the ones from before too
        """
        now = fields.Datetime.now()
        lately = self.search(
            Domain("commercial_partner_id", "in", partners.commercial_partner_id.ids)
            & Domain("company_id", "=", self.env.company.id)
            & Domain("left_on", ">", now - AGAIN_AFTER)
        )
        known = lately.commercial_partner_id
        first = {
            partner.commercial_partner_id: partner
            for partner in reversed(partners)
            if partner.commercial_partner_id not in known
        }
        reason = reason or (lead and lead.lost_reason_id)
        return lately | self.create(
            [
                {
                    "partner_id": partner.id,
                    "lead_id": lead.id if lead else False,
                    "reason_id": reason.id if reason else False,
                    "user_id": (partner.user_id or company.user_id).id or self.env.uid,
                    "left_on": left_on or now,
                }
                for company, partner in first.items()
            ]
        )
