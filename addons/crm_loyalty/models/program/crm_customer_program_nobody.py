from odoo import api, fields, models


class CrmCustomerProgram(models.Model):
    """Why a running program has nobody in it."""

    _inherit = "crm.customer.program"

    nobody_words = fields.Char("Why Nobody", compute="_compute_nobody_words")

    @api.depends("state", "enrolled_count", "segment_id", "medium")
    def _compute_nobody_words(self):
        """For a form: a few queries, and none once somebody is enrolled."""
        for program in self:
            waits = program.state == "running" and not program.enrolled_count
            program.nobody_words = program._say_why_nobody() if waits else False

    def _say_why_nobody(self) -> str:
        customers = self.segment_id.member_count
        if not customers:
            return self.env._(
                "Nobody is in the segment yet. Whoever comes in is enrolled by night."
            )
        medium = self._contact_media()[self.medium]
        partners = self.env["res.partner"]
        reachable = partners.search_count(
            self.segment_id._customers_domain()
            & partners._may_contact_domain(medium, "marketing")
        )
        said = {
            "customers": customers,
            "medium": dict(self._fields["medium"]._description_selection(self.env))[
                self.medium
            ],
        }
        if not reachable:
            return self.env._(
                "The segment has customers: %(customers)s. None of them may be reached "
                "by “%(medium)s”. Choose another medium, or help them to be reached.",
                **said,
            )
        return self.env._(
            "The segment has customers: %(customers)s. Those who may be reached are in "
            "another program now, are excluded, or better get no offer.",
            **said,
        )
