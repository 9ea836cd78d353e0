import { localization } from "@web/core/l10n/localization";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

const WIDTH = 640;
const HEIGHT = 360;
const EDGE = { left: 56, right: 24, top: 24, bottom: 44 };

/**
 * The importance–performance chart: what matters is up, what is done well is at the end.
 *
 * The field's value: { points: [{ id, label, importance, importanceLow, importanceHigh,
 * performance, performanceLow, performanceHigh, quadrant }], importanceMiddle,
 * performanceMiddle }. It places them and makes no numbers; a point opens its answers.
 */
export class ImportanceChartField extends Component {
    static template = "crm_ecrm.ImportanceChartField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.size = { width: WIDTH, height: HEIGHT, edge: EDGE };
    }

    get chart() {
        return this.props.record.data[this.props.name];
    }

    get top() {
        const highest = Math.max(...this.chart.points.map((p) => p.importanceHigh));
        return Math.max(10, Math.ceil(highest / 10) * 10);
    }

    /** Marks lie between 1 and 5; a page from right to left begins at the right. */
    x(mark) {
        const share = (mark - 1) / 4;
        const width = WIDTH - EDGE.left - EDGE.right;
        return EDGE.left + width * (localization.direction === "rtl" ? 1 - share : share);
    }

    y(importance) {
        const height = HEIGHT - EDGE.top - EDGE.bottom;
        return EDGE.top + height * (1 - importance / this.top);
    }

    get points() {
        return this.chart.points.map((point) => ({
            ...point,
            x: this.x(point.performance),
            y: this.y(point.importance),
            xLow: this.x(point.performanceLow),
            xHigh: this.x(point.performanceHigh),
            yLow: this.y(point.importanceLow),
            yHigh: this.y(point.importanceHigh),
        }));
    }

    describe(point) {
        const [importance, low, high] = [
            point.importance,
            point.importanceLow,
            point.importanceHigh,
        ].map((number) => number.toFixed(1));
        return `${point.label}: ${importance} % (${low}–${high}), ${point.performance.toFixed(2)}`;
    }

    async open(point) {
        await this.action.doActionButton({
            type: "object",
            resModel: "ecrm.driver",
            name: "action_open_feedback",
            resId: point.id,
        });
    }

    onKeydown(ev, point) {
        if (ev.key === "Enter" || ev.key === " ") {
            ev.preventDefault();
            this.open(point);
        }
    }
}

registry.category("fields").add("importance_chart", {
    component: ImportanceChartField,
    supportedTypes: ["json"],
});
