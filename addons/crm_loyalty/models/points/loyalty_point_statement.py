from collections import defaultdict
from functools import cache
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...points import Kind, in_proportion, to_points, to_units
from ...statements import NOTHING, By, Size, Stretch, share_out

# what a statement against another one says, too
KEPT = (
    "order_id",
    "sale_line_id",
    "card_id",
    "program_id",
    "company_id",
    "rule_id",
    "by",
    "rate",
    "factor",
    *Stretch._fields,
)


class Stated(NamedTuple):
    """A statement as it is reckoned with."""

    document: models.BaseModel
    line: models.BaseModel
    card: models.BaseModel
    by: By
    units: int
    stretch: Stretch

    def share(self, left: Size) -> float:
        return self.stretch.kept(self.by, left)

    def kept(self, left: Size) -> int:
        return in_proportion(self.units, self.share(left))


def kept_of(stated: list[Stated], left: dict) -> dict:
    """What is left of what these statements gave, by document and card.

    Half a coupon is none: it goes with the last of the goods.
    """
    kept, coupons, shares = defaultdict(int), defaultdict(int), defaultdict(float)
    for one in stated:
        size, of_card = left.get(one.line, Size()), (one.document, one.card)
        if one.card.program_id._gives_in_parts():
            kept[of_card] += one.kept(size)
        else:
            coupons[of_card] += one.units
            share = one.share(size) if one.units > 0 else 0.0
            shares[of_card] = max(shares[of_card], share)
    for of_card, units in coupons.items():
        kept[of_card] = units if shares[of_card] > NOTHING else 0
    return {of_card: max(units, 0) for of_card, units in kept.items()}


class LoyaltyPointStatement(models.Model):
    """What a line of a document earned on a card, by which rule, for ever.

    Returns read it, today's rules are not asked again. A line that grew has a further
    one for what it gained; an order that is cancelled has one against each.
    """

    _name = "loyalty.point.statement"
    _description = "Points of a Line"
    _inherit = ["suite.protected.mixin", "suite.company.mixin"]
    _order = "id desc"
    _rec_name = "day"

    _protected_fields = {*KEPT, "day", "quantity", "amount", "points"}
    _company_links = ("card_id", "program_id")

    order_id = fields.Many2one(
        "sale.order",
        "Sales Order",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    sale_line_id = fields.Many2one(
        "sale.order.line",
        "Line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    card_id = fields.Many2one(
        "loyalty.card", required=True, readonly=True, index=True, ondelete="cascade"
    )
    program_id = fields.Many2one(
        "loyalty.program", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    currency_id = fields.Many2one(related="program_id.currency_id")
    rule_id = fields.Many2one(
        "loyalty.rule",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="What it said then stands here, even if it is gone.",
    )
    day = fields.Date("Stated On", required=True, readonly=True)
    by = fields.Selection(
        [
            (By.ORDER.value, "Order"),
            (By.MONEY.value, "Money spent"),
            (By.UNIT.value, "Unit paid"),
        ],
        "Points by",
        required=True,
        readonly=True,
    )
    rate = fields.Float("Points for Each", digits=(16, 6), readonly=True)
    factor = fields.Float("Tier Factor", default=1.0, readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    amount = fields.Float(
        digits=(16, 4), readonly=True, help="With taxes, in the program's currency."
    )
    points = fields.Float(digits=(16, 4), required=True, readonly=True)
    money_from = fields.Float(
        readonly=True,
        help="Which part of the line's untaxed price, in the document's currency, this "
        "is about: from here.",
    )
    money_to = fields.Float(readonly=True)
    pieces_from = fields.Float(readonly=True, help="And which of its pieces.")
    pieces_to = fields.Float(readonly=True)

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(
            self.env._("What a line has earned is never changed: state the difference.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise AccessError(self.env._("What a line has earned is never deleted."))

    @api.model
    def _state(self, values_list: list[dict]) -> None:
        """Keep what documents at work have to state: an order of many lines waits for
        it, and the records of each of them would take most of the time."""
        if not values_list:
            return
        common = {
            **dict.fromkeys(("create_uid", "write_uid"), self.env.uid),
            **dict.fromkeys(("create_date", "write_date"), self.env.cr.now()),
            "factor": 1.0,
        }
        rows = [{**common, **values} for values in values_list]
        names = sorted(set().union(*rows))

        @cache
        def converted(name, value):
            # most of them are the same in all rows
            return self._fields[name].convert_to_column_insert(value, self)

        self.env.cr.execute(
            SQL(
                "INSERT INTO loyalty_point_statement (%s) VALUES %s",
                SQL(", ").join(map(SQL.identifier, names)),
                SQL(", ").join(
                    SQL("%s", tuple(converted(n, values.get(n)) for n in names))
                    for values in rows
                ),
            )
        )
        for name in {"order_id", "pos_order_id"} & self._fields.keys():
            ids = {values[name] for values in rows if values.get(name)}
            documents = self.env[self._fields[name].comodel_name].browse(ids)
            documents.invalidate_recordset(["point_statement_ids"], flush=False)

    def _as_stated(self, document: str, line: str) -> list[Stated]:
        """As they are reckoned with, by the fields that name document and line."""
        stated = [
            Stated(
                one[document],
                one[line],
                one.card_id,
                By(one.by),
                to_units(one.points),
                Stretch(*(one[name] for name in Stretch._fields)),
            )
            for one in self.sorted("id")
        ]
        return self._by_pieces(stated)

    @api.model
    def _by_pieces(self, stated: list[Stated]) -> list[Stated]:
        """The same, each with the stretch that it stands for by now."""
        stretches = self._stretches_of_pieces(stated)
        return [
            one._replace(stretch=stretches.get((one.line, one.card), one.stretch))
            for one in stated
        ]

    def _stretches_of_pieces(self, stated: list[Stated]) -> dict:
        """Where each piece of a line has a card: the stretch of each card in it.

        A card that was used stays as long as there is another one to go.
        """
        lines = defaultdict(lambda: defaultdict(set))
        for one in stated:
            if one.line and not one.card.program_id.is_nominative:
                lines[one.line, one.card.program_id][one.card].add(one.stretch)
        lines = {
            key: cards
            for key, cards in lines.items()
            if len(cards) > 1
            and len(set().union(*cards.values())) == sum(map(len, cards.values()))
            and all(len(own) == 1 for own in cards.values())
        }
        if not lines:
            return {}
        groups = self.env["loyalty.point.entry"]._read_group(
            [
                (
                    "card_id",
                    "in",
                    [card.id for cards in lines.values() for card in cards],
                ),
                ("kind", "=", Kind.SPEND.value),
            ],
            ["card_id"],
        )
        used = {card for (card,) in groups}
        places = {}
        for (line, _program), cards in lines.items():
            ranked = sorted(cards, key=lambda card: (card not in used, card.id))
            own = sorted(set().union(*cards.values()))
            places |= {
                (line, card): stretch for card, stretch in zip(ranked, own, strict=True)
            }
        return places

    @api.model
    def _withdraw_all_of(self, orders) -> None:
        """State the opposite of what is left of all that these orders have stated."""
        self.flush_model()
        company = orders.company_id[:1]
        kept = SQL(", ").join(map(SQL.identifier, KEPT))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_point_statement (
                            %(kept)s, day, points, quantity, amount,
                            create_uid, create_date, write_uid, write_date)
                     SELECT %(kept)s, %(today)s, -sum(points), -sum(quantity),
                            -sum(amount), %(user)s, %(now)s, %(user)s, %(now)s
                       FROM loyalty_point_statement
                      WHERE order_id IN %(orders)s
                      GROUP BY %(kept)s
                     HAVING sum(points) <> 0
                      ORDER BY min(id)
                """,
                kept=kept,
                today=company.with_company(company)._today_sql(SQL("company_id")),
                user=self.env.uid,
                now=self.env.cr.now(),
                orders=tuple(orders.ids),
            )
        )
        orders.invalidate_recordset(["point_statement_ids"], flush=False)

    @api.model
    def _fit_to(self, values_list, units: int, sizes, day) -> list[dict]:
        """Values of statements of the past, so that what is left of them is this.

        :param sizes: what is left of each one's line
        """
        if not values_list:
            return []
        program = self.env["loyalty.program"].browse(values_list[0]["program_id"])
        shares = []
        for values, size in zip(values_list, sizes, strict=True):
            stretch = Stretch(*(values[name] for name in Stretch._fields))
            shares.append(stretch.kept(By(values["by"]), size))
        if not program._gives_in_parts() and any(shares):
            shares = [1.0] * len(shares)
        weights = [
            values["points"] * share
            for values, share in zip(values_list, shares, strict=True)
        ]
        if sum(weights) <= NOTHING:
            # by its lines nothing would be left of what was posted: it stays as it is
            values_list, weights, shares = values_list[:1], [1.0], [1.0]
            values_list[0].update(dict.fromkeys(Stretch._fields, 0.0))
        parts = share_out(units, weights)
        for values, part, share in zip(values_list, parts, shares, strict=True):
            if share:
                # what a refund took already is on top of what is left
                values["points"] = to_points(round(part / share))
            values.update(rate=0.0, day=day)
        return values_list

    def _value_of(self, name: str):
        value = self[name]
        return value.id if isinstance(value, models.BaseModel) else value
