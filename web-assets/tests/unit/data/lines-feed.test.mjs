// Lines of several routers by one stream: addresses, rates from each line's own side, and what stays when it breaks.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  LinesFeed,
  LONGEST_ADDRESS,
  MOST_ROUTERS,
  MOST_STREAMS,
  streamAddresses,
} from "../../../src/data/lines-feed.js";
import { Clock, settle } from "../fake-clock.mjs";

const event = (name, data) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const facts = (name, more = {}) => ({ id: name, name, key: name, type: "ether", comment: null, ...more });

/** A feed over connections that the test answers. */
function fed(lines) {
  const clock = new Clock();
  const open = [];
  const fetch = async (url, { signal }) => {
    const connection = { url, closed: false };
    open.push(connection);
    let body;
    signal.addEventListener("abort", () => {
      connection.closed = true;
      try {
        body.error(Object.assign(new Error("aborted"), { name: "AbortError" }));
      } catch {} // it has ended already
    });
    const stream = new ReadableStream({ start: (controller) => (body = controller) });
    connection.send = async (...events) => {
      body.enqueue(new TextEncoder().encode(events.join("")));
      await settle();
    };
    connection.end = () => body.close();
    return new Response(stream, { headers: { "Content-Type": "text/event-stream" } });
  };
  const changed = [];
  const feed = new LinesFeed({
    changed: (router) => changed.push(router),
    keepMs: 100_000,
    world: { fetch, setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout },
    now: () => clock.now,
  });
  feed.watch(lines);
  feed.start();
  return { feed, clock, open, changed };
}

test("one stream carries all lines; a comma in a name does not part it", () => {
  const lines = [
    { router: "b", interface: "ether1" },
    { router: "a", interface: "wan,1" },
    { router: "b", interface: "50%" },
  ];
  const [address, ...more] = streamAddresses(lines, 60);
  assert.equal(more.length, 0);
  const asked = new URL(address, "http://x").searchParams;
  assert.deepEqual(asked.getAll("watch"), ["a/wan%2C1", "b/ether1", "b/50%25"]);
  assert.equal(asked.get("window"), "60");
  assert.deepEqual(streamAddresses([]), []);
});

test("more routers than a stream carries, or a longer address, take another stream, and not for ever", () => {
  const routers = Array.from({ length: MOST_ROUTERS + 1 }, (_, n) => ({ router: `r${n}`, interface: "ether1" }));
  assert.equal(streamAddresses(routers).length, 2);
  const long = Array.from({ length: 300 }, (_, n) => ({ router: "r", interface: `${"x".repeat(60)}${n}` }));
  for (const address of streamAddresses(long))
    assert.ok(address.length < LONGEST_ADDRESS + 200, String(address.length));
  assert.equal(streamAddresses(Array.from({ length: 50 }, () => long).flat()).length, MOST_STREAMS);
});

test("download is what the line's own side calls so; what is old is not now", async () => {
  const { feed, open, clock, changed } = fed([
    { router: "a", interface: "ether1" },
    { router: "b", interface: "budi" },
  ]);
  await settle();
  const [one] = open;
  await one.send(
    event("hello", { epoch: "e" }),
    event("state", { router: "a", code: "live", intervalMs: 1_000 }),
    event("state", { router: "b", code: "live", intervalMs: 1_000 }),
    event("interfaces", { router: "a", interfaces: [facts("ether1", { linkBps: 1e9 })] }),
    event("interfaces", { router: "b", interfaces: [facts("budi", { pointOfView: "customer" })] }),
    event("tick", { router: "a", t: 1_000, rx: [10], tx: [2] }),
    event("tick", { router: "b", t: 1_500, rx: [10], tx: [2] }),
  );
  assert.deepEqual(feed.rates({ router: "a", interface: "ether1" }), { down: 10, up: 2 });
  assert.deepEqual(feed.rates({ router: "b", interface: "budi" }), { down: 2, up: 10 });
  assert.equal(feed.line({ router: "a", interface: "ether1" }).facts.linkBps, 1e9);
  assert.deepEqual(feed.rates({ router: "a", interface: "none" }), { down: null, up: null });
  assert.ok(changed.includes("a") && changed.includes("b"));
  await one.send(event("tick", { router: "a", t: 2_000, rx: [null], tx: [4] }));
  assert.deepEqual(feed.rates({ router: "a", interface: "ether1" }), { down: null, up: 4 });
  clock.now += 6_000;
  assert.deepEqual(feed.rates({ router: "b", interface: "budi" }), { down: null, up: null });
  await one.send(event("state", { router: "a", code: "unreachable", reason: "timed-out" }));
  assert.deepEqual(feed.rates({ router: "a", interface: "ether1" }), { down: null, up: null });
  assert.equal(feed.router("a").state.reason, "timed-out");
  feed.stop();
  assert.equal(one.closed, true);
});

test("a window after a break keeps what was before it, with a gap between; an older past goes before", async () => {
  const line = { router: "a", interface: "ether1" };
  const { feed, open, clock } = fed([line]);
  await settle();
  const window = (t, rx) => ({ t, series: [{ name: "ether1", key: "ether1", rx, tx: rx }] });
  await open[0].send(
    event("interfaces", { router: "a", interfaces: [facts("ether1")] }),
    event("window", { router: "a", ...window([10_000, 11_000], [1, 2]) }),
  );
  open[0].end();
  await clock.advance(1_000);
  assert.equal(open.length, 2);
  await open[1].send(event("window", { router: "a", ...window([60_000, 61_000], [3, 4]) }));
  const points = () => [[...feed.line(line).series.t], [...feed.line(line).series.rx]];
  assert.deepEqual(points(), [
    [10_000, 11_000, 11_001, 60_000, 61_000],
    [1, 2, NaN, 3, 4],
  ]);
  feed.past("a", window([9_000, 10_000], [0, 9]));
  assert.deepEqual(points()[1], [0, 1, 2, NaN, 3, 4]);
  // The clock was set back: what was told by the old one goes.
  await open[1].send(event("window", { router: "a", ...window([5_000], [7]) }));
  assert.deepEqual(points(), [[5_000], [7]]);
  feed.stop();
});

test("other lines are another stream, the same ones are not", async () => {
  const { feed, open } = fed([{ router: "a", interface: "ether1" }]);
  await settle();
  feed.watch([{ router: "a", interface: "ether1" }]);
  await settle();
  assert.equal(open.length, 1);
  feed.watch([{ router: "a", interface: "ether2" }]);
  await settle();
  assert.deepEqual([open.length, open[0].closed, open[1].closed], [2, true, false]);
  feed.stop();
});
