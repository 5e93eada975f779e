// The points as drawn: a gap is a null, a repeated sample is no point, the window is bounded.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PointStore } from "../../../src/data/point-store.js";

const filled = (...points) => {
  const store = new PointStore(600_000);
  for (const [t, rx, tx] of points) store.add("a", t, rx, tx);
  return store;
};

test("a repeated or older sample is no point", () => {
  const store = filled([2_000, 1, 2], [2_000, 9, 9], [1_000, 9, 9], [4_000, 3, 4]);
  assert.deepEqual(store.series("a"), { t: [2_000, 4_000], rx: [1, 3], tx: [2, 4] });
});

test("a slow router's rate is of all the time before it: its line is not broken; a null is a gap", () => {
  const slow = filled([2_000, 1, 2], [8_000, 1, 2], [20_000, 3, 4]);
  assert.deepEqual(slow.series("a"), { t: [2_000, 8_000, 20_000], rx: [1, 1, 3], tx: [2, 2, 4] });
  assert.deepEqual(filled([2_000, 1, 2], [4_000, null, null], [6_000, 3, 4]).series("a").rx, [1, null, 3]);
});

test("where ticks may have been missed, a silence of more than three intervals is a gap, never a zero", () => {
  const store = filled([2_000, 1, 2]);
  store.cut();
  store.add("a", 8_000, 1, 2);
  store.cut();
  store.add("a", 20_000, 3, 4);
  store.add("a", 40_000, 5, 6);
  assert.deepEqual(store.series("a"), {
    t: [2_000, 8_000, 8_001, 20_000, 40_000],
    rx: [1, 1, null, 3, 5],
    tx: [2, 2, null, 4, 6],
  });
});

test("what a stretch of the past tells closes a gap as far as it reaches", () => {
  const cut = () => {
    const store = filled([2_000, 1, 1], [4_000, 2, 2]);
    store.cut();
    store.add("a", 60_000, 9, 9);
    return store;
  };
  const merged = (...t) => {
    const store = cut();
    store.merge({ t, series: [{ name: "a", rx: t.map(() => 5), tx: t.map(() => 5) }] });
    return store.series("a").t;
  };
  assert.deepEqual(merged(4_000, 30_000, 60_000), [2_000, 4_000, 30_000, 60_000], "all of it, by a slow router");
  assert.deepEqual(merged(30_000, 60_000), [2_000, 4_000, 4_001, 30_000, 60_000], "its end");
  assert.deepEqual(merged(4_000, 30_000), [2_000, 4_000, 30_000, 30_001, 60_000], "its beginning");
  assert.deepEqual(merged(30_000), [2_000, 4_000, 4_001, 30_000, 30_001, 60_000], "its middle");
  assert.deepEqual(merged(2_000, 4_000), [2_000, 4_000, 4_001, 60_000], "nothing of it");
  assert.deepEqual(merged(4_000, 60_000), [2_000, 4_000, 60_000], "that there was nothing between");
});

test("what a stream goes on with leaves no gap, however slow the router", () => {
  const store = filled([2_000, 1, 1]);
  store.merge({ resumed: true, t: [30_000], series: [{ name: "a", rx: [5], tx: [5] }] });
  assert.deepEqual(store.series("a").t, [2_000, 30_000]);
});

test("lines enter what is seen from its left edge, however far the point before it is away", () => {
  const store = filled([2_000, 1, 1], [40_000, 5, 5]);
  assert.deepEqual(
    [store.enters(["a"], 30_000), store.enters(["a"], 40_001), store.enters(["none"], 30_000)],
    [2_000, 34_001, 24_000],
  );
});

test("what is older than the window is forgotten, and interfaces of which nothing is left", () => {
  const store = new PointStore(10_000);
  for (let t = 0; t <= 60_000; t += 2_000) store.add("a", t, t, t);
  assert.equal(store.series("a").t[0], 50_000);
  store.add("b", 1, 1, 1);
  store.sweep(60_000);
  assert.equal(store.newest("b"), null);
  assert.equal(store.newest("a").t, 60_000);
});

test("a window fills in what was missed and repeats nothing", () => {
  const store = filled([2_000, 1, 1], [4_000, 2, 2]);
  store.merge({ t: [4_000, 6_000, 8_000], series: [{ name: "a", rx: [9, 3, 4], tx: [9, 3, 4] }] });
  assert.deepEqual(store.series("a"), { t: [2_000, 4_000, 6_000, 8_000], rx: [1, 2, 3, 4], tx: [1, 2, 3, 4] });
});

test("a restarted server's window leaves the old curve, with a gap between", () => {
  const store = filled([2_000, 1, 1], [4_000, 2, 2]);
  store.merge({ t: [40_000, 42_000], series: [{ name: "a", rx: [null, 5], tx: [null, 5] }] });
  assert.deepEqual(store.series("a").rx, [1, 2, null, null, 5]);
});

test("several interfaces share one time axis; a missing point does not interrupt a line, a gap does", () => {
  const store = filled([2_000, 1, 10], [4_000, null, null]);
  store.add("b", 3_000, 7, 70);
  assert.deepEqual(store.table(["a", "b"], 0), [
    [2, 3, 4],
    [1, undefined, null],
    [10, undefined, null],
    [undefined, 7, undefined],
    [undefined, 70, undefined],
  ]);
  assert.deepEqual(store.table(["a", "b"], 3_500)[0], [4]);
  assert.deepEqual(store.table(["none"], 0), [[], [], []]);
});

test("a stretch that was slept through is filled in without a gap in it", () => {
  const store = filled([2_000, 1, 1], [4_000, 2, 2], [20_000, 9, 9]);
  store.merge({
    t: [6_000, 8_000, 10_000, 12_000, 14_000, 16_000, 18_000],
    series: [{ name: "a", rx: [3, 4, 5, 6, 7, 8, 8], tx: [3, 4, 5, 6, 7, 8, 8] }],
  });
  assert.deepEqual(store.series("a").rx, [1, 2, 3, 4, 5, 6, 7, 8, 8, 9]);
});

test("of some interfaces more is kept, and only as long as they are wanted", () => {
  const store = new PointStore(10_000);
  store.keep(["a"], 60_000);
  const add = (from, to) => {
    for (let t = from; t <= to; t += 2_000) for (const name of ["a", "b"]) store.add(name, t, 1, 1);
  };
  add(0, 100_000);
  assert.deepEqual([store.series("a").t[0], store.series("b").t[0]], [40_000, 90_000]);
  store.keep(["b"], 60_000);
  add(102_000, 102_000);
  assert.deepEqual([store.series("a").t[0], store.series("b").t[0]], [92_000, 90_000]);
});

test("an older stretch goes before what is known", () => {
  const store = filled([10_000, 5, 5]);
  store.merge({ t: [6_000, 8_000, 10_000], series: [{ name: "a", rx: [3, null, 9], tx: [3, null, 9] }] });
  assert.deepEqual(store.series("a"), { t: [6_000, 8_000, 10_000], rx: [3, null, 5], tx: [3, null, 5] });
});

test("each change is seen by the revision, a repeated point is none", () => {
  const store = filled([2_000, 1, 2]);
  const { revision } = store;
  store.add("a", 2_000, 9, 9);
  assert.equal(store.revision, revision);
  store.add("a", 4_000, 9, 9);
  assert.notEqual(store.revision, revision);
});
