// The order of the legend's rows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PAIRS, pressed, read, SORTS, sorted, written } from "../../../src/legend/legend-columns.js";

const entry = (title, at, now, share = null) => ({
  name: title,
  title,
  at,
  down: { now, peak: now, average: now, p95: now, total: now, partial: false },
  up: { now: null, peak: null, average: null, p95: null, total: null, partial: false },
  share,
  faults: at,
});
const ENTRIES = [entry("ether10", 0, 5), entry("ether9", 1, null), entry("budi", 2, 50, 0.9), entry("ani", 3, 5)];
const order = (sort) => sorted(ENTRIES, sort).map(({ title }) => title);

test("rows stand as they were chosen, or by a figure of which unknown ones are last", () => {
  assert.deepEqual(order({ by: null, rising: false }), ["ether10", "ether9", "budi", "ani"]);
  assert.deepEqual(order({ by: "now-down", rising: false }), ["budi", "ether10", "ani", "ether9"]);
  assert.deepEqual(order({ by: "now-down", rising: true }), ["ether10", "ani", "budi", "ether9"]);
  assert.deepEqual(order({ by: "share", rising: false }), ["budi", "ether10", "ether9", "ani"]);
  assert.deepEqual(order({ by: "faults", rising: false }), ["ani", "budi", "ether9", "ether10"]);
});

test("names are sorted as people count", () => {
  assert.deepEqual(order({ by: "name", rising: true }), ["ani", "budi", "ether9", "ether10"]);
});

test("a head pressed again turns the order round, and once more takes it away", () => {
  let sort = { by: null, rising: false };
  const seen = [];
  for (let press = 0; press < 4; press++) {
    sort = pressed(sort, "peak-up");
    seen.push(written(sort));
  }
  assert.deepEqual(seen, ["peak-up falling", "peak-up rising", "", "peak-up falling"]);
  assert.deepEqual(pressed(sort, "name"), { by: "name", rising: true }, "names begin with A");
});

test("what is remembered is read again, and nonsense is no order", () => {
  for (const by of SORTS)
    for (const rising of [true, false]) assert.deepEqual(read(written({ by, rising })), { by, rising });
  for (const text of [null, "", "x falling", "now", "constructor rising"])
    assert.deepEqual(read(text), { by: null, rising: false });
  assert.equal(SORTS.length, 3 + 2 * PAIRS.length);
});
