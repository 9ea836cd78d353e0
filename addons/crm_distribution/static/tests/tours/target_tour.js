import { registry } from "@web/core/registry";

const choose = (field, name) => [
    {
        content: `Look for ${name}`,
        trigger: `.o_field_widget[name=${field}] input`,
        run: `edit ${name}`,
    },
    {
        content: "Choose it",
        trigger: `.ui-autocomplete .dropdown-item:contains(${name})`,
        run: "click",
    },
];

const day = (field, written) => ({
    content: `${field}: ${written}`,
    trigger: `.o_field_widget[name=${field}] input`,
    run: `edit ${written} && press Enter`,
});

registry.category("web_tour.tours").add("crm_distribution_target", {
    steps: () => [
        {
            content: "Agree on a target",
            trigger: ".o_control_panel .o_list_button_add",
            run: "click",
        },
        ...choose("partner_id", "Xenon Trade"),
        ...choose("category_id", "Pumps of Xenon"),
        day("date_from", "01/01/2027"),
        day("date_to", "03/31/2027"),
        {
            content: "as a quantity",
            trigger: ".o_field_widget[name=measure] .o_radio_input[data-value=quantity]",
            run: "click",
        },
        {
            content: "of nine",
            trigger: ".o_field_widget[name=target] input",
            run: "edit 9",
        },
        {
            content: "Keep it",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "What was sold already is attained",
            trigger: ".o_form_saved .o_field_widget[name=attained]:contains(5)",
        },
        {
            content: "Month by month",
            trigger: "button[name=action_open_attainment]",
            run: "click",
        },
        {
            content: "February has it all; open what makes it",
            trigger: ".o_list_view .o_data_row:contains(Feb) td[name=attained] button:contains(5)",
            run: "click",
        },
        {
            content: "The line of the invoice",
            trigger: ".o_list_view:contains(Invoiced) .o_data_row:contains(Kaveh Steel) td[name=quantity]:contains(5)",
            run: "click",
        },
        {
            content: "and the invoice itself",
            trigger: ".o_form_view .o_field_widget[name=partner_id]:contains(Kaveh Steel)",
        },
    ],
});
