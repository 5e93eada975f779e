// Sums and maxima of which a part is not known.

import assert from "node:assert/strict";
import { test } from "node:test";
import { totals as stack } from "../../../src/chart/hover-label.js";
import { fullness, mostOf, shareOf, sumOf } from "../../../src/data/partial-sums.js";
import { totals } from "../../../src/routers/router-summary.js";
import { about, atLeast, speed } from "../../../src/shared/format.js";

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
  assert.equal(atLeast(speed(17e6, "en", 1), true), "≥ 17.0 Mbps");
  assert.equal(atLeast(speed(17e6, "en", 1), false), "17.0 Mbps");
  assert.equal(atLeast(speed(null, "en"), true), "–");
  assert.equal(about("5", true), "≈ 5");
});

test("what flows through all routers tells of how many it is not known", () => {
  const router = (downBps, more = {}) => ({
    enabled: true,
    state: { code: "live" },
    downBps,
    upBps: downBps,
    sessions: 1,
    ...more,
  });
  const of = (...routers) => [totals(routers).downBps, totals(routers).unknown];
  assert.deepEqual(of(router(5), router(7)), [12, 0]);
  assert.deepEqual(of(router(5), router(null)), [5, 1]);
  assert.deepEqual(of(router(5, { upBps: null }), router(7)), [12, 1], "of one direction it is not known");
  assert.deepEqual(of(router(5), router(null, { enabled: false })), [5, 0], "one that is off carries nothing");
  assert.deepEqual(of(router(null)), [null, 1]);
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
  assert.deepEqual(stack(table, 0), { down: { known: 8e6, unknown: 1 }, up: { known: 2e6, unknown: 0 } });
  assert.deepEqual(stack(table, 1), { down: { known: 16e6, unknown: 0 }, up: { known: 1e6, unknown: 1 } });
});

test("a line is as full as its fuller direction, of its package before its link", () => {
  assert.deepEqual(shareOf({ linkBps: 100 }, 20, 60), { share: 0.6, bps: 100, of: "link", partial: false });
  assert.deepEqual(shareOf({ linkBps: 1_000, limitDownBps: 20 }, 19, 600), {
    share: 0.95,
    bps: 20,
    of: "package",
    partial: false,
  });
  // A slow upload may be full while the download is not.
  assert.deepEqual(shareOf({ limitDownBps: 20, limitUpBps: 5 }, 10, 4.5), {
    share: 0.9,
    bps: 5,
    of: "package",
    partial: false,
  });
  // One direction is not known: it may be the fuller one.
  assert.equal(shareOf({ linkBps: 100 }, null, 60).partial, true);
  assert.equal(shareOf({ limitDownBps: 20 }, null, 60), null, "of its upload no limit is known");
  for (const [limits, down, up] of [
    [null, 1, 1],
    [{}, 1, 1],
    [{ linkBps: 0 }, 1, 1],
    [{ linkBps: 100 }, null, null],
    [{ linkBps: 100 }, NaN, undefined],
  ])
    assert.equal(shareOf(limits, down, up), null);
});

test("full begins at 95 %, and over 80 % it is to be seen", () => {
  assert.deepEqual([0, 0.8, 0.81, 0.949, 0.95, 2].map(fullness), ["", "", "hot", "hot", "full", "full"]);
});
