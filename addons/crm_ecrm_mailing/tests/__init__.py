from . import test_mailing_reading
