// A command to be typed on the router, with a button that copies it.

import { element } from "./element.js";

/** How long the button says that it was done, ms. */
const SAID = 2_000;

/** @returns {HTMLElement} `.set(text)` changes the command */
export function command(texts) {
  const root = element("div", "command");
  const code = element("code");
  code.tabIndex = 0; // it may be longer than the screen
  const button = element("button", "", texts.copy);
  button.type = "button";
  button.dataset.testid = "copy";
  let back = null;
  button.addEventListener("click", async () => {
    clearTimeout(back);
    button.textContent = (await copied(code)) ? texts.copied : texts.copy_selected;
    back = setTimeout(() => (button.textContent = texts.copy), SAID);
  });
  root.append(code, button);
  return Object.assign(root, {
    set(text) {
      if (code.textContent !== text) code.textContent = text;
    },
  });
}

/** Copies; where the browser does not let us (no TLS), the text is selected, to be copied by hand. */
async function copied(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}
