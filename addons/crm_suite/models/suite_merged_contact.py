from odoo import api, fields, models


class SuiteMergedContact(models.Model):
    """Into which contact one went that is no more, so that its links still lead on.

    Links hold the contact that they were made for. Odoo deletes what it merges, and
    moves these rows along when their contact is merged once more.
    """

    _name = "suite.merged.contact"
    _description = "Merged Contact"
    _rec_name = "former_id"
    _order = "id"

    former_id = fields.Integer("Former Number", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Goes On As",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        "Company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        help="That the contact acted for when it was merged",
    )

    _former_uniq = models.UniqueIndex("(former_id)", "A contact is merged once.")

    @api.model
    def _keep(self, sources, target, spoke_for) -> None:
        """
        :param target: with the company that it has after the merge
        :param spoke_for: the company that it had before
        """
        # sudo: whoever may merge contacts has their links lead on
        rows = self.sudo()
        company = target.commercial_partner_id
        # what somebody said for himself alone is his company's by now
        alone = rows.search([("commercial_partner_id", "=", target.id)])
        alone.commercial_partner_id = company
        if spoke_for == target != company:
            rows.search([("former_id", "=", target.id)]).unlink()
            sources |= target
        rows.create(
            [
                {
                    "former_id": contact.id,
                    "partner_id": target.id,
                    "commercial_partner_id": company.id,
                }
                for contact in sources
            ]
        )

    @api.model
    def _today(self, person_id: int | bool, company_id: int | bool) -> tuple:
        """A person, and the company that he acted for, as they are found today.

        Empty where one is gone for good.
        """
        # sudo: whoever asks has both from a link that we signed
        partners = self.sudo().env["res.partner"]
        person = partners.browse(person_id or ()).exists()
        company = partners.browse(company_id or ()).exists()
        if person_id and (not person or person.commercial_partner_id != company):
            # sudo: as above
            rows = self.sudo().search([("former_id", "in", [person_id, company_id])])
            merged = {row.former_id: row for row in rows}
            if person_id in merged:
                person = merged[person_id].partner_id
            if company_id in merged:
                company = merged[company_id].commercial_partner_id
        return person, company
