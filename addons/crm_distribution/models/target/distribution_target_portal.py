from typing import Any

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day, written_month


class DistributionTarget(models.Model):
    """What an intermediary sees of its own targets, as values by name.

    It has no access to the models.
    """

    _inherit = "distribution.target"

    @api.model
    def _portal_targets(self, partner) -> list[dict[str, Any]]:
        """Those that are not over, with how far each has come, month by month."""
        # sudo: whoever asks acts for this company
        targets = self.sudo().search(
            Domain("partner_id", "=", partner.id)
            & Domain("date_to", ">=", self.env.company._today()),
            order="date_from, id",
        )
        # sudo: of its own targets alone
        attainment = self.env["distribution.attainment"].sudo()
        months = attainment._read_group(
            [("target_id", "in", targets.ids)],
            ["target_id", "month:month"],
            ["goal:sum", "attained:sum"],
        )
        by_target: dict[int, list] = {}
        for target, month, goal, attained in months:
            by_target.setdefault(target.id, []).append((month, goal, attained))
        return [
            target._portal_values(by_target.get(target.id, ())) for target in targets
        ]

    def _portal_values(self, months) -> dict[str, Any]:
        """
        :param self: in superuser mode
        """
        self.ensure_one()
        bases = dict(self._fields["basis"]._description_selection(self.env))
        attained = sum(attained for _month, _goal, attained in months)
        return {
            "company": self.company_id.name,
            "goods": self.category_id.display_name or self.env._("all goods"),
            "place": self.territory_id.display_name or "",
            "from": written_day(self.env, self.date_from),
            "to": written_day(self.env, self.date_to),
            "basis": bases[self.basis],
            "currency": self.measure == "amount" and self.currency_id,
            "goal": self.target,
            "attained": attained,
            "missing": max(self.target - attained, 0.0),
            "percent": round(100 * attained / self.target),
            "months": [
                {
                    "name": written_month(self.env, month),
                    "goal": goal,
                    "attained": reached,
                }
                for month, goal, reached in sorted(months, key=lambda one: one[0])
            ],
        }
