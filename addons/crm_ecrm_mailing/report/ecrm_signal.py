from odoo import api, models
from odoo.tools import SQL


class EcrmSignal(models.Model):
    """What customers read of mailings, and which do not reach them."""

    _inherit = "ecrm.signal"

    @api.model
    def _sources(self) -> dict[str, SQL]:
        reading = self.env["ecrm.mailing.reading"]
        mails, clicks = reading._mails_sql(), reading._clicks_sql()
        return super()._sources() | {
            "opened": self._of_mails(
                SQL("mail.id, mail.opened_on::date AS day"),
                mails,
                SQL("mail.opened"),
            ),
            "program": self._of_mails(
                SQL("mail.id, mail.opened_on::date AS day"),
                mails,
                SQL("mail.by_program"),
            ),
            "clicked": self._of_mails(
                SQL("click.id, click.clicked_on::date AS day"),
                SQL("SELECT * FROM mailing_trace"),
                SQL("NOT click.by_program"),
                SQL("JOIN (%s) click ON click.trace_id = mail.id", clicks),
            ),
            "mailing_bounce": self._of_mails(
                SQL(
                    "mail.id, coalesce(mail.sent_datetime, mail.create_date)::date"
                    " AS day"
                ),
                SQL("SELECT * FROM mailing_trace"),
                SQL(
                    """
                    NOT coalesce(mail.is_test_trace, FALSE)
                    AND (mail.trace_status = 'bounce'
                         OR mail.failure_type IN ('mail_bounce', 'mail_email_invalid'))
                    """
                ),
            ),
        }

    def _of_mails(self, columns: SQL, mails: SQL, which: SQL, join=SQL()) -> SQL:  # noqa: B008
        """Mails with the customer who got them.

        Where a mailing goes to other records than contacts, leads and orders, he is
        known by his address, if it is the address of one customer alone.
        """
        return SQL(
            """
            SELECT %(columns)s, person.commercial_partner_id AS partner_id,
                   coalesce(person.company_id, sender.company_id) AS company_id
              FROM (%(mails)s) AS mail
                   %(join)s
         LEFT JOIN crm_lead lead
                ON mail.model = 'crm.lead' AND lead.id = mail.res_id
         LEFT JOIN sale_order sale
                ON mail.model = 'sale.order' AND sale.id = mail.res_id
         LEFT JOIN (SELECT email_normalized, min(id) AS id
                      FROM res_partner
                     WHERE email_normalized IS NOT NULL AND active
                     GROUP BY email_normalized
                    HAVING min(commercial_partner_id) = max(commercial_partner_id)
                   ) known
                ON mail.model <> 'res.partner' AND known.email_normalized = mail.email
              JOIN res_partner person
                ON person.id = coalesce(
                       CASE mail.model WHEN 'res.partner' THEN mail.res_id END,
                       lead.partner_id, sale.partner_id, known.id)
         LEFT JOIN mailing_mailing mailing ON mailing.id = mail.mass_mailing_id
         LEFT JOIN res_users sender ON sender.id = mailing.user_id
             WHERE %(which)s AND person.partner_share
            """,
            columns=columns,
            mails=mails,
            join=join,
            which=which,
        )
