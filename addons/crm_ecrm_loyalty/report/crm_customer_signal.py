from datetime import date, timedelta

from odoo import api, models
from odoo.tools import SQL, formatLang

from odoo.addons.crm_ecrm.metrics.satisfaction import SCALES, scale

# Longer ago than this, what a customer said says nothing of today.
SAID_DAYS = 365


class CrmCustomerSignal(models.AbstractModel):
    """What customers told us, and how we answered, as it was known on a day.

    A case counts from the day on which it came in and is open until it was solved; a
    deadline is missed on the day on which it passed. Whoever was never asked has no
    score and no silence: nothing is known of him.
    """

    _inherit = "crm.customer.signal"

    @api.model
    def _own_names(self):
        return super()._own_names() | {
            "open_complaints": self.env._("Open complaints"),
            "complaints": self.env._("Complaints within a year"),
            "late_answers": self.env._("Promises to the customer that were missed"),
            "satisfaction": self.env._("Latest score"),
            "unanswered": self.env._("Questions left unanswered"),
        }

    @api.model
    def _own_words(self, name, value):
        count = formatLang(self.env, value, digits=0)
        if name == "open_complaints":
            if not value:
                return self.env._("no open complaint")
            return self.env._("open complaints: %s", count)
        if name == "complaints":
            if not value:
                return self.env._("no complaint within a year")
            return self.env._("complaints within a year: %s", count)
        if name == "late_answers":
            if not value:
                return self.env._("was always answered in time")
            return self.env._("missed promises within a year: %s", count)
        if name == "satisfaction":
            return self.env._("last rated us %s out of 100", count)
        if name == "unanswered":
            if not value:
                return self.env._("answered whenever asked")
            return self.env._("left unanswered within a year: %s", count)
        return super()._own_words(name, value)

    def _span(self, company, until: date):
        """The year before the first moment after that day, both ends in UTC."""
        end = self._end_of(company, until)
        return {
            "company": company.id,
            "end": end,
            "start": end - timedelta(days=SAID_DAYS),
        }

    def _flush_cases(self) -> None:
        self.env["ecrm.case"].flush_model()
        self.env["ecrm.case.episode"].flush_model()
        self.env["ecrm.case.clock"].flush_model()

    def _read_open_complaints(self, company, until: date):
        """Complaints that had come in by then, and were not solved by then."""
        self._flush_cases()
        return self._read(
            SQL(
                """
                SELECT complaint.commercial_partner_id,
                       count(DISTINCT complaint.id)
                  FROM ecrm_case complaint
                  JOIN ecrm_case_episode episode ON episode.case_id = complaint.id
                 WHERE complaint.kind = 'complaint'
                   AND complaint.company_id = %(company)s
                   AND complaint.commercial_partner_id IS NOT NULL
                   AND episode.started_on < %(end)s
                   AND coalesce(least(episode.solved_on, episode.ended_on),
                                'infinity') >= %(end)s
                 GROUP BY complaint.commercial_partner_id
                """,
                **self._span(company, until),
            )
        )

    def _read_complaints(self, company, until: date):
        """Complaints that came in within the year before."""
        self._flush_cases()
        return self._read(
            SQL(
                """
                SELECT commercial_partner_id, count(*)
                  FROM ecrm_case
                 WHERE kind = 'complaint'
                   AND company_id = %(company)s
                   AND commercial_partner_id IS NOT NULL
                   AND opened_on >= %(start)s AND opened_on < %(end)s
                 GROUP BY commercial_partner_id
                """,
                **self._span(company, until),
            )
        )

    def _read_late_answers(self, company, until: date):
        """Promised times that passed within the year before and were not kept.

        Of those who wrote to us: of others nothing is known of it.
        """
        self._flush_cases()
        return self._read(
            SQL(
                """
                SELECT said.commercial_partner_id,
                       count(*) FILTER (
                           WHERE clock.due_on < %(end)s
                             AND coalesce(clock.finished_on, 'infinity')
                                 > clock.due_on)
                  FROM ecrm_case_clock clock
                  JOIN ecrm_case said ON said.id = clock.case_id
                 WHERE said.company_id = %(company)s
                   AND said.commercial_partner_id IS NOT NULL
                   AND clock.state <> 'ended'
                   AND clock.started_on >= %(start)s AND clock.started_on < %(end)s
                 GROUP BY said.commercial_partner_id
                """,
                **self._span(company, until),
            )
        )

    def _read_satisfaction(self, company, until: date):
        """The latest score by then, within a year, on a scale of 0 to 100."""
        self.env["ecrm.feedback"].flush_model()
        scales = [SQL("(%s, %s, %s)", name, *scale(name)) for name in SCALES]
        return self._read(
            SQL(
                """
                SELECT DISTINCT ON (said.commercial_partner_id)
                       said.commercial_partner_id,
                       100.0 * (said.score - scale.low) / (scale.high - scale.low)
                  FROM ecrm_feedback said
                  JOIN (VALUES %(scales)s) scale (metric, low, high)
                    ON scale.metric = said.metric
                 WHERE said.company_id = %(company)s
                   AND said.commercial_partner_id IS NOT NULL
                   AND said.answered_on >= %(start)s AND said.answered_on < %(end)s
                 ORDER BY said.commercial_partner_id, said.answered_on DESC,
                          said.id DESC
                """,
                scales=SQL(", ").join(scales),
                **self._span(company, until),
            )
        )

    def _read_unanswered(self, company, until: date):
        """Questionnaires of the year before that were over by then without an answer.

        Of those who were asked at all.
        """
        self.env["ecrm.feedback"].flush_model()
        return self._read(
            SQL(
                """
                SELECT commercial_partner_id,
                       count(*) FILTER (
                           WHERE valid_until < %(end)s
                             AND coalesce(answered_on, 'infinity') >= %(end)s)
                  FROM ecrm_feedback
                 WHERE company_id = %(company)s
                   AND commercial_partner_id IS NOT NULL
                   AND asked_on >= %(start)s AND asked_on < %(end)s
                 GROUP BY commercial_partner_id
                """,
                **self._span(company, until),
            )
        )
