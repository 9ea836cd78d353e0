import { registry } from "@web/core/registry";

const press = (name, content) => ({
    content,
    trigger: `.modal button[name=${name}]:visible`,
    run: "click",
});

const state = (name) => ({
    content: `Its state is ${name}`,
    trigger: `.o_statusbar_status .o_arrow_button_current:contains(${name})`,
});

registry.category("web_tour.tours").add("crm_distribution_policy", {
    steps: () => [
        {
            content: "Have a policy proposed",
            trigger: ".o_control_panel button:contains(Propose)",
            run: "click",
        },
        {
            content: "For goods that people go out of their way for",
            trigger: ".modal .o_field_widget[name=goods_kind] .o_radio_input[data-value=specialty]",
            run: "click",
        },
        {
            content: "Says why",
            trigger: ".modal .o_field_widget[name=reason]:contains(out of their way)",
        },
        {
            content: "One partner alone is proposed",
            trigger: ".modal .o_field_widget[name=kind] .o_radio_input:checked[data-value=exclusive]",
        },
        press("action_create", "Make the draft"),
        {
            content: "Bring it into force",
            trigger: ".o_form_view button[name=action_activate]",
            run: "click",
        },
        state("Active"),
        {
            content: "Too many exclusive partners",
            trigger: ".o_field_widget[name=capacity] input",
            run: "edit 6 && click .o_form_sheet",
        },
        {
            content: "are warned of",
            trigger: ".o_field_widget[name=capacity_warning]:contains(more than 5)",
        },
        {
            content: "Leave it at one",
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {
            content: "Ask what would be if",
            trigger: "button[name=action_what_if]",
            run: "click",
        },
        {
            content: "it were selective",
            trigger: ".modal .o_field_widget[name=kind] .o_radio_input[data-value=selective]",
            run: "click",
        },
        {
            content: "Nobody was promised anything yet",
            trigger: ".modal .o_field_widget[name=summary]:contains(0 agreements)",
        },
        {
            content: "Leave it as it is",
            trigger: ".modal button:contains(Discard)",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});

registry.category("web_tour.tours").add("crm_distribution_agreement", {
    steps: () => [
        {
            content: "Begin the first agreement",
            trigger: ".o_control_panel button:contains(First Agreement)",
            run: "click",
        },
        {
            content: "Look for the partner",
            trigger: ".modal .o_field_widget[name=partner_id] input",
            run: "edit Aras Trade",
        },
        {
            content: "Choose it",
            trigger: ".ui-autocomplete .dropdown-item:contains(Aras Trade)",
            run: "click",
        },
        press("action_next", "On to the scope"),
        {
            content: "Nobody else sells there",
            trigger: ".modal .o_field_widget[name=exclusive] input:visible",
            run: "click",
        },
        press("action_next", "On to the dates"),
        {
            content: "Write down the terms",
            trigger: ".modal .o_field_widget[name=terms] textarea:visible",
            run: "edit Payment within 30 days",
        },
        press("action_next", "On to the check"),
        {
            content: "Which policy decides is said",
            trigger: ".modal .o_field_widget[name=decision]:contains(decides)",
        },
        press("action_finish", "Bring it into force"),
        state("Active"),
        {
            content: "The terms are kept by date",
            trigger: ".o_field_widget[name=term_ids] .o_data_row:contains(Payment within 30 days)",
        },
        {
            content: "It rests for a while",
            trigger: "button[name=action_suspend]",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        state("Suspended"),
    ],
});
