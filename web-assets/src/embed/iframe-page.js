// The page for an <iframe>: an element that fills it, configured by the page's address; several where the address names
// lines of several routers.

import { boxes } from "./boxes-of-address.js";
import { sources } from "./embed.js";
import { sharing } from "./shared-stream.js";

// Iframes of one page share their streams, where the browser lets them.
const worker = new URL("./stream-worker.js", import.meta.url);
sources.world = sharing(globalThis, () => new SharedWorker(worker, { type: "module", name: "lalin-streams" }));

const asked = new URLSearchParams(location.search);
const wanted = asked.get("theme");
if (wanted === "light" || wanted === "dark") {
  const scheme = /** @type {HTMLMetaElement} */ (document.querySelector("meta[name=color-scheme]"));
  scheme.content = wanted;
}
for (const one of boxes(asked)) {
  const traffic = document.createElement("lalin-traffic");
  for (const [word, value] of Object.entries(one)) traffic.setAttribute(word, value);
  document.body.append(traffic);
}
