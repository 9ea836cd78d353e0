/** Steps of tours through pages that customers and intermediaries see. */

const TABBABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

/**
 * Tab, as a browser has it: what is not visible is no stop. The simulated one stays
 * before such an element for ever.
 */
export async function tab(press) {
    const before = document.activeElement;
    await press("Tab");
    if (document.activeElement !== before && document.activeElement !== document.body) {
        return;
    }
    const stops = [...document.querySelectorAll(TABBABLE)].filter(
        (el) => el.tabIndex >= 0 && !el.disabled && el.checkVisibility({ visibilityProperty: true })
    );
    const isAfter = (el) =>
        before === document.body ||
        before.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING;
    stops.find(isAfter)?.focus();
}

/** From the start of the page, by Tab alone. */
export function focus(trigger) {
    return {
        content: `the keyboard reaches ${trigger}`,
        trigger,
        async run({ press }) {
            document.activeElement?.blur();
            for (let tabs = 0; document.activeElement !== this.anchor; tabs++) {
                if (tabs > 150) {
                    const at = document.activeElement.outerHTML.slice(0, 200);
                    throw new Error(`the keyboard does not reach ${trigger}, but ${at}`);
                }
                await tab(press);
            }
        },
    };
}

/**
 * Enter where the keyboard is, as a browser has it in a form. The simulated one only
 * tells the form, which is not sent by that.
 */
export function enter(trigger) {
    return {
        content: `Enter on ${trigger}`,
        trigger,
        expectUnloadPage: true,
        async run({ press }) {
            if (document.activeElement !== this.anchor) {
                throw new Error(`the keyboard is not at ${trigger}`);
            }
            const form = this.anchor.closest("form");
            const button = this.anchor.type === "submit" ? this.anchor : undefined;
            await press("Enter");
            form?.requestSubmit(button);
        },
    };
}

/** Nothing sticks out of the screen, however narrow it is. */
export const fits = {
    content: "the page is no wider than the screen",
    trigger: "h1",
    run() {
        const page = document.documentElement;
        if (page.scrollWidth > page.clientWidth) {
            throw new Error(`${page.scrollWidth} pixels in ${page.clientWidth}`);
        }
    },
};

/** A file, as if it had been chosen on the reader's own machine. */
export function chooseFile(trigger, name, text) {
    return {
        content: `choose ${name}`,
        trigger,
        run() {
            const files = new DataTransfer();
            files.items.add(new File([text], name, { type: "text/plain" }));
            this.anchor.files = files.files;
            this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
        },
    };
}
