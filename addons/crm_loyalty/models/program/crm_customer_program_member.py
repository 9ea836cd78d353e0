from collections.abc import Iterator
from datetime import datetime

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .program_words import ARM_GROUP, ARMS, MEMBER_STATES, STOP_REASONS


class CrmCustomerProgramMember(models.Model):
    """A customer or lead in a program: drawn into an arm once, touched or held back.

    Nobody has the right to write this: the arm is drawn when the program enrols
    (``crm_customer_program_enrolment.py``), the outcome is read off orders and credit
    notes. Salespeople see members from their first touch on, and no arm: whoever knows
    who is held back deals with him in another way.
    """

    _name = "crm.customer.program.member"
    _description = "Member of a Campaign"
    # a thread, since mailings go to threads only
    _inherit = [
        "mail.thread",
        "suite.customer.data.mixin",
        "suite.company.mixin",
        "suite.protected.mixin",
    ]
    _order = "id desc"
    _rec_name = "partner_id"
    _protected_fields = {
        "program_id",
        "company_id",
        "partner_id",
        "lead_id",
        "arm",
        "draw",
        "state",
        "stop_reason",
        "enrolled_at",
        "observed_until",
        "next_touch_on",
        "blocked_on",
        "touched_at",
        "touch_count",
        "card_id",
        "offer_until",
        "cost",
        "responded_at",
        "succeeded_at",
        "success",
        "revenue",
        "margin",
        "margin_before",
        "measured_on",
        "alive_before",
        "silent_before",
        "interval_before",
        "purchases_before",
        "usual_margin_before",
    }
    # what a mailing to members writes to
    _primary_email = "email"
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
    arm = fields.Selection(ARMS, required=True, readonly=True, groups=ARM_GROUP)
    draw = fields.Float(
        readonly=True,
        required=True,
        aggregator=None,
        groups=ARM_GROUP,
        help="From 0 to 1, by campaign and customer; below the share: control group.",
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
        help="Last day on which the customer should have been contacted but might not "
        "be contacted; tried again every day.",
    )
    touched_at = fields.Datetime("Contacted", readonly=True)
    touch_count = fields.Integer("Contacts", readonly=True, required=True, default=0)
    card_id = fields.Many2one("loyalty.card", "Coupon", readonly=True, index=True)
    offer_until = fields.Date(readonly=True)
    cost = fields.Monetary(readonly=True)

    responded_at = fields.Datetime(
        "Responded",
        readonly=True,
        help="First success after the contact; after enrolment in the control group.",
    )
    succeeded_at = fields.Datetime(
        "Success",
        readonly=True,
        help="First purchase that the campaign is about, from enrolment on.",
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

    # What was known of a member when his arm was drawn: later knowledge has seen the
    # offer work, and would tell the arms apart by what they did.
    alive_before = fields.Float(
        "Retention Probability at Enrolment", readonly=True, aggregator="avg"
    )
    silent_before = fields.Integer(
        "Silent at Enrolment (Days)", readonly=True, aggregator="avg"
    )
    interval_before = fields.Float(
        "Days between Purchases at Enrolment", readonly=True, aggregator="avg"
    )
    purchases_before = fields.Integer("Purchases at Enrolment", readonly=True)
    usual_margin_before = fields.Monetary(
        "Margin per Purchase at Enrolment", readonly=True, aggregator="avg"
    )

    email = fields.Char(compute="_compute_contact", compute_sudo=True)
    recipient_name = fields.Char(compute="_compute_contact", compute_sudo=True)

    offer_words = fields.Char(
        "Offer",
        compute="_compute_offer_words",
        compute_sudo=True,
        help="What this member gets, for who calls and who reads.",
    )

    _program_partner_uniq = models.UniqueIndex(
        "(program_id, partner_id)", "A customer is in a campaign once."
    )
    _program_lead_uniq = models.UniqueIndex(
        "(program_id, lead_id)", "A lead is in a campaign once."
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
        "Nobody in the control group is contacted.",
    )
    _draw_range = models.Constraint(
        "CHECK (draw >= 0 AND draw < 1)", "A draw lies between 0 and 1."
    )

    @api.depends("partner_id", "lead_id")
    def _compute_display_name(self):
        for member in self:
            who = member.partner_id or member.lead_id
            member.display_name = who.display_name

    @api.depends("partner_id", "lead_id")
    def _compute_contact(self):
        for member in self:
            lead = member.lead_id
            member.email = member.partner_id.email or lead.email_from
            member.recipient_name = (
                member.partner_id.name or lead.contact_name or lead.partner_name
            )

    @api.depends_context("lang")
    @api.depends("card_id", "offer_until")
    def _compute_offer_words(self):
        for member in self:
            member.offer_words = member._offer_in_words()

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

    def _visible_customers_sql(self, query) -> SQL:
        """A lead has no customer yet: the record rules decide by its salesperson."""
        visible = super()._visible_customers_sql(query)
        customer = self._field_to_sql(query.table, "partner_id", query)
        return SQL("(%s OR %s IS NULL)", visible, customer)

    @api.model
    def _due_domain(self) -> Domain:
        """Who is to be touched now."""
        return self.env["res.company"]._domain_by_day(
            lambda day: Domain("next_touch_on", "<=", day)
        )

    def _stopped(self) -> Iterator[tuple]:
        """Those of these who want no more of it, by the reason."""
        mine = Domain("id", "in", self.ids)
        yield "objected", self.search(mine & self._objected_domain())
        yield "complained", self.search(mine & self._complained_domain())

    @api.model
    def _complained_domain(self) -> Domain:
        """Hook: who complained since being enrolled; other modules know of more.

        Here: customers, or contacts of theirs, who rated something as unhappy.
        """
        self.env["rating.rating"].flush_model(
            ["partner_id", "rating_text", "consumed", "rated_on"]
        )
        self.flush_model(["partner_id", "enrolled_at"])
        unhappy = SQL(
            """(
                SELECT member.id
                  FROM rating_rating rating
                  JOIN res_partner contact ON contact.id = rating.partner_id
                  JOIN crm_customer_program_member member
                    ON member.partner_id = contact.commercial_partner_id
                   AND member.enrolled_at <= rating.rated_on
                 WHERE rating.consumed AND rating.rating_text = 'ko'
            )"""
        )
        return Domain("id", "in", unhappy)

    @api.model
    def _objected_domain(self) -> Domain:
        """Hook: who wants no more messages; other modules know of more.

        Here: who was archived, whose lead was lost or won, and who is blacklisted.
        """
        partners = self.env["res.partner"].with_context(active_test=False)
        leads = self.env["crm.lead"].with_context(active_test=False)
        refused = Domain.OR(
            ~partners._not_blacklisted(model, column, address)
            for model, column, address in (
                ("mail.blacklist", "email", "email_normalized"),
                ("phone.blacklist", "number", "phone_sanitized"),
            )
        )
        gone = Domain("active", "=", False)
        closed = gone | Domain("won_status", "!=", "pending")
        return Domain("partner_id", "in", partners._search(gone | refused)) | Domain(
            "lead_id", "in", leads._search(closed | refused)
        )

    def _held_back_ids(self) -> list[int]:
        """Those of these members who are held back, one query for them all."""
        self.flush_model(["arm"])
        held_back = Domain("id", "in", self.ids) & Domain("arm", "=", "control")
        # sudo: for the system, which leaves them out; nobody is told
        return self.sudo().search(held_back).ids

    @api.model
    def _addresses_sql(self, programs, name: str) -> SQL:
        """Every address of programs' members: arm, and address in Odoo's plain form.

        A customer's, each of his contacts', and what his lead says.

        :param name: of the field that has it, the same on contacts and leads
        """
        self.flush_model(["program_id", "arm", "partner_id", "lead_id"])
        self.env["res.partner"].flush_model([name, "commercial_partner_id"])
        self.env["crm.lead"].flush_model([name, "partner_id"])
        return SQL(
            """
            SELECT member.arm, contact.%(name)s AS address
              FROM crm_customer_program_member member
         LEFT JOIN crm_lead lead ON lead.id = member.lead_id
              JOIN res_partner customer
                ON customer.id = coalesce(member.partner_id, lead.partner_id)
              JOIN res_partner contact
                ON contact.commercial_partner_id = customer.commercial_partner_id
             WHERE member.program_id = ANY(%(programs)s)
             UNION ALL
            SELECT member.arm, lead.%(name)s
              FROM crm_customer_program_member member
              JOIN crm_lead lead ON lead.id = member.lead_id
             WHERE member.program_id = ANY(%(programs)s)
            """,
            programs=programs.ids,
            name=SQL.identifier(name),
        )

    def _at_addresses_held_back(self, name: str):
        """Those of these whose address is of somebody in the control group as well.

        They are not contacted, and stay in their arm in the comparison.

        :param name: of the field that has the address
        """
        addresses = {
            member: (member.partner_id or member.lead_id)[name] for member in self
        }
        refused = self.program_id._held_back_among(
            {*addresses.values()} - {False}, name
        )
        return self.filtered(lambda member: addresses[member] in refused)

    def _stop(self, reason: str) -> None:
        self.write({"state": "stopped", "stop_reason": reason, "next_touch_on": False})

    def _may_contact(self, medium: str, purpose: str, when: datetime | None = None):
        """Those of these who may be contacted so; constant queries for them all."""
        partners = self.partner_id._may_contact(medium, purpose, when)
        leads = self.lead_id._may_contact(medium, purpose, when)
        return self.filtered(
            lambda member: (
                member.partner_id in partners
                if member.partner_id
                else member.lead_id in leads
            )
        )

    def _offer_in_words(self) -> str:
        program = self.program_id
        day = format_date(self.env, self.offer_until, date_format="medium")
        if self.card_id:
            return program._coupon_in_words(self.card_id.code, day)
        if self.offer_until and program.offer == "tier":
            return program._tier_in_words(day)
        if self.offer_until and program.offer == "payment_term":
            return program._term_in_words(day)
        return ""

    def _remember_before(self) -> None:
        """Keep what is known of new members, all of one company, in one statement."""
        if not self:
            return
        values = self.env["crm.customer.value"]
        values.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_program_member member
                   SET alive_before = value.alive,
                       silent_before = %(cutoff)s::date - value.last_purchase,
                       interval_before = coalesce(value.mean_interval, 0),
                       purchases_before = value.purchase_count,
                       usual_margin_before = value.margin / value.purchase_count
                  FROM crm_customer_value value
                 WHERE member.id = ANY(%(members)s)
                   AND value.partner_id = member.partner_id
                   AND value.company_id = member.company_id
                   AND value.purchase_count > 0
                   AND (value.margin <> 0 OR value.revenue <= 0)
                """,
                cutoff=self[0].with_prefetch().company_id._value_cutoff_date(),
                members=list(self._ids),
            )
        )
        self.invalidate_model()

    def _measure(self) -> None:
        """One statement for all of these; measured twice, they are the same.

        Who succeeded is not touched any more.
        """
        if not self:
            return
        outcomes = self.env["crm.program.outcome"]._outcomes_sql(
            SQL("(SELECT unnest(%s))", list(self._ids))
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_program_member member
                   SET revenue = outcome.revenue,
                       margin = outcome.margin,
                       margin_before = outcome.margin_before,
                       succeeded_at = outcome.succeeded_at,
                       responded_at = outcome.responded_at,
                       success = (outcome.succeeded_at IS NOT NULL)::int,
                       state = CASE
                           WHEN member.state = 'stopped' THEN 'stopped'
                           WHEN outcome.responded_at IS NOT NULL THEN 'responded'
                           WHEN member.touched_at IS NOT NULL THEN 'touched'
                           WHEN outcome.succeeded_at IS NOT NULL THEN 'stopped'
                           ELSE 'enrolled'
                       END,
                       stop_reason = CASE
                           WHEN member.state = 'stopped' THEN member.stop_reason
                           WHEN member.touched_at IS NULL
                                AND outcome.responded_at IS NULL
                                AND outcome.succeeded_at IS NOT NULL THEN 'bought'
                       END,
                       next_touch_on = CASE WHEN outcome.succeeded_at IS NULL
                                            THEN member.next_touch_on END,
                       measured_on = %(today)s
                  FROM (%(outcomes)s) outcome
                 WHERE outcome.id = member.id
                """,
                outcomes=outcomes,
                today=fields.Date.today(),
            ),
            log_exceptions=False,
        )
        self.invalidate_model()

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
                WITH ranked AS (
                    SELECT id, row_number() OVER (
                               PARTITION BY program_id
                               ORDER BY touch_count DESC, enrolled_at, id) AS rank
                      FROM crm_customer_program_member WHERE %(who)s IN %(all)s
                ), gone AS (
                    DELETE FROM crm_customer_program_member member USING ranked
                     WHERE ranked.id = member.id AND ranked.rank > 1
                    RETURNING member.id
                )
                UPDATE crm_customer_program_member member SET %(who)s = %(target)s
                  FROM ranked
                 WHERE ranked.id = member.id AND ranked.rank = 1
                   AND member.%(who)s IN %(ids)s
                   -- asked first, so that no two are there at one time
                   AND (SELECT count(*) FROM gone) >= 0
                """,
                who=SQL.identifier(column),
                all=tuple({*ids, target}),
                ids=tuple(ids),
                target=target,
            )
        )
        if self.env.cr.rowcount:
            self.invalidate_model()
