import { registry } from "@web/core/registry";

const tab = (name) => ({
    content: `The tab ${name}`,
    trigger: `.o_notebook_headers .nav-link[name=${name}]`,
    run: "click",
});

const percent = (row, level, value) => [
    {
        content: `What the ${level} keeps`,
        trigger: `.o_field_widget[name=level_ids] .o_data_row:nth-child(${row}):has(td[name=level_id]:contains(${level})) td[name=percent]`,
        run: "click",
    },
    {
        content: `is ${value} %`,
        trigger: `.o_field_widget[name=level_ids] .o_data_row:nth-child(${row}).o_selected_row td[name=percent] input`,
        run: `edit ${value}`,
    },
];

registry.category("web_tour.tours").add("crm_distribution_price", {
    steps: () => [
        {
            content: "Plan prices",
            trigger: ".o_control_panel .o_list_button_add",
            run: "click",
        },
        {
            content: "for the autumn",
            trigger: ".o_field_widget[name=name] input",
            run: "edit Autumn",
        },
        ...percent(1, "Producer", 10),
        ...percent(2, "Wholesaler", 15),
        ...percent(3, "Retailer", 25),
        tab("products"),
        {
            content: "Add a product",
            trigger: ".o_field_widget[name=product_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            content: "Look for it",
            trigger: ".o_field_widget[name=product_ids] .o_selected_row [name=product_id] input",
            run: "edit Pump of Borna",
        },
        {
            content: "Choose it",
            trigger: ".ui-autocomplete .dropdown-item:contains(Pump of Borna)",
            run: "click",
        },
        {
            content: "It costs what the product costs",
            trigger: ".o_field_widget[name=product_ids] .o_selected_row [name=cost] input:value(60.00)",
        },
        {
            content: "Keep it",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "What the consumer pays",
            trigger: ".o_form_saved .o_field_widget[name=product_ids] td[name=consumer_net]:contains(104.59)",
        },
        tab("prices"),
        {
            content: "A picture of it",
            trigger: ".o_field_widget[name=chart] canvas",
        },
        {
            content: "and each step as a figure",
            trigger: ".o_field_widget[name=price_ids] .o_data_row:contains(Wholesaler) td[name=price]:contains(78.44)",
        },
        {
            content: "Publish",
            trigger: "button[name=action_publish]",
            run: "click",
        },
        {
            content: "It says what that does",
            trigger: ".modal:contains(pricelist) .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It is published",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Published)",
        },
        {
            content: "Open the pricelists",
            trigger: "button[name=action_open_pricelists]",
            run: "click",
        },
        {
            content: "One for each level that buys",
            trigger: ".o_list_view:contains(Wholesaler):contains(Retailer):contains(Consumer)",
        },
    ],
});
