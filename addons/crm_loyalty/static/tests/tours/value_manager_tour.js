import { registry } from "@web/core/registry";
import {
    isDrawn,
    isPage,
    isSaid,
    openCrm,
    openMenu,
    openRow,
} from "@crm_loyalty/../tests/tours/value_tour_steps";

const tours = registry.category("web_tour.tours");

tours.add("crm_loyalty_refresh_values", {
    steps: () => [
        ...openCrm(),
        ...openMenu("crm_loyalty.menu_loyalty", "crm_loyalty.menu_value_runs"),
        isPage("Model Accuracy"),
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
        ...openCrm(),
        ...openMenu("crm_loyalty.menu_loyalty", "crm_loyalty.menu_value_runs"),
        isPage("Model Accuracy"),
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
            content: "Go to those to contact within a month",
            trigger: "button[name=action_open_at_risk]",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Silent Bakery)",
        },
    ],
});

const openSettings = () => [
    ...openCrm(),
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
        ...openCrm(),
        ...[
            ["menu_customers_leaving", "Nothing has been computed yet"],
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
