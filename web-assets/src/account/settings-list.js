// A list on the settings page: each item with its buttons, and the dialogs that those buttons open.

import { dialog } from "../shared/dialog.js";
import { element, put } from "../shared/elements.js";
import { button, end, onSubmit } from "../shared/form.js";

/** A row: what it is, what is to be said of it, and its buttons. */
export function settingsItem(name, facts, ...buttons) {
  const row = element("li", "thing");
  const words = element("div", "words");
  words.append(element("bdi", "name", name), ...facts.filter(Boolean).map((fact) => element("bdi", "note", fact)));
  row.append(words, ...buttons);
  return row;
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
