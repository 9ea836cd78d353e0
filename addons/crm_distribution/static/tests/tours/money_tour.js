import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("crm_distribution_settle", {
    steps: () => [
        {
            content: "Begin a payment run",
            trigger: ".o_control_panel button:contains(Payment Run)",
            run: "click",
        },
        {
            content: "What is due, what is not and why",
            trigger: ".modal table:contains(Xenon):contains(160.00)",
        },
        {
            trigger: ".modal table:contains(Ymir):contains(Nothing is due)",
        },
        {
            content: "Make the statements",
            trigger: ".modal button[name=action_run]",
            run: "click",
        },
        {
            content: "Look through the lines, and hold one",
            trigger: ".o_form_view:contains(Xenon) .o_data_row:contains(60.00) button[name=action_dispute]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit The customer was ours before.",
        },
        {
            trigger: ".modal button[name=action_confirm]:visible",
            run: "click",
        },
        {
            content: "The line waits, the others do not",
            trigger: ".o_form_view .o_data_row:contains(In Dispute)",
        },
        {
            content: "Draft the bill of what is left",
            trigger: ".o_form_view button[name=action_draft_bill]:visible",
            run: "click",
        },
        {
            content: "It is a vendor bill of the intermediary",
            trigger: ".o_form_view .o_field_widget[name=partner_id]:contains(Xenon), .o_form_view .o_field_widget[name=partner_id] input:value(Xenon)",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=invoice_line_ids]:contains(100.00)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_distribution_see_statement", {
    steps: () => [
        {
            content: "What was earned",
            trigger: ".o_money_earned:contains(160.00)",
        },
        {
            content: "Open the statement",
            trigger: "a[href^='/my/channel/statement/']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Its lines, and what is in dispute",
            trigger: "main:contains(60.00):contains(In Dispute):contains(Billed)",
        },
    ],
});
