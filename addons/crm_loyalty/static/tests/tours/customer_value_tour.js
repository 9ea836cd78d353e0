import { registry } from "@web/core/registry";
import {
    clearSearch,
    isDrawn,
    isPage,
    isSaid,
    openCrm,
    openMenu,
    openRow,
    tick,
} from "@crm_loyalty/../tests/tours/value_tour_steps";

const tours = registry.category("web_tour.tours");

tours.add("crm_loyalty_who_is_leaving", {
    steps: () => [
        ...openCrm(),
        ...openMenu("crm_loyalty.menu_loyalty", "crm_loyalty.menu_customer_values"),
        isPage("Customer Values"),
        ...tick("o_filter_menu", "At Risk"),
        {
            content: "Only those who are leaving remain",
            trigger: ".o_list_renderer:not(:has(.o_data_row:contains(Faithful Florist)))",
        },
        openRow("Silent Bakery"),
        isSaid("lifecycle", "At Risk"),
        isSaid("reason", "Bought every"),
        isSaid("reason", "contact before"),
        isDrawn("timeline_chart"),
        isDrawn("alive_chart"),
        {
            content: "Go to the customer",
            trigger: "button[name=action_open_partner]",
            run: "click",
        },
        isSaid("customer_reason", "Bought every"),
        {
            content: "And back to the value",
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
        },
        isDrawn("alive_chart"),
        {
            content: "Back to who is leaving",
            trigger: ".o_breadcrumb .o_back_button:contains(Customer Values)",
            run: "click",
        },
        {
            content: "The filter is still there",
            trigger: ".o_searchview_facet:contains(At Risk)",
        },
    ],
});

tours.add("crm_loyalty_act_on_leaving", {
    steps: () => [
        ...openCrm(),
        ...openMenu("crm_loyalty.menu_loyalty", "crm_loyalty.menu_customers_leaving"),
        isPage("Who Is Leaving"),
        {
            trigger: ".o_searchview_facet:contains(To Contact)",
        },
        {
            content: "Choose a customer",
            trigger: ".o_data_row:contains(Silent Bakery) .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_control_panel button:contains(Schedule Call)",
            run: "click",
        },
        {
            content: "The script is written already",
            trigger: ".modal .o_field_widget[name=script]:contains(Ask how things are going)",
        },
        {
            trigger: ".modal button[name=action_do]:visible",
            run: "click",
        },
        {
            content: "He is out of the list",
            trigger: ".o_list_renderer:not(:has(.o_data_row:contains(Silent Bakery)))",
        },
        {
            content: "See all who are leaving",
            trigger: ".o_searchview_facet:contains(To Contact) .o_facet_remove",
            run: "click",
        },
        {
            content: "What was done stands in the list",
            trigger: ".o_data_row:contains(Silent Bakery) td[name=act_words]:contains(Call by)",
        },
        openRow("Silent Bakery"),
        {
            content: "The customer's own chatter has the call",
            trigger: ".o-mail-Chatter .o-mail-Activity:contains(We have not heard)",
        },
        {
            content: "Undo it",
            trigger: ".o_field_widget[name=act_ids] button[name=action_undo]",
            run: "click",
        },
        {
            trigger: ".o-mail-Chatter:not(:has(.o-mail-Activity))",
        },
    ],
});

tours.add("crm_loyalty_where_people_work", {
    steps: () => [
        ...openCrm(),
        ...openMenu("crm.crm_menu_sales", "crm.res_partner_menu_customer"),
        isPage("Customers"),
        {
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            trigger: ".o_list_renderer",
        },
        ...tick("o_filter_menu", "Customers at Risk"),
        {
            trigger: ".o_data_row:contains(Silent Bakery):contains(At Risk)",
        },
        ...clearSearch(),
        ...tick("o_filter_menu", "Contact This Week"),
        {
            content: "Whom to contact this week, and nobody else",
            trigger:
                ".o_list_renderer:not(:has(.o_data_row:contains(Faithful Florist))) .o_data_row:contains(Silent Bakery)",
        },
        ...clearSearch(),
        ...tick("o_filter_menu", "Value Class A"),
        {
            trigger: ".o_data_row .o_data_cell[name=customer_value_class]:contains(A)",
        },
        ...clearSearch(),
        ...tick("o_group_by_menu", "Lifecycle"),
        {
            trigger: ".o_group_header:contains(At Risk)",
        },
        ...clearSearch(),
        ...tick("o_group_by_menu", "Value Class"),
        {
            trigger: ".o_group_header:contains(A)",
        },
        ...openMenu("crm.crm_menu_sales", "sale_crm.sale_order_menu_quotations_crm"),
        isPage("Quotations"),
        openRow("Silent Bakery"),
        isSaid("customer_lifecycle", "At Risk"),
        {
            content: "The quotation says before when to make contact",
            trigger: ".o_field_widget[name=customer_contact_before]",
        },
        ...openMenu("crm.crm_menu_sales", "crm.menu_crm_opportunities"),
        {
            content: "Open the opportunity",
            trigger: ".o_kanban_record:contains(Silent Bakery)",
            run: "click",
        },
        isSaid("customer_lifecycle", "At Risk"),
    ],
});
