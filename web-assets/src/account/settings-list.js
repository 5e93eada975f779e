// A list on the settings page: a table with hairlines, each row with its buttons, and the dialogs that those open.

import { dialog } from "../shared/dialog.js";
import { element, put } from "../shared/elements.js";
import { button, end, onSubmit } from "../shared/form.js";

/**
 * A table with a name for it; its rows are put in by `set`.
 * @param {string} label
 * @param {string[]} heads the last, of the buttons, is for who does not see them
 */
export function settingsTable(label, heads) {
  const root = element("table", "things");
  root.setAttribute("aria-label", label);
  const row = element("tr");
  for (const [at, head] of heads.entries()) {
    const cell = element("th");
    cell.scope = "col";
    cell.append(at === heads.length - 1 ? element("span", "hidden", head) : head);
    row.append(cell);
  }
  const top = element("thead");
  top.append(row);
  const body = element("tbody");
  root.append(top, body);
  return Object.assign(root, { set: (rows) => body.replaceChildren(...rows) });
}

/**
 * A row: its name, what is to be said of it, and its buttons. A fact that is too long ends in an ellipsis.
 * @param {string} name
 * @param {string[]} facts
 */
export function settingsRow(name, facts, ...buttons) {
  const row = element("tr", "thing");
  const head = element("th", "name");
  head.scope = "row";
  head.append(words(name));
  row.append(head);
  for (const fact of facts) {
    const cell = element("td");
    if (fact) cell.append(words(fact));
    row.append(cell);
  }
  const actions = element("td", "actions");
  actions.append(...buttons);
  row.append(actions);
  return row;
}

function words(text) {
  const made = element("bdi", "", text);
  made.title = made.textContent;
  return made;
}

let made = null;

/** The one dialog of the settings, with a title of its own each time. */
export function openDialog(title, texts, ...content) {
  made ??= dialog("settings-dialog", "", texts.close);
  put(made.root.querySelector("h2"), title);
  made.body.replaceChildren(...content);
  made.open();
  made.body.scrollTop = 0;
  made.body.querySelector("input:not([disabled]), select, button")?.focus({ preventScroll: true });
  return made;
}

/** Asks once more before something goes that does not come back. */
export function confirmed(title, question, word, texts, run) {
  const form = element("form", "form");
  const yes = button(word, "sure", null, "bad");
  yes.type = "submit";
  form.append(
    element("p", "", question),
    end(
      button(texts.form_cancel, "cancel", () => made.root.close()),
      yes,
    ),
  );
  onSubmit(form, {
    texts,
    async send() {
      await run();
      made.root.close();
    },
  });
  openDialog(title, texts, form);
}

/** The list of what is on a page of settings, where there is room for it. */
export function contents(/** @type {HTMLElement} */ root) {
  const sections = [...document.querySelectorAll("main section:not([hidden])")];
  for (const section of sections) {
    const link = element("a", "", section.querySelector("h2").textContent);
    link.href = `#${section.id}`;
    root.append(link);
  }
  root.hidden = sections.length < 2;
}
