// What a stretch of the past comes to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { coverageOf, figuresOf, pieces, stepAt } from "../../../src/history/history-figures.js";

const STEP = 10;
const point = (t, rxBps, coverage = rxBps === null ? 0 : 1) => ({
  t,
  stepMs: STEP,
  rxBps,
  rxMinBps: rxBps === null ? null : rxBps - 1,
  rxMaxBps: rxBps === null ? null : rxBps + 5,
  coverage,
});

test("a curve is cut where nothing was measured, and where nothing was told", () => {
  const runs = pieces([point(0, 1), point(10, 2), point(20, null), point(30, 3), point(70, 4)], "rx", STEP);
  assert.deepEqual(
    runs.map((run) => run.map(({ t, end, value, low, high }) => [t, end, value, low, high])),
    [
      [
        [0, 10, 1, 0, 6],
        [10, 20, 2, 1, 7],
      ],
      [[30, 40, 3, 2, 8]],
      [[70, 80, 4, 3, 9]],
    ],
  );
});

test("the week before is moved here", () => {
  assert.equal(pieces([point(0, 1)], "rx", STEP, 700)[0][0].t, 700);
});

test("what is still to come is not missing", () => {
  const points = [point(0, 1), point(10, null), point(20, 1), point(30, 1, 0.5)];
  assert.equal(coverageOf(points, { from: 0, to: 35 }, STEP, 35), 25 / 35);
  assert.equal(coverageOf(points, { from: 0, to: 100 }, STEP, 35), 25 / 35);
  assert.equal(coverageOf([], { from: 0, to: 100 }, STEP, 100), 0);
});

test("a step that was measured in part counts in part; the peak is the highest of all", () => {
  assert.deepEqual(figuresOf([point(0, 100), point(10, null), point(20, 40, 0.5)], "rx"), {
    average: 80,
    highest: 105,
  });
  assert.deepEqual(figuresOf([point(0, null)], "rx"), { average: null, highest: null });
});

test("a moment belongs to the step that holds it", () => {
  const points = [point(0, 1), point(10, 2), point(40, 3)];
  assert.equal(stepAt(points, 10, STEP), points[1]);
  assert.equal(stepAt(points, 19, STEP), points[1]);
  assert.equal(stepAt(points, 20, STEP), null);
  assert.equal(stepAt(points, 49, STEP), points[2]);
});
