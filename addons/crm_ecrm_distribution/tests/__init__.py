from . import test_returns_by_intermediary
