// The points as drawn: a gap is a null, a repeated sample is no point, the window is bounded.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../page/store.js";

const filled = (...points) => {
  const store = new Store(600_000);
  for (const [t, rx, tx] of points) store.add("a", t, rx, tx);
  return store;
};

test("a repeated or older sample is no point", () => {
  const store = filled([2_000, 1, 2], [2_000, 9, 9], [1_000, 9, 9], [4_000, 3, 4]);
  assert.deepEqual(store.series("a"), { t: [2_000, 4_000], rx: [1, 3], tx: [2, 4] });
});

test("a silence of more than three intervals is a gap, never a zero", () => {
  const store = filled([2_000, 1, 2], [8_000, 1, 2], [20_000, 3, 4]);
  assert.deepEqual(store.series("a"), { t: [2_000, 8_000, 8_001, 20_000], rx: [1, 1, null, 3], tx: [2, 2, null, 4] });
});

test("what is older than the window is forgotten, and interfaces of which nothing is left", () => {
  const store = new Store(10_000);
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
    [1, undefined, null], [10, undefined, null],
    [undefined, 7, undefined], [undefined, 70, undefined],
  ]);
  assert.deepEqual(store.table(["a", "b"], 3_500)[0], [4]);
  assert.deepEqual(store.table(["none"], 0), [[], [], []]);
});

test("a stretch that was slept through is filled in without a gap in it", () => {
  const store = filled([2_000, 1, 1], [4_000, 2, 2], [20_000, 9, 9]);
  store.merge({ t: [6_000, 8_000, 10_000, 12_000, 14_000, 16_000, 18_000], series: [{ name: "a", rx: [3, 4, 5, 6, 7, 8, 8], tx: [3, 4, 5, 6, 7, 8, 8] }] });
  assert.deepEqual(store.series("a").rx, [1, 2, 3, 4, 5, 6, 7, 8, 8, 9]);
});

test("of some interfaces more is kept, and only as long as they are wanted", () => {
  const store = new Store(10_000);
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
