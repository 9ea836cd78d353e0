import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { Interaction } from "@web/public/interaction";

/** Shows ideas that others had before, while somebody writes his own. */
export class SimilarIdeas extends Interaction {
    static selector = ".o_voice_new_idea";
    dynamicContent = {
        "#idea_name": { "t-on-input": this.debounced(this.look, 300) },
    };

    async look() {
        const text = this.el.querySelector("#idea_name").value;
        const found = text.trim()
            ? await this.waitFor(rpc("/my/voice/ideas/similar", { text }))
            : [];
        if (this.el.querySelector("#idea_name").value === text) {
            this.show(found);
        }
    }

    show(found) {
        const place = this.el.querySelector("#idea_similar");
        place.replaceChildren();
        if (!found.length) {
            return;
        }
        const intro = document.createElement("p");
        intro.className = "mb-1";
        intro.textContent = _t("Others want this already. Your vote counts more there:");
        const list = document.createElement("ul");
        list.className = "list-unstyled";
        for (const idea of found) {
            const link = document.createElement("a");
            link.href = idea.url;
            link.textContent = `${idea.name} (${idea.votes})`;
            const item = document.createElement("li");
            item.append(link);
            list.append(item);
        }
        place.append(intro, list);
    }
}

registry.category("public.interactions").add("crm_ecrm.similar_ideas", SimilarIdeas);
