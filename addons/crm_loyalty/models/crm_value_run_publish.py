import numpy as np

from odoo import fields, models
from odoo.tools import SQL

from ..clv import BaseTotal, concentration, value_classes
from ..clv.lifecycle import POTENTIAL
from ..clv.rfm import fifths
from ..tools.arrays import unpack
from ..tools.columns import write_columns
from .value_arrays import NEVER
from .value_words import EVIDENCES, LIFECYCLES, VALUE_CLASSES

STAGE_TYPES = {
    "partner_id": "int4",
    "first_purchase": "date",
    "last_purchase": "date",
    "purchase_count": "int4",
    "mean_interval": "float8",
    "revenue": "float8",
    "margin": "float8",
    "alive": "float8",
    "expected_purchases": "float8",
    "lifetime_value": "float8",
    "value_low": "float8",
    "value_high": "float8",
    "contact_day": "int4",
    "value_class": "int2",
    "unprofitable": "int2",
    "lifecycle": "int2",
    "evidence": "int2",
    "recency_score": "int2",
    "frequency_score": "int2",
    "monetary_score": "int2",
}
MONEY = ("revenue", "margin", "lifetime_value", "value_low", "value_high")


SHARES = [share / 20 for share in range(1, 21)]


class CrmValueRun(models.Model):
    """The third step: all values of the company at once, as far as they changed."""

    _inherit = "crm.value.run"

    customer_count = fields.Integer("Customers", readonly=True)
    total_value = fields.Monetary("Value of All Customers", readonly=True)
    total_low = fields.Monetary(readonly=True)
    total_high = fields.Monetary(readonly=True)
    customers_for_80 = fields.Integer("Customers Who Make 80 %", readonly=True)
    concentration = fields.Json(
        readonly=True,
        help="How many of the best customers carry 5, 10, ... 100 % of the value.",
    )

    def _publish(self):
        self.ensure_one()
        scored = [unpack(batch.scores) for batch in self.batch_ids]
        totals = [_base_total(part.pop("total"), part) for part in scored]
        columns = {
            name: np.concatenate([part[name] for part in scored]) for name in scored[0]
        }
        columns |= self._whole_base_columns(columns)
        self._stage(columns)
        changed = self._delete_vanished() + self._upsert_values()
        self.env["crm.customer.value"].invalidate_model()
        self.batch_ids.unlink()
        self.write(
            {
                "state": "done",
                "finished_at": fields.Datetime.now(),
                "changed_count": changed,
                **self._prepare_summary_values(columns, sum(totals, BaseTotal())),
            }
        )

    def _whole_base_columns(self, columns: dict) -> dict:
        """What needs all customers at once: classes, quantiles, and money rounded."""
        digits = self.currency_id.decimal_places
        money = {name: np.round(columns[name], digits) for name in MONEY}
        shares = self.company_id._value_class_shares()
        classes = value_classes(columns["lifetime_value"], shares)
        place = {"A": 0, "B": 1, "C": 2}
        return {
            **money,
            "value_class": np.array([place.get(name, 3) for name in classes], np.int8),
            "unprofitable": (columns["lifetime_value"] < 0) | (columns["margin"] < 0),
            "recency_score": fifths(columns["last_purchase"]),
            "frequency_score": fifths(columns["purchase_count"]),
            "monetary_score": fifths(columns["revenue"]),
        }

    def _prepare_summary_values(self, columns: dict, total: BaseTotal) -> dict:
        value = columns["lifetime_value"]
        low, high = total.interval()
        return {
            "customer_count": len(value),
            "total_value": total.mean,
            "total_low": low,
            "total_high": high,
            "customers_for_80": concentration(value, 0.8),
            "concentration": [concentration(value, share) for share in SHARES],
        }

    def _stage(self, columns: dict) -> None:
        """All new values in a temporary table, potential customers among them."""
        definition = SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL.identifier(kind))
            for name, kind in STAGE_TYPES.items()
        )
        cr = self.env.cr
        cr.execute("DROP TABLE IF EXISTS pg_temp.customer_value_stage")
        cr.execute(
            SQL(
                "CREATE TEMP TABLE customer_value_stage (%s) ON COMMIT DROP", definition
            )
        )
        write_columns(cr, "customer_value_stage", STAGE_TYPES, columns)
        potential = self.env["crm.purchase.history"]._potential_customers_sql(
            self.company_id
        )
        cr.execute(
            SQL(
                """
                INSERT INTO customer_value_stage (partner_id, lifecycle)
                SELECT partner_id, %s FROM (%s) potential
                 WHERE NOT EXISTS (SELECT FROM customer_value_stage buyer
                                    WHERE buyer.partner_id = potential.partner_id)
                """,
                POTENTIAL,
                potential,
            )
        )

    def _delete_vanished(self) -> int:
        """Values of customers whose purchases are all cancelled, merged or undone."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM crm_customer_value
                 WHERE company_id = %s
                   AND partner_id NOT IN (SELECT partner_id FROM customer_value_stage)
                """,
                self.company_id.id,
            )
        )
        return self.env.cr.rowcount

    def _upsert_values(self) -> int:
        """Write what differs from what stands; returns how many values that were."""
        values = self._staged_values_sql()
        names = [SQL.identifier(name) for name in values]
        comma = SQL(", ")
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_value AS old
                       (partner_id, company_id, %(names)s)
                SELECT stage.partner_id, %(company)s, %(values)s
                  FROM customer_value_stage stage
                  JOIN res_partner partner ON partner.id = stage.partner_id
                ON CONFLICT (partner_id, company_id) DO UPDATE
                   SET (%(names)s) = (%(new)s)
                 WHERE (%(old)s) IS DISTINCT FROM (%(new)s)
                """,
                names=comma.join(names),
                values=comma.join(values.values()),
                new=comma.join(SQL("excluded.%s", name) for name in names),
                old=comma.join(SQL("old.%s", name) for name in names),
                company=self.company_id.id,
            )
        )
        return self.env.cr.rowcount

    def _staged_values_sql(self) -> dict[str, SQL]:
        """Each stored column of a value as an expression over the stage."""
        values = {
            name: SQL("stage.%s", SQL.identifier(name))
            for name in STAGE_TYPES
            if name not in ("partner_id", "contact_day")
        }
        values |= {name: SQL("round(%s::numeric, 6)", values[name]) for name in MONEY}
        for name, selection in (
            ("value_class", VALUE_CLASSES),
            ("lifecycle", LIFECYCLES),
            ("evidence", EVIDENCES),
        ):
            keys = [key for key, _label in selection]
            values[name] = SQL("(%s::varchar[])[%s + 1]", keys, values[name])
        values["unprofitable"] = SQL("stage.unprofitable = 1")
        values["contact_before"] = SQL(
            "date '2000-01-01' + nullif(stage.contact_day, %s)", int(NEVER)
        )
        return values


def _base_total(parts, columns: dict) -> BaseTotal:
    mean, variance, error = map(float, parts)
    return BaseTotal(len(columns["partner_id"]), mean, variance, error)
