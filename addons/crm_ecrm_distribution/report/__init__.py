from . import ecrm_return
