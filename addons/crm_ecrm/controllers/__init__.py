from . import portal_case, portal_feedback
