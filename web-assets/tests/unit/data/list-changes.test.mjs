// A change leads from the list that is known to the new one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "../fake-clock.mjs";

globalThis.location ??= /** @type {any} */ ({ search: "" });
globalThis.navigator ??= /** @type {any} */ ({ onLine: true });
const { LinesFeed } = await import("../../../src/data/lines-feed.js");
const { changedList } = await import("../../../src/data/list-changes.js");
const { LiveFeed } = await import("../../../src/data/live-feed.js");
const { PointStore } = await import("../../../src/data/point-store.js");

const facts = (name, comment = null) => ({ id: name, name, key: name, type: "pppoe-in", comment });
const known = ["a", "b", "c", "d"].map((name) => ({ ...facts(name), called: name }));

test("lines go, come and change, and the others are the same objects", () => {
  const list = changedList(known, {
    removed: [0, 2],
    added: [
      [0, facts("x")],
      [3, facts("a")],
    ],
    changed: [[1, facts("b", "moved")]],
  });
  assert.deepEqual(
    list.map(({ name, comment }) => [name, comment]),
    [
      ["x", null],
      ["b", "moved"],
      ["d", null],
      ["a", null],
    ],
  );
  assert.equal(list[2], known[3]);
  assert.equal(known.length, 4);
  assert.deepEqual(changedList(known, {}), known);
});

/** A stream that sends what the test tells it to. */
function stream() {
  let body;
  const fetch = async () =>
    new Response(new ReadableStream({ start: (controller) => (body = controller) }), {
      headers: { "Content-Type": "text/event-stream" },
    });
  const send = async (name, data) => {
    body.enqueue(new TextEncoder().encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`));
    await settle();
  };
  return { send, world: { fetch, setTimeout: () => 0, clearTimeout() {} } };
}

test("a change of one line leaves each rate with its own line", async () => {
  const { send, world } = stream();
  const store = new PointStore(60_000);
  const lists = [];
  const listener = { changed() {}, greeted() {}, ticked() {}, refused: () => false };
  const feed = new LiveFeed(
    store,
    { ...listener, interfaces: (list) => lists.push(list) },
    { world, address: (p) => p },
  );
  feed.start();
  await settle();
  await send("hello", { epoch: "e", router: { id: "r" } });
  await send("interfaces", { rev: 1, interfaces: ["a", "b", "c"].map((name) => facts(name)) });
  await send("tick", { t: 1_000, rev: 1, rx: [1, 2, 3], tx: [0, 0, 0] });
  await send("interfaces-changed", { rev: 2, from: 1, removed: [0], added: [[2, facts("n")]] });
  await send("tick", { t: 2_000, rev: 2, rx: [20, 30, 40], tx: [0, 0, 0] });
  feed.leave();
  assert.equal(lists.length, 2);
  assert.deepEqual(
    ["a", "b", "c", "n"].map((name) => store.newest(name).rx),
    [1, 20, 30, 40],
  );
});

test("so it is on the wall, each router for itself", async () => {
  const { send, world } = stream();
  const feed = new LinesFeed({ changed() {}, world, now: () => 0 });
  feed.watch([{ router: "r", interface: "a" }]);
  feed.start();
  await settle();
  await send("interfaces", { router: "r", rev: 1, interfaces: [facts("a"), facts("b")] });
  await send("interfaces", { router: "s", rev: 1, interfaces: [facts("a")] });
  await send("interfaces-changed", { router: "r", rev: 2, from: 1, removed: [0], changed: [[0, facts("b", "new")]] });
  await send("tick", { router: "r", t: 1_000, rev: 2, rx: [7], tx: [8] });
  await send("tick", { router: "s", t: 1_000, rev: 1, rx: [9], tx: [9] });
  feed.stop();
  const line = (router, name) => feed.line({ router, interface: name });
  assert.deepEqual([line("r", "b").series.lastRx, line("s", "a").series.lastRx], [7, 9]);
  assert.equal(line("r", "b").facts.comment, "new");
  assert.equal(line("r", "a").series.length, 0);
});
