import { registry } from "@web/core/registry";
import { enter, fits, focus, tab } from "@crm_suite/../tests/tours/portal_steps";

const tours = registry.category("web_tour.tours");

// A customer without an account writes to us.
tours.add("crm_ecrm_complain", {
    steps: () => [
        {
            content: "It is a complaint",
            trigger: "select[name=kind]",
            run: "select complaint",
        },
        {
            content: "In a few words",
            trigger: "input[name=name]",
            run: "edit Kettle leaks",
        },
        {
            content: "What happened",
            trigger: "textarea[name=description]",
            run: "edit There is water all over the kitchen.",
        },
        {
            content: "Who writes",
            trigger: "input[name=email_from]",
            run: "edit tour@customer.example",
        },
        {
            content: "Send it",
            trigger: ".o_voice_form button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It has arrived",
            trigger: ".o_voice_thanks",
        },
    ],
});

// An agent finds it on the board, answers, and says that it is solved.
tours.add("crm_ecrm_answer", {
    steps: () => [
        {
            content: "The board shows its clock",
            trigger: ".o_kanban_record:contains(Kettle leaks):contains(On Time)",
            run: "click",
        },
        {
            content: "Answer",
            trigger: ".o_form_view button[name=action_answer]",
            run: "click",
        },
        {
            content: "What the customer reads",
            trigger: ".modal .o_field_widget[name=text] textarea",
            run: "edit A new one is on its way.",
        },
        {
            content: "That solves it",
            trigger: ".modal .o_field_widget[name=then] .o_radio_input[data-value=solved]",
            run: "click",
        },
        {
            content: "Send it",
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        {
            content: "It is solved",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Solved)",
        },
    ],
});

// The customer opens the link of the mail and says that it is solved.
tours.add("crm_ecrm_confirm", {
    steps: () => [
        {
            content: "The answer is there",
            trigger: ".o_voice_ours:contains(A new one is on its way)",
        },
        {
            content: "It is solved",
            trigger: "button.o_voice_solved",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "We know it",
            trigger: ".o_voice_confirmed",
        },
    ],
});

// An answer is late: the leader sees it first.
tours.add("crm_ecrm_late", {
    steps: () => [
        {
            content: "The first page says so",
            trigger: ".o_kanban_record:contains(Late Answers)",
            run: "click",
        },
        {
            content: "The late case",
            trigger: ".o_kanban_record:contains(Forgotten):contains(Late)",
            run: "click",
        },
        {
            content: "It was escalated to me",
            trigger: ".o-mail-Activity:contains(First Answer is late)",
        },
    ],
});

// A fault that several customers met is answered for all of them at once.
tours.add("crm_ecrm_common_cause", {
    steps: () => [
        {
            content: "The case that stands for it says how many wait",
            trigger: ".o_form_view .alert:contains(2):contains(cases of this cause are open)",
        },
        {
            content: "Answer them all",
            trigger: "button[name=action_answer_children]:contains(Answer them all)",
            run: "click",
        },
        {
            content: "Before it is sent it says who gets it",
            trigger: ".modal .alert:contains(2 open cases get it):contains(2 customers one mail each)",
        },
        {
            content: "What they read",
            trigger: ".modal .o_field_widget[name=text] textarea",
            run: "edit Longer screws are on their way.",
        },
        {
            content: "That solves it",
            trigger: ".modal .o_field_widget[name=then] .o_radio_input[data-value=solved]",
            run: "click",
        },
        {
            content: "Send it",
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        {
            content: "Colleagues read what was sent",
            trigger: "body:not(:has(.modal)) .o-mail-Message:contains(Longer screws)",
        },
    ],
});

// One of these customers finds the answer on the page of his own case.
tours.add("crm_ecrm_common_answer", {
    steps: () => [
        {
            content: "The answer is there",
            trigger: ".o_voice_ours:contains(Longer screws are on their way)",
        },
        {
            content: "It is solved",
            trigger: "button.o_voice_solved",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "We know it",
            trigger: ".o_voice_confirmed",
        },
    ],
});

/** The keyboard goes on by Tab alone, so many times at most, and types there. */
const typeInto = (name, text, most = 1) => ({
    content: `type ${name}`,
    trigger: `#case_${name}`,
    async run({ press }) {
        for (let tabs = 0; document.activeElement !== this.anchor; tabs++) {
            if (tabs >= most) {
                throw new Error(`${name} does not come next`);
            }
            await tab(press);
        }
        for (const letter of text) {
            await press(letter === letter.toLowerCase() ? letter : `Shift+${letter}`);
        }
        if (this.anchor.value !== text) {
            throw new Error(`${name} holds ${this.anchor.value}`);
        }
    },
});

// The form for everybody, by keyboard alone and on a phone's width.
tours.add("crm_ecrm_complain_keyboard", {
    steps: () => [
        fits,
        focus("#case_kind"),
        // what it is about may be asked between
        typeInto("name", "Kettle leaks", 2),
        typeInto("description", "There is water all over."),
        typeInto("contact_name", "Ada"),
        typeInto("email_from", "keys@customer.example"),
        enter("#case_email_from"),
        {
            content: "It has arrived",
            trigger: ".o_voice_thanks",
        },
    ],
});
