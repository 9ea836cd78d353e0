import { registry } from "@web/core/registry";

const outcome = (text) => ({
    content: `It ended so: ${text}`,
    trigger: `.o_form_view .o_field_widget[name=outcome]:contains(${text})`,
});

const reason = (text) => ({
    content: "Say why",
    trigger: ".modal .o_field_widget[name=reason] textarea",
    run: `edit ${text}`,
});

const confirmReason = {
    content: "Confirm the decision",
    trigger: ".modal button[name=action_confirm]",
    run: "click",
};

const confirmOrder = {
    content: "Confirm the quotation",
    trigger: ".o_form_view .o_statusbar_buttons button[name=action_confirm]:visible",
    run: "click",
};

registry.category("web_tour.tours").add("crm_distribution_conflict", {
    steps: () => [
        {
            content: "Ask whether somebody was promised this customer",
            trigger: ".o_form_view button[name=action_ask_channel]:visible",
            run: "click",
        },
        {
            content: "The holder is named, and what was promised",
            trigger: ".o_notification:contains(Ymir):contains(Kaveh Steel)",
        },
        {
            content: "Close it",
            trigger: ".o_notification .o_notification_close",
            run: "click",
        },
        confirmOrder,
        {
            content: "It is refused, with the reason and what can be done",
            trigger: ".modal:contains(cannot be confirmed):contains(Ymir):contains(override)",
        },
        {
            trigger: ".modal .modal-footer button",
            run: "click",
        },
        {
            content: "Open what stands against it",
            trigger: ".o_form_view button[name=action_open_channel_conflicts]",
            run: "click",
        },
        {
            content: "Both sides, and the proof",
            trigger: ".o_form_view:contains(Ymir) .o_field_widget[name=facts_text]:contains(Kaveh Steel)",
        },
        {
            content: "Decide",
            trigger: ".o_form_view button[name=action_decide]",
            run: "click",
        },
        {
            content: "The holder keeps it",
            trigger: ".modal .o_field_widget[name=outcome] .o_radio_input[data-value=holder]",
            run: "click",
        },
        reason("Registered first"),
        confirmReason,
        outcome("The holder keeps it"),
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Decided)",
        },
        {
            content: "Let it pass this once",
            trigger: ".o_form_view button[name=action_override]",
            run: "click",
        },
        reason("Ymir agrees in writing"),
        confirmReason,
        outcome("Overridden"),
        {
            content: "Back to the quotation",
            trigger: ".o_breadcrumb .o_back_button, .o_breadcrumb a:last",
            run: "click",
        },
        confirmOrder,
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Sales Order)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_distribution_answer", {
    steps: () => [
        {
            content: "A message waits",
            trigger: ".o_data_row:contains(They decide in May)",
        },
        {
            content: "Open what it is about",
            trigger: ".o_data_row:contains(They decide in May) td[name=text]",
            run: "click",
        },
        {
            content: "Write back",
            trigger: ".o_form_view button[name=action_write_message]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=text] textarea",
            run: "edit Send us their letter",
        },
        {
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        {
            content: "It is kept beside the other",
            trigger: ".o_form_view .o_notebook .nav-link[name=messages]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=talk_ids] .o_data_row:contains(Send us their letter)",
        },
        {
            trigger: ".o_field_widget[name=talk_ids] .o_data_row:contains(They decide in May)",
        },
    ],
});
