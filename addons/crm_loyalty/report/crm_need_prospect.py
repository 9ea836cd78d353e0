from odoo import fields, models
from odoo.tools import SQL


def _selection_of(name):
    """The choices of a customer value's field, in the user's language."""
    return lambda self: (
        self.env["crm.customer.value"]._fields[name]._description_selection(self.env)
    )


class CrmNeedProspect(models.Model):
    """Which customer to pursue for which need, and what that may be worth.

    Worth: the customer's lifetime value, times the part that buyers of this need
    typically spend on it, times how sure the need is. It is empty where the customer
    has no value yet.
    """

    _name = "crm.need.prospect"
    _description = "Need to Pursue"
    _inherit = "suite.customer.data.mixin"
    _auto = False
    _order = "worth desc nulls last, strength desc, id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    need_id = fields.Many2one("crm.need", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    strength = fields.Float(readonly=True, aggregator="avg")
    evidence = fields.Selection(
        lambda self: (
            self.env["crm.partner.need"]
            ._fields["evidence"]
            ._description_selection(self.env)
        ),
        readonly=True,
    )
    reason = fields.Char(related="partner_need_id.reason")
    partner_need_id = fields.Many2one("crm.partner.need", readonly=True)
    served = fields.Boolean(
        "Bought Already", readonly=True, help="Something was bought for it and kept."
    )
    bought_on = fields.Date("Last Bought", readonly=True)
    revenue = fields.Monetary(
        "Revenue So Far", readonly=True, help="Untaxed, for this need, net of refunds."
    )
    value_class = fields.Selection(_selection_of("value_class"), readonly=True)
    lifecycle = fields.Selection(_selection_of("lifecycle"), readonly=True)
    alive = fields.Float("Retention Probability", readonly=True, aggregator="avg")
    lifetime_value = fields.Monetary(readonly=True, aggregator=None)
    worth = fields.Monetary(
        readonly=True,
        help="Lifetime value × what buyers typically spend on this need × strength.",
    )

    @property
    def _table_query(self) -> SQL:
        self.env["crm.partner.need"].flush_model()
        self.env["crm.customer.value"].flush_model()
        self.env["crm.need"].flush_model(["active", "typical_share"])
        self.env["res.partner"].flush_model(["active", "user_id", "country_id"])
        return SQL(
            """
            SELECT link.id,
                   link.id AS partner_need_id,
                   link.partner_id,
                   link.need_id,
                   link.company_id,
                   partner.user_id,
                   partner.country_id,
                   link.strength,
                   link.evidence,
                   coalesce(link.order_count, 0) > 0 AS served,
                   link.bought_on,
                   link.revenue,
                   value.value_class,
                   value.lifecycle,
                   value.alive,
                   value.lifetime_value,
                   link.strength * value.lifetime_value * coalesce(
                       (need.typical_share ->> link.company_id::text)::float8, 0)
                       AS worth
              FROM crm_partner_need link
              JOIN crm_need need ON need.id = link.need_id
              JOIN res_partner partner ON partner.id = link.partner_id
         LEFT JOIN crm_customer_value value ON value.partner_id = link.partner_id
                                           AND value.company_id = link.company_id
             WHERE need.active AND partner.active AND link.strength > 0
            """
        )
