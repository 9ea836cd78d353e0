from typing import Any

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day


class DistributionAgreement(models.Model):
    """What a partner reads of its own agreements, as values by name: no note of ours.

    It has no access to the models.
    """

    _inherit = "distribution.agreement"

    @api.model_create_multi
    def create(self, vals_list):
        agreements = super().create(vals_list)
        agreements._check_documents(self.env["ir.attachment"])
        return agreements

    def write(self, vals):
        self.check_access("write")
        known = self.document_ids
        res = super().write(vals)
        if "document_ids" in vals:
            self._check_documents(known)
        return res

    def _check_documents(self, known) -> None:
        """Nobody hands on what he may not read himself; it is the agreement's then.

        What was uploaded before the agreement was saved belongs to nothing yet.
        """
        (self.document_ids - known).check_access("read")
        for agreement in self:
            (agreement.document_ids - known).filtered(
                lambda one: one.res_model == self._name and not one.res_id
            ).res_id = agreement.id

    @api.model
    def _portal_own(self, partner):
        """What was promised to it and is not over."""
        # sudo: whoever asks acts for this company
        agreements = self.sudo()
        today = self.env.company._today()
        return agreements.search(
            Domain("partner_id", "=", partner.id)
            & Domain("state", "in", ("active", "suspended"))
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", today)),
            order="date_from, id",
        )

    @api.model
    def _portal_agreements(self, partner) -> list[dict[str, Any]]:
        return [one._portal_values() for one in self._portal_own(partner)]

    @api.model
    def _portal_document(self, partner, number: int, position: int):
        """A document of its own agreement, in superuser mode; or none."""
        own = self._portal_own(partner).filtered(lambda one: one.id == number)
        documents = own.document_ids.sorted("id")
        return documents[max(position, 1) - 1 : max(position, 0)]

    def _portal_values(self) -> dict[str, Any]:
        """
        :param self: in superuser mode
        """
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        today = self.company_id._today()
        latest = self.term_ids.filtered(lambda term: term.date_from <= today)[:1]
        later = self.term_ids.filtered(lambda term: term.date_from > today)
        return {
            "number": self.id,
            "company": self.company_id.name,
            "goods": self.category_id.display_name or self.env._("all goods"),
            "place": self.territory_id.display_name or self.env._("everywhere"),
            "from": written_day(self.env, self.date_from),
            "to": self.date_to and written_day(self.env, self.date_to),
            "is_renewed": bool(self.date_to) and self.renewal == "automatic",
            "state": self.state,
            "state_name": states[self.state],
            "is_exclusive": self.exclusive,
            "is_active_only": self.exclusive and self.active_only,
            "level": self.grade_id.name or "",
            "terms": [
                {"day": written_day(self.env, term.date_from), "text": term.name}
                for term in latest | later
            ],
            "documents": [
                {"position": position, "name": document.name}
                for position, document in enumerate(self.document_ids.sorted("id"), 1)
            ],
        }
