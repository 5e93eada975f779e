// The stream comes back by itself, where it broke, and knows a dead connection from a quiet one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EventStream, FIRST_BYTE, LONGEST_PAUSE, PROVEN, SILENCE } from "../../../src/data/event-stream.js";
import { Clock, settle } from "../fake-clock.mjs";

const TICK = 'event: tick\nid: k-7\ndata: {"seq":7}\n\n';

/** A stream over connections that the test answers: `open[n].send(text)`, `.end()`; `refuse` answers with a status. */
function watched({ refuse = null, silent = false } = {}) {
  const clock = new Clock();
  const open = [];
  const seen = { events: [], broken: [], ended: [], proven: 0 };
  const fetch = (url, { signal, headers }) => {
    const connection = { url, headers, at: clock.now, closed: false };
    open.push(connection);
    return new Promise((resolve, reject) => {
      let body;
      signal.addEventListener("abort", () => {
        connection.closed = true;
        const aborted = Object.assign(new Error("aborted"), { name: "AbortError" });
        reject(aborted);
        try {
          body?.error(aborted);
        } catch {} // it has ended already
      });
      if (silent) return;
      if (refuse) return resolve(new Response("", { status: refuse }));
      const stream = new ReadableStream({ start: (controller) => (body = controller) });
      connection.send = (text) => body.enqueue(new TextEncoder().encode(text));
      connection.end = () => body.close();
      resolve(new Response(stream, { headers: { "Content-Type": "text/event-stream" } }));
    });
  };
  const stream = new EventStream(
    () => "/stream",
    {
      event: (name, data) => seen.events.push([name, data]),
      proven: () => seen.proven++,
      broken: (failures, pause) => seen.broken.push([failures, pause]),
      ended: (reason) => (seen.ended.push(reason), reason !== "access-changed"),
    },
    { fetch, setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout },
  );
  return { clock, open, seen, stream };
}

test("a broken stream is taken up after its last event", async () => {
  const { clock, open, seen, stream } = watched();
  stream.start();
  await settle();
  assert.deepEqual(open[0].headers, {});
  open[0].send(TICK);
  await settle();
  assert.deepEqual(seen.events, [["tick", { seq: 7 }]]);
  open[0].end();
  await clock.advance(1_000);
  assert.deepEqual(open[1].headers, { "Last-Event-ID": "k-7" });
  stream.stop();
});

test("a heartbeat keeps it, silence ends it", async () => {
  const { clock, open, seen, stream } = watched();
  stream.start();
  await settle();
  for (let i = 0; i < 12; i++) {
    open[0].send(": beat\n\n");
    await clock.advance(5_000);
  }
  assert.deepEqual([open.length, seen.broken.length, seen.events.length], [1, 0, 0]);
  await clock.advance(SILENCE - 5_000 - 1);
  assert.equal(seen.broken.length, 0);
  await clock.advance(1);
  assert.equal(seen.broken.length, 1);
  assert.ok(open[0].closed, "the dead connection is closed");
  stream.stop();
});

test("an answer that never begins is given up", async () => {
  const { clock, open, seen, stream } = watched({ silent: true });
  stream.start();
  await clock.advance(FIRST_BYTE);
  assert.equal(seen.broken.length, 1);
  assert.ok(open[0].closed);
  stream.stop();
});

test("the pauses grow from half a second to ten, and it never gives up", async () => {
  const { clock, open, seen, stream } = watched({ refuse: 502 });
  stream.start();
  await clock.advance(120_000);
  const pauses = seen.broken.map(([, pause]) => pause);
  assert.ok(pauses[0] >= 400 && pauses[0] <= 500, String(pauses[0]));
  for (let i = 1; i < 5; i++) assert.ok(pauses[i] > pauses[i - 1], String(pauses));
  assert.ok(pauses.at(-1) >= 0.8 * LONGEST_PAUSE && Math.max(...pauses) <= LONGEST_PAUSE);
  assert.ok(open.length > 12);
  assert.ok(
    open.slice(0, -1).every(({ closed }) => closed),
    "no refused connection stays",
  );
  stream.stop();
});

test("only a stream that goes on after its greeting sets the count back", async () => {
  const { clock, open, seen, stream } = watched();
  stream.start();
  // A proxy that lets the first bytes through and then holds the stream back.
  for (let i = 0; i < 3; i++) {
    await settle();
    open[i].send("event: hello\ndata: {}\n\n");
    for (let s = 0; s < 30 && open.length === i + 1; s++) await clock.advance(1_000);
  }
  assert.deepEqual(
    seen.broken.map(([failures]) => failures),
    [1, 2, 3],
  );
  assert.equal(seen.proven, 0);
  const last = open.at(-1);
  last.send(": beat\n\n");
  await clock.advance(PROVEN);
  last.send(": beat\n\n");
  await settle();
  assert.equal(seen.proven, 1);
  last.end();
  await settle();
  assert.equal(seen.broken.at(-1)[0], 1);
  stream.stop();
});

test("stopped, the connection is closed and nothing comes any more", async () => {
  const { clock, open, seen, stream } = watched();
  stream.start();
  await settle();
  open[0].send(TICK);
  await settle();
  stream.stop();
  await clock.advance(60_000);
  assert.ok(open[0].closed);
  assert.deepEqual([open.length, seen.events.length, seen.broken.length], [1, 1, 0]);
});

test("an event that cannot be read ends the connection too", async () => {
  const { clock, open, seen, stream } = watched();
  stream.start();
  await settle();
  open[0].send("event: tick\nid: k-8\ndata: {half\n\n");
  await settle();
  assert.ok(open[0].closed && seen.broken.length === 1);
  await clock.advance(1_000);
  assert.deepEqual(open[1].headers, {}, "what was not understood is asked for again");
  stream.stop();
});

test("who does not want to wait need not", async () => {
  const { open, stream } = watched({ refuse: 503 });
  stream.start();
  await settle();
  assert.equal(open.length, 1);
  stream.tryNow();
  await settle();
  assert.equal(open.length, 2);
  stream.stop();
});

test("a stream without its right stops, and one with another right comes back, not with all others", async () => {
  const { clock, open, seen, stream } = watched();
  stream.start();
  await settle();
  open[0].send(`${TICK}event: end\ndata: {"reason":"access-changed"}\n\n`);
  await settle();
  open[0].end();
  await settle();
  assert.deepEqual([seen.ended, open.length, seen.broken.length], [["access-changed"], 1, 1]);
  assert.ok(seen.broken[0][1] <= 2_500);
  await clock.advance(2_500);
  assert.equal(open.length, 2);
  assert.deepEqual(open[1].headers, {}, "it does not continue what was seen with other rights");
  open[1].send('event: end\ndata: {"reason":"revoked"}\n\n');
  await settle();
  await clock.advance(600_000);
  assert.deepEqual([seen.ended, open.length, open[1].closed], [["access-changed", "revoked"], 2, true]);
  assert.deepEqual(seen.events, [["tick", { seq: 7 }]]);
});
