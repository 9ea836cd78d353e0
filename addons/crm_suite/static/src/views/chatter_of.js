import { registry } from "@web/core/registry";
import { setAttributes } from "@web/core/utils/xml";
import "@mail/chatter/web/form_compiler";

const compilers = registry.category("form_compilers");
const plain = compilers.get("chatter_compiler");

/**
 * `<chatter of="partner_id"/>` shows the chatter of the record in that field: for
 * records that are written anew by a job, whose conversation belongs to somebody else.
 */
compilers.add(
    "chatter_compiler",
    {
        ...plain,
        fn(node, params) {
            const container = plain.fn.call(this, node, params);
            const field = node.getAttribute("of");
            if (field) {
                const record = "__comp__.props.record";
                setAttributes(container.querySelector("[t-component]"), {
                    has_activities: "true",
                    threadId: `${record}.data.${field}.id or undefined`,
                    threadModel: `${record}.fields.${field}.relation`,
                    record: "undefined",
                    saveRecord: "undefined",
                });
            }
            return container;
        },
    },
    { force: true }
);
