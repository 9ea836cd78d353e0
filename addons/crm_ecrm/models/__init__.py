# Each theme builds on those before it.
from . import preference, entry, case, feedback, idea, insight, signal  # noqa: I001
from . import res_partner
