from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class LoyaltyPointEntry(models.Model):
    """One movement of points, for ever: the ledger beside the card's balance.

    A wrong entry is corrected by another one. Who sees an entry sees the sale behind it
    only where he may open that sale: the documents themselves, and what names them, are
    the ledger's own; the `visible_` fields show them to whom they may be shown.
    """

    _name = "loyalty.point.entry"
    _description = "Point Entry"
    _inherit = ["suite.protected.mixin", "suite.company.mixin"]
    _order = "id desc"
    _rec_name = "kind"

    _protected_fields = {
        "card_id",
        "lot_id",
        "program_id",
        "company_id",
        "partner_id",
        "kind",
        "points",
        "pending",
        "order_id",
        "move_id",
        "sales_amount",
        "reason",
        "key",
    }
    _company_links = ("card_id", "program_id")

    card_id = fields.Many2one(
        "loyalty.card", required=True, readonly=True, index=True, ondelete="restrict"
    )
    lot_id = fields.Many2one(
        "loyalty.point.lot",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="The points of one date that this entry adds to or takes from.",
    )
    program_id = fields.Many2one(
        "loyalty.program", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The company of the card's holder, or the holder.",
    )
    kind = fields.Selection(
        [
            ("earn", "Earned"),
            ("spend", "Spent"),
            ("return", "Given Back"),
            ("claw_back", "Taken Back"),
            ("vest", "Became Available"),
            ("expire", "Expired"),
            ("settle", "Debt Paid"),
            ("write_off", "Debt Written Off"),
            ("adjust", "Adjusted"),
            ("merge", "Moved Between Cards"),
            ("opening", "Opening Balance"),
        ],
        required=True,
        readonly=True,
    )
    points = fields.Float(digits=(16, 4), required=True, readonly=True)
    pending = fields.Boolean(
        readonly=True, help="The entry stands beside the balance: not yet available."
    )
    available_on = fields.Date(related="lot_id.available_on")
    expires_on = fields.Date("Last Day", related="lot_id.expires_on")
    order_id = fields.Many2one(
        "sale.order",
        readonly=True,
        groups=fields.NO_ACCESS,
        index="btree_not_null",
        ondelete="set null",
    )
    move_id = fields.Many2one(
        "account.move",
        readonly=True,
        groups=fields.NO_ACCESS,
        index="btree_not_null",
        ondelete="set null",
    )
    sales_amount = fields.Float(
        "Sale",
        readonly=True,
        groups=fields.NO_ACCESS,
        help="The untaxed sale that earned the points, in its company's currency; "
        "below zero where they were taken back.",
    )
    reason = fields.Char("Reason in Full", readonly=True, groups=fields.NO_ACCESS)
    key = fields.Char(
        "Movement",
        readonly=True,
        groups=fields.NO_ACCESS,
        help="Which movement of which document this is: none is posted twice. Empty "
        "where no document asked for it.",
    )
    visible_order_id = fields.Many2one(
        "sale.order",
        "Sales Order",
        compute="_compute_visible",
        search="_search_visible_order",
    )
    visible_move_id = fields.Many2one(
        "account.move", "Invoice", compute="_compute_visible"
    )
    visible_reason = fields.Char(
        "Reason", compute="_compute_visible", search="_search_visible_reason"
    )

    _key_uniq = models.UniqueIndex(
        "(key)", "This movement of points is posted already."
    )

    @api.depends("order_id", "move_id", "reason")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_visible(self):
        hidden = self.browse()
        for kept, shown in self._document_fields().items():
            # sudo: to find out which documents the user may see
            known = {entry: entry.sudo()[kept].with_env(self.env) for entry in self}
            documents = self.env[self._fields[kept].comodel_name].union(*known.values())
            visible = documents._filtered_access("read")
            for entry, document in known.items():
                entry[shown] = document & visible
                if document - visible:
                    hidden |= entry
        for entry in self:
            # sudo: it names no document that is hidden from the user
            entry.visible_reason = entry not in hidden and entry.sudo().reason

    def _search_visible_order(self, operator, value):
        return self._search_document("order_id", operator, value)

    def _search_visible_reason(self, operator, value):
        if operator not in ("ilike", "in"):
            return NotImplemented
        visible = [
            Domain(kept, "=", False) | Domain(kept, "in", self._visible(kept))
            for kept in self._document_fields()
        ]
        domain = Domain("reason", operator, value) & Domain.AND(visible)
        return Domain("id", "in", self._as_ledger(domain))

    @api.depends("kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            entry.display_name = entry.visible_reason or kinds.get(entry.kind)

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(
            self.env._("Point entries are never changed: post a new one instead.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise AccessError(
            self.env._("Point entries are never deleted: post a new one instead.")
        )

    @api.model
    def _document_fields(self) -> dict[str, str]:
        """Hook: which field shows the document in which field of the ledger's."""
        return {"order_id": "visible_order_id", "move_id": "visible_move_id"}

    def _search_document(self, kept: str, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        named = value
        if not isinstance(value, Domain):
            named = Domain("id", "in", value)
        found = Domain(kept, "in", self._visible(kept, named))
        domain = Domain("id", "in", self._as_ledger(found))
        if operator == "in" and False in value:
            some = Domain(kept, "in", self._visible(kept))
            domain |= Domain("id", "not in", self._as_ledger(some))
        return domain

    @api.model
    def _visible(self, kept: str, domain=Domain.TRUE):
        """The documents that the user may see."""
        documents = self.env[self._fields[kept].comodel_name]
        if not documents.has_access("read"):
            return []
        return documents._search(domain)

    @api.model
    def _as_ledger(self, domain):
        # sudo: which entries these are is asked with what the ledger alone knows
        return self.sudo()._search(domain)

    def _portal_document(self, seen: dict) -> dict:
        """The document's name and its page, where the customer may open it.

        Without the usual access token: making one would write to the document.
        """
        if self.move_id:
            # posted with the refund, named after it
            if self.move_id.id in seen["move_id"].ids:
                name = self.move_id.name or self.reason
                return {"document": name, "url": f"/my/invoices/{self.move_id.id}"}
        elif self.order_id:
            if self.order_id.id in seen["order_id"].ids:
                name = self.order_id.name
                return {"document": name, "url": f"/my/orders/{self.order_id.id}"}
        else:
            return {"document": self.reason or "", "url": ""}
        return {"document": "", "url": ""}
