import base64
from collections.abc import Iterator
from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.crm_suite.tools.work import work_through

from .network_reading import Problem, Reading

WORKING = ("checking", "loading")
# a file with more rows is left to the job
AT_ONCE = 2_000
# outlets or facts that are written together
PART = 2_000
SHOWN = 200


class DistributionNetworkImport(models.Model):
    """A file of outlets, or of what they handle: checked whole, then brought in.

    Checking changes nothing, and of a file with any issue nothing is brought in. A long
    one is left to a job, which writes part after part and each part together with how
    far it got: it may be stopped, and goes on after a kill. What is in stays, since the
    same file again changes nothing.
    """

    _name = "distribution.network.import"
    _description = "Import of Outlets"
    _inherit = [
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.import.mixin",
    ]
    _order = "id desc"
    _protected_fields = {
        "attempt",
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
    attempt = fields.Integer(readonly=True, copy=False)
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
        """Another file makes a check worthless."""
        if "file" in vals:
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
        # a file is read once, and its parts are taken from what was read
        reading = {}

        def process(source):
            work = reading.pop(source.id, None) or source._as_responsible()._work()
            try:
                going_on = next(work, False)
            except UserError as error:
                source._refuse([Problem(0, "", "", "refused", str(error))])
            else:
                if going_on:
                    reading[source.id] = work

        work_through(self, [("state", "in", WORKING)], process)

    def _start(self, state: str) -> None:
        if state == "checking":
            self._forget()
        self._note(
            {
                "state": state,
                "attempt": self.attempt + 1,
                "part_done": 0,
                # whose rights count from here on
                "user_id": self.env.uid,
            }
        )
        if self._is_long():
            # sudo: managers of the channel may not run jobs
            self.env.ref("crm_distribution.cron_import_network").sudo()._trigger()
        else:
            for _part in self._work():
                pass

    def _is_long(self) -> bool:
        return self._source()._has_more_rows(self._bytes(), AT_ONCE)

    def _work(self) -> Iterator[bool]:
        """Does the next part of what is to be done each time it is asked."""
        attempt, done = self.attempt, self.part_done
        kind, reading = self._read()
        if self.state == "checking":
            self._check(kind, reading)
            return
        if reading.problems:
            self._refuse(reading.problems)
            return
        parts = reading.parts(PART)
        self._note({"part_count": len(parts)})
        for part in islice(parts, done, None):
            if not self._is_mine(attempt, done):
                return
            # two files at once could each miss what the other brings in
            self.env["suite.turn"]._take([f"network import {self.company_id.id}"])
            with self.env.cr.savepoint():
                self._source()._load(part, self.company_id, True)
            done += 1
            self._note({"part_done": done})
            yield True
        if self._is_mine(attempt, done):
            self._note({"state": "done", "done_on": fields.Datetime.now()})

    def _is_mine(self, attempt: int, done: int) -> bool:
        """Nobody has stopped, changed or continued it since the last commit."""
        return (
            bool(self.try_lock_for_update())
            and (self.attempt, self.part_done) == (attempt, done)
            and self.state == "loading"
        )

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
        """What a check had found."""
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
        return self._source()._read_file(self._bytes(), self.company_id)

    def _source(self):
        return self.env["distribution.network.file"]
