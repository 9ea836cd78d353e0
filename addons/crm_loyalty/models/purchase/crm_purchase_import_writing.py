from bisect import bisect_right
from collections import defaultdict

from odoo import models
from odoo.fields import Command
from odoo.tools import SQL, split_every

from odoo.addons.crm_suite.tabular import Customer

UNDO_AT_ONCE = 500
# Records that belong to a partner without a foreign key: table, column of the model.
_BY_MODEL_NAME = [
    ("mail_message", "model"),
    ("mail_activity", "res_model"),
    ("mail_followers", "res_model"),
    ("ir_attachment", "res_model"),
]


class CrmPurchaseImport(models.Model):
    """What a file brings in and takes out again: purchases, and missing customers."""

    _inherit = "crm.purchase.import"

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

    def _insert_lines(self, purchases, partners):
        convert = self._converter()
        columns = {
            "row": ("int", [purchase.row for purchase in purchases]),
            "partner_id": ("int", [partners[p.customer] for p in purchases]),
            "date": ("date", [purchase.date for purchase in purchases]),
            "document": ("text", [purchase.document or None for purchase in purchases]),
            "amount": ("numeric", [purchase.amount for purchase in purchases]),
            "revenue": ("numeric", [convert(p.amount, p.date) for p in purchases]),
            "margin": ("numeric", [convert(p.margin, p.date) for p in purchases]),
            "key": ("text", [purchase.key for purchase in purchases]),
        }
        # A purchase that came in since the file was compared is known by now: another
        # transaction's row makes this one start again, and it is left out then.
        self.env.execute_query(
            SQL(
                """
                INSERT INTO crm_purchase_import_line (import_id, company_id, %(names)s)
                     SELECT %(import)s, %(company)s, batch.*
                       FROM unnest(%(arrays)s) AS batch
                ON CONFLICT (company_id, key) DO NOTHING
                """,
                names=SQL(", ").join(map(SQL.identifier, columns)),
                arrays=SQL(", ").join(
                    SQL("%s::%s[]", values, SQL(kind))
                    for kind, values in columns.values()
                ),
                company=self.company_id.id,
                **{"import": self.id},
            )
        )
        self.env["crm.purchase.import.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])

    def _converter(self):
        """A function of amount and date into the company's currency.

        The same rates as `res.currency._convert` takes, but all read at once.
        """
        source, target = self.currency_id, self.company_id.currency_id
        if source == target:
            return lambda amount, date: amount
        rates = self._rates()

        def convert(amount, date):
            if amount is None:
                return None
            rate = _rate_on(rates[target.id], date) / _rate_on(rates[source.id], date)
            return target.round(amount * rate)

        return convert

    def _rates(self):
        """Currency → the company's own rates and everybody's, by date."""
        root = self.company_id.root_id
        rates = self.env["res.currency.rate"].search_fetch(
            [
                ("currency_id", "in", (self.currency_id + root.currency_id).ids),
                ("company_id", "in", [False, root.id]),
            ],
            ["currency_id", "company_id", "name", "rate"],
            order="name",
        )
        by_currency = defaultdict(lambda: ([], []))
        for rate in rates:
            by_currency[rate.currency_id.id][not rate.company_id].append(
                (rate.name, rate.rate)
            )
        return by_currency

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

    def _undo_batches(self, size):
        """The purchases are gone by now: only customers are left to remove."""
        created = self.with_context(active_test=False).created_partner_ids
        left = len(created)
        for ids in split_every(min(size, UNDO_AT_ONCE), created.ids):
            if not self.try_lock_for_update():
                return
            batch = created.browse(ids)
            removed = self._remove_customers(batch)
            kept = batch.exists()
            self._note(
                {
                    "kept_count": self.kept_count + len(batch) - removed,
                    "created_partner_ids": [Command.unlink(id_) for id_ in kept.ids],
                }
            )
            left -= len(batch)
            yield len(batch), left
        self._note({"state": "undone"})
        yield 0, 0

    def _unload(self):
        """Take back what a stopped or refused import has written so far."""
        self._delete_lines()
        created = self.with_context(active_test=False).created_partner_ids
        self._remove_customers(created)
        self._note({"created_partner_ids": [Command.clear()]})

    def _delete_lines(self):
        self.env["crm.purchase.import.line"]._delete_of(self)


def _rate_on(rates, date):
    """The last rate until that day, the company's own before everybody's; for days
    before all rates the first one."""
    for known in rates:
        at = bisect_right(known, date, key=lambda rate: rate[0])
        if at:
            return known[at - 1][1]
    for known in rates:
        if known:
            return known[0][1]
    return 1.0
