from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, ormcache

from odoo.addons.crm_suite.tools.jobs import begin, idle_jobs

from ...points import to_points, to_units

JOBS = (
    "crm_loyalty.cron_close_points_day",
    "crm_loyalty.cron_send_points_notices",
    "crm_loyalty.cron_reconcile_points",
    "crm_loyalty.cron_value_points_liability",
)
# How many cards are opened or settled in one go.
BATCH = 1000


class Joining(NamedTuple):
    """Cards of one customer, or of one company: what could become one account.

    :param account: the card that holds it; none where the company has no card yet
    :param live: those that may hand their points over
    :param over: those that have expired: joined, their points would be gone at once
    """

    account: models.BaseModel
    live: models.BaseModel
    over: models.BaseModel


class LoyaltyProgram(models.Model):
    """Whether a program's cards are the ledger's, and since when.

    Without a ledger a program is Odoo's: nothing of ours looks at its cards. Switched
    on, its balances become opening entries; switched off, what waits is settled and
    what expires is written on the cards, so that Odoo goes on from there. The state on
    the day on which an order earned decides what becomes of its points for ever: see
    `_by_ledger` of orders.
    """

    _name = "loyalty.program"
    _inherit = ["loyalty.program", "suite.protected.mixin"]

    _protected_fields = {"ledger_since", "ledger_ended"}

    keep_ledger = fields.Boolean(
        "Points Ledger",
        help="Every movement of this program's points is an entry, with its reason "
        "and its dates. Without it the program works as Odoo made it.",
    )
    ledger_since = fields.Datetime(
        readonly=True,
        copy=False,
        help="What was confirmed before is not in the ledger. Empty where it was there "
        "from the beginning.",
    )
    ledger_ended = fields.Datetime(
        readonly=True,
        copy=False,
        help="When the ledger was last switched off.",
    )

    def _check_ledger_stays(self, vals) -> None:
        """
        :raise AccessError: somebody writes what the switch alone does
        """
        if "keep_ledger" not in vals or self.env.su:
            return
        self.check_access("write")
        wanted = bool(vals["keep_ledger"])
        if any(program.keep_ledger != wanted for program in self):
            raise AccessError(
                self.env._(
                    "The ledger of a program is switched on and off by its own "
                    "button, which shows first what becomes of the cards."
                )
            )

    def action_switch_ledger(self):
        """Show what switching on or off will do."""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["loyalty.ledger.switch"]._begin(self)
        name = (
            self.env._("Switch Off the Points Ledger")
            if self.keep_ledger
            else self.env._("Switch On the Points Ledger")
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "name": name,
        }

    @api.model
    @ormcache()
    def _any_ledger(self) -> bool:
        """Whether there is, or was, any ledger: else there is nothing for us to do."""
        # sudo: of any company; it only spares everybody work
        programs = self.sudo().with_context(active_test=False)
        return bool(
            programs.search_count(
                ["|", ("keep_ledger", "=", True), ("ledger_ended", "!=", False)],
                limit=1,
            )
        )

    def _begin_ledger(self) -> None:
        """With the first ledger of all the jobs go to work that ledgers need."""
        kept = self.filtered("keep_ledger")
        if not kept:
            return
        self._forget_answers()
        if jobs := idle_jobs(self.env, JOBS):
            # sudo: of any company
            programs = kept.sudo().with_context(active_test=False)
            others = programs.search_count(
                [
                    ("id", "not in", kept.ids),
                    *("|", ("keep_ledger", "=", True), ("ledger_ended", "!=", False)),
                ],
                limit=1,
            )
            if not others and not any(programs.mapped("ledger_ended")):
                begin(jobs)

    def _forget_answers(self) -> None:
        """Whoever has looked whether there is a ledger, or an offer, looks again.

        Once more when it is there to be seen: other threads look meanwhile.
        """
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)

    def _all_cards(self):
        """The cards of these programs, whoever put them away or waits for them.

        What switching does to them is told by entries, not by mails and messages.
        """
        # sudo: the ledger is the same for whoever may set the program
        Card = self.env["loyalty.card"].sudo()
        Card = Card.with_context(
            active_test=False, loyalty_no_mail=True, tracking_disable=True
        )
        return Card.search(
            [("program_id", "in", self.ids), ("provisional", "in", [True, False])],
            order="id",
        )

    def _unopened(self) -> dict:
        """By card, the units that it holds and no available entry explains."""
        self.env["loyalty.card"].flush_model(["points", "program_id"])
        self.env["loyalty.point.entry"].flush_model(["card_id", "points", "pending"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card.id, coalesce(card.points, 0), coalesce(posted.points, 0)
                  FROM loyalty_card card
                  LEFT JOIN (
                       SELECT card_id, sum(points) AS points FROM loyalty_point_entry
                        WHERE NOT pending AND program_id IN %(programs)s
                        GROUP BY card_id
                       ) posted ON posted.card_id = card.id
                 WHERE card.program_id IN %(programs)s
                   AND abs(coalesce(card.points, 0)::numeric
                           - coalesce(posted.points, 0)) > 0.00005
                 ORDER BY card.id
                """,
                programs=tuple(self.ids) or (0,),
            )
        )
        # sudo: the ledger is the same for whoever may set the program
        Card = self.env["loyalty.card"].sudo()
        return {
            Card.browse(card): to_units(float(points)) - to_units(float(posted))
            for card, points, posted in rows
        }

    def _joinings(self) -> list[Joining]:
        """Whose cards could become one account, and are not yet."""
        self.ensure_one()
        if not self.is_nominative:
            return []
        today = (self.company_id or self.env.company)._today()
        all_cards = self._all_cards()
        groups = defaultdict(all_cards.browse)
        for card in all_cards:
            holder = card._account_holder()
            if holder and card.active and not card.account_card_id:
                groups[holder] |= card
        over = all_cards.filtered(
            lambda card: card.expiration_date and card.expiration_date < today
        )
        found = []
        for holder, cards in groups.items():
            own = cards.filtered_domain([("partner_id", "=", holder.id)])
            # as the ledger chooses, but none that has expired where another is left
            account = own.sorted(lambda c: (c in over, not c.account_key, c.id))[:1]
            if others := cards - account:
                found.append(Joining(account, others - over, others & over))
        return found

    def _switch_on(self, joined=None) -> None:
        """Take over the balances, each once; keep apart what is not to be joined.

        :param joined: cards that become one account with others of their customer
        """
        # sudo: what is switched on is so for every company and card
        programs = self.sudo().filtered(lambda program: not program.keep_ledger)
        if not programs:
            return
        # by the clock that says when records were made
        since = self.env.cr.now().replace(microsecond=0)
        programs.write({"keep_ledger": True, "ledger_since": since})
        programs._begin_ledger()
        programs._take_cards()
        cards = programs._all_cards()
        joined = cards & (joined or cards.browse())
        apart = cards.browse()
        for program in programs:
            for group in program._joinings():
                apart |= (group.live - joined) | group.over
        apart.write({"kept_apart": True, "account_key": False})
        joined -= apart
        (cards - apart).filtered("kept_apart").kept_apart = False
        changes = programs._unopened()
        opened = cards & cards.browse().union(*changes)
        for start in range(0, len(opened), BATCH):
            batch = opened[start : start + BATCH]
            batch._open_balances({card: changes[card] for card in batch}, joined)
        (cards - apart).filtered(lambda card: card._is_kept())._join_accounts()
        cards._hide_quoted_cards()

    def _switch_off(self, *, drop_pending: bool = False) -> None:
        """Settle what waits, write last days on the cards, and leave them to Odoo.

        Cards that were joined stay so; entries stay for ever, and take back what they
        say when goods come back.
        """
        # sudo: what is switched off is so for every company and card
        programs = self.sudo().filtered("keep_ledger")
        if not programs:
            return
        programs._take_cards()
        cards = programs._all_cards()
        for start in range(0, len(cards), BATCH):
            cards[start : start + BATCH]._settle_ledger(drop_pending=drop_pending)
        programs.write({"keep_ledger": False, "ledger_ended": fields.Datetime.now()})
        cards._show_quoted_cards()

    @api.model
    def _leave_to_odoo(self) -> None:
        """Before the add-on goes: every card is left as Odoo knows cards."""
        # sudo: of every company
        programs = self.sudo().with_context(active_test=False)
        programs.search([("keep_ledger", "=", True)])._switch_off()
        cards = programs.search([])._all_cards()
        cards._show_quoted_cards()
        cards._forget_put_away()

    def _take_cards(self) -> None:
        """Whoever changes one of these cards meanwhile is told to try again."""
        self.env.cr.execute(
            SQL(
                "UPDATE loyalty_card SET write_date = now() AT TIME ZONE 'UTC'"
                " WHERE program_id IN %s",
                tuple(self.ids),
            )
        )
        self.env["loyalty.card"].invalidate_model(["write_date"], flush=False)

    def _switch_preview(self) -> dict:
        """What switching would do, in figures."""
        self.ensure_one()
        cards = self._all_cards()
        if not self.keep_ledger:
            changes = self._unopened()
            return {
                "card_count": len(changes),
                "points": to_points(sum(changes.values())),
                "quoted_count": len(cards._quoted_cards()),
            }
        dated = cards._last_days()
        return {
            "card_count": len(cards.filtered("pending_points")),
            "points": sum(cards.mapped("pending_points")),
            "dated_count": len(dated),
            "lasting_count": len([card for card, day in dated.items() if not day]),
            "quoted_count": len(cards.filtered("provisional")),
        }

    def _check_switch(self, keeps: bool) -> None:
        """
        :raise UserError: somebody else has switched it meanwhile
        """
        if self.keep_ledger != keeps:
            raise UserError(
                self.env._(
                    "The ledger of %s was switched meanwhile: open the program again.",
                    self.name,
                )
            )
