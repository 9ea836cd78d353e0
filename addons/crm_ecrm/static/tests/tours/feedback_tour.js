import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("crm_ecrm_feedback_answer", {
    steps: () => [
        {
            content: "The question is asked, and nothing is wider than the phone",
            trigger: "form.o_voice_feedback_form legend:contains(recommend)",
            run() {
                const root = document.documentElement;
                if (root.scrollWidth > root.clientWidth) {
                    throw new Error(`${root.scrollWidth} px of ${root.clientWidth}`);
                }
            },
        },
        {
            content: "Choose a score",
            trigger: "form:not(:has(.o_voice_reasons:visible)) label[for=voice_score_10]",
            run: "click",
        },
        {
            content: "Choose a reason of high scores",
            trigger: ".o_voice_reason:not([data-shown=low]):visible label:contains(Fast)",
            run: "click",
        },
        {
            content: "Choose another score",
            trigger: "label[for=voice_score_8]",
            run: "click",
        },
        {
            content: "Reasons of high scores are gone, those of others are there; tick one by keyboard",
            trigger:
                ".o_voice_reasons:not(:has([data-shown=high]:visible)):has([data-shown=low]:visible) label:contains(Staff)",
            async run({ press }) {
                const box = this.anchor.previousElementSibling;
                box.focus();
                if (document.activeElement !== box) {
                    throw new Error("The box takes no focus");
                }
                await press("Space");
            },
        },
        {
            content: "It is ticked",
            trigger: ".o_voice_reason:has(input:checked) label:contains(Staff)",
        },
        {
            content: "Say why",
            trigger: "#voice_comment",
            run: "edit Quick enough",
        },
        {
            content: "The page has told that somebody is there",
            trigger: "form:has(legend) input[name=gesture]:not([value='']):not(:visible)",
        },
        {
            content: "Send it",
            trigger: "form.o_voice_feedback_form:has(legend) button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It was taken",
            trigger: ".alert-success:contains(saved)",
        },
        {
            content: "The score is shown",
            trigger: ".o_voice_score:contains(8)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_ecrm_drivers", {
    steps: () => [
        {
            content: "Have the drivers computed",
            trigger: "button[name=action_refresh_drivers]",
            run: "click",
        },
        {
            content: "See what the score hangs on",
            trigger: ".nav-link:contains(Drivers)",
            run: "click",
        },
        {
            content: "Its share is told",
            trigger: ".o_field_widget[name=driver_reading]:contains(explain)",
        },
        {
            content: "Each dimension has its place; open the answers of one",
            trigger: ".o_importance_point:contains(Speed of Tour) circle",
            run: "click",
        },
        {
            content: "Its marks are listed",
            trigger: ".o_list_view .o_data_row:contains(Speed of Tour)",
        },
        {
            content: "Open one answer",
            trigger: ".o_list_view .o_data_row:contains(Speed of Tour) .o_data_cell[name=feedback_id]",
            run: "click",
        },
        {
            content: "It is the customer's",
            trigger: ".o_form_view .o_field_widget[name=partner_id]:contains(Kaveh)",
        },
    ],
});

// A customer is lost: noted at the contact, called, and what he said is feedback.
registry.category("web_tour.tours").add("crm_ecrm_departure", {
    steps: () => [
        {
            content: "At the contact of the lost customer",
            trigger: ".o_form_view .o_cp_action_menus i.fa-cog",
            run: "click",
        },
        {
            content: "Ask why",
            trigger: ".o_menu_item:contains(Ask Why They Left)",
            run: "click",
        },
        {
            content: "It is said what will happen",
            trigger: ".modal:contains(Each company once in half a year) button[name=action_note]",
            run: "click",
        },
        {
            content: "The page of the call has the questions",
            trigger: ".o_form_view .o_field_widget[name=question_1]:contains(decide to leave)",
        },
        {
            content: "What he says is written down",
            trigger: ".o_field_widget[name=answer_1] textarea",
            run: "edit You came too late, twice.",
        },
        {
            content: "The reason",
            trigger: ".o_field_widget[name=reason_id] input",
            run: "edit Late, of the Tour",
        },
        {
            content: "One of those that there are",
            trigger: ".o-autocomplete--dropdown-item:contains(Late, of the Tour)",
            run: "click",
        },
        {
            content: "The call is over",
            trigger: "button[name=action_record]",
            run: "click",
        },
        {
            content: "It is feedback by phone",
            trigger: ".o_form_view .o_field_widget[name=medium]:contains(Phone)",
        },
        {
            content: "In his words",
            trigger: ".o_form_view:contains(You came too late)",
        },
    ],
});
