// A text to take along: shown as it is, with a button that copies it, or else selects it for the hand to copy.

import { element, put } from "./element.js";
import { button } from "./form.js";

/** So long the button says that it is done, ms. */
const SAID = 2_000;

/** @returns {HTMLElement} */
export function copyable(text, texts, testid) {
  const root = element("div", "copyable");
  const code = element("code", "", text);
  code.tabIndex = 0; // it may be wider than its place, and then the keys must reach it
  let timer = null;
  const copy = button(texts.copy_copy, testid, async () => {
    const done = await copied(text, code);
    put(copy, done ? texts.copy_copied : texts.copy_selected);
    clearTimeout(timer);
    timer = setTimeout(() => put(copy, texts.copy_copy), SAID);
  });
  copy.setAttribute("aria-live", "polite");
  root.append(code, copy);
  return root;
}

/** Without TLS a browser lets no page at the clipboard: then the text is selected. */
async function copied(text, code) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return false;
  }
}
