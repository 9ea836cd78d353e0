import base64
import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_suite.tools.notation_words import QUESTIONS, answer_field
from odoo.addons.crm_suite.tools.work import work_through

from ..network.network_words import DATE_ORDERS, DECIMAL_MARKS
from .distribution_reporter import KINDS

WORKING = ("reading", "loading")
# what may still be answered, mended or withdrawn
OPEN = ("reported", "mapped", "held", "validated")
IN = ("accepted", "superseded")
ANSWERS = {
    *("kind", "date_from", "date_to"),
    *("encoding", "sheet", "date_order", "short_years", "day_numbers"),
    *("decimal_mark", "half_swapped"),
}
# Windows' pages: every file is one of each of them
PAGES = [
    ("cp1252", "Western European"),
    ("cp1256", "Arabic and Persian"),
    ("cp1250", "Central European"),
    ("cp1254", "Turkish"),
    ("cp850", "Western European (DOS)"),
]


class DistributionSellout(models.Model):
    """A report of sell-out as an intermediary sent it, on its way to being accepted.

    As reported → mapped (columns, codes and notation are understood, some rows are
    not) → validated → accepted. The file stays for ever as it came: what is mended is
    a report of its own, and this one is withdrawn. A long file is left to a job, which
    brings its lines in part by part, unseen until all of them are accepted at once.
    """

    _name = "distribution.sellout"
    _description = "Sell-Out Report"
    _inherit = [
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.import.mixin",
        "suite.job.mixin",
    ]
    _company_links = ("partner_id",)
    _jobs = {
        "crm_distribution.cron_read_sellout",
        "crm_distribution.cron_refresh_stock",
    }
    _order = "id desc"
    _protected_fields = {
        "accepted_on",
        "asked",
        "content_hash",
        "file_hash",
        "first_day",
        "header",
        "held_reason",
        "last_day",
        "leave_out",
        "left_out_count",
        "line_count",
        "mends_id",
        "part_count",
        "part_done",
        "period_is_read",
        "problem_count",
        "problem_ids",
        "removed_count",
        "reported_on",
        "row_count",
        "same_as_id",
        "same_count",
        "sheets",
        "sale_count",
        "state",
        "stock_count",
        "submitted_by_id",
        "superseded_by_id",
        "user_id",
    }

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner", "Reporter", required=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        readonly=True,
        default=lambda self: self.env.user,
    )
    submitted_by_id = fields.Many2one(
        "res.partner", "Sent By", readonly=True, ondelete="set null"
    )
    reported_on = fields.Datetime(
        readonly=True, default=lambda self: fields.Datetime.now(), copy=False
    )
    # in the row and not among the attachments, which can be deleted
    file = fields.Binary(required=True, attachment=False, copy=False)
    filename = fields.Char(copy=False)
    file_hash = fields.Char(readonly=True, copy=False)
    content_hash = fields.Char(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Of what was read: the same for a file that was saved in another way.",
    )
    kind = fields.Selection(
        KINDS,
        "Report",
        help="Original: nothing of these days was reported before. Replaces: takes the "
        "place of what was accepted for its period. Additional lines: are added to it. "
        "Month to date: takes the place of what this month had so far.",
    )
    date_from = fields.Date(
        "From", help="Empty: the first day of the file, by full weeks or months."
    )
    date_to = fields.Date("To", help="The last day.")
    period_is_read = fields.Boolean(
        readonly=True, copy=False, help="The file says it, and nobody else."
    )
    date_order = fields.Selection(DATE_ORDERS, "Days Are Written")
    decimal_mark = fields.Selection(DECIMAL_MARKS, "Numbers Are Written")
    encoding = fields.Selection(PAGES, "Letters Are Written", copy=False)
    sheet = fields.Char(
        copy=False, help="The name of one, or * for all with the same columns."
    )
    sheets = fields.Char("Sheets of the File", readonly=True, copy=False)
    short_years = answer_field("short_years", "Years of Two Digits")
    day_numbers = answer_field("day_numbers", "Numbers in Place of Days")
    half_swapped = answer_field(
        "half_swapped",
        "Day and Month",
        copy=False,
        help="Of days that a spreadsheet has read in the wrong order, where it could.",
    )
    first_day = fields.Date(readonly=True, copy=False)
    last_day = fields.Date(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("reported", "As Reported"),
            ("reading", "Being Read"),
            ("mapped", "Mapped"),
            ("held", "Held"),
            ("validated", "Validated"),
            ("loading", "Being Accepted"),
            ("accepted", "Accepted"),
            ("superseded", "Superseded"),
            ("repeated", "Known Already"),
            ("withdrawn", "Withdrawn"),
        ],
        default="reported",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    asked = fields.Char(
        "Open Questions", readonly=True, copy=False, help="What the file leaves open."
    )
    questions = fields.Text(compute="_compute_questions")
    header = fields.Text("Columns of the File", readonly=True, copy=False)
    held_reason = fields.Char(readonly=True, copy=False)
    leave_out = fields.Boolean(
        "Without the Bad Rows", readonly=True, copy=False, help="By somebody's choice."
    )
    row_count = fields.Integer("Rows", readonly=True, copy=False)
    line_count = fields.Integer("New Lines", readonly=True, copy=False)
    same_count = fields.Integer("Unchanged Lines", readonly=True, copy=False)
    removed_count = fields.Integer("Superseded Lines", readonly=True, copy=False)
    problem_count = fields.Integer("Issues", readonly=True, copy=False)
    left_out_count = fields.Integer("Rows Left Out", readonly=True, copy=False)
    sale_count = fields.Integer("Sales and Returns", readonly=True, copy=False)
    stock_count = fields.Integer("Stock Lines", readonly=True, copy=False)
    is_incomplete = fields.Boolean(
        "Incomplete",
        compute="_compute_is_incomplete",
        store=True,
        help="Accepted with stock and without any sale.",
    )
    problem_ids = fields.One2many(
        "distribution.sellout.problem", "report_id", readonly=True
    )
    line_ids = fields.One2many("distribution.sellout.line", "report_id", readonly=True)
    part_done = fields.Integer("Parts Done", readonly=True, copy=False)
    part_count = fields.Integer("Parts", readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    accepted_on = fields.Datetime(readonly=True, copy=False)
    mends_id = fields.Many2one(
        "distribution.sellout", readonly=True, copy=False, ondelete="restrict"
    )
    same_as_id = fields.Many2one(
        "distribution.sellout",
        "The Same As",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    superseded_by_id = fields.Many2one(
        "distribution.sellout",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )

    _dates_range = models.Constraint(
        "CHECK (date_from <= date_to)", "A period does not end before it begins."
    )
    _period_idx = models.Index("(company_id, partner_id, date_from, date_to)")

    @api.depends("partner_id", "date_from", "date_to", "filename")
    def _compute_name(self):
        for report in self:
            days = f"{report.date_from or ''} – {report.date_to or ''}"
            what = days if report.date_from else report.filename or ""
            report.name = f"{report.partner_id.name or ''}: {what}"

    @api.depends("asked")
    def _compute_questions(self):
        for report in self:
            asked = (report.asked or "").split()
            report.questions = "\n".join(map(report._question, asked))

    @api.depends("state", "sale_count", "stock_count")
    def _compute_is_incomplete(self):
        for report in self:
            report.is_incomplete = (
                report.state in IN and report.stock_count and not report.sale_count
            )

    @api.depends("part_done", "part_count", "state")
    def _compute_progress(self):
        for report in self:
            if report.state == "loading" and report.part_count:
                report.progress = 100 * report.part_done / report.part_count
            else:
                report.progress = 100 if report.state in IN else 0

    @api.constrains("partner_id")
    def _check_partner(self):
        self.partner_id._check_is_company()

    @api.model_create_multi
    def create(self, vals_list):
        reports = super().create(vals_list)
        for report in reports:
            report._note({"file_hash": hashlib.sha256(report._bytes()).hexdigest()})
        return reports

    def write(self, vals):
        """The file and whose it is stay; another answer makes a check worthless."""
        if {"file", "filename", "partner_id"} & vals.keys():
            self.check_access("write")
            raise UserError(
                self.env._(
                    "A report stays as it was sent. Send the mended file as another "
                    "report."
                )
            )
        if ANSWERS & vals.keys() and not self._is_by_system():
            self._require_open()
            self._note({"state": "reported", "asked": False, "held_reason": False})
            if {"date_from", "date_to"} & vals.keys():
                self._note({"period_is_read": False})
        return super().write(vals)

    def _require_open(self) -> None:
        for report in self:
            report._require_state(*OPEN)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reported(self):
        """What was reported is kept for ever."""
        raise UserError(self.env._("A report is kept. Withdraw it instead."))

    def action_check(self):
        """Read the file, and say what accepting it would do."""
        for report in self:
            report._require_state(*OPEN)
            report._forget()
            report._start("reading")

    def action_leave_out(self):
        """Go on with the good rows alone; the report says how many are missing."""
        for report in self:
            report._require_state("mapped")
            report._forget()
            report._note({"leave_out": True})
            report._start("reading")

    def action_accept(self):
        """Take the lines in."""
        for report in self:
            report._require_state("validated")
            report._start("loading")

    def action_withdraw(self):
        """Not accepted, and kept as it was sent."""
        for report in self:
            report._require_state(*OPEN)
            report._note({"state": "withdrawn"})

    def action_open_lines(self):
        """What is accepted for the reporter and these days."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "distribution.sellout.line",
            "view_mode": "list,pivot,graph",
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("day", ">=", self.date_from),
                ("day", "<=", self.date_to),
                ("state", "=", "accepted"),
            ],
        }

    def action_open_changes(self):
        """What this report changed of what was accepted before."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Changes by %s", self.name),
            "res_model": "distribution.sellout.change",
            "view_mode": "list",
            "domain": [("report_id", "=", self.id)],
        }

    def action_open_words(self):
        """What the reporter calls our products."""
        self.ensure_one()
        self.check_access("read")
        reporter = self.env["distribution.reporter"]._of(
            self.partner_id, self.company_id
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "distribution.reporter",
            "view_mode": "form",
            "res_id": reporter.id,
        }

    def action_download_issues(self):
        """The rows that are not in order, with what is wrong, as a file."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/channel/sellout/{self.id}/issues",
            "target": "download",
        }

    @api.model
    def _cron_read(self):
        work_through(self, [("state", "in", WORKING)], lambda report: report._go_on())

    def _start(self, state: str) -> None:
        self._note(
            {
                "state": state,
                "part_count": 0,
                "part_done": 0,
                "user_id": self.env.uid,
            }
        )
        # sudo: a reader of the file needs to know all products, and writes lines that
        # nobody writes by hand
        report = self.sudo()
        if report._is_long():
            report.env.ref("crm_distribution.cron_read_sellout")._trigger()
        else:
            while report.state in WORKING:
                report._go_on()

    def _forget(self) -> None:
        """What an earlier look had found."""
        # sudo: they are written by reading alone
        problems = self.sudo().problem_ids
        problems.unlink()
        self._drop_parts()
        self._note(
            {
                "asked": False,
                "held_reason": False,
                "same_as_id": False,
                "problem_count": 0,
                "leave_out": False,
                "left_out_count": 0,
            }
        )
        for report in self:
            if report.period_is_read:
                report._note(
                    {"date_from": False, "date_to": False, "period_is_read": False}
                )

    def _parts(self):
        # sudo: they are the job's alone
        return self.env["distribution.sellout.part"].sudo()

    def _drop_parts(self) -> None:
        self._parts().search([("report_id", "in", self.ids)]).unlink()

    def _bytes(self) -> bytes:
        return base64.b64decode(self.with_context(bin_size=False).file or b"")

    def _question(self, code: str) -> str:
        """What is asked, in words."""
        subject, _colon, name = code.partition(":")
        if subject == "column":
            labels = {
                "product": self.env._("Which column holds the product's code?"),
                "quantity": self.env._("Which column holds the quantity?"),
                "date": self.env._("Which column holds the day?"),
            }
            return labels[name]
        if subject in QUESTIONS:
            return self.env._(QUESTIONS[subject])
        labels = {
            "date_order": self.env._(
                "How are days written: day first, or month first?"
            ),
            "encoding": self.env._(
                "Which letters does the file use? Western European: Müller; Arabic "
                "and Persian: کالا."
            ),
            "sheet": self.env._(
                "Which sheet holds the lines: %(sheets)s? * stands for all with the "
                "same columns.",
                sheets=", ".join(json.loads(self.sheets or "[]")),
            ),
            "decimal_mark": self.env._(
                "How are numbers written: is 1.200 more than a thousand, or little "
                "more than one?"
            ),
            "kind": self.env._(
                "Is this an original report, does it replace its period, add lines, "
                "or tell the month so far?"
            ),
        }
        return labels[subject]
