from datetime import date

from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.dates import written_day
from odoo.addons.crm_suite.tools.links import read_link, sign_link
from odoo.addons.crm_suite.tools.mails import write_mail

LINK_HOURS = 30 * 24
# what both sides agree on
FROZEN = {"partner_id", "date_from", "note", "line_ids"}


class DistributionJointPlan(models.Model):
    """What we and an intermediary agreed for a year, quarter by quarter.

    We propose it, and somebody of the intermediary agrees in the portal, or by a link
    where nobody of it has a login. Then each
    quarter is a target, which counts in attainment and scorecard. An agreed plan stays
    as it is: another version takes its place once that is agreed, and leaves the
    quarters that are over.
    """

    _name = "distribution.joint.plan"
    _description = "Joint Plan"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "suite.company.mixin",
        "suite.key.mixin",
    ]
    _order = "date_from desc, partner_id, version desc, id desc"
    _company_links = ("partner_id",)
    # by its buttons and in the portal alone
    _protected_fields = {
        "state",
        "version",
        "previous_id",
        "proposal",
        "proposed_on",
        "proposed_by_id",
        "agreed_on",
        "agreed_by_id",
        "asked",
    }

    partner_id = fields.Many2one(
        "res.partner",
        "Intermediary",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        domain="[('distribution_level_id', '!=', False), ('parent_id', '=', False)]",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        "From",
        required=True,
        tracking=True,
        default=lambda self: self.env.company._today().replace(month=1, day=1),
        help="The first day of the plan's year and of its first quarter.",
    )
    date_to = fields.Date("To", compute="_compute_date_to", store=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("proposed", "Waits for the Intermediary"),
            ("agreed", "Agreed"),
            ("replaced", "Replaced"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    version = fields.Integer(default=1, readonly=True, copy=False, aggregator=None)
    previous_id = fields.Many2one(
        "distribution.joint.plan",
        "Takes the Place Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    proposal = fields.Integer(
        readonly=True,
        copy=False,
        aggregator=None,
        help="How often it was proposed. Nobody agrees to what he has not seen.",
    )
    proposed_on = fields.Datetime(readonly=True, copy=False)
    proposed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    agreed_on = fields.Datetime(readonly=True, copy=False, tracking=True)
    agreed_by_id = fields.Many2one(
        "res.partner",
        readonly=True,
        copy=False,
        ondelete="restrict",
        tracking=True,
        help="Who of the intermediary agreed, in the portal or by the link of a mail.",
    )
    asked = fields.Text("Changes Asked For", readonly=True, copy=False)
    note = fields.Text(
        "What Both Sides Do",
        help="Such as training, advertising and stock. The intermediary reads it.",
    )
    line_ids = fields.One2many(
        "distribution.joint.plan.line", "plan_id", "Goods", copy=True
    )
    target_ids = fields.One2many("distribution.target", "joint_plan_id", "Quarters")

    @api.depends("partner_id", "date_from", "date_to", "version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = self.env._(
                "%(partner)s, %(start)s – %(end)s (version %(version)s)",
                partner=plan.partner_id.display_name or "",
                start=written_day(self.env, plan.date_from),
                end=written_day(self.env, plan.date_to),
                version=plan.version,
            )

    @api.depends("date_from")
    def _compute_date_to(self):
        for plan in self:
            plan.date_to = plan.date_from and plan._quarter_ends(4)

    @api.constrains("partner_id")
    def _check_partner(self):
        self.partner_id._check_is_company()

    @api.constrains("partner_id", "date_from", "previous_id")
    def _check_previous(self):
        for plan in self:
            before = plan.previous_id
            if before and (
                (before.partner_id, before.date_from)
                != (plan.partner_id, plan.date_from)
            ):
                raise ValidationError(
                    self.env._("A version has the intermediary and year of the first.")
                )

    def write(self, vals):
        if vals.keys() & FROZEN:
            self.check_access("write")
            self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        self._check_open()

    def _check_open(self) -> None:
        """
        :raise UserError: one of these is proposed or agreed
        """
        for plan in self:
            if plan.state == "proposed":
                raise UserError(
                    self.env._(
                        "%s waits for the intermediary: take it back first.",
                        plan.display_name,
                    )
                )
            if plan.state != "draft":
                raise UserError(
                    self.env._(
                        "%s is agreed: make a new version of it.", plan.display_name
                    )
                )

    def _take_turn(self) -> None:
        """Nothing is changed in the moment in which it is proposed or agreed."""
        self.env["suite.turn"]._take(f"joint plan {plan.id}" for plan in self)

    def _quarter_starts(self, number: int) -> date:
        return self.date_from + relativedelta(months=3 * (number - 1))

    def _quarter_ends(self, number: int) -> date:
        return self._quarter_starts(number + 1) - relativedelta(days=1)

    def _quarters_over(self) -> list[int]:
        today = self.company_id._today()
        return [number for number in (1, 2, 3, 4) if self._quarter_ends(number) < today]

    def action_propose(self):
        """Show it to the intermediary, who may agree or ask for changes."""
        self.check_access("write")
        self._take_turn()
        self._check_open()
        for plan in self:
            plan._check_complete()
            plan._as_system().write(
                {
                    "state": "proposed",
                    "proposal": plan.proposal + 1,
                    "proposed_on": fields.Datetime.now(),
                    "proposed_by_id": self.env.user.id,
                    "asked": False,
                }
            )
            # sudo: keys, which nobody reads; links to what was shown before end
            for one in (plan | plan.previous_id).sudo():
                one.key = plan._new_key()
            plan.activity_unlink(["mail.mail_activity_data_todo"])
            plan._tell_proposal()

    def action_take_back(self):
        """To change it: the intermediary sees it no more."""
        self.check_access("write")
        self._take_turn()
        for plan in self:
            if plan.state != "proposed":
                raise UserError(self.env._("%s is not proposed.", plan.display_name))
        self._as_system().state = "draft"

    def action_new_version(self):
        """A draft of the same, to be changed, proposed and agreed."""
        self.ensure_one()
        self.check_access("write")
        self._take_turn()
        if self.state != "agreed":
            raise UserError(
                self.env._("Only what is agreed needs a new version to be changed.")
            )
        drafts = Domain("previous_id", "=", self.id)
        version = self.search(drafts & Domain("state", "!=", "replaced"), limit=1)
        if not version:
            version = self.copy()
            version._as_system().write(
                {"previous_id": self.id, "version": self.version + 1}
            )
        return version._get_records_action()

    def action_open_targets(self):
        """Its quarters, with what was attained."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quarters"),
            "res_model": "distribution.target",
            "view_mode": "list,form",
            "domain": [("joint_plan_id", "in", self.ids)],
        }

    def _check_complete(self) -> None:
        """
        :raise UserError: nothing to agree on, or a quarter that is over differs
        """
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("Say first what is to be sold or bought."))
        before = {line._key(): line for line in self.previous_id.line_ids}
        over = self._quarters_over() if self.previous_id else []
        for line in self.line_ids:
            line._check_sum()
            earlier = before.get(line._key())
            for number in over:
                agreed = earlier[f"quarter_{number}"] if earlier else 0.0
                if line._differ(line[f"quarter_{number}"], agreed):
                    raise UserError(
                        self.env._(
                            "%(goods)s: quarter %(number)s is over; %(agreed)s stays "
                            "agreed.",
                            goods=line.display_name,
                            number=number,
                            agreed=agreed,
                        )
                    )

    def _agree(self, contact, proposal: int) -> None:
        """
        :param self: in superuser mode
        :param proposal: the one that the contact has seen
        :raise UserError: it is not what was seen, or no more to be agreed
        """
        self.ensure_one()
        self._take_turn()
        self._check_seen(proposal)
        self._check_complete()
        partner, company = self.partner_id, self.company_id
        self.env["suite.turn"]._take([f"joint plans {partner.id} {company.id}"])
        others = self.search(
            Domain("partner_id", "=", partner.id)
            & Domain("company_id", "=", company.id)
            & Domain("state", "=", "agreed")
            & Domain("date_from", "<=", self.date_to)
            & Domain("date_to", ">=", self.date_from)
        )
        if others - self.previous_id:
            raise UserError(
                self.env._(
                    "Another plan is agreed for this time. Ask your contact with us "
                    "for a new version of it."
                )
            )
        changes = self._changes()
        others.state = "replaced"
        self.write(
            {
                "state": "agreed",
                "agreed_on": fields.Datetime.now(),
                "agreed_by_id": contact.id,
            }
        )
        self._set_targets()
        self._note(self._said(contact, changes), contact)

    def _ask_changes(self, contact, proposal: int, text: str) -> None:
        """
        :param self: in superuser mode
        :raise UserError: it is not what was seen, or nothing was said
        """
        self.ensure_one()
        self._take_turn()
        self._check_seen(proposal)
        if not text:
            raise UserError(self.env._("Say what should be different."))
        self.write({"state": "draft", "asked": text})
        self._note(self.env._("Asks for changes: %s", text), contact)
        asking = self.proposed_by_id | self.partner_id.user_id
        if answers := asking.filtered("active")[:1]:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("The intermediary asks for changes"),
                user_id=answers.id,
            )

    def _check_seen(self, proposal: int) -> None:
        if self.state != "proposed" or self.proposal != proposal:
            raise UserError(
                self.env._("The plan has changed meanwhile. Look at it again.")
            )

    def _set_targets(self) -> None:
        """One for each quarter of each line; the same record through all versions.

        What a line that is left out had for quarters that are over stays.
        """
        self.ensure_one()
        earlier = {
            (*target.joint_line_id._key(), target.quarter): target
            for target in self.previous_id.line_ids.target_ids
        }
        targets = self.env["distribution.target"]
        for line in self.line_ids:
            for number in (1, 2, 3, 4):
                target = earlier.pop((*line._key(), number), targets)
                values = line._target_values(number)
                if not values["target"]:
                    target.unlink()
                elif target:
                    target.write(values)
                else:
                    targets.create(values)
        over = self._quarters_over()
        for target in earlier.values():
            if target.quarter not in over:
                target.unlink()

    def _changes(self) -> list[str]:
        """What differs from the version before, in words."""
        before = {line._key(): line for line in self.previous_id.line_ids}
        said = []
        for line in self.line_ids:
            earlier = before.pop(line._key(), line.browse())
            for number in (1, 2, 3, 4):
                name = f"quarter_{number}"
                if line._differ(line[name], earlier[name]):
                    said.append(
                        self.env._(
                            "%(goods)s, quarter %(number)s: %(before)s → %(after)s",
                            goods=line.display_name,
                            number=number,
                            before=earlier[name],
                            after=line[name],
                        )
                    )
        said += [
            self.env._("%s: left out", line.display_name) for line in before.values()
        ]
        return said if self.previous_id else []

    def _said(self, contact, changes: list[str]):
        text = self.env._(
            "%(contact)s agreed to version %(version)s.",
            contact=contact.name,
            version=self.version,
        )
        if not changes:
            return text
        lines = Markup("").join(Markup("<li>%s</li>") % line for line in changes)
        return Markup("<p>%s</p><ul>%s</ul>") % (text, lines)

    def _note(self, body, author) -> None:
        """Of its own history; nobody outside is told of it."""
        quiet = self.with_context(mail_post_autofollow_author_skip=True)
        quiet.message_post(body=body, author_id=author.id, subtype_xmlid="mail.mt_note")

    def _tell_proposal(self) -> None:
        """Mail to each who may answer, one by one; sent later."""
        self.ensure_one()
        # sudo: whoever proposes need not read the template, nor who has a login
        plan = self.sudo()
        template = plan.env.ref(
            "crm_distribution.mail_template_joint_plan", raise_if_not_found=False
        )
        if not template or not plan.partner_id.active:
            return
        contacts = plan._answering_contacts()
        if not contacts:
            nobody = self.env._(
                "Nobody is told: nobody of %s has a login, and it has no email.",
                plan.partner_id.name,
            )
            plan._note(nobody, self.env.user.partner_id)
        sender = self.env.user.email_formatted or plan.company_id.email_formatted
        plan.env["mail.mail"].create(
            [
                write_mail(template, plan, contact, sender, **plan._mail_words(contact))
                for contact in contacts
            ]
        )

    def _answering_contacts(self):
        """Those with a login; the company itself where nobody has one."""
        self.ensure_one()
        logins = self.env["res.partner"].search(
            Domain("commercial_partner_id", "=", self.partner_id.id)
            & Domain("user_ids.active", "=", True)
            & Domain("email_normalized", "!=", False)
        )
        return logins or self.partner_id.filtered("email_normalized")

    def _mail_words(self, contact) -> dict[str, str]:
        env = self.with_context(lang=contact.lang or self.env.lang).env
        has_login = contact.with_context(active_test=True).user_ids
        path = "/my/channel/targets" if has_login else self._link_path(contact)
        return {
            "first_day": written_day(env, self.date_from),
            "last_day": written_day(env, self.date_to),
            "link": f"{self.get_base_url()}{path}",
        }

    def _link_path(self, contact) -> str:
        """For this contact alone, and for what is proposed now."""
        return f"/channel/plan/{sign_link(self, contact, 'plan', LINK_HOURS)}"

    @api.model
    def _by_link(self, link: str) -> tuple:
        """The plan that a mail's link leads to, and whose link it is.

        Nothing where the link is over, or the plan is none to be seen any more.
        """
        plan, contact = read_link(self, "plan", link)
        is_theirs = contact.commercial_partner_id == plan.partner_id
        if not plan or not is_theirs or plan.state not in ("proposed", "agreed"):
            return plan.browse(), contact.browse()
        return plan, contact
