from typing import Any

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...channel import conflict as channel_conflict
from ...channel.conflict import Fact
from .conflict_facts import SOLICITATION

MANAGER = "crm_distribution.group_channel_manager"
# decided so that whoever was asked may go on
ALLOWING = ("overridden", "no_conflict", "shared", "other")


class DistributionConflict(models.Model):
    """Two sides who cannot both be right, whoever found it and wherever.

    There is one way in, `_report`, and the same proof of the same contradiction is
    recorded once.
    """

    _name = "distribution.conflict"
    _description = "Channel Conflict"
    _inherit = [
        "distribution.placed.mixin",
        "suite.protected.mixin",
        "suite.company.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "state desc, severity desc, deadline, id"
    _protected_fields = {
        "company_id",
        "kind",
        "direction",
        "subject",
        "key",
        "facts",
        "state",
        "outcome",
        "reason",
        "decided_on",
        "decided_by_id",
        "previous_id",
        "partner_id",
        "other_partner_id",
        "customer_id",
        "category_id",
        "territory_id",
        "policy_id",
        "agreement_id",
        "registration_id",
        "other_registration_id",
        "lead_id",
        "order_id",
        "blocks",
    }

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("agreement", "Agreement"),
            ("lead", "Lead"),
            ("registration", "Registration"),
            ("own_opportunity", "Own Opportunity"),
            ("quotation", "Own Sale"),
            ("delivery", "Delivery into Another Territory"),
        ],
        required=True,
        readonly=True,
    )
    direction = fields.Selection(
        [
            (channel_conflict.HORIZONTAL, "Horizontal"),
            (channel_conflict.VERTICAL, "Vertical"),
            (channel_conflict.MULTICHANNEL, "Multichannel"),
        ],
        required=True,
        readonly=True,
        help="Between intermediaries of one level, of different levels, or with our "
        "own sales.",
    )
    activity = fields.Selection(
        SOLICITATION,
        "Solicitation",
        default=channel_conflict.UNKNOWN,
        required=True,
        tracking=True,
        help="Whether the customer was approached, or came unasked: only active sales "
        "may be restricted.",
    )
    severity = fields.Selection(
        [
            (channel_conflict.LOW, "Low"),
            (channel_conflict.MEDIUM, "Medium"),
            (channel_conflict.HIGH, "High"),
        ],
        default=channel_conflict.MEDIUM,
        required=True,
        tracking=True,
    )
    state = fields.Selection(
        [("open", "Open"), ("decided", "Decided")],
        default="open",
        required=True,
        readonly=True,
        tracking=True,
    )
    outcome = fields.Selection(
        [
            ("holder", "The holder keeps it"),
            ("other", "The other side gets it"),
            ("shared", "Shared"),
            ("no_conflict", "No conflict"),
            ("passive", "Passive sale"),
            ("overridden", "Overridden"),
        ],
        readonly=True,
        tracking=True,
    )
    reason = fields.Text(readonly=True, tracking=True)
    decided_on = fields.Datetime(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    user_id = fields.Many2one(
        "res.users", "Owner", domain="[('share', '=', False)]", tracking=True
    )
    deadline = fields.Datetime(tracking=True)
    blocks = fields.Boolean(readonly=True)
    facts = fields.Json("Proof", readonly=True)
    facts_text = fields.Text("Facts", compute="_compute_facts_text")
    subject = fields.Char(required=True, readonly=True, index=True)
    key = fields.Char(required=True, readonly=True)
    previous_id = fields.Many2one(
        "distribution.conflict", "Decided Before", readonly=True
    )

    partner_id = fields.Many2one(
        "res.partner", "Holder", readonly=True, index="btree_not_null"
    )
    other_partner_id = fields.Many2one(
        "res.partner", "Other Side", readonly=True, index="btree_not_null"
    )
    customer_id = fields.Many2one("res.partner", "End Customer", readonly=True)
    category_id = fields.Many2one("product.category", "Goods", readonly=True)
    territory_id = fields.Many2one("distribution.territory", readonly=True)
    policy_id = fields.Many2one("distribution.policy", readonly=True)
    agreement_id = fields.Many2one("distribution.agreement", readonly=True)
    registration_id = fields.Many2one(
        "distribution.registration",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    other_registration_id = fields.Many2one(
        "distribution.registration",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    lead_id = fields.Many2one("crm.lead", readonly=True, index="btree_not_null")
    order_id = fields.Many2one("sale.order", readonly=True, index="btree_not_null")

    _key_uniq = models.UniqueIndex(
        "(company_id, key)", "The same contradiction is recorded once."
    )

    @api.depends("kind", "direction", "partner_id", "other_partner_id")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for one in self:
            sides = [one.partner_id.display_name, one.other_partner_id.display_name]
            if one.direction == channel_conflict.MULTICHANNEL:
                sides.append(self.env._("our own sales"))
            one.name = self.env._(
                "%(kind)s: %(sides)s",
                kind=kinds.get(one.kind, ""),
                sides=" – ".join(filter(None, sides)),
            )

    @api.depends("facts")
    def _compute_facts_text(self):
        labels = self._proof_labels()
        for one in self:
            one.facts_text = "\n".join(
                f"{labels.get(label, label)}: {value}"
                for label, value in one.facts or []
            )

    @api.model
    def _proof_labels(self) -> dict[str, str]:
        return {
            "place": self.env._("Place of delivery"),
            "territory": self.env._("Territory"),
            "goods": self.env._("Goods"),
            "customer": self.env._("Customer"),
            "same": self.env._("The same"),
            "promise": self.env._("Promised"),
            "beside": self.env._("Promised beside it"),
            "solicitation": self.env._("Solicitation"),
            "evidence": self.env._("Evidence"),
            "before": self.env._("Territory at acceptance"),
            "after": self.env._("Territory now"),
            "opportunity": self.env._("Opportunity"),
            "merged": self.env._("Merged customers"),
        }

    def action_decide(self):
        return self._ask_outcome("decide")

    def action_override(self):
        return self._ask_outcome("override")

    def action_open_source(self):
        """What it is about."""
        self.ensure_one()
        source = (
            self.order_id or self.registration_id or self.lead_id or self.agreement_id
        )
        return source._get_records_action()

    def _ask_outcome(self, decision: str):
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decision"),
            "res_model": "distribution.decision",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_decision": decision,
                "default_conflict_ids": [(6, 0, self.ids)],
            },
        }

    @api.model
    def _report(self, facts: list[Fact]):
        """Record contradictions; those that are known already stay as they are.

        A new proof about sides whose conflict is open is added to it; about sides whose
        conflict is decided it opens a new one that links the old.

        :return: the conflicts of these facts, in their sequence
        """
        # sudo: whoever confirms an order that contradicts a promise need not see it
        conflicts = self.sudo().with_context(
            mail_create_nosubscribe=True, mail_create_nolog=True
        )
        facts = list({fact.key: fact for fact in facts}.values())
        if not facts:
            return conflicts
        self.env["suite.turn"]._take(f"conflict {fact.subject}" for fact in facts)
        known = conflicts.search(
            Domain("subject", "in", [fact.subject for fact in facts]), order="id desc"
        )
        by_key = {(one.company_id.id, one.key): one for one in known}
        latest = {}
        for one in reversed(known):
            latest[one.subject] = one
        found = conflicts
        fresh = []
        for fact in facts:
            if same := by_key.get((fact.company_id, fact.key)):
                found |= same
                continue
            last = latest.get(fact.subject)
            if last and last.state == "open":
                last._learn(fact)
                found |= last
            else:
                fresh.append(conflicts._prepare_conflict_values(fact, last))
        if fresh:
            created = conflicts.create(fresh)
            created.filtered(lambda one: one.state == "open")._notify_owner()
            found |= created
        return found

    def _learn(self, fact: Fact):
        """Something new about an open conflict."""
        self.write(
            {
                "key": fact.key,
                "facts": [list(pair) for pair in fact.proof],
                "activity": fact.activity,
                "severity": max(self.severity, fact.severity),
                "blocks": fact.blocks,
                **dict(fact.links),
            }
        )
        self.message_post(
            body=self.env._("New facts: %s", self.facts_text),
            subtype_xmlid="mail.mt_note",
        )

    def _prepare_conflict_values(self, fact: Fact, previous) -> dict[str, Any]:
        # sudo: whoever finds a conflict need not see both sides
        env = self.sudo().env
        company = env["res.company"].browse(fact.company_id)
        links = dict(fact.links)
        values = {
            "company_id": fact.company_id,
            "kind": fact.kind,
            "direction": fact.direction,
            "activity": fact.activity,
            "severity": fact.severity,
            "blocks": fact.blocks,
            "subject": fact.subject,
            "key": fact.key,
            "facts": [list(pair) for pair in fact.proof],
            "previous_id": previous.id if previous else False,
            **links,
        }
        if fact.is_free:
            return values | {
                "state": "decided",
                "outcome": "passive",
                "severity": channel_conflict.LOW,
                "decided_on": fields.Datetime.now(),
            }
        holder = env["res.partner"].browse(links.get("partner_id"))
        owner = holder.user_id if company in holder.user_id.company_ids else None
        return values | {
            "user_id": (owner or company._distribution_responsible()).id,
            "deadline": company._distribution_deadline(
                fields.Datetime.now(), company.distribution_decision_hours
            ),
        }

    def _notify_owner(self):
        for one in self.filtered("user_id"):
            one.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=one.company_id._day_of(one.deadline),
                user_id=one.user_id.id,
                summary=one.env._("Decide on a channel conflict"),
            )

    @api.model
    def _allowed(self, facts: list[Fact]) -> set[str]:
        """Keys of facts that a decision lets pass."""
        # sudo: whoever confirms need not see what was decided
        decided = self.sudo().search(
            [
                ("key", "in", [fact.key for fact in facts]),
                ("state", "=", "decided"),
                ("outcome", "in", ALLOWING),
            ]
        )
        return set(decided.mapped("key"))

    def _allows(self) -> bool:
        """Whether it was decided so that the other side may go on."""
        return self.state == "decided" and self.outcome in ALLOWING

    @api.model
    def _describe(self, facts: list[Fact]) -> list[str]:
        """In a sentence each, with the name of the holder: for people of the house."""
        labels = self._proof_labels()
        # sudo: whoever sells is told in words what the promise is
        partners = self.env["res.partner"].sudo()
        return [
            "{}: {}".format(
                partners.browse(dict(one.links)["partner_id"]).display_name,
                "; ".join(
                    f"{labels.get(name, name)} {text}" for name, text in one.proof
                ),
            )
            for one in facts
        ]

    def _check_manager(self):
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only channel managers decide on conflicts."))
        self.check_access("write")

    def _override(self, reason: str):
        """Let it pass this once; the reason stays."""
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the conflict is overridden."))
        self._close("overridden", reason)

    @api.model
    def _close_merged(self, partner):
        """After contacts are merged: nobody contradicts himself."""
        both = Domain("partner_id", "=", partner.id) & Domain(
            "other_partner_id", "=", partner.id
        )
        if one_side := self.search(both & Domain("state", "=", "open")):
            one_side._close("no_conflict", self.env._("Both sides are one now."))

    def _close(self, outcome: str, reason: str | bool = False):
        self._check_manager()
        for one in self:
            if one.state == "decided" and outcome != "overridden":
                raise UserError(self.env._("“%s” is decided already.", one.name))
        self._as_system().write(
            {
                "state": "decided",
                "outcome": outcome,
                "reason": reason,
                "decided_on": fields.Datetime.now(),
                "decided_by_id": self.env.uid,
            }
        )
        self.activity_unlink(["mail.mail_activity_data_todo"])
