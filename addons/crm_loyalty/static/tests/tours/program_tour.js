import { registry } from "@web/core/registry";

import { isSaid, openCrm, openMenu } from "./value_tour_steps";

const press = (name, content) => ({
    content,
    trigger: `.modal button[name=${name}]:visible`,
    run: "click",
});

registry.category("web_tour.tours").add("crm_loyalty_program", {
    steps: () => [
        ...[openCrm()].flat(),
        ...openMenu("crm_loyalty.menu_loyalty", "crm_loyalty.menu_programs"),
        {
            content: "Begin a new program",
            trigger: ".o_control_panel button:contains(New Campaign)",
            run: "click",
        },
        {
            content: "Keeping customers is chosen already",
            trigger: ".modal .o_field_widget[name=kind] .o_radio_input:checked[data-value=retention]",
        },
        {
            content: "Who can be reached is said at the beginning",
            trigger: ".modal .o_field_widget[name=reach_words]:visible:contains(can be reached)",
        },
        press("action_next", "On to the customers"),
        {
            content: "A customers due this week are there",
            trigger: ".modal .o_field_widget[name=customer_count]:contains(/[1-9]/)",
        },
        press("action_next", "On to touch and offer"),
        {
            content: "The text is written already",
            trigger: ".modal .o_field_widget[name=message]:contains(You usually order)",
        },
        {
            content: "What a member will read is shown",
            trigger: ".modal .o_field_widget[name=preview]:contains(Unsubscribe)",
        },
        press("action_send_test", "Read it oneself first"),
        {
            trigger: ".o_notification:contains(A test is on its way)",
        },
        press("action_create_and_start", "Start it"),
        {
            content: "It runs",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Running)",
        },
        {
            content: "Customers are enrolled",
            trigger: "button .o_field_widget[name=enrolled_count]:contains(/[1-9]/)",
        },
        {
            content: "Read the figures",
            trigger: "button[name=action_measure]",
            run: "click",
        },
        isSaid("rate_words", "Too early to tell"),
        {
            content: "Look at the members",
            trigger: "button:has(.o_field_widget[name=enrolled_count])",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row",
        },
    ],
});

registry.category("web_tour.tours").add("crm_loyalty_program_of_segment", {
    steps: () => [
        {
            content: "Start a program from the segment",
            trigger: ".o_form_view button:contains(Start a Campaign)",
            run: "click",
        },
        {
            content: "Win them back",
            trigger: ".modal .o_field_widget[name=kind] .o_radio_input[data-value=win_back]",
            run: "click",
        },
        press("action_next", "On to the customers"),
        {
            content: "The segment is chosen",
            trigger: ".modal .o_field_widget[name=segment_id] input:value(Tagged)",
        },
        press("action_next", "On to touch and offer"),
        {
            trigger: ".modal .o_field_widget[name=script]:contains(Ask why they left)",
        },
        press("action_create_draft", "Keep it as a draft"),
        {
            content: "A draft",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Draft)",
        },
        {
            content: "Start it from its page",
            trigger: "button[name=action_start]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Running)",
        },
    ],
});
