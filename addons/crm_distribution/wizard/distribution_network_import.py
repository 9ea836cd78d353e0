import base64

from odoo import fields, models
from odoo.fields import Command

SHOWN = 200


class DistributionNetworkImport(models.TransientModel):
    """A file of outlets, or of what they handle: checked whole, then brought in."""

    _name = "distribution.network.import"
    _description = "Import Outlets"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    file = fields.Binary(required=True)
    filename = fields.Char()
    kind = fields.Selection(
        [("outlets", "Outlets and their turnover"), ("handling", "What they handle")],
        readonly=True,
    )
    state = fields.Selection(
        [("draft", "File"), ("faulty", "Needs Mending"), ("ready", "Ready")],
        default="draft",
        readonly=True,
    )
    row_count = fields.Integer("Rows", readonly=True)
    new_count = fields.Integer("New", readonly=True)
    changed_count = fields.Integer("Changed", readonly=True)
    same_count = fields.Integer("Already Known", readonly=True)
    problem_count = fields.Integer("Issues", readonly=True)
    problem_ids = fields.One2many(
        "distribution.network.import.problem", "import_id", readonly=True
    )

    def action_check(self):
        """Say what the file would do, and change nothing."""
        self.ensure_one()
        Source = self.env["distribution.network.file"]
        kind, reading = self._read()
        outcome = self._outcome(reading, write=False)
        self.write(
            {
                "kind": kind,
                "state": "faulty" if reading.problems else "ready",
                "row_count": reading.rows,
                "new_count": outcome.new,
                "changed_count": outcome.changed,
                "same_count": outcome.same,
                "problem_count": len(reading.problems),
                "problem_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "row": problem.row,
                                "field": problem.field,
                                "value": problem.value,
                                "reason": Source._reason(problem),
                            }
                        )
                        for problem in reading.problems[:SHOWN]
                    ),
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_import(self):
        """Bring in all of the file, or nothing where a row is not in order."""
        self.ensure_one()
        kind, reading = self._read()
        if reading.problems:
            return self.action_check()
        self._outcome(reading, write=True)
        action = "outlet" if kind == "outlets" else "handling"
        return self.env["ir.actions.act_window"]._for_xml_id(
            f"crm_distribution.distribution_{action}_action"
        )

    def _read(self):
        data = base64.b64decode(self.file or b"")
        return self.env["distribution.network.file"]._read_file(data, self.company_id)

    def _outcome(self, reading, write: bool):
        Source = self.env["distribution.network.file"]
        return Source._load(reading, self.company_id, write)
