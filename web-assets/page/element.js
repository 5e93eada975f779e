// Making and filling elements of the page. Names and comments are data: text, never markup.

export function element(tag, kind = "", text = "") {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  if (text) made.textContent = text;
  return made;
}

/** Writes a text where it is another one; writing the same again would cost a layout. */
export function put(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
