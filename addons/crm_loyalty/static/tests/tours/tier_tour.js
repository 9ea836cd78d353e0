import { registry } from "@web/core/registry";

const tiers = ".o_field_widget[name=tier_ids]";

function addTier(number, name, threshold) {
    // the row of that number, or what is typed may go to the one before
    const row = `${tiers} .o_data_row:nth-child(${number}).o_selected_row`;
    return [
        {
            content: `Add the tier ${name}`,
            trigger: `${tiers} .o_field_x2many_list_row_add button, ${tiers} .o_field_x2many_list_row_add a`,
            run: "click",
        },
        {
            trigger: `${row} [name=name] input`,
            run: `edit ${name}`,
        },
        {
            trigger: `${row} [name=threshold] input`,
            run: `edit ${threshold}`,
        },
    ];
}

registry.category("web_tour.tours").add("crm_loyalty_tier", {
    steps: () => [
        {
            content: "The empty list says what to do",
            trigger: ".o_view_nocontent:contains(Make the first tier program)",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit Bakers Club",
        },
        ...addTier(1, "Silver", 500),
        ...addTier(2, "Gold", 1000),
        {
            content: "Save the ladder",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
        {
            content: "On to the benefits",
            trigger: ".nav-link[name=benefits]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=benefit_ids] .o_field_x2many_list_row_add button, .o_field_widget[name=benefit_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit First in the queue",
        },
        {
            trigger: ".modal .o_field_widget[name=tier_id] input",
            run: "edit Gold",
        },
        {
            trigger: ".modal .o_field_widget[name=tier_id] .dropdown-item:contains(Gold)",
            run: "click",
        },
        {
            content: "A service level",
            trigger: ".modal .o_field_widget[name=kind] input, .modal .o_field_widget[name=kind] select",
            run() {
                if (this.anchor.tagName === "SELECT") {
                    this.anchor.value = '"service"';
                    this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
                } else {
                    this.anchor.click();
                }
            },
        },
        {
            trigger: "body",
            run() {
                const items = [...document.querySelectorAll(".o_select_menu_item, .dropdown-item")];
                items.find((item) => item.textContent.includes("Service Level"))?.click();
            },
        },
        {
            trigger: ".modal .o_field_widget[name=service_level]",
        },
        {
            trigger: ".modal .o_field_widget[name=unit_cost] input",
            run: "edit 25",
        },
        {
            trigger: ".modal .o_form_button_save:contains(Close), .modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=benefit_ids] .o_data_row:contains(First in the queue)",
        },
        {
            content: "Try it on all customers",
            trigger: "button[name=action_simulate]",
            run: "click",
        },
        {
            content: "One customer would be Gold, at its cost",
            trigger: ".modal .o_data_row:contains(Gold) td[name=member_count]:contains(1)",
        },
        {
            trigger: ".modal .o_data_row:contains(Gold) td[name=cost]:contains(25)",
        },
        {
            content: "See who",
            trigger: ".modal button[name=action_open_customers]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_group_header:contains(Gold)",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Alba Bakery)",
        },
        {
            content: "Back to the program",
            trigger: ".o_breadcrumb a:contains(Bakers Club), .o_back_button a:contains(Bakers Club)",
            run: "click",
        },
        {
            trigger: "button[name=action_publish]",
            run: "click",
        },
        {
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains(Published)",
        },
        {
            content: "The members",
            trigger: "button[name=action_open_members]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Alba Bakery) td[name=tier_id]",
            run: "click",
        },
        {
            content: "Why, and by which figures",
            trigger: ".o_form_view .o_field_widget[name=explanation]:contains(Reached with)",
        },
        {
            trigger: "button[name=action_open_customer]",
            run: "click",
        },
        {
            trigger: "button[name=action_open_customer_value]",
            run: "click",
        },
        {
            content: "The customer's page says what is next",
            trigger: ".o_form_view .o_field_widget[name=tier_progress]:contains(You keep Gold until)",
        },
    ],
});
