// The path from the router to this page, hop by hop, and where it is broken: three pictures with what each of them
// does.
// It is decoration: the text beside it says the same.

import { element } from "../shared/elements.js";
import { CAUSES } from "./causes.js";

const SVG = "http://www.w3.org/2000/svg";

/** In a box of 38 by 28: the router with its aerial, the server, the page. */
const SHAPES = [
  "M4 16h30v9H4zM9 20.5h.01M13 20.5h.01M28 16V8M28 8l-3-3M28 8l3-3",
  "M6 4h26v9H6zM6 15h26v9H6zM11 8.5h.01M11 19.5h.01M17 8.5h10M17 19.5h10",
  "M5 3h28v17H5zM14 25h10M19 20v5M10 15l5-5 4 3 6-6 3 3",
];
/** What the router does, where it answers at all. */
const REFUSES = [
  "refused",
  "wrong-credentials",
  "not-permitted",
  "turned-away",
  "tls",
  "certificate",
  "certificate-changed",
];

/**
 * @param {string} cause one of `CAUSES`; of one that is not known, the router is away
 * @param {Record<string, string>} [texts] the words below the pictures
 * @param {string} [host] where the router is, for those who may know
 * @returns {HTMLElement}
 */
export function connectionDiagram(cause, texts, host = "") {
  const broken = (CAUSES[cause] ?? CAUSES.unreachable).at;
  const root = element("div", "hops");
  root.setAttribute("aria-hidden", "true");
  root.dataset.testid = "state-picture";
  SHAPES.forEach((shape, at) => {
    if (at > 0) root.append(element("span", at - 1 === broken ? "wire cut" : "wire"));
    root.append(drawn(shape, at === 0 ? cause : null, at === deadEnd(cause, broken)));
  });
  if (!texts) return root;
  wordsOf(cause, broken, texts, host).forEach(([name, does], at) => {
    if (at > 0) root.append(element("span"));
    const words = element("span", at === deadEnd(cause, broken) ? "at dead" : "at");
    words.append(element("span", "", name), element("bdi", "", does));
    root.append(words);
  });
  return root;
}

/** Which of the three is at fault: the router; or, beyond the server, the server or this device. */
function deadEnd(cause, broken) {
  if (broken === 0) return cause === "internal" ? 1 : 0;
  return cause === "offline" ? 2 : 1;
}

function wordsOf(cause, broken, texts, host) {
  const router = REFUSES.includes(cause) ? texts.hop_refuses : host || texts.hop_silent;
  return [
    [texts.hop_router, broken === 0 ? router : texts.hop_unknown],
    ["Lalin", broken === 0 ? texts.hop_up : cause === "offline" ? texts.hop_unknown : texts.hop_silent],
    [texts.hop_browser, cause === "offline" ? texts.hop_offline : "OK"],
  ];
}

/** @param {string|null} cause what the first of the pictures is the sign of, for tests and style */
function drawn(shape, cause, dead) {
  const root = document.createElementNS(SVG, "svg");
  root.setAttribute("viewBox", "0 0 38 28");
  root.setAttribute("class", dead ? "hop dead" : "hop");
  if (cause !== null) root.dataset.picture = cause;
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", shape);
  root.append(path);
  return root;
}
