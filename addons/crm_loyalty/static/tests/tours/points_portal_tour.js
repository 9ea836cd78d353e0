import { registry } from "@web/core/registry";

/**
 * From the start of the page's content, by Tab alone. Above it, on a phone with Odoo's
 * website, lies a hidden menu: people's Tab passes it, that of the tour stops there.
 */
function focus(trigger) {
    return {
        content: `the keyboard reaches ${trigger}`,
        trigger,
        async run({ press }) {
            const content = document.querySelector("main");
            content.tabIndex = 0;
            content.focus();
            for (let tabs = 0; document.activeElement !== this.anchor; tabs++) {
                if (tabs > 100) {
                    throw new Error(`the keyboard does not reach ${trigger}`);
                }
                await press("Tab");
            }
        },
    };
}

/** Nothing sticks out of the screen, however narrow it is. */
const fits = {
    content: "the page is no wider than the screen",
    trigger: "h1",
    run() {
        const page = document.documentElement;
        if (page.scrollWidth > page.clientWidth) {
            throw new Error(`${page.scrollWidth} pixels in ${page.clientWidth}`);
        }
    },
};

registry.category("web_tour.tours").add("crm_loyalty_points_portal", {
    steps: () => [
        focus("a.o_points_account"),
        fits,
        { trigger: "a.o_points_account", run: "press Enter", expectUnloadPage: true },
        { trigger: "#points_available:contains('200 Points')" },
        { trigger: "#points_pending:contains('0 Points')" },
        { trigger: "#points_expiring:contains('200 Points')" },
        { trigger: ".o_points_line a[href^='/my/orders/']" },
        fits,
        focus("nav a[href$='sortby=points']"),
        {
            trigger: "nav a[href$='sortby=points']",
            run: "press Enter",
            expectUnloadPage: true,
        },
        { trigger: "nav a[href$='sortby=points'][aria-current='true']" },
        focus(".o_points_line a[href^='/my/orders/']"),
        {
            trigger: ".o_points_line a[href^='/my/orders/']",
            run: "press Enter",
            expectUnloadPage: true,
        },
        { trigger: ".o_portal_sale_sidebar" },
    ],
});
