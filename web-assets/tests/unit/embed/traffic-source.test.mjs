// Elements of one page share their stream: when it begins, what it is asked for, when it ends, and what refusals mean.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../fake-clock.mjs";

globalThis.location ??= { search: "" };
globalThis.navigator ??= { onLine: true };
const { AGAIN, HIDDEN } = await import("../../../src/embed/traffic-source.js");
const { TrafficSources } = await import("../../../src/embed/traffic-sources.js");

const BASE = "https://lalin.example/";

/** A browser's window in which every stream stays open and only beats, unless `answer` says otherwise. */
function host(answer = () => null) {
  const clock = new Clock();
  const world = new EventTarget();
  const asked = [];
  const open = new Set();
  let beats = 0;
  Object.assign(world, {
    document: Object.assign(new EventTarget(), { hidden: false }),
    performance: { now: () => clock.now },
    location: { origin: "https://billing.example" },
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    setInterval(run, every) {
      const beat = () => (run(), (world.beat = clock.setTimeout(beat, every)));
      beats++;
      return (world.beat = clock.setTimeout(beat, every));
    },
    clearInterval: () => (beats--, clock.clearTimeout(world.beat)),
    async fetch(url, options) {
      asked.push({ url: new URL(url), options });
      const given = answer(new URL(url), asked.length);
      if (given instanceof Error) throw given;
      if (given) return given;
      const { signal } = options;
      open.add(signal);
      signal.addEventListener("abort", () => open.delete(signal));
      return stream(signal, [], clock);
    },
  });
  const hide = (hidden) => {
    world.document.hidden = hidden;
    world.document.dispatchEvent(new Event("visibilitychange"));
  };
  return { world, clock, asked, open, hide, beats: () => beats };
}

function stream(signal, events, clock) {
  const text = events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");
  const body = new ReadableStream({
    start(controller) {
      let timer = null;
      const beat = (more) => {
        controller.enqueue(new TextEncoder().encode(`: beat\n\n${more}`));
        timer = clock?.setTimeout(() => beat(""), 5_000);
      };
      beat(text);
      signal?.addEventListener("abort", () => {
        clock?.clearTimeout(timer);
        controller.error(new DOMException("", "AbortError"));
      });
    },
  });
  return { ok: true, status: 200, headers: new Headers({ "Content-Type": "text/event-stream" }), body };
}

function refusal(status, code, more = {}) {
  return { ok: false, status, headers: new Headers(), json: async () => ({ status, code, detail: "why", ...more }) };
}

const member = (names, windowMs = 300_000) => ({ names, windowMs, changed() {} });
const on = (router, token = null) => ({ router, token });

test("elements of one router share one stream that asks for what all of them show", async () => {
  const { world, clock, asked, open } = host();
  const sources = new TrafficSources(BASE, world);
  const a = sources.join(on("main", "secret"), member(["ether1"]));
  const b = sources.join(on("main", "secret"), member(["ether1", "<pppoe-budi>"], 600_000));
  await clock.advance(100);
  assert.equal(a, b);
  assert.deepEqual([asked.length, open.size, sources.size], [1, 1, 1]);
  const [{ url, options }] = asked;
  assert.equal(url.origin + url.pathname, "https://lalin.example/api/v1/stream");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    router: "main",
    token: "secret",
    window: "600",
    interface: "ether1,<pppoe-budi>",
    only: "1",
  });
  assert.equal(options.headers, undefined, "a header of ours would need permission first");
  assert.equal(options.referrerPolicy, "no-referrer");
});

test("another router or another token is another stream", async () => {
  const { world, clock, open } = host();
  const sources = new TrafficSources(BASE, world);
  for (const asked of [on("main"), on("second"), on("main", "t")]) sources.join(asked, member(["ether1"]));
  await clock.advance(100);
  assert.deepEqual([open.size, sources.size], [3, 3]);
});

test("who comes later is served by the stream that runs, unless it brings too little", async () => {
  const { world, clock, asked, open } = host();
  const sources = new TrafficSources(BASE, world);
  sources.join(on("main"), member(["ether1", "ether2"]));
  await clock.advance(100);
  sources.join(on("main"), member(["ether2"], 60_000));
  await clock.advance(100);
  assert.equal(asked.length, 1);
  sources.join(on("main"), member(["ether3"]));
  await clock.advance(100);
  assert.deepEqual([asked.length, open.size], [2, 1]);
  assert.equal(asked[1].url.searchParams.get("interface"), "ether1,ether2,ether3");
});

test("the stream ends after the last element, and not where one is only moved", async () => {
  const { world, clock, asked, open, beats } = host();
  const sources = new TrafficSources(BASE, world);
  const [one, two] = [member(["ether1"]), member(["ether1"])];
  const source = sources.join(on("main"), one);
  sources.join(on("main"), two);
  await clock.advance(100);
  source.leave(one);
  await clock.advance(5_000);
  assert.equal(open.size, 1);
  source.leave(two);
  await clock.advance(500);
  assert.equal(sources.join(on("main"), two), source, "moved");
  await clock.advance(5_000);
  assert.deepEqual([asked.length, open.size], [1, 1]);
  source.leave(two);
  await clock.advance(5_000);
  assert.deepEqual([open.size, sources.size, beats()], [0, 0, 0]);
  assert.equal(clock.timers.size, 0, "nothing is left behind");
  assert.notEqual(sources.join(on("main"), two), source);
});

test("a page that nobody sees asks for nothing, and goes on when it is seen", async () => {
  const { world, clock, asked, open, hide } = host();
  const sources = new TrafficSources(BASE, world);
  sources.join(on("main"), member(["ether1"]));
  await clock.advance(100);
  hide(true);
  await clock.advance(HIDDEN - 1_000);
  hide(false);
  await clock.advance(HIDDEN);
  assert.deepEqual([asked.length, open.size], [1, 1], "a glance elsewhere is no reason to leave");
  hide(true);
  await clock.advance(HIDDEN + 1_000);
  assert.equal(open.size, 0);
  await clock.advance(600_000);
  assert.equal(asked.length, 1, "nothing while hidden");
  hide(false);
  await clock.advance(1_000);
  assert.deepEqual([asked.length, open.size], [2, 1]);
});

test("a refusal is a sentence, and is asked again a minute later", async () => {
  for (const [status, code, key] of [
    [401, "login-needed", "embed.token"],
    [403, "forbidden", "embed.forbidden"],
    [404, "unknown-router", "embed.router"],
    [400, "odd", "embed.refused"],
  ]) {
    let told = 0;
    const { world, clock, asked } = host((url, n) => (n === 1 ? refusal(status, code) : null));
    const source = new TrafficSources(BASE, world).join(on("main"), { ...member(["ether1"]), changed: () => told++ });
    await clock.advance(AGAIN - 1_000);
    assert.equal(source.problem.key, key);
    assert.equal(asked.length, 1, code);
    assert.ok(told > 0);
    await clock.advance(2_000);
    assert.equal(asked.length, 2, code);
  }
});

test("a server that is full, or remembers less, is asked again at once", async () => {
  const full = host((url, n) => (n === 1 ? refusal(429, "too-many-viewers") : null));
  const source = new TrafficSources(BASE, full.world).join(on("main"), member(["ether1"]));
  await full.clock.advance(2_000);
  assert.deepEqual([full.asked.length, source.problem], [2, null]);
  const short = host((url, n) => (n === 1 ? refusal(400, "bad-parameter", { field: "window" }) : null));
  new TrafficSources(BASE, short.world).join(on("main"), member(["ether1"]));
  await short.clock.advance(2_000);
  assert.deepEqual(
    short.asked.map(({ url }) => url.searchParams.has("window")),
    [true, false],
  );
});

test("a server that does not allow this page is told apart from one that is down", async () => {
  const blocked = host((url) =>
    url.pathname === "/healthz" ? { ok: false, type: "opaque" } : new TypeError("Failed to fetch"),
  );
  const one = new TrafficSources(BASE, blocked.world).join(on("main"), member(["ether1"]));
  await blocked.clock.advance(5_000);
  assert.deepEqual(one.problem, { key: "embed.origin", values: { origin: "https://billing.example" } });
  const count = blocked.asked.length;
  await blocked.clock.advance(50_000);
  assert.equal(blocked.asked.length, count, "and left alone for a while");
  const down = host(() => new TypeError("Failed to fetch"));
  const two = new TrafficSources(BASE, down.world).join(on("main"), member(["ether1"]));
  await down.clock.advance(5_000);
  assert.equal(two.problem, null);
  assert.equal(two.feed.state(), "reconnecting");
});

test("what comes in is there for all, with the side of the customer", async () => {
  const hello = { epoch: "e", version: "1", router: { id: "main", name: "main", address: "" }, intervalMs: 2_000 };
  const events = [
    ["hello", hello],
    ["state", { code: "live", ageMs: 0 }],
    ["interfaces", { rev: 1, interfaces: [{ id: "*1", name: "<pppoe-budi>", pointOfView: "customer" }] }],
    ["tick", { seq: 1, t: 1_000_000, rev: 1, rx: [1_000], tx: [9_000] }],
  ];
  const { world, clock } = host((url) => (url.pathname.endsWith("stream") ? stream(undefined, events) : null));
  const source = new TrafficSources(BASE, world).join(on("main"), member(["<pppoe-budi>", "gone"]));
  await clock.advance(500);
  assert.deepEqual(source.feed.rates("<pppoe-budi>"), { rx: 1_000, tx: 9_000 });
  assert.deepEqual([source.listed, source.feed.facts.has("gone"), source.problem], [true, false, null]);
});

test("a name with a comma is asked for like any other", async () => {
  const { world, clock, asked } = host();
  new TrafficSources(BASE, world).join(on(null), member(["a,b", "ether1"]));
  await clock.advance(100);
  assert.deepEqual(Object.fromEntries(asked[0].url.searchParams), {
    window: "315",
    interface: "a%2Cb,ether1",
    only: "1",
  });
});

test("a link that ends while it is seen is said to have ended, and is asked for again once a minute", async () => {
  const { world, clock, asked } = host(() => stream(null, [["end", { reason: "revoked" }]], null));
  const source = new TrafficSources(BASE, world).join(on("main", "secret"), member(["ether1"]));
  await clock.advance(1_000);
  assert.equal(source.problem.key, "embed.ended");
  assert.equal(asked.length, 1);
  await clock.advance(AGAIN - 2_000);
  assert.equal(asked.length, 1, "no storm of questions");
  await clock.advance(2_000);
  assert.equal(asked.length, 2);
});
