import { registry } from "@web/core/registry";
import { ProgressBarField, progressBarField } from "@web/views/fields/progress_bar/progress_bar_field";

import { onMounted, onWillUnmount } from "@odoo/owl";

const INTERVAL = 2000;

/** A progress bar that follows work done by the scheduler: it reads the record anew. */
export class LiveProgressField extends ProgressBarField {
    setup() {
        super.setup();
        let timer;
        onMounted(() => {
            timer = setInterval(() => this.follow(), INTERVAL);
        });
        onWillUnmount(() => clearInterval(timer));
    }

    async follow() {
        const { record, name } = this.props;
        const idle = document.hidden || record.dirty || !record.resId;
        if (!idle && record.data[name] < 100) {
            await record.load();
        }
    }
}

registry.category("fields").add("live_progress", {
    ...progressBarField,
    component: LiveProgressField,
});
