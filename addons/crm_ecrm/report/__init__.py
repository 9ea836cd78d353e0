from . import ecrm_engagement, ecrm_entry, ecrm_signal
