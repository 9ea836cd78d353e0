from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Who wrote longer ago waits no more.
WAITING_DAYS = 365
# Who is or was an employee is no customer, though Odoo takes a former one for such.
OURS = SQL("ARRAY(SELECT partner_id FROM res_users WHERE NOT share)")


class EcrmSignal(models.Model):
    """What was said between customers and us, beyond cases: that, and never what."""

    _inherit = "ecrm.signal"

    @api.model
    def _talk_models(self) -> list[str]:
        """Hook: on whose records a customer talks to us.

        Suppliers and applicants write to us, too.
        """
        return [
            *("res.partner", "crm.lead", "sale.order", "account.move"),
            *("calendar.event", "project.task", "helpdesk.ticket"),
        ]

    @api.model
    def _talk_sources(self) -> dict[str, SQL]:
        now = fields.Datetime.now()
        return {
            "message": SQL(
                """
                SELECT message.id, author.commercial_partner_id AS partner_id,
                       message.record_company_id AS company_id,
                       %s AS day,
                       CASE message.message_type WHEN 'email' THEN 'mail'
                            ELSE 'portal' END AS medium
                  FROM mail_message message
                  JOIN res_partner author ON author.id = message.author_id
                 WHERE author.partner_share AND author.id <> ALL(%s)
                   AND %s
                """,
                self._day("message.record_company_id", "message.date"),
                OURS,
                self._spoken_sql(),
            ),
            # what opened the case counts as the case
            "case_message": SQL(
                """
                SELECT event.id, held.commercial_partner_id AS partner_id,
                       held.company_id, %s AS day, event.medium
                  FROM ecrm_case_event event
                  JOIN ecrm_case held ON held.id = event.case_id
                 WHERE event.kind IN ('customer', 'after')
                   AND held.commercial_partner_id IS NOT NULL
                """,
                self._day("held.company_id", "event.at"),
            ),
            "call": self._calls_sql(),
            "meeting": SQL(
                """
                SELECT min(attendee.id) AS id, person.commercial_partner_id
                       AS partner_id,
                       coalesce(lead.company_id, organizer.company_id) AS company_id,
                       CASE WHEN meeting.allday THEN meeting.stop_date
                            ELSE %s END AS day
                  FROM calendar_event meeting
                  JOIN calendar_attendee attendee ON attendee.event_id = meeting.id
                  JOIN res_partner person ON person.id = attendee.partner_id
             LEFT JOIN crm_lead lead ON lead.id = meeting.opportunity_id
             LEFT JOIN res_users organizer ON organizer.id = meeting.user_id
                 WHERE meeting.active AND meeting.stop <= %s
                   AND attendee.state IS DISTINCT FROM 'declined'
                   AND person.partner_share
                 GROUP BY meeting.id, person.commercial_partner_id, lead.company_id,
                          organizer.company_id
                """,
                self._day(
                    "coalesce(lead.company_id, organizer.company_id)", "meeting.stop"
                ),
                now,
            ),
            "outgoing": self._notified_sql(
                SQL(
                    """sent.notification_type = 'email'
                   AND sent.notification_status = 'sent'
                   AND message.author_id = ANY(%s)
                   AND message.message_type IN ('comment', 'email', 'email_outgoing')
                    """,
                    OURS,
                )
            ),
            "answer": SQL(
                """
                SELECT event.id, held.commercial_partner_id AS partner_id,
                       held.company_id, %s AS day
                  FROM ecrm_case_event event
                  JOIN ecrm_case held ON held.id = event.case_id
                 WHERE event.kind = 'agent' AND held.commercial_partner_id IS NOT NULL
                """,
                self._day("held.company_id", "event.at"),
            ),
            "unanswered": self._unanswered_sql(now),
            "case_unanswered": self._unanswered_cases_sql(now),
            "bounce": self._notified_sql(
                SQL(
                    """sent.notification_status IN ('bounce', 'exception')
                   AND sent.failure_type IN ('mail_bounce', 'mail_email_invalid')
                    """
                )
            ),
        }

    def _notified_sql(self, condition: SQL) -> SQL:
        """Customers whom a message of Odoo's was sent to, by what became of it."""
        return SQL(
            """
            SELECT sent.id, person.commercial_partner_id AS partner_id,
                   message.record_company_id AS company_id, %s AS day
              FROM mail_notification sent
              JOIN res_partner person ON person.id = sent.res_partner_id
              JOIN mail_message message ON message.id = sent.mail_message_id
             WHERE person.partner_share AND %s
            """,
            self._day("message.record_company_id", "message.date"),
            condition,
        )

    def _spoken_sql(self) -> SQL:
        """Whether a message was written by a person, on a record of a customer.

        That a quotation was signed is said in the customer's name and asks nothing;
        suppliers write on their invoices.
        """
        return SQL(
            """
            message.message_type IN ('comment', 'email', 'email_outgoing')
            AND message.model = ANY(%(models)s)
            AND NOT EXISTS (SELECT 1 FROM ecrm_automatic_mail automatic
                             WHERE automatic.message_id = message.id)
            AND NOT EXISTS (SELECT 1 FROM account_move bill
                             WHERE bill.id = message.res_id
                               AND message.model = 'account.move'
                               AND bill.move_type NOT IN ('out_invoice', 'out_refund'))
            AND NOT EXISTS (SELECT 1 FROM sale_order signed
                             WHERE signed.id = message.res_id
                               AND message.model = 'sale.order'
                               AND signed.signed_on IS NOT NULL
                               AND message.message_type = 'comment'
                               AND message.date - signed.signed_on
                                   BETWEEN interval '0' AND interval '1 minute')
            """,
            models=self._talk_models(),
        )

    def _calls_sql(self) -> SQL:
        """Activities of the kind of calls that were done on a customer's record."""
        return SQL(
            """
            SELECT message.id, person.commercial_partner_id AS partner_id,
                   message.record_company_id AS company_id, %s AS day
              FROM mail_message message
              JOIN mail_activity_type kind
                ON kind.id = message.mail_activity_type_id
               AND kind.category = 'phonecall'
         LEFT JOIN crm_lead lead
                ON message.model = 'crm.lead' AND lead.id = message.res_id
         LEFT JOIN sale_order sale
                ON message.model = 'sale.order' AND sale.id = message.res_id
         LEFT JOIN account_move invoice
                ON message.model = 'account.move' AND invoice.id = message.res_id
               AND invoice.move_type IN ('out_invoice', 'out_refund')
         LEFT JOIN ecrm_case held
                ON message.model = 'ecrm.case' AND held.id = message.res_id
              JOIN res_partner person
                ON person.id = coalesce(
                       CASE message.model WHEN 'res.partner' THEN message.res_id END,
                       lead.partner_id, sale.partner_id, invoice.partner_id,
                       held.partner_id)
             WHERE person.partner_share
            """,
            self._day("message.record_company_id", "message.date"),
        )

    def _unanswered_sql(self, now) -> SQL:
        """What the customer wrote last on a record, longer ago than we take to answer.

        What people of ours say there for all to read is an answer, and so is a call.
        """
        return SQL(
            """
            SELECT message.id, author.commercial_partner_id AS partner_id,
                   message.record_company_id AS company_id, %(day)s AS day
              FROM mail_message message
              JOIN res_partner author ON author.id = message.author_id
         LEFT JOIN res_company company ON company.id = message.record_company_id
             WHERE author.partner_share AND author.id <> ALL(%(ours)s)
               AND %(spoken)s
               AND message.date > %(since)s
               AND message.date <= %(now)s - make_interval(
                       days => coalesce(company.ecrm_unanswered_days, 3))
               AND NOT EXISTS (
                   SELECT 1
                     FROM mail_message later
                    WHERE later.model = message.model
                      AND later.res_id = message.res_id
                      AND later.id > message.id
                      AND later.date > %(since)s
                      AND later.author_id IS NOT NULL
                      AND CASE WHEN later.message_type NOT IN
                                    ('comment', 'email', 'email_outgoing')
                               THEN later.mail_activity_type_id IN (
                                    SELECT id FROM mail_activity_type
                                     WHERE category = 'phonecall')
                               WHEN later.author_id = ANY(%(ours)s)
                               THEN later.subtype_id = %(public)s
                               ELSE NOT EXISTS (
                                    SELECT 1 FROM ecrm_automatic_mail automatic
                                     WHERE automatic.message_id = later.id)
                          END)
            """,
            day=self._day("message.record_company_id", "message.date"),
            ours=OURS,
            spoken=self._spoken_sql(),
            public=self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment"),
            now=now,
            since=now - timedelta(days=WAITING_DAYS),
        )

    def _unanswered_cases_sql(self, now) -> SQL:
        """The same for cases that are not waiting for the customer."""
        return SQL(
            """
            SELECT talk.id, talk.partner_id, talk.company_id,
                   %(day)s AS day
              FROM (
                SELECT held.id, held.commercial_partner_id AS partner_id,
                       held.company_id,
                       max(event.at) FILTER (WHERE event.kind <> 'agent') AS wrote_on,
                       max(event.at) FILTER (WHERE event.kind = 'agent') AS answered_on
                  FROM ecrm_case held
                  JOIN ecrm_case_event event ON event.case_id = held.id
                 WHERE held.commercial_partner_id IS NOT NULL
                   AND held.state IN ('new', 'open')
                   AND event.kind IN ('opened', 'customer', 'after', 'agent')
                 GROUP BY held.id
                ) talk
              JOIN res_company company ON company.id = talk.company_id
             WHERE talk.wrote_on > coalesce(talk.answered_on, '-infinity')
               AND talk.wrote_on <= %(now)s - make_interval(
                       days => company.ecrm_unanswered_days)
            """,
            day=self._day("talk.company_id", "talk.wrote_on"),
            now=now,
        )
