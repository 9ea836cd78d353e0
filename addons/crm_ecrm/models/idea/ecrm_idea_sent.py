from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .idea_words import LONGEST_COMMENT, LONGEST_NAME, LONGEST_TEXT

# what one person sends in a day
MOST_IDEAS, MOST_SAID = 20, 50


class EcrmIdea(models.Model):
    """What customers send: an idea, a comment; the same twice in a day is one."""

    _inherit = "ecrm.idea"

    @api.model
    def _portal_submit(self, user, values: dict[str, str]) -> str:
        """A customer sends an idea.

        :return: the address of its page
        :raise UserError: something is missing or too long
        """
        name = " ".join(values.get("name", "").replace("\x00", "").split())
        text = values.get("description", "").replace("\x00", "").strip()
        if not name or len(name) > LONGEST_NAME:
            raise ValidationError(
                self.env._("Please say it in up to %s characters.", LONGEST_NAME)
            )
        if len(text) > LONGEST_TEXT:
            raise ValidationError(
                self.env._("The details may have %s characters.", LONGEST_TEXT)
            )
        # sudo: the values are those of the form; it is the user's own
        ideas = self.sudo().with_context(mail_create_nosubscribe=True)
        same = Domain("words", "=", "\n\n".join(filter(None, (name, text))))
        idea = ideas._sent_before(user.partner_id, same, MOST_IDEAS) or ideas.create(
            {
                "name": name,
                "description": text,
                "partner_id": user.partner_id.id,
                # sudo: the company whose portal it is
                "company_id": user.sudo().company_id.id,
                "visibility": "company"
                if values.get("visibility") == "company"
                else "mine",
            }
        )
        return idea._portal_url()

    def _comment(self, partner, text: str) -> None:
        """A customer says something; others see it once it was looked at.

        :param self: in superuser mode, from `_portal_find` or a link
        :raise UserError: nothing said, or too much
        """
        self.ensure_one()
        text = (text or "").replace("\x00", "").strip()
        if not text or len(text) > LONGEST_COMMENT:
            raise UserError(
                self.env._("Please write up to %s characters.", LONGEST_COMMENT)
            )
        # merged at this moment, it would be said on a part that nobody reads
        self.root_id._take_turn()
        comments = self.env["ecrm.idea.comment"]
        same = Domain("text", "=", text) & Domain("idea_id", "=", self.root_id.id)
        if not self._sent_before(partner, same, MOST_SAID, comments):
            comments.create(
                {"idea_id": self.root_id.id, "partner_id": partner.id, "text": text}
            )

    def _sent_before(self, partner, same: Domain, most: int, records=None):
        """What this person sent today in the same words, if he did: a second click.

        :raise UserError: he sent that many today
        """
        records = self if records is None else records
        self.env["suite.turn"]._take([f"{records._name} {partner.id}"])
        since = fields.Datetime.now() - timedelta(days=1)
        today = Domain("partner_id", "=", partner.id) & Domain(
            "create_date", ">", since
        )
        sent = records.search(today & same, limit=1)
        if not sent and records.search_count(today) >= most:
            raise UserError(self.env._("That was a lot today. Please go on tomorrow."))
        return sent
