// The line between list and chart: dragged by mouse, finger or keys, and remembered on this device. What is wide enough
// by itself (the style sheet's own width) stays so until somebody moves it; a double click gives it back.

import { recall, remember } from "../shared/preferences.js";

const KEY = "list-width";
/** The narrowest list that still has a name and two figures, px. */
export const LEAST = 300;
/** What the chart keeps, px. */
export const CHART = 480;
/** By so much an arrow key moves it, px. */
const STEP = 16;

/** A width between what the list and the chart need, px. */
export function within(width, whole) {
  return Math.round(Math.max(LEAST, Math.min(width, whole - CHART)));
}

/**
 * @param {HTMLElement} root what holds both, and has `--list`
 * @param {HTMLElement} line the line, a `separator`
 * @param {HTMLElement} list
 */
export function splitter(root, line, list) {
  let asked = Number(recall(KEY)) || null;

  function place() {
    if (asked === null) root.style.removeProperty("--list");
    else root.style.setProperty("--list", `${within(asked, innerWidth)}px`);
  }
  /** For whoever hears the page. Only when it is moved or reached: it reads the layout. */
  function tell() {
    const now = Math.round(list.getBoundingClientRect().width);
    line.setAttribute("aria-valuemin", String(LEAST));
    line.setAttribute("aria-valuemax", String(within(Infinity, innerWidth)));
    line.setAttribute("aria-valuenow", String(now));
    return now;
  }
  function to(width) {
    asked = width === null ? null : within(width, innerWidth);
    remember(KEY, asked ?? "");
    place();
    tell();
  }

  line.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    line.focus();
    line.setPointerCapture(event.pointerId);
    const from = event.clientX - tell();
    line.toggleAttribute("data-drag", true);
    const move = ({ clientX }) => {
      asked = within(clientX - from, innerWidth);
      place();
    };
    const end = () => {
      line.removeEventListener("pointermove", move);
      line.removeAttribute("data-drag");
      if (asked !== null) to(asked);
    };
    line.addEventListener("pointermove", move);
    line.addEventListener("lostpointercapture", end, { once: true });
  });
  line.addEventListener("dblclick", () => to(null));
  line.addEventListener("focus", tell);
  line.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: tell() - STEP, ArrowRight: tell() + STEP, Home: 0, End: Infinity };
    if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    to(steps[event.key]);
  });
  window.addEventListener("resize", place);
  place();
  tell();
}
