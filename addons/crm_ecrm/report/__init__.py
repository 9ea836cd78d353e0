from . import ecrm_entry
