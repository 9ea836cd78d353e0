import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("crm_ecrm_customer_votes", {
    steps: () => [
        {
            content: "The portal's first page leads to the ideas",
            trigger: ".o_portal_index_card a[href='/my/voice/ideas']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Have one of your own",
            trigger: "a[href='/my/voice/idea/new']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "While you type, what others want is shown",
            trigger: "#idea_name",
            run: "edit Let me choose the hour of delivery",
        },
        {
            content: "Go there instead",
            trigger: ".o_voice_similar a:contains(Choose the hour of a delivery)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Nobody has voted",
            trigger: ".o_voice_votes:contains(0)",
        },
        {
            content: "Vote",
            trigger: ".o_voice_vote button[value='1']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It counts",
            trigger: ".o_voice_votes:contains(1)",
        },
        {
            content: "Say what you think",
            trigger: "#idea_text",
            run: "edit Two hours are fine",
        },
        {
            content: "Send it",
            trigger: "form[action$='/comment'] button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "You see it, others not yet",
            trigger: "li:contains(Two hours are fine) .badge:contains(Seen by You Only)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_ecrm_leader_answers", {
    steps: () => [
        {
            content: "Open the idea",
            trigger: ".o_kanban_record:contains(Choose the hour of a delivery)",
            run: "click",
        },
        {
            content: "Say what becomes of it",
            trigger: ".o_statusbar_buttons button:contains(Answer)",
            run: "click",
        },
        {
            content: "It is done",
            trigger: ".modal .o_radio_input[data-value=shipped]",
            run: "click",
        },
        {
            content: "In words for customers",
            trigger: ".modal .o_field_widget[name=answer] textarea",
            run: "edit From Monday on",
        },
        {
            content: "Tell the voters",
            trigger: ".modal button[name=action_answer]",
            run: "click",
        },
        {
            content: "The answer stands there",
            trigger: ".o_field_widget[name=answer]:contains(From Monday on)",
        },
        {
            content: "Its status is new",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Done)",
        },
    ],
});
