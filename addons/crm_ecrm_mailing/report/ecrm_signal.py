from odoo import api, models
from odoo.tools import SQL

# whose customer got the mail, or else who sent it
COMPANY = "coalesce(person.company_id, sender.company_id)"


class EcrmSignal(models.Model):
    """What customers read of mailings, and which do not reach them."""

    _inherit = "ecrm.signal"

    @api.model
    def _sources(self) -> dict[str, SQL]:
        reading = self.env["ecrm.mailing.reading"]
        opened_on = SQL("trace.id, %s AS day", self._mail_day("trace.open_datetime"))
        by_program = reading._open_by_program_sql()
        return super()._sources() | {
            "opened": self._of_mails(
                opened_on,
                SQL("trace.open_datetime IS NOT NULL AND NOT %s", by_program),
            ),
            "program": self._of_mails(
                opened_on, SQL("trace.open_datetime IS NOT NULL AND %s", by_program)
            ),
            "clicked": self._of_mails(
                SQL("click.id, %s AS day", self._mail_day("click.create_date")),
                SQL("NOT %s", reading._click_by_program_sql()),
                SQL(
                    "JOIN link_tracker_click click ON click.mailing_trace_id = trace.id"
                ),
            ),
            "mailing_bounce": self._of_mails(
                SQL(
                    "trace.id, %s AS day",
                    self._mail_day("coalesce(trace.sent_datetime, trace.create_date)"),
                ),
                SQL(
                    """
                    (trace.trace_status = 'bounce'
                     OR trace.failure_type IN ('mail_bounce', 'mail_email_invalid'))
                    """
                ),
            ),
        }

    def _mail_day(self, moment: str) -> SQL:
        return self._day(COMPANY, moment)

    def _of_mails(self, columns: SQL, which: SQL, join: SQL | None = None) -> SQL:
        """Mails with the customer who got them."""
        return SQL(
            """
            SELECT %(columns)s, person.commercial_partner_id AS partner_id,
                   %(company)s AS company_id
              FROM mailing_trace trace
              %(join)s
              JOIN (%(recipients)s) AS recipient ON recipient.trace_id = trace.id
              JOIN res_partner person ON person.id = recipient.partner_id
         LEFT JOIN mailing_mailing mailing ON mailing.id = trace.mass_mailing_id
         LEFT JOIN res_users sender ON sender.id = mailing.user_id
             WHERE NOT coalesce(trace.is_test_trace, FALSE)
               AND person.partner_share
               AND %(which)s
            """,
            columns=columns,
            company=SQL(COMPANY),
            join=join or SQL(),
            recipients=self._recipients_sql(),
            which=which,
        )

    def _recipients_sql(self) -> SQL:
        """Whose mail it is.

        Where a mailing goes to other records than contacts, leads and orders, he is
        known by his address, if it is the address of one customer alone.
        """
        return SQL(
            """
            SELECT sent.id AS trace_id, sent.res_id AS partner_id
              FROM mailing_trace sent
             WHERE sent.model = 'res.partner'
             UNION ALL
            SELECT sent.id, lead.partner_id
              FROM mailing_trace sent
              JOIN crm_lead lead ON lead.id = sent.res_id
             WHERE sent.model = 'crm.lead'
             UNION ALL
            SELECT sent.id, sale.partner_id
              FROM mailing_trace sent
              JOIN sale_order sale ON sale.id = sent.res_id
             WHERE sent.model = 'sale.order'
             UNION ALL
            SELECT sent.id, known.id
              FROM mailing_trace sent
              JOIN res_partner known ON known.email_normalized = sent.email
             WHERE sent.model NOT IN ('res.partner', 'crm.lead', 'sale.order')
               AND known.active
               AND NOT EXISTS (
                   SELECT 1 FROM res_partner other
                    WHERE other.email_normalized = known.email_normalized
                      AND other.active
                      AND (other.commercial_partner_id <> known.commercial_partner_id
                           OR other.id < known.id))
            """
        )
