// The table of used bytes.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.localStorage ??= /** @type {any} */ ({ getItem: () => null, setItem() {}, removeItem() {} });
globalThis.location ??= /** @type {any} */ ({ search: "", href: "http://x/" });
const { ordered, usageRows, weekMap } = await import("../../../src/usage/usage-rows.js");
const { stepOf } = await import("../../../src/usage/hour-map.js");
const { roundStep } = await import("../../../src/usage/picture.js");
const { runs } = await import("../../../src/usage/month-curve.js");

const period = (rxBytes, txBytes, measuredSeconds = 100) => ({
  from: "2026-11-23T14:00:00.000Z",
  to: "2026-11-23T15:00:00.000Z",
  rxBytes,
  txBytes,
  rxMaxBps: 0,
  txMaxBps: 0,
  coverage: 1,
  measuredSeconds,
  seconds: 100,
  resets: 0,
});
const usage = [
  { interface: "ether1", periods: [period(900, 100)] },
  { interface: "<pppoe-budi>", periods: [period(10, 90), period(1, 9, 50)] },
  { interface: "ether9", periods: [] },
];
const percentiles = [{ interface: "<pppoe-budi>", rxBps: 3, txBps: 7 }];
const facts = new Map([["ether1", { pointOfView: "network", comment: "WAN fiber", alias: "Fiber" }]]);

test("download is the line's own: what the router receives on a WAN, what it sends to a customer", () => {
  const [wan, customer, nothing] = usageRows(usage, percentiles, facts, 200);
  assert.deepEqual([wan.label, wan.note, wan.down, wan.up, wan.total], ["Fiber", "WAN fiber", 900, 100, 1000]);
  assert.deepEqual(
    [customer.label, customer.down, customer.up, customer.downP95, customer.upP95],
    ["budi", 99, 11, 7, 3],
  );
  assert.deepEqual([wan.coverage, customer.coverage, nothing.coverage], [0.5, 0.75, 0]);
  assert.equal(wan.downP95, null, "unknown, not 0");
});

test("the unknown comes last either way, and names are counted as people count", () => {
  const rows = usageRows(usage, percentiles, facts, 200);
  const names = (by, falling, search = "") => ordered(rows, search, by, falling, "id").map(({ name }) => name);
  assert.equal(names("downP95", true)[0], "<pppoe-budi>");
  assert.equal(names("downP95", false)[0], "<pppoe-budi>");
  assert.deepEqual(names("total", true), ["ether1", "<pppoe-budi>", "ether9"]);
  assert.deepEqual(names("total", true, "FIBER"), ["ether1"]);
  assert.deepEqual(names("total", true, "pppoe"), ["<pppoe-budi>"]);
});

test("an hour of the week is the average of what was measured in it, and unknown where nothing was", () => {
  const hours = [period(1_000, 0, 100), period(3_000, 0, 300), period(0, 0, 0)];
  const week = weekMap(hours, "rx", () => ({ weekday: 0, hour: 21 }));
  assert.equal(week[0][21], 80);
  assert.equal(week[0][22], null);
  assert.deepEqual([week.length, week[6].length], [7, 24]);
});

test("the steps of the map go from nothing to the most", () => {
  assert.deepEqual(
    [0, 14, 50, 99, 100].map((bps) => stepOf(bps, 100)),
    [0, 0, 3, 6, 6],
  );
  assert.equal(stepOf(0, 0), 0);
});

test("a scale has round steps", () => {
  assert.deepEqual(
    [7, 30, 1_400, 0.7].map((most) => roundStep(most, 3)),
    [5, 10, 500, 0.5],
  );
  assert.equal(roundStep(0, 3), 1);
});

test("a curve is drawn in stretches, none over a gap", () => {
  const points = [1, 2, null, null, 5, null, 7].map((rxBps, t) => ({ t, rxBps }));
  assert.deepEqual(
    runs(points, "rxBps").map((run) => run.map(({ t }) => t)),
    [[0, 1], [4], [6]],
  );
});
