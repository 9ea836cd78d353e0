import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";

const HEADER = "Reference,Date,Amount\n";
const FAULTY = `${HEADER}A1,2023-01-02,10\nA1,2023-02-03,five\n`;
const MENDED = `${HEADER}A1,03/04/2023,10\nA1,05/06/2023,5\n`;

const upload = (text) =>
    inputFiles(".o_field_widget[name=file] .o_input_file", [
        new File([text], "sales.csv", { type: "text/csv" }),
    ]);

const isState = (label) => ({
    content: `The import is: ${label}`,
    trigger: `.o_statusbar_status .o_arrow_button_current:contains(${label})`,
});

registry.category("web_tour.tours").add("crm_loyalty_purchase_import", {
    steps: () => [
        {
            content: "Start an import",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Upload a file with a fault",
            trigger: ".o_field_widget[name=file] .o_select_file_button",
            run: () => upload(FAULTY),
        },
        {
            content: "The columns are recognised at once",
            trigger: ".o_field_widget[name=column_amount] input:value(Amount)",
        },
        {
            content: "Check it",
            trigger: ".o_statusbar_buttons button[name=action_check]",
            run: "click",
        },
        isState("Needs Mending"),
        {
            content: "The issue names row and column",
            trigger: ".o_field_widget[name=issue_ids] .o_data_row:contains(3):contains(Amount)",
        },
        {
            content: "It names the value and the reason too",
            trigger: ".o_field_widget[name=issue_ids] .o_data_row:contains(five):contains(not an amount)",
        },
        {
            content: "Upload the mended file",
            trigger: ".o_field_widget[name=file] .o_select_file_button",
            run: () => upload(MENDED),
        },
        {
            content: "Check again",
            trigger: ".o_form_status_indicator_buttons:not(.invisible)",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_check]",
            run: "click",
        },
        isState("Questions"),
        {
            content: "Nothing says whether the day comes first: choose",
            trigger:
                ".o_field_widget[name=question_ids] .o_data_row:contains(Day first) button[name=action_choose]",
            run: "click",
        },
        {
            content: "It is chosen",
            trigger:
                ".o_field_widget[name=question_ids] .o_data_row:contains(Day first) .fa-check",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_check]",
            run: "click",
        },
        isState("Ready"),
        {
            content: "The counts are what is expected",
            trigger: ".o_field_widget[name=new_count]:contains(2)",
        },
        {
            content: "Import",
            trigger: ".o_statusbar_buttons button[name=action_import]",
            run: "click",
        },
        isState("Imported"),
        {
            content: "Look at the purchases",
            trigger: "button[name=action_view_purchases]:contains(2)",
            run: "click",
        },
        {
            trigger: ".o_data_row td[name=partner_id]:contains(Anna Lee)",
        },
        {
            content: "Back to the import",
            trigger: ".o_breadcrumb a:contains(sales.csv), .o_back_button a:contains(sales.csv)",
            run: "click",
        },
        {
            content: "Undo it",
            trigger: ".o_statusbar_buttons button[name=action_undo]",
            run: "click",
        },
        {
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        isState("Undone"),
    ],
});
