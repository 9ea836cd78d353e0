import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, xml } from "@odoo/owl";

const MONTH = { month: "short", year: "numeric" };

/** The month that begins with a date, or several: `options="{'months': 3}"`. */
export class PeriodField extends Component {
    static template = xml`<span t-out="text"/>`;
    static props = {
        ...standardFieldProps,
        months: { type: Number, optional: true },
    };
    static defaultProps = { months: 1 };

    get text() {
        const { record, name, months } = this.props;
        const first = record.data[name];
        if (!first) {
            return "";
        }
        if (months === 1) {
            return first.toLocaleString(MONTH);
        }
        const last = first.plus({ months: months - 1 });
        return `${first.toLocaleString({ month: "short" })} – ${last.toLocaleString(MONTH)}`;
    }
}

registry.category("fields").add("period", {
    component: PeriodField,
    supportedTypes: ["date"],
    listViewWidth: ({ options }) => (options.months > 1 ? 130 : 80),
    extractProps: ({ options }) => ({ months: options.months }),
});
