from . import ecrm_entry_mixin
