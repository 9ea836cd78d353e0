import base64

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

WORKING = ("checking", "loading")


class CrmPurchaseImport(models.Model):
    """A file of purchases from before Odoo, on its way into the purchase history.

    Checking reads the whole file and changes nothing. Loading writes purchases and the
    customers that are missing where nobody sees them yet; they appear at once when the
    state becomes done. A file with any issue is not loaded at all.
    """

    _name = "crm.purchase.import"
    _description = "Purchase Import"
    _order = "id desc"

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="The currency of the file's amounts. They are converted at the rate of "
        "each purchase's date.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("checking", "Checking"),
            ("faulty", "Needs Mending"),
            ("ready", "Ready"),
            ("loading", "Importing"),
            ("done", "Imported"),
            ("undoing", "Being Undone"),
            ("undone", "Undone"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )

    # In the row and not among the attachments: it goes when the import goes.
    file = fields.Binary(attachment=False, copy=False)
    filename = fields.Char(copy=False)
    create_missing = fields.Boolean(
        "Create Missing Customers",
        help="Otherwise an unknown customer is an issue of its row.",
    )

    attempt = fields.Integer(readonly=True, copy=False)
    row_done = fields.Integer("Last Row Done", readonly=True, copy=False)
    last_row = fields.Integer(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress", store=True)
    row_count = fields.Integer("Rows", readonly=True, copy=False)
    new_count = fields.Integer("New Purchases", readonly=True, copy=False)
    known_count = fields.Integer("Already Known", readonly=True, copy=False)
    customer_count = fields.Integer("Customers Found", readonly=True, copy=False)
    missing_count = fields.Integer("Customers to Create", readonly=True, copy=False)
    kept_count = fields.Integer(
        "Customers Kept",
        readonly=True,
        copy=False,
        help="Created by the import, and still there after undoing it because somebody "
        "has used or edited them since.",
    )
    issue_count = fields.Integer("Issues", readonly=True, copy=False)
    first_date = fields.Date("First Purchase", readonly=True, copy=False)
    last_date = fields.Date("Last Purchase", readonly=True, copy=False)
    amount_total = fields.Monetary("Total", readonly=True, copy=False)
    done_on = fields.Datetime("Imported On", readonly=True, copy=False)
    issue_ids = fields.One2many("crm.purchase.import.issue", "import_id")
    issues_file = fields.Binary(compute="_compute_issues_file")
    line_ids = fields.One2many("crm.purchase.import.line", "import_id")
    created_partner_ids = fields.Many2many(
        "res.partner",
        "crm_purchase_import_created_rel",
        "import_id",
        "partner_id",
        readonly=True,
        copy=False,
    )

    _loading_uniq = models.UniqueIndex(
        "(company_id) WHERE state = 'loading'",
        "Another file of this company is being imported. Please wait until it is done.",
    )

    @api.depends("filename")
    def _compute_name(self):
        for source in self:
            source.name = source.filename or source.name or self.env._("Purchases")

    @api.depends("company_id")
    def _compute_currency_id(self):
        for source in self:
            source.currency_id = source.company_id.currency_id

    @api.depends("issue_ids")
    def _compute_issues_file(self):
        for source in self:
            source.issues_file = base64.b64encode(source.issue_ids._as_csv())

    @api.depends("row_done", "last_row", "state")
    def _compute_progress(self):
        for source in self:
            if source.state in WORKING and source.last_row:
                source.progress = 100 * source.row_done / source.last_row
            else:
                source.progress = 100 if source.state == "done" else 0

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_foreign_hands(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_foreign_hands(vals)
        if self._reading_fields().intersection(vals):
            self._reopen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        if any(source.state in (*WORKING, "done", "undoing") for source in self):
            raise UserError(self.env._("Stop or undo an import before you delete it."))

    def action_check(self):
        """Say what an import would do, and what hinders it. Changes no customer."""
        for source in self:
            source._require_state("draft", "faulty", "ready", "undone")
            source._start("checking")

    def action_import(self):
        for source in self:
            source._require_state("ready")
            source._start("loading")

    def action_stop(self):
        """Leave a check or an import that is under way; nothing of it stays."""
        for source in self:
            source._require_state(*WORKING)
            source._unload()
            source._note({"state": "draft"})

    def action_undo(self):
        """Take the purchases back, and the customers nobody has used since."""
        for source in self:
            source._require_state("done")
            source._undo()

    def action_download_issues(self):
        self.ensure_one()
        self.check_access("read")
        filename = self.env._("issues of import %(id)s.csv", id=self.id)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/issues_file/{filename}"
            "?download=true",
            "target": "download",
        }

    def action_view_purchases(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Imported Purchases"),
            "res_model": "crm.purchase.import.line",
            "view_mode": "list",
            "domain": list(Domain("import_id", "=", self.id)),
        }

    def action_view_customers(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Created Customers"),
            "res_model": "res.partner",
            "view_mode": "list,kanban,form",
            "domain": list(Domain("id", "in", self.created_partner_ids.ids)),
        }

    def _require_state(self, *states):
        self.ensure_one()
        self.check_access("write")
        if self.state not in states:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(name)s is in the state “%(state)s”: this is not possible now.",
                    name=self.name,
                    state=labels[self.state],
                )
            )

    @api.model
    def _reading_fields(self):
        """What decides how the file is understood: a change makes a check worthless."""
        return {
            *(name for name in self._fields if name.startswith("column_")),
            *("company_id", "create_missing", "currency_id", "date_order"),
            *("decimal_mark", "delimiter", "encoding", "file"),
        }

    def _refuse_foreign_hands(self, vals):
        """State, counts and created customers tell what happened: undoing relies on
        them, so that nobody but the import itself may write them."""
        foreign = set(vals) - self._reading_fields() - {"name", "filename"}
        if foreign and not self.env.su:
            raise AccessError(
                self.env._(
                    "Only the import itself writes %(fields)s.", fields=sorted(foreign)
                )
            )

    def _note(self, vals):
        # Who may press the buttons may not write by hand what they lead to.
        self.sudo().write(vals)

    def _reopen(self):
        self.check_access("write")
        for source in self:
            if source.state in (*WORKING, "done", "undoing"):
                raise UserError(
                    self.env._(
                        "%(name)s can only be changed when it is stopped or undone.",
                        name=source.name,
                    )
                )
        self._forget_check()
        self._note({"state": "draft"})
