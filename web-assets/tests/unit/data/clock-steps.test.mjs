// The server's clock is set while the page is open: no point is lost, none stands at a wrong time, and it goes on.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.location ??= { search: "" };
globalThis.navigator ??= { onLine: true };
const { LiveFeed } = await import("../../../src/data/live-feed.js");
const { FaultCounts } = await import("../../../src/data/fault-counts.js");
const { GapReasons } = await import("../../../src/data/gaps.js");
const { RecentPast } = await import("../../../src/data/recent-past.js");
const { TimeSpan } = await import("../../../src/chart/time-span.js");
const { PointStore } = await import("../../../src/data/point-store.js");

const HOUR = 3_600_000;
const JUMP = 300_000;
const T = 1_700_000_000_000;

/** A feed that is told events, and what the page was told of the clock. */
function fed() {
  const store = new PointStore(600_000);
  const turned = [];
  const feed = new LiveFeed(store, {
    changed() {},
    greeted() {},
    interfaces() {},
    ticked() {},
    refused: () => false,
    turned: (ms) => turned.push(ms),
  });
  const event = (name, data) => feed.stream.listener.event(name, data);
  event("hello", { epoch: "a", router: { id: "r" }, intervalMs: 2_000 });
  event("interfaces", { rev: 1, interfaces: [{ name: "ether1" }] });
  return {
    feed,
    store,
    turned,
    event,
    window: (base, t, more = {}) =>
      event("window", {
        resumed: false,
        base,
        t,
        series: [{ name: "ether1", rx: t.map(() => 5), tx: t.map(() => 1) }],
        ...more,
      }),
    tick: (base, t, more = {}) => event("tick", { seq: 1, base, t, rev: 1, rx: [5], tx: [1], ...more }),
    times: () => store.series("ether1").t,
  };
}

test("set back by seven hours, all that was is told anew, and the next tick goes on at once", () => {
  const { feed, turned, window, tick, times } = fed();
  window(1, [T + 7 * HOUR, T + 7 * HOUR + 2_000]);
  tick(1, T + 7 * HOUR + 4_000);
  window(2, [T, T + 2_000, T + 4_000, T + 6_000], { steps: [{ base: 2, t: T + 6_000, ms: -7 * HOUR }] });
  tick(2, T + 8_000);
  assert.deepEqual(times(), [T, T + 2_000, T + 4_000, T + 6_000, T + 8_000]);
  assert.deepEqual([turned, feed.newest.t], [[-7 * HOUR], T + 8_000]);
  assert.equal(feed.clockIn({ from: T + 4_000, to: T + 7_000 }), "clock_back");
  assert.equal(feed.clockIn({ from: T, to: T + 4_000 }), null);
});

test("set back by less than passed meanwhile it is still told anew", () => {
  const { turned, window, times } = fed();
  window(1, [T + 3_000, T + 5_000]);
  window(2, [T, T + 2_000, T + 12_000], { steps: [{ base: 2, t: T + 12_000, ms: -3_000 }] });
  assert.deepEqual([turned, times()[0]], [[-3_000], T]);
});

test("a jump forward keeps what was, and says why there is a gap", () => {
  const { feed, turned, window, tick, times } = fed();
  window(1, [T, T + 2_000]);
  tick(2, T + JUMP, { step: JUMP, rx: [null], tx: [null] });
  tick(2, T + JUMP + 1_000);
  assert.deepEqual([turned, times()[0], times().at(-1)], [[], T, T + JUMP + 1_000]);
  assert.equal(feed.clockIn({ from: T + 2_000, to: T + JUMP + 1_000 }), "clock_forward");
});

test("a window once more, or one that continues, takes nothing away", () => {
  const { turned, window, tick, times } = fed();
  window(1, [T, T + 2_000]);
  tick(1, T + 4_000);
  window(1, [T + 2_000, T + 4_000]);
  window(1, [T + 6_000], { resumed: true });
  assert.deepEqual([turned, times()], [[], [T, T + 2_000, T + 4_000, T + 6_000]]);
});

test("a server that starts again by an earlier clock begins anew; by the same one the old curve stays", () => {
  const { turned, event, window, times } = fed();
  window(1, [T + HOUR]);
  event("hello", { epoch: "b", router: { id: "r" }, intervalMs: 2_000 });
  window(1, [T + HOUR + 9_000]);
  assert.deepEqual([turned, times()[0]], [[], T + HOUR]);
  event("hello", { epoch: "c", router: { id: "r" }, intervalMs: 2_000 });
  window(1, [T]);
  assert.deepEqual([turned, times()], [[null], [T]]);
});

test("a server that says nothing of its clock is believed when it is thirty seconds back", () => {
  const { turned, event, times } = fed();
  const tick = (t) => event("tick", { seq: 1, t, rev: 1, rx: [5], tx: [1] });
  tick(T + 60_000);
  tick(T + 50_000);
  assert.deepEqual([turned, times()], [[], [T + 60_000]]);
  tick(T);
  assert.deepEqual([turned, times()], [[null], [T]]);
});

test("a past that was on its way while the clock was set is asked for again", async () => {
  const { feed, window } = fed();
  window(2, [T]);
  let asked = 0;
  const answers = [
    { base: 1, t: [T + HOUR], series: [] },
    { base: 2, t: [T - 2_000], series: [{ name: "ether1", rx: [1], tx: [1] }] },
  ];
  let now = 0;
  const past = new RecentPast({
    ask: async () => ({ ok: true, status: 200, json: async () => answers[asked++] }),
    took: (stretch) => feed.took(stretch),
    now: () => now,
  });
  for (let round = 0; round < 2; round++) {
    past.want(["ether1"], T - 10_000, T, () => null);
    await new Promise((resolve) => setTimeout(resolve));
    now += 60_000;
  }
  assert.deepEqual([asked, feed.store.series("ether1").t], [2, [T - 2_000, T]]);
});

test("what stands still, what went wrong and why something is missing move with the clock", () => {
  const span = new TimeSpan(60_000);
  span.pause(T);
  span.zoom(T - 20_000, T - 10_000, T, T - 60_000);
  span.shift(-HOUR);
  assert.deepEqual(span.range(0), { from: T - 20_000 - HOUR, to: T - 10_000 - HOUR });
  span.shift(null);
  assert.ok(span.following);
  const faults = new FaultCounts();
  faults.add([{ name: "a" }], { t: T, faults: [[0, 1, 0]] });
  faults.shift(-HOUR);
  assert.deepEqual([faults.isNews("a", T - HOUR + 1_000), faults.isNews("a", T - HOUR + 90_000)], [true, false]);
  const reasons = new GapReasons();
  reasons.note(T, "router", "refused");
  reasons.note(T + 5_000, null);
  reasons.shift(-HOUR);
  assert.equal(reasons.why(T - HOUR, T - HOUR + 5_000).kind, "router");
  reasons.shift(null);
  assert.equal(reasons.why(T - HOUR, T - HOUR + 5_000), null);
});
