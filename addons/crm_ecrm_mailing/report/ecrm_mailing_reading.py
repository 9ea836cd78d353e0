from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Mail programs fetch pictures when a mail comes in, and scanners follow its links.
OPEN_SECONDS, CLICK_SECONDS = 60, 10
# Nobody follows two links of a mail within so many.
BURST_SECONDS = 1


class EcrmMailingReading(models.Model):
    """What people read of a mailing, and what only their programs opened: one row each.

    An open within a minute of sending is a program's, and so is a click within ten
    seconds, or of two links of one mail within one. Odoo keeps the first open alone:
    whether somebody read such a mail afterwards is not known, so that it counts on
    neither side of the share.
    """

    _name = "ecrm.mailing.reading"
    _description = "Mailings Read"
    _auto = False
    _order = "sent_on desc, id desc"

    name = fields.Char("Subject", readonly=True)
    mailing_id = fields.Many2one("mailing.mailing", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    sent_on = fields.Datetime("Sent", readonly=True)
    delivered = fields.Integer(readonly=True)
    bounced = fields.Integer("Came Back", readonly=True)
    opened = fields.Integer("Opened by People", readonly=True)
    opened_by_program = fields.Integer(
        "Opened by Programs",
        readonly=True,
        help="Within a minute of sending, or by a click of a scanner: not counted",
    )
    clicked = fields.Integer("Clicked by People", readonly=True)
    clicked_by_program = fields.Integer(
        "Clicked by Programs",
        readonly=True,
        help="Within ten seconds of sending, or two links at once: not counted",
    )
    opened_share = fields.Float(
        "Opened (%)",
        readonly=True,
        digits=(5, 1),
        aggregator="avg",
        help="Of the mails delivered that no program opened first",
    )
    clicked_share = fields.Float(
        "Clicked (%)",
        readonly=True,
        digits=(5, 1),
        aggregator="avg",
        help="Of the mails delivered",
    )

    def _read_group_select(self, aggregate_spec, query):
        """The share of several mailings is that of all their mails together."""

        def total(name):
            return SQL("sum(%s)", self._field_to_sql(self._table, name, query))

        if aggregate_spec == "opened_share:avg":
            told = SQL("(%s - %s)", total("delivered"), total("opened_by_program"))
            return SQL("100.0 * %s / nullif(%s, 0)", total("opened"), told)
        if aggregate_spec == "clicked_share:avg":
            return SQL(
                "100.0 * %s / nullif(%s, 0)", total("clicked"), total("delivered")
            )
        return super()._read_group_select(aggregate_spec, query)

    def action_open_traces(self):
        """The mails that were counted."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "mailing.trace",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("mass_mailing_id", "=", self.mailing_id.id),
                ("is_test_trace", "=", False),
            ],
        }

    @api.model
    def _click_by_program_sql(self) -> SQL:
        """Whether a program made the `click` on a link of the mail `trace`."""
        return SQL(
            """
            (click.create_date < coalesce(trace.sent_datetime, trace.create_date)
                                 + make_interval(secs => %(click)s)
             OR EXISTS (SELECT 1 FROM link_tracker_click other
                         WHERE other.mailing_trace_id = click.mailing_trace_id
                           AND other.link_id <> click.link_id
                           AND other.create_date BETWEEN click.create_date - %(burst)s
                                                 AND click.create_date + %(burst)s))
            """,
            click=CLICK_SECONDS,
            burst=timedelta(seconds=BURST_SECONDS),
        )

    @api.model
    def _open_by_program_sql(self) -> SQL:
        """Whether a program opened the mail `trace` first.

        A click and an answer open a mail in Odoo's books at the same moment: what a
        program did so is no reading, and what a person did so counts as that.
        """
        return SQL(
            """
            (trace.open_datetime < coalesce(trace.sent_datetime, trace.create_date)
                                   + make_interval(secs => %(open)s)
             OR coalesce(trace.open_datetime
                         BETWEEN trace.reply_datetime - interval '1 second'
                             AND trace.reply_datetime, FALSE)
             OR EXISTS (SELECT 1 FROM link_tracker_click click
                         WHERE click.mailing_trace_id = trace.id
                           AND click.create_date
                               BETWEEN trace.open_datetime - interval '2 seconds'
                                   AND trace.open_datetime + interval '1 second'
                           AND %(by_program)s))
            """,
            open=OPEN_SECONDS,
            by_program=self._click_by_program_sql(),
        )

    @api.model
    def _mails_sql(self) -> SQL:
        """Each mail of a mailing, and who opened and clicked it."""
        clicked = SQL(
            """
            EXISTS (SELECT 1 FROM link_tracker_click click
                     WHERE click.mailing_trace_id = trace.id AND %s)
            """,
            self._click_by_program_sql(),
        )
        clicked_by_person = SQL(
            """
            EXISTS (SELECT 1 FROM link_tracker_click click
                     WHERE click.mailing_trace_id = trace.id AND NOT %s)
            """,
            self._click_by_program_sql(),
        )
        return SQL(
            """
            SELECT trace.mass_mailing_id, trace.trace_status,
                   trace.trace_status IN ('sent', 'open', 'reply') AS is_delivered,
                   trace.open_datetime IS NOT NULL AND NOT %(by_program)s AS opened,
                   trace.open_datetime IS NOT NULL AND %(by_program)s AS by_program,
                   %(clicked)s AS clicked, %(scanned)s AS clicked_by_program
              FROM mailing_trace trace
             WHERE NOT coalesce(trace.is_test_trace, FALSE)
            """,
            by_program=self._open_by_program_sql(),
            clicked=clicked_by_person,
            scanned=clicked,
        )

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            SELECT id, id AS mailing_id, name, company_id, sent_on, delivered, bounced,
                   opened, opened_by_program, clicked, clicked_by_program,
                   100.0 * opened / nullif(delivered - opened_by_program, 0)
                   AS opened_share,
                   100.0 * clicked / nullif(delivered, 0) AS clicked_share
              FROM (
                SELECT mailing.id, mailing.subject AS name, sender.company_id,
                       mailing.sent_date AS sent_on,
                       count(*) FILTER (WHERE mail.is_delivered)::integer AS delivered,
                       count(*) FILTER (WHERE mail.trace_status = 'bounce')::integer
                       AS bounced,
                       count(*) FILTER (WHERE mail.is_delivered AND mail.opened
                                        )::integer AS opened,
                       count(*) FILTER (WHERE mail.is_delivered AND mail.by_program
                                        )::integer AS opened_by_program,
                       count(*) FILTER (WHERE mail.is_delivered AND mail.clicked
                                        )::integer AS clicked,
                       count(*) FILTER (WHERE mail.is_delivered
                                          AND mail.clicked_by_program
                                        )::integer AS clicked_by_program
                  FROM (%(mails)s) AS mail
                  JOIN mailing_mailing mailing ON mailing.id = mail.mass_mailing_id
             LEFT JOIN res_users sender ON sender.id = mailing.user_id
                 GROUP BY mailing.id, sender.company_id
                HAVING count(*) FILTER (WHERE mail.trace_status NOT IN
                                        ('outgoing', 'process', 'cancel')) > 0
                ) counted
            """,
            mails=self._mails_sql(),
        )
