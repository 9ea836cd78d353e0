from . import test_conflicts, test_registrations
