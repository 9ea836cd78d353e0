import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("crm_distribution_agree_plan", {
    steps: () => [
        {
            content: "A plan waits",
            trigger: "a[href='/my/channel/targets']:contains(A plan waits for your answer)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Its quarters and what both sides do",
            trigger: ".o_joint_plan:contains(250.00):contains(1,000.00):contains(We train)",
        },
        {
            content: "Agree",
            trigger: ".o_joint_plan button[value=agree]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is agreed, and counts",
            trigger: ".o_joint_plan[data-state=agreed] .alert-success:contains(Agreed:)",
        },
        {
            trigger: ".o_joint_plan td:contains(Attained)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_distribution_scorecard", {
    steps: () => [
        {
            content: "Open the intermediary's months",
            trigger: ".o_list_view .o_group_header:contains(Xenon Works) .o_group_name",
            run: "click",
        },
        {
            content: "What it bought in the month",
            trigger: ".o_list_view .o_data_row:contains(Xenon Works) td[name=sell_in] button:contains(500)",
        },
        {
            content: "The card of the month",
            trigger: ".o_list_view .o_data_row:contains(Xenon Works) td[name=month]",
            run: "click",
        },
        {
            content: "Attained of the quarter that was agreed",
            trigger: ".o_form_view .o_field_widget[name=attainment_text]:contains(600.0 %)",
        },
        {
            content: "Open what makes the sell-in",
            trigger: ".o_form_view .o_field_widget[name=sell_in] button",
            run: "click",
        },
        {
            content: "The line of the invoice",
            trigger: ".o_list_view:contains(Invoiced to Xenon Works) .o_data_row:contains(Xenon Works) td[name=quantity]:contains(5)",
            run: "click",
        },
        {
            content: "and the invoice itself",
            trigger: ".o_form_view .o_field_widget[name=partner_id]:contains(Xenon Works)",
        },
    ],
});
