from odoo.tests import tagged

from odoo.addons.crm_suite.tests.accessibility import AccessibilityCase

from .loyal_common import PAGE, LoyalCommon


@tagged("post_install", "-at_install")
class TestLoyalAccessibility(LoyalCommon, AccessibilityCase):
    """The customer's own page, with something in each of its parts."""

    def test_the_page_from_both_sides(self):
        self._touch(self._tell(self.harbour))
        for user in (self.emma, self.noah):
            user.password = user.login
        self.env.flush_all()
        decline = "form[action$=decline]"
        self.assertAccessible([PAGE, f"{PAGE}?whose=mine"], "emma", lang="en-US")
        self._speak(self.noah, "fa_IR")
        self.env.flush_all()
        self.assertAccessible([PAGE, (PAGE, decline, {})], "noah", lang="fa-IR")
