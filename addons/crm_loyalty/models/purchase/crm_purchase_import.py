import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from odoo.addons.crm_suite.tabular import FileProblem, Problem
from odoo.addons.crm_suite.tools.work import work_through

from .customer_matching import find_customers
from .import_words import row_reason

WORKING = ("checking", "loading")
OPEN = (*WORKING, "undoing")
BATCH_ROWS = 2000


class CrmPurchaseImport(models.Model):
    """A file of purchases from before Odoo, on its way into the purchase history.

    Checking reads the whole file and changes nothing. Loading writes purchases and the
    customers that are missing where nobody sees them yet; they appear at once when the
    state becomes done. A file with any issue is not loaded at all.

    A file is worked through in batches: at once when it is small, else by the cron. A
    batch and the row it reached are written together, so that whoever goes on after a
    kill neither loses nor repeats a row.
    """

    _name = "crm.purchase.import"
    _description = "Purchase Import"
    _inherit = ["suite.protected.mixin", "suite.company.mixin", "suite.number.mixin"]
    _order = "id desc"
    # They tell what happened, and undoing relies on them.
    _protected_fields = {
        "amount_total",
        "attempt",
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
        "row_count",
        "row_done",
        "state",
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

    def write(self, vals):
        if self._reading_fields().intersection(vals):
            self._reopen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        if any(source.state in (*OPEN, "done") for source in self):
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

    @api.model
    def _cron_process(self, batch_size=BATCH_ROWS):
        # a file is read once, and its batches are taken from what was read
        reading = {}

        def process(source):
            batches = reading.pop(source.id, None)
            if batches is None:
                batches = source._as_responsible()._batches(batch_size)
            try:
                more = next(batches, None)
            except UserError as error:
                source._refuse([Problem(0, "row", "", "refused", str(error))])
            else:
                if more and source.state in OPEN:
                    reading[source.id] = batches

        if work_through(self, [("state", "in", OPEN)], process).out_of_time:
            # The scheduler would come back for one batch at a time, and each time read
            # the whole file: take a new turn instead.
            self._wake_cron()
            self.env["ir.cron"]._commit_progress(remaining=0)

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
            "create_missing",
            "currency_id",
            "date_order",
            "decimal_mark",
            "delimiter",
            "encoding",
            "file",
        }

    def _note(self, vals):
        # Who may press the buttons may not write by hand what they lead to.
        self.sudo().write(vals)

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

    def _as_responsible(self):
        """With the rights, language and company of whoever pressed the button."""
        user = self.user_id
        return self.with_user(user).with_context(
            lang=user.lang, tz=user.tz, allowed_company_ids=self.company_id.ids
        )

    def _start(self, state):
        if state == "loading":
            self._require_turn()
        self._forget_check()
        self._note(
            {
                "state": state,
                "attempt": self.attempt + 1,
                # Whose rights count from here on.
                "user_id": self.env.uid,
            }
        )
        if self._is_big():
            self._wake_cron()
        else:
            self._run_now()

    def _run_now(self):
        for _progress in self._batches(BATCH_ROWS):
            pass

    def _wake_cron(self):
        self.env.ref("crm_loyalty.cron_process_purchase_imports")._trigger()

    def _is_big(self):
        try:
            table = self._read_table(BATCH_ROWS + 1)
        except FileProblem:
            return False  # reading it at once tells the user why
        self._require_columns(table.header)
        return len(table.rows) > BATCH_ROWS

    def _require_turn(self):
        """Two files at once could each take the other's purchases for known ones."""
        # Managers may not write companies; this only makes others' turn wait.
        company = self.company_id.sudo()
        other = self.search(
            [("company_id", "=", company.id), ("state", "=", "loading")], limit=1
        )
        if other or not company.try_lock_for_update(allow_referencing=True):
            raise UserError(
                self.env._(
                    "Another file of this company is being imported. Please wait until "
                    "it is done."
                )
            )

    def _batches(self, size):
        """Yields (rows just done, rows left) at every point where it may be left."""
        if self.state == "undoing":
            yield from self._undo_batches(size)
            return
        attempt, row_done = self.attempt, self.row_done
        reading = self._read_file()
        new, problems = self._compare(reading.purchases)
        problems = sorted(reading.problems + problems, key=lambda one: one.row)
        if problems and self.state == "loading":
            self._refuse(problems)
            return
        if not self.last_row:
            self._open(reading, len(new), problems)
        done = sum(purchase.row <= row_done for purchase in new)
        counted = {purchase.customer for purchase in new[:done]}
        pending = new[done:]
        left = len(pending)
        for batch in split_every(size, pending):
            if not self._is_mine(attempt, row_done):
                return
            with self.env.cr.savepoint():
                self._process_batch(list(batch), counted)
            row_done = self.row_done
            left -= len(batch)
            yield len(batch), left
        if self._is_mine(attempt, row_done):
            self._finish()
            yield 0, 0

    def _is_mine(self, attempt, row_done):
        """Nobody has stopped, changed, continued or deleted the import since the last
        commit."""
        return (
            self.try_lock_for_update()
            and (self.attempt, self.row_done) == (attempt, row_done)
            and self.state in WORKING
        )

    def _compare(self, purchases):
        """The purchases that the company does not know yet, and a problem for each
        document that says something else than before."""
        self.flush_model(["state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.key, line.date, line.amount
                  FROM crm_purchase_import_line line
                  JOIN crm_purchase_import source ON source.id = line.import_id
                 WHERE line.company_id = %(company)s
                   AND line.key = ANY(%(keys)s)
                   AND source.state = 'done'
                """,
                company=self.company_id.id,
                keys=[purchase.key for purchase in purchases],
            )
        )
        known = {key: (date, float(amount)) for key, date, amount in rows}
        new, problems = [], []
        for purchase in purchases:
            if purchase.key not in known:
                new.append(purchase)
                continue
            date, amount = known[purchase.key]
            if (purchase.date, f"{purchase.amount:.4f}") != (date, f"{amount:.4f}"):
                problems.append(
                    Problem(
                        purchase.row,
                        "document",
                        purchase.document,
                        "document_changed",
                        f"{fields.Date.to_string(date)}, {amount:.2f}",
                    )
                )
        return new, problems

    def _open(self, reading, new, problems):
        """What the file says as a whole, before any of it is worked on."""
        purchases = reading.purchases
        rows = [item.row for item in (*purchases, *problems)]
        dates = [purchase.date for purchase in purchases]
        self._record_issues(problems)
        self._note(
            {
                "last_row": max(rows, default=1),
                "row_count": len(purchases) + len(reading.problems) + reading.repeated,
                "known_count": len(purchases) - new + reading.repeated,
                "first_date": min(dates, default=False),
                "last_date": max(dates, default=False),
                "amount_total": sum(purchase.amount for purchase in purchases),
            }
        )

    def _process_batch(self, batch, counted):
        customers = list(dict.fromkeys(purchase.customer for purchase in batch))
        found, unclear = find_customers(self.env, self.company_id, customers)
        missing = [c for c in customers if c not in found and c not in unclear]
        if not self.create_missing:
            unclear |= dict.fromkeys(missing, ("unknown_customer", ""))
        problems = [
            self._customer_problem(purchase, *unclear[purchase.customer])
            for purchase in batch
            if purchase.customer in unclear
        ]
        if problems and self.state == "loading":
            self._refuse(problems)
            return
        self._record_issues(problems)
        fresh = [customer for customer in customers if customer not in counted]
        counted.update(fresh)
        self._note(
            {
                "row_done": batch[-1].row,
                "new_count": self.new_count + len(batch) - len(problems),
                "customer_count": self.customer_count
                + sum(customer in found for customer in fresh),
                "missing_count": self.missing_count
                + len(set(missing).intersection(fresh) - unclear.keys()),
            }
        )
        if self.state == "loading":
            if missing:
                found |= self._create_customers(missing)
            self._insert_lines(batch, found)

    def _finish(self):
        if self.state == "checking":
            self._note({"state": "faulty" if self.issue_count else "ready"})
        else:
            self._show_created_customers()
            now = self.env.cr.now().replace(microsecond=0)
            self._note({"state": "done", "done_on": now})

    def _refuse(self, problems):
        """The file cannot be loaded as it stands; nothing of it stays."""
        self._unload()
        self._forget_check()
        self._record_issues(problems)
        self._note({"state": "faulty"})

    def _customer_problem(self, purchase, code, detail):
        customer = purchase.customer
        for name, value in (
            ("customer", customer.reference),
            ("email", customer.email),
            ("name", customer.name),
        ):
            if value:
                return Problem(purchase.row, name, value, code, detail)

    def _record_issues(self, problems):
        columns = self._chosen_columns()
        values = [
            {
                "import_id": self.id,
                "row": problem.row,
                "column": columns.get(problem.field),
                "value": problem.value or False,
                "reason": self.env._(row_reason(problem.code, problem.detail)),
            }
            for problem in problems
        ]
        # Managers read issues; only the check writes them.
        self.env["crm.purchase.import.issue"].sudo().create(values)
        self._note({"issue_count": self.issue_count + len(values)})

    def _forget_check(self):
        self.env["crm.purchase.import.issue"]._delete_of(self)
        self._note(
            {
                "row_done": 0,
                "last_row": 0,
                "row_count": 0,
                "new_count": 0,
                "known_count": 0,
                "customer_count": 0,
                "missing_count": 0,
                "issue_count": 0,
                "kept_count": 0,
                "first_date": False,
                "last_date": False,
                "done_on": False,
                "amount_total": 0,
            }
        )
