import base64

from psycopg2.errors import ForeignKeyViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.crm_suite.tools.notation_words import answer_field
from odoo.addons.crm_suite.tools.work import work_through

from .network_reading import Problem, Reading
from .network_words import DATE_ORDERS, DECIMAL_MARKS

WORKING = ("checking", "loading")
# a file with more rows is left to the job
AT_ONCE = 2_000
# outlets or facts that are written together
PART = 2_000
SHOWN = 200
ANSWERS = ("decimal_mark", "date_order", "short_years", "day_numbers")


class DistributionNetworkImport(models.Model):
    """A file of outlets, or of what they handle: checked whole, then brought in.

    Checking changes nothing, and of a file with any issue nothing is brought in. A long
    one is left to a job, which reads it once into parts and brings in one after the
    other, each together with how far it got: it may be stopped, and goes on after a
    kill. What is in stays, since the same file again changes nothing.
    """

    _name = "distribution.network.import"
    _description = "Import of Outlets"
    _inherit = [
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.import.mixin",
        "suite.job.mixin",
    ]
    _jobs = {"crm_distribution.cron_import_network"}
    _order = "id desc"
    _protected_fields = {
        "changed_count",
        "done_on",
        "kind",
        "new_count",
        "part_count",
        "part_done",
        "problem_count",
        "problem_ids",
        "row_count",
        "same_count",
        "state",
        "user_id",
    }

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    # in the row and not among the attachments: it goes when the import goes
    file = fields.Binary(required=True, attachment=False, copy=False)
    filename = fields.Char(copy=False)
    decimal_mark = fields.Selection(
        DECIMAL_MARKS, "Numbers Are Written", help="Where the file does not prove it."
    )
    date_order = fields.Selection(
        DATE_ORDERS, "Days Are Written", help="Where the file does not prove it."
    )
    short_years = answer_field(
        "short_years", "Years of Two Digits", help="Where the file has them."
    )
    day_numbers = answer_field(
        "day_numbers", "Numbers in Place of Days", help="Where the file has them."
    )
    kind = fields.Selection(
        [("outlets", "Outlets and their turnover"), ("handling", "What they handle")],
        readonly=True,
        copy=False,
    )
    state = fields.Selection(
        [
            ("draft", "File"),
            ("checking", "Checking"),
            ("faulty", "Needs Mending"),
            ("ready", "Ready"),
            ("loading", "Importing"),
            ("done", "Imported"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    part_done = fields.Integer("Parts Done", readonly=True, copy=False)
    part_count = fields.Integer("Parts", readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    row_count = fields.Integer("Rows", readonly=True, copy=False)
    new_count = fields.Integer("New", readonly=True, copy=False)
    changed_count = fields.Integer("Changed", readonly=True, copy=False)
    same_count = fields.Integer("Already Known", readonly=True, copy=False)
    problem_count = fields.Integer("Issues", readonly=True, copy=False)
    problem_ids = fields.One2many(
        "distribution.network.import.problem", "import_id", readonly=True
    )
    done_on = fields.Datetime("Imported On", readonly=True, copy=False)

    @api.depends("filename")
    def _compute_name(self):
        for source in self:
            source.name = source.filename or self.env._("Outlets")

    @api.depends("part_done", "part_count", "state")
    def _compute_progress(self):
        for source in self:
            done, count = source.part_done, source.part_count
            if source.state == "loading" and count:
                source.progress = 100 * done / count
            else:
                source.progress = 100 if source.state == "done" else 0

    def write(self, vals):
        """Another file or another answer makes a check worthless."""
        if {"file", *ANSWERS} & vals.keys():
            self.check_access("write")
            for source in self:
                source._require_state("draft", "faulty", "ready")
                source._forget()
                source._note({"state": "draft"})
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_working(self):
        if any(source.state in WORKING for source in self):
            raise UserError(self.env._("Stop an import before you delete it."))

    def action_check(self):
        """Say what the file would do, and change nothing."""
        for source in self:
            source._require_state("draft", "faulty", "ready")
            source._start("checking")

    def action_import(self):
        """Bring in all of the file, or nothing where a row is not in order."""
        for source in self:
            source._require_state("ready")
            source._start("loading")

    def action_stop(self):
        """Leave it where it is. What is in stays; the same file goes on from there."""
        for source in self:
            source._require_state(*WORKING)
            source._forget()
            source._note({"state": "draft"})

    def action_open(self):
        """What was brought in."""
        self.ensure_one()
        self.check_access("read")
        action = "handling" if self.kind == "handling" else "outlet"
        return self.env["ir.actions.act_window"]._for_xml_id(
            f"crm_distribution.distribution_{action}_action"
        )

    @api.model
    def _cron_import(self):
        def go_on(source):
            try:
                with self.env.cr.savepoint():
                    source._as_responsible()._go_on()
            except UserError as error:
                source._refuse([Problem(0, "", "", "refused", str(error))])
            except ForeignKeyViolation:
                source._refuse([Problem(0, "", "", "gone")])

        work_through(self, [("state", "in", WORKING)], go_on)

    def _start(self, state: str) -> None:
        if state == "checking":
            self._forget()
        self._note(
            {
                "state": state,
                "part_count": 0,
                "part_done": 0,
                # whose rights count from here on
                "user_id": self.env.uid,
            }
        )
        if self._is_long():
            # sudo: managers of the channel may not run jobs
            self.env.ref("crm_distribution.cron_import_network").sudo()._trigger()
        else:
            while self.state in WORKING:
                self._go_on()

    def _is_long(self) -> bool:
        return self._source()._has_more_rows(self._bytes(), AT_ONCE)

    def _go_on(self) -> None:
        """Do the next of what is to be done."""
        if self.state == "checking":
            self._check(*self._read())
        elif self.part_count:
            self._load_part()
        else:
            self._divide()

    def _divide(self) -> None:
        """Read the file once, into parts that outlive this process."""
        _kind, reading = self._read()
        if reading.problems:
            self._refuse(reading.problems)
            return
        parts = reading.parts(PART)
        self._parts().create(
            [{"import_id": self.id, "content": part.to_json()} for part in parts]
        )
        self._note({"part_count": len(parts)})

    def _load_part(self) -> None:
        part = self._parts().search([("import_id", "=", self.id)], limit=1)
        # two files at once could each miss what the other brings in
        self.env["suite.turn"]._take([f"network import {self.company_id.id}"])
        self._source()._load(Reading.from_json(part.content), self.company_id, True)
        part.unlink()
        self._note({"part_done": self.part_done + 1})
        if self.part_done == self.part_count:
            self._note({"state": "done", "done_on": fields.Datetime.now()})

    def _check(self, kind: str, reading: Reading) -> None:
        outcome = self._source()._load(reading, self.company_id, False)
        self._note(
            {
                "kind": kind,
                "row_count": reading.rows,
                "new_count": outcome.new,
                "changed_count": outcome.changed,
                "same_count": outcome.same,
            }
        )
        if reading.problems:
            self._refuse(reading.problems)
        else:
            self._note({"state": "ready"})

    def _refuse(self, problems: list[Problem]) -> None:
        self._drop_parts()
        reason = self._source()._reason
        self._note(
            {
                "state": "faulty",
                "problem_count": len(problems),
                "problem_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "row": problem.row,
                                "field": problem.field,
                                "value": problem.value,
                                "reason": reason(problem),
                            }
                        )
                        for problem in problems[:SHOWN]
                    ),
                ],
            }
        )

    def _forget(self) -> None:
        """What a check had found, and parts that are not in yet."""
        self._drop_parts()
        self._note(
            {
                "kind": False,
                "row_count": 0,
                "new_count": 0,
                "changed_count": 0,
                "same_count": 0,
                "problem_count": 0,
                "problem_ids": [Command.clear()],
                "part_count": 0,
                "part_done": 0,
                "done_on": False,
            }
        )

    def _bytes(self) -> bytes:
        return base64.b64decode(self.with_context(bin_size=False).file or b"")

    def _read(self) -> tuple[str, Reading]:
        answers = {name: self[name] for name in ANSWERS if self[name]}
        return self._source()._read_file(self._bytes(), self.company_id, answers)

    def _parts(self):
        # sudo: they are the job's alone
        return self.env["distribution.network.import.part"].sudo()

    def _drop_parts(self) -> None:
        self._parts().search([("import_id", "in", self.ids)]).unlink()

    def _source(self):
        return self.env["distribution.network.file"]
