from typing import Any

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day

LONGEST = 2_000


class DistributionJointPlan(models.Model):
    """What an intermediary sees of its own plans and targets, as values by name."""

    _name = "distribution.joint.plan"
    _inherit = ["distribution.joint.plan", "distribution.own.mixin"]

    @api.model
    def _portal_own(self, partner):
        plans, own = super()._portal_own(partner)
        return plans, own & Domain("state", "in", ("proposed", "agreed"))

    @api.model
    def _portal_plans(self, partner) -> list[dict[str, Any]]:
        """What waits for an answer first, then what is agreed, the latest first."""
        plans, own = self._portal_own(partner)
        found = plans.search(own).sorted(lambda plan: plan.state, reverse=True)
        return [plan._portal_values() for plan in found]

    @api.model
    def _portal_waiting(self, partner) -> int:
        plans, own = self._portal_own(partner)
        return plans.search_count(own & Domain("state", "=", "proposed"))

    def _portal_answer(self, contact, proposal: str, answer: str, text: str) -> None:
        """
        :param self: in superuser mode, from `_portal_one`
        :raise UserError: why it could not be
        """
        seen = int(proposal) if proposal.isdecimal() and len(proposal) < 9 else 0
        if answer == "agree":
            # sent twice, it is one answer
            if self.state != "agreed" or self.proposal != seen:
                self._agree(contact, seen)
        else:
            said = text.replace("\x00", "").strip()
            self._ask_changes(contact, seen, said[:LONGEST])

    def _portal_values(self) -> dict[str, Any]:
        self.ensure_one()
        return {
            "number": self.id,
            "proposal": self.proposal,
            "state": self.state,
            "version": self.version,
            "company": self.company_id.name,
            "from": written_day(self.env, self.date_from),
            "to": written_day(self.env, self.date_to),
            "quarters": [
                written_day(self.env, self._quarter_ends(number))
                for number in (1, 2, 3, 4)
            ],
            "note": self.note or "",
            "agreed_on": written_day(self.env, self.company_id._day_of(self.agreed_on)),
            "agreed_by": self.agreed_by_id.name or "",
            "lines": [line._portal_values() for line in self.line_ids],
        }

    @api.model
    def _portal_targets(self, partner) -> list[dict[str, Any]]:
        """Targets that are not over and that no plan has, and what was attained."""
        # sudo: whoever asks acts for this company
        targets = self.env["distribution.target"].sudo()
        found = targets.search(
            Domain("partner_id", "=", partner.id)
            & Domain("joint_line_id", "=", False)
            & Domain("date_to", ">=", self.env.company._today()),
            order="date_from, id",
        )
        return [
            {
                **target._portal_figures(),
                "goods": target.category_id.display_name or "",
                "place": target.territory_id.display_name or "",
                "company": target.company_id.name,
                "from": written_day(self.env, target.date_from),
                "to": written_day(self.env, target.date_to),
            }
            for target in found
        ]
