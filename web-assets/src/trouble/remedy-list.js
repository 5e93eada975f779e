// Shows the remedies for a trouble: what each command is for, and the command with a copy button.

import { command } from "../shared/copy-button.js";
import { element } from "../shared/elements.js";
import { remediesOf } from "./remedies.js";

/**
 * @param {string} trouble
 * @param {{user?: string, tls?: boolean, password?: string, host?: string}} router as far as it is known
 * @param {Record<string, string>} texts
 * @returns {HTMLElement} empty where no command mends it
 */
export function remedyList(trouble, router, texts) {
  const root = element("div", "fixes");
  root.dataset.testid = "state-fix";
  for (const fix of remediesOf(trouble, router)) {
    const words = texts[`fix.${fix.say}`];
    const shown = command(texts, words);
    shown.set(fix.command);
    const one = element("div", "fix");
    one.append(element("p", "note", words), shown);
    root.append(one);
  }
  root.hidden = root.children.length === 0;
  return root;
}
