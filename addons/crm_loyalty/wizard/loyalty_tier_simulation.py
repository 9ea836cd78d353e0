from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.crm_suite.tools.dates import written_day

CHANGES = [
    ("new", "Comes In"),
    ("up", "Goes Up"),
    ("same", "Stays"),
    ("down", "Goes Down"),
    ("out", "Leaves"),
]


class LoyaltyTierSimulation(models.TransientModel):
    """Who would land where with some thresholds, at what cost and value a year.

    It begins with those of the program and may try others: the program keeps its own
    until somebody takes the tried ones over. By today's amounts alone: without grace
    and without what members keep for a while. Begun by the program's button, which
    nobody presses who may not change the program; its sums are of all customers,
    whoever simulates.
    """

    _name = "loyalty.tier.simulation"
    _description = "Simulation of Tiers"
    _inherit = "suite.protected.mixin"
    _rec_name = "program_id"
    _protected_fields = {"program_id", "compared_id", "date"}

    program_id = fields.Many2one(
        "loyalty.tier.program", required=True, ondelete="cascade"
    )
    compared_id = fields.Many2one(
        "loyalty.tier.program",
        "Compared With",
        help="Today's members of this program go up or down by it.",
    )
    currency_id = fields.Many2one(related="program_id.currency_id")
    date = fields.Date("As Of", readonly=True)
    line_ids = fields.One2many("loyalty.tier.simulation.line", "simulation_id")
    up_count = fields.Integer("Come In or Go Up", compute="_compute_counts")
    down_count = fields.Integer("Go Down or Leave", compute="_compute_counts")
    summary = fields.Char(compute="_compute_counts")
    tries_others = fields.Boolean(compute="_compute_tries_others")

    @api.depends_context("lang")
    @api.depends("line_ids")
    def _compute_counts(self):
        groups = self.env["loyalty.tier.simulation.customer"]._read_group(
            [("simulation_id", "in", self.ids)],
            ["simulation_id", "change"],
            ["__count"],
        )
        counts = {(simulation, change): count for simulation, change, count in groups}
        for one in self:
            one.up_count, one.down_count = (
                sum(counts.get((one, change), 0) for change in changes)
                for changes in (("new", "up"), ("down", "out"))
            )
            one.summary = self.env._(
                "With these thresholds and the purchases up to %(day)s, %(up)s "
                "customers would come in or go up, and %(down)s go down or leave.",
                day=written_day(self.env, one.date),
                up=one.up_count,
                down=one.down_count,
            )

    @api.depends("line_ids.threshold", "line_ids.live_threshold")
    def _compute_tries_others(self):
        for one in self:
            one.tries_others = any(
                line.threshold != line.live_threshold for line in one.line_ids
            )

    @api.model
    def _run(self, program):
        """A new simulation of a program as it is set now."""
        program.ensure_one()
        compared = program
        if program.state != "published":
            published = program._published_ids(program.company_id.id)
            compared = program.browse(published[:1]) or program
        # sudo: by this alone, for whoever may change the program
        simulation = self.sudo().create(
            {
                "program_id": program.id,
                "compared_id": compared.id,
                "date": program._today(),
                "line_ids": [
                    Command.create({"tier_id": tier.id, "threshold": tier.threshold})
                    for tier in program.tier_ids
                ],
            }
        )
        simulation._simulate()
        return simulation.with_env(self.env)

    def _simulate(self) -> None:
        """Where customers land with the thresholds of the lines, and what it costs."""
        thresholds = self.line_ids.mapped("threshold")
        if len({*thresholds}) < len(thresholds):
            raise UserError(self.env._("Two tiers need different thresholds."))
        self.env["loyalty.tier.simulation.customer"].search(
            [("simulation_id", "=", self.id)]
        ).unlink()
        self.program_id._write_landings(self)
        self._add_up()

    def action_simulate(self):
        """Once more, with the thresholds that were typed."""
        self.ensure_one()
        self.check_access("write")
        self.program_id.check_access("write")
        # sudo: as at the beginning, for whoever may change the program
        self.sudo()._simulate()
        return self._reopen()

    def action_apply(self):
        """Let the program have the thresholds that were tried."""
        self.ensure_one()
        self.check_access("write")
        # what is raised first, and from above, so that no two meet on the way
        lines = self.line_ids.sorted("threshold", reverse=True)
        for line in lines:
            if line.threshold > line.tier_id.threshold:
                line.tier_id.threshold = line.threshold
        for line in reversed(lines):
            if line.threshold < line.tier_id.threshold:
                line.tier_id.threshold = line.threshold
        return {"type": "ir.actions.act_window_close"}

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Simulation: %s", self.program_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _add_up(self) -> None:
        customers = self.env["loyalty.tier.simulation.customer"]
        groups = customers._read_group(
            [("simulation_id", "=", self.id)],
            ["tier_id"],
            ["__count", "revenue:sum", "margin:sum", "points:sum"],
        )
        found = {
            tier.id: dict(
                zip(("members", "revenue", "margin", "points"), sums, strict=True)
            )
            for tier, *sums in groups
        }
        held = dict(
            customers._read_group(
                [("simulation_id", "=", self.id)], ["current_tier_id"], ["__count"]
            )
        )
        nothing = {"members": 0, "revenue": 0, "margin": 0, "points": 0}
        for line in self.line_ids:
            figures = found.get(line.tier_id.id, nothing)
            line.write(
                {
                    "member_count": figures["members"],
                    "current_count": held.get(line.tier_id, 0),
                    "revenue": figures["revenue"],
                    "margin": figures["margin"],
                    "cost": line.tier_id._cost_of_a_year(figures),
                }
            )

    def action_open_customers(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "loyalty.tier.simulation.customer",
            "view_mode": "list,pivot,graph",
            "domain": [("simulation_id", "=", self.id)],
            # after the tuple, which the export of terms would else take for a term
            "name": self.env._("Who Would Land Where"),
            "context": {"search_default_group_tier": 1},
        }
