from . import test_program_sms
