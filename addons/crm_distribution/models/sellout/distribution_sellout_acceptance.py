import base64
import csv
import io
import json
from collections import defaultdict
from functools import cache

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .distribution_reporter import REMEMBERED
from .sellout_reading import Line

# lines that are brought in together
PART = 2_000


class DistributionSellout(models.Model):
    """From what is understood to accepted lines."""

    _inherit = "distribution.sellout"

    def _go_on_loading(self) -> None:
        """The next part, or after the last one the acceptance of all of them."""
        if not self.part_count:
            self._divide()
        elif self.part_done < self.part_count:
            part = self._parts().search([("report_id", "=", self.id)], limit=1)
            self._bring_in([Line(*values) for values in json.loads(part.content)])
            part.unlink()
            self._note({"part_done": self.part_done + 1})
        else:
            self._take_in()

    def _divide(self) -> None:
        """Read the file once more, into parts that outlive this process."""
        table = self._rows_of_file()
        notation = self._notation(table)
        if not notation:
            return
        reading = self._read_lines(table, notation)
        if reading.content_hash != self.content_hash:
            # words or products were changed since it was checked
            self._judge(reading)
            return
        starts = range(0, len(reading.lines), PART)
        self._parts().create(
            [
                {"report_id": self.id, "content": reading.to_json(at, at + PART)}
                for at in starts
            ]
        )
        self._note({"part_count": len(starts)})

    def _bring_in(self, lines: list[Line]) -> None:
        """Lines that nobody sees yet: one statement for all."""
        rates = self._rates()
        columns = {
            "date": [line.day for line in lines],
            "place": [line.place for line in lines],
            "document": [line.document for line in lines],
            "number": [line.number for line in lines],
            "product": [line.product for line in lines],
            "type": [line.type for line in lines],
            "occurrence": [line.occurrence for line in lines],
            "quantity": [line.quantity for line in lines],
            "amount": [line.amount for line in lines],
            "currency": [line.currency for line in lines],
            "company_amount": [
                self.company_id.currency_id.round(
                    line.amount * rates(line.currency, line.day)
                )
                for line in lines
            ],
            "customer": [line.customer for line in lines],
            "member": [line.customer_id for line in lines],
            "contract": [line.contract for line in lines],
            "origin": [line.origin for line in lines],
            "code": [line.code for line in lines],
            "row": [line.row for line in lines],
        }
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO distribution_sellout_line
                    (report_id, company_id, partner_id, state, day, place, document,
                     number, product_id, type, occurrence, quantity, amount,
                     currency_id, company_amount, customer, customer_id, contract,
                     origin, code, "row", week)
                SELECT %(report)s, %(company)s, %(partner)s, 'loading', line.*,
                       to_char(line.day, 'IYYY-"W"IW')
                  FROM unnest(
                       %(date)s::date[], %(place)s::text[], %(document)s::text[],
                       %(number)s::text[], %(product)s::int[], %(type)s::text[],
                       %(occurrence)s::int[], %(quantity)s::float8[],
                       %(amount)s::numeric[], %(currency)s::int[],
                       %(company_amount)s::numeric[], %(customer)s::text[],
                       %(member)s::int[], %(contract)s::text[], %(origin)s::text[],
                       %(code)s::text[], %(row)s::int[])
                       AS line (day, place, document, number, product, type, occurrence,
                                quantity, amount, currency, company_amount, customer,
                                member, contract, origin, code, line_row)
                """,
                report=self.id,
                company=self.company_id.id,
                partner=self.partner_id.id,
                **columns,
            )
        )

    def _rates(self):
        """Rate by currency and day, each asked for once."""
        company = self.company_id
        currencies = self.env["res.currency"]

        @cache
        def rate(currency: int, day: str) -> float:
            if currency == company.currency_id.id:
                return 1.0
            return currencies._get_conversion_rate(
                currencies.browse(currency),
                company.currency_id,
                company,
                fields.Date.to_date(day),
            )

        return rate

    def _take_in(self) -> None:
        """All lines at once, in place of those that they replace."""
        # two reports of one reporter could each miss what the other brings in
        self.env["suite.turn"]._take(
            [f"sellout {self.company_id.id} {self.partner_id.id}"]
        )
        verdict = self._verdict()
        if verdict["state"] != "validated":
            self._drop_lines()
            self._note(verdict)
            return
        self.env["distribution.sellout.line"].flush_model()
        if self.kind in ("replaces", "month_to_date"):
            self._replace()
        elif self.kind == "adds":
            self._count_on()
        self._accept_lines()
        products = self._touched_products()
        self._supersede_reports()
        self._remember()
        self._on_accepted()
        self.env["distribution.stock"]._refresh(
            self.company_id, self.partner_id, products
        )

    def _drop_lines(self) -> None:
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM distribution_sellout_line
                 WHERE report_id = %s AND state = 'loading'
                """,
                self.id,
            )
        )
        self.env["distribution.sellout.line"].invalidate_model()

    def _replace(self) -> None:
        """Lines that come again as they were stay; the others of these days go."""
        Line = self.env["distribution.sellout.line"]
        self.env.cr.execute(
            SQL(
                """
                WITH same AS MATERIALIZED (
                    SELECT mine.id AS mine_id, known.id AS known_id
                      FROM distribution_sellout_line mine
                      JOIN distribution_sellout_line known
                        ON %(same_key)s AND mine.occurrence = known.occurrence
                     WHERE mine.report_id = %(report)s AND mine.state = 'loading'
                       AND known.state = 'accepted'
                       AND known.day BETWEEN %(first)s AND %(last)s
                       AND known.quantity = mine.quantity
                       AND known.amount = mine.amount
                       AND known.currency_id = mine.currency_id
                       AND coalesce(known.customer, '') = coalesce(mine.customer, '')
                       AND coalesce(known.contract, '') = coalesce(mine.contract, '')
                       AND coalesce(known.origin, '') = coalesce(mine.origin, '')
                ), gone AS (
                    DELETE FROM distribution_sellout_line
                     WHERE id IN (SELECT mine_id FROM same) RETURNING id
                ), replaced AS (
                    UPDATE distribution_sellout_line
                       SET state = 'superseded', replaced_by_id = %(report)s
                     WHERE company_id = %(company)s AND partner_id = %(partner)s
                       AND state = 'accepted' AND day BETWEEN %(first)s AND %(last)s
                       AND id NOT IN (SELECT known_id FROM same)
                 RETURNING id
                )
                SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM replaced)
                """,
                same_key=Line._same_key_sql(
                    SQL.identifier("mine"), SQL.identifier("known")
                ),
                report=self.id,
                company=self.company_id.id,
                partner=self.partner_id.id,
                first=self.date_from,
                last=self.date_to,
            )
        )
        same, removed = self.env.cr.fetchone()
        self._note({"same_count": same, "removed_count": removed})

    def _count_on(self) -> None:
        """Additional lines like accepted ones are further sales."""
        Line = self.env["distribution.sellout.line"]
        self.env.cr.execute(
            SQL(
                """
                UPDATE distribution_sellout_line mine
                   SET occurrence = mine.occurrence + known.occurrence
                  FROM (
                      SELECT company_id, partner_id, day, place, document, number,
                             product_id, type, max(occurrence) AS occurrence
                        FROM distribution_sellout_line
                       WHERE company_id = %(company)s AND partner_id = %(partner)s
                         AND state = 'accepted'
                         AND day BETWEEN %(first)s AND %(last)s
                       GROUP BY company_id, partner_id, day, place, document, number,
                             product_id, type
                  ) known
                 WHERE mine.report_id = %(report)s AND mine.state = 'loading'
                   AND %(same_key)s
                """,
                same_key=Line._same_key_sql(
                    SQL.identifier("mine"), SQL.identifier("known")
                ),
                report=self.id,
                company=self.company_id.id,
                partner=self.partner_id.id,
                first=self.first_day,
                last=self.last_day,
            )
        )

    def _accept_lines(self) -> None:
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                UPDATE distribution_sellout_line
                   SET state = 'accepted', accepted_on = %s
                 WHERE report_id = %s AND state = 'loading'
                """,
                now,
                self.id,
            )
        )
        count = self.env.cr.rowcount
        self.env["distribution.sellout.line"].invalidate_model()
        self._note({"state": "accepted", "accepted_on": now, "line_count": count})

    def _touched_products(self):
        """Those of the lines that are new, and of those that are superseded."""
        Line = self.env["distribution.sellout.line"]
        groups = Line._read_group(
            Domain("report_id", "=", self.id) | Domain("replaced_by_id", "=", self.id),
            ["product_id"],
        )
        return self.env["product.product"].union(*(product for (product,) in groups))

    def _supersede_reports(self) -> None:
        """Reports of whose days nothing counts any more but what came again."""
        if self.kind not in ("replaces", "month_to_date"):
            return
        earlier = self.search(
            self._others_domain("accepted")
            & Domain("date_from", ">=", self.date_from)
            & Domain("date_to", "<=", self.date_to)
        )
        earlier._note({"state": "superseded", "superseded_by_id": self.id})

    def _remember(self) -> None:
        """What was answered once is not asked again."""
        reporter = self._reporter()
        for name in REMEMBERED:
            if self[name] and not reporter[name]:
                reporter[name] = self[name]

    @api.model
    def _take_rows(self, header: list[str], rows: list[tuple], kind="") -> None:
        """Reports that come as rows and not as files; those in order are accepted.

        :param rows: of each the reporter's id, the report's name and the cells
        :param kind: where it is not the reporter's usual one
        """
        reports = defaultdict(list)
        for partner, name, cells in rows:
            reports[partner, name].append(cells)
        for (partner, name), lines in reports.items():
            text = io.StringIO(newline="")
            csv.writer(text).writerows([header, *lines])
            report = self.create(
                {
                    "partner_id": partner,
                    "filename": name,
                    "kind": kind or False,
                    "file": base64.b64encode(text.getvalue().encode()),
                }
            )
            report.action_check()
            if report.state == "validated":
                report.action_accept()

    def _on_accepted(self) -> None:
        """Hook: what follows from lines that came in, and from those that went.

        In superuser mode, within the transaction that accepts. New are the accepted
        lines whose `report_id` this is; gone are those whose `replaced_by_id` it is.
        """
