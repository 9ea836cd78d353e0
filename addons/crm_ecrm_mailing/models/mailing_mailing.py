from odoo import fields, models


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    voice_reading = fields.Char("Read by People", compute="_compute_voice_reading")

    def _compute_voice_reading(self):
        """Beside Odoo's figures, which count what programs opened."""
        # sudo: sums of mailings that the reader sees, for who may not see the report
        readings = self.env["ecrm.mailing.reading"].sudo()
        found = {
            one.mailing_id.id: one
            for one in readings.search([("mailing_id", "in", self.ids)])
        }
        for mailing in self:
            mailing.voice_reading = mailing._reading_in_words(found.get(mailing.id))

    def _reading_in_words(self, reading) -> str | bool:
        if not reading or not (reading.opened_by_program or reading.clicked_by_program):
            return False
        told = reading.delivered - reading.opened_by_program
        return self.env._(
            "%(opens)s mails were opened at once by mail programs and scanners, and "
            "links of %(clicks)s followed: that is no reading. Of the %(told)s others, "
            "%(opened)s were opened by people.",
            opens=reading.opened_by_program,
            clicks=reading.clicked_by_program,
            told=told,
            opened=reading.opened,
        )
