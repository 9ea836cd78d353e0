from odoo import api, fields, models
from odoo.tools import SQL

# sources whose events have a medium
BY_MEDIUM = ("case", "case_message", "message")


class EcrmSignal(models.Model):
    """What customers did on a day, from what Odoo has; no copy of any content.

    One row for a customer's company, a company of ours, a day, a source and a medium.
    What is not installed is not measured: it has no rows, and is no silence.
    """

    _name = "ecrm.signal"
    _description = "Signal of a Customer"
    _inherit = "suite.customer.data.mixin"
    _auto = False
    _order = "day desc, id desc"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    day = fields.Date(readonly=True)
    source = fields.Selection("_select_source", readonly=True)
    medium = fields.Selection(
        "_select_medium", readonly=True, help="By which the customer reached us"
    )
    count = fields.Integer("How Many", readonly=True)

    @api.model
    def _select_source(self):
        return [
            ("order", self.env._("Orders")),
            ("visit", self.env._("Days in the Portal")),
            ("feedback", self.env._("Ratings")),
            ("idea", self.env._("Ideas")),
            ("case", self.env._("Cases")),
            ("complaint", self.env._("Open Complaints")),
            ("refund", self.env._("Credit Notes")),
            ("late", self.env._("Overdue Invoices")),
            ("paid_late", self.env._("Invoices Paid Late")),
            ("message", self.env._("Messages of the Customer")),
            ("case_message", self.env._("Messages on Cases")),
            ("call", self.env._("Calls")),
            ("meeting", self.env._("Meetings")),
            ("outgoing", self.env._("Our Mails")),
            ("answer", self.env._("Our Answers on Cases")),
            ("unanswered", self.env._("Messages without Answer")),
            ("case_unanswered", self.env._("Cases without Answer")),
            ("bounce", self.env._("Mails That Came Back")),
            ("opened", self.env._("Mailings Opened")),
            ("clicked", self.env._("Links of Mailings Clicked")),
            ("program", self.env._("Mailings Opened by Programs (Not Counted)")),
            ("mailing_bounce", self.env._("Mailings That Came Back")),
            ("return", self.env._("Goods Sent Back, Not Credited")),
        ]

    @api.model
    def _select_medium(self):
        return self.env["ecrm.case"]._fields["medium"]._description_selection(self.env)

    @api.model
    def _sources(self) -> dict[str, SQL]:
        """Hook: for each measured source one row an event.

        Columns: ``id``, ``partner_id`` (the customer's company), ``company_id`` and
        ``day`` (the company's own), and ``medium`` where there is one. An id stands
        once in its source.
        """
        day = self._day
        return {
            # what we noted ourselves is not what a customer did
            "case": SQL(
                """
                SELECT id, commercial_partner_id AS partner_id, company_id,
                       %s AS day, medium
                  FROM ecrm_case
                 WHERE commercial_partner_id IS NOT NULL AND medium <> 'staff'
                """,
                day("company_id", "opened_on"),
            ),
            "complaint": SQL(
                """
                SELECT id, commercial_partner_id AS partner_id, company_id,
                       %s AS day
                  FROM ecrm_case
                 WHERE commercial_partner_id IS NOT NULL AND kind = 'complaint'
                   AND state IN ('new', 'open', 'waiting')
                """,
                day("company_id", "opened_on"),
            ),
            # who was asked and is silent did nothing; a call noted by us is one of ours
            "feedback": SQL(
                """
                SELECT id, commercial_partner_id AS partner_id, company_id,
                       %s AS day
                  FROM ecrm_feedback
                 WHERE commercial_partner_id IS NOT NULL AND answered_on IS NOT NULL
                   AND medium IS DISTINCT FROM 'phone'
                """,
                day("company_id", "answered_on"),
            ),
            "idea": SQL(
                """
                SELECT id, commercial_partner_id AS partner_id, company_id,
                       %s AS day
                  FROM ecrm_idea
                 WHERE commercial_partner_id IS NOT NULL
                """,
                day("company_id", "opened_on"),
            ),
            "order": SQL(
                """
                SELECT o.id, p.commercial_partner_id AS partner_id, o.company_id,
                       %s AS day
                  FROM sale_order o
                  JOIN res_partner p ON p.id = o.partner_id
                 WHERE o.state = 'sale'
                """,
                day("o.company_id", "o.date_order"),
            ),
            "visit": SQL(
                """
                SELECT v.id, p.commercial_partner_id AS partner_id, v.company_id, v.day
                  FROM ecrm_portal_visit v
                  JOIN res_partner p ON p.id = v.partner_id
                """
            ),
            "refund": SQL(
                """
                SELECT id, commercial_partner_id AS partner_id, company_id,
                       invoice_date AS day
                  FROM account_move move
                 WHERE move_type = 'out_refund' AND state = 'posted'
                   AND commercial_partner_id IS NOT NULL
                   AND %s
                """,
                self.env["suite.trade"]._trades_sql(),
            ),
            "late": SQL(
                """
                SELECT id, commercial_partner_id AS partner_id, company_id,
                       invoice_date_due AS day
                  FROM account_move
                 WHERE move_type = 'out_invoice' AND state = 'posted'
                   AND payment_state IN ('not_paid', 'partial')
                   AND invoice_date_due < %s
                   AND commercial_partner_id IS NOT NULL
                """,
                self._today("company_id"),
            ),
            # on the day when the last of it was paid
            "paid_late": SQL(
                """
                SELECT move.id, move.commercial_partner_id AS partner_id,
                       move.company_id, max(paid.max_date) AS day
                  FROM account_move move
                  JOIN account_move_line item ON item.move_id = move.id
                  JOIN account_partial_reconcile paid ON paid.debit_move_id = item.id
                 WHERE move.move_type = 'out_invoice' AND move.state = 'posted'
                   AND move.payment_state IN ('in_payment', 'paid')
                   AND move.commercial_partner_id IS NOT NULL
                   AND item.display_type = 'payment_term'
                 GROUP BY move.id
                HAVING bool_or(paid.max_date > item.date_maturity)
                """
            ),
            **self._talk_sources(),
        }

    @api.model
    def _day(self, company: str, moment: str) -> SQL:
        """The day of an event, where the company is whose it is."""
        return self.env["res.company"]._day_sql(SQL(company), SQL(moment))

    @api.model
    def _today(self, company: str) -> SQL:
        return self.env["res.company"]._today_sql(SQL(company))

    def _determine_fields_to_fetch(self, field_names=None, ignore_when_in_cache=False):
        """With what rights ask for: by its id alone, a row is looked for among all."""
        if field_names:
            field_names = {*field_names, "partner_id", "company_id"}
        return super()._determine_fields_to_fetch(field_names, ignore_when_in_cache)

    @api.model
    def _events(self) -> list[tuple[int, int, str, SQL]]:
        """Each measured source: its place among how many, its name, its events."""
        known = [source for source, _label in self._select_source()]
        return [
            (known.index(source), len(known), source, events)
            for source, events in sorted(self._sources().items())
        ]

    @property
    def _table_query(self) -> SQL:
        parts = [
            SQL(
                """
                SELECT min(id)::bigint * %(all)s + %(place)s AS id,
                       partner_id, company_id, day,
                       %(source)s AS source, %(medium)s AS medium,
                       count(*)::integer AS count
                  FROM (%(events)s) AS events
                 WHERE day IS NOT NULL
                 GROUP BY partner_id, company_id, day%(by_medium)s
                """,
                all=all_,
                place=place,
                source=source,
                medium=SQL("medium" if source in BY_MEDIUM else "NULL::varchar"),
                by_medium=SQL(", medium" if source in BY_MEDIUM else ""),
                events=events,
            )
            for place, all_, source, events in self._events()
        ]
        return SQL(" UNION ALL ").join(parts)

    @api.model
    def _not_measured(self) -> list[str]:
        """Sources that nothing here brings, called as people call them."""
        measured = self._sources()
        return [
            label for source, label in self._select_source() if source not in measured
        ]
