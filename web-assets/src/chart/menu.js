// A menu that opens below its button: closed by a press elsewhere, by Esc, and by what is chosen in it.

import { element } from "../shared/elements.js";

/**
 * @param {object} page
 * @param {string} page.id its `data-testid`
 * @param {string} page.label what it is called
 * @param {Node} page.face what its button shows
 * @param {string} [page.kind] a class more
 */
export function menu({ id, label, face, kind = "" }) {
  const root = element("details", `menu ${kind}`.trim());
  const summary = element("summary");
  summary.dataset.testid = id;
  summary.setAttribute("aria-label", label);
  summary.title = label;
  summary.append(face);
  const list = element("div", "menu-list");
  root.append(summary, list);
  const close = () => {
    root.open = false;
    summary.focus();
  };
  document.addEventListener("pointerdown", (event) => {
    if (root.open && !root.contains(/** @type {Node} */ (event.target))) root.open = false;
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !root.open) return;
    event.preventDefault();
    close();
  });
  return { root, summary, list, close };
}

/** A button of ours. */
export function button(id, text, click) {
  const made = element("button", "", text);
  made.type = "button";
  made.dataset.testid = id;
  made.addEventListener("click", click);
  return made;
}

export function set(target, name, value) {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}
