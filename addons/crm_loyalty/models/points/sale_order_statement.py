from collections import Counter, defaultdict
from typing import NamedTuple

from odoo import fields, models
from odoo.tools import float_compare, float_round

from odoo.addons.crm_suite.tools.mark import Mark

from ...points import in_proportion, to_points, to_units
from ...statements import (
    By,
    Gain,
    Seen,
    Size,
    Stretch,
    Terms,
    gain,
    is_met,
    share_gains,
    share_left,
    whole_of,
)
from .loyalty_card import POSTED_BY_CALLER
from .loyalty_point_document_mixin import effects_of
from .loyalty_point_statement import KEPT, Stated, kept_of

# All that counts of what these orders have stated, while they are being confirmed:
# what they had stated before was withdrawn when they were cancelled.
JUST_STATED = Mark("just_stated")


class RuleGain(NamedTuple):
    """What a rule gives for what is new, beside the rule as it is today."""

    rule: models.BaseModel
    terms: Terms
    seen: dict
    new: Gain
    # how large the lines were for which it was asked already
    former: dict

    @property
    def whole(self) -> float:
        """What it gives for all goods of the order."""
        return whole_of(self.terms, self.seen, _round_points)


class SaleOrder(models.Model):
    """What an order earned is stated line by line, and read from there ever after."""

    _name = "sale.order"
    _inherit = ["sale.order", "suite.protected.mixin"]

    _protected_fields = {"points_asked_for"}

    points_asked_for = fields.Json(
        readonly=True,
        copy=False,
        prefetch=False,
        groups=fields.NO_ACCESS,
        help="Pieces and money of each line for which rules of points were asked.",
    )

    point_statement_ids = fields.One2many(
        "loyalty.point.statement",
        "order_id",
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
    )

    def _state_points(self, *, confirmed=False) -> list[Stated]:
        """State what the goods of these orders earn that nothing was stated for yet.

        Rules are asked for all goods when an order is confirmed, and for what it gains
        after that. What Odoo says it earns is shared out over the lines.

        :return: the new statements
        """
        # sudo: statements are the ledger's own
        orders = self.sudo().filtered(lambda order: order.state == "sale")
        values_list = [
            values
            for order in orders
            for values in order._prepare_statements(confirmed=confirmed)
        ]
        orders.env["loyalty.point.statement"]._state(values_list)
        for order in orders:
            order._note_asked(confirmed=confirmed)
        return orders._stated_as(values_list)

    def _note_asked(self, *, confirmed=False):
        sizes, asked = self.order_line._point_sizes(), {}
        known = {} if confirmed else self._asked_sizes()
        replaced = self._replaced_lines() if known else ()
        for line, size in sizes.items():
            grown = line in known and line not in replaced
            most = size.most(known[line]) if grown else size
            asked[str(line.id)] = [most.pieces, most.money, line.product_id.id]
        # what a quotation knew of it says nothing
        if confirmed or asked != self.points_asked_for:
            self.points_asked_for = asked

    def _asked_sizes(self) -> dict:
        asked = self.points_asked_for or {}
        sizes = {line: asked.get(str(line.id)) for line in self.order_line}
        return {line: Size(size[1], size[0]) for line, size in sizes.items() if size}

    def _replaced_lines(self):
        """Those that sell other goods than those for which rules were asked."""
        asked = self.points_asked_for or {}
        return self.order_line.filtered(
            lambda line: (
                asked.get(str(line.id), ())[2:] not in ((), [], [line.product_id.id])
            )
        )

    def _withdraw_statements(self):
        """A cancelled order has earned nothing: each statement gets one against it."""
        if self:
            # sudo: statements are the ledger's own
            self.env["loyalty.point.statement"].sudo()._withdraw_all_of(self.sudo())

    def _prepare_statements(self, *, confirmed=False) -> list[dict]:
        """Values of statements for what these goods earn beyond what is stated."""
        self.ensure_one()
        now = self.order_line._point_sizes()
        before = {} if confirmed else self._asked_sizes()
        replaced = self._replaced_lines() if before else ()
        if not (confirmed or replaced) and not any(
            size.exceeds(before.get(line, Size())) for line, size in now.items()
        ):
            return []
        promised = self.coupon_point_ids.filtered(
            lambda line: line.points and not self._card_expired(line.coupon_id)
        )
        values = []
        if replaced:
            values += self._prepare_replaced_statements(replaced, now)
        programs = promised.grouped(lambda line: line.coupon_id.program_id)
        kept = self._by_ledger(promised.coupon_id.program_id)
        programs = {program: programs[program] for program in kept}
        for program, lines in programs.items():
            values += self._prepare_program_statements(program, lines, now, before)
        return values

    def _prepare_program_statements(self, program, promised, now, before) -> list[dict]:
        pieces = self._pieces_of_cards(program, promised, now)
        stated = self.point_statement_ids.card_id if before else ()
        if before and len(promised) > 1:
            # a card for each piece: the former ones have theirs
            promised = promised.filtered(lambda line: line.coupon_id not in stated)
            before = {}
        if not promised:
            return []
        if pieces:
            return [
                {
                    **self._prepare_statement_values(promise.coupon_id),
                    **pieces[promise],
                    "points": promise.points,
                }
                for promise in promised
            ]
        gains = self._rule_gains(program, now, before)
        values = []
        for promise in promised:
            card, units = promise.coupon_id, to_units(promise.points)
            if before:
                units = self._new_units(program, promise.points, gains, card in stated)
            values += self._share_over_lines(card, units, gains, now)
        return values

    def _prepare_replaced_statements(self, lines, now: dict) -> list[dict]:
        """Against what goods earned that were replaced by others on their line."""
        values = []
        stated = self.point_statement_ids.filtered(
            lambda one: one.sale_line_id in lines
        )
        for program, some in stated.grouped("program_id").items():
            seen_by_rule = self._seen_by_rules(program, now)
            for (rule, line, by, *_kept), group in some.grouped(
                lambda one: (
                    *(one.rule_id, one.sale_line_id, By(one.by)),
                    *(one._value_of(name) for name in KEPT),
                )
            ).items():
                counts = line in seen_by_rule.get(rule, (None, ()))[1]
                sums = {
                    name: -sum(group.mapped(name))
                    for name in ("points", "quantity", "amount")
                }
                if to_units(sums["points"]) and not (
                    counts and _stays_with_the_line(program, by)
                ):
                    kept = {name: group[0]._value_of(name) for name in KEPT}
                    day = self.company_id._today()
                    values.append({**kept, **sums, "day": day})
        return values

    def _pieces_of_cards(self, program, promised, now: dict) -> dict:
        """By promise, which piece its card is of, where each piece has a card.

        In the sequence in which Odoo gives them: by rule, by line, piece by piece.
        """
        split = any(program.rule_ids.mapped("reward_point_split"))
        if not (split and len(promised) > 1 and program.applies_on == "future"):
            return {}
        pieces = []
        for rule, (terms, seen) in self._seen_by_rules(program, now).items():
            if not rule.reward_point_split or terms.by is By.ORDER:
                continue
            for line in self.order_line if is_met(terms, seen) else ():
                if line in seen and seen[line].pieces > 0:
                    of_one = {
                        "sale_line_id": line.id,
                        "rule_id": rule.id,
                        "by": terms.by.value,
                        "rate": terms.rate,
                        "quantity": 1.0,
                        "amount": seen[line].money / seen[line].pieces,
                    }
                    pieces += [
                        {**of_one, **stretch._asdict()}
                        for stretch in Stretch.of_pieces(now[line])
                    ]
        if len(pieces) != len(promised):
            return {}
        return dict(zip(promised.sorted("id"), pieces, strict=True))

    def _rule_gains(self, program, now: dict, before: dict) -> list[RuleGain]:
        replaced = self._replaced_lines() if before else ()
        stated = Counter()
        for one in self.point_statement_ids if before else ():
            stated[one.rule_id, one.sale_line_id] += to_units(one.points)
        gains = []
        for rule, (terms, seen) in self._seen_by_rules(program, now).items():
            stays = _stays_with_the_line(program, terms.by)
            former = {
                line: size
                for line, size in before.items()
                if line not in replaced or (stays and stated[rule, line])
            }
            old = {
                line: each.part(*former[line].common(now[line]).share_of(now[line]))
                for line, each in seen.items()
                if line in former
            }
            reached = any(stated[rule, line] for line in former)
            if new := gain(terms, seen, old, _round_points, reached=reached):
                gains.append(RuleGain(rule, terms, seen, new, former))
        if not gains:
            # an add-on of somebody else's gives points where no rule does
            goods = {line: size.money for line, size in now.items() if line.product_id}
            seen = {line: Seen(money=money) for line, money in goods.items()}
            new = Gain(1.0, goods, known=False)
            terms = Terms(By.ORDER, 0)
            gains = [RuleGain(self.env["loyalty.rule"], terms, seen, new, before)]
        return gains

    def _new_units(self, program, promised: float, gains, stated: bool) -> int:
        """What Odoo says of the whole order, less what it would say of the former."""
        strict = [each for each in gains if is_met(each.terms, each.seen)]
        strict = self._with_point_factor(program, sum(each.whole for each in strict))
        # both as they would be said, so that rounding adds up
        whole = self._with_point_factor(program, sum(each.whole for each in gains))
        former = self._with_point_factor(
            program, sum(each.whole - each.new.points for each in gains)
        )
        if not float_compare(strict, promised, precision_digits=2):
            return to_units(whole - former)
        # an add-on of somebody else's gives more or less than the rules do
        if strict:
            return to_units((whole - former) * promised / strict)
        return 0 if stated else to_units(promised)

    def _share_over_lines(self, card, units, gains, now) -> list[dict]:
        gains = [each for each in gains if each.new.points]
        if not (units and gains):
            return []
        common = self._prepare_statement_values(card)
        values = []
        shared = share_gains(units, [each.new for each in gains])
        for each, parts in zip(gains, shared, strict=True):
            for line, part in parts.items():
                size, former = now[line], Size()
                if each.new.known and line in each.former:
                    former = each.former[line].common(size)
                known = former.share_of(size).money
                values.append(
                    {
                        **common,
                        "sale_line_id": line.id,
                        "rule_id": each.rule.id,
                        "by": each.terms.by.value,
                        "rate": each.terms.rate,
                        "quantity": size.pieces - former.pieces,
                        "amount": each.seen[line].money * (1 - known),
                        "points": to_points(part),
                        **Stretch.between(former, size)._asdict(),
                    }
                )
        return [one for one in values if one["points"]]

    def _prepare_statement_values(self, card) -> dict:
        return {
            "order_id": self.id,
            "company_id": self.company_id.id,
            "card_id": card.id,
            "program_id": card.program_id.id,
            "day": self.company_id._today(),
            "factor": self._point_factor(card.program_id),
        }

    def _seen_by_rules(self, program, now: dict) -> dict:
        """The program's rules in force here, each with the lines as it sees them.

        As Odoo's `_program_check_compute_points` sees them, which tells the sum only.

        :param now: what each line comes to
        """
        [(order, program)] = [
            pair
            for order, group in self._by_point_currency(program)
            for pair in order._by_ledger_rules(group)
        ]
        lines = order.order_line
        countless = order._get_no_effect_on_threshold_lines()
        counted = order._get_not_rewarded_order_lines()
        products = program._get_valid_products(lines.product_id)
        own = {"ewallet", "gift_card", program.program_type}
        seen_by_rule = {}
        for rule in program.rule_ids:
            if program.program_type == "ewallet" and not program.trigger_product_ids:
                break
            if rule.mode == "with_code" and rule not in order.code_enabled_rule_ids:
                continue
            taxed = rule.minimum_amount_tax_mode == "incl"
            seen = {}
            for line in lines:
                valid = line.product_id in products.get(rule, ())
                if line.combo_item_id or not valid:
                    continue
                reward, giver = line.reward_id, line.reward_id.program_id
                off = reward.reward_type == "discount" and (
                    giver.trigger == "auto" or giver == program
                )
                amount = money = 0.0
                if line not in countless:
                    if not off:
                        amount = now[line].money
                    if taxed and not off:
                        priced = line._get_lines_with_price()
                        amount += sum(priced.mapped("price_tax"))
                    if giver.program_type not in own:
                        money = order._get_order_line_price(line, "price_total")
                pieces = line.product_uom_qty if line in counted else 0.0
                seen[line] = Seen(money, pieces, amount)
            terms = Terms(
                By(rule.reward_point_mode),
                rule.reward_point_amount,
                rule._compute_amount(order.currency_id),
                rule.minimum_qty,
            )
            seen_by_rule[rule] = terms, seen
        return seen_by_rule

    def _point_factor(self, program) -> float:
        """Hook: by what the points of the program are multiplied here."""
        return 1.0

    def _with_point_factor(self, program, points: float) -> float:
        factor = self._point_factor(program)
        if factor == 1.0:
            return points
        return float_round(points * factor, precision_digits=2)

    def _state_past(self):
        """State what was posted without statements, so that no balance moves.

        Which rule gave what is not known any more: shared out as today's would. What
        such an order holds already is not new.
        """
        orders = self.filtered(lambda o: o.state == "sale" and not o.points_asked_for)
        if not orders:
            return
        posted, _past = orders._posted_effects()
        left = orders.order_line._point_sizes_left() if posted else {}
        self.env["loyalty.point.statement"].create(
            [
                values
                for (order, card), effect in posted.items()
                if effect.earned > 0 and card.program_id.applies_on != "current"
                for values in order._prepare_past_statements(card, effect.earned, left)
            ]
        )
        for order in orders:
            order._note_asked()

    def _prepare_past_statements(self, card, units, left) -> list[dict]:
        now = self.order_line._point_sizes()
        gains = self._rule_gains(card.program_id, now, {})
        values = self._share_over_lines(card, units, gains, now)
        sizes = [
            left[self.env["sale.order.line"].browse(v["sale_line_id"])] for v in values
        ]
        return self.env["loyalty.point.statement"]._fit_to(
            values, units, sizes, self.company_id._day_of(self.date_order)
        )

    def _state_cancelled_rests(self):
        """What will never be delivered is stated against, so that it earns nothing.

        Only while the points wait for it: what is available stays until it is credited.
        """
        rests = self.order_line._delivered_for_good()
        if not rests:
            return
        Statement, values = self.env["loyalty.point.statement"], []
        by_place = self.point_statement_ids.sorted("id").grouped(
            lambda one: (one.sale_line_id, one.card_id)
        )
        for (line, card), group in by_place.items():
            if line not in rests or card.program_id.point_vesting != "delivery":
                continue
            share = rests[line] / line.product_uom_qty
            kept = Size(line.price_subtotal * share, rests[line])
            cut = sum(
                one.units - one.kept(kept)
                for one in group._as_stated("order_id", "sale_line_id")
            )
            if cut > 0:
                values.append(
                    {
                        **{name: group[0]._value_of(name) for name in KEPT},
                        **Stretch.between(
                            kept, Size(line.price_subtotal, line.product_uom_qty)
                        )._asdict(),
                        "day": line.company_id._today(),
                        "points": -to_points(cut),
                        "quantity": rests[line] - line.product_uom_qty,
                        "amount": group[0].amount * (share - 1),
                    }
                )
        Statement.create(values)

    def _statements(self) -> list[Stated]:
        stated = JUST_STATED.on(self)
        if stated is None:
            return self.point_statement_ids._as_stated("order_id", "sale_line_id")
        own = [one for one in stated if one.document in self]
        return self.env["loyalty.point.statement"]._by_pieces(own)

    def _new_statements(self) -> list[Stated]:
        """What an order that is being edited will state in a moment."""
        return self._stated_as(
            [values for order in self for values in order._prepare_statements()]
        )

    def _stated_as(self, values_list) -> list[Stated]:
        Line, Card = self.env["sale.order.line"], self.env["loyalty.card"]
        return [
            Stated(
                self.browse(values["order_id"]),
                Line.browse(values["sale_line_id"]),
                Card.browse(values["card_id"]),
                By(values["by"]),
                to_units(values["points"]),
                Stretch(*(values[name] for name in Stretch._fields)),
            )
            for values in values_list
        ]

    def _post_points(self, document=None, *, cancelled=False, withdrawn=False):
        if not cancelled:
            # sudo: statements are the ledger's own
            self.sudo()._state_past()
        return super()._post_points(document, cancelled=cancelled, withdrawn=withdrawn)

    def _point_effects(self) -> dict:
        orders = self.filtered(lambda order: order.state == "sale")
        if not orders:
            return {}
        left = orders.order_line._point_sizes_left()
        stated = orders._statements()
        if POSTED_BY_CALLER.on(self):
            stated += orders._new_statements()
        ledgers = {o: o._by_ledger(o._point_programs()) for o in orders}
        return effects_of(
            orders._earned_points(stated, left, ledgers),
            orders._spent_points(left, ledgers),
        )

    def _earned_points(self, stated, left, ledgers) -> dict:
        """What is left of what these orders earned, by order and account."""
        of_itself = [s for s in stated if s.card.program_id.applies_on == "current"]
        kept = kept_of([one for one in stated if one not in of_itself], left)
        follows = kept_of(of_itself, left)
        earned = defaultdict(int)
        for (order, card), units in kept.items():
            earned[order, card._account()] += units
        for promise in self.coupon_point_ids:
            order, card = promise.order_id, promise.coupon_id
            if card.program_id.applies_on != "current" or order._card_expired(card):
                continue
            if card.program_id not in ledgers[order]:
                continue
            # what an order earns for itself follows the order, to its last goods
            if follows.get((order, card), 1):
                earned[order, card._account()] += to_units(promise.points)
        return {account: max(units, 0) for account, units in earned.items()}

    def _spent_points(self, left, ledgers) -> dict:
        """A card gets back what the credited reward lines say, and no other."""
        spent, rewards = (
            defaultdict(int),
            defaultdict(self.env["sale.order.line"].browse),
        )
        for line in self.order_line:
            program = line.coupon_id.program_id
            if line.reward_id and program in ledgers[line.order_id]:
                code = line.reward_identifier_code or line.id
                rewards[line.order_id, line.coupon_id, code] |= line
        for (order, card, _code), lines in rewards.items():
            share = share_left(lines._point_sizes(), left)
            cost = sum(max(line.points_cost, 0) for line in lines)
            spent[order, card._account()] += in_proportion(to_units(cost), share)
        return spent

    def _sale_of_points(self, card, units, past) -> float:
        stated = [
            one.units for one in self._statements() if one.card._account() == card
        ]
        promised, untaxed = sum(stated), self.amount_untaxed
        if promised:
            untaxed = (
                sum(size.money for size in self._asked_sizes().values()) or untaxed
            )
        else:
            lines = self.coupon_point_ids.filtered(
                lambda line: line.coupon_id._account() == card
            )
            promised = sum(to_units(line.points) for line in lines)
        if not (promised and units):
            return 0.0
        return untaxed / (self.currency_rate or 1.0) * units / promised


def _stays_with_the_line(program, by: By) -> bool:
    """Whether what a line earned by a rule is kept by other goods on it that count as
    well: what is for the order, and cards. They earn all other points by themselves."""
    return by is By.ORDER or not program._gives_in_parts()


def _round_points(points: float) -> float:
    """As Odoo rounds what money earns in the shop."""
    return float_round(points, precision_digits=2, rounding_method="DOWN")
