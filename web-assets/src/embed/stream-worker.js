// The worker that all iframes of a browser share: it holds one stream for those that show the same router with the same
// token, and passes its text on. A browser opens only six connections to an HTTP/1.1 server, so eight iframes with a
// stream each would leave two of them, and everything else, waiting for ever.

import { StreamHub } from "./stream-hub.js";

const hub = new StreamHub(globalThis);

globalThis.addEventListener("connect", (event) => {
  const [port] = /** @type {MessageEvent} */ (event).ports;
  port.onmessage = ({ data }) => hub.take(port, data);
  port.postMessage({ kind: "ready" });
});
