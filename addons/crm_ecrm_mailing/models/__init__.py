from . import mailing_mailing, res_partner
