// What is wrong with the text that is seen: cut off, out of its box, over its neighbour, out of the window. Run in the
// page by text_boxes.rs; answers a list of sentences, empty where all is well.

function textFaults() {
  const wrong = [];
  const tell = (fault, element, text) => {
    const path = [];
    for (let e = element; e && path.length < 3; e = e.parentElement)
      path.unshift(
        e.localName + (e.id ? `#${e.id}` : "") + (e.className?.baseVal ?? e.className ?? "").replace(/^|\s+/g, "."),
      );
    wrong.push(`${fault}: "${text.slice(0, 60)}" in ${path.join(" > ")}`);
  };
  /** A figure: it is whole, or it is nothing. An address is none. */
  const isFigure = (text) =>
    /(^|\s)\d[\d.,:]*\s?([kMGT]?(bps|B)|%|ms)?$/.test(text) && !/\d+\.\d+\.\d+\.\d+/.test(text);

  /** The texts that are seen: each with its element, its lines' boxes, and the box around its letters. */
  const seen = [];
  function collect(root) {
    for (const node of root.childNodes) {
      if (node.nodeType === Node.ELEMENT_NODE) {
        if (["SCRIPT", "STYLE", "NOSCRIPT", "SELECT", "OPTION", "svg", "CANVAS"].includes(node.nodeName)) continue;
        if (!node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
        const style = getComputedStyle(node);
        // For screen readers alone.
        if (style.clipPath === "inset(50%)") continue;
        if (node.shadowRoot) collect(node.shadowRoot);
        collect(node);
      } else if (node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== "") {
        const range = document.createRange();
        range.selectNodeContents(node);
        const lines = [...range.getClientRects()].filter(({ width, height }) => width > 0.5 && height > 0.5);
        const element = node.parentElement ?? node.getRootNode().host;
        if (lines.length > 0) seen.push({ element, text: node.textContent.trim(), lines });
      }
    }
  }
  collect(document.body);

  const parentOf = (element) => element.parentElement ?? element.getRootNode().host ?? null;
  /** Whether what is at the middle of a box is this element, or within it: not scrolled away, not under another. */
  function isOnTop(element, { left, right, top, bottom }) {
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const at = element.getRootNode().elementFromPoint(x, y);
    return at !== null && (at === element || element.contains(at) || at.contains(element));
  }
  const titled = (element) => {
    for (let e = element; e; e = parentOf(e)) if (e.title || e.getAttribute?.("aria-description")) return true;
    return false;
  };

  /** What lies over the page lies over its texts. */
  const layerOf = (element) => {
    for (let e = element; e; e = parentOf(e)) {
      const { position, zIndex } = getComputedStyle(e);
      if (position !== "static" && position !== "relative" && zIndex !== "auto") return e;
    }
    return null;
  };
  const boxes = [];
  for (const { element, text, lines } of seen) {
    const style = getComputedStyle(element);
    const size = Number.parseFloat(style.fontSize);
    // A line's box is higher than its letters.
    const letters = lines.map((line) => {
      const middle = (line.top + line.bottom) / 2;
      return { left: line.left, right: line.right, top: middle - size * 0.4, bottom: middle + size * 0.4 };
    });
    let block = null;
    let cut = false;
    let scrolls = false;
    for (let e = element; e && e !== document.documentElement; e = parentOf(e)) {
      const at = getComputedStyle(e);
      if (at.display === "inline" || at.display === "contents") continue;
      const box = e.getBoundingClientRect();
      const clips = [at.overflowX, at.overflowY];
      const out = (axis) =>
        letters.some((line) =>
          axis === 0
            ? line.left < box.left - 1 || line.right > box.right + 1
            : line.top < box.top - 1 || line.bottom > box.bottom + 1,
        );
      if (block === null) {
        block = e;
        if (clips[0] === "visible" && out(0) && letters.some((line) => isOnTop(element, line)))
          tell("runs out of its box", element, text);
      }
      scrolls = clips.some((clip) => clip === "auto" || clip === "scroll");
      if (scrolls) break;
      if (clips[0] !== "visible" && out(0)) {
        cut = true;
        const ellipsis = at.textOverflow === "ellipsis" && !isFigure(text);
        if (!ellipsis) tell("cut off sideways", element, text);
        else if (!titled(element)) tell("ends in an ellipsis without a title", element, text);
        break;
      }
      if (clips[1] !== "visible" && out(1) && at.webkitLineClamp === "none") {
        cut = true;
        if (letters.some((line) => isOnTop(element, line))) tell("cut off in height", element, text);
        break;
      }
      if (at.position === "fixed") break;
    }
    if (!cut && isFigure(text) && lines.some(({ top }) => top > lines[0].bottom - 1))
      tell("a figure over two lines", element, text);
    for (const line of letters) {
      if (cut || !isOnTop(element, line)) continue;
      boxes.push({ element, text, layer: layerOf(element), ...line });
      if (!scrolls && (line.left < -1 || line.right > innerWidth + 1)) tell("out of the window", element, text);
    }
  }
  boxes.sort((a, b) => a.top - b.top);
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length && boxes[j].top < boxes[i].bottom; j++) {
      const [a, b] = [boxes[i], boxes[j]];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - b.top;
      if (a.element !== b.element && a.layer === b.layer && wide > 1 && high > 1)
        tell(`overlaps "${b.text.slice(0, 40)}"`, a.element, a.text);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth)
    wrong.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  return [...new Set(wrong)].slice(0, 40);
}
