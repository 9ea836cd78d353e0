from . import portal_lead
