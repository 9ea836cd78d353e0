import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/**
 * Tells the server that somebody uses the page, before the answer is sent. Whatever
 * sends the form without that (a mail scanner) is asked to confirm.
 */
export class FeedbackForm extends Interaction {
    static selector = "form.o_voice_feedback_form[data-begin-url]:not([data-begin-url=''])";
    dynamicContent = {
        _root: {
            "t-on-change": this.begin,
            "t-on-pointerdown": this.begin,
            "t-on-submit": this.onSubmit,
        },
        _window: { "t-on-pageshow": this.onPageShow },
    };

    setup() {
        this.pending = null;
    }

    get gesture() {
        return this.el.elements.gesture;
    }

    begin() {
        if (!this.pending && !this.gesture.value) {
            this.pending = this.waitFor(this.fetchGesture());
        }
    }

    async fetchGesture() {
        const body = new FormData();
        body.append("csrf_token", this.el.elements.csrf_token.value);
        const answer = await fetch(this.el.dataset.beginUrl, { method: "POST", body });
        this.gesture.value = answer.ok ? await answer.text() : "";
    }

    async onSubmit(ev) {
        if (this.pending && !this.gesture.value && !this.waited) {
            ev.preventDefault();
            this.waited = true;
            // without an answer of the server the next page asks to confirm
            await this.pending.catch(() => {});
            this.el.submit();
        }
    }

    /** Back to this page: what is sent now is another answer. */
    onPageShow(ev) {
        if (ev.persisted) {
            this.pending = null;
            this.waited = false;
            this.gesture.value = "";
        }
    }
}

registry.category("public.interactions").add("crm_ecrm.feedback_form", FeedbackForm);
