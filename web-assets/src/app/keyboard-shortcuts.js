// The keyboard shortcuts of the whole page, ignored while somebody types. The help that lists them is shortcut-help.js.

/** Each key and what it does; the help shows them in this order. */
export const KEYS = [
  ["/", "search"],
  ["P", "pause"],
  ["[", "shorter"],
  ["]", "longer"],
  ["M", "mode"],
  ["U", "unit"],
  ["F", "wall"],
  ["D", "theme"],
  ["L", "language"],
  ["?", "help"],
];
const COMMANDS = new Map(KEYS.map(([key, command]) => [key.toLowerCase(), command]));

/**
 * What a key asks for; null where it asks for nothing, or belongs to somebody else.
 * @param {{key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, repeat?: boolean, defaultPrevented?:
 *   boolean, isComposing?: boolean}} event
 * @param {boolean} typing the focus is where text is written, or a dialog is open
 */
export function command(event, typing) {
  if (
    typing ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.repeat ||
    event.defaultPrevented ||
    event.isComposing
  )
    return null;
  return event.key === "Escape" ? "escape" : (COMMANDS.get(event.key.toLowerCase()) ?? null);
}

/** @param {EventTarget|null} target */
export function isTyping(target) {
  return Boolean(target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog"));
}

/** @param {Record<string, () => unknown>} does what each command does; one that is not there is left to the browser */
export function keyboardShortcuts(does) {
  document.addEventListener("keydown", (event) => {
    const wanted = command(event, isTyping(event.target) || document.querySelector("dialog[open]") !== null);
    if (wanted === null || !does[wanted]) return;
    if (does[wanted]() !== false) event.preventDefault();
  });
}
