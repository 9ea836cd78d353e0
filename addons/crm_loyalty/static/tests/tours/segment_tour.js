import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("crm_loyalty_segment", {
    steps: () => [
        {
            content: "Ask who bought the product",
            trigger: "button[name=action_who_bought]",
            run: "click",
        },
        {
            content: "The segment is prefilled",
            trigger: ".o_field_widget[name=purchase_ids] .o_data_row:contains(Coffee Machine)",
        },
        {
            content: "It counts before it is saved",
            trigger: "button[name=action_open_members] .o_stat_value:contains(1)",
        },
        {
            content: "Look at the customers",
            trigger: "button[name=action_open_members]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Alba Bakery)",
        },
        {
            content: "Back to the segment",
            trigger: ".o_breadcrumb a:contains(Bought Coffee Machine), .o_back_button a:contains(Bought Coffee Machine)",
            run: "click",
        },
        {
            content: "Write to them",
            trigger: "button[name=action_create_mailing]",
            run: "click",
        },
        {
            content: "The recipients are the segment's",
            trigger: ".o_form_view .o_field_widget[name=subject] textarea, .o_form_view .o_field_widget[name=subject] input",
            run: "edit A word about your machine",
        },
        {
            content: "Save the mailing",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
    ],
});
