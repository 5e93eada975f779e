// Iframes share one stream: who joins, what is asked for, what each is told, and when it ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../fake-clock.mjs";
import { StreamHub, SILENT } from "../../../src/embed/stream-hub.js";
import { sharing } from "../../../src/embed/shared-stream.js";

const STREAM = "https://lalin.example/api/v1/stream?token=";

/** A world whose streams say what the test says. */
function host() {
  const clock = new Clock();
  const streams = [];
  const world = {
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    performance: { now: () => clock.now },
    async fetch(url, { signal }) {
      const stream = { url: new URL(url), signal };
      const body = new ReadableStream({ start: (controller) => (stream.controller = controller) });
      signal.addEventListener("abort", () => stream.controller.error(new DOMException("", "AbortError")));
      stream.say = (text) => stream.controller.enqueue(new TextEncoder().encode(text));
      streams.push(stream);
      return { ok: true, status: 200, headers: new Headers({ "Content-Type": "text/event-stream" }), body };
    },
  };
  const hub = new StreamHub(world);
  const port = () => ({
    told: [],
    postMessage(message) {
      this.told.push(message);
    },
  });
  return { clock, streams, hub, port };
}

const texts = (port) => port.told.filter(({ kind }) => kind === "text").map(({ text }) => text);
const join = (token, names, window) => ({
  kind: "join",
  id: 1,
  url: `${STREAM}${token}&interface=${names}&window=${window}&only=1`,
});

test("those with the same token share one stream that asks for what all of them show", async () => {
  const { clock, streams, hub, port } = host();
  const [a, b, other] = [port(), port(), port()];
  hub.take(a, join("one", "ether1", 300));
  hub.take(b, join("one", "ether2,ether3", 600));
  hub.take(other, join("two", "ether1", 300));
  await clock.advance(100);
  assert.equal(streams.length, 2);
  const asked = streams[0].url.searchParams;
  assert.deepEqual(
    [asked.getAll("interface"), asked.get("window"), asked.get("only")],
    [["ether1", "ether2,ether3"], "600", "1"],
  );
  streams[0].say("event: hello\ndata: {}\n\nevent: ti");
  await clock.advance(1);
  streams[0].say("ck\ndata: 1\n\n");
  await clock.advance(1);
  assert.deepEqual(texts(a), ["event: hello\ndata: {}\n\n", "event: tick\ndata: 1\n\n"]);
  assert.deepEqual(texts(b), texts(a));
  assert.deepEqual(texts(other), []);
});

test("who comes later begins the stream anew, between two whole events", async () => {
  const { clock, streams, hub, port } = host();
  const [a, b] = [port(), port()];
  hub.take(a, join("one", "ether1", 300));
  await clock.advance(100);
  streams[0].say("event: tick\ndata: 1\n\nevent: half");
  await clock.advance(1);
  hub.take(b, join("one", "ether2", 300));
  await clock.advance(100);
  assert.ok(streams[0].signal.aborted);
  streams[1].say("event: hello\ndata: {}\n\n");
  await clock.advance(1);
  assert.deepEqual(texts(a), ["event: tick\ndata: 1\n\n", "event: hello\ndata: {}\n\n"]);
  assert.deepEqual(texts(b), ["event: hello\ndata: {}\n\n"]);
});

test("the stream ends after the last, and after those who are gone without a word", async () => {
  const { clock, streams, hub, port } = host();
  const [a, b] = [port(), port()];
  hub.take(a, join("one", "ether1", 300));
  hub.take(b, join("one", "ether1", 300));
  await clock.advance(100);
  hub.take(a, { kind: "leave", id: 1 });
  assert.ok(!streams[0].signal.aborted);
  await clock.advance(SILENT + 1);
  streams[0].say(": beat\n\n");
  await clock.advance(1);
  assert.ok(streams[0].signal.aborted);
  assert.equal(hub.size, 0);
});

test("a stream that breaks breaks for all, and each may join again", async () => {
  const { clock, streams, hub, port } = host();
  const a = port();
  hub.take(a, join("one", "ether1", 300));
  await clock.advance(100);
  streams[0].controller.close();
  await clock.advance(1);
  assert.equal(a.told.at(-1).kind, "ended");
  assert.equal(hub.size, 0);
  hub.take(a, join("one", "ether1", 300));
  await clock.advance(100);
  assert.equal(streams.length, 2);
});

test("where there is no worker, each has a stream of its own", async () => {
  const asked = [];
  const world = {
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    addEventListener() {},
    fetch: async (url) => asked.push(url),
  };
  const alone = sharing(world, () => {
    throw new TypeError("no SharedWorker");
  });
  await alone.fetch(`${STREAM}one`, {});
  await alone.fetch("https://lalin.example/api/v1/window", {});
  assert.deepEqual(asked, [`${STREAM}one`, "https://lalin.example/api/v1/window"]);
});
