from ast import literal_eval
from hashlib import md5

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .program_words import CONTACT_MEDIA

BATCH_SIZE = 20_000
# Digits of the hash that make the draw, and how many values they have.
DIGITS = 8
RANGE = 16**DIGITS


def draw(key: str, model: str, record_id: int) -> float:
    """The same number as the database draws: by program and customer alone."""
    text = f"{key}:{model}:{record_id}"
    return int(md5(text.encode()).hexdigest()[:DIGITS], 16) / RANGE


class CrmCustomerProgram(models.Model):
    """Enrolment: who belongs to the program comes in, once, into one of two arms."""

    _inherit = "crm.customer.program"

    def _enrol(self, after: dict | None = None, batch_size: int = BATCH_SIZE) -> dict:
        """Enrol one batch; from whom to go on, by source, until there is none.

        What is enrolled stays as it is, so that a batch done twice changes nothing.
        """
        self.ensure_one()
        after = dict(after or {"res.partner": 0, "crm.lead": 0})
        for model, candidates in (
            ("res.partner", self._candidates_domain),
            ("crm.lead", self._lead_candidates_domain),
        ):
            if after[model] is not None:
                after[model] = self._enrol_from(model, candidates(), after, batch_size)
            if after[model] is not None:
                break
        self._count_members()
        return after

    def _enrol_from(self, model, domain, after, batch_size) -> int | None:
        """Insert the next ones by id; the last id of a full batch, else None."""
        records = self.env[model].with_company(self.company_id)
        query = records._search(domain)
        members = self.env["crm.customer.program.member"]
        members.flush_model()
        now = fields.Datetime.now()
        [[count, last, added]] = self.env.execute_query(
            SQL(
                """
                WITH batch AS MATERIALIZED (
                    SELECT id, %(draw)s AS draw
                      FROM %(candidates)s AS candidate (id)
                     WHERE id > %(after)s
                     ORDER BY id LIMIT %(size)s
                ), added AS (
                    INSERT INTO crm_customer_program_member (
                           program_id, company_id, %(column)s, draw, arm, state,
                           enrolled_at, observed_until, next_touch_on, touch_count,
                           cost, revenue, margin, margin_before, success)
                    SELECT %(program)s, %(company)s, id, draw,
                           CASE WHEN draw < %(share)s
                                THEN 'control' ELSE 'treated' END,
                           'enrolled', %(now)s, %(until)s,
                           CASE WHEN draw >= %(share)s THEN %(today)s::date END,
                           0, 0, 0, 0, 0, 0
                      FROM batch
                        ON CONFLICT DO NOTHING
                    RETURNING id
                )
                SELECT count(*), max(id), (SELECT array_agg(id) FROM added) FROM batch
                """,
                draw=self._draw_sql(model),
                candidates=query.subselect(),
                after=after[model],
                size=batch_size,
                column=SQL.identifier(
                    "partner_id" if model == "res.partner" else "lead_id"
                ),
                program=self.id,
                company=self.company_id.id,
                share=self.control_share,
                now=now,
                until=fields.Datetime.add(now, days=self.window_days),
                today=fields.Date.today(),
            )
        )
        members.invalidate_model()
        self._note_enrolled(members.browse(added))
        return last if count == batch_size else None

    def _note_enrolled(self, members) -> None:
        """Hook: these have just come in, and nobody has contacted them yet."""

    def _draw_sql(self, model: str) -> SQL:
        return SQL(
            "('x' || left(md5(%s || id), %s))::bit(32)::bigint / %s::float8",
            f"{self.draw_key}:{model}:",
            DIGITS,
            RANGE,
        )

    def _candidates_domain(self) -> Domain:
        """The customers to enrol, those who are members already left out."""
        if not self.segment_id:
            return Domain.FALSE
        partners = self.env["res.partner"]
        domain = self.segment_id._customers_domain()
        for segment in self.exclude_segment_ids:
            domain &= ~segment._customers_domain()
        domain &= partners._may_contact_domain(
            self._contact_media()[self.medium], "marketing"
        )
        domain &= ~partners._in_query(self._taken_sql("partner_id"))
        if self.kind == "acquisition":
            domain &= ~partners._in_query(self._buyers_sql())
        return domain

    def _leads_domain(self) -> Domain:
        return (
            Domain(literal_eval(self.lead_domain.strip()))
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
        leads = self.env["crm.lead"]
        return (
            self._leads_domain()
            & leads._may_contact_domain(self._contact_media()[self.medium], "marketing")
            & ~Domain("partner_id.commercial_partner_id", "in", partners._search(known))
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

    @api.model
    def _contact_media(self) -> dict[str, str]:
        """Hook: what each medium of a program needs to be known and allowed."""
        return CONTACT_MEDIA

    def _today(self):
        place = self.with_context(tz=self.company_id.partner_id.tz or "UTC")
        return fields.Date.context_today(place)
