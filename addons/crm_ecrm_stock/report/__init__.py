from . import ecrm_return, ecrm_signal
