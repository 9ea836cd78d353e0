import json

import numpy as np

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.columns import stage_columns

from ...clv import BaseTotal, concentration, value_classes
from ...clv.correction import WORDS
from ...clv.lifecycle import POTENTIAL
from ...clv.rfm import fifths
from .value_arrays import NEVER, known_columns
from .value_words import EVIDENCES, LIFECYCLES, VALUE_CLASSES

STAGE_TYPES = {
    "partner_id": "int4",
    "first_purchase": "date",
    "last_purchase": "date",
    "purchase_count": "int4",
    "mean_interval": "float8",
    "revenue": "int8",
    "margin": "int8",
    "alive": "float8",
    "expected_purchases": "float8",
    "lifetime_value": "int8",
    "value_low": "int8",
    "value_high": "int8",
    "contact_day": "int4",
    "value_class": "int2",
    "unprofitable": "int2",
    "lifecycle": "int2",
    "evidence": "int2",
    "recency_score": "int2",
    "frequency_score": "int2",
    "monetary_score": "int2",
}
# where attributes are used: what they add up to, and the three that speak loudest
FACTORS = range(WORDS)
FACTOR_TYPES = {
    "shift": "float8",
    **{f"factor_{place}": "int2" for place in FACTORS},
    **{f"factor_value_{place}": "float8" for place in FACTORS},
    **{f"factor_weight_{place}": "float8" for place in FACTORS},
}
# staged as whole cents: PostgreSQL turns a float into a decimal by way of text
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
        total, columns = self._collect_scores()
        self._stage(columns | self._whole_base_columns(columns))
        changed = self._delete_vanished() + self._write_values()
        self.env["crm.customer.value"].invalidate_model()
        self.batch_ids.unlink()
        self.write(
            {
                "state": "done",
                "finished_at": fields.Datetime.now(),
                "changed_count": changed,
                **self._prepare_summary_values(columns["lifetime_value"], total),
            }
        )

    def _collect_scores(self) -> tuple[BaseTotal, dict]:
        """All batches' customers in one set of columns, and the value of them all."""
        total, parts = BaseTotal(), []
        for batch in self.batch_ids:
            history, scores = batch._read_scored()
            mean, variance, error = map(float, scores.pop("total"))
            total += BaseTotal(batch.customer_count, mean, variance, error)
            parts.append(known_columns(history) | scores)
        return total, {
            name: np.concatenate([part[name] for part in parts]) for name in parts[0]
        }

    def _whole_base_columns(self, columns: dict) -> dict:
        """What needs all customers at once: classes, quantiles, and money rounded."""
        cents = 10**self.currency_id.decimal_places
        money = {name: np.rint(columns[name] * cents).astype(int) for name in MONEY}
        shares = self.company_id._value_class_shares()
        classes = value_classes(columns["lifetime_value"], shares)
        is_class = [classes == name for name in ("A", "B", "C")]
        return {
            **money,
            "value_class": np.select(is_class, [0, 1, 2], 3),
            "unprofitable": (columns["lifetime_value"] < 0)
            | (columns["margin"] < 0)
            # everything came back
            | (columns["revenue"] <= 0),
            "recency_score": fifths(columns["last_purchase"]),
            "frequency_score": fifths(columns["purchase_count"]),
            "monetary_score": fifths(columns["revenue"]),
        }

    def _prepare_summary_values(self, value, total: BaseTotal) -> dict:
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
        types = STAGE_TYPES | (FACTOR_TYPES if self._uses_attributes() else {})
        cr = self.env.cr
        stage_columns(cr, "customer_value_stage", types, columns)
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
                DELETE FROM crm_customer_value value
                 WHERE company_id = %s
                   AND NOT EXISTS (SELECT FROM customer_value_stage stage
                                    WHERE stage.partner_id = value.partner_id)
                """,
                self.company_id.id,
            )
        )
        return self.env.cr.rowcount

    def _write_values(self) -> int:
        """Write what differs from what stands; returns how many values that were.

        One INSERT … ON CONFLICT would be slower for new rows and old ones. Which rows
        are new is settled before they are inserted: a query that looks them up in the
        very table that it fills is planned for the table's size of before.
        """
        values = self._staged_values_sql()
        names = [SQL.identifier(name) for name in values]
        comma = SQL(", ")
        parts = {
            "names": comma.join(names),
            "old": comma.join(SQL("value.%s", name) for name in names),
            "new": comma.join(values.values()),
            "company": self.company_id.id,
        }
        update = SQL(
            """
            UPDATE crm_customer_value value
               SET (%(names)s) = ROW (%(new)s)
              FROM customer_value_stage stage
             WHERE value.company_id = %(company)s
               AND value.partner_id = stage.partner_id
               AND (%(old)s) IS DISTINCT FROM (%(new)s)
            """,
            **parts,
        )
        forget_known = SQL(
            """
            DELETE FROM customer_value_stage stage
             USING crm_customer_value value
             WHERE value.company_id = %(company)s
               AND value.partner_id = stage.partner_id
            """,
            **parts,
        )
        insert = SQL(
            """
            INSERT INTO crm_customer_value (partner_id, company_id, %(names)s)
            SELECT stage.partner_id, %(company)s, %(new)s
              FROM customer_value_stage stage
              JOIN res_partner partner ON partner.id = stage.partner_id
            """,
            **parts,
        )
        cr = self.env.cr
        cr.execute(update)
        updated = cr.rowcount
        cr.execute(forget_known)
        cr.execute(insert)
        return updated + cr.rowcount

    def _staged_values_sql(self) -> dict[str, SQL]:
        """Each stored column of a value as an expression over the stage."""
        values = {
            name: SQL("stage.%s", SQL.identifier(name))
            for name in STAGE_TYPES
            if name not in ("partner_id", "contact_day")
        }
        digits = self.currency_id.decimal_places
        values |= {
            # text, so that a cent is the exact decimal 0.01
            name: SQL("%s * %s::numeric", values[name], f"1e-{digits}")
            for name in MONEY
        }
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
        return values | self._staged_factors_sql()

    def _uses_attributes(self) -> bool:
        return bool(self.attributes and self.attributes["used"])

    def _staged_factors_sql(self) -> dict[str, SQL]:
        if not self._uses_attributes():
            return {
                "attribute_shift": SQL("NULL::float8"),
                "factors": SQL("NULL::jsonb"),
            }
        terms = SQL("%s::jsonb[]", [json.dumps(term) for term in self._factor_terms()])
        factors = [
            SQL(
                "(%(terms)s)[nullif(%(column)s, -1) + 1]"
                " || jsonb_build_object('value', %(value)s, 'weight', %(weight)s)",
                terms=terms,
                column=SQL("stage.%s", SQL.identifier(f"factor_{place}")),
                value=SQL("stage.%s", SQL.identifier(f"factor_value_{place}")),
                weight=SQL("stage.%s", SQL.identifier(f"factor_weight_{place}")),
            )
            for place in FACTORS
        ]
        said = SQL("array_remove(ARRAY[%s], NULL)", SQL(", ").join(factors))
        return {
            "attribute_shift": SQL("stage.shift"),
            "factors": SQL("nullif(to_jsonb(%s), '[]'::jsonb)", said),
        }
