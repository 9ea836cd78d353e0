import { localization } from "@web/core/l10n/localization";
import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";

// Told apart by lightness too, for those who do not see the hue.
const SERIES_ON_LIGHT = ["#714B67", "#E08E2B"];
const SERIES_ON_DARK = ["#C9A3BF", "#F3C27F"];

/** Colours that go with the page around the chart, be it light or dark. */
function coloursAround(element) {
    const text = getComputedStyle(element).color;
    const [red, green, blue] = text.match(/[\d.]+/g).map(Number);
    const isDark = red + green + blue > (3 * 255) / 2;
    return {
        text,
        grid: `rgba(${red}, ${green}, ${blue}, 0.15)`,
        series: isDark ? SERIES_ON_DARK : SERIES_ON_LIGHT,
    };
}

/**
 * Draws what the server computed; it adds colours and axes, and no numbers.
 *
 * The field's value: { type: "line" | "bar", labels, xTitle, yTitle, percent,
 * series: [{ label, data, type?, points?, dashed? }] }.
 */
export class DataChartField extends Component {
    static template = "crm_suite.DataChartField";
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
        const colours = coloursAround(this.canvas.el);
        const axis = (title) => ({
            title: { display: Boolean(title), text: title, color: colours.text },
            ticks: {
                color: colours.text,
                maxTicksLimit: 12,
                // slanted labels lose their end at the edge of a right-to-left axis
                maxRotation: 0,
                autoSkipPadding: 8,
            },
            grid: { color: colours.grid },
        });
        return {
            type,
            data: {
                labels,
                datasets: series.map((one, index) => ({
                    label: one.label,
                    data: one.data,
                    type: one.type || type,
                    borderColor: colours.series[index % colours.series.length],
                    backgroundColor: colours.series[index % colours.series.length],
                    borderDash: one.dashed ? [6, 4] : [],
                    borderWidth: 2,
                    maxBarThickness: 48,
                    pointRadius: one.points ? 4 : 0,
                    showLine: !one.points,
                    clip: one.points ? false : undefined,
                })),
            },
            options: {
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                plugins: {
                    legend: { rtl, position: "bottom", labels: { color: colours.text } },
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
