from markupsafe import Markup

from odoo import fields, models
from odoo.fields import Domain

ACTIVITIES = {
    "call": "mail.mail_activity_data_call",
    "meeting": "mail.mail_activity_data_meeting",
}


class CrmCustomerProgram(models.Model):
    """Touching members: a touch is noted in the transaction that queues it."""

    _inherit = "crm.customer.program"

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
        today = fields.Date.today()
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
        for place, member in enumerate(members):
            left = self.currency_id.round(left - self._touch_price(member))
            if left < 0:
                return members[:place]
        return members

    def _touch_price(self, member) -> float:
        first = not member.touch_count
        return self.touch_cost + (
            self.offer_cost if first and self.offer != "none" else 0
        )

    def _note_touches(self, members) -> None:
        now, today = fields.Datetime.now(), fields.Date.today()
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
        until = fields.Date.add(self._today(), days=self.offer_days)
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
        deadline = fields.Date.add(self._today(), days=activity_type.delay_count or 2)
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
