// Where the list is shown: beside the chart if there is room, otherwise as a sheet from below, opened by one button
// within the thumb's reach.

import { target } from "../shared/elements.js";

const WIDE = matchMedia("(min-width: 960px)");

/**
 * @param {{root: HTMLElement, button: HTMLElement, close: HTMLElement, search: HTMLInputElement, list: {focus: () =>
 *   void}, back: HTMLElement, behind: HTMLElement[], opened: () => void, clear: () => void}} parts `behind`: what
 *   cannot be reached while the sheet lies over it; `back`: what dims it
 * @returns {{open: () => void, close: () => void}}
 */
export function listSheet({ root, button, close, search, list, back, behind, opened, clear }) {
  let isOpen = false;

  function show(open) {
    const over = open && !WIDE.matches;
    isOpen = over;
    root.toggleAttribute("data-open", over);
    document.documentElement.toggleAttribute("data-sheet", over);
    back.hidden = !over;
    for (const part of behind) part.inert = over;
    if (over) {
      root.setAttribute("role", "dialog");
      root.setAttribute("aria-modal", "true");
    } else {
      root.removeAttribute("role");
      root.removeAttribute("aria-modal");
    }
    button.setAttribute("aria-expanded", String(over || WIDE.matches));
    if (open) opened();
  }

  function open() {
    show(true);
    // On a touch screen the search would bring up the keyboard, over half of the list.
    if (matchMedia("(pointer: coarse)").matches && !WIDE.matches) list.focus();
    else {
      search.focus();
      search.select();
    }
  }

  function shut() {
    if (!isOpen) return;
    show(false);
    if (search.value !== "") clear();
    button.focus({ preventScroll: true });
  }

  button.addEventListener("click", open);
  close.addEventListener("click", shut);
  back.addEventListener("click", shut);
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (isOpen) shut();
    else if (search.value !== "") clear();
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || target(event, "input, textarea")) return;
    event.preventDefault();
    open();
  });
  WIDE.addEventListener("change", () => show(false));
  show(false);
  return { open, close: shut };
}
