"""How signals are read; `crm.value.run._signal_sources()` lists them
(``models/value/crm_value_run_signals.py``).
"""

from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crm_suite.tools.columns import read_columns

Column = tuple[NDArray[np.int64], NDArray[np.float64]]

# Longer ago than this, a lost quotation or a late payment says nothing of today.
QUOTATION_DAYS, PAYMENT_DAYS = 365, 730
# A quotation without a date of its own stands this long.
VALIDITY_DAYS = 30


class CrmCustomerSignal(models.AbstractModel):
    """What is known of customers beside their purchases, as it was known on a day.

    Each method is one query over all customers of a company and returns customers and
    a value of each; who is not among them has none. Facts that Odoo keeps without a
    date (industry, country) are taken as they are; whatever has a date counts by it,
    so that nothing of later days shows.
    """

    _name = "crm.customer.signal"
    _description = "Customer Signal"

    @api.model
    def _own_names(self) -> dict[str, str]:
        """Hook: what the attributes are called that an add-on brings, by name."""
        return {}

    @api.model
    def _own_words(self, name: str, value: float) -> str:
        """Hook: one of these attributes of one customer, such as "pays on time"."""
        return ""

    def _read(self, query: SQL) -> Column:
        types = {"partner_id": "int4", "value": "float8"}
        columns = read_columns(self.env.cr, query, types)
        return columns["partner_id"].astype(np.int64), columns["value"]

    def _end_of(self, company, until: date) -> datetime:
        """The first moment after that day where the company is, in UTC."""
        return company._start_of_day(until + timedelta(days=1))

    def _read_industry(self, company, until: date) -> Column:
        self.env["res.partner"].flush_model(["industry_id", "commercial_partner_id"])
        return self._read(
            SQL(
                """
                SELECT id, industry_id FROM res_partner
                 WHERE industry_id IS NOT NULL AND id = commercial_partner_id
                """
            )
        )

    def _read_country(self, company, until: date) -> Column:
        """Where a company is. Of people nothing: a country may tell their origin."""
        self.env["res.partner"].flush_model(
            ["country_id", "commercial_partner_id", "is_company"]
        )
        return self._read(
            SQL(
                """
                SELECT id, country_id FROM res_partner
                 WHERE country_id IS NOT NULL
                   AND is_company
                   AND id = commercial_partner_id
                """
            )
        )

    def _read_contacts(self, company, until: date) -> Column:
        self.env["res.partner"].flush_model(["commercial_partner_id", "type"])
        return self._read(
            SQL(
                """
                SELECT commercial_partner_id, count(*) FROM res_partner
                 WHERE commercial_partner_id <> id
                   AND type = 'contact'
                   AND create_date < %s
                 GROUP BY commercial_partner_id
                """,
                self._end_of(company, until),
            )
        )

    def _read_source(self, company, until: date) -> Column:
        """Where the customer came from: the earliest source named by then."""
        self.env["crm.lead"].flush_model(["partner_id", "source_id", "company_id"])
        self.env["sale.order"].flush_model(["partner_id", "source_id", "date_order"])
        return self._read(
            SQL(
                """
                SELECT DISTINCT ON (customer.commercial_partner_id)
                       customer.commercial_partner_id, named.source_id
                  FROM (
                        SELECT partner_id, source_id,
                               least(create_date, date_order) AS moment
                          FROM sale_order
                         WHERE source_id IS NOT NULL AND company_id = %(company)s
                         UNION ALL
                        SELECT partner_id, source_id, create_date
                          FROM crm_lead
                         WHERE source_id IS NOT NULL
                           AND coalesce(company_id, %(company)s) = %(company)s
                       ) named
                  JOIN res_partner customer ON customer.id = named.partner_id
                 WHERE named.moment < %(end)s
                 ORDER BY customer.commercial_partner_id, named.moment, named.source_id
                """,
                company=company.id,
                end=self._end_of(company, until),
            )
        )

    def _read_salesperson(self, company, until: date) -> Column:
        """Who served the latest order by then; today's salesperson may be another."""
        self.env["sale.order"].flush_model(["partner_id", "user_id", "date_order"])
        # day and user in one number, whose largest is found without sorting
        return self._read(
            SQL(
                """
                SELECT customer.commercial_partner_id,
                       max(latest.code) & ((1::bigint << 32) - 1)
                  FROM (
                        SELECT partner_id,
                               max((date_order::date - date '1970-01-01')::bigint << 32
                                   | user_id) AS code
                          FROM sale_order
                         WHERE state = 'sale'
                           AND user_id IS NOT NULL
                           AND company_id = %s
                           AND date_order < %s
                         GROUP BY partner_id
                       ) latest
                  JOIN res_partner customer ON customer.id = latest.partner_id
                 GROUP BY customer.commercial_partner_id
                """,
                company.id,
                self._end_of(company, until),
            )
        )

    def _read_payment_delay(self, company, until: date) -> Column:
        """Mean days late of invoices due by then; unpaid ones are late up to then."""
        self.env["account.move"].flush_model()
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        return self._read(
            SQL(
                """
                SELECT move.commercial_partner_id,
                       avg(greatest(0, CASE WHEN paid.amount >= item.balance
                                            THEN paid.day ELSE %(until)s
                                       END - item.date_maturity))
                  FROM account_move move
                  JOIN account_move_line item ON item.move_id = move.id
             LEFT JOIN (SELECT debit_move_id, sum(amount) AS amount,
                               max(max_date) AS day
                          FROM account_partial_reconcile
                         WHERE max_date <= %(until)s
                         GROUP BY debit_move_id) paid ON paid.debit_move_id = item.id
                 WHERE move.move_type = 'out_invoice'
                   AND move.state = 'posted'
                   AND move.company_id = %(company)s
                   AND move.date <= %(until)s
                   AND item.display_type = 'payment_term'
                   AND item.balance > 0
                   AND item.date_maturity > %(until)s::date - %(days)s
                   AND item.date_maturity <= %(until)s
                 GROUP BY move.commercial_partner_id
                """,
                company=company.id,
                until=until,
                days=PAYMENT_DAYS,
            )
        )

    def _read_credits(self, company, until: date) -> Column:
        """What credit notes by then took back, untaxed, in the company's currency."""
        self.env["account.move"].flush_model()
        return self._read(
            SQL(
                """
                SELECT commercial_partner_id, sum(-amount_untaxed_signed)
                  FROM account_move move
                 WHERE move_type = 'out_refund'
                   AND state = 'posted'
                   AND company_id = %s
                   AND date <= %s
                   AND commercial_partner_id IS NOT NULL
                   AND %s
                 GROUP BY commercial_partner_id
                """,
                company.id,
                until,
                self.env["suite.trade"]._trades_sql(),
            )
        )

    def _read_lost_quotations(self, company, until: date) -> Column:
        """Quotations whose validity ended in the year before, without an order by then.

        Nothing is asked of when a quotation was cancelled, which Odoo does not keep. A
        cancelled document was an order once if its date moved after it was made.
        """
        self.env["sale.order"].flush_model(
            ["state", "partner_id", "date_order", "validity_date"]
        )
        return self._read(
            SQL(
                """
                SELECT customer.commercial_partner_id, count(*)
                  FROM sale_order quotation
                  JOIN res_partner customer ON customer.id = quotation.partner_id
                 WHERE quotation.company_id = %(company)s
                   AND least(quotation.create_date, quotation.date_order) < %(end)s
                   AND coalesce(quotation.validity_date,
                                least(quotation.create_date, quotation.date_order)::date
                                    + %(validity)s)
                       BETWEEN %(until)s::date - %(days)s AND %(until)s::date - 1
                   AND NOT (quotation.date_order < %(end)s
                            AND (quotation.state = 'sale'
                                 OR quotation.state = 'cancel'
                                    AND quotation.date_order
                                        > quotation.create_date + interval '1 minute'))
                 GROUP BY customer.commercial_partner_id
                """,
                company=company.id,
                until=until,
                end=self._end_of(company, until),
                validity=VALIDITY_DAYS,
                days=QUOTATION_DAYS,
            )
        )
