import { stepUtils } from "@web_tour/tour_utils";

export const openCrm = () => stepUtils.goToAppSteps("crm.crm_menu_root", "Open CRM");

/** Opens a page of CRM as a user does, through its menus. */
export const openMenu = (section, item) => [
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

export const isPage = (title) => ({
    content: `The page is ${title}`,
    trigger: `.o_breadcrumb .active:contains(${title})`,
});

/** Ticks a filter or a grouping in the search menu, and waits until it counts. */
export const tick = (menu, label) => [
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

export const clearSearch = () => [
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
export const isDrawn = (field) => ({
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

export const isSaid = (field, text) => ({
    content: `${field} says: ${text}`,
    trigger: `.o_field_widget[name=${field}]:contains(${text})`,
});

export const openRow = (text) => ({
    content: `Open ${text}`,
    trigger: `.o_data_row:contains(${text}) .o_data_cell:contains(${text})`,
    run: "click",
});
