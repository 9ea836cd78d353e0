"""Pages as those meet them who do not see or point, or read on a phone.

axe-core looks at them in the browser of Odoo's tests; what it finds serious is a fault.
"""

import importlib.util
import json
import unittest
from pathlib import Path
from unittest.mock import patch

from odoo.tests import HttpCase
from odoo.tests.common import ChromeBrowser

# of the development's requirements; a company's server has no use for it
FOUND = importlib.util.find_spec("axe_core_python")
SAID = "axe found "
LOOK = """
(async ({source, pages, missing, widths, within, language, plant}) => {
    const axe = await (await fetch(source)).text();
    const found = [];
    for (const {page, form, typed} of pages) {
        const frame = document.createElement("iframe");
        frame.style.cssText = `width: ${widths[0]}px; height: 900px; border: 0`;
        document.body.append(frame);
        const loaded = (go) => new Promise((done) => {
            frame.onload = done;
            go();
        });
        await loaded(() => (frame.src = page));
        if (form) {
            const sent = frame.contentDocument.querySelector(form);
            if (!sent) {
                found.push({page, width: widths[0], rule: "no such form", where: form});
                continue;
            }
            for (const [name, value] of Object.entries(typed)) {
                const field = sent.elements[name];
                field[field.type === "checkbox" ? "checked" : "value"] = value;
            }
            await loaded(() => sent.submit());
        }
        const view = frame.contentWindow;
        const root = view.document.documentElement;
        const [visit] = view.performance.getEntriesByType("navigation");
        view.eval(plant);
        view.eval(axe);
        for (const width of widths) {
            const add = (rule, where) => found.push({page, width, rule, where});
            const status = visit.responseStatus;
            if (status !== 200 && !missing.includes(page)) {
                add("no such page", [status]);
                continue;
            }
            frame.style.width = `${width}px`;
            if (root.scrollWidth > root.clientWidth) {
                add("wider than the screen", [`${root.scrollWidth} pixels`]);
            }
            if (language && root.lang !== language) {
                add("language", [root.lang]);
            }
            const {violations} = await view.axe.run(within, {
                resultTypes: ["violations"],
            });
            for (const {id, impact, nodes} of violations) {
                if (impact === "serious" || impact === "critical") {
                    add(id, nodes.map((node) => `${node.target}: ${node.html}`));
                }
            }
        }
        frame.remove();
    }
    console.log(SAID + JSON.stringify(found));
    console.log("test successful");
})
"""


@unittest.skipUnless(FOUND, "axe-core-python is not installed")
class AccessibilityCase(HttpCase):
    """For the pages of any add-on::

    self.assertAccessible(["/my/deals"], login="somebody")
    """

    def _speak(self, user, language: str):
        """Pages are in this language for the user, also where a website shows them."""
        lang = self.env["res.lang"]._activate_lang(language)
        if "website" in self.env:
            self.env["website"].search([]).language_ids |= lang
        user.lang = language

    def assertAccessible(self, pages, login=None, **options):
        found = self._look_at(pages, login, **options)
        lines = [
            "{page} at {width}: {rule}: {where}".format(**one)  # noqa: UP032
            for one in found
        ]
        self.assertFalse(found, "\n".join(lines))

    def _look_at(
        self,
        pages,
        login=None,
        within="#wrap",
        widths=(1200, 390),
        lang="",
        missing=(),
        plant="",
    ) -> list[dict]:
        """What is wrong with pages: where, at which width, by which rule.

        :param pages: addresses; or what follows when a form of one is sent, as address,
            form and what is typed into it
        :param within: the part of the page that is looked at
        :param lang: the language that the page must say it is in, as `fa-IR`
        :param missing: those of the pages that say that something is not there
        :param plant: a script that is run on each page before
        """
        axe = Path(FOUND.submodule_search_locations[0], "axe.min.js")
        source = self.env["ir.attachment"].create(
            {"name": "axe", "raw": axe.read_bytes(), "public": True}
        )
        options = {
            "source": f"/web/content/{source.id}",
            "pages": [_visit(page) for page in pages],
            "missing": list(missing),
            "widths": list(widths),
            "within": within,
            "language": lang,
            "plant": plant,
        }
        code = LOOK.replace("SAID", json.dumps(SAID)).strip()
        said = []
        listen = ChromeBrowser._handle_console

        def hear(browser, type, args=None, **details):
            said.append(str(args[0].get("value")) if args else "")
            listen(browser, type, args=args, **details)

        with patch.object(ChromeBrowser, "_handle_console", hear):
            self.browser_js(
                "/web/login", f"{code}({json.dumps(options)})", login=login, timeout=180
            )
        told = [text.removeprefix(SAID) for text in said if text.startswith(SAID)]
        return json.loads(told[0])


def _visit(page) -> dict:
    page, form, typed = (page, "", {}) if isinstance(page, str) else page
    return {"page": page, "form": form, "typed": typed}
