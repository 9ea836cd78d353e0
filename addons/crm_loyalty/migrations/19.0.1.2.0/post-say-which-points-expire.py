from odoo import SUPERUSER_ID, api
from odoo.tools import convert_file

NOTICE = "crm_loyalty.mail_template_points_expire"


def migrate(cr, version):
    """The notice says how many points expire on which day, unless it was rewritten."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    template = env.ref(NOTICE, raise_if_not_found=False)
    if template and template.write_uid.id == SUPERUSER_ID:
        convert_file(env, "crm_loyalty", "data/mail_template.xml", None, mode="init")
