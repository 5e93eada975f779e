// A text with a button that copies it, such as a command for the router.

import { element } from "./elements.js";
import { styleSheet } from "./style-sheet.js";

/** How long the button says that it was done, ms. */
const SAID = 2_000;

/**
 * @param {Record<string, string>} texts
 * @param {string} label what it is for, to who does not see where it stands
 * @returns {HTMLElement & {set: (text: string) => void}} `.set(text)` changes the command
 */
export function command(texts, label = "") {
  styleSheet(import.meta.url, "./form.css");
  const root = element("div", "command");
  const code = element("code");
  code.tabIndex = 0; // it may be longer than the screen
  if (label) {
    code.setAttribute("role", "group");
    code.setAttribute("aria-label", label);
  }
  const button = element("button", "", texts.copy);
  button.type = "button";
  button.dataset.testid = "copy";
  button.setAttribute("aria-live", "polite");
  let back = null;
  button.addEventListener("click", async () => {
    clearTimeout(back);
    const done = await copy(code.textContent, () => getSelection()?.selectAllChildren(code));
    button.textContent = done ? texts.copied : texts.copy_selected;
    root.toggleAttribute("data-copied", done);
    back = setTimeout(() => {
      button.textContent = texts.copy;
      root.removeAttribute("data-copied");
    }, SAID);
  });
  root.append(code, button);
  return Object.assign(root, {
    set(text) {
      if (code.textContent !== text) code.textContent = text;
    },
  });
}

/**
 * Puts a text where it can be pasted from. Only pages that came by TLS or from this machine have a clipboard; the old
 * way works elsewhere, and where that does not either, the text is left selected, to be copied by hand.
 * @param {string} text
 * @param {() => void} select marks the text in the page
 * @param {{clipboard?: Clipboard, exec: () => boolean}} browser
 * @returns {Promise<boolean>} whether it is copied
 */
export async function copy(text, select, { clipboard, exec } = own()) {
  try {
    if (clipboard) {
      await clipboard.writeText(text);
      return true;
    }
  } catch {
    // forbidden: then the old way
  }
  select();
  try {
    return exec();
  } catch {
    return false;
  }
}

function own() {
  return { clipboard: navigator.clipboard, exec: () => document.execCommand("copy") };
}
