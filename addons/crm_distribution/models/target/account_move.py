from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

SALES = ("out_invoice", "out_refund")


class AccountMove(models.Model):
    """An invoice keeps where it went on the map, as the map was when it was posted."""

    _name = "account.move"
    _inherit = ["account.move", "suite.protected.mixin"]
    _protected_fields = {"distribution_territory_path"}

    distribution_territory_path = fields.Char(
        "Place on the Map",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The territories of the place of delivery, as they were when it was "
        "posted. A credit note has those of its invoice.",
    )

    def _state_territory(self) -> None:
        """The same territory stated again is no new statement, wherever it lies now."""
        sales = self.filtered(lambda move: move.move_type in SALES)
        if not sales:
            return
        sales.flush_model(
            [
                "partner_id",
                "partner_shipping_id",
                "reversed_entry_id",
                "distribution_territory_path",
            ]
        )
        self.env["res.partner"].flush_model(["country_id", "state_id", "zip"])
        Territory = self.env["distribution.territory"]
        for company, moves in sales.grouped("company_id").items():
            source = SQL(
                """
                SELECT move.id, place.country_id, place.state_id, place.zip
                  FROM account_move move
                  JOIN res_partner place
                    ON place.id = coalesce(move.partner_shipping_id, move.partner_id)
                 WHERE move.id = ANY(%s)
                """,
                moves.ids,
            )
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE account_move move
                       SET distribution_territory_path = stated.path
                      FROM (
                          SELECT own.id, CASE
                                 WHEN '/' || own.distribution_territory_path
                                      LIKE '%%/' || placed.territory_id || '/'
                                 THEN own.distribution_territory_path
                                 ELSE coalesce(origin.distribution_territory_path,
                                               territory.parent_path) END AS path
                            FROM (%(placed)s) placed
                            JOIN account_move own ON own.id = placed.id
                            LEFT JOIN account_move origin
                              ON origin.id = own.reversed_entry_id
                            LEFT JOIN distribution_territory territory
                              ON territory.id = placed.territory_id
                      ) stated
                     WHERE move.id = stated.id
                    """,
                    placed=Territory._places_sql(source, company),
                )
            )
        sales.invalidate_recordset(["distribution_territory_path"])

    def _unplaced_domain(self) -> Domain:
        """Posted before anybody asked where they went."""
        return (
            Domain("state", "=", "posted")
            & Domain("move_type", "in", SALES)
            & Domain("distribution_territory_path", "=", False)
        )
