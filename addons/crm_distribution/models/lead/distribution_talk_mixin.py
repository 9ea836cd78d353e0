from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .route_words import written_moment

LONGEST_MESSAGE = 10_000
# of one intermediary about one record within a day: nobody is flooded with mail
MOST_A_DAY = 50
MOST_SHOWN = 200


class DistributionTalkMixin(models.AbstractModel):
    """Records that an intermediary and we write to each other about.

    An intermediary has no rights on them nor on the messages: it is given values.
    """

    _name = "distribution.talk.mixin"
    _description = "What Is Written with an Intermediary"

    # the field of `distribution.message` that leads here, whose other end is `talk_ids`
    _talk_field: str

    message_waits = fields.Boolean(
        "To Be Answered", compute="_compute_message_waits", search="_search_waits"
    )

    @api.depends(lambda self: ["talk_ids.waits"] if "talk_ids" in self._fields else [])
    def _compute_message_waits(self):
        waiting = self.env["distribution.message"].search(
            Domain(self._talk_field, "in", self.ids) & Domain("waits", "=", True)
        )
        subjects = waiting.mapped(self._talk_field)
        for record in self:
            record.message_waits = record._origin in subjects

    def _search_waits(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = self.env["distribution.message"].search(
            Domain(self._talk_field, "!=", False) & Domain("waits", "=", True)
        )
        ids = waiting.mapped(self._talk_field).ids
        domain = Domain("id", "in", ids) if True in value else Domain.FALSE
        return domain | Domain("id", "not in", ids) if False in value else domain

    def _open_writing(self):
        """The form in which one of us writes."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to %s", self.partner_id.display_name),
            "res_model": "distribution.message.write",
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{self._talk_field}": self.id},
        }

    def _hear(self, by, text: str):
        """A contact of the intermediary, whom the caller has checked, writes to us.

        :param self: in superuser mode
        """
        self.ensure_one()
        text = (text or "").replace("\x00", "").strip()[:LONGEST_MESSAGE]
        # two clicks at one moment would not see each other
        self.env["suite.turn"]._take([f"{self._name} {self.id} talk"])
        if not text or self._was_just_said(by, text):
            return
        if self._heard_today() >= MOST_A_DAY:
            raise UserError(
                self.env._("You have written a lot today. Please go on tomorrow.")
            )
        self._keep_message(by, text, waits=True)
        self._tell_us(by, text)

    def _was_just_said(self, by, text: str) -> bool:
        """The same words as last, within the hour: a second click, or a retry."""
        last = self.env["distribution.message"].search(
            Domain(self._talk_field, "=", self.id), limit=1
        )
        hour_ago = fields.Datetime.now() - timedelta(hours=1)
        return bool(last) and (
            (last.author_id, last.text) == (by, text) and last.sent_on > hour_ago
        )

    def _heard_today(self) -> int:
        day_ago = fields.Datetime.now() - timedelta(days=1)
        return self.env["distribution.message"].search_count(
            Domain(self._talk_field, "=", self.id)
            & Domain("is_ours", "=", False)
            & Domain("sent_on", ">", day_ago)
        )

    def _write_to_intermediary(self, text: str):
        """One of us writes to the people of the intermediary.

        :raise UserError: nobody would read it
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Only employees write to intermediaries."))
        # sudo: nobody writes messages by hand; who may read the record was asked
        record = self.sudo()
        readers = record._talk_contacts() if record._is_talking() else None
        if not readers:
            raise UserError(
                self.env._(
                    "Nobody at “%s” would read it: the lead is with somebody else, the "
                    "contact is archived, or has no mail address.",
                    self.partner_id.display_name or "",
                )
            )
        waiting = Domain(self._talk_field, "=", self.id) & Domain("waits", "=", True)
        record.env["distribution.message"].search(waiting).waits = False
        message = record._keep_message(self.env.user.partner_id, text, is_ours=True)
        message._tell_contacts(readers)
        record._note_written(self.env.user.partner_id, message.text)

    def _keep_message(self, author, text: str, **values):
        return self.env["distribution.message"].create(
            {
                self._talk_field: self.id,
                "company_id": self.company_id.id,
                "partner_id": self.partner_id.id,
                "author_id": author.id,
                "text": text.strip()[:LONGEST_MESSAGE],
                **values,
            }
        )

    def _talk_contacts(self):
        """Who began it and who has written, as long as they are of the company."""
        messages = self.env["distribution.message"].search(
            Domain(self._talk_field, "=", self.id) & Domain("is_ours", "=", False)
        )
        partner = self.partner_id
        contacts = (self._talk_starter() | messages.author_id).filtered(
            lambda one: (
                one.active
                and one.email_normalized
                and one.commercial_partner_id == partner
            )
        )
        return contacts or partner.filtered("email_normalized")

    def _portal_messages(self, user) -> list[dict]:
        """What was written about this, the oldest first.

        :param self: in superuser mode, of the intermediary that the user acts for
        """
        messages = self.env["distribution.message"].search(
            Domain(self._talk_field, "=", self.id), limit=MOST_SHOWN
        )
        zone = user.tz or self.company_id.partner_id.tz
        return [
            {
                "author": one.author_id.name or "",
                "company": one.company_id.name if one.is_ours else "",
                "is_ours": one.is_ours,
                "date": written_moment(self.env, one.sent_on, zone),
                "text": one.text,
            }
            for one in messages[::-1]
        ]

    def _is_talking(self) -> bool:
        """Hook: whether the intermediary can read what we write now."""
        return self.partner_id.active

    def _talk_starter(self):
        """Hook: the contact who began it."""
        raise NotImplementedError

    def _talk_url(self) -> str:
        """Hook: where the intermediary reads it."""
        raise NotImplementedError

    def _tell_us(self, by, text: str):
        """Hook: whoever answers for it here learns what was written."""
        raise NotImplementedError

    def _note_written(self, author, text: str):
        """Hook: for the people of the house, beside everything else that happened."""
        raise NotImplementedError
