// A dialog with a title and a close button. Escape and a click outside close it too.

import { element } from "./elements.js";
import { styleSheet } from "./style-sheet.js";

/** @returns {{root: HTMLDialogElement, body: HTMLElement, open: () => void}} */
export function dialog(id, title, close) {
  styleSheet(import.meta.url, "./form.css");
  const root = element("dialog", "dialog");
  root.id = id;
  root.dataset.testid = id;
  const head = element("header");
  const name = element("h2", "", title);
  name.id = `${id}-title`;
  root.setAttribute("aria-labelledby", name.id);
  const button = element("button", "close", close);
  button.type = "button";
  button.addEventListener("click", () => root.close());
  head.append(name, button);
  const body = element("div", "dialog-body");
  body.tabIndex = 0; // it scrolls, so the keys must reach it
  root.append(head, body);
  root.addEventListener("click", (event) => {
    if (event.target === root) root.close();
  });
  document.body.append(root);
  return {
    root,
    body,
    open() {
      if (!root.open) root.showModal();
    },
  };
}
