from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Automatic mails that came in before headers were read count for nobody."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["ecrm.automatic.mail"]._note_earlier()
