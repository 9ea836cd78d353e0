import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("crm_loyalty_offer_advice", {
    steps: () => [
        {
            content: "The advice says to wait, and why",
            trigger: "[name=offer_advice]:contains('buys anyway every 30 days')",
        },
        {
            content: "Overrule it",
            trigger: "[name=offer_advice] button[name=action_overrule_advice]",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal [name=reason] textarea",
            run: "edit Asked for a better price",
        },
        {
            trigger: ".modal button[name=action_overrule]",
            run: "click",
        },
        {
            content: "The quotation shows who overruled it",
            trigger: "[name=offer_overrule_text]:contains('Asked for a better price')",
        },
    ],
});
