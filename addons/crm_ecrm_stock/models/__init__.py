from . import ecrm_touchpoint
