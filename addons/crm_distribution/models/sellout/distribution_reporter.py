from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day
from odoo.addons.crm_suite.tools.mails import write_mail
from odoo.addons.crm_suite.tools.notation_words import answer_field
from odoo.addons.crm_suite.tools.work import work_through

from ..network.network_words import DATE_ORDERS, DECIMAL_MARKS

KINDS = [
    ("original", "Original"),
    ("replaces", "Replaces Its Period"),
    ("adds", "Additional Lines"),
    ("month_to_date", "Month to Date"),
]
# how files are written, where they do not prove it
REMEMBERED = ("date_order", "decimal_mark", "short_years", "day_numbers")


class DistributionReporter(models.Model):
    """How an intermediary reports its sell-out, and how its files are to be read."""

    _name = "distribution.reporter"
    _description = "Sell-Out Reporter"
    _inherit = [
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
        "suite.job.mixin",
    ]
    _company_links = ("partner_id",)
    _jobs = {"crm_distribution.cron_remind_reporters"}
    _number_limits = {"due_days": (0, 365)}
    _protected_fields = {"reminded_to"}
    _rec_name = "partner_id"
    _order = "partner_id, id"

    partner_id = fields.Many2one(
        "res.partner", "Intermediary", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    active = fields.Boolean(default=True)
    frequency = fields.Selection(
        [("weekly", "Every Week"), ("monthly", "Every Month")],
        help="Empty: nobody is reminded.",
    )
    date_from = fields.Date(
        "Reports From", help="Periods that begin earlier are not asked for."
    )
    due_days = fields.Integer(
        "Days to Report",
        default=5,
        help="So many days after a period ends, it is asked for.",
    )
    reminded_to = fields.Date("Reminded of the Period to", readonly=True, copy=False)
    kind = fields.Selection(
        KINDS, "Usual Report", help="Of reports that do not say. Empty: it is asked."
    )
    date_order = fields.Selection(
        DATE_ORDERS, help="Where a file leaves it open. Empty: it is asked, once."
    )
    decimal_mark = fields.Selection(
        DECIMAL_MARKS, help="Where a file leaves it open. Empty: it is asked, once."
    )
    short_years = answer_field(
        "short_years",
        "Years of Two Digits",
        help="Where a file leaves it open. Empty: it is asked, once.",
    )
    day_numbers = answer_field(
        "day_numbers",
        "Numbers in Place of Days",
        help="Where a file leaves it open. Empty: it is asked, once.",
    )
    word_ids = fields.One2many("distribution.reporter.word", "reporter_id", "Own Words")

    _partner_uniq = models.UniqueIndex(
        "(company_id, partner_id)", "This intermediary is a reporter already."
    )

    @api.constrains("partner_id")
    def _check_partner(self):
        self.partner_id._check_is_company()

    @api.model
    def _of(self, partner, company):
        """The intermediary's own, made when it is first needed."""
        # sudo: whoever may report has it read as he usually writes
        reporters = self.sudo().with_context(active_test=False)
        domain = [("partner_id", "=", partner.id), ("company_id", "=", company.id)]
        found = reporters.search(domain, limit=1)
        if found:
            return found
        self.env["suite.turn"]._take([f"reporter {company.id} {partner.id}"])
        return reporters.create({"partner_id": partner.id, "company_id": company.id})

    def _full_period(self, first: date, last: date) -> tuple[date, date]:
        """The weeks or months of which there are days from first to last."""
        if self.frequency == "weekly":
            first -= timedelta(first.weekday())
            last += timedelta(6 - last.weekday())
        elif self.frequency == "monthly":
            first = first.replace(day=1)
            last += relativedelta(day=31)
        return first, last

    @api.model
    def _cron_remind(self):
        """Ask once for each period that is over and of which nothing was reported."""
        for company in self.env["res.company"].search([]):
            for frequency in ("weekly", "monthly"):
                outcome = work_through(
                    self,
                    lambda company=company, frequency=frequency: self._late_domain(
                        company, frequency
                    ),
                    lambda reporters: reporters._remind(),
                    100,
                )
                if outcome.out_of_time:
                    return

    def _last_period(self, day: date, frequency: str) -> tuple[date, date]:
        """The week or month that had ended on a day."""
        if frequency == "weekly":
            last = day - timedelta(day.weekday() + 1)
            return last - timedelta(6), last
        last = day.replace(day=1) - timedelta(1)
        return last.replace(day=1), last

    @api.model
    def _late_domain(self, company, frequency: str) -> Domain:
        """Whose last period is due, was not asked for and not reported."""
        today = company._today()
        base = Domain("company_id", "=", company.id) & Domain(
            "frequency", "=", frequency
        )
        late = Domain.FALSE
        for (days,) in self._read_group(base, ["due_days"]):
            first, last = self._last_period(today - timedelta(days), frequency)
            reported = self.env["distribution.sellout"]._search(
                [
                    ("company_id", "=", company.id),
                    ("state", "not in", ("withdrawn", "repeated")),
                    ("date_from", "<=", last),
                    ("date_to", ">=", first),
                ]
            )
            late |= (
                Domain("due_days", "=", days)
                & (Domain("date_from", "=", False) | Domain("date_from", "<=", first))
                & (Domain("reminded_to", "=", False) | Domain("reminded_to", "<", last))
                & Domain("partner_id", "not in", reported.subselect("partner_id"))
            )
        return base & late

    def _remind(self) -> None:
        template = self.env.ref(
            "crm_distribution.mail_template_late_report", raise_if_not_found=False
        )
        mails = []
        for one in self:
            first, last = self._last_period(
                one.company_id._today() - timedelta(one.due_days), one.frequency
            )
            contact = one.partner_id
            if template and contact.active and contact.email_normalized:
                words = contact.with_context(lang=contact.lang)
                mails.append(
                    write_mail(
                        template,
                        one,
                        contact,
                        one.company_id.email_formatted,
                        first_day=written_day(words.env, first),
                        last_day=written_day(words.env, last),
                    )
                )
            one._as_system().reminded_to = last
        # sudo: jobs and managers send what the company asks for
        self.env["mail.mail"].sudo().create(mails)

    @api.model
    def _merge_partners(self, src_partners, dst_partner) -> None:
        """Before contacts are merged: one of them is the reporter, with all words."""
        everybody = src_partners | dst_partner
        found = self.with_context(active_test=False).search(
            [("partner_id", "in", everybody.ids)]
        )
        for reporters in found.grouped("company_id").values():
            kept = reporters.filtered(lambda one: one.partner_id == dst_partner)
            kept = (kept or reporters)[:1]
            others = reporters - kept
            known = {word._identity() for word in kept.word_ids}
            for word in others.word_ids:
                if word._identity() not in known:
                    word.reporter_id = kept
            others.unlink()
