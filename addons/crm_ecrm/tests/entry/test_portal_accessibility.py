import re
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import tagged

from odoo.addons.crm_suite.tests.accessibility import AccessibilityCase
from odoo.addons.crm_suite.tools.links import sign_link

from ..case.case_common import CaseCommon
from ..feedback.feedback_common import FeedbackCommon
from ..voice_common import VoiceCommon

FEEDBACK = "form.o_voice_feedback_form"
PREFERENCES = "form.o_voice_preferences"
RENEW = "form[action$=renew]"
WRITE = "form:has([name=text])"
# a language is called by its own name
OWN_NAMES = {"English", "US", "Persian"}
SHOWN = ("placeholder", "title", "aria-label", "alt")


@tagged("post_install", "-at_install")
class TestPortalAccessibility(
    VoiceCommon, CaseCommon, FeedbackCommon, AccessibilityCase
):
    """Each page for customers, with and without something on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("crm_ecrm.form_seconds", "0")
        cls.team.calendar_id = cls._hours((0, 24), days="0123456")
        cls.company.name = "شرکت ما"
        cls.agent.name = "آوا"
        cls.emma.write({"password": "emma", "name": "اما"})
        cls.nasrin.password = "nasrin"
        cls.person = cls.emma.partner_id
        category = cls.env["ecrm.case.category"].create({"name": "تحویل"})
        cls.category = category
        cls.ideas.search([]).sudo().unlink()

    def _case(self, name="پمپ نشتی دارد", **values):
        values = {"description": "از دوشنبه نشتی دارد.", **values}
        return self._receive(self.person, name=name, **values)

    def _cases(self):
        """One in each of its states."""
        late = fields.Datetime.now() - timedelta(days=9)
        category = self.category.id
        fresh, waiting, solved, closed, merged, old = (
            self._case(name, **values)
            for name, values in (
                ("تازه", {"category_id": category, "visibility": "company"}),
                ("در انتظار", {}),
                ("حل‌شده", {}),
                ("بسته", {}),
                ("ادغام‌شده", {}),
                ("دیر", {"opened_on": late}),
            )
        )
        said = {"user": self.agent}
        waiting._say("کدام پمپ؟", **said, then="waiting")
        fresh._say("بررسی می‌کنیم.", **said, files=[("نامه.txt", b"x")])
        for case in (solved, closed):
            case._say("یکی نو فرستادیم.", **said, then="solved")
        closed._close("customer")
        merged.with_user(self.leader)._merge_into(fresh)
        old._read_clocks()
        return fresh | waiting | solved | closed | merged | old

    def _some_feedback(self):
        """Asked; answered a while ago; a low score that somebody looks after."""
        touchpoint = self._make_touchpoint(
            name="خرید شما",
            metric="nps",
            question_1="چه چیزی بهتر شود؟",
            dimension_ids=[
                (6, 0, self.env.ref("crm_ecrm.dimension_speed").ids),
            ],
            reason_ids=[
                (0, 0, {"name": "دیر رسید", "shown_for": "low"}),
                (0, 0, {"name": "برخورد خوب کارکنان و پاسخ‌گویی تلفنی"}),
            ],
        )
        asked, low, done = (
            self._asked(touchpoint, self.person, name="خرید شما")
            # as on the person's own page
            .with_context(lang=self.person.lang)
            for _place in range(3)
        )
        long_ago = fields.Datetime.now() - timedelta(days=2)
        low._accept({"score": 1, "comment": "دیر رسید", "medium": "link"}, long_ago)
        done._accept({"score": 9, "comment": "خوب", "medium": "link"}, long_ago)
        return asked | low | done

    def _some_ideas(self):
        voters = self._voters(3)
        wish, planned, no = (
            self._idea(name, voters, partner_id=self.person.id, description="برای همه")
            for name in ("ساعت تحویل را برگزینیم", "رنگ دیگر", "رایگان")
        )
        part = self._idea("ساعت تحویل", partner_id=self.person.id)
        part.with_user(self.leader)._merge_into(wish)
        wish.sudo()._comment(self.person, "دو ساعت کافی است")
        tomorrow = fields.Date.today() + timedelta(days=60)
        planned.with_user(self.leader)._answer("planned", "در بهار", tomorrow)
        no.with_user(self.leader)._answer("declined", "گران است")
        new = self.ideas.create({"name": "نو", "partner_id": self.person.id})
        return wish | planned | no | part | new

    def _path(self, link):
        return re.search(r"/voice/.*", link)[0]

    def _pages(self):
        """Every page that there is, for Emma."""
        cases, ideas = self._cases(), self._some_ideas()
        feedback = self._some_feedback()
        person = self.person
        given = {("email", "marketing"): True, ("email", "survey"): True}
        self.consents._say(person, given, "portal", lang=person.lang)
        requests = self.env["ecrm.consent.request"]
        requests._ask(person, [("sms", "marketing")])
        request = requests.search([("partner_id", "=", person.id)])
        confirm = f"/voice/consent/{sign_link(request, person, 'confirm', 1)}"
        requests._ask_account(person, cases[0])
        wish = requests.search([("kind", "=", "account")])
        account = f"/voice/account/{sign_link(wish, person, 'account', 1)}"
        linked = self._path(cases[2]._link())
        sheet = self._path(self.env["ecrm.preference"]._of(person)._link())
        stop = f"{FEEDBACK}:not(:has(legend))"
        asked = self._path(feedback[0]._link())
        self.env.flush_all()
        return [
            "/my/voice",
            "/my/voice?search=zzz",
            "/my/voice/figures",
            "/my/voice/figures?whose=mine",
            *(case._portal_url() for case in cases),
            *(one._portal_url() for one in feedback),
            *(one._portal_url() for one in ideas),
            "/my/voice/ideas",
            "/my/voice/idea/new",
            "/my/voice/case/new",
            "/my/voice/preferences",
            "/voice/complain",
            "/voice/complain/thanks",
            *(self._path(one._link()) for one in (cases[2], feedback[0], feedback[2])),
            "/voice/feedback/nothing",
            f"/voice/idea/{sign_link(ideas[0], person, 'idea', 1)}",
            sheet,
            confirm,
            # what is answered, and what is refused
            ("/voice/complain", ".o_voice_form", {"name": ""}),
            ("/my/voice/case/new", ".o_voice_form", {"name": ""}),
            ("/my/voice/idea/new", ".o_voice_new_idea", {"name": ""}),
            ("/my/voice/idea/new", ".o_voice_new_idea", {"name": "ساعت تحویل"}),
            (cases[2]._portal_url(), WRITE, {"text": ""}),
            (asked, stop, {}),
            (asked, FEEDBACK, {"score": "8"}),
            (feedback[0]._portal_url(), FEEDBACK, {"score": "0"}),
            ("/voice/feedback/nothing", RENEW, {"email": "a@b.example"}),
            (sheet, PREFERENCES, {"marketing_post": True, "survey_email": False}),
            ("/my/voice/preferences", PREFERENCES, {"quiet": True, "quiet_from": ""}),
            ("/my/voice/preferences", PREFERENCES, {"survey_phone": True}),
            (confirm, f"form[action$='{confirm}']", {}),
            account,
            (account, f"form[action$='{account}']", {}),
            (linked, f"form[action$='{linked}/agree']", {"agree_news": True}),
        ]

    def _missing(self):
        return [
            "/my/voice/case/nothing",
            "/my/voice/feedback/nothing",
            "/my/voice/idea/nothing",
            "/voice/case/nothing",
            "/voice/idea/nothing",
            "/voice/preferences/nothing",
            "/voice/consent/nothing",
            "/voice/account/nothing",
        ]

    def _look(self, language):
        missing = self._missing()
        pages = [*missing, *self._pages()]
        self.assertAccessible(pages, "emma", missing=missing, lang=language)
        self.assertAccessible(["/my"], "emma", within=".o_voice_home")

    def test_pages_with_data(self):
        self._look("en-US")

    def test_pages_from_right_to_left(self):
        self._speak(self.emma, "fa_IR")
        self._look("fa-IR")

    def test_pages_without_data(self):
        self.env.flush_all()
        pages = [
            "/my/voice",
            "/my/voice/figures",
            "/my/voice/ideas",
            "/my/voice/preferences",
            "/voice/feedback/nothing",
        ]
        self.assertAccessible(pages, "nasrin", lang="en-US")
        self.assertAccessible(["/voice/complain", "/voice/complain/thanks"])

    def test_pages_in_persian_hold_no_english(self):
        module = self.env["ir.module.module"].search([("name", "=", "crm_ecrm")])
        self._speak(self.emma, "fa_IR")
        module._update_translations(["fa_IR"])
        pages = [page for page in self._pages() if isinstance(page, str)]
        self.authenticate("emma", "emma")
        for page in [*pages, *self._missing()]:
            with self.subTest(page):
                self.assertFalse(self._english(self.url_open(page).content))

    def test_pages_in_persian_have_digits_of_one_kind(self):
        """Those of Odoo's own dates and amounts: none stand in what is translated."""
        module = self.env["ir.module.module"].search([("name", "=", "crm_ecrm")])
        self._speak(self.emma, "fa_IR")
        module._update_translations(["fa_IR"])
        pages = [page for page in self._pages() if isinstance(page, str)]
        self.authenticate("emma", "emma")
        for page in pages:
            with self.subTest(page):
                (wrap,) = html.fromstring(self.url_open(page).content).xpath(
                    "//*[@id='wrap']"
                )
                for skipped in wrap.xpath(".//script | .//style"):
                    skipped.drop_tree()
                self.assertFalse(re.findall(r"[۰-۹٠-٩]", wrap.text_content()))

    def test_a_link_speaks_the_language_of_whom_it_was_sent_to(self):
        """Not of the browser that opens it: the words around it are his as well."""
        self.authenticate(None, None)
        link = self._path(self._case()._link())
        self.env.flush_all()
        for language in ("en_US", "fa_IR"):
            self._speak(self.emma, language)
            self.env.flush_all()
            root = html.fromstring(self.url_open(link).content)
            self.assertEqual(root.get("lang"), language.replace("_", "-"))

    def test_a_language_without_pages_is_not_spoken(self):
        """A contact may read what the site is not offered in."""
        self.authenticate(None, None)
        self.env["res.lang"]._activate_lang("fa_IR")
        self.person.lang = "fa_IR"
        link = self._path(self._case()._link())
        self.env.flush_all()
        self.assertEqual(self.url_open(link).status_code, 200)

    def _english(self, page) -> set[str]:
        """Words of Latin letters among ours; what was typed is Persian here."""
        (wrap,) = html.fromstring(page).xpath("//*[@id='wrap']")
        for skipped in wrap.xpath(".//script | .//style"):
            skipped.drop_tree()
        told = [wrap.text_content()]
        for name in SHOWN:
            told += wrap.xpath(f".//@{name}")
        words = re.findall(r"(?<![\w@./-])[A-Za-z]{2,}(?![\w@])", " ".join(told))
        return set(words) - OWN_NAMES
