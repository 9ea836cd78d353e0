from . import ecrm_mailing_reading, ecrm_signal
