from . import test_protected
