from hashlib import md5

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.conditions import parse_condition
from odoo.addons.crm_suite.tools.work import work_through

ENROL_BATCH = 20_000
TOUCH_BATCH = 200
# Digits of the hash that make the draw, and how many values they have.
DIGITS = 8
RANGE = 16**DIGITS
# Where the address of a medium stands, on contacts and leads.
ADDRESSES = {
    "email": "email_normalized",
    "phone": "phone_sanitized",
    "sms": "phone_sanitized",
}
ACTIVITIES = {
    "call": "mail.mail_activity_data_call",
    "meeting": "mail.mail_activity_data_meeting",
}


def draw(key: str, model: str, record_id: int) -> float:
    """The same number as the database draws: by program and customer alone."""
    text = f"{key}:{model}:{record_id}"
    return int(md5(text.encode()).hexdigest()[:DIGITS], 16) / RANGE


class CrmCustomerProgram(models.Model):
    """The jobs that carry running programs on: enrolling and touching.

    Who belongs to the program comes in, once, into one of two arms; who is not held
    back is touched, and a touch is noted in the transaction that queues it. Each batch
    is a transaction under a lock on its program, which also writes down what it did:
    killed in the middle it did nothing, and nobody does it a second time.
    """

    _inherit = "crm.customer.program"

    @api.model
    def _cron_enrol(self, batch_size=ENROL_BATCH):
        self._end_overdue()
        work_through(
            self,
            self._to_enrol_domain,
            lambda program: program._enrol_step(batch_size),
        )
        self._wake("cron_touch_members")

    @api.model
    def _cron_touch(self, batch_size=TOUCH_BATCH):
        self._end_overdue()
        work_through(
            self,
            self._to_touch_domain,
            lambda program: program._touch_or_halt(batch_size),
        )

    @api.model
    def _to_enrol_domain(self) -> Domain:
        never = Domain("enrolled_on", "=", False)
        recurring = Domain("recurring", "=", True)
        return Domain("state", "=", "running") & self.env["res.company"]._domain_by_day(
            lambda day: (
                Domain("date_start", "<=", day)
                & (never | (recurring & Domain("enrolled_on", "<", day)))
            )
        )

    @api.model
    def _to_touch_domain(self) -> Domain:
        due = self.env["crm.customer.program.member"]._due_domain()
        return Domain("state", "=", "running") & Domain("member_ids", "any", due)

    def _enrol_step(self, batch_size: int = ENROL_BATCH) -> None:
        """One batch; when nobody is left, the day is done."""
        if problem := next(self._problems(), None):
            self._halt(problem)
        elif not self._enrol(batch_size):
            self.enrolled_on = self.company_id._today()

    @api.model
    def _end_overdue(self) -> None:
        """Programs whose last day is over, where their company is."""
        ended = self.search(
            Domain("state", "in", ("running", "paused"))
            & self.env["res.company"]._domain_by_day(
                lambda day: Domain("date_end", "<", day)
            )
        )
        ended = ended.try_lock_for_update(allow_referencing=True)
        ended.write({"state": "done", "halt_reason": False})

    def _enrol(self, batch_size: int = ENROL_BATCH) -> bool:
        """Enrol one batch of those who are no members yet; whether there may be more.

        What is enrolled stays as it is, so that a batch done twice changes nothing.
        """
        self.ensure_one()
        more = False
        for model, candidates in (
            ("res.partner", self._candidates_domain),
            ("crm.lead", self._lead_candidates_domain),
        ):
            members = self._enrol_from(model, candidates(), batch_size)
            self._note_enrolled(members)
            more = len(members) == batch_size
            if more:
                break
        self._count_members()
        return more

    def _enrol_chosen(self, customers):
        """Enrol customers somebody chose, by the same draw; who came in.

        Whoever chose them learns nothing of the arms.
        """
        self.ensure_one()
        self.check_access("write")
        # sudo: members are written by the system alone
        program = self.sudo()
        program.lock_for_update(allow_referencing=True)
        if program.state != "running":
            raise UserError(self.env._("Only a running campaign takes customers in."))
        if problem := next(program._problems(), None):
            raise UserError(problem)
        chosen = Domain("id", "in", customers.ids) & program._admissible_domain()
        members = program._enrol_from("res.partner", chosen, len(customers) or 1)
        program._note_enrolled(members)
        program._count_members()
        self._wake("cron_touch_members")
        return members.partner_id.sudo(False)

    def _note_enrolled(self, members) -> None:
        """Hook: what is kept of members from the moment when they come in."""

    def _enrol_from(self, model: str, domain: Domain, batch_size: int):
        """Insert the next ones, as the author of the conditions finds them."""
        query = self._condition_env()[model]._search(domain)
        Member = self.env["crm.customer.program.member"]
        Member.flush_model()
        now = fields.Datetime.now()
        enrolled = self.env.execute_query(
            SQL(
                """
                INSERT INTO crm_customer_program_member (
                       program_id, company_id, %(column)s, draw, arm, state,
                       enrolled_at, observed_until, next_touch_on, touch_count,
                       cost, revenue, margin, margin_before, success)
                SELECT %(program)s, %(company)s, id, draw,
                       CASE WHEN draw < %(share)s THEN 'control' ELSE 'treated' END,
                       'enrolled', %(now)s, %(until)s,
                       CASE WHEN draw >= %(share)s THEN %(today)s::date END,
                       0, 0, 0, 0, 0, 0
                  FROM (SELECT id, %(draw)s AS draw
                          FROM %(candidates)s AS candidate (id)
                         ORDER BY id LIMIT %(size)s) drawn
                    ON CONFLICT DO NOTHING
             RETURNING id
                """,
                draw=self._draw_sql(model),
                candidates=query.subselect(),
                size=batch_size,
                column=SQL.identifier(
                    "partner_id" if model == "res.partner" else "lead_id"
                ),
                program=self.id,
                company=self.company_id.id,
                share=self.control_share,
                now=now,
                until=fields.Datetime.add(now, days=self.window_days),
                today=self.company_id._today(),
            )
        )
        Member.invalidate_model()
        return Member.browse(member for (member,) in enrolled)

    def _draw_sql(self, model: str) -> SQL:
        return SQL(
            "('x' || left(md5(%s || id), %s))::bit(32)::bigint / %s::float8",
            f"{self.draw_key}:{model}:",
            DIGITS,
            RANGE,
        )

    def _candidates_domain(self) -> Domain:
        """Hook: the customers to enrol, those who are members already left out.

        Asked with the rights of whoever wrote the conditions.
        """
        if not self.segment_id:
            return Domain.FALSE
        author = self._condition_env()
        return (
            self.segment_id.with_env(author)._customers_domain()
            & self._admissible_domain()
        )

    def _admissible_domain(self) -> Domain:
        """Whoever may come in: to be reached, in no other program, and not left out."""
        author = self._condition_env()
        partners = self.env["res.partner"]
        domain = Domain.TRUE
        for segment in self.exclude_segment_ids:
            domain &= ~segment.with_env(author)._customers_domain()
        domain &= partners._may_contact_domain(
            self._contact_media()[self.medium], "marketing"
        )
        domain &= ~partners._in_query(self._taken_sql("partner_id"))
        if self.kind == "acquisition":
            domain &= ~partners._in_query(self._buyers_sql())
        return domain

    def _leads_domain(self) -> Domain:
        """The open leads that the conditions find for whoever wrote them."""
        return (
            self._typed_domain("crm.lead", parse_condition(self.lead_domain))
            & Domain("active", "=", True)
            & Domain("won_status", "=", "pending")
            & Domain("company_id", "in", [False, self.company_id.id])
        )

    def _lead_candidates_domain(self) -> Domain:
        """Open leads of nobody who is a customer, or a member, already."""
        if not self._has_leads():
            return Domain.FALSE
        partners = self.env["res.partner"].with_context(active_test=False)
        known = partners._in_query(self._buyers_sql()) | partners._in_query(
            SQL(
                "SELECT partner_id FROM crm_customer_program_member"
                " WHERE program_id = %s AND partner_id IS NOT NULL",
                self.id,
            )
        )
        # whether or not the conditions' author may see the lead's customer
        of_known = Domain(
            "partner_id",
            "any!",
            Domain("commercial_partner_id", "in", partners._search(known)),
        )
        leads = self.env["crm.lead"]
        return (
            self._leads_domain()
            & leads._may_contact_domain(self._contact_media()[self.medium], "marketing")
            & ~of_known
            & ~partners._in_query(self._taken_sql("lead_id"))
        )

    def _taken_sql(self, column: str) -> SQL:
        """Members of this program, and those whom another one observes now."""
        self.env["crm.customer.program"].flush_model(["state"])
        others = SQL("FALSE")
        if self.leave_out_running:
            others = SQL(
                "member.observed_until > %s AND program.state IN ('running', 'paused')",
                fields.Datetime.now(),
            )
        return SQL(
            """
            SELECT member.%(column)s
              FROM crm_customer_program_member member
              JOIN crm_customer_program program ON program.id = member.program_id
             WHERE member.%(column)s IS NOT NULL
               AND (member.program_id = %(program)s OR (%(others)s))
            """,
            column=SQL.identifier(column),
            program=self.id,
            others=others,
        )

    def _buyers_sql(self) -> SQL:
        """Who is a customer of the company already."""
        return SQL(
            "SELECT partner_id FROM (%s) bought WHERE company_id = %s AND revenue > 0",
            self.env["crm.purchase"]._table_query,
            self.company_id.id,
        )

    def _touch_or_halt(self, batch_size: int) -> None:
        try:
            with self.env.cr.savepoint():
                self._touch_step(batch_size)
        except UserError as error:
            # what was to be sent cannot be: nobody of this batch was touched
            self._halt(str(error))

    def _touch_step(self, batch_size: int) -> None:
        """Touch the next members who are due, as far as the budget goes."""
        if problem := next(self._problems(), None):
            self._halt(problem)
            return
        Member = self.env["crm.customer.program.member"]
        due = Member.search(
            Domain("program_id", "=", self.id) & Member._due_domain(),
            order="next_touch_on, id",
            limit=batch_size,
        )
        due._measure()
        due = due.filtered("next_touch_on")
        for reason, found in due._stopped():
            stopped = due & found
            stopped._stop(reason)
            due -= stopped
        medium = self._contact_media()[self.medium]
        reachable = due._may_contact(medium, "marketing")
        if address := ADDRESSES.get(medium):
            reachable -= reachable._at_addresses_held_back(address)
        today = self.company_id._today()
        (due - reachable).write(
            {"blocked_on": today, "next_touch_on": fields.Date.add(today, days=1)}
        )
        touched = self._within_budget(reachable)
        if touched:
            self._give_offers(touched.filtered(lambda member: not member.touch_count))
            getattr(self, f"_touch_by_{self.medium}")(touched)
            self._note_touches(touched)
        if touched != reachable:
            self._halt(self.env._("The budget is used up."))
        self._count_members()

    def _within_budget(self, members):
        """The first of these whom the rest of the budget pays for."""
        if not self.budget:
            return members
        left = self.currency_id.round(self.budget - self.spent)
        for count, member in enumerate(members):
            left = self.currency_id.round(left - self._touch_price(member))
            if left < 0:
                return members[:count]
        return members

    def _touch_price(self, member) -> float:
        first = not member.touch_count
        return self.touch_cost + (
            self.offer_cost if first and self.offer != "none" else 0
        )

    def _note_touches(self, members) -> None:
        now, today = fields.Datetime.now(), self.company_id._today()
        prices = {member: self._touch_price(member) for member in members}
        for member in members:
            first = not member.touch_count
            remind = first and self.reminder_days
            member.write(
                {
                    "state": "touched",
                    "touch_count": member.touch_count + 1,
                    "touched_at": member.touched_at or now,
                    "cost": member.cost + prices[member],
                    "blocked_on": False,
                    "next_touch_on": remind
                    and fields.Date.add(today, days=self.reminder_days),
                }
            )
        self.spent = self.currency_id.round(self.spent + sum(prices.values()))

    def _give_offers(self, members) -> None:
        """Hook: what the members get with their first touch."""
        if self.offer == "none":
            return
        until = fields.Date.add(self.company_id._today(), days=self.offer_days)
        members.offer_until = until
        if self.offer == "tier":
            partners = members.partner_id | members.lead_id.partner_id
            self.tier_id._invite(partners, until, self.name)
        if self.offer == "discount":
            self._give_coupons(members, until)

    def _give_coupons(self, members, until) -> None:
        points = min(
            self.loyalty_program_id.reward_ids.mapped("required_points") or [1]
        )
        # the touch tells of the coupon
        Card = self.env["loyalty.card"].with_context(loyalty_no_mail=True)
        cards = Card.create(
            [
                {
                    "program_id": self.loyalty_program_id.id,
                    "partner_id": (member.partner_id or member.lead_id.partner_id).id,
                    "points": points,
                    "expiration_date": until,
                }
                for member in members
            ]
        )
        for member, card in zip(members, cards, strict=True):
            member.card_id = card

    def _prepare_medium(self) -> None:
        """Hook: what a medium needs before the first touch."""
        if self.medium == "email" and not self.mailing_id:
            self.mailing_id = self.env["mailing.mailing"]._create_for_program(self)

    def _touch_by_email(self, members) -> None:
        self.mailing_id._queue_for_members(members)

    def _touch_by_call(self, members) -> None:
        self._schedule_activities(members)

    def _touch_by_meeting(self, members) -> None:
        self._schedule_activities(members)

    def _touch_by_portal(self, members) -> None:
        """The portal shows the message to whoever was touched: nothing to queue."""

    def _schedule_activities(self, members) -> None:
        """A call or meeting with its script for each member's salesperson."""
        activity_type = self.env.ref(ACTIVITIES[self.medium])
        deadline = fields.Date.add(
            self.company_id._today(), days=activity_type.delay_count or 2
        )
        # one message to a salesperson for each of hundreds of members helps nobody
        activities = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True
        )
        activities.create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "res_model_id": self.env["ir.model"]._get_id(who._name),
                    "res_id": who.id,
                    "user_id": self._owner_of(who).id,
                    "summary": self.subject or self.name,
                    "note": self._script_for(member),
                    "date_deadline": deadline,
                }
                for member in members
                for who in (member.partner_id or member.lead_id,)
            ]
        )

    def _owner_of(self, who):
        owner = who.user_id
        return owner if owner.active and not owner.share else self.user_id

    def _script_for(self, member):
        code = member.offer_words
        return Markup("%s%s") % (
            self.script or "",
            Markup("<p>%s</p>") % code if code else "",
        )
