from . import test_resellers, test_resellers_portal
