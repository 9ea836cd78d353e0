from odoo import api, fields, models

from odoo.addons.crm_suite.tools.work import work_through


class LoyaltyTierGesture(models.Model):
    """A gesture to a member on one day: an activity for whoever makes it, and why.

    Each occasion once: the job may run again, or miss a day.
    """

    _name = "loyalty.tier.gesture"
    _description = "Gesture to a Member"
    _inherit = [
        "suite.company.mixin",
        "suite.protected.mixin",
        "suite.number.mixin",
        "suite.customer.data.mixin",
    ]
    _order = "date desc, id desc"
    _rec_name = "benefit_id"
    _company_links = {"benefit_id", "membership_id"}
    _protected_fields = {
        "benefit_id",
        "membership_id",
        "partner_id",
        "company_id",
        "date",
        "user_id",
        "cost",
    }

    benefit_id = fields.Many2one(
        "loyalty.tier.benefit",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    membership_id = fields.Many2one(
        "loyalty.tier.membership",
        "By Membership",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner", "For", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date("Occasion", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Made By", readonly=True)
    cost = fields.Monetary(readonly=True)

    _occasion_uniq = models.UniqueIndex(
        "(benefit_id, partner_id, date)", "This occasion is prepared already."
    )

    @api.model
    def _cron_prepare(self, batch_size=200):
        """Put the gestures that are near before those who make them."""
        benefits = self.env["loyalty.tier.benefit"]
        work_through(
            benefits,
            benefits._with_occasions_domain,
            lambda benefit: self._prepare(benefit, benefit._find_occasions(batch_size)),
        )

    @api.model
    def _prepare(self, benefit, occasions: list) -> None:
        contacts = self.env["res.partner"].browse(c for c, _day, _by in occasions)
        users = [
            contact.user_id or contact.commercial_partner_id.user_id or benefit._maker()
            for contact in contacts
        ]
        self.create(
            [
                {
                    "benefit_id": benefit.id,
                    "membership_id": membership,
                    "partner_id": contact,
                    "company_id": benefit.company_id.id,
                    "date": day,
                    "user_id": user.id,
                    "cost": benefit.unit_cost if benefit.cost_by == "gesture" else 0,
                }
                for (contact, day, membership), user in zip(
                    occasions, users, strict=True
                )
            ]
        )
        self.env["mail.activity"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": contact,
                    "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
                    "summary": benefit.name,
                    "note": benefit._gesture_reason(day),
                    "date_deadline": day,
                    "user_id": user.id,
                }
                for (contact, day, _membership), user in zip(
                    occasions, users, strict=True
                )
            ]
        )
