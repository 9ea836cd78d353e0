from odoo import fields, models
from odoo.fields import Domain


class CrmCustomerSegment(models.Model):
    """Needs as a criterion: whoever has one of them, as strong as is asked for."""

    _inherit = "crm.customer.segment"
    _condition_fields = {"need_ids", "need_strength", "need_unserved"}
    _number_limits = {"need_strength": (0, 1)}

    # A criterion whose last choice is deleted would let everybody in: refuse that.
    need_ids = fields.Many2many(
        "crm.need", string="Needs", ondelete="restrict", check_company=True
    )
    need_strength = fields.Float("Least Strength", default=0.5)
    need_unserved = fields.Boolean(
        "Not Bought Yet", help="Only who has not bought for the need, or returned it."
    )

    _need_strength_range = models.Constraint(
        "CHECK (need_strength BETWEEN 0 AND 1)", "The strength lies between 0 and 1."
    )

    def _criteria(self, company):
        return [*super()._criteria(company), *self._need_criteria(company)]

    def _need_criteria(self, company) -> list[Domain]:
        if not self.need_ids:
            return []
        wanted = Domain("need_id", "in", self.need_ids.ids)
        wanted &= Domain("strength", ">=", self.need_strength)
        # zero is what was stated not to be a need
        wanted &= Domain("strength", ">", 0)
        if self.need_unserved:
            wanted &= Domain("bought_on", "=", False)
        return [self._known_customers("crm.partner.need", company, wanted)]
