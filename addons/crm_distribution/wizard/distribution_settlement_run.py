from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

GROUP_SETTLE = "account.group_account_invoice"


class DistributionSettlementRun(models.TransientModel):
    """Makes statements of what is due, and says what is not and why."""

    _name = "distribution.settlement.run"
    _description = "Payment Run"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_to = fields.Date(
        "Through",
        required=True,
        default=lambda self: self.env.company._today(),
        help="The last day is included.",
    )
    minimum = fields.Monetary(
        "Minimum Pay-Out",
        default=lambda self: self.env.company.distribution_minimum_payout,
        help="What is due below it is carried.",
    )
    partner_ids = fields.Many2many(
        "res.partner", string="Intermediaries", context={"active_test": False}
    )
    overview = fields.Html("Now", compute="_compute_overview", sanitize=False)
    has_due = fields.Boolean(compute="_compute_overview")

    @api.depends("company_id", "date_to", "minimum")
    def _compute_overview(self):
        self._check_may_settle()
        settlements = self.env["distribution.settlement"]
        kinds = dict(settlements._fields["kind"]._description_selection(self.env))
        for run in self:
            rows = settlements._overview(
                run.company_id, run.date_to or run.company_id._today(), run.minimum
            )
            run.has_due = any(not row["reason"] for row in rows)
            run.overview = run._as_table(rows, kinds)

    def _as_table(self, rows, kinds) -> Markup:
        if not rows:
            return Markup("<p>%s</p>") % self.env._(
                "Nothing was earned up to this day: no invoice or order met a term."
            )
        heads = (
            self.env._("Intermediary"),
            self.env._("Kind"),
            self.env._("Projected"),
            self.env._("Earned"),
            self.env._("Coming"),
            self.env._("Due Now"),
            "",
        )
        head = Markup("").join(Markup("<th>%s</th>") % text for text in heads)
        lines = Markup("").join(
            Markup(
                "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td>"
                "<td><b>%s</b></td><td>%s</td></tr>"
            )
            % (
                row["partner"],
                kinds[row["kind"]],
                row["currency"].format(row["projected"]),
                row["currency"].format(row["earned"]),
                row["currency"].format(row["coming"]),
                row["currency"].format(row["due"]),
                row["reason"],
            )
            for row in rows
        )
        return Markup(
            '<div class="table-responsive"><table class="table table-sm">'
            "<thead><tr>%s</tr></thead><tbody>%s</tbody></table></div>"
        ) % (head, lines)

    def action_run(self):
        self.ensure_one()
        self._check_may_settle()
        self.check_access("read")
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Choose one of your companies."))
        # sudo: statements are the system's; the right was asked
        settlements = self.env["distribution.settlement"].sudo()
        made = settlements._run(
            self.company_id, self.date_to, self.minimum, self.partner_ids
        )
        if not made:
            raise UserError(
                self.env._("Nothing is due. The table says what is coming, and why.")
            )
        return made.with_env(self.env)._get_records_action(
            name=self.env._("Statements")
        )

    def _check_may_settle(self) -> None:
        if not (self.env.su or self.env.user.has_group(GROUP_SETTLE)):
            raise AccessError(
                self.env._("Only those who may invoice pay commissions and rebates.")
            )
