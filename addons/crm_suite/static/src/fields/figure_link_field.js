import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { FIELD_WIDTHS } from "@web/views/list/column_width_hook";

import { Component } from "@odoo/owl";

const formatters = registry.category("formatters");

/** A figure that opens the records it was made from: `options="{'action': 'action_x'}"`. */
export class FigureLinkField extends Component {
    static template = "crm_suite.FigureLinkField";
    static props = {
        ...standardFieldProps,
        action: { type: String },
        digits: { type: Array, optional: true },
        label: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.actionService = useService("action");
    }

    get text() {
        const { record, name, digits } = this.props;
        const field = record.fields[name];
        return formatters.get(field.type)(record.data[name], { data: record.data, digits, field });
    }

    get title() {
        return [this.props.label, this.text].filter(Boolean).join(": ");
    }

    async open() {
        const { record, action } = this.props;
        const answer = await this.orm.call(record.resModel, action, [[record.resId]]);
        await this.actionService.doAction(answer);
    }
}

registry.category("fields").add("figure_link", {
    component: FigureLinkField,
    supportedTypes: ["integer", "float", "monetary"],
    // as wide as a figure that opens nothing, or its last digits are hidden
    listViewWidth: ({ type }) => FIELD_WIDTHS[type],
    extractProps: ({ attrs, options, string }) => ({
        action: options.action,
        digits: attrs.digits ? JSON.parse(attrs.digits) : undefined,
        label: string,
    }),
});
