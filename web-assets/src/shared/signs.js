// The drawn signs: not every system's fonts have them. Their shapes stand in each page (templates/signs.html).

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} name its id there: `i-share`, `s-up`
 * @param {string} kind `ico` for a button's, `st` for a state's
 * @returns {SVGSVGElement}
 */
export function sign(name, kind = "ico") {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", kind);
  made.setAttribute("aria-hidden", "true");
  made.append(document.createElementNS(SVG, "use"));
  turn(made, name);
  return made;
}

/** Makes it another one, where it is. */
export function turn(made, name) {
  const use = made.firstElementChild;
  if (use.getAttribute("href") !== `#${name}`) use.setAttribute("href", `#${name}`);
}
