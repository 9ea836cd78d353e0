from . import ecrm_complaint_rate, ecrm_entry, ecrm_resolution
