// What a stretch of points comes to: by time, and only what is known.

import assert from "node:assert/strict";
import { test } from "node:test";
import { measure } from "../../../src/data/range-statistics.js";

const every = (count, step, value) => ({
  t: Array.from({ length: count }, (_, at) => 1_000_000 + at * step),
  values: Array.from({ length: count }, (_, at) => value(at)),
});

test("a steady rate is its own peak, average and percentile, and its bytes are rate times time", () => {
  const { t, values } = every(31, 2_000, () => 8_000_000);
  const found = measure(t, values, t[0], t.at(-1));
  assert.deepEqual(found, { peak: 8e6, average: 8e6, p95: 8e6, bytes: 60e6, known_ms: 60_000, partial: false });
});

test("each point counts for as long as since the point before it", () => {
  const found = measure([0, 1_000, 4_000], [5, 100, 20], 0, 4_000, 2_000);
  assert.equal(found.average, (100 * 1 + 20 * 3) / 4);
  assert.equal(found.bytes, (100 * 1 + 20 * 3) / 8);
});

test("the 95th percentile is the lowest rate not exceeded for 95 % of the time", () => {
  // Of 100 equal parts 4 are high: not in it. With 6 they are.
  for (const [high, p95] of [
    [4, 10],
    [5, 10],
    [6, 1_000],
  ]) {
    const { t, values } = every(101, 2_000, (at) => (at > 100 - high ? 1_000 : 10));
    assert.equal(measure(t, values, t[0], t.at(-1)).p95, p95, `${high} high ones`);
  }
});

test("the percentile is by time and not by number of points", () => {
  // One long high point outweighs many short low ones.
  const t = [0, ...Array.from({ length: 40 }, (_, at) => (at + 1) * 100), 9_000];
  const values = [1, ...Array(40).fill(1), 50];
  assert.equal(measure(t, values, 0, 9_000, 2_000).p95, 50);
});

test("the percentile is that of plain reckoning for any points", () => {
  let seed = 7;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 200; round++) {
    const count = 1 + Math.floor(random() * 60);
    let now = 0;
    const t = Array.from({ length: count }, () => (now += 100 + Math.floor(random() ** 6 * 5_000)));
    const values = t.map(() => Math.floor(random() * 10));
    const parts = t
      .map((at, i) => ({ rate: values[i], ms: i === 0 || at - t[i - 1] > 6_000 ? 2_000 : at - t[i - 1] }))
      .sort((a, b) => a.rate - b.rate);
    const all = parts.reduce((sum, { ms }) => sum + ms, 0);
    let lasted = 0;
    const plain = parts.find(({ ms }) => (lasted += ms) >= 0.95 * all * (1 - 1e-12)).rate;
    assert.equal(measure(t, values, -10_000, now, 2_000).p95, plain, JSON.stringify({ t, values }));
  }
});

test("what is not known counts neither as time nor as zero", () => {
  const { t, values } = every(11, 2_000, (at) => (at === 5 ? null : at === 6 ? NaN : 1_000));
  const found = measure(t, values, t[0], t.at(-1));
  assert.equal(found.average, 1_000);
  assert.equal(found.known_ms, 16_000);
});

test("after a gap a point stands for one interval, not for the whole gap", () => {
  const found = measure([0, 2_000, 2_001, 600_000], [8, 8, null, 8_000], 0, 600_000);
  assert.equal(found.known_ms, 4_000);
  assert.equal(found.bytes, (8 * 2 + 8_000 * 2) / 8);
});

test("a slow router's point stands for all the time since the one before it", () => {
  const found = measure([0, 1_000, 9_000], [8, 8, 80], 0, 9_000, 1_000);
  assert.equal(found.known_ms, 9_000);
  assert.equal(found.bytes, 8 / 8 + (80 * 8) / 8);
});

test("only what is visible counts", () => {
  const { t, values } = every(100, 2_000, (at) => at);
  const found = measure(t, values, t[10], t[20]);
  assert.equal(found.peak, 20);
  assert.equal(found.known_ms, 20_000);
});

test("where nothing is known there is no figure", () => {
  assert.deepEqual(measure([], [], 0, 1), {
    peak: null,
    average: null,
    p95: null,
    bytes: null,
    known_ms: 0,
    partial: false,
  });
  assert.equal(measure([1, 2], [null, NaN], 0, 9).peak, null);
});

test("peak and percentile are of what a point truly is at least; average and bytes lose nothing", () => {
  const { t, values } = every(31, 2_000, (at) => (at === 20 ? 40e6 : 8e6));
  // The doubtful point may have been 8 Mbit/s as well: it is no record.
  const uncertainty = { t, low: t.map((_, at) => (at === 20 ? 0.2 : at === 3 ? NaN : 1)) };
  const found = measure(t, values, t[0], t.at(-1), 2_000, uncertainty);
  assert.deepEqual([found.peak, found.p95], [8e6, 8e6]);
  assert.equal(found.bytes, measure(t, values, t[0], t.at(-1)).bytes);
  assert.equal(measure(t, values, t[0], t.at(-1)).peak, 40e6);
});

test("figures of a stretch say when a part of it is not known", () => {
  const partial = (t, values, from, to) => measure(t, values, from, to, 2_000).partial;
  assert.equal(partial([0, 2_000, 4_000], [1, null, 1], 0, 4_000), true, "one point is missing");
  assert.equal(partial([0, 2_000, 2_001, 60_000], [1, 1, null, 1], 0, 60_000), true, "a silence");
  assert.equal(partial([0, 2_000, 2_001, 60_000], [1, 1, null, 1], 30_000, 60_000), true, "it begins within a silence");
  assert.equal(partial([0, 2_000, 12_000], [1, 1, 1], 0, 12_000), false, "a slow router: its rate is of all that time");
  assert.equal(partial([0, 2_000], [1, 1], 0, 60_000), true, "a silence until now");
  assert.equal(partial([0, 2_000, 4_000], [1, null, 1], 1_000, 4_000), true, "it begins with the missing one");
  assert.equal(
    partial([0, 2_000, 4_000], [null, 1, 1], -60_000, 4_000),
    false,
    "before the first point nothing is missed",
  );
  assert.equal(partial([0, 2_000, 4_000], [1, 1, 1], 0, 5_000), false);
});
