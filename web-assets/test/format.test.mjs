// Speeds in words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, shortName, speed, tick } from "../page/format.js";

test("units are decimal, figures have two decimals, the sign is the language's", () => {
  assert.equal(speed(100_000_000, "en"), "100.00 Mb/s");
  assert.equal(speed(100_000_000, "id"), "100,00 Mb/s");
  assert.equal(speed(1_000, "en"), "1.00 Kb/s");
  assert.equal(speed(999, "en"), "999 b/s");
  assert.equal(speed(2_345_678_901, "en"), "2.35 Gb/s");
  assert.equal(speed(0, "en"), "0 b/s");
});

test("no figure says 1000 of a unit", () => {
  assert.equal(speed(999_999, "en"), "1.00 Mb/s");
  assert.equal(speed(999_996_000, "en"), "1.00 Gb/s");
  assert.equal(speed(999_990, "en"), "999.99 Kb/s");
});

test("what is not known is a dash and not a zero", () => {
  assert.equal(speed(null, "en"), "–");
  assert.equal(speed(undefined, "id"), "–");
});

test("an axis has no needless digits", () => {
  assert.deepEqual([0, 500, 20_000, 2_500_000, 1e9].map((bps) => tick(bps, "en")), ["0 b/s", "500 b/s", "20 Kb/s", "2.5 Mb/s", "1 Gb/s"]);
});

test("a customer's line is called by his name", () => {
  assert.equal(shortName("<pppoe-budi@isp>"), "budi@isp");
  assert.equal(shortName("<l2tp-x>"), "x");
  assert.equal(shortName("<img src=x>"), "<img src=x>");
  assert.equal(shortName("ether1"), "ether1");
});

test("a hole without a value stays", () => {
  assert.equal(fill("{n} of {m}", { n: 1 }), "1 of {m}");
});
