// Sums and maxima of which a part is not known.

import assert from "node:assert/strict";
import { test } from "node:test";
import { about, atLeast, speed } from "../../../src/shared/format.js";
import { totals } from "../../../src/routers/router-summary.js";
import { totals as stack } from "../../../src/chart/hover-label.js";
import { mostOf, sumOf } from "../../../src/data/partial-sums.js";

test("an unknown part takes nothing from the known, wherever it stands, and is counted", () => {
  for (const at of [0, 1, 2, 3]) {
    const values = [8e6, 8e6, 1e6];
    values.splice(at, 0, null);
    assert.deepEqual(sumOf(values), { known: 17e6, unknown: 1 });
  }
  assert.deepEqual(sumOf([undefined, NaN, null]), { known: null, unknown: 3 });
  assert.deepEqual(sumOf([]), { known: null, unknown: 0 });
  assert.deepEqual(sumOf([0, 0]), { known: 0, unknown: 0 });
  assert.deepEqual([mostOf(null, 4), mostOf(-1, -2), mostOf(null, NaN)], [4, -1, null]);
});

test("a partial figure says so; an unknown one is a dash and no lower bound", () => {
  assert.equal(atLeast(speed(17e6, "en", 1), true), "≥ 17.0 Mb/s");
  assert.equal(atLeast(speed(17e6, "en", 1), false), "17.0 Mb/s");
  assert.equal(atLeast(speed(null, "en"), true), "–");
  assert.equal(about("5", true), "≈ 5");
});

test("what flows through all routers is partial where one of them, or a port of one, is not known", () => {
  const router = (rxBps, more = {}) => ({
    enabled: true,
    state: { code: "live" },
    rxBps,
    txBps: rxBps,
    rxUnknown: 0,
    txUnknown: 0,
    sessions: 1,
    ...more,
  });
  const of = (...routers) => totals(routers);
  assert.deepEqual([of(router(5), router(7)).rxBps, of(router(5), router(7)).rxPartial], [12, false]);
  assert.deepEqual([of(router(5), router(null)).rxBps, of(router(5), router(null)).rxPartial], [5, true]);
  assert.equal(of(router(5, { rxUnknown: 1 }), router(7)).rxPartial, true);
  assert.equal(of(router(5, { rxUnknown: 1 }), router(7)).txPartial, false);
  assert.equal(of(router(5), router(null, { enabled: false })).rxPartial, false, "one that is off carries nothing");
  assert.deepEqual([of(router(null)).rxBps, of(router(null)).rxPartial], [null, false]);
});

test("the total of a stack is partial where a layer is not known, and not where somebody is not there", () => {
  const table = [
    [2, 4],
    [8e6, 8e6],
    [1e6, 1e6],
    [null, 8e6],
    [1e6, null],
    [undefined, undefined],
    [undefined, undefined],
  ];
  assert.equal(stack(table, 0, "en", "bit"), "RX ≥ 8.00 Mb/s · TX 2.00 Mb/s");
  assert.equal(stack(table, 1, "en", "bit"), "RX 16.00 Mb/s · TX ≥ 1.00 Mb/s");
});
