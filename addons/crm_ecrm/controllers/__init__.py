from . import portal_case, portal_feedback, portal_idea, portal_voice, portal_wish
