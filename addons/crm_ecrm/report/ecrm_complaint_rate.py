import operator
import re
from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .named_rows import narrowed

# before the current one
MONTHS = 24
# added up apart where causes are asked for: what was sold has none
SOLD = {"sold:sum", "rate:avg"}
# how Odoo compares what groups are chosen by
COMPARED = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
    "in": lambda value, others: value in others,
    "not in": lambda value, others: value not in others,
}
# what rows of a product and month differ in
OF_A_CAUSE = {"cause_id", "complaints", "rate", "cost"}


class EcrmComplaintRate(models.Model):
    """Complaints by product, cause and month beside what was sold of the product.

    Of this month and the 24 before it. A row for each product and month with sales,
    which also has the complaints without a cause, and one for each cause that somebody
    complained of then: as many as there are facts. What was sold of the product in the
    month stands in each of them; in a group it is what was sold of the group's goods
    and months, whatever the causes.
    """

    _name = "ecrm.complaint.rate"
    _description = "Complaint Rate"
    _auto = False
    _order = "complaints desc, month desc, id"
    _rec_name = "product_id"
    _depends = {
        "ecrm.case": [
            *("kind", "product_id", "state", "sender", "opened_on", "cost"),
            *("cause_id", "company_id"),
        ],
        "sale.order": ["state", "date_order"],
        "sale.order.line": ["product_id", "display_type", "company_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    cause_id = fields.Many2one("ecrm.case.cause", readonly=True)
    month = fields.Date(readonly=True)
    complaints = fields.Integer(readonly=True)
    sold = fields.Integer("Order Lines Sold", readonly=True)
    rate = fields.Float(
        "Complaints per 100 Lines",
        readonly=True,
        aggregator="avg",
        help="Empty where nothing was sold in that time",
    )
    cost = fields.Float("Cost of Complaints", readonly=True)

    @api.depends("product_id", "month")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.product_id.display_name or ""

    def _read_group(
        self,
        domain,
        groupby=(),
        aggregates=(),
        having=(),
        offset=0,
        limit=None,
        order=None,
    ):
        # without groups there is none to choose, as in Odoo
        having = [*having] if groupby else []
        measured = _measured(having)
        if not self._sold_is_apart(domain, [groupby], [*aggregates, *measured], order):
            return super()._read_group(
                domain, groupby, aggregates, having, offset, limit, order
            )
        if SOLD.isdisjoint(measured):
            kept, having = having, []
        else:
            # chosen once it is known what was sold
            kept = []
        ranked_by, order = _ranking(order)
        is_whole = ranked_by or having
        told = super()._read_group(
            domain,
            groupby,
            _told([*aggregates, *_measured(having)]),
            kept,
            0 if is_whole else offset,
            None if is_whole else limit,
            order,
        )
        [found] = self._add_sold(
            domain, [groupby], aggregates, [told], ranked_by, having
        )
        if not is_whole:
            return found
        return found[offset : offset + limit if limit else None]

    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        if not self._sold_is_apart(domain, grouping_sets, aggregates, order):
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        ranked_by, order = _ranking(order)
        told = super()._read_grouping_sets(
            domain, grouping_sets, _told(aggregates), order
        )
        return self._add_sold(domain, grouping_sets, aggregates, told, ranked_by)

    def _read_group_select(self, aggregate_spec, query):
        """Each order line is added up once; a rate is that of the whole group."""
        if aggregate_spec not in SOLD:
            return super()._read_group_select(aggregate_spec, query)
        self._field_to_sql(self._table, "sold", query)
        sold = SQL("sum(%s)", SQL.identifier(self._table, "sold_once"))
        if aggregate_spec == "sold:sum":
            return sold
        complaints = self._field_to_sql(self._table, "complaints", query)
        return SQL("(100.0 * sum(%s) / nullif(%s, 0))::float8", complaints, sold)

    def _sold_is_apart(self, domain, grouping_sets, aggregates, order) -> bool:
        """Whether the lines sold that are asked for are those of other rows, too."""
        if SOLD.isdisjoint({*aggregates, *_terms(order)}):
            return False
        specs = [spec for groupby in grouping_sets for spec in groupby]
        filtered = [one.field_expr for one in Domain(domain).iter_conditions()]
        return any(map(_is_of_a_cause, [*specs, *filtered]))

    def _add_sold(self, domain, grouping_sets, aggregates, told, ranked_by, having=()):
        """What was sold of the goods and in the months of each group.

        :param told: for each set, the groups with what `_told` asks for
        :param ranked_by: what the groups are sorted by, and whether downwards
        :param having: which groups are chosen, also by what was sold
        """
        asked = _told([*aggregates, *_measured(having)])
        # in its fullest form a domain negates no condition from outside
        everything = (
            Domain(domain)
            .optimize_full(self)
            .map_conditions(
                lambda one: Domain.TRUE if _is_of_a_cause(one.field_expr) else one
            )
        )
        shared = [
            [spec for spec in groupby if not _is_of_a_cause(spec)]
            for groupby in grouping_sets
        ]
        sold = self._read_grouping_sets(everything, shared, ["sold:sum"])
        found = []
        for groupby, kept, groups, sums in zip(
            grouping_sets, shared, told, sold, strict=True
        ):
            lines = {tuple(keys): count for *keys, count in sums}
            rows = []
            for group in groups:
                row = dict(zip([*groupby, *asked], group, strict=True))
                count = lines.get(tuple(row[spec] for spec in kept)) or 0
                complaints = row["complaints:sum"] or 0
                row["sold:sum"] = count
                row["rate:avg"] = 100 * complaints / count if count else False
                if _is_chosen(having, row):
                    rows.append(row)
            if ranked_by:
                # as in PostgreSQL, what nobody knows is above all that is known
                by, downwards = ranked_by
                rows.sort(
                    key=lambda row, by=by: (row[by] is False, row[by]),
                    reverse=downwards,
                )
            specs = [*groupby, *aggregates]
            found.append([tuple(row[spec] for spec in specs) for row in rows])
        return found

    def _search(self, domain, *args, **kwargs):
        """A row that is named by its id is found by its product."""
        domain = narrowed(
            domain, lambda ids: Domain("product_id", "in", self._products_of(ids))
        )
        return super()._search(domain, *args, **kwargs)

    def _products_of(self, ids) -> list[int | bool]:
        """What the rows with these ids are about, none for complaints of no product."""
        facts = [divmod(id_, 2) for id_ in ids]
        # sudo: it narrows what is looked through, and what may be read is asked there
        env = self.sudo().env
        lines, cases = (
            env[model].browse(id_ for id_, kind in facts if kind == one).exists()
            for one, model in enumerate(("sale.order.line", "ecrm.case"))
        )
        about = [*lines.mapped("product_id.id"), *(one.product_id.id for one in cases)]
        return [*dict.fromkeys(about)]

    def action_open_cases(self):
        """The complaints that are counted."""
        self.ensure_one()
        start, end = (
            self.company_id._start_of_day(day)
            for day in (self.month, fields.Date.add(self.month, months=1))
        )
        domain = (
            Domain("kind", "=", "complaint")
            & Domain("product_id", "=", self.product_id.id)
            & Domain("cause_id", "=", self.cause_id.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("state", "!=", "merged")
            & Domain("sender", "!=", "failed")
            & Domain("opened_on", ">=", start)
            & Domain("opened_on", "<", end)
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_ecrm.ecrm_case_action"
        )
        return action | {
            "domain": list(domain),
            "context": {},
            "views": [(False, "list"), (False, "form")],
        }

    @property
    def _table_query(self) -> SQL:
        return SQL(
            """
            SELECT coalesce(line_id * 2, case_id * 2 + 1) AS id,
                   company_id, product_id, cause_id, month, complaints, cost,
                   sold AS sold_once,
                   (sum(sold) OVER place)::integer AS sold,
                   (100.0 * complaints
                    / nullif(sum(sold) OVER place, 0))::float8 AS rate
              FROM (
                SELECT company_id, product_id, cause_id, month,
                       min(line_id)::bigint AS line_id, min(case_id)::bigint AS case_id,
                       sum(complaints)::integer AS complaints,
                       sum(cost) AS cost, sum(sold)::integer AS sold
                  FROM (%(complaints)s UNION ALL %(sold)s) fact
                 GROUP BY company_id, product_id, cause_id, month
              ) counted
            WINDOW place AS (PARTITION BY company_id, product_id, month)
            """,
            complaints=self._complaints_sql(),
            sold=self._sold_sql(),
        )

    def _since(self) -> date:
        """The first month that is counted."""
        today = self.env.company._today()
        return fields.Date.subtract(today.replace(day=1), months=MONTHS)

    def _complaints_sql(self) -> SQL:
        day = self.env["res.company"]._day_sql(SQL("company_id"), SQL("opened_on"))
        return SQL(
            """
            SELECT company_id, product_id, cause_id,
                   date_trunc('month', %(day)s)::date AS month,
                   NULL::integer AS line_id, id AS case_id,
                   1 AS complaints, coalesce(cost, 0) AS cost, 0 AS sold
              FROM ecrm_case
             WHERE kind = 'complaint' AND state != 'merged' AND sender != 'failed'
               AND %(day)s >= %(since)s
            """,
            day=day,
            since=self._since(),
        )

    def _sold_sql(self) -> SQL:
        day = self.env["res.company"]._day_sql(
            SQL("line.company_id"), SQL("sale.date_order")
        )
        return SQL(
            """
            SELECT line.company_id, line.product_id, NULL::integer,
                   date_trunc('month', %(day)s)::date,
                   line.id, NULL::integer, 0, 0, 1
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
             WHERE sale.state = 'sale' AND line.product_id IS NOT NULL
               AND line.display_type IS NULL AND %(day)s >= %(since)s
            """,
            day=day,
            since=self._since(),
        )


def _is_of_a_cause(spec: str) -> bool:
    """Whether a field, also one of a record behind it, tells causes apart."""
    return re.split(r"[.:]", spec, maxsplit=1)[0] in OF_A_CAUSE


def _told(aggregates) -> list[str]:
    """What is asked of the complaints themselves."""
    asked = dict.fromkeys((*aggregates, "complaints:sum"))
    return [spec for spec in asked if spec not in SOLD]


def _measured(having) -> list[str]:
    """What groups are chosen by."""
    return [part[0] for part in having if not isinstance(part, str)]


def _is_chosen(having, row: dict) -> bool:
    """As PostgreSQL chooses a group: nothing holds of what nobody knows."""
    found: list[bool | None] = []
    for part in reversed(having):
        if part == "!":
            one = found.pop()
            found.append(None if one is None else not one)
        elif isinstance(part, str):
            both = found.pop(), found.pop()
            # one that is true decides "or", and one that is false "and"
            decides = part == "|"
            open_ = None if None in both else not decides
            found.append(decides if decides in both else open_)
        else:
            spec, comparison, other = part
            if comparison not in COMPARED:
                raise ValueError(f"Groups are not chosen by “{comparison}”.")
            value = row[spec]
            is_known = value is not None and value is not False
            found.append(COMPARED[comparison](value, other) if is_known else None)
    return all(found)


def _terms(order: str | None) -> list[str]:
    return [term.split()[0] for term in (order or "").split(",") if term.strip()]


def _ranking(order: str | None) -> tuple[tuple[str, bool] | None, str | None]:
    """Whether what was sold comes first in a sequence, and the rest of it."""
    terms = (order or "").split(",")
    rest = [term for term in terms if not SOLD.intersection(_terms(term))]
    first, *direction = terms[0].lower().split() or [""]
    ranked_by = (first, "desc" in direction) if first in SOLD else None
    return ranked_by, ",".join(rest) or None
