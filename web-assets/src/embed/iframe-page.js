// The page for an <iframe>: one element that fills it, configured by the page's address.

import { sources } from "./embed.js";
import { sharing } from "./shared-stream.js";

const WORDS = ["router", "interface", "window", "lang", "theme", "token", "unit"];

// Iframes of one page share their streams, where the browser lets them.
const worker = new URL("./stream-worker.js", import.meta.url);
sources.world = sharing(globalThis, () => new SharedWorker(worker, { type: "module", name: "lalin-streams" }));

const asked = new URLSearchParams(location.search);
const traffic = document.createElement("lalin-traffic");
for (const word of WORDS) if (asked.has(word)) traffic.setAttribute(word, asked.getAll(word).join(","));
const wanted = asked.get("theme");
if (wanted === "light" || wanted === "dark") {
  const scheme = /** @type {HTMLMetaElement} */ (document.querySelector("meta[name=color-scheme]"));
  scheme.content = wanted;
}
document.body.append(traffic);
