import { registry } from "@web/core/registry";

const menu = (section, item) => [
    {
        content: `The menu ${section}`,
        trigger: `.o_menu_sections button:contains(${section})`,
        run: "click",
    },
    {
        content: `${item}`,
        trigger: `.dropdown-item:contains(/^${item}$/)`,
        run: "click",
    },
];

registry.category("web_tour.tours").add("crm_distribution_walk_staff", {
    steps: () => [
        {
            content: "The stock has fallen from ten to seven",
            trigger: ".o_list_view .o_data_row:contains(Roya Stores):contains(Cup) td[name=quantity]:contains(7.00)",
        },
        ...menu("Money", "Earned"),
        {
            content: "Three cups that were sold to consumers earned a commission",
            trigger: ".o_list_view .o_data_row:contains(Per Cup Sold) td[name=earned]:contains(6.00)",
        },
        {
            content: "and those that were bought a rebate",
            trigger: ".o_list_view .o_data_row:contains(Five Percent) td[name=earned]:contains(4.50)",
        },
        ...menu("Money", "Payment Run"),
        {
            content: "Both are due",
            trigger: ".modal table tr:contains(Roya Stores):contains(Commission):contains(6.00)",
        },
        {
            trigger: ".modal table tr:contains(Roya Stores):contains(Rebate):contains(4.50)",
        },
        {
            content: "Make the statements",
            trigger: ".modal button[name=action_run]",
            run: "click",
        },
        {
            content: "Open that of the commission",
            trigger: ".o_list_view .o_data_row:contains(Roya Stores):contains(Commission) td[name=name]",
            run: "click",
        },
        {
            content: "Draft its bill",
            trigger: ".o_form_view button[name=action_draft_bill]:visible",
            run: "click",
        },
        {
            content: "A vendor bill of the retailer",
            trigger: ".o_form_view .o_field_widget[name=invoice_line_ids]:contains(6.00)",
        },
        {
            content: "has a day",
            trigger: ".o_field_widget[name=invoice_date] input",
            run: "edit 10/31/2024",
        },
        {
            content: "Confirm it",
            trigger: ".o_form_view button[name=action_post]:visible",
            run: "click",
        },
        {
            content: "Pay it",
            trigger: ".o_form_view button[name=action_register_payment]:visible",
            run: "click",
        },
        {
            content: "from the bank",
            trigger: ".modal button[name=action_create_payments]:visible",
            run: "click",
        },
        {
            content: "It is paid",
            trigger: ".o_form_view .o_statusbar_status .o_arrow_button_current:contains(Posted)",
        },
        {
            trigger: ".o_form_view .ribbon:contains(Paid)",
        },
        ...menu("Reporting", "Price Waterfall"),
        {
            content: "Where the price went is a picture",
            trigger: ".o_graph_view .o_graph_canvas_container canvas",
        },
        {
            content: "and a table",
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            content: "in which each step opens its order",
            trigger: ".o_list_view .o_data_row:contains(Cup):contains(Rebates, Commissions) td[name=amount]:contains(4.50)",
            run: "click",
        },
        {
            content: "The order",
            trigger: ".o_form_view .o_field_widget[name=partner_id]:contains(Roya Stores)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_distribution_walk_statement", {
    steps: () => [
        {
            content: "What it earned",
            trigger: ".o_money_earned:contains(6.00)",
        },
        {
            content: "The statement that was paid",
            trigger: "tr:contains(Commission):contains(Paid) a[href^='/my/channel/statement/']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "and what it is for",
            trigger: "main tr:contains(Cup):contains(6.00):contains(Billed)",
        },
    ],
});
