import { registry } from "@web/core/registry";
import { chooseFile, enter, fits, focus, tab } from "@crm_suite/../tests/tours/portal_steps";

const FIELDS = {
    customer_name: "Kaveh Steel",
    customer_email: "buy@kaveh.example",
    customer_phone: "021 88776655",
    customer_city: "Tehran",
    amount_expected: "12500",
    date_close: "2031-05-01",
};

const fill = ([name, text]) => ({
    content: `fill in ${name}`,
    trigger: `#deal_${name}`,
    run: `edit ${text}`,
});

const choose = (name, label) => ({
    content: `choose ${label}`,
    trigger: `#deal_${name}`,
    run: `selectByLabel ${label}`,
});

registry.category("web_tour.tours").add("crm_distribution_intermediary", {
    steps: () => [
        {
            content: "The home says what is new and how long it waits",
            trigger: ".o_channel_home a:contains('Pumps'):contains(/(days|hours|minutes) left/)",
            run: "click",
            expectUnloadPage: true,
        },
        fits,
        {
            content: "Before it is taken the page does not say who the customer is",
            trigger: "body:not(:contains('Secret Customer')) p[role=status]:contains('Answer by')",
        },
        {
            content: "Take it",
            trigger: "form button:contains('Accept')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Now it does",
            trigger: "dd:contains('buyer@secret.example')",
        },
        fits,
        {
            content: "Write to the channel manager",
            trigger: "#channel_message",
            run: "edit I call them today",
        },
        {
            trigger: "#channel_messages button:contains('Send')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It stands there",
            trigger: ".o_channel_message:contains('I call them today')",
        },
        {
            content: "On to the deals",
            trigger: ".o_portal_submenu a[href='/my/home'], .o_portal_submenu a[href='/my']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_channel_home a:contains('Register a Deal')",
            run: "click",
            expectUnloadPage: true,
        },
        fits,
        ...Object.entries(FIELDS).map(fill),
        choose("category_id", "Pumps"),
        choose("customer_country_id", "Irania"),
        chooseFile("#deal_evidence", "letter.txt", "We want pumps"),
        {
            content: "Register it",
            trigger: "form button:contains('Register')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It waits for a decision, and says until when",
            trigger: ".alert[role=status]:contains('We decide by')",
        },
        { trigger: ".badge:contains('Submitted')" },
        { trigger: "a[href$='/file/1']:contains('letter.txt')" },
        fits,
    ],
});

registry.category("web_tour.tours").add("crm_distribution_keyboard", {
    steps: () => [
        focus(".o_channel_home a.btn-primary"),
        enter(".o_channel_home a.btn-primary"),
        fits,
        focus("#channel_decline_reason"),
        { trigger: "#channel_decline_reason", run: "edit Too far" },
        focus("form button:contains('Decline')"),
        enter("form button:contains('Decline')"),
        focus(".o_channel_offer"),
        enter(".o_channel_offer"),
        focus("form button:contains('Accept')"),
        enter("form button:contains('Accept')"),
        { trigger: "h2:contains('Whom to Contact')" },
        fits,
    ],
});

/** The tour writes where the keyboard is, and goes on from there by Tab alone. */
const type = ([name, text]) => ({
    content: `type ${name}`,
    trigger: `#deal_${name}`,
    async run({ press }) {
        for (let tabs = 0; document.activeElement !== this.anchor; tabs++) {
            if (tabs > 3) {
                throw new Error(`${name} does not come next`);
            }
            await tab(press);
        }
        for (const letter of text) {
            await press(letter === letter.toLowerCase() ? letter : `Shift+${letter}`);
        }
        if (!this.anchor.value) {
            throw new Error(`nothing can be typed into ${name}`);
        }
    },
});

registry.category("web_tour.tours").add("crm_distribution_keyboard_form", {
    steps: () => [
        focus("#deal_customer_name"),
        // in the sequence in which the page shows them
        type(["customer_name", FIELDS.customer_name]),
        {
            trigger: "#deal_category_id",
            async run({ press, selectByLabel }) {
                await tab(press);
                if (document.activeElement !== this.anchor) {
                    throw new Error("goods do not come next");
                }
                await selectByLabel("Pumps");
                this.anchor.focus();
            },
        },
        type(["customer_email", FIELDS.customer_email]),
        type(["customer_phone", FIELDS.customer_phone]),
        type(["customer_city", FIELDS.customer_city]),
        {
            trigger: "#deal_customer_country_id",
            async run({ press, selectByLabel }) {
                await tab(press);
                if (document.activeElement !== this.anchor) {
                    throw new Error("the country does not come next");
                }
                await selectByLabel("Irania");
                this.anchor.focus();
            },
        },
        type(["amount_expected", FIELDS.amount_expected]),
        type(["date_close", FIELDS.date_close]),
        fits,
        enter("#deal_date_close"),
        { trigger: ".badge:contains('Submitted')" },
        fits,
    ],
});
