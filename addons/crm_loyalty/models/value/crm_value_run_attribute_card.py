from markupsafe import Markup

from odoo import api, fields, models

from . import attribute_card as words

_ROW = Markup("<tr><th scope='row'>%s</th>%s</tr>")
_HEAD = Markup("<th scope='col'>%s</th>")
_TABLE = Markup("<table class='table table-sm'>%s<tbody>%s</tbody></table>")


class CrmValueRun(models.Model):
    """The report card's part on attributes: tried, adopted or not, and why."""

    _inherit = "crm.value.run"

    attribute_verdict = fields.Text("Attributes", compute="_compute_attribute_card")
    attribute_comparison = fields.Html(
        "Without and with Attributes", compute="_compute_attribute_card"
    )
    attribute_note = fields.Text(
        "How It Was Compared", compute="_compute_attribute_card"
    )
    attribute_weights = fields.Html(
        "What Attributes Say", compute="_compute_attribute_card"
    )

    @api.depends_context("lang")
    @api.depends("attributes")
    def _compute_attribute_card(self):
        for run in self:
            kept = run.attributes
            trial = run._kept_trial()
            run.attribute_verdict = kept and words.verdict_words(
                run.env, trial, kept["used"]
            )
            rows = words.comparison_rows(run.env, trial) if kept else []
            run.attribute_comparison = rows and run._comparison_table(rows)
            run.attribute_note = kept and words.small_print(run.env, trial)
            labels = kept["names_of_levels"] if kept else {}
            said = words.weight_rows(run.env, trial, labels) if kept else []
            body = Markup().join(
                _ROW % (name, Markup("<td>%s</td>") % text) for name, text in said
            )
            run.attribute_weights = said and _TABLE % (Markup(), body)

    def _comparison_table(self, rows) -> Markup:
        head = Markup("<thead><tr>%s</tr></thead>") % Markup().join(
            _HEAD % title
            for title in (
                "",
                self.env._("Purchases alone"),
                self.env._("With attributes"),
            )
        )
        cell = Markup("<td>%s</td>")
        body = Markup().join(
            _ROW % (title, cell % plain + cell % corrected)
            for title, plain, corrected in rows
        )
        return _TABLE % (head, body)
