// A worker that all iframes of one browser share: it holds one stream for those that show the same router with the same
// token, and hands its text on to each. A browser opens six connections to a server that speaks HTTP/1.1; eight iframes
// with a stream each would leave two of them, and everything else, waiting for ever.

import { StreamHub } from "./stream-hub.js";

const hub = new StreamHub(globalThis);

globalThis.addEventListener("connect", (event) => {
  const [port] = /** @type {MessageEvent} */ (event).ports;
  port.onmessage = ({ data }) => hub.take(port, data);
  port.postMessage({ kind: "ready" });
});
