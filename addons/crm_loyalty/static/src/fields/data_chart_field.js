import { localization } from "@web/core/l10n/localization";
import { loadBundle } from "@web/core/assets";
import { getCustomColor } from "@web/core/colors/colors";
import { cookie } from "@web/core/browser/cookie";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";

const scheme = cookie.get("color_scheme");
const GRID = getCustomColor(scheme, "#d8dadd", "#3C3E4B");
const TEXT = getCustomColor(scheme, "#374151", "#E4E4E4");
// Told apart by lightness too, for those who do not see the hue.
const SERIES = [
    getCustomColor(scheme, "#714B67", "#C9A3BF"),
    getCustomColor(scheme, "#E08E2B", "#F3C27F"),
];

/**
 * Draws what the server computed; it adds colours and axes, and no numbers.
 *
 * The field's value: { type: "line" | "bar", labels, xTitle, yTitle, percent,
 * series: [{ label, data, type?, points?, dashed? }] }.
 */
export class DataChartField extends Component {
    static template = "crm_loyalty.DataChartField";
    static props = { ...standardFieldProps };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                if (!this.hasData) {
                    return;
                }
                const chart = new Chart(this.canvas.el, this.config);
                return () => chart.destroy();
            },
            () => [JSON.stringify(this.chart)]
        );
    }

    get chart() {
        return this.props.record.data[this.props.name];
    }

    get hasData() {
        return Boolean(this.chart?.series?.length);
    }

    /** What a reader who cannot see the picture is told of it. */
    get description() {
        const { series, xTitle, yTitle } = this.chart;
        return [...series.map((s) => s.label), xTitle, yTitle].filter(Boolean).join(", ");
    }

    get config() {
        const { type, labels, series, xTitle, yTitle, percent } = this.chart;
        const rtl = localization.direction === "rtl";
        const axis = (title) => ({
            title: { display: Boolean(title), text: title, color: TEXT },
            ticks: { color: TEXT, maxTicksLimit: 12 },
            grid: { color: GRID },
        });
        return {
            type,
            data: {
                labels,
                datasets: series.map((one, index) => ({
                    label: one.label,
                    data: one.data,
                    type: one.type || type,
                    borderColor: SERIES[index % SERIES.length],
                    backgroundColor: SERIES[index % SERIES.length],
                    borderDash: one.dashed ? [6, 4] : [],
                    borderWidth: 2,
                    maxBarThickness: 48,
                    pointRadius: one.points ? 4 : 0,
                    showLine: !one.points,
                })),
            },
            options: {
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                plugins: {
                    legend: { rtl, position: "bottom", labels: { color: TEXT } },
                    tooltip: { rtl },
                },
                scales: {
                    x: { ...axis(xTitle), reverse: rtl },
                    y: {
                        ...axis(yTitle),
                        position: rtl ? "right" : "left",
                        beginAtZero: true,
                        max: percent ? 100 : undefined,
                    },
                },
            },
        };
    }
}

registry.category("fields").add("data_chart", {
    component: DataChartField,
    supportedTypes: ["json"],
});
