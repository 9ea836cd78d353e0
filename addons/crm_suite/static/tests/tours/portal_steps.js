/** Steps of tours through pages that customers and intermediaries see. */

/** From the start of the page, by Tab alone. */
export function focus(trigger) {
    return {
        content: `the keyboard reaches ${trigger}`,
        trigger,
        async run({ press }) {
            document.activeElement?.blur();
            for (let tabs = 0; document.activeElement !== this.anchor; tabs++) {
                if (tabs > 150) {
                    throw new Error(`the keyboard does not reach ${trigger}`);
                }
                await press("Tab");
            }
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
