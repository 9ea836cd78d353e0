from . import ecrm_coverage, ecrm_entry, ecrm_loop, ecrm_return, ecrm_satisfaction
