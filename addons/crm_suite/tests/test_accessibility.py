from odoo.tests import tagged

from .accessibility import AccessibilityCase


@tagged("post_install", "-at_install")
class TestAccessibility(AccessibilityCase):
    """What looks at pages sees what is planted there."""

    def test_faults_are_found(self):
        plant = """
            document.body.innerHTML = `<main style="background: white">
                <input><p style="color: #eee">Pale</p>
                <div style="width: 2000px">Wide</div></main>`;
        """
        found = self._look_at(["/web/login"], within="main", plant=plant)
        rules = {(one["width"], one["rule"]) for one in found}
        for width in (1200, 390):
            for rule in ("label", "color-contrast", "wider than the screen"):
                self.assertIn((width, rule), rules)

    def test_good_is_let_through(self):
        plant = """
            document.body.innerHTML = `<main style="background: white">
                <label>Name <input></label><p style="color: #111">Plain</p></main>`;
        """
        self.assertAccessible(["/web/login"], within="main", plant=plant)

    def test_what_follows_a_form_is_looked_at(self):
        sent = ("/web/login", "form.oe_login_form", {"login": "x", "password": "y"})
        found = self._look_at(
            [sent],
            within="main",
            widths=[390],
            plant="""
            if (document.querySelector(".alert-danger")) {
                document.body.innerHTML = `<main><input></main>`;
            }
        """,
        )
        self.assertIn("label", {one["rule"] for one in found})
        found = self._look_at([("/web/login", "#no_such", {})], widths=[390])
        self.assertEqual([one["rule"] for one in found], ["no such form"])
