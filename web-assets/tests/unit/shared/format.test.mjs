// Speeds in words.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  age,
  amount,
  commonUnit,
  duration,
  fill,
  number,
  rateParts,
  shortName,
  spanWords,
  speed,
  tick,
  useUnit,
} from "../../../src/shared/format.js";

test("units are decimal, figures have two decimals, the sign is the language's", () => {
  assert.equal(speed(100_000_000, "en"), "100.00 Mbps");
  assert.equal(speed(100_000_000, "id"), "100,00 Mbps");
  assert.equal(speed(1_000, "en"), "1.00 kbps");
  assert.equal(speed(999, "en"), "999 bps");
  assert.equal(speed(2_345_678_901, "en"), "2.35 Gbps");
  assert.equal(speed(0, "en"), "0 bps");
});

test("no figure says 1000 of a unit", () => {
  assert.equal(speed(999_999, "en"), "1.00 Mbps");
  assert.equal(speed(999_996_000, "en"), "1.00 Gbps");
  assert.equal(speed(999_990, "en"), "999.99 kbps");
});

test("what is not known is a dash and not a zero", () => {
  assert.equal(speed(null, "en"), "–");
  assert.equal(speed(undefined, "id"), "–");
});

test("an axis has no needless digits", () => {
  assert.deepEqual(
    [0, 500, 20_000, 2_500_000, 1e9].map((bps) => tick(bps, "en")),
    ["0 bps", "500 bps", "20 kbps", "2.5 Mbps", "1 Gbps"],
  );
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

test("bytes a second are decimal too, and never called what bits are", () => {
  assert.equal(speed(100_000_000, "en", 2, "byte"), "12.50 MB/s");
  assert.equal(speed(8_000, "en", 2, "byte"), "1.00 kB/s");
  assert.equal(speed(7_999.9, "en", 2, "byte"), "1.00 kB/s");
  assert.equal(tick(8 * 2_500_000, "id", "byte"), "2,5 MB/s");
});

test("amounts are decimal bytes", () => {
  assert.equal(amount(1_250_000_000, "id"), "1,25 GB");
  assert.equal(amount(999.7, "en"), "1.00 kB");
  assert.equal(amount(null, "en"), "–");
});

test("the page's unit is one for all", () => {
  useUnit("byte");
  assert.equal(speed(16e6, "en"), "2.00 MB/s");
  useUnit("nonsense");
  assert.equal(speed(16e6, "en"), "2.00 MB/s");
  useUnit("bit");
  assert.equal(speed(16e6, "en"), "16.00 Mbps");
});

test("a stretch of time is as clocks write it", () => {
  assert.deepEqual([4_400, 65_000, 3_725_000].map(duration), ["0:04", "1:05", "1:02:05"]);
});

test("number and unit stand apart, with as many decimals as the unit deserves", () => {
  const parts = (bps, lang = "id") => Object.values(rateParts(bps, lang)).join(" ");
  assert.equal(parts(216_870_000), "216,9 Mbps");
  assert.equal(parts(771_400), "771 kbps");
  assert.equal(parts(1_842_000_000), "1,84 Gbps");
  assert.equal(parts(999_960_000), "1,00 Gbps");
  assert.equal(parts(999_600), "1,0 Mbps");
  assert.equal(parts(640), "640 bps");
  assert.equal(parts(null), "– ");
});

test("a chart has one unit, and thousands of it have their sign", () => {
  assert.deepEqual(commonUnit(350e6), { name: "Mbps", bps: 1e6 });
  assert.deepEqual(commonUnit(2e9), { name: "Mbps", bps: 1e6 });
  assert.deepEqual(commonUnit(2e10), { name: "Gbps", bps: 1e9 });
  assert.deepEqual(commonUnit(90_000), { name: "kbps", bps: 1e3 });
  assert.deepEqual(commonUnit(80e6, "byte"), { name: "MB/s", bps: 8e6 });
  assert.deepEqual([number(1842.5, "id", 1), number(1842.5, "en", 1)], ["1.842,5", "1,842.5"]);
});

test("an age is said in two parts at most, and a day is never a d in Indonesian", () => {
  const texts = {
    "age.seconds": "{n} dtk",
    "age.minutes": "{n} mnt {s} dtk",
    "age.hours": "{n} jam {m} mnt",
    "age.days": "{n} hari",
  };
  const said = (seconds) => age(seconds * 1000, texts, "id");
  assert.deepEqual([0.84, 12.9, 170, 3 * 3600 + 61, 12 * 86_400].map(said), [
    "0,8 dtk",
    "12 dtk",
    "2 mnt 50 dtk",
    "3 jam 1 mnt",
    "12 hari",
  ]);
});

test("a stretch of time in words has two parts at most", () => {
  const texts = { "span.s": "{n} dtk", "span.m": "{n} mnt", "span.h": "{n} jam", "span.d": "{n} hari" };
  assert.deepEqual(
    [0, 45_000, 62_000, 60_000, 7_500_000, 273_600_000].map((ms) => spanWords(ms, texts)),
    ["0 dtk", "45 dtk", "1 mnt 2 dtk", "1 mnt", "2 jam 5 mnt", "3 hari 4 jam"],
  );
});
