# case
from . import portal_case
