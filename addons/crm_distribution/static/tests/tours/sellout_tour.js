import { registry } from "@web/core/registry";

function chooseFile(selector, name, text) {
    return {
        content: `choose ${name}`,
        trigger: selector,
        run() {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], name, { type: "text/csv" }));
            this.anchor.files = transfer.files;
        },
    };
}

const HEAD = "product,quantity,date\n";

registry.category("web_tour.tours").add("crm_distribution_sellout", {
    steps: () => [
        {
            content: "open sell-out",
            trigger: "a[href='/my/channel/sellout']",
            run: "click",
            expectUnloadPage: true,
        },
        chooseFile(
            "#sellout_file",
            "october.csv",
            `${HEAD}CUP,3,2024-10-03\nWRONG,4,2024-10-04\n`
        ),
        {
            content: "send it",
            trigger: ".o_sellout_upload button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the row, the field and the reason are said",
            trigger:
                ".o_sellout_issues tr:contains('WRONG'):contains('3'):contains('Product'):contains('No product of ours')",
        },
        chooseFile(
            "#sellout_mended",
            "october mended.csv",
            `${HEAD}CUP,3,2024-10-03\nPOT,4,2024-10-04\n`
        ),
        {
            content: "send the mended file",
            trigger: ".o_sellout_mend button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "accept it",
            trigger: "button[name=action][value=accept]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "it is accepted",
            trigger: ".alert-success:contains('Accepted')",
        },
        {
            content: "back to the reports",
            trigger: ".breadcrumb a[href='/my/channel/sellout']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "look at the stock",
            trigger: "a[href='/my/channel/stock']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the stock has fallen from ten to seven",
            trigger: ".o_channel_stock tr:contains('Cup') .o_stock_quantity:contains('7.00')",
        },
    ],
});
