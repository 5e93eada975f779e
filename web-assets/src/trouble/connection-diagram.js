// A drawing of the path from the router to this page, marked where it is broken. It is decoration: the text beside it
// says the same.

const SVG = "http://www.w3.org/2000/svg";

/** Signs, in a box of 24 by 24. */
const SIGNS = {
  wait: "M12 4a8 8 0 1 0 8 8M12 8v4l3 2",
  clock: "M12 3a9 9 0 1 0 .1 0M12 7v5l4 2",
  key: "M8 12a4 4 0 1 0 0 .1M12 12h9M18 12v4M21 12v3",
  power: "M12 3v8M7 6a8 8 0 1 0 10 0",
  shield: "M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6zM9 9l6 6M15 9l-6 6",
  paper: "M6 3h9l4 4v14H6zM15 3v4h4M9 12h6M9 16h4",
  lock: "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3",
  plug: "M9 3v6M15 3v6M6 9h12v3a6 6 0 0 1-12 0zM12 18v3",
  gap: "M4 12h5M15 12h5M10 7l-1 3M14 7l1 3M10 17l-1-3M14 17l1-3",
  sand: "M6 3h12M6 21h12M7 3c0 6 10 12 10 18M17 3c0 6-10 12-10 18",
  plane: "M4 4l16 16M5 12a10 10 0 0 1 4-3M19 12a10 10 0 0 0-5-3M9 16a5 5 0 0 1 6 0M12 20h.1",
  cross: "M6 6l12 12M18 6L6 18",
  question: "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 18h.1",
  plus: "M12 5v14M5 12h14",
};

/** Which sign, and on which hop: 0 from the router to the server, 1 from the server to this page. */
const KINDS = {
  "no-router": ["plus", 0],
  connecting: ["wait", 0],
  loading: ["wait", 1],
  stale: ["sand", 0],
  unreachable: ["plug", 0],
  refused: ["power", 0],
  "timed-out": ["clock", 0],
  "wrong-credentials": ["key", 0],
  "not-permitted": ["lock", 0],
  "turned-away": ["shield", 0],
  tls: ["paper", 0],
  certificate: ["paper", 0],
  closed: ["gap", 0],
  "router-error": ["question", 0],
  malformed: ["question", 0],
  internal: ["question", 0],
  offline: ["plane", 1],
  server: ["cross", 1],
  reconnecting: ["wait", 1],
};

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** @returns {SVGElement} the picture of a state or reason; of one that is not known, that of the router being away */
export function connectionDiagram(kind) {
  const [sign, at] = KINDS[kind] ?? KINDS.unreachable;
  const root = shape("svg", { viewBox: "0 0 240 64", class: "hops", "aria-hidden": "true" });
  root.dataset.picture = kind;
  root.dataset.testid = "state-picture";
  const link = (from, to, broken) =>
    root.append(shape("path", { d: `M${from} 36H${to}`, class: broken ? "broken" : "" }));
  link(48, 96, at === 0);
  link(144, 192, at === 1);
  const missing = kind === "no-router" ? "missing" : "";
  // The router with its aerials, the server, the page.
  root.append(
    shape("path", { d: "M6 28h42v16H6zM14 36h.1M20 36h.1M12 28L8 14M42 28l4-14", class: missing }),
    shape("path", { d: "M96 16h48v14H96zM96 34h48v14H96zM104 23h.1M104 41h.1" }),
    shape("path", { d: "M192 16h42v28h-42zM206 52h14M213 44v8M198 38l8-8 6 5 14-12" }),
  );
  const middle = at === 0 ? 72 : 168;
  root.append(shape("circle", { cx: middle, cy: 36, r: 16, class: "mark" }));
  const glyph = shape("path", {
    d: SIGNS[sign],
    class: "sign-of",
    transform: `translate(${middle - 10} 26) scale(0.84)`,
  });
  root.append(glyph);
  return root;
}
