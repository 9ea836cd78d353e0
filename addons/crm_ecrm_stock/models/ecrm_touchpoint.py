from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_ecrm.models.feedback.touchpoint_sources import Source

DELIVERY = Source(
    "stock.picking",
    "date_done",
    "sale_id.partner_id",
    "sale_id.user_id",
    "company_id",
    (
        ("state", "=", "done"),
        ("location_dest_id.usage", "=", "customer"),
        ("sale_id", "!=", False),
    ),
)


class EcrmTouchpoint(models.Model):
    """Customers are asked about the delivery that completes their order.

    An order in three deliveries is one experience: who gave the order is asked once,
    after the last of them, while nothing else of it is on its way.
    """

    _inherit = "ecrm.touchpoint"

    trigger = fields.Selection(
        selection_add=[("delivery", "Order Delivered")],
        ondelete={"delivery": lambda touchpoints: touchpoints._end_deliveries()},
    )

    def _sources(self):
        return super()._sources() | {"delivery": DELIVERY}

    def _event_domain(self, since):
        domain = super()._event_domain(since)
        if self.trigger == "delivery":
            domain &= Domain.custom(to_sql=_completes_its_order)
        return domain

    def _overtaken_events(self, events):
        """Deliveries after which the order was not complete after all."""
        overtaken = super()._overtaken_events(events)
        if self.trigger == "delivery":
            complete = Domain.custom(to_sql=_completes_its_order)
            overtaken |= events - events.search(
                Domain("id", "in", events.ids) & complete
            )
        return overtaken

    def _end_deliveries(self):
        """Without deliveries nothing more is asked; what was answered stays."""
        # sudo: invitations are the system's
        invitations = self.env["ecrm.invitation"].sudo()
        invitations.search(
            [("touchpoint_id", "in", self.ids), ("state", "=", "planned")]
        ).write({"state": "left_out", "reason": "paused"})
        self._as_system().write({"state": "paused", "active": False})
        self.flush_recordset()
        # by hand: of one who asked already, nobody may change what he asks after
        self.env.cr.execute(
            SQL(
                "UPDATE ecrm_touchpoint SET trigger = 'order' WHERE id = ANY(%s)",
                self.ids,
            )
        )
        self.invalidate_recordset()


def _completes_its_order(pickings, alias, query) -> SQL:
    """No other delivery of the order is later, or still to come."""
    return SQL(
        """
        NOT EXISTS (
            SELECT 1
              FROM stock_picking other
              JOIN stock_location place ON place.id = other.location_dest_id
             WHERE other.sale_id = %(order)s AND other.id <> %(id)s
               AND place.usage = 'customer' AND other.state <> 'cancel'
               AND (other.state <> 'done'
                    OR (other.date_done, other.id) > (%(done)s, %(id)s)))
        """,
        order=pickings._field_to_sql(alias, "sale_id", query),
        id=pickings._field_to_sql(alias, "id", query),
        done=pickings._field_to_sql(alias, "date_done", query),
    )
