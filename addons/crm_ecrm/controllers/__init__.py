from . import portal_idea, portal_voice
