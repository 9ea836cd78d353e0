import { registry } from "@web/core/registry";
import { fits, focus } from "@crm_suite/../tests/tours/portal_steps";

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
