from datetime import timedelta

from odoo import models

# What happens within it is the creation itself.
CREATION = timedelta(minutes=1)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _is_untouched(self) -> bool:
        """Whether nobody has worked on it since it was made."""
        self.ensure_one()
        made = self.create_date + CREATION
        return (
            self.active
            and self.won_status == "pending"
            and not self.activity_ids
            and not self.order_ids
            and all(message.date <= made for message in self.message_ids)
        )
