// Making and filling elements of the page. Names and comments are data: text, never markup.

import { shown } from "../data/interface-names.js";

export function element(tag, kind = "", text = "") {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  if (text) made.textContent = shown(text);
  return made;
}

/** Writes a text where it is another one; writing the same again would cost a layout. */
export function put(target, text) {
  if (target.textContent === text) return;
  const safe = shown(text);
  if (target.textContent !== safe) target.textContent = safe;
}
