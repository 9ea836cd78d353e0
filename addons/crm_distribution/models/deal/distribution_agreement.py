from odoo import api, models

from ...channel.conflict import Fact
from .conflict_facts import fact


class DistributionAgreement(models.Model):
    """An exclusive promise and another one beside it are a conflict."""

    _inherit = "distribution.agreement"

    @api.model_create_multi
    def create(self, vals_list):
        agreements = super().create(vals_list)
        agreements._report_meetings()
        return agreements

    def write(self, vals):
        res = super().write(vals)
        if not self._scope_fields().isdisjoint(vals):
            self._report_meetings()
        return res

    def _report_meetings(self) -> None:
        # sudo: others' promises count as well
        held = self.sudo().filtered(lambda one: one._is_held())
        facts = [
            found
            for company, those in held.grouped("company_id").items()
            for found in those._meeting_facts(company)
        ]
        self.env["distribution.conflict"]._report(facts)

    def _meeting_facts(self, company) -> list[Fact]:
        """Where one of both is exclusive and the other is not.

        Two exclusive ones beyond the room that a policy has are refused.
        """
        others = [(one, one._claim()) for one in self._held(company)]
        facts = []
        for agreement in self:
            claim = agreement._claim()
            for other, others_claim in others:
                if (
                    other.exclusive == agreement.exclusive
                    or others_claim.holder == claim.holder
                    or not others_claim.meets(claim)
                ):
                    continue
                alone, beside = (agreement | other).sorted("exclusive", reverse=True)
                facts.append(
                    fact(
                        "agreement",
                        holder=alone.partner_id,
                        other=beside.partner_id,
                        about=[alone, beside],
                        proof=[
                            ("promise", alone.display_name),
                            ("beside", beside.display_name),
                        ],
                        company=company,
                        agreement_id=alone,
                        category_id=beside.category_id or alone.category_id,
                        territory_id=beside.territory_id or alone.territory_id,
                    )
                )
        return facts
