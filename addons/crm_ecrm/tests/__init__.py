# preference
# entry
from .entry import test_portal_list

# case
# feedback
# idea
from .idea import test_idea_tours, test_ideas, test_portal_ideas

# insight
from .insight import test_insights
from .preference import test_portal_preferences, test_preferences

# signal
from .signal import test_signals, test_voice_digest
