// A sentence that says that something was done, for a few seconds, at the lower edge. It covers nothing that is needed
// and moves nothing; a reader's voice reads it.

import { element, put } from "./elements.js";
import { styleSheet } from "./style-sheet.js";

/** How long it is seen, ms. */
const SEEN = 6_000;

let root = null;
let gone = null;

/** @param {string} text */
export function shortNote(text) {
  if (!root) {
    styleSheet(import.meta.url, "./form.css");
    root = element("p", "short-note");
    root.dataset.testid = "short-note";
    root.setAttribute("role", "status");
  }
  // A dialog lies above everything else: the note is seen only in it, or else in the page.
  (document.querySelector("dialog[open]") ?? document.body).append(root);
  clearTimeout(gone);
  put(root, text);
  gone = setTimeout(() => root.remove(), SEEN);
}
