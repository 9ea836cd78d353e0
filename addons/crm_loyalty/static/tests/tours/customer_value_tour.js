import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");

/** Opens a page of CRM as a user does, through its menus. */
const openMenu = (section, item) => [
    {
        content: `Open the menu ${section}`,
        trigger: `.o_menu_sections [data-menu-xmlid='${section}']`,
        run: "click",
    },
    {
        content: `Choose ${item}`,
        trigger: `.o-dropdown--menu [data-menu-xmlid='${item}']`,
        run: "click",
    },
];

const isPage = (title) => ({
    content: `The page is ${title}`,
    trigger: `.o_breadcrumb .active:contains(${title})`,
});

/** Ticks a filter or a grouping in the search menu, and waits until it counts. */
const tick = (menu, label) => [
    {
        content: "Open the search menu",
        trigger: ".o_searchview_dropdown_toggler",
        run: "click",
    },
    {
        content: `Choose ${label}`,
        trigger: `.${menu} .o-dropdown-item:text(${label})`,
        run: "click",
    },
    {
        trigger: `.o_searchview_facet:contains(${label})`,
    },
    {
        content: "Close the search menu",
        trigger: ".o_searchview_dropdown_toggler",
        run: "click",
    },
    {
        trigger: "body:not(:has(.o_search_bar_menu))",
    },
];

const clearSearch = () => [
    {
        content: "Remove what was searched for",
        trigger: ".o_searchview_facet .o_facet_remove",
        run: "click",
    },
    {
        trigger: ".o_searchview:not(:has(.o_searchview_facet))",
    },
];

/** Waits until a chart has painted something of its first series. */
const isDrawn = (field) => ({
    content: `The chart ${field} is drawn`,
    trigger: `.o_field_widget[name=${field}] canvas`,
    async run({ anchor, waitUntil }) {
        const painted = () => {
            const chart = window.Chart?.getChart(anchor);
            const colour = chart?.data.datasets[0].borderColor;
            if (!colour || !anchor.width) {
                return false;
            }
            const wanted = colour.match(/\w\w/g).map((hex) => parseInt(hex, 16));
            const { data } = anchor
                .getContext("2d")
                .getImageData(0, 0, anchor.width, anchor.height);
            for (let i = 0; i < data.length; i += 4) {
                // a thin line is blended with what is under it
                if (wanted.every((part, j) => Math.abs(part - data[i + j]) < 16)) {
                    return true;
                }
            }
            return false;
        };
        await waitUntil(painted, { timeout: 5000 });
    },
});

const isSaid = (field, text) => ({
    content: `${field} says: ${text}`,
    trigger: `.o_field_widget[name=${field}]:contains(${text})`,
});

const openRow = (text) => ({
    content: `Open ${text}`,
    trigger: `.o_data_row:contains(${text}) .o_data_cell:contains(${text})`,
    run: "click",
});

tours.add("crm_loyalty_who_is_leaving", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM"),
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

tours.add("crm_loyalty_where_people_work", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM"),
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

tours.add("crm_loyalty_refresh_values", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM"),
        ...openMenu("crm_loyalty.menu_loyalty", "crm_loyalty.menu_value_runs"),
        isPage("Report Cards"),
        {
            content: "Ask for fresh values",
            trigger: ".o_control_panel button[name=action_refresh]",
            run: "click",
        },
        {
            content: "They are waited for",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Waiting)",
        },
        {
            content: "A bar shows how far it is",
            trigger: ".alert .o_field_widget[name=progress] .o_progress",
        },
        {
            content: "It cannot be asked for twice",
            trigger: ".o_form_statusbar:not(:has(button[name=action_refresh]))",
        },
    ],
});

tours.add("crm_loyalty_report_card", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM"),
        ...openMenu("crm_loyalty.menu_loyalty", "crm_loyalty.menu_value_runs"),
        isPage("Report Cards"),
        openRow("Done"),
        isSaid("verdict", "customers together"),
        isSaid("backtest_verdict", "In the last quarter of time"),
        isDrawn("calibration_chart"),
        isDrawn("concentration_chart"),
        {
            content: "How many customers make 80 %",
            trigger: ".o_field_widget[name=customers_for_80]:not(:text(0))",
        },
        isSaid("parameter_table", "Regularity of purchases"),
        {
            content: "Go to those to contact this month",
            trigger: "button[name=action_open_at_risk]",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Silent Bakery)",
        },
    ],
});

const openSettings = () => [
    ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM"),
    ...openMenu("crm.crm_menu_config", "crm.crm_config_settings_menu"),
    {
        content: "The settings of customer values are there",
        trigger: ".settings .app_settings_block h2:contains(Customer Value)",
    },
];

const save = {
    content: "Save",
    trigger: ".o_form_button_save",
    run: "click",
};

tours.add("crm_loyalty_settings", {
    steps: () => [
        ...openSettings(),
        {
            content: "Change the lapse threshold",
            trigger: "#value_lapse .o_field_widget[name=value_lapse_threshold] input:value(30)",
            run: "edit 45",
        },
        { ...save, expectUnloadPage: true },
        ...openSettings(),
        {
            content: "It is kept",
            trigger: "#value_lapse .o_field_widget[name=value_lapse_threshold] input:value(45)",
        },
    ],
});

tours.add("crm_loyalty_settings_refuse", {
    steps: () => [
        ...openSettings(),
        {
            content: "Let class A go further than class B",
            trigger: "#value_classes .o_field_widget[name=value_class_a] input",
            run: "edit 90",
        },
        save,
        {
            content: "It is refused, with the reason",
            trigger: ".modal-body:contains(must rise from above)",
        },
        {
            trigger: ".modal-footer button:contains(Close)",
            run: "click",
        },
        {
            content: "Discard it",
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {
            content: "The share is what it was",
            trigger: "#value_classes .o_field_widget[name=value_class_a] input:value(50)",
        },
    ],
});

tours.add("crm_loyalty_nothing_yet", {
    steps: () => [
        ...stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM"),
        ...[
            ["menu_customers_leaving", "Nobody is about to leave"],
            ["menu_customer_values", "No customer has been valued yet"],
            ["menu_purchases", "No purchases yet"],
            ["menu_purchase_imports", "Bring in what your customers bought before Odoo"],
            ["menu_value_runs", "Refresh Values Now"],
        ].flatMap(([menu, advice]) => [
            ...openMenu("crm_loyalty.menu_loyalty", `crm_loyalty.${menu}`),
            {
                content: `What to do next: ${advice}`,
                trigger: `.o_view_nocontent:contains(${advice})`,
            },
        ]),
    ],
});
