import re

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, plaintext2html

from .ecrm_case_clocks_mixin import OPEN


class EcrmCase(models.Model):
    """A case that stands for a fault which several customers met.

    What is said for all of them is said in the thread of each, and none learns of the
    others.
    """

    _inherit = "ecrm.case"

    open_child_count = fields.Integer(
        "Open Cases of This Cause", compute="_compute_open_child_count"
    )

    def _compute_open_child_count(self):
        counts = dict(
            self.env["ecrm.case"]._read_group(
                Domain("parent_id", "in", self.ids) & Domain("state", "in", OPEN),
                ["parent_id"],
                ["__count"],
            )
        )
        for case in self:
            case.open_child_count = counts.get(case._origin, 0)

    def action_answer_children(self):
        """Say to all customers of the common cause that it is solved."""
        action = self.action_answer()
        begin = {"default_scope": "children"}
        if self.state in ("solved", "closed"):
            begin["default_then"] = "solved"
        return action | {"context": {**action["context"], **begin}}

    def _open_children(self):
        """Cases of the cause that wait for an answer, those below others too."""
        self.ensure_one()
        return self.search(
            Domain("id", "child_of", self.id)
            & Domain("id", "!=", self.id)
            & Domain("state", "in", OPEN),
            order="id",
        )

    def _answer_children(self, text: str, message, then: str) -> None:
        """Say it to the customers of all open cases of this cause, soon.

        :param message: in which it was said here, to the customer or to colleagues
        :raise UserError: nobody waits, or the text names one of them to the others
        """
        children = self._open_children()
        children.check_access("write")
        if not children:
            raise UserError(self.env._("No case of this cause is open."))
        # sudo: to compare names, not to show them
        (self | children).sudo()._check_names_nobody(text)
        # sudo: what is on its way is written by the system
        answers = self.env["ecrm.case.shared.answer"].sudo()
        now = fields.Datetime.now()
        public = message.subtype_id == self.env.ref("mail.mt_comment")
        told = {self._customer_address()} if public else set()
        values = []
        for case in children:
            address = case._customer_address()
            values.append(
                {
                    "case_id": case.id,
                    "message_id": message.id,
                    "user_id": self.env.uid,
                    "then": then,
                    "said_on": now,
                    "is_mailed": bool(address) and address not in told,
                }
            )
            told.add(address)
        answers.create(values)
        answers._say_soon()

    def _hand_children_to(self, target) -> None:
        """Another case stands for the cause from now on."""
        if target.parent_id == self:
            target.parent_id = self.parent_id
        if self not in target._ancestors():
            (self.child_ids - target).parent_id = target

    def _ancestors(self):
        cases = self.browse()
        case = self.parent_id
        while case and case not in cases:
            cases |= case
            case = case.parent_id
        return cases

    def _note_for_children(self, text: str, files):
        """What goes to the cases of this cause alone, as colleagues read it here."""
        # sudo: what follows from an answer is written by the system
        return self.sudo().message_post(
            body=plaintext2html(text),
            author_id=self.env.user.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            attachments=list(files),
        )

    def _customer_address(self) -> str:
        """Where mails on this case go, if anywhere."""
        # sudo: to tell one customer from another
        case = self.sudo()
        if case.sender == "failed":
            return ""
        return email_normalize(case.partner_id.email or case.email_from or "") or ""

    def _check_names_nobody(self, text: str) -> None:
        """Whoever reads an answer for many learns of none of the others.

        :param self: all cases that it goes to, in superuser mode
        """
        told = f" {' '.join(text.casefold().split())} "
        people = self.partner_id | self.commercial_partner_id
        names = {*people.mapped("name"), *self.mapped("contact_name")}
        names |= {*self.mapped("number"), *(one._customer_address() for one in self)}
        for name in sorted(filter(None, names)):
            words = re.escape(" ".join(name.casefold().split()))
            if re.search(rf"(?<!\w){words}(?!\w)", told):
                raise UserError(
                    self.env._(
                        "“%s” stands in the text: other customers would read it.", name
                    )
                )
