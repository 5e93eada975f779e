// The points' own memory: it slides, it is bounded, it loses nothing that is still wanted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PointSeries } from "../../../src/data/point-series.js";
import { PointStore } from "../../../src/data/point-store.js";

test("points slide through their room and stay in order", () => {
  const series = new PointSeries();
  for (let t = 1; t <= 10_000; t++) {
    series.push(t, t * 2, t * 3);
    series.forget(t - 99);
  }
  assert.equal(series.length, 100);
  assert.deepEqual(
    [series.t[0], series.rx[0], series.tx[0], series.last, series.lastRx, series.lastTx],
    [9_901, 19_802, 29_703, 10_000, 20_000, 30_000],
  );
  assert.ok(series.bytes <= 3 * 8 * 256, `${series.bytes} bytes for 100 points`);
});

test("room that is no longer needed is given back", () => {
  const series = new PointSeries();
  for (let t = 1; t <= 4_000; t++) series.push(t, 0, 0);
  const most = series.bytes;
  series.forget(3_990);
  for (let t = 4_001; t <= 20_000; t++) {
    series.push(t, 0, 0);
    series.forget(t - 10);
  }
  assert.ok(series.bytes * 8 < most, `${series.bytes} of ${most}`);
});

test("a place in time is found, and the peak from there on", () => {
  const series = new PointSeries();
  for (const [t, rx, tx] of [
    [10, 9, 1],
    [20, 3, null],
    [30, null, 7],
    [40, 2, 2],
  ])
    series.push(t, rx, tx);
  assert.deepEqual(
    [0, 10, 11, 40, 41].map((t) => series.at(t)),
    [0, 0, 1, 3, 4],
  );
  assert.deepEqual(
    [0, 15, 35, 50].map((t) => series.peak(t)),
    [9, 7, 2, 0],
  );
});

test("ten hours of ticks of 2,000 interfaces, with customers who come and go, take no more than the first hour", () => {
  const store = new PointStore(120_000);
  store.intervalMs = 2_000;
  const names = Array.from({ length: 2_000 }, (_, n) => `if${n}`);
  const seen = [];
  for (let tick = 0; tick < 18_000; tick++) {
    const t = tick * 2_000;
    if (tick % 5 === 0) names[tick % 2_000] = `customer${tick}`;
    // A tenth of them is enough to fill the rooms, and ten times faster.
    for (let n = tick % 10; n < names.length; n += 10) store.add(names[n], t, n, n);
    store.sweep(t);
    if (tick % 1_800 === 1_799) seen.push({ bytes: store.bytes, size: store.size });
  }
  for (const { bytes, size } of seen) {
    assert.ok(size <= 2_100, `${size} interfaces are known`);
    assert.ok(bytes <= seen[0].bytes * 1.02, `${bytes} bytes after ${seen[0].bytes}`);
  }
});
