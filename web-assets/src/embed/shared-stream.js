// Lets an iframe use the stream of the worker that all iframes share. Without such a worker each opens its own.

/** @import { World } from "../data/types.js" */

/** A worker that is not there by then, ms, does not come: some browsers and policies have none. */
export const READY = 2_000;
/** So often the worker is told that the page is still there, ms. */
export const HERE = 10_000;

/**
 * A window in which a stream is asked for by the shared worker.
 * @param {World} world
 * @param {() => SharedWorker} start
 * @returns {World}
 */
export function sharing(world, start) {
  const shared = connect(world, start);
  return {
    document: world.document,
    performance: world.performance,
    location: world.location,
    setTimeout: (then, ms) => world.setTimeout(then, ms),
    clearTimeout: (id) => world.clearTimeout(id),
    setInterval: (then, ms) => world.setInterval(then, ms),
    clearInterval: (id) => world.clearInterval(id),
    addEventListener: (kind, then, options) => world.addEventListener(kind, then, options),
    async fetch(url, options) {
      const port = new URL(url).pathname.endsWith("/api/v1/stream") ? await shared : null;
      return port ? port.ask(url, options.signal) : world.fetch(url, options);
    },
  };
}

/** @returns {Promise<Port|null>} null where there is no worker */
function connect(world, start) {
  return new Promise((resolve) => {
    try {
      const worker = start();
      world.setTimeout(() => resolve(null), READY);
      worker.onerror = () => resolve(null);
      worker.port.onmessage = ({ data }) => data.kind === "ready" && resolve(new Port(worker.port, world));
    } catch {
      resolve(null);
    }
  });
}

class Port {
  #asked = new Map();
  #count = 0;

  constructor(port, world) {
    this.port = port;
    port.onmessage = ({ data }) => this.#asked.get(data.id)?.(data);
    world.setInterval(() => port.postMessage({ kind: "here" }), HERE);
    world.addEventListener("pagehide", () => {
      for (const id of this.#asked.keys()) port.postMessage({ kind: "leave", id });
    });
  }

  /** What `fetch` would answer, as far as a stream is read. */
  ask(url, signal) {
    const id = ++this.#count;
    const { promise, resolve, reject } = withResolvers();
    let controller = null;
    const body = new ReadableStream({ start: (own) => (controller = own) });
    const end = (how) => {
      this.#asked.delete(id);
      how();
    };
    signal.addEventListener("abort", () => {
      this.port.postMessage({ kind: "leave", id });
      const error = new DOMException("left", "AbortError");
      reject(error);
      // What has ended already cannot end again.
      if (this.#asked.has(id)) end(() => controller.error(error));
    });
    const encoder = new TextEncoder();
    this.#asked.set(id, (told) => {
      if (told.kind === "text") controller.enqueue(encoder.encode(told.text));
      if (told.kind === "begun") resolve(answer(told, body));
      if (told.kind === "ended") {
        reject(new TypeError("the shared stream ended"));
        end(() => controller.close());
      }
    });
    this.port.postMessage({ kind: "join", id, url });
    return promise;
  }
}

function answer({ status, type, body: text }, body) {
  const headers = new Headers(type ? { "Content-Type": type } : {});
  return { ok: status >= 200 && status < 300, status, headers, body, json: async () => JSON.parse(text) };
}

function withResolvers() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}
