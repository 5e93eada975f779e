// A share in figures, with a rule under it as long as the share: how full a link is, or how busy a processor.

import { element, put } from "../shared/elements.js";
import { fullness } from "../data/partial-sums.js";

export function makeShare() {
  const root = element("span", "share");
  const words = element("span");
  const rule = element("i");
  rule.setAttribute("aria-hidden", "true");
  root.append(words, rule);
  return { root, words, rule, shown: "" };
}

/**
 * @param {{root: HTMLElement, words: HTMLElement, rule: HTMLElement, shown: string}} made
 * @param {number|null} share 0 to 1
 * @param {"link"|"load"} of how full a link is, or a processor: the one is to be seen from 80 %, the other from 90 %
 */
export function setShare(made, share, of) {
  put(made.words, share === null ? "–" : `${Math.round(share * 100)} %`);
  const level = share === null ? "none" : of === "link" ? fullness(share) : share >= 0.9 ? "full" : "";
  set(made.root, "data-level", level);
  const shown = share === null ? "0" : Math.min(1, Math.max(0, share)).toFixed(2);
  if (made.shown !== shown) made.rule.style.setProperty("--use", (made.shown = shown));
}

export function set(target, name, value) {
  const text = String(value);
  if (target.getAttribute(name) !== text) target.setAttribute(name, text);
}
