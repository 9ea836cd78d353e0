# case
from . import ecrm_case_answer
