from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_suite.tools.batches import work_through

from .crm_customer_program_enrol import BATCH_SIZE

TOUCH_BATCH = 200
# Credit notes still come in when the last member is not observed any more.
MEASURED_DAYS = 90


class CrmCustomerProgram(models.Model):
    """Draft, running, paused, done; and the jobs that carry running programs on.

    Each batch is a transaction under a lock on its program, which also writes down what
    it did: killed in the middle it did nothing, and nobody does it a second time.
    """

    _inherit = "crm.customer.program"

    def action_start(self):
        """Run; the first customers are enrolled at once, the rest by the job."""
        self._check_step("draft")
        for program in self:
            if problem := next(program._problems(), None):
                raise UserError(problem)
            # sudo: all customers of the segment belong in, whoever starts it
            started = program.sudo()
            started._prepare_medium()
            started.write({"state": "running", "halt_reason": False})
            if started.date_start <= fields.Date.today():
                started._enrol_step({}, BATCH_SIZE)
        self._wake("cron_enrol_members", "cron_touch_members")

    def action_pause(self):
        self._check_step("running")
        # sudo: the state is written by actions alone
        self.sudo().write({"state": "paused", "halt_reason": False})

    def action_resume(self):
        self._check_step("paused")
        for program in self:
            if problem := next(program._problems(), None):
                raise UserError(problem)
        # sudo: the state is written by actions alone
        self.sudo().write({"state": "running", "halt_reason": False})
        self._wake("cron_enrol_members", "cron_touch_members")

    def action_finish(self):
        """Touch nobody any more; who is in is observed to the end."""
        self._check_step("running", "paused")
        # sudo: the state is written by actions alone
        self.sudo().write({"state": "done", "halt_reason": False})

    def action_measure(self):
        """Bring the figures up to date, at once where there are few members."""
        self.check_access("write")
        # sudo: members and orders are read as the job does
        for program in self.sudo():
            program.measured_on = False
            if program.enrolled_count <= BATCH_SIZE:
                program._measure_step(BATCH_SIZE, anew=True)
            else:
                program._forget_measures()
        self._wake("cron_measure_programs")

    def action_open_mailing(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "mailing.mailing",
            "res_id": self.mailing_id.id,
            "view_mode": "form",
        }

    def _check_step(self, *states: str) -> None:
        """The right to run programs, and one step at a time."""
        self.check_access("write")
        self.lock_for_update(allow_referencing=True)
        if any(program.state not in states for program in self):
            raise UserError(
                self.env._("The program has moved on meanwhile: look at it again.")
            )

    def _wake(self, *names: str) -> None:
        for name in names:
            # sudo: whoever runs a program may have its job begin
            self.env.ref(f"crm_loyalty.{name}").sudo()._trigger()

    def _halt(self, reason: str) -> None:
        """A stop that the program made itself, with its reason; nothing is lost."""
        self.write({"state": "paused", "halt_reason": reason})
        self._message_log(body=reason)

    @api.model
    def _cron_enrol(self, batch_size=BATCH_SIZE):
        self._end_overdue()
        came_to = {}
        work_through(
            lambda: self.search(self._to_enrol_domain()),
            lambda program: program._enrol_step(came_to, batch_size),
        )
        self._wake("cron_touch_members")

    @api.model
    def _cron_touch(self, batch_size=TOUCH_BATCH):
        def touch(program):
            try:
                program._touch_step(batch_size)
                self.env.flush_all()
            except UserError as error:
                # what was to be sent cannot be: nobody of this batch was touched
                self.env.cr.rollback()
                program._halt(str(error))

        self._end_overdue()
        work_through(lambda: self.search(self._to_touch_domain()), touch)

    @api.model
    def _cron_measure(self, batch_size=BATCH_SIZE):
        work_through(
            lambda: self.search(self._to_measure_domain()),
            lambda program: program._measure_step(batch_size),
        )

    @api.model
    def _to_enrol_domain(self) -> Domain:
        today = fields.Date.today()
        return (
            Domain("state", "=", "running")
            & Domain("date_start", "<=", today)
            & (
                Domain("enrolled_on", "=", False)
                | (Domain("recurring", "=", True) & Domain("enrolled_on", "<", today))
            )
        )

    @api.model
    def _to_touch_domain(self) -> Domain:
        due = self.env["crm.customer.program.member"]._due_domain()
        return Domain("state", "=", "running") & Domain("member_ids", "any", due)

    @api.model
    def _to_measure_domain(self) -> Domain:
        today = fields.Date.today()
        since = fields.Date.subtract(today, days=MEASURED_DAYS)
        return (
            Domain("state", "!=", "draft")
            & (Domain("measured_on", "=", False) | Domain("measured_on", "<", today))
            & Domain("member_ids", "any", [("observed_until", ">=", since)])
        )

    def _enrol_step(self, came_to: dict, batch_size: int) -> None:
        """One batch; when nobody is left, the day is done."""
        if problem := next(self._problems(), None):
            self._halt(problem)
            return
        came_to[self.id] = self._enrol(came_to.get(self.id), batch_size)
        if not any(last is not None for last in came_to[self.id].values()):
            self.enrolled_on = fields.Date.today()

    @api.model
    def _end_overdue(self) -> None:
        """Programs whose last day is over, where their company is."""
        ended = self.search(
            [
                ("state", "in", ("running", "paused")),
                ("date_end", "<=", fields.Date.today()),
            ]
        ).filtered(lambda program: program.date_end < program._today())
        ended = ended.try_lock_for_update(allow_referencing=True)
        ended.write({"state": "done", "halt_reason": False})
