import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL

from odoo.addons.crm_suite.tabular import Customer

WORKING = ("checking", "loading")
OPEN = (*WORKING, "undoing")
UNDO_AT_ONCE = 500
# Records that belong to a partner without a foreign key: table, column of the model.
_BY_MODEL_NAME = [
    ("mail_message", "model"),
    ("mail_activity", "res_model"),
    ("mail_followers", "res_model"),
    ("ir_attachment", "res_model"),
]


class CrmPurchaseImport(models.Model):
    """A file of purchases from before Odoo, on its way into the purchase history.

    Checking reads the whole file and changes nothing. Loading writes purchases and the
    customers that are missing where nobody sees them yet; they appear at once when the
    state becomes done. A file with any issue is not loaded at all.
    """

    _name = "crm.purchase.import"
    _description = "Purchase Import"
    # numbers first: only what is one can be compared
    _inherit = [
        "suite.number.mixin",
        "suite.protected.mixin",
        "suite.company.mixin",
        "suite.import.mixin",
        "suite.job.mixin",
    ]
    _jobs = {"crm_loyalty.cron_process_purchase_imports"}
    _order = "id desc"
    # They tell what happened, and undoing relies on them.
    _protected_fields = {
        "amount_total",
        "is_partial",
        "is_staged",
        "left_count",
        "part_row_count",
        "shape",
        "sheet",
        "unknown_item_count",
        "created_partner_ids",
        "customer_count",
        "done_on",
        "file_problem",
        "first_date",
        "headers",
        "issue_count",
        "issue_ids",
        "kept_count",
        "known_count",
        "last_date",
        "last_row",
        "line_ids",
        "missing_count",
        "new_count",
        "preview",
        "progress",
        "rejected_file",
        "row_count",
        "row_done",
        "state",
        "understanding",
        "user_id",
    }
    # the sum of a million amounts
    _number_limits = {"amount_total": (-1e21, 1e21)}

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
            ("asking", "Questions"),
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

    filename = fields.Char(copy=False)
    create_missing = fields.Boolean(
        "Create Missing Customers",
        help="Otherwise an unknown customer is an issue of its row.",
    )

    # how to read the file, once all is known
    understanding = fields.Json(readonly=True, copy=False)
    is_staged = fields.Boolean("Read into Parts", readonly=True, copy=False)
    row_done = fields.Integer("Last Row Done", readonly=True, copy=False)
    last_row = fields.Integer(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress", store=True)
    row_count = fields.Integer("Rows", readonly=True, copy=False)
    new_count = fields.Integer("New Purchases", readonly=True, copy=False)
    left_count = fields.Integer(
        "Left Out",
        readonly=True,
        copy=False,
        help="Rows that are no purchases by their status, their kind or as a sum.",
    )
    part_row_count = fields.Integer(
        "Lines of Documents",
        readonly=True,
        copy=False,
        help="Rows that belong to the document of a row above.",
    )
    unknown_item_count = fields.Integer(
        "Products Not Found",
        readonly=True,
        copy=False,
        help="Rows whose product Odoo does not know by reference, bar code or name. "
        "The purchase counts all the same.",
    )
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
    rejected_file = fields.Binary(
        "Rows Left Behind",
        readonly=True,
        copy=False,
        help="The rows of the file with an issue, and why in a last column.",
    )
    # the rows with issues were left behind
    is_partial = fields.Boolean("Imported in Part", readonly=True, copy=False)
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

    @api.depends("row_done", "last_row", "state", "understanding", "is_staged")
    def _compute_progress(self):
        """Of a check, understanding the file is a third and reading it another one."""
        for source in self:
            if source.state not in WORKING:
                source.progress = 100 if source.state == "done" else 0
                continue
            done = source.row_done / source.last_row if source.last_row else 0
            if source.state == "loading":
                source.progress = 100 * done
            else:
                steps = bool(source.understanding) + source.is_staged + done
                source.progress = 100 * steps / 3

    def write(self, vals):
        if self._reading_fields().intersection(vals):
            self._reopen()
        if "file" not in vals:
            return super().write(vals)
        shapes = [source.shape for source in self]
        self.filtered("sheet")._note({"sheet": False})
        res = super().write(vals)
        for source, shape in zip(self, shapes, strict=True):
            source._forget_questions()
            # answers hold for the same columns
            if source.shape != shape:
                source._note({"answers": False})
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        if any(source.state in (*OPEN, "done") for source in self):
            raise UserError(self.env._("Stop or undo an import before you delete it."))

    def action_check(self):
        """Say what an import would do, and what hinders it. Changes no customer."""
        for source in self:
            source._require_state("draft", "asking", "faulty", "ready", "undone")
            source._start("checking")

    def action_import(self):
        for source in self:
            source._require_state("ready")
            source._start("loading")

    def action_import_valid(self):
        """Import the rows that are in order; the others stay behind with the reason."""
        for source in self:
            source._require_state("faulty")
            if not source.new_count:
                raise UserError(self.env._("No row of the file can be imported."))
            source._start("loading", is_partial=True)

    def action_stop(self):
        """Leave a check or an import that is under way; nothing of it stays."""
        for source in self:
            source._require_state(*WORKING)
            source._unload()
            source._parts_of(source).unlink()
            source._note(
                {
                    "state": "draft",
                    "is_staged": False,
                    "understanding": False,
                    "row_done": 0,
                }
            )

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

    def action_download_rejected(self):
        self.ensure_one()
        self.check_access("read")
        # once for each check: it takes the whole file to be read
        if not self.with_context(bin_size=False).rejected_file:
            self._note({"rejected_file": base64.b64encode(self._rejected_rows())})
        filename = self.env._("rows left behind of import %(id)s.csv", id=self.id)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/rejected_file/{filename}"
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

    @api.model
    def _reading_fields(self):
        """What decides how the file is understood: a change makes a check worthless."""
        return {
            *(name for name in self._fields if name.startswith("column_")),
            "create_missing",
            "currency_id",
            "date_order",
            "decimal_mark",
            "delimiter",
            "encoding",
            "file",
        }

    def _reopen(self):
        self.check_access("write")
        for source in self:
            if source.state in (*OPEN, "done"):
                raise UserError(
                    self.env._(
                        "%(name)s can only be changed when it is stopped or undone.",
                        name=source.name,
                    )
                )
        self._forget_check()
        self._note({"state": "draft"})

    def _create_customers(self, customers: list[Customer]):
        """Out of sight until the import is done."""
        quiet = {
            "mail_create_nolog": True,
            "mail_create_nosubscribe": True,
            "tracking_disable": True,
        }
        partners = (
            self.env["res.partner"]
            .with_context(**quiet)
            .create([self._prepare_partner_values(customer) for customer in customers])
        )
        self._note({"created_partner_ids": [Command.link(id_) for id_ in partners.ids]})
        return dict(zip(customers, partners.ids, strict=True))

    def _prepare_partner_values(self, customer: Customer) -> dict:
        return {
            "name": customer.name or customer.reference or customer.email,
            "ref": customer.reference or False,
            "email": customer.email or False,
            "company_id": self.company_id.id,
            "customer_rank": 1,
            "active": False,
        }

    def _show_created_customers(self):
        hidden = self.with_context(active_test=False).created_partner_ids
        hidden.with_context(tracking_disable=True).write({"active": True})

    def _remove_customers(self, partners):
        """Those that nothing refers to and nobody has edited since; returns them."""
        unused = partners & self._unused(partners)
        count = len(unused)
        # A sales manager may create customers but not delete them; these are the ones
        # that his own import created and that nobody else has touched.
        unused.sudo().unlink()
        return count

    def _unused(self, partners):
        self.env.flush_all()
        uses = [
            SQL(
                "SELECT %(column)s FROM %(table)s WHERE %(column)s = ANY(%(ids)s)",
                column=SQL.identifier(column),
                table=SQL.identifier(table),
                ids=partners.ids,
            )
            for table, column in self._references_to_partners()
        ]
        uses += [
            SQL(
                "SELECT res_id FROM %(table)s "
                "WHERE %(model)s = 'res.partner' AND res_id = ANY(%(ids)s)",
                table=SQL.identifier(table),
                model=SQL.identifier(model),
                ids=partners.ids,
            )
            for table, model in _BY_MODEL_NAME
        ]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id
                  FROM res_partner partner
                 WHERE partner.id = ANY(%(ids)s)
                   AND NOT coalesce(
                       date_trunc('second', partner.write_date) > %(done_on)s, false)
                EXCEPT (%(uses)s)
                """,
                ids=partners.ids,
                done_on=self.done_on or None,
                uses=SQL(" UNION ALL ").join(uses),
            )
        )
        return partners.browse(row[0] for row in rows)

    def _references_to_partners(self) -> list[tuple[str, str]]:
        """Every column that may point to a partner, but for those that follow from his
        being there: his own root, this import's list and what is computed of him."""
        merge = self.env["base.partner.merge.automatic.wizard"]
        derived = {
            ("res_partner", "commercial_partner_id"),
            ("crm_purchase_import_created_rel", "partner_id"),
            ("crm_customer_value", "partner_id"),
        }
        return sorted(set(merge._get_fk_on("res_partner")) - derived)

    def _undo(self):
        self._require_turn()
        self._delete_lines()
        self._note({"state": "undoing"})
        if self._undo_is_big():
            self._wake_cron()
        else:
            self._run_now()

    def _undo_is_big(self):
        """Deleting a customer asks many tables."""
        return len(self.created_partner_ids) > UNDO_AT_ONCE

    def _undo_part(self, size):
        """The purchases are gone by now: only customers are left to remove."""
        created = self.with_context(active_test=False).created_partner_ids
        batch = created[: min(size, UNDO_AT_ONCE)]
        if not batch:
            self._note({"state": "undone"})
            return
        removed = self._remove_customers(batch)
        kept = batch.exists()
        self._note(
            {
                "kept_count": self.kept_count + len(batch) - removed,
                "created_partner_ids": [Command.unlink(id_) for id_ in kept.ids],
            }
        )

    def _unload(self):
        """Take back what a stopped or refused import has written so far."""
        self._delete_lines()
        created = self.with_context(active_test=False).created_partner_ids
        self._remove_customers(created)
        self._note({"created_partner_ids": [Command.clear()]})

    def _delete_lines(self):
        self.env["crm.purchase.import.line"]._delete_of(self)
