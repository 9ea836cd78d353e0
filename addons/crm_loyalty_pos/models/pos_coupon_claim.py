"""What a till claims of one card, and whether the sale may touch that card at all.

How many points the sale can give and take is the order's: ``_check_amounts``.
"""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from odoo.api import Environment
from odoo.exceptions import AccessError, MissingError, ValidationError
from odoo.fields import Domain
from odoo.models import BaseModel

from odoo.addons.crm_loyalty.points import MOST_POINTS

DAY = timedelta(days=1)


def read_claims(env: Environment, sent: Any) -> dict[int, dict]:
    """The claims as Odoo reads them: numbers and ids, or a clear error.

    :raise ValidationError: it is nothing that a till sends
    """
    try:
        return {int(key): _read_claim(claim) for key, claim in sent.items()}
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise ValidationError(
            env._("This is not what a till says of points.")
        ) from error


def _read_claim(sent: Mapping) -> dict:
    claim = {**sent, "points": float(sent["points"])}
    if not (math.isfinite(claim["points"]) and abs(claim["points"]) <= MOST_POINTS):
        raise ValueError("points")
    for name in ("program_id", "partner_id", "coupon_id"):
        if claim.get(name) is not None or name == "program_id":
            claim[name] = int(claim[name])
    for name in ("code", "barcode", "expiration_date"):
        if not isinstance(claim.get(name) or "", str | date):
            raise TypeError(name)
    codes = claim.get("line_codes") or []
    claim["line_codes"] = [code for code in codes if isinstance(code, str)]
    return claim


def _existing(record: BaseModel, name: str) -> BaseModel:
    """The record, if there is one: found out by reading what is asked next anyway."""
    try:
        record.mapped(name)
    except MissingError:
        return record.browse()
    return record


class PosCouponClaim:
    """One claim of a sale, in superuser mode, beside what the database knows."""

    def __init__(self, order, key: int, claim: dict):
        self.order = order
        self.claim = claim
        self.program = self._find_program()
        self.card = self._find_card(key)
        rewards = order.lines.filtered("reward_id")
        self.lines = rewards.filtered(self._is_own_line)
        self.spent = sum(max(line.points_cost, 0) for line in self.lines)

    @property
    def earned(self) -> float:
        """The till tells the sum only; what its rewards cost tells the parts."""
        return self.claim["points"] + self.spent

    def is_empty(self) -> bool:
        """A gift card that is neither sold nor taken would only get another owner."""
        gift = self.program.program_type == "gift_card"
        return bool(gift and self.card and not self.lines and self.earned <= 0)

    def check_cards(self, user) -> None:
        """
        :raise AccessError: the program or the card is none of this sale's, or the
            customer is another one
        """
        program, card, order = self.program, self.card, self.order
        customer = order.env["res.partner"].browse(self.claim.get("partner_id") or 0)
        fits = (
            len(card) <= 1
            and self._is_of_till()
            and (not card or card.program_id == program)
            and (not card or card._is_kept_for(order.partner_id))
            and (
                customer.id in (0, order.partner_id.id)
                or self._is_buyer(customer, user)
            )
            and (card or not program.is_nominative or order.partner_id)
        )
        if not fits:
            raise AccessError(
                order.env._(
                    "%s has nothing to do with these points.", order.display_name
                )
            )
        if not card:
            self.claim["expiration_date"] = self._last_day()

    def _find_program(self):
        programs = self.order.env["loyalty.program"]
        return _existing(programs.browse(self.claim["program_id"]), "program_type")

    def _find_card(self, key: int):
        """As Odoo finds it: gift cards by their code, others by the claim's key."""
        cards = self.order.env["loyalty.card"]
        if self.program.program_type != "gift_card":
            return _existing(cards.browse(key if key > 0 else ()), "program_id")
        found = cards.search(
            Domain("code", "=", self.claim.get("code", ""))
            | Domain("id", "=", self.claim.get("coupon_id", False))
        )
        return found or cards.browse(key if key > 0 else ()).exists()

    def _is_own_line(self, line) -> bool:
        if line.reward_id.program_id != self.program:
            return False
        if line.coupon_id:
            return line.coupon_id == self.card
        return line.reward_identifier_code in self.claim["line_codes"]

    def _is_buyer(self, customer, user) -> bool:
        """The till notes who buys a gift card when it is rung up."""
        gift = self.program.program_type == "gift_card"
        return bool(gift and customer.with_user(user).sudo(False).has_access("read"))

    def _last_day(self) -> date | str | bool:
        """A program says how long a new card is valid; of gift cards who sells them."""
        if self.program.date_to:
            return self.program.date_to
        if self.program.program_type == "gift_card":
            return self.claim.get("expiration_date") or False
        return False

    def _days_of_sale(self) -> tuple[date, date]:
        """The company's day; as any clock may say it where nobody says where it is."""
        company, sold_at = self.order.company_id, self.order.date_order
        if company.partner_id.tz:
            return (company._day_of(sold_at),) * 2
        return (sold_at - DAY).date(), (sold_at + DAY).date()

    def _is_of_till(self) -> bool:
        """A program of this till, on the day of the sale."""
        program, config = self.program, self.order.config_id
        first = last = None
        if program.date_from or program.date_to:
            first, last = self._days_of_sale()
        return bool(
            program.pos_ok
            and (not program.pos_config_ids or config in program.pos_config_ids)
            and (
                not program.pricelist_ids
                or program.pricelist_ids & config.available_pricelist_ids
            )
            and program.currency_id == config.currency_id
            and (program.company_id <= config.company_id.parent_ids)
            and (not program.date_from or program.date_from <= last)
            and (not program.date_to or program.date_to >= first)
        )
