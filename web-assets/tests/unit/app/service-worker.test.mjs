// The service worker: it answers for the server only where the server cannot, and with nothing that looks live.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "../../../src");
const read = (path) => readFileSync(join(SOURCE, path), "utf8");
const ORIGIN = "https://lalin.example";

/** A worker in a browser with these caches; `network` answers requests, or throws. */
function worker({ base = "/lalin", kept = new Map(), network = () => new Response("live") } = {}) {
  const listeners = {};
  const world = {
    LALIN: { base, assets: `${base}/assets/1` },
    URL,
    location: { origin: ORIGIN },
    addEventListener: (kind, listener) => (listeners[kind] = listener),
    skipWaiting: async () => {},
    clients: { claim: async () => {} },
    fetch: async (request) => network(typeof request === "string" ? request : request.url),
    caches: {
      open: async (name) => {
        if (!kept.has(name)) kept.set(name, new Map());
        return {
          addAll: async (paths) => paths.forEach((path) => kept.get(name).set(path, new Response(`kept ${path}`))),
        };
      },
      keys: async () => [...kept.keys()],
      delete: async (name) => kept.delete(name),
      match: async (request) => {
        const path = typeof request === "string" ? request : new URL(request.url).pathname;
        return [...kept.values()]
          .map((of) => of.get(path))
          .find(Boolean)
          ?.clone();
      },
    },
  };
  vm.runInNewContext(read("app/service-worker.js"), world);
  const run = async (kind) => {
    let waited;
    listeners[kind]({ waitUntil: (work) => (waited = work) });
    await waited;
  };
  /** The answer of the worker; undefined where it leaves the request to the browser. */
  const ask = async (path, { mode = "navigate", method = "GET" } = {}) => {
    let answer;
    listeners.fetch({ request: { url: ORIGIN + path, mode, method }, respondWith: (given) => (answer = given) });
    return (await answer)?.text();
  };
  return { run, ask, kept };
}
const gone = () => {
  throw new TypeError("Failed to fetch");
};

test("what is live comes from the server alone", async () => {
  const { run, ask, kept } = worker();
  await run("install");
  assert.equal(await ask("/lalin/prepaid/dashboard?router=kantor"), "live");
  for (const path of [
    "/lalin/api/v1/stream",
    "/lalin/api/v1/window",
    "/lalin/healthz",
    "/lalin/assets/1/app/dashboard.js",
  ])
    assert.equal(await ask(path, { mode: "cors" }), undefined, path);
  assert.equal(await ask("/lalin/api/v1/login", { mode: "cors", method: "POST" }), undefined);
  assert.equal(await ask("/lalin/embed?interface=ether1"), undefined, "somebody else's frame");
  const paths = [...kept.values()].flatMap((of) => [...of.keys()]);
  assert.ok(
    paths.every((path) => path === "/lalin/offline" || path.startsWith("/lalin/assets/1/")),
    paths.join(),
  );
});

test("without a server every page is the one that says so", async () => {
  const { run, ask } = worker({ network: gone });
  await run("install");
  for (const path of ["/lalin/prepaid/dashboard", "/lalin/prepaid/fleet", "/lalin/login", "/lalin/"])
    assert.equal(await ask(path), "kept /lalin/offline", path);
  assert.equal(await ask("/lalin/assets/1/app/offline.js", { mode: "cors" }), "kept /lalin/assets/1/app/offline.js");
});

test("a proxy whose server is gone counts, and an answer of the server does not", async () => {
  for (const [status, expected] of [
    [502, "kept /offline"],
    [504, "kept /offline"],
    [503, "busy"],
    [404, "busy"],
  ]) {
    const { run, ask } = worker({ base: "", network: () => new Response("busy", { status }) });
    await run("install");
    assert.equal(await ask("/prepaid/dashboard"), expected, String(status));
  }
});

test("an update leaves nothing of the version before, and nothing of others is touched", async () => {
  const kept = new Map([
    ["lalin:/lalin:/lalin/assets/0", new Map()],
    ["lalin:/other:/other/assets/0", new Map()],
    ["somebody else's", new Map()],
  ]);
  const { run } = worker({ kept });
  await run("install");
  await run("activate");
  assert.deepEqual([...kept.keys()].sort(), [
    "lalin:/lalin:/lalin/assets/1",
    "lalin:/other:/other/assets/0",
    "somebody else's",
  ]);
});

test("everything that the page without a server needs is kept", async () => {
  const { run, kept } = worker();
  await run("install");
  const paths = [...kept.values()].flatMap((of) => [...of.keys()]);
  // Its script and its style have all that they need in them: a test of the server holds that.
  const page = readFileSync(join(SOURCE, "../../crates/dashboard/templates/offline.html"), "utf8");
  const wanted = [...page.matchAll(/\{\{ assets \}\}\/([\w./-]+)/g)].map(([, path]) => path);
  assert.ok(wanted.length > 2, wanted.join());
  assert.deepEqual(
    paths
      .filter((path) => path.includes("/assets/"))
      .map((path) => path.replace("/lalin/assets/1/", ""))
      .sort(),
    wanted.sort(),
  );
});
